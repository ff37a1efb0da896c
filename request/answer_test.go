package request_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/request"
)

// answer puts one answer to a question of a kind and returns its code and words,
// or the error's code.
func answer(t testing.TB, q catalog.Question, texts ...string) (code, shown string, err error) {
	t.Helper()
	q.Key = "q"
	d := define(t, q)
	opts := request.Options{"home": {{Code: "home", Text: "银槐街18号"}}}
	a, _, err := request.Put(d, request.Answers{}, facts(opts), "q", texts, civic.ChannelPhone)
	if err != nil {
		if e := civic.As(err); e.Kind != civic.Invalid || e.Field != "q" || e.Say == "" {
			t.Errorf("%q: %+v", texts, e)
		}
		return civic.As(err).Code, "", err
	}
	if len(a["q"]) == 0 {
		return "", "", nil
	}
	if a["q"][0].Via != civic.ChannelPhone {
		t.Errorf("the channel of the answer is %q", a["q"][0].Via)
	}
	return a["q"][0].Code, a["q"][0].Shown, nil
}

func TestAnAmountIsYuanWithAtMostTwoDecimals(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"12.5": "12.50", "12.50": "12.50", "0": "0.00", "3": "3.00", " 3元 ": "3.00", "¥3": "3.00", "￥3.1": "3.10", "1,200": "1200.00",
		"12.": "12.00", "１２．５": "12.50", "3块": "3.00", "007": "7.00", "10000000": "10000000.00",
	} {
		if code, shown, err := answer(t, catalog.Question{Kind: catalog.Amount}, in); err != nil || code != want || shown != want+"元" {
			t.Errorf("%q: %q, %q, %v; want %s", in, code, shown, err, want)
		}
	}
	for _, in := range []string{"-1", "+1", "1.234", ".5", "十二", "1e3", "10000001", "10000000.01", "99999999999999999999", "1.2.3", "0x10", "1_000", "NaN", "元", "١٢", strings.Repeat("9", 100_000)} {
		if code, _, err := answer(t, catalog.Question{Kind: catalog.Amount}, in); err == nil || code != "answer.amount" {
			t.Errorf("%.20q was taken as %s (%v)", in, code, err)
		}
	}
}

func TestAPhoneIsMobileOrWithItsAreaCode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"12612345678": "12612345678", "126 1234 5678": "12612345678", "１２6-1234-5678": "12612345678", "+8612612345678": "12612345678",
		"0351-0180018": "03510180018", "(0571)00990120": "057100990120",
	} {
		if code, shown, err := answer(t, catalog.Question{Kind: catalog.Phone}, in); err != nil || code != want || shown != want {
			t.Errorf("%q: %q, %q, %v", in, code, shown, err)
		}
	}
	for _, in := range []string{"1261234567", "126123456789", "打给我女儿", "110", "22612345678", "1261234567x"} {
		if code, _, err := answer(t, catalog.Question{Kind: catalog.Phone}, in); err == nil {
			t.Errorf("%q was taken as %s", in, code)
		}
	}
}

func TestWordsAreKeptInWhateverScript(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"心电图报告", "买买提·阿不都热合曼", "𠮷野家旁边 𪚥", "Ward 3B 二楼", "ئۇيغۇر", "བོད་ཡིག", "第一行\n第二行\t格", "葛\U000E0100仙", "👵🏻", "<b>&amp;'\"", "'; DROP TABLE person; --"} {
		if code, shown, err := answer(t, catalog.Question{Kind: catalog.Text}, in); err != nil || code != "~" || shown != in {
			t.Errorf("%q: %q, %q, %v", in, code, shown, err)
		}
	}
}

func TestWordsWithControlCharactersOrBrokenBytesAreRefused(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"a\x00b", "\x1b[31m红", "\xff\xfe", "半个\xe5\x8d字", "a\u0085b", "bell\a"} {
		if code, _, err := answer(t, catalog.Question{Kind: catalog.Text}, in); err == nil || code != "answer.characters" {
			t.Errorf("%q was taken (%v)", in, err)
		}
	}
}

