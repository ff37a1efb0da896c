package pinyin

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	gopinyin "github.com/mozillazg/go-pinyin"
)

//go:embed phrases.txt
var phraseData string

//go:embed surnames.txt
var surnameData string

// surname is a family name that isn't read as its characters usually are.
type surname struct {
	reads  []string
	marked bool // an everyday word too: only read so when the caller marks a name
}

type tables struct {
	phrases  trie
	words    int
	single   map[rune]string
	names    map[rune]string
	surnames map[string]surname
}

// The tables are parsed when first needed; their tests parse them all.
var data = sync.OnceValue(func() *tables {
	t, err := parse(phraseData, surnameData)
	if err != nil {
		panic(err) // embedded data, checked by a test
	}
	return t
})

func parse(phrases, surnames string) (*tables, error) {
	t := &tables{single: map[rune]string{}, names: map[rune]string{}, surnames: map[string]surname{}}
	seen := map[string]bool{}
	err := each(phrases, func(words []string, reads []string) error {
		for _, w := range words {
			runes := []rune(w)
			if seen[w] {
				return fmt.Errorf("%s is listed twice", w)
			}
			if len(runes) != len(reads) {
				return fmt.Errorf("%s has %d characters and %d syllables", w, len(runes), len(reads))
			}
			seen[w] = true
			if len(runes) == 1 {
				t.single[runes[0]] = reads[0]
				continue
			}
			t.phrases.put(runes, reads)
			t.words++
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("phrases.txt: %w", err)
	}
	err = each(surnames, func(words []string, reads []string) error {
		for _, w := range words {
			bare := strings.TrimLeft(w, "*~")
			runes := []rune(bare)
			if len(runes) != len(reads) {
				return fmt.Errorf("%s has %d characters and %d syllables", bare, len(runes), len(reads))
			}
			if w[0] == '~' {
				t.names[runes[0]] = reads[0]
				continue
			}
			if _, twice := t.surnames[bare]; twice {
				return fmt.Errorf("%s is listed twice", bare)
			}
			t.surnames[bare] = surname{reads: reads, marked: w[0] == '*'}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("surnames.txt: %w", err)
	}
	return t, nil
}

// each calls f for every line: words separated by commas or one word, a tab or
// blanks, and syllables. A bare r is the retroflex suffix.
func each(text string, f func(words, reads []string) error) error {
	for n, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		for _, s := range fields[1:] {
			if s != "r" && !Valid(s) {
				return fmt.Errorf("line %d: %q is no syllable", n+1, s)
			}
		}
		if err := f(strings.Split(fields[0], ","), fields[1:]); err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	return nil
}

// readings returns all readings of a character that the dictionary knows, the
// usual one first; nil for what isn't a Chinese character.
func readings(r rune) []string {
	all, ok := gopinyin.PinyinDict[int(r)]
	if !ok {
		return nil
	}
	var out []string
	for _, marked := range strings.Split(all, ",") {
		if s := Numbered(marked); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// usual is the reading of a character outside any phrase.
func usual(r rune) string {
	if s, ok := data().single[r]; ok {
		return s
	}
	if all := readings(r); len(all) > 0 {
		return all[0]
	}
	return ""
}

// Known reports whether a character has a reading.
func Known(r rune) bool { return usual(r) != "" }
