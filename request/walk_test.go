package request_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"yinqiao/catalog"
	"yinqiao/request"
)

// The three ways to walk a dialogue, over the same answers.

// byPage answers the first open question until none is left.
func byPage(t *rapid.T, d *catalog.Definition, opts request.Options, given map[string][]string) (request.Answers, request.Step) {
	a := request.Answers{}
	for range len(d.Questions) + 1 {
		s := request.Next(d, a, opts)
		if len(s.Ask) == 0 {
			return a, s
		}
		a = checkPut(t, d, a, opts, s.Ask[0].Key, given[s.Ask[0].Key])
	}
	t.Fatal("one question a page does not come to an end")
	return nil, request.Step{}
}

// byForm answers all that is open, shows the form again, and so on.
func byForm(t *rapid.T, d *catalog.Definition, opts request.Options, given map[string][]string) (request.Answers, request.Step) {
	a := request.Answers{}
	for range len(d.Questions) + 1 {
		s := request.Next(d, a, opts)
		if len(s.Ask) == 0 {
			return a, s
		}
		for _, p := range s.Ask {
			a = checkPut(t, d, a, opts, p.Key, given[p.Key])
		}
	}
	t.Fatal("the form does not come to an end")
	return nil, request.Step{}
}

// byJSON gives everything at once, also what is not asked.
func byJSON(t *rapid.T, d *catalog.Definition, opts request.Options, given map[string][]string) (request.Answers, request.Step) {
	a := request.Answers{}
	for _, q := range d.Questions {
		a = checkPut(t, d, a, opts, q.Key, given[q.Key])
	}
	return a, request.Next(d, a, opts)
}

func TestAPageAFormAndJSONGiveTheSameAnswers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := define(t, anyQuestions(t)...)
		opts := anyOptions(t)
		if len(opts["offices:hospital"]) == 0 {
			opts["offices:hospital"] = options(1)
		}
		given := map[string][]string{}
		for i := range d.Questions {
			q := &d.Questions[i]
			p := request.Prompt{Question: q, Options: q.Options}
			if q.Source != "" {
				p.Options = opts[q.Source]
			}
			if q.Kind == catalog.YesNo {
				p.Options = []catalog.Option{{Code: "yes"}, {Code: "no"}}
			}
			given[q.Key] = good(t, p)
		}
		page, ps := byPage(t, d, opts, given)
		form, fs := byForm(t, d, opts, given)
		json, js := byJSON(t, d, opts, given)
		if !reflect.DeepEqual(page, form) || !reflect.DeepEqual(page, json) {
			t.Fatalf("given %v\npage %v\nform %v\nJSON %v", given, page, form, json)
		}
		if ps.Review == nil || !reflect.DeepEqual(ps, fs) || !reflect.DeepEqual(ps, js) {
			t.Fatalf("page ends in %+v, form in %+v, JSON in %+v", ps, fs, js)
		}
	})
}
