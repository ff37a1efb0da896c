package people_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/people"
)

func TestANameKeepsEveryCharacterAndGetsOneMiddleDot(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" 王桂英 ": "王桂英", "王　桂英": "王 桂英", "李秀兰": "李秀兰",
		"𠮷田": "𠮷田", "𪚥": "𪚥", "王\U0002EBF0": "王\U0002EBF0", "王\U00030EDD": "王\U00030EDD", "王\U000323AF": "王\U000323AF", "丁〇": "丁〇", "㛃": "㛃",
		"葛\U000E0100仙":      "葛\U000E0100仙", // a variant of 葛 by its selector
		"Anna-Maria O'Neil": "Anna-Maria O'Neil", "ئەخمەت": "ئەخمەت",
		"张Ａnna": "张Anna",
	} {
		got, err := people.CleanName(in)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, dot := range []string{"·", "•", "‧", "∙", "・", "･", ".", "．", "﹒", "⋅", "●"} {
		if got, err := people.CleanName("买买提" + dot + "阿不都"); err != nil || got != "买买提·阿不都" {
			t.Errorf("%q: %q, %v", dot, got, err)
		}
	}
}

func TestWhatIsNoNameIsRefused(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "name.empty", " 　": "name.empty",
		strings.Repeat("长", 51): "name.long",
		"王2":                    "name.characters", "王２": "name.characters", "王①": "name.characters", "王？": "name.characters", "王\x00": "name.characters", "王*英": "name.characters",
		"\xff": "name.characters", "王\uFFFD": "name.characters", "王\u202E英": "name.characters", "👵": "name.characters", "·": "name.characters", " - ": "name.characters", "<b>王</b>": "name.characters",
		"欧阳·": "name.dot", "·欧阳": "name.dot", "买买提··阿不都": "name.dot", "买买提· .阿不都": "name.dot", "欧阳 ・": "name.dot",
	} {
		if got, err := people.CleanName(in); civic.As(err).Code != want || got != "" {
			t.Errorf("%q: %q, %v; want %s", in, got, err, want)
		}
	}
	if _, err := people.CleanName(strings.Repeat("𠮷", 50)); err != nil {
		t.Errorf("fifty characters: %v", err)
	}
}

func FuzzACleanNameStaysAsItIs(f *testing.F) {
	for _, s := range []string{"王桂英", "买买提.阿", "葛\U000E0100仙", "\xff", "a\u0301", "A B", "欧阳·", "·欧阳", "买买提·.阿"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := people.CleanName(s)
		if err != nil {
			if civic.KindOf(err) != civic.Invalid || name != "" {
				t.Errorf("%q: %q, %v", s, name, err)
			}
			return
		}
		if again, err := people.CleanName(name); err != nil || again != name {
			t.Errorf("%q → %q → %q, %v", s, name, again, err)
		}
		checkMask(t, name)
	})
}

// checkMask holds the mask of a name to its purpose: of two characters or more,
// never all are shown.
func checkMask(t *testing.T, name string) {
	t.Helper()
	m := people.Masked(name)
	letters := func(s string) (n int) {
		for _, r := range s {
			if !strings.ContainsRune("·-' *", r) && !unicode.IsMark(r) {
				n++
			}
		}
		return n
	}
	if !utf8.ValidString(m) || name != "" && !strings.Contains(m, "*") || letters(name) >= 2 && letters(m) >= letters(name) {
		t.Errorf("%q is masked as %q", name, m)
	}
}

func TestAMaskNeverShowsTheWholeName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "王": "王*", "李四": "李*", "王桂英": "王*英", "欧阳桂英": "欧**英", "买买提·阿不都热合曼": "买***曼",
		"李·四": "李*", "李 四": "李*", "𠮷田": "𠮷*", "𠮷田茂": "𠮷*茂", "葛\U000E0100英": "葛\U000E0100*", "王英\U000E0100": "王*", "Wu": "W*",
	} {
		if got := people.Masked(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
		checkMask(t, in)
	}
}

func TestAPhoneNumberIsItsDigits(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"12612345678": "12612345678", "126-1234-5678": "12612345678", "１２６１２３４５６７８": "12612345678", "+86 126 1234 5678": "12612345678", "008612612345678": "12612345678",
		"0351-1234567": "03511234567", "(0351)1234567": "03511234567", "（0571）12345678": "057112345678", "010 12345678": "01012345678",
		"+86 351 1234567": "03511234567", "+86 10 1234 5678": "01012345678", "+86 0351 1234567": "03511234567",
	} {
		if got, err := people.CleanPhone(in); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "1", "1261234567", "126123456789", "22612345678", "1234567", "+1 212 555 0100", "+86", "0086", "0351", "x2612345678", "一二六", "126123456７a", "00252612345", "002521234567"} {
		if got, err := people.CleanPhone(in); civic.As(err).Code != "phone.form" || got != "" {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func FuzzAPhoneNumberIsCanonicalOrRefused(f *testing.F) {
	for _, s := range []string{"+86 351 1234567", "(0351)1234567", "００８６12612345678", "+86+86"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := people.CleanPhone(s)
		if err != nil {
			return
		}
		if again, err := people.CleanPhone(n); err != nil || again != n || strings.Trim(n, "0123456789") != "" {
			t.Errorf("%q → %q → %q, %v", s, n, again, err)
		}
	})
}

func TestAgeChangesOnTheBirthdayInShanghai(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		d, err := time.ParseInLocation("2006-01-02 15:04", s, civic.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return d.UTC()
	}
	for _, c := range []struct {
		birth, on string
		want      int
	}{
		{"1946-11-23", "2026-11-22 23:59", 79}, {"1946-11-23", "2026-11-23 00:00", 80}, {"1946-11-23", "2026-11-24 00:00", 80},
		{"1940-02-29", "2026-02-28 23:59", 85}, {"1940-02-29", "2026-03-01 00:00", 86}, {"1940-02-29", "2024-02-29 00:00", 84},
		{"1946-12-31", "2026-01-01 00:00", 79}, {"2026-11-23", "2026-11-23 08:00", 0},
		{"", "2026-11-23 08:00", -1}, {"1946", "2026-11-23 08:00", -1}, {"1941-02-29", "2026-11-23 08:00", -1},
	} {
		if got := (people.Person{Birth: c.birth}).Age(at(c.on)); got != c.want {
			t.Errorf("born %s, on %s: %d, want %d", c.birth, c.on, got, c.want)
		}
	}
}
