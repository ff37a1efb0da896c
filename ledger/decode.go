package ledger

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	encoding "golang.org/x/text/encoding/unicode"
)

// decode turns the bytes of a text file into UTF-8: with a byte order mark,
// plain UTF-8, or GBK and GB18030. ok is false for what is no text in any of
// them.
func decode(b []byte) (s string, ok bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		b = b[3:]
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return decoded(encoding.UTF16(encoding.LittleEndian, encoding.UseBOM).NewDecoder().Bytes(b))
	}
	if t := wholeRunes(b); utf8.Valid(t) {
		return string(t), readable(string(t))
	}
	return decoded(simplifiedchinese.GB18030.NewDecoder().Bytes(b))
}

func decoded(b []byte, err error) (string, bool) {
	if err != nil {
		return "", false
	}
	s := string(b)
	return s, readable(s)
}

// wholeRunes drops a character that was cut in two at the end.
func wholeRunes(b []byte) []byte {
	for i := 1; i <= 3 && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

// readable reports whether s looks like text rather than like bytes: hardly any
// control or replacement characters, and in a text that is not ASCII a fair
// share of Chinese characters.
func readable(s string) bool {
	bad, other, han := 0, 0, 0
	for _, r := range s {
		switch {
		case r == utf8.RuneError, r < ' ' && !strings.ContainsRune("\t\n\r\f\v\x1a", r), r == 0x7f:
			bad++
		case r < utf8.RuneSelf:
		case unicode.Is(unicode.Han, r):
			han++
		default:
			other++
		}
	}
	return bad*200 <= len(s) && bad <= 1+(han+other)/20 && (han+other < 8 || han*4 >= other)
}
