package e2e

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"yinqiao/app"
	"yinqiao/civic"
	"yinqiao/db"
)

// verb is one exported method of a room that somebody can ask for.
type verb struct {
	name   string // Room.Method, by the field of App
	method reflect.Value
}

// notRooms are the fields of App that are no rooms of verbs, each with the reason.
var notRooms = map[string]string{
	"Config":   "settings",
	"Log":      "the log",
	"DB":       "the layer below the journal; the architecture test says who may use it",
	"Vault":    "keys, without an actor",
	"Jobs":     "the queue; what a job does is a verb of its room, as the system",
	"Journal":  "the frame that every verb runs in; it authorises nobody by itself",
	"Sessions": "cookies and tokens, before there is an actor; the routes test walks them",
	"Phone":    "the line: who calls is asked, and acts as themselves by the verbs of the rooms",
	"Speech":   "turns text into sound, whoever asks; the pages decide who hears what",
}

// actorless are the exported methods that take a context and no actor, each with
// the reason why nobody need be named.
var actorless = map[string]string{
	"Staff.First":         "the command line's; refuses once there is an administrator",
	"Staff.SignIn":        "says who somebody is; the password is the proof",
	"Staff.Find":          "reads the member of staff of a session; no channel passes an ID that somebody typed",
	"Place.LoadDivisions": "at start, from the embedded file",
	"Catalog.List":        "what services there are is public",
	"Catalog.Look":        "what services there are is public",
	"Catalog.Halts":       "which services are suspended is public",
	"Catalog.Newest":      "at start: whether a release's version was ever published",
	"Grant.RedeemCode":    "says who somebody is; the code is the proof",
	"Casework.Overdue":    "a job, as the system",
}

// verbsOf lists the verbs of the rooms of an application, and its methods
// without an actor.
func verbsOf(t *testing.T, a *app.App) (verbs, others []verb) {
	t.Helper()
	v := reflect.ValueOf(a).Elem()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if _, no := notRooms[field.Name]; no || !field.IsExported() {
			continue
		}
		for m := range v.Field(i).NumMethod() {
			x := verb{field.Name + "." + v.Field(i).Type().Method(m).Name, v.Field(i).Method(m)}
			switch in := x.method.Type(); {
			case in.NumIn() == 0 || in.In(0) != reflect.TypeFor[context.Context]():
			case slices.Contains(inputs(in), reflect.TypeFor[civic.Actor]()):
				verbs = append(verbs, x)
			default:
				others = append(others, x)
			}
		}
	}
	return verbs, others
}

func inputs(f reflect.Type) []reflect.Type {
	out := make([]reflect.Type, f.NumIn())
	for i := range out {
		out[i] = f.In(i)
	}
	return out
}

// call calls the verb with the actor and fixtures, and returns its results but
// the error, and its error.
func (v verb) call(t *testing.T, actor civic.Actor, fix fixtures) ([]reflect.Value, error) {
	t.Helper()
	seen := map[reflect.Type]int{}
	var args []reflect.Value
	for _, in := range inputs(v.method.Type()) {
		switch in {
		case reflect.TypeFor[context.Context]():
			args = append(args, reflect.ValueOf(t.Context()))
		case reflect.TypeFor[civic.Actor]():
			args = append(args, reflect.ValueOf(actor))
		default:
			list, own := fix.of[v.name][in]
			if !own {
				list = fix.by[in]
			}
			if seen[in] >= len(list) {
				t.Fatalf("%s: parameter %d of type %s has no fixture: add one to fixtures.by (for every verb) or fixtures.of[%q] in verbs_fixture_test.go",
					v.name, len(args)+1, in, v.name)
			}
			args = append(args, reflect.ValueOf(list[seen[in]]).Convert(in))
			seen[in]++
		}
	}
	out := v.method.Call(args)
	err, _ := out[len(out)-1].Interface().(error)
	return out[:len(out)-1], err
}