func TestAnAnswerIsNoLongerThanAsked(t *testing.T) {
	t.Parallel()
	for _, max := range []int{0, 5, 60} {
		most := max
		if max == 0 {
			most = 200
		}
		q := catalog.Question{Kind: catalog.Text, Max: max}
		if _, shown, err := answer(t, q, strings.Repeat("𠮷", most)); err != nil || utf8.RuneCountInString(shown) != most {
			t.Errorf("max %d: the longest answer is refused: %v", max, err)
		}
		for _, n := range []int{most + 1, 100_000} {
			if code, _, err := answer(t, q, strings.Repeat("字", n)); err == nil || code != "answer.long" {
				t.Errorf("max %d: %d characters are taken (%v)", max, n, err)
			}
		}
	}
}

func TestAChoiceIsOneOfItsOptions(t *testing.T) {
	t.Parallel()
	q := catalog.Question{Kind: catalog.Choice, Options: options(2)}
	if code, shown, err := answer(t, q, " a "); err != nil || code != "a" || shown != "选项a" {
		t.Errorf("%q, %q, %v", code, shown, err)
	}
	for want, texts := range map[string][]string{"answer.choice": {"z"}, "answer.one": {"a", "b"}, "answer.empty": {""}} {
		if code, _, err := answer(t, q, texts...); err == nil || code != want {
			t.Errorf("%q: %s, %v", texts, code, err)
		}
	}
	if code, shown, err := answer(t, catalog.Question{Kind: catalog.YesNo, Yes: "要", No: "不要"}, "no"); err != nil || code != "no" || shown != "不要" {
		t.Errorf("%q, %q, %v", code, shown, err)
	}
	if code, _, err := answer(t, catalog.Question{Kind: catalog.YesNo}, "也许"); err == nil || code != "answer.choice" {
		t.Errorf("也许: %s, %v", code, err)
	}
}

func TestAnAddressIsOfferedOrInWords(t *testing.T) {
	t.Parallel()
	q := catalog.Question{Kind: catalog.Address, Source: "home"}
	if code, shown, err := answer(t, q, "home"); err != nil || code != "home" || shown != "银槐街18号" {
		t.Errorf("%q, %q, %v", code, shown, err)
	}
	if code, shown, err := answer(t, q, "女儿家，竹径路31号"); err != nil || code != "~" || shown != "女儿家，竹径路31号" {
		t.Errorf("%q, %q, %v", code, shown, err)
	}
}

// oneOfEach is a question of each kind that is answered by itself: of a group the
// items are.
func oneOfEach() []catalog.Question {
	var qs []catalog.Question
	for _, kind := range catalog.Kinds {
		q := catalog.Question{Kind: kind}
		switch kind {
		case catalog.Group:
			continue
		case catalog.Choice, catalog.Session:
			q.Options = options(2)
		case catalog.When:
			q.Ahead = &catalog.Ahead{To: 30, By: "time"}
		}
		qs = append(qs, q)
	}
	return qs
}

func TestOnlyAnOptionalQuestionCanBeSkipped(t *testing.T) {
	t.Parallel()
	for _, q := range oneOfEach() {
		kind := q.Kind
		for _, texts := range [][]string{nil, {}, {""}, {" ", " "}} {
			if code, _, err := answer(t, q, texts...); err == nil || code != "answer.empty" {
				t.Errorf("%s %q: %s, %v", kind, texts, code, err)
			}
			q.Optional = true
			if code, _, err := answer(t, q, texts...); err != nil || code != "" {
				t.Errorf("%s %q optional: %s, %v", kind, texts, code, err)
			}
			q.Optional = false
		}
	}
}

func FuzzAnAnswerIsReadOrRefused(f *testing.F) {
	for _, s := range []string{"a", "12.50", "12612345678", "\x00", "\xff", "home", "０３５１－１２３４５６７"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, q := range oneOfEach() {
			kind := q.Kind
			code, shown, err := answer(t, q, s)
			if err == nil && (code == "" || !utf8.ValidString(shown) || strings.ContainsRune(shown, 0)) {
				t.Errorf("%s %q: %q, %q", kind, s, code, shown)
			}
		}
	})
}
