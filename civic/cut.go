package civic

import "unicode/utf8"

// Cut is a text of at most so many characters, one or more, with a sign where it was cut.
func Cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
