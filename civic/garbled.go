package civic

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Garbled reports whether a text is none that somebody could have meant: it is not UTF-8,
// or holds what stands for a lost character or controls something other than lines.
func Garbled(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
	})
}
