package place

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"yinqiao/civic"
)

//go:embed data/kinds.yaml
var kindsYAML []byte

// Kind is a kind of place.
type Kind struct {
	Code, Words, Group string
	Clauses            []string
	Nearest            string   // serves or anywhere
	Holidays           string   // open or closed, unless a place's own hours say otherwise
	Features           []string // those that matter most there, by code
	Ask                []string // words by which people ask for it
	Hidden             bool     // not for the public
}

// Feature is something that a place may have.
type Feature struct {
	Code, Words string
	Clauses     []string
}

// kinds is what kinds.yaml holds.
type kindFile struct {
	Version   int
	Source    string
	Closeness struct{ Village, Street, County, City, Province float64 }
	Features  []Feature
	Kinds     []Kind
}

var kindData = sync.OnceValue(func() kindFile {
	f, err := parseKinds(kindsYAML)
	if err != nil {
		panic("place: data/kinds.yaml: " + err.Error())
	}
	return f
})

func parseKinds(text []byte) (f kindFile, err error) {
	if err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict()); err != nil {
		return f, err
	}
	if f.Version < 1 || f.Source == "" {
		return f, fmt.Errorf("no version or source")
	}
	c := f.Closeness
	if !(0 < c.Village && c.Village < c.Street && c.Street < c.County && c.County < c.City && c.City < c.Province) {
		return f, fmt.Errorf("closeness does not grow outwards: %+v", c)
	}
	features := map[string]bool{}
	for _, x := range f.Features {
		if x.Code == "" || x.Words == "" || features[x.Code] {
			return f, fmt.Errorf("feature %q", x.Code)
		}
		features[x.Code] = true
	}
	seen := map[string]bool{}
	for _, k := range f.Kinds {
		if k.Code == "" || k.Words == "" || k.Group == "" || seen[k.Code] || k.Nearest != nearestServes && k.Nearest != nearestAnywhere ||
			k.Holidays != "open" && k.Holidays != "closed" {
			return f, fmt.Errorf("kind %q", k.Code)
		}
		seen[k.Code] = true
		for _, x := range k.Features {
			if !features[x] {
				return f, fmt.Errorf("kind %q has the unknown feature %q", k.Code, x)
			}
		}
	}
	return f, nil
}

const (
	nearestServes   = "serves"
	nearestAnywhere = "anywhere"
)

// Kinds lists all kinds of place, in the order in which they are offered. The
// slice is the caller's own.
func Kinds() []Kind { return slices.Clone(kindData().Kinds) }

// Features lists all features. The slice is the caller's own.
func Features() []Feature { return slices.Clone(kindData().Features) }

// KindOf returns the kind with the code; ok is false if there is none.
func KindOf(code string) (k Kind, ok bool) {
	for _, k := range kindData().Kinds {
		if k.Code == code {
			return k, true
		}
	}
	return Kind{Code: code, Words: code, Group: "其他", Nearest: nearestServes, Holidays: "closed"}, false
}

// KindWords names a kind of place.
func KindWords(code string) string { k, _ := KindOf(code); return k.Words }

// FeatureWords names a feature.
func FeatureWords(code string) string {
	for _, f := range kindData().Features {
		if f.Code == code {
			return f.Words
		}
	}
	return code
}

func knownFeature(code string) bool { return FeatureWords(code) != code }

// Asked returns the kinds that somebody may mean who asks with these words, the
// likeliest first: 社保 means social_security. At most five.
func Asked(words string) []Kind {
	words = civic.FoldWords(words)
	if words == "" {
		return nil
	}
	type hit struct {
		k     Kind
		score int
	}
	var hits []hit
	for _, k := range kindData().Kinds {
		best := 0
		for i, w := range append([]string{k.Words}, k.Ask...) {
			score := 0
			switch {
			case w == words:
				score = 100
			case strings.Contains(w, words):
				score = 60
			case strings.Contains(words, w):
				score = 40 + 2*len([]rune(w)) // the longer word is the surer
			}
			if i == 0 && score > 0 {
				score++
			}
			best = max(best, score)
		}
		if best > 0 && !k.Hidden {
			hits = append(hits, hit{k, best})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return b.score - a.score })
	var out []Kind
	for _, h := range hits[:min(len(hits), 5)] {
		out = append(out, h.k)
	}
	return out
}
