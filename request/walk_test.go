package request_test

import (
	"encoding/json"
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

// wishes are what one caller wants to answer, drawn when a question first comes up
// and the same on every channel.
type wishes struct {
	t     *rapid.T
	given map[string][]string
}

func (w *wishes) to(p request.Prompt) []string {
	if _, ok := w.given[p.Key]; !ok {
		w.given[p.Key] = good(w.t, p)
	}
	return w.given[p.Key]
}

// renderer walks a dialogue from its beginning to its end as one channel does.
type renderer func(t *rapid.T, d *catalog.Definition, opts request.Options, w *wishes) (request.Answers, request.Step)

const turnsMost = 400

// byPage answers the first open question until none is left.
func byPage(t *rapid.T, d *catalog.Definition, opts request.Options, w *wishes) (request.Answers, request.Step) {
	a := request.Answers{}
	for range turnsMost {
		s := request.Next(d, a, answering(d, a, opts))
		if len(s.Ask) == 0 {
			return a, s
		}
		a = checkPut(t, d, a, opts, s.Ask[0].Key, w.to(s.Ask[0]))
	}
	t.Fatal("one question a page does not come to an end")
	return nil, request.Step{}
}

// byForm answers all that is open, shows the form again, and so on.
func byForm(t *rapid.T, d *catalog.Definition, opts request.Options, w *wishes) (request.Answers, request.Step) {
	a := request.Answers{}
	for range turnsMost {
		s := request.Next(d, a, answering(d, a, opts))
		if len(s.Ask) == 0 {
			return a, s
		}
		for _, p := range s.Ask {
			a = checkPut(t, d, a, opts, p.Key, w.to(p))
		}
	}
	t.Fatal("the form does not come to an end")
	return nil, request.Step{}
}

// byKeys hears the first open question and presses keys; what no key means is told
// to a human, who types it.
func byKeys(t *rapid.T, d *catalog.Definition, opts request.Options, w *wishes) (request.Answers, request.Step) {
	a := request.Answers{}
	for range turnsMost {
		s := request.Next(d, a, answering(d, a, opts))
		if len(s.Ask) == 0 {
			return a, s
		}
		p := s.Ask[0]
		want := w.to(p)
		a = checkPut(t, d, a, opts, p.Key, press(t, p, want))
	}
	t.Fatal("the call does not come to an end")
	return nil, request.Step{}
}

// press finds the key for what the caller wants, hearing more as long as there is
// more.
func press(t *rapid.T, p request.Prompt, want []string) []string {
	from := 0
	for range len(p.Options) + 3 {
		m := request.Speak(p, from)
		if len(m.Keys) > 3 || !strings.Contains(m.Say, "0") || !strings.HasPrefix(m.Say, p.Ask) {
			t.Fatalf("%d keys, spoken as %q", len(m.Keys), m.Say)
		}
		for _, k := range m.Keys {
			if !k.More && slices.Equal(k.Texts, want) || !k.More && len(k.Texts)+len(want) == 0 {
				return k.Texts
			}
		}
		if m.Next == 0 {
			break
		}
		if m.Next <= from {
			t.Fatalf("hearing more goes back from %d to %d", from, m.Next)
		}
		from = m.Next
	}
	if p.Kind.Closed() || p.Kind == catalog.Document || p.Optional && len(want) == 0 {
		t.Fatalf("no key means %v of %+v", want, p.Options)
	}
	return want
}

// byJSON sends everything it knows at once as JSON that fits the schema, and again
// what was not open yet.
func byJSON(t *rapid.T, d *catalog.Definition, opts request.Options, w *wishes) (request.Answers, request.Step) {
	a := request.Answers{}
	for range turnsMost {
		f := answering(d, a, opts)
		s := request.Next(d, a, f)
		if len(s.Ask) == 0 {
			return a, s
		}
		for _, p := range s.Ask {
			w.to(p)
		}
		b, err := json.Marshal(w.given)
		if err != nil {
			t.Fatal(err)
		}
		var sent map[string][]string
		if err := json.Unmarshal(b, &sent); err != nil {
			t.Fatal(err)
		}
		for _, key := range slices.Sorted(maps.Keys(sent)) { // in no order of the definition
			if next, _, err := request.Put(d, a, answering(d, a, opts), key, sent[key], civic.ChannelDesk); err == nil {
				a = next
			} else if civic.As(err).Code != "answer.not_asked" {
				t.Fatalf("%s = %v: %v", key, sent[key], err)
			}
		}
	}
	t.Fatal("JSON does not come to an end")
	return nil, request.Step{}
}

func TestAPageAFormKeysAndJSONGiveTheSameRequest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := define(t, anyQuestions(t)...)
		opts := anyOptions(t)
		if len(opts["offices:hospital"]) == 0 {
			opts["offices:hospital"] = options(1)
		}
		w := &wishes{t, map[string][]string{}}
		first, end := byPage(t, d, opts, w)
		if end.Review == nil {
			t.Fatalf("the page ends in %+v", end)
		}
		for name, walk := range map[string]renderer{"form": byForm, "keys": byKeys, "JSON": byJSON} {
			a, s := walk(t, d, opts, w)
			if !reflect.DeepEqual(a, first) || !reflect.DeepEqual(s, end) {
				t.Fatalf("given %v\npage %v\n%s %v\npage ends in %+v\n%s in %+v", w.given, first, name, a, end, name, s)
			}
		}
	})
}
