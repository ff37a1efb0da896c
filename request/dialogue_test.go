package request_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/request"
)

func put(t rapid.TB, d *catalog.Definition, a request.Answers, opts request.Options, key string, texts ...string) (request.Answers, []request.Drop) {
	t.Helper()
	a, drops, err := request.Put(d, a, facts(opts), key, texts, civic.ChannelElder)
	if err != nil {
		t.Fatalf("%s = %q: %v", key, texts, err)
	}
	return a, drops
}

func TestTheNextQuestionComesInTheOrderOfTheDefinition(t *testing.T) {
	t.Parallel()
	d := define(t, catalog.Question{Key: "one", Kind: catalog.YesNo}, catalog.Question{Key: "two", Kind: catalog.Text, When: &catalog.Cond{Key: "one", In: []string{"yes"}}},
		catalog.Question{Key: "three", Kind: catalog.Text, Optional: true})
	a := request.Answers{}
	if s := request.Next(d, a, request.Facts{}); len(s.Ask) != 2 || s.Ask[0].Key != "one" || s.Ask[1].Key != "three" {
		t.Fatalf("first: %+v", s.Ask)
	}
	a, _ = put(t, d, a, nil, "one", "yes")
	if s := request.Next(d, a, request.Facts{}); len(s.Ask) != 2 || s.Ask[0].Key != "two" {
		t.Fatalf("after yes: %+v", s.Ask)
	}
	a, _ = put(t, d, a, nil, "three")
	a, _ = put(t, d, a, nil, "two", "话")
	s := request.Next(d, a, request.Facts{})
	want := []request.Line{{Key: "one", Label: "one", Shown: "是"}, {Key: "two", Label: "two", Shown: "话"}}
	if len(s.Ask) != 0 || !reflect.DeepEqual(s.Review, want) {
		t.Fatalf("at the end: %+v", s)
	}
}

