package speech

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yinqiao/civic"
	"yinqiao/speech/pinyin"
)

// anyText draws texts that look like what the rules look for, mixed with what they don't.
var anyText = rapid.Custom(func(t *rapid.T) string {
	parts := rapid.SliceOfN(rapid.OneOf(
		rapid.StringMatching(`[0-9]{1,20}`),
		rapid.StringMatching(`[0-9,.:/\-~%*+ ]{1,12}`),
		rapid.SampledFrom([]string{
			"元", "¥", "℃", "第", "年", "月", "日", "个", "尾号", "电话", "浙A", "京", "一", "不", "儿", "一点儿", "~", "—", "kg", "mmHg", "T", "(0571)",
			"按", "键", "*", "#", "\n", "。", "😀", "奶奶", "单", "姓", "曾", "拨打", "室", "①", "×", string(nameOpen), string(nameClose), "行", "\xff",
		}),
		rapid.StringN(1, 6, 24),
	), 0, 8).Draw(t, "parts")
	return strings.Join(parts, "")
})

func TestAnyTextGivesOnlySyllablesAndPauses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := anyText.Draw(t, "text")
		if err := wellFormed(text); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzAnyTextGivesOnlySyllablesAndPauses(f *testing.F) {
	for _, seed := range []string{"", "12.50元", "2026-11-23T09:05", "浙A·12345", "\uE0A0单\uE0A1", "-1/2%", "0.0.0", "1,2,3", "儿", "一", "\xf0\x9f"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := wellFormed(text); err != nil {
			t.Fatal(err)
		}
	})
}

// wellFormed checks what holds for every text.
func wellFormed(text string) error {
	for _, m := range []Manner{{}, {DayPart: true}} {
		r := m.Read(text)
		length := len([]rune(text))
		for i, tok := range r.Tokens {
			switch {
			case tok.At < 0 || tok.At >= length:
				return fmt.Errorf("%q: token %d points at %d of %d", text, i, tok.At, length)
			case tok.Pinyin != "" && (tok.Pause != NoPause || !pinyin.Valid(tok.Pinyin)):
				return fmt.Errorf("%q: token %d is %+v", text, i, tok)
			case tok.Pinyin == "" && (tok.Pause == NoPause || i == 0 || i == len(r.Tokens)-1 || r.Tokens[i-1].Pinyin == ""):
				return fmt.Errorf("%q: a stray pause at token %d: %s", text, i, Write(r.Tokens))
			}
		}
	}
	return nil
}

// spokenDigits are the digits that a text says one by one.
func spokenDigits(words string) string {
	var b strings.Builder
	for _, r := range words {
		if r == '幺' {
			b.WriteByte('1')
		} else if i := strings.IndexRune(han, r); i >= 0 {
			b.WriteByte(byte('0' + i/3))
		}
	}
	return b.String()
}

var requestNumbers = rapid.Map(rapid.StringMatching(`[1-9][0-9]{8}`), func(body string) civic.Number {
	for check := range 10 {
		if n, err := civic.ParseNumber(body + fmt.Sprint(check)); err == nil {
			return n
		}
	}
	panic("no check digit for " + body)
})

func TestNumbersThatAreNamesKeepEveryDigitInOrder(t *testing.T) {
	t.Parallel()
	kinds := map[string]*rapid.Generator[string]{
		"a mobile":    rapid.StringMatching(`1[3-9][0-9]{9}`),
		"a landline":  rapid.StringMatching(`0571-[2-8][0-9]{7}`),
		"a request":   rapid.Map(requestNumbers, func(n civic.Number) string { return string(n) }),
		"grouped":     rapid.Map(requestNumbers, civic.Number.Grouped),
		"an ID":       rapid.StringMatching(`[1-6][0-9]{5}19[0-9]{10}`),
		"a tail":      rapid.Map(rapid.StringMatching(`[0-9]{4}`), func(s string) string { return "尾号" + s }),
		"a code":      rapid.Map(rapid.StringMatching(`[0-9]{4,8}`), func(s string) string { return "验证码是" + s }),
		"a plate":     rapid.Map(rapid.StringMatching(`[0-9]{5}`), func(s string) string { return "浙B·" + s }),
		"a room":      rapid.Map(rapid.StringMatching(`[1-9][0-9]{2,3}`), func(s string) string { return s + "室" }),
		"a hotline":   rapid.StringMatching(`9[56][0-9]{3}`),
		"zeros first": rapid.StringMatching(`0[0-9]{2,6}`),
		"a card":      rapid.StringMatching(`6[0-9]{18}`),
	}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				text := kind.Draw(t, "number")
				want := strings.Map(func(r rune) rune {
					if isDigit(r) {
						return r
					}
					return -1
				}, text)
				words := Read(text).Words
				if got := spokenDigits(words); got != want {
					t.Fatalf("%s is said %s: %s", text, words, got)
				}
				if strings.ContainsAny(words, "一十百千万亿两") {
					t.Fatalf("%s is counted: %s", text, words)
				}
			})
		})
	}
}

