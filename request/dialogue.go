package request

import (
	"fmt"
	"slices"

	"yinqiao/catalog"
	"yinqiao/civic"
)

// Value is one answer. Code is what machines compare; Shown is what people read
// and hear; Via is the channel by which it was given.
type Value struct {
	Code  string        `json:"code"`
	Shown string        `json:"shown"`
	Via   civic.Channel `json:"via,omitempty"`
}

// Answers are the values by question. A question that was skipped has an empty
// list; one that was not asked yet is missing.
type Answers map[string][]Value

// Codes returns the codes answered to a question.
func (a Answers) Codes(key string) []string {
	vs := a[key]
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = v.Code
	}
	return out
}

// Query asks an option source for the options of a question.
type Query struct {
	Key    string
	Source string
}

// Prompt is a question with what may be answered to it.
type Prompt struct {
	*catalog.Question
	Options  []catalog.Option
	Given    []Value
	Answered bool
}

// Line is one line of the read-back.
type Line struct{ Key, Label, Shown string }

// Step is what the dialogue needs next. Exactly one of Need, Ask, Human and
// Review is set.
type Step struct {
	Need   []Query  // options that must be fetched first
	Ask    []Prompt // open questions, the next first; a page or a phone takes one
	Human  string   // why only a person can go on from here
	Review []Line   // all is answered: read this back and confirm
}

// Options are the options fetched, by source.
type Options map[string][]catalog.Option

// Next says what the dialogue needs next. It is pure: the same definition,
// answers and options always give the same step.
func Next(d *catalog.Definition, a Answers, opts Options) Step {
	form, need := Form(d, a, opts)
	if len(need) > 0 {
		return Step{Need: need}
	}
	var ask []Prompt
	var review []Line
	for _, p := range form {
		if p.Answered {
			if len(p.Given) > 0 {
				review = append(review, Line{p.Key, p.Label, shown(p.Given)})
			}
			continue
		}
		if p.Kind == catalog.Choice && len(p.Options) == 0 {
			return Step{Human: fmt.Sprintf("「%s」现在没有可以选的,请工作人员帮您看看。", p.Ask)}
		}
		ask = append(ask, p)
	}
	if len(ask) > 0 {
		return Step{Ask: ask}
	}
	return Step{Review: review}
}

// Form lists every question that is to be asked given the answers so far, with
// what was answered already, in order. Conditions look only back, so that one
// pass settles them. need lists the options that are still to be fetched.
func Form(d *catalog.Definition, a Answers, opts Options) (form []Prompt, need []Query) {
	asked := map[string]bool{}
	codes := func(key string) []string {
		if !asked[key] {
			return nil // an answer to a question that is not asked does not count
		}
		return a.Codes(key)
	}
	for i := range d.Questions {
		q := &d.Questions[i]
		if !q.When.Holds(codes) {
			continue
		}
		asked[q.Key] = true
		p := Prompt{Question: q, Options: q.Options}
		p.Given, p.Answered = a[q.Key]
		switch {
		case q.Kind == catalog.YesNo:
			p.Options = yesNo(q)
		case q.Source != "":
			got, ok := opts[q.Source]
			if !ok {
				need = append(need, Query{q.Key, q.Source})
			}
			p.Options = got
		}
		form = append(form, p)
	}
	return form, need
}

func yesNo(q *catalog.Question) []catalog.Option {
	yes, no := "是", "不是"
	if q.Yes != "" {
		yes = q.Yes
	}
	if q.No != "" {
		no = q.No
	}
	return []catalog.Option{{Code: "yes", Text: yes}, {Code: "no", Text: no}}
}

// Drop is an answer that fell away because another one changed.
type Drop struct{ Key string }

var errNotAsked = civic.E(civic.Invalid, "answer.not_asked", "这个问题现在不用回答了,请从下一个问题接着办。")

// Put answers one question. Texts are what the person typed, said or chose: a
// code of the options, or free words. Answers that depended on the old one fall
// away. No texts skips an optional question.
func Put(d *catalog.Definition, a Answers, opts Options, key string, texts []string, via civic.Channel) (Answers, []Drop, error) {
	form, _ := Form(d, a, opts)
	i := slices.IndexFunc(form, func(p Prompt) bool { return p.Key == key })
	if i < 0 {
		return a, nil, errNotAsked.On(key)
	}
	vs, err := read(form[i], texts)
	if err != nil {
		return a, nil, err
	}
	for j := range vs {
		vs[j].Via = via
	}
	out := make(Answers, len(a)+1)
	for k, v := range a {
		out[k] = v
	}
	changed := !slices.Equal(a.Codes(key), codesOf(vs))
	out[key] = vs
	if !changed {
		return out, nil, nil
	}
	return out, settle(d, out, opts, key), nil
}

// settle drops what depended on a changed answer, and what is no longer asked.
func settle(d *catalog.Definition, a Answers, opts Options, changed string) []Drop {
	var drops []Drop
	gone := map[string]bool{changed: true}
	for i := range d.Questions {
		q := &d.Questions[i]
		if slices.ContainsFunc(q.Needs, func(k string) bool { return gone[k] }) {
			gone[q.Key] = true
			if _, ok := a[q.Key]; ok {
				delete(a, q.Key)
				drops = append(drops, Drop{q.Key})
			}
		}
	}
	form, _ := Form(d, a, opts)
	for key := range a {
		if !slices.ContainsFunc(form, func(p Prompt) bool { return p.Key == key }) {
			delete(a, key)
			drops = append(drops, Drop{key})
		}
	}
	slices.SortFunc(drops, func(x, y Drop) int { return slices.Compare([]byte(x.Key), []byte(y.Key)) })
	return drops
}

// Rebase carries answers from one version of a definition to another. Answers to
// questions that are gone, or of another kind, or no longer among the options,
// are asked again and named in the second result.
func Rebase(from, to *catalog.Definition, a Answers) (Answers, []string) {
	out := Answers{}
	var again []string
	for key, vs := range a {
		was, is := from.Question(key), to.Question(key)
		ok := was != nil && is != nil && was.Kind == is.Kind && was.Source == is.Source
		if ok && len(is.Options) > 0 {
			for _, v := range vs {
				ok = ok && slices.ContainsFunc(is.Options, func(o catalog.Option) bool { return o.Code == v.Code })
			}
		}
		if ok {
			out[key] = vs
		} else {
			again = append(again, key)
		}
	}
	slices.Sort(again)
	return out, again
}

func codesOf(vs []Value) []string { return Answers{"": vs}.Codes("") }

func shown(vs []Value) string {
	s := ""
	for i, v := range vs {
		if i > 0 {
			s += "、"
		}
		s += v.Shown
	}
	return s
}
