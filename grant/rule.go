package grant

import (
	"embed"
	"slices"
	"strings"
	"time"
	"unicode"

	"yinqiao/civic"
	"yinqiao/ruledata"
)

//go:embed data/*.yaml
var data embed.FS

// Limit bounds the grants that one unrelated agent may hold.
type Limit struct {
	Elders     int  `yaml:"elders"`     // how many older people at a time
	Months     int  `yaml:"months"`     // how long one grant may last
	Everything bool `yaml:"everything"` // whether a grant may be for everything
}

// limits are the rules of data/limits.yaml.
type limits struct {
	Source    string                   `yaml:"source"`
	Version   string                   `yaml:"version"`
	Family    []string                 `yaml:"family"`
	Others    []string                 `yaml:"others"`
	Unrelated Limit                    `yaml:"unrelated"`
	Asks      int                      `yaml:"asks"`    // of one relative, waiting at a time
	Namings   int                      `yaml:"namings"` // tries an hour to find a relative
	Chosen    int                      `yaml:"chosen_minutes"`
	Reserved  []string                 `yaml:"reserved"`  // relations of guardianships
	Relatives []string                 `yaml:"relatives"` // who, besides family, may do what a death leaves to do
	Cities    map[civic.Division]Limit `yaml:"cities"`
}

// Way is one way in which a grant is given, and what it asks for.
type Way struct {
	Code   string   `yaml:"code"`
	Words  string   `yaml:"words"`
	Card   bool     `yaml:"card"`   // the person's card was presented in opening
	Needs  []string `yaml:"needs"`  // kinds of evidence: scan, witness, read_back
	Notice bool     `yaml:"notice"` // the person is told afterwards
}

// Needs reports whether the way asks for a kind of evidence.
func (w Way) needs(kind string) bool { return slices.Contains(w.Needs, kind) }

// Choice is a code with its words.
type Choice struct {
	Code  string `yaml:"code"`
	Words string `yaml:"words"`
}

// ways are the rules of data/ways.yaml.
type waysFile struct {
	Source    string   `yaml:"source"`
	Version   string   `yaml:"version"`
	Ways      []Way    `yaml:"ways"`
	Witnesses []string `yaml:"witnesses"`
	Deaths    []Choice `yaml:"deaths"`
}

var (
	rules = ruledata.Must[limits](data, "data/limits.yaml")
	given = ruledata.Must[waysFile](data, "data/ways.yaml")
)

// family reports whether a relation counts as family.
func (l limits) family(relation string) bool { return slices.Contains(l.Family, relation) }

// related reports whether a grant counts as one to family: by its relation, on the
// person's own word, their guardian's or what was brought over. What a clerk took down
// by phone, from a paper or before a witness does not prove who is related.
func related(relation, how string) bool {
	w, taken := way(how)
	return rules.family(relation) && (!taken || w.Card)
}

// relationOf brings a relation to the form of the lists: no blanks, nothing invisible.
func relationOf(typed string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Cf) {
			return -1
		}
		return r
	}, civic.FoldWords(typed))
}

// after reports whether a relation may do what is left to do after a death.
func (l limits) after(relation string) bool {
	return l.family(relation) || slices.Contains(l.Relatives, relation) || slices.Contains(l.Reserved, relation)
}

// in returns the limit where a person lives: the most local city's, or the default.
func (l limits) in(home civic.Division) Limit {
	best, out := civic.Division(""), l.Unrelated
	for d, limit := range l.Cities {
		if d.Covers(home) && len(d) > len(best) {
			best, out = d, limit
		}
	}
	return out
}

// way finds a way by its code.
func way(code string) (Way, bool) {
	for _, w := range given.Ways {
		if w.Code == code {
			return w, true
		}
	}
	return Way{}, false
}

// Ways lists the ways in which staff take down a grant.
func Ways() []Way { return slices.Clone(given.Ways) }

// WayWords says how a grant was given.
func WayWords(code string) string {
	if w, ok := way(code); ok {
		return w.Words
	}
	switch code {
	case "own":
		return "老人自己在网页上办的"
	case "asked":
		return "家人在网页上请求的"
	case "guardian":
		return "监护人办的"
	case "court":
		return "法院或居委会、村委会、民政部门指定"
	}
	return "登记的委托"
}

// Relations lists what an agent may be to a person, family first.
func Relations() []string { return slices.Concat(rules.Family, rules.Others) }

// Family reports whether a relation counts as family, whose grants have wider limits.
func Family(relation string) bool { return rules.family(relation) }

// ChosenFor is how long somebody whom a person named stays chosen.
func ChosenFor() time.Duration { return time.Duration(rules.Chosen) * time.Minute }

// Witnesses lists who may be a witness.
func Witnesses() []string { return slices.Clone(given.Witnesses) }

// DeathSources lists by what a death may be entered.
func DeathSources() []Choice { return slices.Clone(given.Deaths) }

// held words, for people.
var heldWords = map[string]string{
	strings.TrimSpace(heldDispute):  "家里人意见不一致，先停一停",
	strings.TrimSpace(heldUnwanted): "老人说不是自己的意思，先停一停",
	strings.TrimSpace(heldWard):     "有了监护人，等监护人认可",
	strings.TrimSpace(heldElder):    "老人已登记去世",
	strings.TrimSpace(heldAgent):    "受托人已登记去世",
}

// HeldWords says why a grant is held, or "".
func HeldWords(held string) string {
	var out []string
	for _, w := range strings.Fields(held) {
		if heldWords[w] == "" {
			continue // which merge wrote it
		}
		out = append(out, heldWords[w])
	}
	return strings.Join(out, "；")
}
