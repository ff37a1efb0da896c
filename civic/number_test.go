package civic_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yinqiao/civic"
)

// valid follows the words of ISO 7064 MOD 11,10, to which our code is held.
func valid(number string) bool {
	p := 10
	for i := range len(number) - 1 {
		s := (p + int(number[i]-'0')) % 10
		if s == 0 {
			s = 10
		}
		p = 2 * s % 11
	}
	return (p+int(number[len(number)-1]-'0'))%10 == 1
}

func TestEveryWrongDigitOfANumberIsFound(t *testing.T) {
	t.Parallel()
	for range 200 {
		n := string(civic.NewNumber())
		if !valid(n) || n[0] == '0' || len(n) != 10 {
			t.Fatalf("drew %s", n)
		}
		for i := range n {
			for c := byte('0'); c <= '9'; c++ {
				if m := n[:i] + string(c) + n[i+1:]; m != n {
					if got, err := civic.ParseNumber(m); err == nil || got != "" {
						t.Errorf("%s passes for %s", m, n)
					}
				}
			}
		}
	}
}

func TestEverySwapOfTwoDigitsThatTheStandardCanFindIsFound(t *testing.T) {
	t.Parallel()
	swaps, missed := 0, 0
	for range 2000 {
		n := string(civic.NewNumber())
		for i := 1; i < len(n); i++ {
			if n[i] == n[i-1] {
				continue
			}
			m := n[:i-1] + string(n[i]) + string(n[i-1]) + n[i+1:]
			swaps++
			_, err := civic.ParseNumber(m)
			if (err == nil) != (valid(m) && m[0] != '0') {
				t.Fatalf("%s from %s: %v", m, n, err)
			}
			if err == nil {
				missed++
			}
		}
	}
	if missed*40 > swaps { // the standard's own share is about one in fifty
		t.Errorf("%d of %d swaps pass", missed, swaps)
	}
}

func TestANumberIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	n := civic.NewNumber()
	s := string(n)
	full := strings.Map(func(r rune) rune { return r + 0xFEE0 }, s)
	for _, in := range []string{s, n.Grouped(), " " + s + "\n", s[:3] + "-" + s[3:6] + "-" + s[6:], s[:5] + " – " + s[5:], full, full[:9] + "　" + full[9:],
		s[:3] + "\u00a0" + s[3:], s[:3] + "·" + s[3:], "\u202d" + s + "\u202c", s[:4] + "\u200b" + s[4:], s[:4] + "\t" + s[4:], s[:4] + "‑" + s[4:], s[:4] + "－" + s[4:]} {
		if got, err := civic.ParseNumber(in); err != nil || got != n {
			t.Errorf("%q: %s, %v", in, got, err)
		}
	}
	for in, code := range map[string]string{"": "number.length", s[:9]: "number.length", s + "0": "number.length", "0" + s[:9]: "number.check", "1A23456789": "number.length",
		"一二三1": "number.length", "A" + s[1:]: "number.length", s[:9] + "X": "number.length", "12345 6789": "number.length", "٠١٢٣٤": "number.length"} {
		got, err := civic.ParseNumber(in)
		if e := civic.As(err); e.Kind != civic.Invalid || e.Code != code || got != "" {
			t.Errorf("%q: %q, %v; want %s", in, got, err, code)
		}
	}
}

func TestGroupsAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := civic.NewNumber()
		g := n.Grouped()
		if len(g) != 12 || strings.Count(g, " ") != 2 {
			t.Fatalf("%q", g)
		}
		if got, err := civic.ParseNumber(g); err != nil || got != n {
			t.Fatalf("%q: %s, %v", g, got, err)
		}
	})
	if g := civic.Number("12").Grouped(); g != "12" {
		t.Errorf("%q", g)
	}
}

func FuzzANumberIsTenDigitsOrRefused(f *testing.F) {
	for _, s := range []string{"4821635071", "482 163 5071", "１２３", "\xff", "1A23456789", "一二三1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := civic.ParseNumber(s)
		if err != nil {
			if civic.KindOf(err) != civic.Invalid || n != "" {
				t.Errorf("%q: %q, %v", s, n, err)
			}
			return
		}
		if len(n) != 10 || strings.Trim(string(n), "0123456789") != "" || !valid(string(n)) {
			t.Errorf("%q was read as %q", s, n)
		}
		if again, err := civic.ParseNumber(n.Grouped()); err != nil || again != n {
			t.Errorf("%q → %q → %q, %v", s, n, again, err)
		}
	})
}

func TestFullWidthSignsAreFolded(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "　Ａ１！～　": "A1!~", "\u00a0x\u00a0y": "x y", "中文,。": "中文,。", "𠮷": "𠮷", " \t\n": ""} {
		if got := civic.Fold(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"１１０１０５－１９４９": "1101051949", "0351-123 4567": "03511234567", "11010５ x": "110105x", "(0351)1": "(0351)1", "1\u202c\u20112": "12"} {
		if got := civic.Digits(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		if once := civic.Fold(s); civic.Fold(once) != once {
			t.Fatalf("%q folds to %q and then to %q", s, once, civic.Fold(once))
		}
		if once := civic.Digits(s); civic.Digits(once) != once {
			t.Fatalf("%q: %q, then %q", s, once, civic.Digits(once))
		}
	})
}

func TestATextThatHoldsANumberIsTold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{"本人来窗口": false, "3号窗口，2026年": false, "电话12612345678": true, "１２６ １２３４": true, "110105-1949": true, "123456": false, "12 34 56 7": true, "123,4567": false, "": false,
		"卡号Y7K2M9Q4T83": true, "sn88 4031": true, "CT在B2层3室": false,
		"打一三八零零一三八": true, "幺三八 〇〇幺-三": true, "138零零一三": true, "一二三四五六": false, "二〇二六年一二月三": false, "两两三三四四五": true, "三十八号楼二单元": false, "report-post": false} {
		if got := civic.HoldsNumber(in); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}