// empty reports whether a verb's results show nothing of anybody.
func empty(results []reflect.Value) bool {
	for _, r := range results {
		switch r.Kind() {
		case reflect.Slice, reflect.Map:
			if r.Len() > 0 {
				return false
			}
		default:
			if !r.IsZero() {
				return false
			}
		}
	}
	return true
}

// sentence reports whether an error tells a person what to do, in Chinese.
func sentence(err error) bool { return isSentence(civic.As(err).Say) }

func isSentence(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x4E00 && r <= 0x9FFF }) >= 0 && strings.ContainsAny(s, "。?!)？！）")
}

// openToAnyClerk are the verbs about people that a clerk of another province may
// use, each with the reason, and with what the answer must look like there.
var openToAnyClerk = map[string]struct {
	why string
	ok  func(results []reflect.Value) bool
}{
	"People.Find":       {"a traveller is found anywhere, by the masked minimum", masked},
	"People.FindCard":   {"the agent's card in the clerk's hand, by the masked minimum", masked},
	"People.Glance":     {"the masked minimum, before a card in hand opens the rest", masked},
	"Requests.Find":     {"a number begun in one province is found in another, and opens nothing", anything},
	"Requests.PersonOf": {"names whom to open, by an opaque ID", anything},
	"Casework.Queue":    {"everybody's own office, never the other's", empty},
}

// looksUp are those of them that keep who looked.
var looksUp = map[string]bool{"People.Find": true, "People.FindCard": true, "Requests.Find": true}

// openToAnyPerson are the verbs that a person without a grant may use.
var openToAnyPerson = map[string]struct {
	why string
	ok  func(results []reflect.Value) bool
}{
	"Grant.Elders": {"for whom oneself may act: nobody here", empty},
}

// verbsOpenToSupervisor are the verbs that a supervisor may use without opening
// anybody, with what the answer must look like.
var verbsOpenToSupervisor = map[string]func(results []reflect.Value) bool{}

func anything([]reflect.Value) bool { return true }

// masked reports whether no result holds the elder's name or numbers in clear.
func masked(results []reflect.Value) bool {
	text := fmt.Sprintf("%+v", results)
	for i := range results {
		text += fmt.Sprintf("%+v", results[i].Interface())
	}
	return !strings.Contains(text, elderName) && !strings.Contains(text, daughterName)
}

func TestEveryVerbRefusesWhoeverHasNoBusinessThereAndWritesNothing(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, s *story) {
		verbs, others := verbsOf(t, s.App)
		if len(verbs) < 25 {
			t.Fatalf("only %d verbs were found: the walk over App is broken", len(verbs))
		}
		for _, o := range others {
			if actorless[o.name] == "" {
				t.Errorf("%s takes a context and no actor: give it an actor, or a reason in the list of actorless methods", o.name)
			}
		}
		before := s.dump(t)
		for _, v := range verbs {
			fix, unknown := s.fixturesOf(t, v.name), s.unknown(t, v.name)
			refused(t, v, "nobody", civic.Actor{}, fix, "sign_in")
			refused(t, v, "nobody, about what does not exist", civic.Actor{}, unknown, "sign_in")
			refused(t, v, "a member of staff who has left", s.left, fix, "")
			if ok, may := verbsOpenToSupervisor[v.name]; may {
				allowed(t, v, "the supervisor", s.Taiyuan.Supervisor, fix, ok)
			} else {
				refused(t, v, "the supervisor", s.Taiyuan.Supervisor, fix, "")
			}
			if open, ok := openToAnyClerk[v.name]; ok && !looksUp[v.name] {
				allowed(t, v, "a colleague of another province", s.colleague(v.name), fix, open.ok)
			} else if !ok {
				refused(t, v, "the colleague of another province", s.colleague(v.name), fix, "")
			}
			if open, ok := openToAnyPerson[v.name]; ok {
				allowed(t, v, "a stranger", person(s.Taiyuan.Stranger), fix, open.ok)
			} else {
				refused(t, v, "a stranger", person(s.Taiyuan.Stranger), fix, "")
			}
		}
		if diff := difference(before, s.dump(t)); diff != "" {
			t.Errorf("refused calls wrote:\n%s", diff)
		}
		for _, v := range verbs {
			if looksUp[v.name] {
				allowed(t, v, "a colleague of another province", s.colleague(v.name), s.fixturesOf(t, v.name), openToAnyClerk[v.name].ok)
			}
		}
		// The refusals mean something only if whoever may is let through.
		for _, v := range verbs {
			s.Open(t, s.Taiyuan.Clerk, s.Taiyuan.Elder) // another verb may have changed for whom, or ended it,
			s.bookingKeeper()
			s.newDraft(t) // or the draft
			if _, err := v.call(t, s.rightful(v.name), s.fixturesOf(t, v.name)); err != nil {
				t.Errorf("%s: refused to whoever may: %v", v.name, err)
			}
		}
	})
}

