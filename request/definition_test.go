package request_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/request"
)

// define makes a definition of the questions, by way of Parse.
func define(t rapid.TB, qs ...catalog.Question) *catalog.Definition {
	t.Helper()
	for i := range qs {
		if qs[i].Ask == "" {
			qs[i].Ask = qs[i].Key + "?"
		}
		qs[i].Label = qs[i].Key
	}
	d := catalog.Definition{Service: "test", Version: 1, Title: "试办", Say: "试一试。", Clauses: []string{"SX1"}, Divisions: []civic.Division{"14"},
		Channels: []civic.Channel{civic.ChannelDesk, civic.ChannelElder}, Proxy: true, Fee: "不收费。", Questions: qs,
		Casework: &catalog.Casework{OfficeKind: "hospital", DueDays: 3, DueSource: "测试", Done: "请写"}}
	b, err := json.Marshal(d) // JSON is YAML
	if err != nil {
		t.Fatal(err)
	}
	out, err := catalog.Parse(b)
	if err != nil {
		t.Fatalf("the definition does not pass: %v\n%s", err, b)
	}
	return out
}

// facts are options on a Monday morning.
func facts(o request.Options) request.Facts {
	return request.Facts{Now: time.Date(2026, 11, 23, 1, 5, 0, 0, time.UTC), Options: o}
}

func options(n int) []catalog.Option {
	out := make([]catalog.Option, n)
	for i := range out {
		code := string(rune('a' + i))
		out[i] = catalog.Option{Code: code, Text: "选项" + code}
	}
	return out
}

// anyQuestions draws questions with conditions, needs, sources, options and groups,
// such as Parse accepts.
func anyQuestions(t *rapid.T) []catalog.Question {
	return drawQuestions(t, "q", rapid.IntRange(1, 8).Draw(t, "questions"), nil, catalog.Kinds)
}

func drawQuestions(t *rapid.T, prefix string, n int, before []catalog.Question, kinds []catalog.Kind) []catalog.Question {
	var qs []catalog.Question
	for i := range n {
		q := catalog.Question{Key: fmt.Sprintf("%s%d", prefix, i), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"),
			Ask: fmt.Sprintf("%s%d?", prefix, i), Label: fmt.Sprint(prefix, i), Optional: rapid.Bool().Draw(t, "optional")}
		earlier := slices.DeleteFunc(slices.Concat(before, qs), func(q catalog.Question) bool { return q.Kind == catalog.Group })
		drawKind(t, &q, earlier)
		if len(earlier) > 0 && rapid.Bool().Draw(t, "conditional") {
			q.When = anyCond(t, earlier, 2)
		}
		for _, p := range earlier {
			if rapid.IntRange(0, 4).Draw(t, "needs") == 0 {
				q.Needs = append(q.Needs, p.Key)
			}
		}
		qs = append(qs, q)
	}
	return qs
}

func drawKind(t *rapid.T, q *catalog.Question, earlier []catalog.Question) {
	switch q.Kind {
	case catalog.Choice, catalog.Session:
		if rapid.Bool().Draw(t, "sourced") {
			q.Source = "offices:hospital"
		} else {
			q.Options = options(rapid.IntRange(1, 4).Draw(t, "options"))
		}
	case catalog.Address, catalog.Place, catalog.Person:
		q.Source = rapid.SampledFrom([]string{"", "home"}).Draw(t, "source")
	case catalog.Number:
		q.Most = rapid.IntRange(0, 9).Draw(t, "most")
	case catalog.When:
		q.Ahead = &catalog.Ahead{From: 0, To: rapid.IntRange(0, 40).Draw(t, "to"), By: rapid.SampledFrom([]string{"day", "half", "time"}).Draw(t, "by")}
	case catalog.Group:
		q.Optional, q.More = false, "还有吗?"
		q.Least, q.Most = rapid.IntRange(0, 1).Draw(t, "least"), rapid.IntRange(1, 3).Draw(t, "most")
		kinds := slices.DeleteFunc(slices.Clone(catalog.Kinds), func(k catalog.Kind) bool { return k == catalog.Group })
		q.Items = drawQuestions(t, q.Key+"-", rapid.IntRange(1, 3).Draw(t, "items"), earlier, kinds)
	}
	if rapid.IntRange(0, 3).Draw(t, "default") == 0 {
		q.Default = "last"
	}
}

