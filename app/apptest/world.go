package apptest

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"yinqiao/app"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/jobs"
	"yinqiao/notify"
	"yinqiao/staff"
)

// World is an application with a few people and offices in it.
type World struct {
	*app.App
	Clock   *Clock
	Logged  *Capture
	Taiyuan *District // 140105
	Xihu    *District // 330106

	heeded, sent int64         // the last jobs that Tell has done
	later        []notify.Send // parcels that wait

	people int // how many were registered, for numbers of their own
}

// District is one of the two districts.
type District struct {
	Division civic.Division // of the district
	Street   civic.Division // where its people live

	Hospital, Community, CivilAffairs, Market civic.OfficeID

	// Staff at their desks. The clerk is at the community station, the supervisor and
	// the administrator at the civil-affairs office.
	Clerk, Supervisor, Administrator, HospitalClerk, MarketClerk civic.Actor

	Elder, Daughter, Stranger civic.PersonID
	ElderID                   string // the elder's resident ID
	ElderPhone                string
	Grant                     string // the elder's, to the daughter, for everything
}

type options struct {
	at   time.Time
	bare bool
}

// Option changes how a world is made.
type Option func(*options)

// At sets the clock. Without it, it stands at Begin.
func At(at time.Time) Option { return func(o *options) { o.at = at } }

// Bare leaves offices, staff and people out.
func Bare() Option { return func(o *options) { o.bare = true } }

// New wires an application over a migrated database, enters the divisions and the
// services of this release, and unless bare the two districts.
func New(t testing.TB, d *db.DB, opts ...Option) *World {
	t.Helper()
	o := options{at: Begin}
	for _, f := range opts {
		f(&o)
	}
	ctx := context.Background()
	w := &World{Clock: &Clock{at: o.at}, Logged: &Capture{}}
	log := slog.New(slog.NewTextHandler(w.Logged, nil))
	c := app.Config{Dir: t.TempDir(), Clock: w.Clock.Now, Passwords: Cheap}
	v, err := vault.Open(filepath.Join(c.Dir, "keys"), true)
	check(t, err)
	q, err := jobs.New(d, log)
	check(t, err)
	w.App, err = app.Wire(c, d, v, q, log)
	check(t, err)
	check(t, w.Prepare(ctx))
	if !o.bare {
		w.Taiyuan = w.district(t, "140105")
		w.Xihu = w.district(t, "330106")
	}
	return w
}

// Cheap is what a hash of a password costs in tests, which sign in very often.
var Cheap = staff.Cost{Memory: 64, Time: 1, Lanes: 1}

// System is the actor by which a world is made.
func System() civic.Actor { return civic.System("apptest") }

// AsPerson is a person at their own web pages.
func AsPerson(p civic.PersonID) civic.Actor {
	return civic.Actor{Operator: civic.Party{Kind: civic.PartyPerson, ID: string(p)}, Channel: civic.ChannelElder}
}

// AsStaff is a member of staff at a desk.
func AsStaff(id civic.StaffID) civic.Actor {
	return civic.Actor{Operator: civic.Party{Kind: civic.PartyStaff, ID: string(id)}, Channel: civic.ChannelDesk}
}

// TB is what helpers ask of a test: testing.T, B and F have it, and so have the
// T of property tests.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
}

func check(t TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("apptest: %v", err)
	}
}
