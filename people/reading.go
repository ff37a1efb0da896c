package people

import (
	"context"
	"strings"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/speech/pinyin"
)

var (
	errReading = civic.E(civic.Invalid, "name.reading", "读音请一个字写一个拼音，中间空一格，比如「曾桂英」写 zeng gui ying。").On("reading")
	errVillage = civic.E(civic.Invalid, "register.village", "村或社区只写名字，最多30个字，比如：柳湾社区。").On("village")
)

// CleanReading checks how a name is read: one syllable for each character that
// has a reading, between blanks, with tones or without, as zēng guì yīng or
// zeng1 gui4 ying1. It returns them as zeng1 gui4 ying1. "" is allowed and means
// that nobody said. Invalid if it doesn't fit the name.
func CleanReading(name, text string) (string, error) {
	text = civic.Fold(text)
	if text == "" {
		return "", nil
	}
	if utf8.RuneCountInString(text) > 300 {
		return "", errReading
	}
	var out []string
	for _, word := range strings.Fields(strings.ToLower(text)) {
		s := syllable(word)
		if s == "" {
			return "", errReading
		}
		out = append(out, s)
	}
	if len(out) != spoken(name) {
		return "", errReading
	}
	return strings.Join(out, " "), nil
}

// syllable returns a syllable as it is kept, lü as lv, or "" if there is none such.
func syllable(word string) string {
	base := strings.TrimRight(word, "12345")
	tone := word[len(base):]
	if s := pinyin.Numbered(base); s != "" && tone == "" {
		if plain := pinyin.FoldQuery(base); plain == pinyin.Base(s) && !toned(base) {
			return plain
		}
		return s
	}
	base = pinyin.FoldQuery(base)
	for from, to := range map[string]string{"lyu": "lv", "nyu": "nv", "lyue": "lve", "nyue": "nve", "lue": "lve", "nue": "nve"} {
		if base == from {
			base = to
		}
	}
	if len(tone) > 1 || !pinyin.Valid(base+"1") {
		return ""
	}
	return base + tone
}

// toned reports whether a syllable bears a mark of tone.
func toned(s string) bool {
	return strings.ContainsAny(s, "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿếề")
}

// spoken is how many syllables the keys of a name have: characters without a
// reading have none.
func spoken(name string) int {
	n := 0
	for i, s := range pinyin.Name(name) {
		if r := []rune(name)[i]; s != "" || r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			n++
		}
	}
	return n
}

// cleanVillage checks the name of a village or community.
func cleanVillage(text string) (string, error) {
	text = strings.Join(strings.Fields(civic.Fold(text)), "")
	if utf8.RuneCountInString(text) > 30 || !utf8.ValidString(text) || civic.HoldsNumber(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
		return "", errVillage
	}
	return text, nil
}

// SetReading keeps how a person's name is read, by their own word: it goes before
// what dictionaries say, in search and in speech. "" takes it back.
func (s *Service) SetReading(ctx context.Context, actor civic.Actor, person civic.PersonID, reading string) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(mayName(person))
		if err != nil {
			return err
		}
		self, err := Resolve(tx, person)
		if err != nil {
			return err
		}
		var row struct{ Name, Reading string }
		if err := tx.Get(&row, `SELECT name, reading FROM person WHERE id = $1`, self.Root); err != nil {
			return err
		}
		clean, err := CleanReading(row.Name, reading)
		if err != nil {
			return err
		}
		if clean == row.Reading {
			return journal.ErrUnchanged
		}
		if _, err := tx.Exec(`UPDATE person SET reading = $1 WHERE id = $2`, clean, self.Root); err != nil {
			return err
		}
		if err := reindex(tx, auth, self.Root); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActRead})
	})
}
