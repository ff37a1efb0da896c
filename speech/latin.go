package speech

import "unicode"

// The names of Latin letters as people here say them, in syllables that a Mandarin
// voice can make.
var letters = map[rune]string{
	'A': "ei1", 'B': "bi4", 'C': "xi1", 'D': "di4", 'E': "yi4", 'F': "ai2 fu4", 'G': "ji4", 'H': "ei1 chi4", 'I': "ai4",
	'J': "zhei4", 'K': "kei4", 'L': "ai2 lou4", 'M': "ai2 mu4", 'N': "en1", 'O': "ou1", 'P': "pi4", 'Q': "kiu4", 'R': "a4 er5",
	'S': "ai2 si4", 'T': "ti4", 'U': "you4", 'V': "wei4", 'W': "da2 bu2 liu4", 'X': "ai4 ke4 si5", 'Y': "wai4", 'Z': "zei4",
}

func (s *scan) letter(r rune) {
	r = unicode.ToUpper(r)
	s.put(unit{r: r, say: letters[r], keep: true})
}

// latin spells a run of letters. A word that somebody would say as a word is spelled
// too: a Mandarin voice can't say it, and a spelled word can at least be written down.
func (s *scan) latin() int {
	from := s.i
	for s.i < len(s.text) && isLatin(s.text[s.i]) {
		// T between a date and a time is a separator, not a letter.
		if s.text[s.i] == 'T' && isDigit(s.prev()) && isDigit(s.next()) && len(s.out) > 0 && s.out[len(s.out)-1].r == '日' {
			s.pause(Group)
		} else {
			s.letter(s.text[s.i])
		}
		s.i++
	}
	n := s.i - from
	s.i = from
	s.key = false
	return n
}
