package people_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/people"
)

// cut is a context that ends after it was looked at some times: a process that
// dies somewhere in the work.
type cut struct {
	context.Context
	left  atomic.Int64
	once  sync.Once
	ended chan struct{}
}

func newCut(looks int) *cut {
	c := &cut{Context: context.Background(), ended: make(chan struct{})}
	c.left.Store(int64(looks))
	return c
}

func (c *cut) Done() <-chan struct{} { return c.ended }

func (c *cut) Err() error {
	if c.left.Add(-1) >= 0 {
		return nil
	}
	c.once.Do(func() { close(c.ended) })
	return context.Canceled
}

// lists are the people of some lists, worked out without the database.
type lists struct {
	w      *apptest.World
	rt     *rapid.T
	people []int        // whom the lists are about
	there  map[int]bool // who is registered
	used   map[int]bool // whom somebody has served
}

func (l *lists) name(i int) string {
	n := len(givens)
	return "薛" + string([]rune{givens[i%n], givens[i/n%n], givens[i/n/n%n]})
}

func (l *lists) text(rows []int) string {
	var b strings.Builder
	b.WriteString("姓名,身份证号,电话\n")
	for _, i := range rows {
		fmt.Fprintf(&b, "%s,%s,125%08d\n", l.name(i), idOf(i), i)
	}
	return b.String()
}

func (l *lists) ok(err error) {
	if err != nil {
		l.rt.Fatal(err)
	}
}

// work works a list off, dying now and then.
func (l *lists) work(id string) {
	for range rapid.IntRange(0, 3).Draw(l.rt, "deaths") {
		c := newCut(rapid.IntRange(0, 150).Draw(l.rt, "looks"))
		err := l.w.People.WorkRoster(c, people.RosterWork{Roster: id})
		if err != nil && c.left.Load() >= 0 && !errors.Is(err, jobs.ErrMore) {
			l.rt.Fatal(err)
		}
	}
	work(l.rt, l.w, id)
}

// right compares with what should be.
func (l *lists) right() {
	for _, i := range l.people {
		want := 0
		if l.there[i] {
			want = 1
		}
		if n := l.w.Count(l.rt, `SELECT COUNT(*) FROM person WHERE name = $1 AND state = 'active'`, l.name(i)); n != want {
			l.rt.Fatalf("%d people are person %d", n, i)
		}
		found, err := l.w.People.Find(ctx, apptest.System(), idOf(i)) // a clerk has not so many look-ups
		if l.there[i] && (err != nil || len(found.Matches) != 1 || found.Matches[0].Name != people.Masked(l.name(i))) {
			l.rt.Fatalf("person %d: %+v, %v", i, found, err)
		}
		if !l.there[i] && !civic.Is(err, civic.NotFound) {
			l.rt.Fatalf("person %d is not there: %+v, %v", i, found, err)
		}
	}
}

func TestHoweverAListIsBrokenOffEachGoodRowIsOnePersonAndAnUndoneNumberIsFree(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		w.People.PartsOf(3)
		runs := 0
		rapid.Check(t, dbtest.Rounds(20, func(rt *rapid.T) {
			l := &lists{w: w, rt: rt, there: map[int]bool{}, used: map[int]bool{}}
			for k := range 8 {
				l.people = append(l.people, runs*8+k)
			}
			runs++
			var last string
			for range rapid.IntRange(1, 4).Draw(rt, "steps") {
				switch rapid.SampledFrom([]string{"list", "list", "undo", "use", "register"}).Draw(rt, "step") {
				case "list":
					last = l.list()
				case "undo":
					l.undo(last)
				case "use":
					l.use()
				case "register":
					l.register()
				}
				l.right()
			}
		}))
	})
}

