package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
)

// Make is another request that one of this service makes when it is submitted: told
// once, done by several offices. What the other service asks beyond Answers and Fixed,
// its office asks.
type Make struct {
	Service string `yaml:"service" json:"service"`
	// When looks at the answers of this service; nil makes it always. An item of a group
	// is named without its number and stands for all rounds: matters.what.
	When *Cond `yaml:"when" json:"when,omitempty"`
	// Answers are what carries over: the other service's question by this one's.
	Answers map[string]string `yaml:"answers" json:"answers,omitempty"`
	// Fixed are codes that are answered whoever asks: that service's question, a code.
	Fixed map[string]string `yaml:"fixed" json:"fixed,omitempty"`
}

// makesMost bounds the requests that one makes: each is a case of some office.
const makesMost = 8

// checkMakes checks what one definition alone shows.
func (d *Definition) checkMakes(bad complain) {
	if len(d.Makes) > makesMost {
		bad("makes", "一件事最多同时办%d样", makesMost)
	}
	if len(d.Makes) > 0 && d.Casework == nil {
		bad("makes", "只有由单位办的事（casework）才能带着办别的事：没办成的要有人告诉老人")
	}
	scope := map[string]*Question{}
	for i := range d.Questions {
		q := &d.Questions[i]
		scope[q.Key] = q
		for j := range q.Items {
			scope[q.Key+"."+q.Items[j].Key] = &q.Items[j]
		}
	}
	for i, m := range d.Makes {
		at := fmt.Sprintf("makes[%d]", i)
		if !plainName(m.Service) {
			bad(at+".service", "写的是「%s」，要写一项服务的代号", m.Service)
		}
		if slices.ContainsFunc(d.Makes[:i], func(x Make) bool { return x.Service == m.Service }) {
			bad(at+".service", "「%s」写了两次，同一项服务只写一次，几种情况用 any 连起来", m.Service)
		}
		if m.When != nil {
			for _, k := range m.When.Keys() {
				if q := scope[k]; q == nil || q.Kind == Group {
					bad(at+".when", "提到了「%s」，可是这项服务没有问过这个", k)
				}
			}
			checkCond(m.When, scope, func(format string, args ...any) { bad(at+".when", format, args...) })
		}
		for _, to := range slices.Sorted(maps.Keys(m.Answers)) {
			from := m.Answers[to]
			if q := scope[from]; q == nil || q.Kind == Group || strings.Contains(from, ".") {
				bad(at+".answers."+to, "要带过去的「%s」，这项服务没有问过；一组问题里的也带不过去", from)
			}
			if m.Fixed[to] != "" {
				bad(at+".fixed."+to, "「%s」已经写在 answers 里了，只写一处", to)
			}
		}
	}
}

// kin finds the definitions of a service that people of the divisions may get, and
// whether there is such a service at all.
type kin func(service string, in []civic.Division) (ds []*Definition, known bool, err error)

// kinOf are the definitions of a set; those first named count before the others.
func kinOf(sets ...[]*Definition) kin {
	return func(service string, in []civic.Division) (out []*Definition, known bool, err error) {
		for _, set := range sets {
			for _, d := range set {
				if d.Service != service {
					continue
				}
				known = true
				if overlap(d.Divisions, in) {
					out = append(out, d)
				}
			}
			if len(out) > 0 {
				break
			}
		}
		return out, known, nil
	}
}

func overlap(a, b []civic.Division) bool {
	return slices.ContainsFunc(a, func(x civic.Division) bool {
		return slices.ContainsFunc(b, func(y civic.Division) bool { return x.Covers(y) || y.Covers(x) })
	})
}

// kinFaults is what is wrong between a definition and the services that it makes
// requests of.
func (d *Definition) kinFaults(find kin) ([]fault, error) {
	var wrong []fault
	bad := func(path, format string, args ...any) {
		wrong = append(wrong, fault{"$." + path, said(format, args...)})
	}
	for i, m := range d.Makes {
		at := fmt.Sprintf("makes[%d]", i)
		others, known, err := find(m.Service, d.Divisions)
		if err != nil {
			return nil, err
		}
		switch {
		case !known:
			bad(at+".service", "写的是「%s」，没有这项服务", m.Service)
			continue
		case len(others) == 0:
			bad(at+".service", "写的是「%s」，这项服务在这些地方都不办", m.Service)
			continue
		}
		back, err := leads(others, d.Service, find)
		if err != nil {
			return nil, err
		}
		if back || m.Service == d.Service {
			bad(at+".service", "「%s」又会带出「%s」，转成了一圈，永远办不完", m.Service, d.Service)
		}
		for _, o := range others {
			d.checkMake(at, m, o, bad)
		}
	}
	return wrong, nil
}