// value reads a number in characters back; the inverse of cardinal.
func value(words string) (n uint64) {
	var total, section, digit uint64
	for _, r := range words {
		switch r {
		case '两':
			digit = 2
		case '十':
			section += max(digit, 1) * 10
			digit = 0
		case '百':
			section += digit * 100
			digit = 0
		case '千':
			section += digit * 1000
			digit = 0
		case '万':
			total += (section + digit) * 1_0000
			section, digit = 0, 0
		case '亿':
			total = (total + section + digit) * 1_0000_0000
			section, digit = 0, 0
		default:
			digit = uint64(strings.IndexRune(han, r) / 3)
		}
	}
	return total + section + digit
}

func TestACardinalSaysItsWholeValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Uint64Range(0, 99_999), rapid.Uint64Range(0, 9_999_999_999_999_999), rapid.Custom(func(t *rapid.T) uint64 {
			// numbers with long runs of zeros, where the rules are
			n := uint64(0)
			for range rapid.IntRange(1, 3).Draw(t, "digits") {
				p := uint64(1)
				for range rapid.IntRange(0, 15).Draw(t, "place") {
					p *= 10
				}
				n += p * rapid.Uint64Range(1, 9).Draw(t, "digit")
			}
			return n % 1_0000_0000_0000_0000
		})).Draw(t, "n")
		words := cardinal(fmt.Sprint(n))
		if got := value(words); got != n {
			t.Fatalf("%d is said %s, which is %d", n, words, got)
		}
		if strings.Contains(words, "零零") || n > 0 && strings.HasSuffix(words, "零") || strings.HasPrefix(words, "一十") {
			t.Fatalf("%d is said %s", n, words)
		}
	})
}

func TestAnAmountOfMoneySaysItsWholeValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Uint64Range(0, 1_000_000_000).Draw(t, "fen")
		text := fmt.Sprintf("%d.%02d元", fen/100, fen%100)
		words := Read(text).Words
		rest, got := words, uint64(0)
		for _, coin := range []struct {
			name string
			fen  uint64
		}{{"元", 100}, {"角", 10}, {"分", 1}} {
			if before, after, ok := strings.Cut(rest, coin.name); ok {
				got += value(strings.TrimPrefix(before, "零")) * coin.fen
				rest = after
			}
		}
		if got != fen || rest != "" {
			t.Fatalf("%s is said %s, which is %d fen", text, words, got)
		}
	})
}

func TestEveryDateAndTimeIsSaidWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		y, m, d := rapid.IntRange(1900, 2100).Draw(t, "y"), rapid.IntRange(1, 12).Draw(t, "m"), rapid.IntRange(1, 28).Draw(t, "d")
		h, min := rapid.IntRange(0, 23).Draw(t, "h"), rapid.IntRange(1, 59).Draw(t, "min")
		text := fmt.Sprintf("%d-%02d-%02d %02d:%02d", y, m, d, h, min)
		words := Read(text).Words
		cut := strings.FieldsFunc(words, func(r rune) bool { return strings.ContainsRune("年月日点分 ", r) })
		if len(cut) != 5 {
			t.Fatalf("%s is said %s", text, words)
		}
		if spokenDigits(cut[0]) != fmt.Sprint(y) || value(cut[1]) != uint64(m) || value(cut[2]) != uint64(d) || value(cut[3]) != uint64(h) || value(cut[4]) != uint64(min) {
			t.Fatalf("%s is said %s", text, words)
		}
	})
}