func anyCond(t *rapid.T, before []catalog.Question, depth int) *catalog.Cond {
	c := &catalog.Cond{Not: rapid.Bool().Draw(t, "not")}
	if depth > 0 && rapid.IntRange(0, 2).Draw(t, "deeper") == 0 {
		list := &c.All
		if rapid.Bool().Draw(t, "any") {
			list = &c.Any
		}
		for range rapid.IntRange(1, 2).Draw(t, "parts") {
			*list = append(*list, *anyCond(t, before, depth-1))
		}
		return c
	}
	q := rapid.SampledFrom(before).Draw(t, "of")
	c.Key, c.In = q.Key, []string{rapid.SampledFrom(codesOf(q)).Draw(t, "code")}
	return c
}

// codesOf lists codes that a condition may ask a question for.
func codesOf(q catalog.Question) []string {
	switch {
	case q.Kind == catalog.YesNo:
		return []string{"yes", "no"}
	case len(q.Options) > 0:
		var cs []string
		for _, o := range q.Options {
			cs = append(cs, o.Code)
		}
		return cs
	case q.Kind.Closed():
		return []string{"a", "b"}
	}
	return []string{"~"}
}

// anyOptions draws what the sources offer, perhaps nothing.
func anyOptions(t *rapid.T) request.Options {
	return request.Options{
		"offices:hospital": options(rapid.IntRange(0, 3).Draw(t, "hospitals")),
		"home":             []catalog.Option{{Code: "home", Text: "银槐街18号"}}[:rapid.IntRange(0, 1).Draw(t, "home")],
	}
}

// answering gives every query the options of its source, whatever was answered to
// what it needs: a source that is asked again while the dialogue goes on.
func answering(d *catalog.Definition, a request.Answers, opts request.Options) request.Facts {
	f := facts(request.Options{})
	for {
		_, need := request.Form(d, a, f)
		if len(need) == 0 {
			return f
		}
		for _, q := range need {
			f.Options[q.ID()] = slices.Clone(opts[q.Source])
		}
	}
}

// good draws an answer that fits the prompt.
func good(t *rapid.T, p request.Prompt) []string {
	if p.Optional && rapid.IntRange(0, 2).Draw(t, "skip") == 0 {
		return nil
	}
	switch p.Kind {
	case catalog.Choice, catalog.YesNo, catalog.Session, catalog.Document:
		if len(p.Options) == 0 {
			return nil
		}
		return []string{rapid.SampledFrom(p.Options).Draw(t, "option").Code}
	case catalog.Phone:
		return []string{rapid.SampledFrom([]string{"12612345678", "0351-0180018"}).Draw(t, "phone")}
	case catalog.Amount:
		return []string{rapid.SampledFrom([]string{"3", "12.50", "1,200元"}).Draw(t, "amount")}
	case catalog.Number:
		return []string{fmt.Sprint(rapid.IntRange(p.Least, max(p.Most, p.Least)).Draw(t, "number"))}
	case catalog.When:
		if p.Ahead.From != 0 && len(p.Options) > 0 {
			return []string{rapid.SampledFrom(p.Options).Draw(t, "day").Code}
		}
		return []string{map[string][]string{
			"day":  {"今天", "2026-11-23", "11月23日"},
			"half": {"今天下午", "2026-11-23/pm", "11月23号下午3点"},
			"time": {"今天下午三点半", "2026-11-23T15:30", "11月23日 晚上8点"},
		}[p.Ahead.By][rapid.IntRange(0, 2).Draw(t, "when")]}
	}
	return []string{rapid.SampledFrom([]string{"好", "心电图报告", "home", "~", "yes"}).Draw(t, "words")}
}

// wild draws an answer of any sort.
func wild(t *rapid.T) []string {
	return rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom([]string{"a", "b", "yes", "no", "~", "home", "", " ", "12612345678", "３．５元", "-1", "\x00", "\xff", "𠮷", "买买提·阿"}),
		rapid.String()), 0, 2).Draw(t, "texts")
}
