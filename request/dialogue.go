package request

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/catalog"
	"yinqiao/civic"
)

// Value is one answer. Code is what machines compare; Shown is what people read
// and hear; Via is the channel by which it was given.
type Value struct {
	Code  string        `json:"code"`
	Shown string        `json:"shown"`
	Hold  string        `json:"hold,omitempty"` // a place held while the draft is open
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
	Given  []string // the codes answered to what the question needs, in its order
}

// ID names the options that answer the query: the source, and what was given.
func (q Query) ID() string { return strings.Join(append([]string{q.Source}, q.Given...), "|") }

// Options are the options fetched, by the ID of their query.
type Options map[string][]catalog.Option

// Facts are what a dialogue knows beside the definition and the answers.
type Facts struct {
	Now     time.Time
	Options Options
	Last    Answers // what the person answered the last time they had this service
	Again   bool    // the same again: whatever still fits is offered
}

// Prompt is a question with what may be answered to it.
type Prompt struct {
	*catalog.Question
	Options  []catalog.Option
	Given    []Value
	Answered bool
	Offered  []Value // a default: offered first, never answered by itself
	query    Query   // what its options answer, when they come from a source
	waits    bool    // for an answer that its options depend on
}

// OwnWords reports whether something other than what is offered may be answered.
func (p *Prompt) OwnWords() bool {
	return !p.Kind.Closed() && p.Kind != catalog.Document
}

// Line is one line of the read-back.
type Line struct {
	Key, Label, Shown string
	Note              string // what whoever works on it should mind; for the office alone
}

// Step is what the dialogue needs next. Exactly one of Need, Ask, Human and
// Review is set; a Review without lines, when everything was skipped, is not nil.
type Step struct {
	Need   []Query  // options that must be fetched first
	Ask    []Prompt // open questions, the next first; a page or a phone takes one
	Human  string   // why only a person can go on from here
	Review []Line   // all is answered: read this back and confirm
}

// Next says what the dialogue needs next. It is pure: the same definition,
// answers and facts always give the same step.
func Next(d *catalog.Definition, a Answers, f Facts) Step {
	form, need := Form(d, a, f)
	if len(need) > 0 {
		return Step{Need: need}
	}
	var ask []Prompt
	review := []Line{}
	for _, p := range form {
		switch {
		case p.Answered && len(p.Given) > 0 && !isMore(p.Key):
			review = append(review, Line{Key: p.Key, Label: p.Label, Shown: shown(p.Given)})
		case p.Answered || p.waits:
		case p.Kind.Closed() && len(p.Options) == 0 && !p.Optional:
			if len(ask) == 0 {
				return Step{Human: fmt.Sprintf("「%s」现在没有可以选的，请工作人员帮您看看。", p.Ask)}
			}
		default:
			ask = append(ask, p)
		}
	}
	if len(ask) > 0 {
		return Step{Ask: ask}
	}
	return Step{Review: review}
}

// isMore reports whether a key is of the question whether there is another: the
// read-back shows what there is.
func isMore(key string) bool { return strings.HasSuffix(key, "."+catalog.MoreKey) }

// Form lists every question that is to be asked given the answers so far, with
// what was answered already, in order. need lists the options that are still to be
// fetched. A choice that has gone from the options since is asked again; Given still
// has it.
func Form(d *catalog.Definition, a Answers, f Facts) (form []Prompt, need []Query) {
	settled := map[string]bool{} // answered, or not asked
	each(d, a, func(q *catalog.Question, open bool, needs []string) {
		if !open {
			settled[q.Key] = true
			return
		}
		p, known := Prompt{Question: q, Options: q.Options}, true
		p.Given, p.Answered = a[q.Key]
		switch {
		case q.Kind == catalog.YesNo:
			p.Options = YesNo(q)
		case q.Kind == catalog.Document:
			p.Options = papers
		case q.Kind == catalog.When:
			p.Options = days(q.Ahead, f.Now)
		case q.Source != "":
			p.query = Query{Key: q.Key, Source: q.Source}
			for _, k := range needs {
				p.waits = p.waits || !settled[k]
				p.query.Given = append(p.query.Given, strings.Join(a.Codes(k), ","))
			}
			if p.Options, known = f.Options[p.query.ID()]; !known && !p.waits {
				need = append(need, p.query)
			}
		}
		p.Answered = p.Answered && !p.waits && (!known || p.offers(p.Given))
		settled[q.Key] = p.Answered
		p.offerDefault(f)
		form = append(form, p)
	})
	return form, need
}

// offers reports whether the answers to a closed question are among its options.
// To other kinds people answer in words of their own.
func (p *Prompt) offers(vs []Value) bool {
	if !p.Kind.Closed() {
		return true
	}
	for _, v := range vs {
		if !slices.ContainsFunc(p.Options, func(o catalog.Option) bool { return o.Code == v.Code }) {
			return false
		}
	}
	return true
}

// offerDefault puts the default in front: what the person answered last time, or
// the option that the definition names.
func (p *Prompt) offerDefault(f Facts) {
	var v []Value
	last := p.Default == "last" || f.Again
	switch {
	case last:
		v = f.Last[p.Key]
	case p.Default != "":
		v = []Value{{Code: p.Default}}
	}
	if len(v) != 1 {
		return
	}
	i := slices.IndexFunc(p.Options, func(o catalog.Option) bool { return o.Code == v[0].Code })
	switch {
	case i >= 0:
		o := p.Options[i]
		p.Offered = []Value{{Code: o.Code, Shown: o.Text}}
		p.Options = slices.Insert(slices.Delete(slices.Clone(p.Options), i, i+1), 0, o)
	case !p.Kind.Closed() && last && p.Kind != catalog.Document:
		if fits, err := read(*p, []string{v[0].Shown}, f.Now); err == nil && len(fits) == 1 {
			p.Offered = []Value{{Code: v[0].Code, Shown: v[0].Shown}}
		}
	}
}

