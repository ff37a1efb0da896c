package request

import (
	"slices"

	"yinqiao/catalog"
)

// Known is one answer of last time.
type Known struct{ Key, Label, Code, Shown string }

// sameAgain gathers the answers of last time to the questions that come next, as long as
// their defaults are those: a hospital, then its department, then the doctor. The first
// is still offered; whether the others are is seen when they are given.
func sameAgain(form []Prompt, def *catalog.Definition, f Facts) []Known {
	open := slices.IndexFunc(form, func(p Prompt) bool { return !p.Answered })
	if open < 0 || len(form[open].Offered) != 1 {
		return nil
	}
	from := slices.IndexFunc(def.Questions, func(q catalog.Question) bool { return q.Key == form[open].Key })
	if from < 0 {
		return nil
	}
	var out []Known
	for _, q := range def.Questions[from:] {
		last := f.Last[q.Key]
		if q.Default != "last" || !q.Kind.Closed() || len(last) != 1 {
			break
		}
		out = append(out, Known{q.Key, q.Label, last[0].Code, last[0].Shown})
	}
	if len(out) < 2 {
		return nil
	}
	return out
}
