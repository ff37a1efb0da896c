package request

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"yinqiao/catalog"
	"yinqiao/civic"
)

// Value is one answer. Code is what machines compare; Shown is what people read
// and hear; Via is the channel by which it was given.
type Value struct {
	Code  string        `json:"code"`
	Shown string        `json:"shown"`
	Via   civic.Channel `json:"via,omitempty"`
	By    civic.Party   `json:"by,omitzero"` // who was at the controls
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
// Review is set; a Review without lines, when everything was skipped, is not nil.
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
	review := []Line{}
	for _, p := range form {
		if p.Answered {
			if len(p.Given) > 0 {
				review = append(review, Line{p.Key, p.Label, shown(p.Given)})
			}
			continue
		}
		if p.Kind == catalog.Choice && len(p.Options) == 0 && !p.Optional {
			return Step{Human: fmt.Sprintf("「%s」现在没有可以选的，请工作人员帮您看看。", p.Ask)}
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
// pass settles them. need lists the options that are still to be fetched. A
// choice that has gone from the options since is asked again; Given still has it.
func Form(d *catalog.Definition, a Answers, opts Options) (form []Prompt, need []Query) {
	asked := map[string]bool{}
	codes := askedCodes(a, asked)
	for i := range d.Questions {
		q := &d.Questions[i]
		if !q.When.Holds(codes) {
			continue
		}
		asked[q.Key] = true
		p, known := Prompt{Question: q, Options: q.Options}, true
		p.Given, p.Answered = a[q.Key]
		switch {
		case q.Kind == catalog.YesNo:
			p.Options = yesNo(q)
		case q.Source != "":
			if p.Options, known = opts[q.Source]; !known {
				need = append(need, Query{q.Key, q.Source})
			}
		}
		p.Answered = p.Answered && (!known || p.offers(p.Given))
		form = append(form, p)
	}
	return form, need
}

// offers reports whether the answers to a choice are among its options. To other
// kinds people answer in words of their own.
func (p *Prompt) offers(vs []Value) bool {
	if p.Kind != catalog.Choice && p.Kind != catalog.YesNo {
		return true
	}
	for _, v := range vs {
		if !slices.ContainsFunc(p.Options, func(o catalog.Option) bool { return o.Code == v.Code }) {
			return false
		}
	}
	return true
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

var errNotAsked = civic.E(civic.Invalid, "answer.not_asked", "这个问题现在不用回答了，请从下一个问题接着办。")

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
	return out, settle(d, out, key), nil
}

// settle drops what depended on a changed answer, and what is no longer asked,
// and what depended on that. Conditions and needs look only back, so that one
// pass in the order of the definition finds all.
func settle(d *catalog.Definition, a Answers, changed string) []Drop {
	var drops []Drop
	gone, asked := map[string]bool{changed: true}, map[string]bool{}
	codes := askedCodes(a, asked)
	for i := range d.Questions {
		q := &d.Questions[i]
		asked[q.Key] = q.When.Holds(codes)
		if asked[q.Key] && !slices.ContainsFunc(q.Needs, func(k string) bool { return gone[k] }) {
			continue
		}
		if _, ok := a[q.Key]; ok && q.Key != changed {
			delete(a, q.Key)
			gone[q.Key] = true
			drops = append(drops, Drop{q.Key})
		}
	}
	for key := range a {
		if d.Question(key) == nil {
			delete(a, key)
			drops = append(drops, Drop{key})
		}
	}
	slices.SortFunc(drops, func(x, y Drop) int { return strings.Compare(x.Key, y.Key) })
	return drops
}

// askedCodes reads answers for conditions: one to a question that is not asked
// does not count.
func askedCodes(a Answers, asked map[string]bool) func(string) []string {
	return func(key string) []string {
		if !asked[key] {
			return nil
		}
		return a.Codes(key)
	}
}

// Rebase carries answers from one version of a definition to another. Answers to
// questions that are gone, or of another kind, or no longer among the options, or
// too long, or skipped where that is no longer allowed, are asked again and named
// in the second result.
func Rebase(from, to *catalog.Definition, a Answers) (Answers, []string) {
	out := Answers{}
	var again []string
	for key, vs := range a {
		was, is := from.Question(key), to.Question(key)
		ok := was != nil && is != nil && was.Kind == is.Kind && was.Source == is.Source
		if ok && is.Source == "" && is.Kind == catalog.Choice {
			ok = (&Prompt{Question: is, Options: is.Options}).offers(vs)
		}
		for _, v := range vs {
			ok = ok && utf8.RuneCountInString(v.Shown) <= longest(is)
		}
		if ok && (len(vs) > 0 || is.Optional) {
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
