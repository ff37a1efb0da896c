package ledger

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold brings one line into the one form that all rules are written for: ASCII
// letters and digits, full-width Chinese punctuation, no blanks except between
// Latin words. Characters that only look like others (⼀, ㈠, ⒈) become these.
func fold(s string) string {
	in := make([]rune, 0, len(s))
	for _, r := range s {
		switch {
		case r == '\u3000' || unicode.IsSpace(r):
			in = append(in, ' ')
		case r >= '！' && r <= '～':
			in = append(in, r-'！'+'!')
		case r >= '⒈' && r <= '⒛', r >= '㈠' && r <= '㈩', r >= 0x2f00 && r <= 0x2fd5:
			in = append(in, []rune(norm.NFKC.String(string(r)))...)
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == unicode.ReplacementChar:
		default:
			in = append(in, r)
		}
	}
	in = squeeze(in)
	var b strings.Builder
	b.Grow(len(in) * 3)
	for i, r := range in {
		var before, after rune
		if i > 0 {
			before = in[i-1]
		}
		if i+1 < len(in) {
			after = in[i+1]
		}
		b.WriteRune(punctuation(r, before, after))
	}
	return b.String()
}

// squeeze drops blanks, except one between two Latin letters or digits.
func squeeze(in []rune) []rune {
	out := in[:0]
	blank := false
	for _, r := range in {
		if r == ' ' {
			blank = true
			continue
		}
		if blank && len(out) > 0 && latin(out[len(out)-1]) && latin(r) {
			out = append(out, ' ')
		}
		out, blank = append(out, r), false
	}
	return out
}

func latin(r rune) bool {
	return r < 0x80 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
}

func digit(r rune) bool { return r >= '0' && r <= '9' }

var fullWidth = map[rune]rune{',': '，', ':': '：', ';': '；', '(': '（', ')': '）', '?': '？', '!': '！', '｡': '。', '､': '、', '﹝': '〔', '﹞': '〕', '∶': '：', '︰': '：'}

// punctuation folds one sign, given its neighbours. A comma or colon between
// digits belongs to the number.
func punctuation(r, before, after rune) rune {
	full, ok := fullWidth[r]
	switch {
	case !ok:
		return r
	case (r == ',' || r == ':') && digit(before) && digit(after):
		return r
	case r == ':' && after == '/':
		return r // an address
	}
	return full
}

// width is how much room a folded text takes on a page, in Chinese characters.
func width(s string) float64 {
	w := 0.0
	for _, r := range s {
		if latin(r) || r == ' ' || r == '.' {
			w += 0.5
		} else {
			w++
		}
	}
	return w
}