// list has a list entered, in which somebody may stand twice, and asks for it
// twice.
func (l *lists) list() string {
	admin := l.w.Taiyuan.Administrator
	rows := rapid.SliceOfN(rapid.SampledFrom(l.people), 1, 10).Draw(l.rt, "rows")
	id, err := l.w.People.BringRoster(ctx, admin, people.RosterFile{Name: "名单.csv", Division: l.w.Taiyuan.Street, Bytes: []byte(l.text(rows))})
	l.ok(err)
	l.ok(l.w.People.CheckRoster(ctx, admin, id, []string{"name", "resident_id", "phone"}))
	l.work(id)
	r := roster(l.rt, l.w, id)
	seen, good := map[int]bool{}, 0
	for _, i := range rows {
		if !seen[i] && !l.there[i] {
			good++
		}
		seen[i] = true
	}
	if r.State != people.RosterChecked || r.Count[people.RowGood] != good {
		l.rt.Fatalf("of %v, %d are good: %s %v", rows, good, r.State, r.Count)
	}
	l.ok(l.w.People.EnterRoster(ctx, admin, id, false))
	l.ok(l.w.People.EnterRoster(ctx, admin, id, false)) // a form sent twice
	if rapid.Bool().Draw(l.rt, "stop") {
		c := newCut(rapid.IntRange(0, 100).Draw(l.rt, "until"))
		_ = l.w.People.WorkRoster(c, people.RosterWork{Roster: id}) // cut off or not
		if err := l.w.People.StopRoster(ctx, admin, id); err == nil {
			l.ok(l.w.People.EnterRoster(ctx, admin, id, false))
		} else if !civic.Is(err, civic.Conflict) { // it was through already
			l.rt.Fatal(err)
		}
	}
	l.work(id)
	l.ok(l.w.People.EnterRoster(ctx, admin, id, false))
	l.work(id)
	if r := roster(l.rt, l.w, id); r.State != people.RosterEntered || r.Count[people.RowEntered] != good {
		l.rt.Fatalf("%d are to be entered: %s %v", good, r.State, r.Count)
	}
	for i := range seen {
		l.there[i] = true
	}
	return id
}

// undo takes a list back. What it should leave follows from its own rows.
func (l *lists) undo(id string) {
	if id == "" || roster(l.rt, l.w, id).State != people.RosterEntered {
		return
	}
	var entered []string
	l.w.Look(l.rt, apptest.System(), func(v *journal.View) error {
		return v.Select(&entered, `SELECT p.name FROM person p JOIN roster_row r ON r.person = p.id WHERE r.roster = $1 AND r.state = 'entered'`, id)
	})
	l.ok(l.w.People.UndoRoster(ctx, l.w.Taiyuan.Administrator, id))
	l.work(id)
	for _, i := range l.people {
		for _, name := range entered {
			if name == l.name(i) && !l.used[i] {
				l.there[i] = false
			}
		}
	}
	if r := roster(l.rt, l.w, id); r.State != people.RosterUndone || r.Count[people.RowUndone]+r.Count[people.RowUsed] != len(entered) {
		l.rt.Fatalf("of %d: %s %v", len(entered), r.State, r.Count)
	}
}

// use has a clerk open somebody.
func (l *lists) use() {
	i := rapid.SampledFrom(l.people).Draw(l.rt, "who")
	if !l.there[i] {
		return
	}
	found, err := l.w.People.Find(ctx, l.w.Taiyuan.Clerk, idOf(i))
	l.ok(err)
	l.w.Open(l.rt, l.w.Taiyuan.Clerk, found.Matches[0].Person)
	l.used[i] = true
}

// register has somebody registered by hand, which a number that was taken back
// must allow and one that is held must not.
func (l *lists) register() {
	i := rapid.SampledFrom(l.people).Draw(l.rt, "who")
	_, err := l.w.People.Register(ctx, l.w.Taiyuan.Clerk, people.Registration{Name: l.name(i), Division: l.w.Taiyuan.Street, Distinct: true,
		Credentials: []people.Card{{Kind: people.KindResidentID, Number: idOf(i)}}})
	if l.there[i] != civic.Is(err, civic.Conflict) || !l.there[i] && err != nil {
		l.rt.Fatalf("registering person %d, who is there: %v; %v", i, l.there[i], err)
	}
	if err == nil {
		l.there[i], l.used[i] = true, true // no list may take them back
	}
}