// YesNo are the two options of a question for yes or no, in its own words.
func YesNo(q *catalog.Question) []catalog.Option {
	yes, no := "是", "不是"
	if q.Yes != "" {
		yes = q.Yes
	}
	if q.No != "" {
		no = q.No
	}
	return []catalog.Option{{Code: "yes", Text: yes}, {Code: "no", Text: no}}
}

// Drop is an answer that fell away because another one changed, with the holds
// that it had.
type Drop struct {
	Key    string
	Source string // of the question, when something was held
	Holds  []string
}

var errNotAsked = civic.E(civic.Invalid, "answer.not_asked", "这个问题现在不用回答了，请从下一个问题接着办。")

// Put answers one question. Texts are what the person typed, said or chose: a
// code of the options, or free words. Answers that depended on the old one fall
// away. No texts skips an optional question.
func Put(d *catalog.Definition, a Answers, f Facts, key string, texts []string, via civic.Channel) (Answers, []Drop, error) {
	form, _ := Form(d, a, f)
	i := slices.IndexFunc(form, func(p Prompt) bool { return p.Key == key })
	if i < 0 || form[i].waits {
		return a, nil, errNotAsked.On(key)
	}
	vs, err := read(form[i], texts, f.Now)
	if err != nil {
		return a, nil, err
	}
	for j := range vs {
		vs[j].Via = via
	}
	out := maps.Clone(a)
	if out == nil {
		out = Answers{}
	}
	if slices.Equal(a.Codes(key), codesOf(vs)) {
		for j := range vs {
			vs[j].Hold = a[key][j].Hold // the same place is held already
		}
		out[key] = vs
		return out, nil, nil
	}
	out[key] = vs
	drops := settle(d, out, key)
	if hs := holds(a[key]); len(hs) > 0 {
		drops = append(drops, Drop{key, form[i].Source, hs})
	}
	return out, drops, nil
}

// RemoveRound takes one round out of a group, for whoever named one too many. The
// rounds after it move up.
func RemoveRound(d *catalog.Definition, a Answers, group string, n int) (Answers, []Drop, error) {
	g := d.Question(group + ".1." + catalog.MoreKey)
	top := slices.IndexFunc(d.Questions, func(q catalog.Question) bool { return q.Key == group })
	if g == nil || top < 0 {
		return a, nil, errNotAsked.On(group)
	}
	q := &d.Questions[top]
	last := 0
	each(d, a, func(x *catalog.Question, _ bool, _ []string) {
		var k int
		if rest, ok := strings.CutPrefix(x.Key, group+"."); ok {
			k, _ = strconv.Atoi(strings.SplitN(rest, ".", 2)[0])
			if !isMore(x.Key) {
				last = max(last, k)
			}
		}
	})
	if n < 1 || n > last || last <= q.Least {
		return a, nil, errNotAsked.On(group)
	}
	out := maps.Clone(a)
	drops := []Drop{}
	for _, item := range q.Items {
		key := roundKey(group, n) + item.Key
		if vs, ok := a[key]; ok {
			drops = append(drops, fallen(d, key, vs))
		}
		for k := n; k <= last; k++ {
			delete(out, roundKey(group, k)+item.Key)
			if vs, ok := a[roundKey(group, k+1)+item.Key]; ok && k < last {
				out[roundKey(group, k)+item.Key] = vs
			}
		}
	}
	// As many yes as there are rounds left, and after them what was said at the end.
	end, ended := a[q.MoreAfter(last).Key]
	delete(out, q.MoreAfter(last).Key)
	delete(out, q.MoreAfter(last-1).Key)
	if ended {
		out[q.MoreAfter(last-1).Key] = end
	} else if last == q.Most {
		out[q.MoreAfter(last-1).Key] = []Value{{Code: "no", Shown: "没有了"}}
	}
	drops = append(drops, settle(d, out, "")...)
	return out, drops, nil
}

func roundKey(group string, n int) string { return fmt.Sprintf("%s.%d.", group, n) }

// settle drops what depended on a changed answer, and what is no longer asked,
// and what depended on that.
func settle(d *catalog.Definition, a Answers, changed string) []Drop {
	var drops []Drop
	gone, seen := map[string]bool{changed: true}, map[string]bool{}
	drop := func(key string) {
		if vs, ok := a[key]; ok && key != changed {
			delete(a, key)
			gone[key] = true
			drops = append(drops, fallen(d, key, vs))
		}
	}
	each(d, a, func(q *catalog.Question, open bool, needs []string) {
		seen[q.Key] = true
		if !open || slices.ContainsFunc(needs, func(k string) bool { return gone[k] }) {
			drop(q.Key)
		}
	})
	for _, key := range slices.Sorted(maps.Keys(a)) {
		if !seen[key] {
			drop(key) // unknown, or of a round that is no more
		}
	}
	slices.SortFunc(drops, func(x, y Drop) int { return strings.Compare(x.Key, y.Key) })
	return drops
}

func fallen(d *catalog.Definition, key string, vs []Value) Drop {
	f := Drop{Key: key, Holds: holds(vs)}
	if q := d.Question(key); q != nil && len(f.Holds) > 0 {
		f.Source = q.Source
	}
	return f
}

// holds lists the places that answers hold.
func holds(vs []Value) []string {
	var out []string
	for _, v := range vs {
		if v.Hold != "" {
			out = append(out, v.Hold)
		}
	}
	return out
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
		ok := was != nil && is != nil && was.Kind == is.Kind && was.Source == is.Source && is.Least == was.Least && is.Most == was.Most
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
