package speech

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinqiao/speech/pinyin"
)

// unit is one character to be said, or one pause.
type unit struct {
	r     rune   // the character; 0 for a pause
	at    int    // the place in the text that it comes from
	say   string // its syllables, where words don't decide
	keep  bool   // an 一 that counts and keeps its tone
	pause Pause
}

// scan goes through a text once, from left to right, and writes down what is said.
type scan struct {
	text    []rune
	i       int
	out     []unit
	unknown []string
	manner  Manner
	key     bool // the last thing said was a key to press
}

// A rule reads something at the start of rest, writes what is said, and returns
// how many characters it took; 0 when it doesn't apply.
type rule func(s *scan, rest string) int

// lookahead is how far a rule sees, in characters: more than the longest number
// that anybody groups.
const lookahead = 64

// fold makes full-width signs narrow, one character for one, so that places in
// the text stay what they were.
func fold(text string) []rune {
	runes := []rune(strings.ToValidUTF8(text, "\uFFFD"))
	for i, r := range runes {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			runes[i] = r - 0xFEE0
		case r == 0x3000 || r == 0xA0 || r == 0x2002 || r == 0x2003 || r == 0x2009:
			runes[i] = ' '
		case r == 0xFFE5:
			runes[i] = '¥'
		case r == 0x2212 || r == 0x2010 || r == 0x2011:
			runes[i] = '-'
		case r == 0x301C:
			runes[i] = '~'
		case r == 0x2022 || r == 0x2027 || r == 0x30FB:
			runes[i] = '·'
		case r == '⁄' || r == '∕':
			runes[i] = '/'
		}
	}
	return runes
}

func (s *scan) run() {
	for s.i < len(s.text) {
		r := s.text[s.i]
		n := 0
		switch {
		case r == nameOpen || r == nameClose:
			n = s.name()
		case isDigit(r):
			s.key = false
			n = s.try(digitRules)
		case strings.ContainsRune("¥$€£+-(*", r):
			n = s.try(signRules)
		case isLatin(r):
			n = s.latin()
		case unicode.Is(unicode.Han, r) || r == '〇':
			if n = s.try(hanRules); n == 0 {
				s.key = s.key && r == '键'
				s.put(unit{r: r})
				n = 1
			}
		}
		if n == 0 {
			n = s.mark()
		}
		s.i += n
	}
}

func (s *scan) try(rules []rule) int {
	rest := string(s.text[s.i:min(len(s.text), s.i+lookahead)])
	for _, f := range rules {
		if n := f(s, rest); n > 0 {
			return n
		}
	}
	return 0
}

// find is a rule that applies where a pattern does, and where f agrees.
func find(pattern string, f func(s *scan, m []string, rest string) bool) rule {
	re := regexp.MustCompile(`^(?:` + pattern + `)`)
	return func(s *scan, rest string) int {
		m := re.FindStringSubmatch(rest)
		if m == nil {
			return 0
		}
		if !f(s, m, rest[len(m[0]):]) {
			return 0
		}
		return utf8.RuneCountInString(m[0])
	}
}

func (s *scan) put(u unit) {
	u.at = s.i
	s.out = append(s.out, u)
}

// words says characters; an 一 among them is a number's when keep is set.
func (s *scan) words(text string, keep bool) {
	for _, r := range text {
		s.put(unit{r: r, keep: keep})
	}
}

func (s *scan) pause(p Pause) { s.put(unit{pause: p}) }

// before returns up to n characters before the current place.
func (s *scan) before(n int) string { return string(s.text[max(0, s.i-n):s.i]) }

// prev and next are the characters around the current one, 0 at the ends.
func (s *scan) prev() rune {
	if s.i == 0 {
		return 0
	}
	return s.text[s.i-1]
}

func (s *scan) next() rune {
	if s.i+1 >= len(s.text) {
		return 0
	}
	return s.text[s.i+1]
}

// name reads a marked name.
func (s *scan) name() int {
	if s.text[s.i] == nameClose {
		return 1
	}
	end := s.i + 1
	for end < len(s.text) && s.text[end] != nameClose && s.text[end] != nameOpen && end-s.i < 40 {
		end++
	}
	if end == len(s.text) || s.text[end] != nameClose {
		return 1 // a mark without its partner
	}
	open := s.i
	name := s.text[s.i+1 : end]
	for i, syllable := range pinyin.Name(string(name)) {
		s.i = open + 1 + i
		switch r := s.text[s.i]; {
		case syllable != "":
			s.put(unit{r: r, say: syllable, keep: true})
		case isLatin(r):
			s.letter(r)
		case r != ' ' && r != '·':
			s.miss(r)
		}
	}
	s.i = open
	s.key = false
	return end - open + 1
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
func isLatin(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func isHan(r rune) bool   { return unicode.Is(unicode.Han, r) }
