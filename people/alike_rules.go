package people

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/goccy/go-yaml"

	"yinqiao/civic"
)

//go:embed data/alike.yaml
var alikeYAML []byte

// alikeRules say when two registrations may be one person; data/alike.yaml tells
// what the words mean.
type alikeRules struct {
	Version int
	Source  string
	Years   int
	Rules   []alikeRule
}

type alikeRule struct {
	Name    string
	Birth   string
	Where   string
	Phone   bool
	Despite bool
	Say     string
}

var alikeData = sync.OnceValue(func() alikeRules {
	r, err := parseAlike(alikeYAML)
	if err != nil {
		panic(err) // embedded data, checked by a test
	}
	return r
})

func parseAlike(b []byte) (alikeRules, error) {
	var out alikeRules
	if err := yaml.UnmarshalWithOptions(b, &out, yaml.Strict()); err != nil {
		return out, err
	}
	if out.Version < 1 || out.Source == "" || out.Years < 0 || out.Years > 10 || len(out.Rules) == 0 {
		return out, fmt.Errorf("people: data/alike.yaml lacks a version, a source, years or rules")
	}
	for i, r := range out.Rules {
		ok := slices.Contains([]string{"same", "sound"}, r.Name) && slices.Contains([]string{"", "same", "near", "unknown"}, r.Birth) &&
			slices.Contains([]string{"", "county", "street"}, r.Where) && r.Say != "" && (r.Birth != "" || r.Phone)
		if r.Birth != "same" && !r.Phone && r.Where != "street" {
			ok = false // would name half a county
		}
		if r.Name == "sound" && r.Where == "" {
			ok = false // is looked for in the county alone
		}
		if !ok {
			return out, fmt.Errorf("people: data/alike.yaml: rule %d can't be understood", i+1)
		}
	}
	return out, nil
}

// Likeness is what of a person is compared with others.
type Likeness struct {
	Name     string // as it is written
	Reading  string // confirmed syllables, or ""
	Sex      Sex
	Birth    string // YYYY-MM-DD, or ""
	Division civic.Division
	Number   bool     // has a resident ID number, which is not the other's
	Phones   []string // their blind indexes
}

// alike returns the first rule by which two may be one person, and whether any
// does. It is pure: sounds are the pinyin of both names, phone whether they share one.
func (rs alikeRules) alike(a, b Likeness, sounds [2]string, phone bool) (int, bool) {
	sameName := nameKey(a.Name) == nameKey(b.Name)
	differ := a.Number && b.Number || a.Sex != b.Sex && known(a.Sex) && known(b.Sex)
	for i, r := range rs.Rules {
		switch {
		case differ && !r.Despite,
			r.Name == "same" && !sameName,
			r.Name == "sound" && (sounds[0] == "" || sounds[0] != sounds[1]),
			r.Birth == "same" && (a.Birth == "" || a.Birth != b.Birth),
			r.Birth == "near" && !near(a.Birth, b.Birth, rs.Years),
			r.Birth == "unknown" && a.Birth != "" && b.Birth != "",
			r.Where == "county" && (len(a.Division) < 6 || a.Division.County() != b.Division.County()),
			r.Where == "street" && (len(a.Division) < 9 || len(b.Division) < 9 || a.Division[:9] != b.Division[:9]),
			r.Phone && !phone:
			continue
		}
		return i, true
	}
	return 0, false
}

func known(s Sex) bool { return s == Male || s == Female }

// near reports whether two births are known and no more than some years apart.
func near(a, b string, years int) bool {
	x, err1 := strconv.Atoi(year(a))
	y, err2 := strconv.Atoi(year(b))
	return err1 == nil && err2 == nil && x-y <= years && y-x <= years
}