func TestADialogueInWhichAllWasSkippedIsStillRead(t *testing.T) {
	t.Parallel()
	d := define(t, catalog.Question{Key: "note", Kind: catalog.Text, Optional: true})
	a, _ := put(t, d, request.Answers{}, nil, "note")
	if s := request.Next(d, a, request.Facts{}); s.Review == nil || len(s.Review) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestOptionsAreAskedForOnceAndOnlyWhenNeeded(t *testing.T) {
	t.Parallel()
	d := define(t, catalog.Question{Key: "one", Kind: catalog.YesNo}, catalog.Question{Key: "where", Kind: catalog.Choice, Source: "offices:hospital", When: &catalog.Cond{Key: "one", In: []string{"yes"}}})
	if s := request.Next(d, request.Answers{}, request.Facts{}); len(s.Need) != 0 {
		t.Errorf("options were fetched for a question that is not asked: %+v", s.Need)
	}
	a, _ := put(t, d, request.Answers{}, nil, "one", "yes")
	if s := request.Next(d, a, request.Facts{}); !reflect.DeepEqual(s.Need, []request.Query{{Key: "where", Source: "offices:hospital"}}) {
		t.Errorf("%+v", s)
	}
	if s := request.Next(d, a, facts(request.Options{"offices:hospital": {}})); s.Human == "" || s.Ask != nil || s.Review != nil {
		t.Errorf("a choice of nothing is for a human: %+v", s)
	}
}

func TestAChoiceThatHasGoneIsAskedAgain(t *testing.T) {
	t.Parallel()
	d := define(t, catalog.Question{Key: "where", Kind: catalog.Choice, Source: "offices:hospital"})
	before, after := request.Options{"offices:hospital": options(2)}, request.Options{"offices:hospital": options(1)}
	a, _ := put(t, d, request.Answers{}, before, "where", "b")
	s := request.Next(d, a, facts(after))
	if len(s.Ask) != 1 || s.Ask[0].Given[0].Code != "b" {
		t.Errorf("%+v", s)
	}
	if s := request.Next(d, a, facts(request.Options{"offices:hospital": nil})); s.Human == "" {
		t.Errorf("with none left only a human helps: %+v", s)
	}
}

func TestChangingAnAnswerDropsWhatDependsOnItTransitively(t *testing.T) {
	t.Parallel()
	yes := func(key string) *catalog.Cond { return &catalog.Cond{Key: key, In: []string{"yes"}} }
	d := define(t,
		catalog.Question{Key: "a", Kind: catalog.YesNo},
		catalog.Question{Key: "b", Kind: catalog.Text, When: yes("a")},
		catalog.Question{Key: "c", Kind: catalog.YesNo, Needs: []string{"b"}},
		catalog.Question{Key: "d", Kind: catalog.Text, When: yes("c")},
		catalog.Question{Key: "e", Kind: catalog.Text})
	a := request.Answers{}
	for _, kv := range [][2]string{{"a", "yes"}, {"b", "话"}, {"c", "yes"}, {"d", "话"}, {"e", "话"}} {
		a, _ = put(t, d, a, nil, kv[0], kv[1])
	}
	same, drops := put(t, d, a, nil, "a", "yes")
	if len(drops) != 0 || len(same) != 5 {
		t.Errorf("the same answer again dropped %v", drops)
	}
	after, drops := put(t, d, a, nil, "a", "no")
	// c is asked either way, but what it was an answer about has gone.
	if !reflect.DeepEqual(drops, []request.Drop{{Key: "b"}, {Key: "c"}, {Key: "d"}}) || len(after) != 2 {
		t.Errorf("dropped %v, left %v", drops, after)
	}
	if len(a) != 5 {
		t.Error("Put changed the answers it was given")
	}
}

func TestAQuestionThatIsNotAskedCannotBeAnswered(t *testing.T) {
	t.Parallel()
	d := define(t, catalog.Question{Key: "a", Kind: catalog.YesNo}, catalog.Question{Key: "b", Kind: catalog.Text, When: &catalog.Cond{Key: "a", In: []string{"yes"}}})
	for _, key := range []string{"b", "nothing", ""} {
		if _, _, err := request.Put(d, request.Answers{}, request.Facts{}, key, []string{"x"}, civic.ChannelAPI); civic.As(err).Code != "answer.not_asked" {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// checkStep holds a step to what every channel relies on.
func checkStep(t *rapid.T, d *catalog.Definition, a request.Answers, opts request.Options) request.Step {
	f := answering(d, a, opts)
	s := request.Next(d, a, f)
	set := 0
	for _, is := range []bool{len(s.Need) > 0, len(s.Ask) > 0, s.Human != "", s.Review != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		t.Fatalf("exactly one part of a step should be set: %+v", s)
	}
	form, _ := request.Form(d, a, f)
	asked := map[string]bool{}
	for _, p := range form {
		asked[p.Key] = true
	}
	for _, p := range s.Ask {
		if p.Answered || !asked[p.Key] {
			t.Fatalf("%s is asked for though it is answered or closed", p.Key)
		}
	}
	for _, l := range s.Review {
		if !asked[l.Key] {
			t.Fatalf("%s is read back though it is not asked", l.Key)
		}
	}
	if !reflect.DeepEqual(s, request.Next(d, a, f)) {
		t.Fatal("the same answers gave another step")
	}
	return s
}

func TestAnyAnswersInAnyOrderEndInReviewOrAQuestionOrAHuman(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := define(t, anyQuestions(t)...)
		opts, a := anyOptions(t), request.Answers{}
		keys := []string{"nothing"}
		for _, q := range d.Questions {
			keys = append(keys, q.Key)
		}
		for range rapid.IntRange(0, 25).Draw(t, "steps") {
			if rapid.IntRange(0, 5).Draw(t, "move") == 0 {
				opts = anyOptions(t) // what is on offer changes meanwhile
			}
			checkStep(t, d, a, opts)
			key := rapid.SampledFrom(keys).Draw(t, "key")
			texts := wild(t)
			if form, _ := request.Form(d, a, answering(d, a, opts)); rapid.Bool().Draw(t, "good") {
				if i := slices.IndexFunc(form, func(p request.Prompt) bool { return p.Key == key }); i >= 0 {
					texts = good(t, form[i])
				}
			}
			a = checkPut(t, d, a, opts, key, texts)
		}
		// From anywhere, answering the first open question comes to an end.
		for i := 0; ; i++ {
			s := checkStep(t, d, a, opts)
			if len(s.Ask) == 0 {
				break
			}
			if i > 400 {
				t.Fatalf("the dialogue goes round in circles at %s", s.Ask[0].Key)
			}
			a = checkPut(t, d, a, opts, s.Ask[0].Key, good(t, s.Ask[0]))
		}
	})
}

// checkPut puts and compares what fell away with the rule, worked out on its own.
func checkPut(t *rapid.T, d *catalog.Definition, a request.Answers, opts request.Options, key string, texts []string) request.Answers {
	f := answering(d, a, opts)
	out, drops, err := request.Put(d, a, f, key, texts, civic.ChannelDesk)
	if err != nil {
		if !civic.Is(err, civic.Invalid) || !reflect.DeepEqual(out, a) {
			t.Fatalf("a refused answer: %v, answers %v → %v", err, a, out)
		}
		return a
	}
	want := maps.Clone(a)
	want[key] = out[key]
	for stale, same := []string{key}, slices.Equal(a.Codes(key), out.Codes(key)); !same; {
		// Whatever is not open, or needs what is gone, goes; until nothing more does.
		form, _ := request.Form(d, want, answering(d, want, opts))
		i := slices.IndexFunc(slices.Sorted(maps.Keys(want)), func(k string) bool {
			open := slices.ContainsFunc(form, func(p request.Prompt) bool { return p.Key == k })
			return k != key && (!open || slices.ContainsFunc(needsOf(d, k), func(n string) bool { return slices.Contains(stale, n) }))
		})
		if i < 0 {
			break
		}
		gone := slices.Sorted(maps.Keys(want))[i]
		delete(want, gone)
		stale = append(stale, gone)
	}
	if !reflect.DeepEqual(out, want) {
		t.Fatalf("%s = %v\nbefore %v\nafter  %v\nwant   %v", key, out[key], a, out, want)
	}
	for _, dr := range drops {
		if _, still := out[dr.Key]; still {
			t.Fatalf("%s is said to have fallen away and is there", dr.Key)
		}
	}
	if len(a)+1 < len(out) || len(drops) > len(a) {
		t.Fatalf("%d drops of %d answers", len(drops), len(a))
	}
	return out
}

// needsOf lists the keys that an answer depends on; within a group those of its own
// round.
func needsOf(d *catalog.Definition, key string) []string {
	parts := strings.SplitN(key, ".", 3)
	if len(parts) == 1 {
		return d.Question(key).Needs
	}
	group := d.Questions[slices.IndexFunc(d.Questions, func(q catalog.Question) bool { return q.Key == parts[0] })]
	if parts[2] == catalog.MoreKey {
		return group.Needs
	}
	var out []string
	for _, n := range d.Question(key).Needs {
		if slices.ContainsFunc(group.Items, func(q catalog.Question) bool { return q.Key == n }) {
			n = parts[0] + "." + parts[1] + "." + n
		}
		out = append(out, n)
	}
	return out
}

func TestAnswersToQuestionsNotAskedNeverReachTheReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := define(t, anyQuestions(t)...)
		a := request.Answers{"stray": {{Code: "~", Shown: "stray"}}}
		for _, q := range d.Questions { // as an old or a forged draft might hold them
			if rapid.Bool().Draw(t, "given") {
				a[q.Key] = []request.Value{{Code: rapid.SampledFrom(append(codesOf(q), "zzz")).Draw(t, "code"), Shown: "shown " + q.Key}}
			}
		}
		checkStep(t, d, a, anyOptions(t))
	})
}

