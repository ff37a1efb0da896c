package speech

import (
	"strings"
	"time"
	"unicode"

	"yinqiao/speech/pinyin"
)

// Pause is a silence between syllables.
type Pause uint8

// The pauses. Their lengths suit older ears: a second between options of a menu
// is the least that leaves time to decide.
const (
	NoPause Pause = iota
	Group         // between groups of digits, between words with a blank
	Comma         // within a sentence
	Stop          // after a sentence
	Option        // after an option of a menu, and between lines
)

// Duration is the length of the pause at the normal pace.
func (p Pause) Duration() time.Duration {
	return [...]time.Duration{0, 250 * time.Millisecond, 400 * time.Millisecond, 700 * time.Millisecond, 1100 * time.Millisecond}[p]
}

// Token is one syllable or one pause.
type Token struct {
	Pinyin string // the syllable with its tone, ni3, huar1; empty for a pause
	Pause  Pause  // NoPause for a syllable
	At     int    // the place in the text, in characters, that it speaks of
}

// Reading is a text as it is said.
type Reading struct {
	Tokens  []Token
	Words   string   // the same in characters, numbers written out: what another synthesiser is given
	Unknown []string // what has no reading and isn't said, each once, in order
}

// Manner is how texts are read where more than one way is right.
type Manner struct {
	DayPart bool // 09:05 as 上午九点零五分 and 14:30 as 下午两点三十分
}

// Speak returns the syllables and pauses of a text.
func Speak(text string) []Token { return Read(text).Tokens }

// Read reads a text in the usual manner.
func Read(text string) Reading { return Manner{}.Read(text) }

// Pinyin returns a text's syllables, separated by blanks, and its pauses as signs:
// "|" between groups, "," "." and "/" for Comma, Stop and Option.
func Pinyin(text string) string { return Write(Speak(text)) }

// Write writes tokens as Pinyin does.
func Write(tokens []Token) string {
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = t.Pinyin
		if t.Pinyin == "" {
			words[i] = [...]string{"", "|", ",", ".", "/"}[t.Pause]
		}
	}
	return strings.Join(words, " ")
}

// Syllables counts the syllables among tokens.
func Syllables(tokens []Token) int {
	n := 0
	for _, t := range tokens {
		if t.Pinyin != "" {
			n++
		}
	}
	return n
}

// Name marks a person's name for use within a text, so that its surname is read
// as surnames are: Speak("请" + Name("单雄") + "到窗口"). The marks are not shown
// anywhere, and a text with them is only for reading aloud.
func Name(name string) string { return string(nameOpen) + name + string(nameClose) }

// The marks are private-use characters, which no input method makes.
const nameOpen, nameClose = '\uE0A0', '\uE0A1'

// Read reads a text.
func (m Manner) Read(text string) Reading {
	s := &scan{text: fold(text), manner: m}
	s.run()
	return s.reading()
}

// reading chooses the syllables of the units, run by run between pauses.
func (s *scan) reading() Reading {
	var r Reading
	var words strings.Builder
	for i := 0; i < len(s.out); {
		if s.out[i].pause != NoPause {
			pause, at := NoPause, s.out[i].at
			for ; i < len(s.out) && s.out[i].pause != NoPause; i++ {
				pause = max(pause, s.out[i].pause)
			}
			switch n := len(r.Tokens); {
			case n == 0 || i == len(s.out):
			case r.Tokens[n-1].Pinyin == "": // nothing between them had a reading
				r.Tokens[n-1].Pause = max(r.Tokens[n-1].Pause, pause)
			default:
				r.Tokens = append(r.Tokens, Token{Pause: pause, At: at})
				words.WriteString([...]string{"", " ", "，", "。", "。\n"}[pause])
			}
			continue
		}
		from := i
		for i < len(s.out) && s.out[i].pause == NoPause {
			words.WriteRune(s.out[i].r)
			i++
		}
		r.Tokens = s.syllables(r.Tokens, s.out[from:i])
	}
	// A pause before something that had no reading would be left at the end.
	for n := len(r.Tokens); n > 0 && r.Tokens[n-1].Pinyin == ""; n-- {
		r.Tokens = r.Tokens[:n-1]
	}
	r.Words, r.Unknown = strings.TrimSpace(words.String()), s.unknown
	return r
}

// syllables appends the tokens of one run of units without a pause.
func (s *scan) syllables(tokens []Token, run []unit) []Token {
	runes := make([]rune, len(run))
	for i, u := range run {
		runes[i] = u.r
	}
	reads := pinyin.ReadRunes(runes)
	for i, u := range run {
		if u.say != "" {
			reads[i] = u.say
		}
	}
	pinyin.Sandhi(runes, reads, func(i int) bool { return run[i].keep })
	start := len(tokens)
	for i, u := range run {
		switch {
		case reads[i] == "r" && len(tokens) > start && !strings.HasSuffix(tokens[len(tokens)-1].Pinyin, "r"):
			last := &tokens[len(tokens)-1]
			last.Pinyin = erhua(last.Pinyin)
			continue
		case reads[i] == "r":
			reads[i] = "er2"
		case reads[i] == "":
			s.miss(u.r)
			continue
		}
		for _, syllable := range strings.Fields(reads[i]) {
			tokens = append(tokens, Token{Pinyin: syllable, At: u.at})
		}
	}
	return tokens
}

// erhua joins the suffix 儿 to a syllable: dian3 becomes dianr3.
func erhua(s string) string {
	if s[:len(s)-1] == "er" || pinyin.Tone(s) == 0 {
		return s
	}
	return s[:len(s)-1] + "r" + s[len(s)-1:]
}

// miss notes a character that has no reading.
func (s *scan) miss(r rune) {
	if !unicode.IsPrint(r) && !unicode.In(r, unicode.Co) {
		return
	}
	for _, u := range s.unknown {
		if u == string(r) {
			return
		}
	}
	s.unknown = append(s.unknown, string(r))
}
