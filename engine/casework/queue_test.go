package casework_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/casework"
	"yinqiao/staff"
)

func TestAQueueIsSortedByDeadlineAndMasked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		first := w.ReportPost(t, a).Request
		w.Clock.Add(time.Hour)
		second := w.ReportPost(t, a).Request
		ok(t, w.Casework.Take(ctx, a.HospitalClerk, second))
		q, err := w.Casework.Queue(ctx, a.HospitalClerk, false)
		ok(t, err)
		if len(q) != 2 || q[0].Request != first || q[1].Request != second {
			t.Fatalf("%+v", q)
		}
		if q[1].Who != "王*英" || q[1].Title != "代寄检查报告" || q[1].Assigned != "闫丽娟" || q[0].Assigned != "" {
			t.Errorf("%+v", q[1])
		}
		for _, other := range []civic.Actor{a.MarketClerk, w.Xihu.HospitalClerk} {
			if q, err := w.Casework.Queue(ctx, other, false); err != nil || len(q) != 0 {
				t.Errorf("%d cases of another office, %v", len(q), err)
			}
		}
	})
}

// life is a case and what should have become of it.
type life struct {
	w        *apptest.World
	id       civic.RequestID
	clerks   []civic.Actor // of its office
	state    casework.State
	reopened bool
	assignee civic.Actor
	due      time.Time
	overdue  bool
}

func (l *life) step(t *rapid.T) {
	a, c := l.w.Taiyuan, l.w.Casework
	clerk := rapid.SampledFrom(append([]civic.Actor{a.MarketClerk, a.Supervisor, apptest.AsPerson(a.Elder)}, l.clerks...)).Draw(t, "clerk")
	person := rapid.SampledFrom([]civic.Actor{apptest.AsPerson(a.Elder), apptest.AsPerson(a.Daughter), apptest.AsPerson(a.Stranger), a.Clerk, l.clerks[0]}).Draw(t, "person")
	mine := slices.Contains(l.clerks, clerk)
	speaks := person == apptest.AsPerson(a.Elder) || person == apptest.AsPerson(a.Daughter)
	var err error
	want := false
	switch rapid.SampledFrom([]string{"take", "take over", "release", "resolve", "resolve", "solved", "not solved", "overdue", "later"}).Draw(t, "verb") {
	case "take":
		err = c.Take(ctx, clerk, l.id)
		if want = mine && l.state == casework.Open; want {
			l.state, l.assignee = casework.Taken, clerk
		}
		want = want || mine && l.state == casework.Taken && clerk == l.assignee // pressed twice
	case "take over":
		err = c.TakeOver(ctx, clerk, l.id)
		if want = mine && l.state == casework.Taken; want {
			l.assignee = clerk
		}
	case "release":
		err = c.Release(ctx, clerk, l.id)
		if want = mine && l.state == casework.Taken && clerk == l.assignee; want {
			l.state, l.assignee = casework.Open, civic.Actor{}
		}
	case "resolve":
		err = c.Resolve(ctx, clerk, l.id, "办了")
		if want = mine && l.state == casework.Taken && clerk == l.assignee; want {
			l.state = casework.Resolved
		}
		want = want || mine && l.state == casework.Resolved && clerk == l.assignee
	case "solved":
		err = c.Confirm(ctx, person, l.id, true)
		if want = speaks && l.state == casework.Resolved; want {
			l.state = casework.Confirmed
		}
		want = want || speaks && l.state == casework.Confirmed
	case "not solved":
		err = c.Confirm(ctx, person, l.id, false)
		again := speaks && l.reopened && (l.state == casework.Open || l.state == casework.Taken)
		if want = speaks && l.state == casework.Resolved; want {
			l.state, l.assignee, l.reopened, l.overdue = casework.Open, civic.Actor{}, true, false
			l.due = l.w.Clock.Now().AddDate(0, 0, 3)
		}
		want = want || again
	case "overdue":
		err, want = c.Overdue(ctx, casework.Watch{Request: l.id}), true
		l.overdue = l.overdue || (l.state == casework.Open || l.state == casework.Taken) && !l.w.Clock.Now().Before(l.due)
	case "later":
		l.w.Clock.Add(time.Duration(rapid.IntRange(1, 100).Draw(t, "hours")) * time.Hour)
		want = true
	}
	if want != (err == nil) || err != nil && !civic.Is(err, civic.Denied) && !civic.Is(err, civic.Conflict) {
		t.Fatalf("%v by %v or %v: %v, want allowed %v", l.state, clerk.Operator, person.Operator, err, want)
	}
}

// check looks for the case in every queue of its office.
func (l *life) check(t *rapid.T) {
	var found []casework.Item
	for _, done := range []bool{false, true} {
		q, err := l.w.Casework.Queue(ctx, l.clerks[0], done)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range q {
			if isDone := it.State == casework.Resolved || it.State == casework.Confirmed; it.Request != l.id || isDone != done {
				t.Fatalf("%+v in the queue of done: %v", it.Case, done)
			}
			found = append(found, it)
		}
	}
	if len(found) != 1 || found[0].State != l.state || (found[0].OverdueAt != nil) != l.overdue {
		t.Fatalf("a case that is %s (overdue %v) was found as %+v", l.state, l.overdue, found)
	}
}

func TestACaseNeverVanishesFromItsOffice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		rapid.Check(t, dbtest.Rounds(25, func(rt *rapid.T) {
			l := &life{w: w, state: casework.Open}
			hospital := w.Office(rt, "hospital", a.Division)
			for range 2 {
				l.clerks = append(l.clerks, w.Hire(rt, "某人", hospital, staff.Post{Role: staff.Clerk, Division: a.Division}))
			}
			own := *a
			own.Hospital = hospital
			l.id = w.ReportPostOf(rt, &own, a.Elder).Request
			l.due = w.Clock.Now().AddDate(0, 0, 3)
			for range rapid.IntRange(1, 12).Draw(rt, "steps") {
				l.step(rt)
				l.check(rt)
			}
			// So that the choice of hospitals does not grow from check to check.
			if _, err := w.DB.Pool().Exec(`UPDATE office SET kind = 'closed' WHERE id = $1`, string(hospital)); err != nil {
				rt.Fatal(err)
			}
		}))
	})
}
