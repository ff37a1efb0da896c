package pinyin

import (
	"strings"
	"unicode"
)

// Forms of address. Before one of these stands a name; the longer come first.
var addresses = []string{
	"同志", "先生", "女士", "小姐", "太太", "奶奶", "爷爷", "大爷", "大妈", "大娘", "大伯", "大叔", "大姐", "大哥", "阿姨", "叔叔",
	"伯伯", "婆婆", "公公", "姥姥", "姥爷", "外婆", "阿婆", "阿公", "老师", "师傅", "医生", "大夫", "护士", "医师", "主任", "书记",
	"科长", "处长", "局长", "院长", "所长", "站长", "经理", "律师", "警官", "教授", "老先生", "老太太", "老人家",
}

// Characters after which a name may begin within a sentence.
const beforeName = "请找叫由给让向和与是送接替帮对跟把有问即陪约派为往劳好到达见访经被老小的"

// surnameAt returns the reading of the surname that begins at i, if one with a
// special reading begins there and context says that it is a name: a form of
// address after it and after no more than two characters of a given name, or 姓 before it.
func surnameAt(text []rune, i int) []string {
	t := data()
	for _, n := range []int{2, 1} {
		if i+n > len(text) {
			continue
		}
		s, ok := t.surnames[string(text[i:i+n])]
		if !ok {
			continue
		}
		if i > 0 && text[i-1] == '姓' && !(i > 1 && strings.ContainsRune("百老同贵尊", text[i-2])) {
			return s.reads
		}
		if s.marked || i > 0 && unicode.Is(unicode.Han, text[i-1]) && !strings.ContainsRune(beforeName, text[i-1]) {
			continue
		}
		if addressed(text[i+n:]) && len(t.phrases.longest(text[i:])) <= n {
			return s.reads
		}
	}
	return nil
}

// addressed reports whether a form of address follows, after at most two
// characters that are not part of a word.
func addressed(rest []rune) bool {
	for given := 0; given <= 2 && given < len(rest); given++ {
		if given > 0 && !unicode.Is(unicode.Han, rest[given-1]) {
			return false
		}
		for _, a := range addresses {
			if strings.HasPrefix(string(rest[given:min(len(rest), given+4)]), a) {
				return true
			}
		}
		if data().phrases.longest(rest[given:]) != nil {
			return false
		}
	}
	return false
}

// Surname is the surname that a name begins with: two characters where the table has
// such a surname, otherwise the first.
func Surname(name string) string {
	text := []rune(strings.TrimSpace(name))
	if len(text) == 0 {
		return ""
	}
	if len(text) > 2 {
		if _, ok := data().surnames[string(text[:2])]; ok {
			return string(text[:2])
		}
	}
	return string(text[:1])
}

// Name reads a person's name: the surname by the table of surnames, the given name
// character by character as names read them. Anything without a reading gets an
// empty syllable.
func Name(name string) []string {
	text := []rune(strings.TrimSpace(name))
	t := data()
	out := make([]string, len(text))
	from := 0
	for n := min(4, len(text)); n >= 1; n-- {
		if s, ok := t.surnames[string(text[:n])]; ok && (n == 1 || n < len(text) || len(text) == 2) {
			from = copy(out, s.reads)
			break
		}
	}
	for i := from; i < len(text); i++ {
		out[i] = given(text[i], i == 0)
	}
	return out
}

// given is the reading of one character of a given name, or of a surname that the
// table doesn't have: never a neutral tone.
func given(r rune, surname bool) string {
	if s, ok := data().names[r]; ok && !surname {
		return s
	}
	s := usual(r)
	if Tone(s) != 5 {
		return s
	}
	for _, other := range readings(r) {
		if Tone(other) != 5 {
			return other
		}
	}
	return s
}