func TestRebaseKeepsOrNamesEveryAnswer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from, to := define(t, anyQuestions(t)...), define(t, anyQuestions(t)...)
		opts, a := anyOptions(t), request.Answers{}
		for range rapid.IntRange(0, 30).Draw(t, "answers") {
			s := request.Next(from, a, answering(from, a, opts))
			if len(s.Ask) == 0 {
				break
			}
			a = checkPut(t, from, a, opts, s.Ask[0].Key, good(t, s.Ask[0]))
		}
		out, again := request.Rebase(from, to, a)
		if len(out)+len(again) != len(a) || !slices.IsSorted(again) {
			t.Fatalf("of %v, %v are kept and %v are asked again", a, out, again)
		}
		for key, vs := range out {
			q := to.Question(key)
			if slices.Contains(again, key) || !reflect.DeepEqual(vs, a[key]) || q == nil || q.Kind != from.Question(key).Kind || len(vs) == 0 && !q.Optional {
				t.Fatalf("%s was kept as %v", key, vs)
			}
		}
		checkStep(t, to, out, opts)
	})
}

func TestRebaseAsksAgainWhatNoLongerFits(t *testing.T) {
	t.Parallel()
	text := func(max int, optional bool) *catalog.Definition {
		return define(t, catalog.Question{Key: "k", Kind: catalog.Text, Max: max, Optional: optional})
	}
	long := request.Answers{"k": {{Code: "~", Shown: strings.Repeat("字", 50)}}}
	for name, c := range map[string]struct {
		from, to *catalog.Definition
		a        request.Answers
	}{
		"an option that went": {define(t, catalog.Question{Key: "k", Kind: catalog.Choice, Options: options(2)}),
			define(t, catalog.Question{Key: "k", Kind: catalog.Choice, Options: options(1)}), request.Answers{"k": {{Code: "b", Shown: "b"}}}},
		"a text that is too long now":    {text(60, false), text(40, false), long},
		"a skip that is forbidden now":   {text(60, true), text(60, false), request.Answers{"k": {}}},
		"an answer to another question":  {text(60, true), define(t, catalog.Question{Key: "x", Kind: catalog.Text}), long},
		"an answer to another kind":      {text(60, true), define(t, catalog.Question{Key: "k", Kind: catalog.Phone}), long},
		"an option of another's source":  {define(t, catalog.Question{Key: "k", Kind: catalog.Address, Source: "home"}), define(t, catalog.Question{Key: "k", Kind: catalog.Address}), request.Answers{"k": {{Code: "home", Shown: "家"}}}},
		"an answer that nobody asked of": {define(t, catalog.Question{Key: "x", Kind: catalog.Text}), text(60, true), long},
	} {
		if out, again := request.Rebase(c.from, c.to, c.a); len(out) != 0 || !slices.Equal(again, []string{"k"}) {
			t.Errorf("%s: kept %v, again %v", name, out, again)
		}
	}
	if out, again := request.Rebase(text(60, false), text(0, true), long); len(out) != 1 || len(again) != 0 {
		t.Errorf("what fits is asked again: %v", again)
	}
}
