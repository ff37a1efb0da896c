package request

import (
	"slices"
	"strconv"

	"yinqiao/catalog"
)

// each visits every question in order, the items of a group once for each round
// under keys of their own (meds.2.name), and says whether it is open: whether its
// condition holds by the answers to open questions before it. needs are the keys of
// the answers that this one depends on. The visitor may delete from a. Conditions
// and needs look only back, so that one pass settles them.
func each(d *catalog.Definition, a Answers, visit func(q *catalog.Question, open bool, needs []string)) {
	asked := make(map[string]bool, len(d.Questions))
	codes := func(key string) []string {
		if !asked[key] {
			return nil // one to a question that is not asked does not count
		}
		return a.Codes(key)
	}
	for i := range d.Questions {
		q := &d.Questions[i]
		open := q.When.Holds(codes)
		if q.Kind != catalog.Group {
			asked[q.Key] = open
			visit(q, open, q.Needs)
			continue
		}
		if !open {
			continue // what was answered in it is visited by nobody
		}
		for n := 0; n < q.Most; n++ {
			if n >= q.Least {
				more := q.MoreAfter(n)
				asked[more.Key] = true
				visit(&more, true, q.Needs)
				if !slices.Equal(a.Codes(more.Key), []string{"yes"}) {
					break
				}
			}
			round(q, n+1, codes, asked, visit)
		}
	}
}

// round visits the items of a group's nth round.
func round(g *catalog.Question, n int, codes func(string) []string, asked map[string]bool, visit func(*catalog.Question, bool, []string)) {
	prefix := roundKey(g.Key, n)
	scope := func(key string) string { // an item of the same round, or a question before the group
		if slices.ContainsFunc(g.Items, func(q catalog.Question) bool { return q.Key == key }) {
			return prefix + key
		}
		return key
	}
	for i := range g.Items {
		q := g.Items[i] // a copy, since it has another key in each round
		open := q.When.Holds(func(key string) []string { return codes(scope(key)) })
		q.Key = prefix + q.Key
		if g.Most > 1 {
			q.Label = g.Label + strconv.Itoa(n) + "：" + q.Label // which of them, in the read-back and for the office
		}
		var needs []string
		for _, k := range q.Needs {
			needs = append(needs, scope(k))
		}
		asked[q.Key] = open
		visit(&q, open, needs)
	}
}
