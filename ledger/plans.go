package ledger

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

//go:embed data/*.yaml
var planFiles embed.FS

// Plan is a policy document as measures in our own words: what is followed up,
// with its references, units, days and targets.
type Plan struct {
	Code      string        `yaml:"code"` // names its clauses: SX, ZJ
	Title     string        `yaml:"title"`
	Number    string        `yaml:"number"`
	Issuer    string        `yaml:"issuer"`
	IssuedOn  string        `yaml:"issued_on"`
	Status    Status        `yaml:"status"`
	Truncated bool          `yaml:"truncated"`
	Goals     []PlanGoal    `yaml:"goals"`
	Measures  []PlanMeasure `yaml:"measures"`
}

// PlanGoal is what the whole plan is to reach, and by when. The last of them is
// also the day of every measure that has none of its own.
type PlanGoal struct {
	Deadline string `yaml:"deadline"`
	Zh       string `yaml:"zh"`
	En       string `yaml:"en"`
}

// PlanMeasure is one measure.
type PlanMeasure struct {
	Ref     string       `yaml:"ref"`
	Section string       `yaml:"section"`
	Kind    Kind         `yaml:"kind"`
	Force   Force        `yaml:"force"`
	Zh      string       `yaml:"zh"` // up to 40 characters
	En      string       `yaml:"en"`
	Actions []PlanAction `yaml:"actions"`
}

// PlanAction is a part of a measure with units of its own. Words of its own are
// there only where a measure has several.
type PlanAction struct {
	Zh        string       `yaml:"zh"`
	En        string       `yaml:"en"`
	Units     []string     `yaml:"units"`
	Lead      string       `yaml:"lead"` // one of the units, or empty
	OpenEnded bool         `yaml:"open_ended"`
	Deadline  string       `yaml:"deadline"`
	Targets   []PlanTarget `yaml:"targets"`
}

// PlanTarget is a number to reach.
type PlanTarget struct {
	Zh        string    `yaml:"zh"`
	Value     float64   `yaml:"value"`
	Unit      string    `yaml:"unit"`
	Direction Direction `yaml:"direction"`
}

// Clause names a measure of the plan as rules and services cite it: SX14, ZJ2.3.
func (p *Plan) Clause(m PlanMeasure) string { return p.Code + m.Ref }

// Plans returns the plans that come with this release, by code. The error names
// the file and what is wrong with it.
func Plans() ([]*Plan, error) {
	files, err := planFiles.ReadDir("data")
	if err != nil {
		return nil, err
	}
	var out []*Plan
	var wrong []error
	for _, f := range files {
		b, err := planFiles.ReadFile("data/" + f.Name())
		if err != nil {
			return nil, err
		}
		p, err := loadPlan(b)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", f.Name(), err))
			continue
		}
		out = append(out, p)
	}
	return out, errors.Join(wrong...)
}

func loadPlan(b []byte) (*Plan, error) {
	var p Plan
	if err := yaml.UnmarshalWithOptions(b, &p, yaml.DisallowUnknownField()); err != nil {
		return nil, errors.New(yaml.FormatError(err, false, true))
	}
	return &p, p.check()
}

// maxWords is how many characters say what a measure is.
const maxWords = 40

func (p *Plan) check() error {
	var wrong []error
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	words := func(at, zh, en string) {
		if n := utf8.RuneCountInString(zh); n == 0 || n > maxWords || en == "" {
			bad("%s: needs en and 1 to %d characters of zh", at, maxWords)
		}
	}
	if p.Code == "" || p.Title == "" || p.Number == "" || p.Status != InForce && p.Status != Draft {
		bad("code, title, number and status are needed")
	}
	for _, g := range p.Goals {
		words("goals", g.Zh, g.En)
	}
	seen := map[string]bool{}
	for _, m := range p.Measures {
		if m.Ref == "" || seen[m.Ref] || m.Kind != Task && m.Kind != Safeguard || strength(m.Force) == 0 || len(m.Actions) == 0 {
			bad("measure %q: needs a ref of its own, kind, force and actions", m.Ref)
		}
		seen[m.Ref] = true
		words(m.Ref, m.Zh, m.En)
		for _, a := range m.Actions {
			if len(m.Actions) > 1 {
				words(m.Ref+" actions", a.Zh, a.En)
			}
			if a.Lead != "" && !slices.Contains(a.Units, a.Lead) {
				bad("%s: lead %s is none of its units", m.Ref, a.Lead)
			}
		}
	}
	return errors.Join(wrong...)
}
