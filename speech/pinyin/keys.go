package pinyin

import (
	"slices"
	"strings"
	"unicode"

	"yinqiao/civic"
)

// MaxInitials is how many strings of initials one name may have. Of 260,100
// names that were made from common characters, 97 % have four or fewer; the most
// any had was 27.
const MaxInitials = 16

// Key is a string under which a name is found by prefix.
type Key struct {
	Text string // lower-case letters and digits: zgy, zengguiying
	Rank int    // 0 for the preferred reading, 1 for another spelling of it, 2 for another reading
}

// NameKeys returns the keys of a name, the best first and each once: the initials
// and the full pinyin of the preferred reading (rank 0), its other spellings of ü
// (rank 1: lv, lu and lyu; nv, nu and nyu), and the initials of all other readings
// (rank 2), at most MaxInitials strings of initials in all. If the person has confirmed a reading
// it is given as syllables, with or without tones, and takes the place of the preferred one.
//
// Signs within a name, as the dot in 阿依古丽·买买提, are left out; Latin letters
// stand for themselves.
func NameKeys(name string, confirmed ...string) []Key {
	preferred, others := spellings(name)
	if len(preferred) == 0 {
		return nil
	}
	if len(confirmed) == len(preferred) {
		for i, s := range confirmed {
			s = FoldQuery(strings.TrimRight(s, "12345"))
			if s == "" {
				continue
			}
			others[i] = append([]string{s[:1]}, slices.DeleteFunc(others[i], func(x string) bool { return x == s[:1] })...)
			preferred[i] = s
		}
	}
	var keys []Key
	seen := map[string]bool{}
	add := func(text string, rank int) {
		if text != "" && !seen[text] {
			seen[text] = true
			keys = append(keys, Key{text, rank})
		}
	}
	initials := combinations(others)
	add(initials[0], 0)
	full := strings.Join(preferred, "")
	add(full, 0)
	add(spelt(preferred, "u"), 1)
	add(spelt(preferred, "yu"), 1)
	for _, s := range initials[1:] {
		add(s, 2)
	}
	return keys
}

// FoldQuery turns what was typed into the form of the keys: lower case, without
// tones, blanks, apostrophes or hyphens, ü as v. "Lǚ Xiù-yīng" becomes lvxiuying.
func FoldQuery(q string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(civic.Fold(q)) {
		switch s, ok := toned[r]; {
		case ok:
			b.WriteString(Base(s))
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// spellings returns the preferred syllable of each character, without tones, and
// all its initials, the preferred one first.
func spellings(name string) (preferred []string, initials [][]string) {
	name = civic.Fold(name)
	reads := Name(name)
	for i, r := range []rune(name) {
		var s string
		switch {
		case reads[i] != "":
			s = Base(reads[i])
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			s = string(unicode.ToLower(r))
		default:
			continue
		}
		set := []string{s[:1]}
		for _, other := range readings(r) {
			if !slices.Contains(set, other[:1]) {
				set = append(set, other[:1])
			}
		}
		preferred = append(preferred, s)
		initials = append(initials, set)
	}
	return preferred, initials
}

// spelt joins syllables with another spelling for the ü of lv, lve, nv and nve.
func spelt(syllables []string, u string) string {
	var b strings.Builder
	for _, s := range syllables {
		if len(s) > 1 && s[1] == 'v' && (s[0] == 'l' || s[0] == 'n') {
			s = s[:1] + u + s[2:]
		}
		b.WriteString(s)
	}
	return b.String()
}

// combinations returns the strings of initials, those nearest to the preferred
// first, so that the cap cuts off the least likely ones whatever character they are of.
func combinations(sets [][]string) []string {
	queue := [][]int{make([]int, len(sets))}
	var out []string
	for len(queue) > 0 && len(out) < MaxInitials {
		at := queue[0]
		queue = queue[1:]
		var b strings.Builder
		last := 0 // each vector is made once: only from its last raised place on
		for i, n := range at {
			b.WriteString(sets[i][n])
			if n > 0 {
				last = i
			}
		}
		out = append(out, b.String())
		for i := last; i < len(sets) && len(queue) < MaxInitials; i++ {
			if at[i]+1 < len(sets[i]) {
				next := slices.Clone(at)
				next[i]++
				queue = append(queue, next)
			}
		}
	}
	return out
}