// leads reports whether requests of the definitions make, sooner or later, one of the
// service.
func leads(from []*Definition, to string, find kin) (bool, error) {
	seen := map[string]bool{}
	for queue := slices.Clone(from); len(queue) > 0; queue = queue[1:] {
		for _, m := range queue[0].Makes {
			if m.Service == to {
				return true, nil
			}
			if seen[m.Service] {
				continue
			}
			seen[m.Service] = true
			next, _, err := find(m.Service, queue[0].Divisions)
			if err != nil {
				return false, err
			}
			queue = append(queue, next...)
		}
	}
	return false, nil
}

// checkMake checks what carries over to one definition of the other service.
func (d *Definition) checkMake(at string, m Make, o *Definition, bad complain) {
	if o.Casework == nil {
		bad(at+".service", "「%s」要自己挑时间，不能顺带着办；只能写由单位办的事（casework）", m.Service)
		return
	}
	if from := o.Casework.OfficeFrom; from != "" && m.Answers[from] == "" && m.Fixed[from] == "" {
		bad(at+".answers", "「%s」由老人自己选单位，要把「%s」带过去", m.Service, from)
	}
	for _, to := range slices.Sorted(maps.Keys(m.Answers)) {
		q, from := o.plain(to), d.plain(m.Answers[to])
		switch {
		case q == nil:
			bad(at+".answers."+to, "「%s」没有问「%s」这个问题", m.Service, to)
		case from != nil && !q.takes(from):
			bad(at+".answers."+to, "「%s」的「%s」接不了「%s」的回答：两个问题要是一样的种类，答得出的范围也要装得下", m.Service, to, from.Key)
		}
	}
	for _, to := range slices.Sorted(maps.Keys(m.Fixed)) {
		q := o.plain(to)
		switch {
		case q == nil:
			bad(at+".fixed."+to, "「%s」没有问「%s」这个问题", m.Service, to)
		case q.Source != "" || q.Kind != Choice && q.Kind != YesNo || !q.holds(m.Fixed[to]):
			bad(at+".fixed."+to, "写的是「%s」，不是「%s」的「%s」的选项", m.Fixed[to], m.Service, to)
		}
	}
}

// plain returns a question that is not in a group, nor one, or nil.
func (d *Definition) plain(key string) *Question {
	if strings.Contains(key, ".") {
		return nil
	}
	return d.Question(key)
}

// holds reports whether a code is among the fixed options.
func (q *Question) holds(code string) bool {
	if q.Kind == YesNo {
		return code == "yes" || code == "no"
	}
	return slices.ContainsFunc(q.Options, func(o Option) bool { return o.Code == code })
}

// takes reports whether every answer that another question can have is one to this.
func (q *Question) takes(from *Question) bool {
	if q.Kind != from.Kind || q.Source != from.Source || q.longest() < from.longest() {
		return false
	}
	switch q.Kind {
	case Choice:
		return !slices.ContainsFunc(from.Options, func(o Option) bool { return !q.holds(o.Code) })
	case Number:
		return q.Least <= from.Least && (q.Most == 0 || from.Most > 0 && from.Most <= q.Most)
	case When:
		return q.Ahead != nil && from.Ahead != nil && q.Ahead.By == from.Ahead.By && q.Ahead.From <= from.Ahead.From && from.Ahead.To <= q.Ahead.To
	case Session, Group:
		return false // a place is held for one
	}
	return true
}

func (q *Question) longest() int {
	if q.Max == 0 {
		return textMost
	}
	return q.Max
}

// textMost is the longest answer in words where the definition says nothing.
const textMost = 200

// stored finds the versions of a service that were ever published, after those of a
// set that is being published.
func (s *Service) stored(q db.Q, set []*Definition) kin {
	own := kinOf(set)
	return func(service string, in []civic.Division) ([]*Definition, bool, error) {
		ds, known, err := own(service, in)
		if len(ds) > 0 || err != nil {
			return ds, known, err
		}
		var rows []struct{ Hash string }
		if err := q.Select(&rows, `SELECT DISTINCT hash FROM service_state WHERE service = $1 ORDER BY hash`, service); err != nil {
			return nil, false, err
		}
		var out []*Definition
		for _, r := range rows {
			d, err := s.Version(q, r.Hash)
			if err != nil {
				return nil, false, err
			}
			if overlap(d.Divisions, in) {
				out = append(out, d)
			}
		}
		return out, known || len(rows) > 0, nil
	}
}

// checkKin refuses a definition whose requests would make others that can't be.
func (s *Service) checkKin(q db.Q, d *Definition, set []*Definition) error {
	wrong, err := d.kinFaults(s.stored(q, set))
	if err != nil || len(wrong) == 0 {
		return err
	}
	return civic.E(civic.Invalid, "service.form", "服务定义有错，没有发布："+joined(wrong).Error())
}
