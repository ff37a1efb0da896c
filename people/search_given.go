package people

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinqiao/db"
	"yinqiao/speech/pinyin"
)

// given is a name without its surname, as it is looked for: by the keys of whole names that end with it.
type given struct {
	heads  []string // what surnames begin the keys with
	text   string
	grades []any
	name   string // the characters that the name itself ends with, or ""
	why    string
}

// initialHeads and syllableHeads are all that a surname of one character can begin a key with.
var (
	initialHeads  = strings.Split("abcdefghijklmnopqrstuvwxyz", "")
	syllableHeads = pinyin.Syllables()
)

// asGiven are the ways to understand what was typed as a name without its surname. 桂英 may be 王桂英, gy and guiying too.
func (w sought) asGiven() []given {
	initials := func(text, why string) given { return given{initialHeads, text, []any{gradeInitials}, "", why} }
	sound := func(text, name, why string) given {
		return given{syllableHeads, text, []any{gradePinyin, gradeSpelling}, name, why}
	}
	switch {
	case w.sounds:
		return []given{sound(w.name, "", "名的读音一样")}
	case w.letters && len(w.name) > 1:
		return []given{initials(w.name, "名的拼音首字母 "+w.name), sound(w.name, "", "名的拼音 "+w.name)}
	case w.letters, strings.ContainsFunc(w.name, func(r rune) bool { return !unicode.Is(unicode.Han, r) }), utf8.RuneCountInString(w.name) > 2:
		return nil
	}
	const any = "王" // behind a surname the first character is read as in a given name: 单 is dan, not shan
	if keys := pinyin.NameKeys(any + w.name); len(keys) > 1 {
		return []given{sound(strings.TrimPrefix(keys[1].Text, "wang"), w.name, "名，没有姓")}
	}
	return nil
}

// byGiven reads the keys that end so, near; elsewhere only where nobody else is found.
func (c *search) byGiven() error {
	for _, g := range c.want.asGiven() {
		for _, county := range c.counties() {
			if err := c.readGiven(g, string(county)); err != nil || len(c.distinct()) > matchMost {
				return err
			}
		}
		if len(c.hits) > 0 || c.want.place != "" && !c.at.wide {
			continue
		}
		if err := c.readGiven(g, ""); err != nil {
			return err
		}
	}
	return nil
}

func (c *search) readGiven(g given, county string) error {
	texts := make([]any, len(g.heads))
	for i, h := range g.heads {
		texts[i] = h + g.text
	}
	most, args := 2*(matchMost+1), texts
	where := `WHERE text IN ` + db.In(1, len(texts))
	and := func(cond string, vs ...any) {
		where += " AND " + cond + db.In(len(args)+1, len(vs))
		args = append(args, vs...)
	}
	and("grade IN ", g.grades...)
	if county != "" {
		and("county IN ", county)
	}
	if c.want.from != "" {
		and("born >= ", c.want.from)
		and("born < ", c.want.to)
	}
	if g.name != "" {
		and("EXISTS (SELECT 1 FROM person p WHERE p.id = name_key.person AND p.name LIKE ", "%"+g.name)
		where += ")"
	}
	if c.want.place != "" {
		most = scanMost
	}
	and("1 = 1 LIMIT ", most)
	var rows []keyRow
	if err := c.q.Select(&rows, keyColumnsRead+where, args...); err != nil {
		return err
	}
	c.more = c.more || len(rows) == most
	if c.want.place != "" {
		var err error
		if rows, err = c.inPlace(rows); err != nil {
			return err
		}
	}
	for _, r := range slices.Compact(rows) {
		score := scoreGiven
		if r.County != c.near {
			score += elsewhere
		}
		c.add(hit{person: r.Person, score: score, why: g.why})
	}
	return nil
}
