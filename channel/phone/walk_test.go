package phone_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/catalog"
	"yinqiao/channel/phone"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/request"
	"yinqiao/speech"
)

// mute says everything in no time.
type mute struct{ clip speech.Clip }

func (m mute) Say(context.Context, speech.Request) (speech.Clip, error) { return m.clip, nil }

func newMute() mute {
	return mute{speech.Clip{Data: speech.EncodeWAV(speech.PCM{Rate: 8000, Samples: make([]int16, 8)})}}
}

// fingers presses what a test draws.
type fingers struct {
	draw    func() byte
	presses int
}

func (*fingers) Play(context.Context, speech.PCM) error    { return nil }
func (*fingers) PlayOut(context.Context, speech.PCM) error { return nil }
func (*fingers) Forget()                                   {}
func (f *fingers) Key(context.Context, time.Duration) (byte, error) {
	f.presses++
	return f.draw(), nil
}

// Whatever keys are pressed in whatever service that is offered by phone: the call ends with a
// number that is stored, or at a human with what was begun kept; and what was answered is
// what the definition takes.
func TestEveryServiceEndsAtANumberOrAtAHumanWhateverIsPressed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	w.voice.Speech = newMute()
	var all []*catalog.Definition
	for _, div := range []civic.Division{"140105", "330106"} {
		list, err := w.Catalog.List(t.Context(), div, civic.ChannelPhone)
		w.ok(err)
		all = append(all, list...)
	}
	if len(all) < 30 {
		t.Fatalf("only %d services are offered by phone", len(all))
	}
	ended := map[string]int{}
	for i, def := range all {
		who := people.Caller{Person: w.Taiyuan.Elder, Polite: "王奶奶", Division: w.Taiyuan.Street}
		if def.Divisions[0] == "33" {
			who = people.Caller{Person: w.Xihu.Elder, Polite: "王奶奶", Division: w.Xihu.Street}
		}
		t.Run(fmt.Sprintf("%d %s", i, def.Service), func(t *testing.T) {
			rapid.Check(t, dbtest.Rounds(4, func(r *rapid.T) {
				f := &fingers{draw: func() byte {
					return rapid.SampledFrom([]byte{'1', '1', '1', '1', '2', '2', '3', '*', '0', '9', 0}).Draw(r, "key")
				}}
				end, err := w.voice.LeadThrough(context.Background(), f, "12600000001", who, def)
				if err != nil {
					r.Fatal(err)
				}
				w.settled(r, end, f)
				if end.Number != "" {
					ended["number"]++
				} else {
					ended[end.Human]++
				}
			}))
		})
	}
	t.Log(ended)
	if ended["number"] == 0 || ended[phone.WhyAsked] == 0 || ended[phone.WhySilent] == 0 || ended[phone.WhyWords] == 0 || ended[phone.WhyBroken] > 0 {
		t.Errorf("the walks ended at %v", ended)
	}
}

// Whatever a definition puts into the menu is reached by keys, as the definition says and without a word of code: what
// is no service's own place there today is so tomorrow.
func TestEveryServiceThatItsDefinitionPutsIntoTheMenuIsReachedByKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	w.voice.Speech = newMute()
	for div, who := range map[civic.Division]people.Caller{
		"140105": {Person: w.Taiyuan.Elder, Polite: "王奶奶", Division: w.Taiyuan.Street},
		"330106": {Person: w.Xihu.Elder, Polite: "王奶奶", Division: w.Xihu.Street},
	} {
		all, err := w.Catalog.List(t.Context(), div, civic.ChannelPhone)
		w.ok(err)
		words := make([]request.Key, len(all))
		for i, def := range all {
			in := *def
			in.Menu = len(all) - i // the other way round than they are listed
			words[len(all)-1-i], all[i] = request.Key{Words: def.Title, Texts: []string{def.Service}}, &in
		}
		for _, def := range all {
			keys := pathTo(words, def.Service)
			f := &fingers{draw: func() byte {
				if len(keys) == 0 {
					return '0'
				}
				k := keys[0]
				keys = keys[1:]
				return k
			}}
			chosen, end, err := w.voice.LeadChosen(t.Context(), f, who, all)
			if err != nil || chosen != def.Service || end.Human == phone.WhyBroken {
				t.Errorf("%s of %s: the keys led to %q, %+v, %v", def.Service, div, chosen, end, err)
			}
		}
	}
}

// pathTo are the keys that lead through a menu to a service.
func pathTo(words []request.Key, service string) []byte {
	var keys []byte
	for from := 0; ; {
		m := request.Offer("", words, from)
		for i, k := range m.Keys {
			switch {
			case k.More:
				keys, from = append(keys, byte('1'+i)), m.Next
			case k.Texts[0] == service:
				return append(keys, byte('1'+i))
			}
		}
	}
}

// settled holds what a walk left to what is stored.
func (w *world) settled(r *rapid.T, end phone.End, f *fingers) {
	r.Helper()
	if f.presses > 500 {
		r.Fatalf("%d keys were asked for", f.presses)
	}
	if end.Number == "" {
		if end.Human == "" {
			r.Fatalf("neither a number nor a human: %+v", end)
		}
		if end.Draft == "" {
			return
		}
		v, err := w.Requests.Look(context.Background(), apptest.AsPerson(end.Person), end.Draft)
		if err != nil || v.State != "open" {
			r.Fatalf("what was begun is not kept: %v", err)
		}
		w.taken(r, v.Def, v.Answers)
		return
	}
	var number civic.Number
	w.Look(r, apptest.System(), func(v *journal.View) error {
		return v.Get(&number, `SELECT number FROM request WHERE id = $1`, end.Request)
	})
	if number != end.Number {
		r.Fatalf("%s was said and %s is stored", end.Number, number)
	}
}

// taken checks that every closed question was answered by a code that it has.
func (w *world) taken(r *rapid.T, def *catalog.Definition, a request.Answers) {
	r.Helper()
	for key := range a {
		q := def.Question(key)
		if q == nil {
			r.Fatalf("%s: there is no question %s", def.Service, key)
		}
		for _, code := range a.Codes(key) {
			if len(q.Options) == 0 || !q.Kind.Closed() {
				continue
			}
			found := false
			for _, o := range q.Options {
				found = found || o.Code == code
			}
			if !found {
				r.Fatalf("%s: %s does not take %q", def.Service, key, code)
			}
		}
	}
}
