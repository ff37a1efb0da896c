package civic

import "regexp"

// longNumber is what an ID, card, phone or code number looks like in a text.
var longNumber = regexp.MustCompile(`[0-9\x{FF10}-\x{FF19}]{6,}[Xx]?`)

// Scrub hides long numbers, for the log: causes come from drivers, parsers and
// panics, which may quote what they were given.
func Scrub(text string) string { return longNumber.ReplaceAllString(text, "…") }
