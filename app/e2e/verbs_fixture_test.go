package e2e

import (
	"database/sql"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/casework"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/staff"
)

// The names that apptest gives.
const (
	elderName    = "王桂英"
	daughterName = "李秀兰"
)

// story is a world in which one matter is at each of its stages.
type story struct {
	*apptest.World
	url string // of PostgreSQL

	draft                            civic.DraftID // every question answered
	rev                              int64
	draftNumber                      civic.Number
	open, taken, resolved, confirmed civic.RequestID
	held, theirs                     civic.RequestID // taken too: to be put back, and in a colleague's hands
	resolvedToo                      civic.RequestID
	left                             civic.Actor // was a clerk of Taiyuan
	t                                *testing.T
	made                             map[string]string // what the files of single nouns have made, by name
	people                           int
	plans                            int // codes of plans that were used
}

// eachWorld runs fn on both engines, in a story of its own each.
func eachWorld(t *testing.T, fn func(t *testing.T, s *story)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			c := dbtest.Fresh(t, dialect)
			d, err := db.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.Close() }) // a test may have closed it
			fn(t, newStory(t, d, c.URL))
		})
	}
}

// newStoryOn makes a story on SQLite.
func newStoryOn(t *testing.T) *story {
	t.Helper()
	return newStory(t, dbtest.Open(t, db.SQLite), "")
}

