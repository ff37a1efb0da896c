package people

import (
	"slices"
	"strings"
	"unicode"

	"yinqiao/civic"
	"yinqiao/ruledata"
	"yinqiao/sheet"
)

// rosterField is one thing that a column of a list may hold.
type rosterField struct {
	Key   string   `yaml:"key"`
	Title string   `yaml:"title"`
	Also  []string `yaml:"also"`
}

// rosterRules is how lists are read, as data.
type rosterRules struct {
	Version int    `yaml:"version"`
	Source  string `yaml:"source"`
	Limits  struct {
		sheet.Limits `yaml:",inline"`
		KeepDays     int `yaml:"keep_days"`
	} `yaml:"limits"`
	Fields  []rosterField     `yaml:"fields"`
	Ignored []string          `yaml:"ignored"`
	Sex     map[string]Sex    `yaml:"sex"`
	Whose   map[string]string `yaml:"whose"`

	byHeading map[string]string // folded heading to key, "" for the ignored
}

// rules are read once; a file that can't be read is a broken build.
var rules = func() rosterRules {
	r := ruledata.Must[rosterRules](data, "data/roster.yaml")
	r.byHeading = map[string]string{}
	for _, f := range r.Fields {
		for _, h := range append(f.Also, f.Title, f.Key) {
			r.byHeading[foldHeading(h)] = f.Key
		}
	}
	for _, h := range r.Ignored {
		r.byHeading[foldHeading(h)] = ""
	}
	return r
}()

// RosterBytes is the size of the largest list that is accepted, in bytes.
func RosterBytes() int64 { return rules.Limits.Bytes }

// RosterField is one thing that a column may hold, with its usual heading.
type RosterField struct{ Key, Title string }

// RosterFields lists them in the order of the template.
func RosterFields() []RosterField {
	out := make([]RosterField, len(rules.Fields))
	for i, f := range rules.Fields {
		out[i] = RosterField{f.Key, f.Title}
	}
	return out
}

func fieldTitle(key string) string {
	if i := slices.IndexFunc(rules.Fields, func(f rosterField) bool { return f.Key == key }); i >= 0 {
		return rules.Fields[i].Title
	}
	return ""
}

// foldHeading keeps the letters and digits of a heading: people put blanks into
// short words, stars at what must be filled in, and hints into brackets.
func foldHeading(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, civic.Fold(s))
}

// withoutHint drops what stands in brackets at the end.
func withoutHint(s string) string {
	s = civic.Fold(s)
	if i := strings.IndexByte(s, '('); i > 0 {
		return s[:i]
	}
	return s
}

// guessColumn says what a heading stands for, "" for nothing, and whether the
// heading is known at all.
func guessColumn(heading string) (key string, known bool) {
	if key, known = rules.byHeading[foldHeading(heading)]; known {
		return key, true
	}
	key, known = rules.byHeading[foldHeading(withoutHint(heading))]
	return key, known
}

// guessColumns says for each heading what it stands for; of twins the first.
func guessColumns(heads []string) (keys []string, known int) {
	keys = make([]string, len(heads))
	for i, h := range heads {
		key, ok := guessColumn(h)
		if ok {
			known++
		}
		if key != "" && !slices.Contains(keys, key) {
			keys[i] = key
		}
	}
	return keys, known
}
