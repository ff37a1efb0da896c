package people

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/speech/pinyin"
)

// query is what somebody typed into the box, taken apart: "wgy45 坞城" is a name in
// letters, a year and a place.
type query struct {
	Six    string   // the last six of an ID number
	Letter string   // pinyin or initials, folded
	Words  []string // in Chinese: a name, a place, or both; no joints
	Whole  string   // letters and words as one name, where they stand together: 阿Q
	From   string   // birth within [From, To), YYYY-MM-DD or the beginning of one
	To     string
}

// sought is one way to understand a query.
type sought struct {
	six, name, place, from, to string
	letters                    bool // name is pinyin
	sounds                     bool // name is the pinyin of what was typed in characters
}

// parseQuery takes a folded text apart. false means that it can't be anything
// that somebody is found by.
func parseQuery(text string, now time.Time) (query, bool) {
	var q query
	var whole strings.Builder
	tokens, ok := tokensOf(text)
	if !ok {
		return q, false
	}
	kinds := map[rune]bool{}
	for _, t := range tokens {
		switch t.kind {
		case 'w':
			q.Words = append(q.Words, t.text)
		case 'l':
			q.Letter += pinyin.FoldQuery(t.text)
		case '6':
			if q.Six != "" {
				return q, false
			}
			q.Six = t.text
		case 'd':
			from, to, ok := bornIn(t.text, now)
			if !ok || q.From != "" {
				return q, false
			}
			q.From, q.To = from, to
			continue
		}
		if t.kind != '6' {
			kinds[t.kind] = true
			if t.apart && whole.Len() > 0 {
				kinds['a'] = true
			}
			whole.WriteString(t.text)
		}
	}
	if kinds['w'] && kinds['l'] && !kinds['a'] {
		q.Whole = nameKey(whole.String())
	}
	return q, q.Six != "" || q.Letter != "" || len(q.Words) > 0 || q.From != ""
}

// readings are the ways to understand a query, the likeliest first.
func (q query) readings() []sought {
	base := sought{six: q.Six, from: q.From, to: q.To}
	with := func(name, place string, letters bool) sought {
		s := base
		s.name, s.place, s.letters = name, place, letters
		return s
	}
	var out []sought
	if q.Whole != "" {
		out = append(out, with(q.Whole, "", false))
	}
	n := len(q.Words)
	switch all := strings.Join(q.Words, ""); {
	case q.Letter != "":
		out = append(out, with(q.Letter, all, true))
	case n == 0:
		out = append(out, base)
	case n == 1:
		out = append(out, with(all, "", false))
		if q.From != "" || q.Six != "" {
			out = append(out, with("", all, false))
		}
	default:
		out = append(out, with(all, "", false), with(strings.Join(q.Words[:n-1], ""), q.Words[n-1], false), with(strings.Join(q.Words[1:], ""), q.Words[0], false))
	}
	for _, r := range slices.Clone(out) {
		// Who hears a name does not see its characters: 桂英 or 贵英, 阿卜杜拉 or 阿不都拉.
		if keys := pinyin.NameKeys(r.name); !r.letters && utf8.RuneCountInString(r.name) > 1 && len(keys) > 1 {
			r.name, r.letters, r.sounds = keys[1].Text, true, true
			out = append(out, r)
		}
	}
	return out
}

// token is a run of one kind: a word in Chinese (w), letters (l), digits that tell
// a birth (d) or the end of an ID number (6). apart tells that a blank is before it.
type token struct {
	kind  rune
	text  string
	apart bool
}

func tokensOf(text string) ([]token, bool) {
	var out []token
	rs := []rune(strings.ToLower(text))
	for i := 0; i < len(rs); {
		from := i
		kind := kindOf(rs[i])
		switch kind {
		case ' ':
			i++
			continue
		case 0:
			return nil, false
		}
		var b strings.Builder
		for ; i < len(rs) && (kindOf(rs[i]) == kind || kind != 'd' && isDot(rs[i]) && i+1 < len(rs) && kindOf(rs[i+1]) == kind); i++ {
			if !isDot(rs[i]) && !isJoint(rs[i]) {
				b.WriteRune(rs[i])
			}
		}
		t := token{kind, b.String(), from > 0 && kindOf(rs[from-1]) == ' '}
		switch {
		case kind == 'd' && len(t.text) == 5 && i < len(rs) && rs[i] == 'x':
			t.kind, t.text = '6', t.text+"X"
			i++
		case kind == 'd' && len(t.text) == 6:
			t.kind = '6'
		case kind == 'w' && len(out) > 0 && out[len(out)-1].kind == 'd' && !t.apart:
			t.text = nameKey(afterYear(t.text)) // 1945年生
		case kind == 'w':
			t.text = nameKey(t.text)
		}
		if t.text != "" {
			out = append(out, t)
		}
	}
	return out, true
}

// afterYear drops what is said after a year.
func afterYear(s string) string {
	for _, w := range []string{"年出生", "年生人", "年生", "年的", "年", "生"} {
		if rest, ok := strings.CutPrefix(s, w); ok {
			return rest
		}
	}
	return s
}

func kindOf(r rune) rune {
	switch {
	case r >= '0' && r <= '9':
		return 'd'
	case isJoint(r), isDot(r), unicode.IsSpace(r), r == ',', r == ';', r == '，', r == '、', r == '；', r == '。', r == '！', r == '？', r == '!', r == '?':
		return ' '
	case r < 0x250 && unicode.IsLetter(r), r == 'ḿ', r == 'ế', r == 'ề', r >= 0x300 && r <= 0x30C:
		return 'l'
	case unicode.IsMark(r), inNames(r):
		return 'w'
	}
	return 0
}

func isDot(r rune) bool { return strings.ContainsRune("·•‧∙・･.﹒⋅●", r) }

// bornIn is the range of births that digits tell: 45, 1945, 194508 is an end of an
// ID number, 19450815.
func bornIn(digits string, now time.Time) (from, to string, ok bool) {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return "", "", false
	}
	this := now.In(civic.Shanghai).Year()
	switch len(digits) {
	case 2:
		if n += 1900; this-n > 110 {
			n += 100 // somebody of 111 is rarer than a grandchild
		}
	case 4:
	case 8:
		day, err := time.Parse("20060102", digits)
		if err != nil {
			return "", "", false
		}
		d := day.Format(time.DateOnly)
		return d, d + "~", day.Year() > 1850 && !day.After(now.Add(24*time.Hour))
	default:
		return "", "", false
	}
	return fmt.Sprintf("%04d", n), fmt.Sprintf("%04d", n+1), n > 1850 && n <= this
}

// narrow says what would tell more people apart.
func (q query) narrow() string {
	letters := q.Letter
	if letters == "" && len(q.Words) > 0 {
		letters = "wgy"
	}
	switch {
	case q.Six != "" && q.From == "":
		return "请再加上姓名或出生年份，比如「12002X 1945」。"
	case q.From == "" && slices.Contains([]string{"", "wgy"}, letters):
		return "请再加上出生年份，比如「wgy45」或「王桂英 1945」。"
	case q.From == "":
		return "请再加上出生年份，比如「" + letters[:min(len(letters), 12)] + "45」。"
	case len(q.Words) < 2 && (q.Letter == "" || len(q.Words) == 0):
		return "请再加上住的街道、村或社区，比如「wgy45 坞城」。"
	}
	return "请输入完整的姓名、电话，或身份证后六位。"
}