func newStory(t *testing.T, d *db.DB, url string) *story {
	t.Helper()
	s := &story{World: apptest.New(t, d), url: url, t: t, made: map[string]string{}}
	d1, elder := s.Taiyuan, person(s.Taiyuan.Elder)
	for _, id := range []*civic.RequestID{&s.open, &s.taken, &s.resolved, &s.resolvedToo, &s.confirmed, &s.held, &s.theirs} {
		*id = s.ReportPost(t, d1).Request
	}
	colleague := s.Hire(t, "同事", d1.Hospital, staff.Post{Role: staff.Clerk, Division: d1.Division})
	s.must(t, s.Casework.Take(t.Context(), colleague, s.theirs))
	for _, id := range []civic.RequestID{s.taken, s.held, s.resolved, s.resolvedToo, s.confirmed} {
		s.must(t, s.Casework.Take(t.Context(), d1.HospitalClerk, id))
	}
	for _, id := range []civic.RequestID{s.resolved, s.resolvedToo, s.confirmed} {
		s.must(t, s.Casework.Resolve(t.Context(), d1.HospitalClerk, id, "寄了，单号 SF0001。"))
	}
	s.must(t, s.Casework.Confirm(t.Context(), elder, s.confirmed, true))
	s.newDraft(t)
	s.Open(t, d1.Clerk, d1.Elder)
	for _, more := range moreStory {
		more(t, s)
	}
	// Whoever is at a window has the elder open, after a card of hers was lost in the story;
	// whoever left had her open too.
	s.bookingKeeper()
	s.left = s.Hire(t, "离岗人", d1.Hospital, staff.Post{Role: staff.Clerk, Division: d1.Division})
	for _, clerk := range []civic.Actor{d1.Clerk, s.left} {
		s.Open(t, clerk, d1.Elder)
	}
	s.must(t, s.Journal.Write(t.Context(), apptest.System(), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayManageStaff})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE staff SET state = 'left' WHERE id = $1`, s.left.Operator.ID); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: staff.ActHired})
	}))
	return s
}

// moreStory is what the files of single nouns add to every story, by init.
var moreStory []func(t *testing.T, s *story)

func (s *story) newDraft(t *testing.T) {
	t.Helper()
	elder := person(s.Taiyuan.Elder)
	v, err := s.Requests.Start(t.Context(), elder, "report-post", s.Taiyuan.Elder, "")
	s.must(t, err)
	v, err = s.Requests.Answer(t.Context(), elder, v.ID, v.Rev, s.Taiyuan.ReportAnswers())
	s.must(t, err)
	s.draft, s.rev, s.draftNumber = v.ID, v.Rev, v.Number
}

func (s *story) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func person(id civic.PersonID) civic.Actor { return apptest.AsPerson(id) }

// moreVerbs are the fixtures that the files of single nouns add, by init: what
// each verb is given, and who may do it.
var moreVerbs []func(t *testing.T, s *story) (of map[string]byType, rightful map[string]civic.Actor)

// nouns remembers which of moreVerbs knows a verb: to ask all of them for each of
// some hundred verbs would make what most of them need some hundred times.
var nouns = struct {
	sync.Mutex
	of map[string]int
}{}

// nounOf finds the one of moreVerbs that knows a verb.
func nounOf(t *testing.T, s *story, verb string) (int, bool) {
	nouns.Lock()
	defer nouns.Unlock()
	if nouns.of == nil {
		nouns.of = map[string]int{}
		for i, more := range moreVerbs {
			of, who := more(t, s)
			for v := range of {
				nouns.of[v] = i
			}
			for v := range who {
				nouns.of[v] = i
			}
		}
	}
	i, ok := nouns.of[verb]
	return i, ok
}

// rightful is who may do the verb with the fixtures.
func (s *story) rightful(verb string) civic.Actor {
	if i, known := nounOf(s.t, s, verb); known {
		if _, who := moreVerbs[i](s.t, s); !who[verb].Operator.None() {
			return who[verb]
		}
	}
	switch d := s.Taiyuan; verb {
	case "Casework.Queue", "Casework.Take", "Casework.TakeOver", "Casework.Release", "Casework.Resolve":
		return d.HospitalClerk
	case "Staff.Hire", "Place.Open", "Catalog.Publish":
		return d.Administrator
	case "Grant.Elders":
		return person(d.Daughter)
	default:
		return d.Clerk
	}
}

// colleagues are who does a verb in the other province where that is not said by
// who does it here.
var colleagues = map[string]func(s *story) civic.Actor{}

// colleague is who does the verb in the other province.
func (s *story) colleague(verb string) civic.Actor {
	if who := colleagues[verb]; who != nil {
		return who(s)
	}
	switch s.rightful(verb).Operator {
	case s.Taiyuan.HospitalClerk.Operator:
		return s.Xihu.HospitalClerk
	case s.Taiyuan.Administrator.Operator:
		return s.Xihu.Administrator
	}
	return s.Xihu.Clerk
}

// fixtures are the arguments of verbs: by type, in the order of the parameters
// of that type, and where a verb wants others, by verb and type.
type fixtures struct {
	by map[reflect.Type][]any
	of map[string]map[reflect.Type][]any
}

type byType = map[reflect.Type][]any

var (
	textType    = reflect.TypeFor[string]()
	requestType = reflect.TypeFor[civic.RequestID]()
)

// fixtures makes the arguments of every verb, about the elder of Taiyuan.
func (s *story) fixtures(t *testing.T) fixtures {
	t.Helper()
	fix := s.common(t)
	for _, more := range moreVerbs {
		of, _ := more(t, s)
		maps.Copy(fix.of, of)
	}
	return fix
}

// fixturesOf makes the arguments of one verb.
func (s *story) fixturesOf(t *testing.T, verb string) fixtures {
	t.Helper()
	fix := s.common(t)
	if i, known := nounOf(t, s, verb); known {
		of, _ := moreVerbs[i](t, s)
		maps.Copy(fix.of, of)
	}
	return fix
}

// common makes the arguments that go by their type, and those of the first verbs.
func (s *story) common(t *testing.T) fixtures {
	t.Helper()
	d := s.Taiyuan
	s.people++
	text := func(words ...any) byType { return byType{textType: words} }
	fix := fixtures{
		by: byType{
			reflect.TypeFor[civic.PersonID]():      {d.Elder, d.Daughter},
			reflect.TypeFor[civic.DraftID]():       {s.draft},
			requestType:                            {s.open},
			reflect.TypeFor[civic.OfficeID]():      {d.Hospital},
			reflect.TypeFor[civic.StaffID]():       {civic.StaffID(d.Clerk.Operator.ID)},
			reflect.TypeFor[civic.Number]():        {s.draftNumber},
			reflect.TypeFor[civic.Division]():      {d.Division},
			reflect.TypeFor[civic.Channel]():       {civic.ChannelElder},
			reflect.TypeFor[bool]():                {false},
			reflect.TypeFor[int64]():               {s.rev},
			reflect.TypeFor[map[string][]string](): {s.Taiyuan.ReportAnswers()},
			reflect.TypeFor[people.Registration](): {s.NewPerson(d.Street, "周新来")},
			reflect.TypeFor[place.Office]():        {place.Office{Kind: "hospital", Name: "新医院", Division: d.Division, Address: "二号路2号"}},
			reflect.TypeFor[grant.Grant]():         {grant.Grant{Person: d.Elder, Agent: d.Stranger, Relation: "孙女", Services: "*", Starts: s.Clock.Now(), GivenHow: "in_person"}},
			reflect.TypeFor[staff.Hire]():          {s.hire()},
			reflect.TypeFor[casework.Watch]():      {casework.Watch{Request: s.open}},
			reflect.TypeFor[*catalog.Definition](): {s.definition(t)},
		},
		of: map[string]byType{
			"People.Find":       text(d.ElderID),
			"Requests.Start":    text("report-post", ""),
			"Requests.Find":     text(string(s.draftNumber)),
			"Grant.Open":        text("本人来窗口代寄报告"),
			"Grant.Revoke":      text(d.Grant),
			"People.FindCard":   text(d.ElderID),
			"Casework.Release":  {requestType: {s.held}},
			"Casework.TakeOver": {requestType: {s.theirs}},
			"Casework.Resolve":  {textType: {"寄了，单号 SF0002。"}, requestType: {s.taken}},
			"Casework.Confirm":  {requestType: {s.resolved}, reflect.TypeFor[bool](): {true}},
			"Staff.SignIn":      text("tyclerk", "no such password", ""),
			"Grant.RedeemCode":  text("12345678"),
		},
	}
	return fix
}

// unknown makes arguments about what does not exist: nobody may learn so.
func (s *story) unknown(t *testing.T, verb string) fixtures {
	t.Helper()
	fix := s.fixturesOf(t, verb)
	for _, in := range append(slices.Collect(maps.Values(fix.of)), fix.by) {
		for typ, list := range in {
			switch typ {
			case reflect.TypeFor[civic.PersonID](), reflect.TypeFor[civic.DraftID](), requestType:
				in[typ] = slices.Repeat([]any{db.NewID()}, len(list))
			}
		}
	}
	g := fix.by[reflect.TypeFor[grant.Grant]()][0].(grant.Grant)
	g.Person = civic.PersonID(db.NewID())
	fix.by[reflect.TypeFor[grant.Grant]()] = []any{g}
	fix.of["Requests.Find"] = byType{textType: {string(civic.NewNumber())}}
	fix.of["Grant.Revoke"] = byType{textType: {db.NewID()}}
	return fix
}

func (s *story) hire() staff.Hire {
	d := s.Taiyuan
	return staff.Hire{Login: "new" + strings.ReplaceAll(db.NewID(), "-", "")[20:], Name: "新来的", Office: d.Community, Password: "a long password",
		WithoutTOTP: true, Posts: []staff.Post{{Role: staff.Clerk, Division: d.Division}}}
}

// definition is a version of a service that is not live yet.
func (s *story) definition(t *testing.T) *catalog.Definition {
	t.Helper()
	all, err := catalog.Embedded()
	s.must(t, err)
	i := slices.IndexFunc(all, func(d *catalog.Definition) bool { return d.Service == "cash-refusal" })
	all[i].Version, all[i].Divisions = 1000+s.people, []civic.Division{s.Taiyuan.Division}
	return all[i]
}

// cutOff makes PostgreSQL refuse the application, as a server that went away does.
func (s *story) cutOff(t *testing.T) {
	t.Helper()
	u, err := url.Parse(s.url)
	s.must(t, err)
	name := strings.TrimPrefix(u.Path, "/")
	admin, err := sql.Open("pgx", dbtest.Postgres(t))
	s.must(t, err)
	defer admin.Close()
	_, err = admin.Exec(`ALTER DATABASE ` + name + ` WITH ALLOW_CONNECTIONS false`)
	s.must(t, err)
	_, err = admin.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, name)
	s.must(t, err)
}