// refused checks that the verb is Denied, or hidden, with a sentence. want is
// the code, if it matters.
func refused(t *testing.T, v verb, who string, actor civic.Actor, fix fixtures, want string) {
	t.Helper()
	results, err := v.call(t, actor, fix)
	kind := civic.KindOf(err)
	switch {
	case err == nil:
		t.Errorf("%s: %s was let through", v.name, who)
	case want != "" && (kind != civic.Denied || civic.As(err).Code != want):
		t.Errorf("%s: %s got %v, want denied %s", v.name, who, err, want)
	case kind != civic.Denied && kind != civic.NotFound:
		t.Errorf("%s: %s got %v, want denied or not found", v.name, who, err)
	case !sentence(err):
		t.Errorf("%s: %s is told %q", v.name, who, civic.As(err).Say)
	case !empty(results):
		t.Errorf("%s: %s was refused and given %+v", v.name, who, results)
	}
}

func allowed(t *testing.T, v verb, who string, actor civic.Actor, fix fixtures, ok func([]reflect.Value) bool) {
	t.Helper()
	results, err := v.call(t, actor, fix)
	if err != nil {
		t.Errorf("%s: %s is on the list of those who may, and got %v", v.name, who, err)
	} else if !ok(results) {
		t.Errorf("%s: %s may, but was shown too much: %+v", v.name, who, results)
	}
}

func TestAnAdministratorPutsNobodyIntoAnOfficeOutsideTheirDivision(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, s *story) {
		h := s.hire()
		h.Office = s.Xihu.Hospital // whoever sits there would work its cases
		if _, err := s.Staff.Hire(t.Context(), s.Taiyuan.Administrator, h); !civic.Is(err, civic.Denied) {
			t.Errorf("got %v, want denied", err)
		}
	})
}

func TestEveryVerbSaysThatTheDatabaseIsAwayInsteadOfFailing(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, s *story) {
		verbs, others := verbsOf(t, s.App)
		fix := s.fixtures(t)
		if s.DB.Dialect() == db.Postgres {
			s.cutOff(t)
			everyVerbIsAway(t, s, slices.Concat(verbs, others), fix, "server gone")
		}
		if err := s.DB.Close(); err != nil {
			t.Fatal(err)
		}
		everyVerbIsAway(t, s, slices.Concat(verbs, others), fix, "handle closed")
	})
}

func everyVerbIsAway(t *testing.T, s *story, verbs []verb, fix fixtures, how string) {
	t.Helper()
	for _, v := range verbs {
		_, err := v.call(t, s.rightful(v.name), fix)
		if !civic.Is(err, civic.Unavailable) || !sentence(err) {
			t.Errorf("%s, %s: got %v (%s), want unavailable with a sentence", v.name, how, err, civic.KindOf(err))
		}
	}
}
