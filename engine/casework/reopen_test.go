package casework_test

import (
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/casework"
)

func TestACaseOpenedAgainGetsANewTermAndIsWatchedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		ctx := t.Context()
		elder := apptest.AsPerson(a.Elder)
		rc := w.ReportPost(t, a)
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		ok(w.Casework.Take(ctx, a.HospitalClerk, rc.Request))
		ok(w.Casework.Resolve(ctx, a.HospitalClerk, rc.Request, "寄了。"))
		w.Clock.Add(10 * 24 * time.Hour) // the first watch finds it resolved and does nothing
		ok(w.Casework.Overdue(ctx, casework.Watch{Request: rc.Request}))
		ok(w.Casework.Confirm(ctx, elder, rc.Request, false))
		if n := w.JobCount(t, casework.Watch{}.Kind()); n != 2 {
			t.Errorf("%d watches", n)
		}
		f, err := w.Casework.Read(ctx, elder, rc.Request)
		ok(err)
		if left := f.DueAt.Sub(w.Clock.Now()); left != 3*24*time.Hour {
			t.Errorf("the new term is %s", left)
		}
		ok(w.Casework.Overdue(ctx, casework.Watch{Request: rc.Request}))
		if n := w.Acts(t, casework.ActOverdue, string(rc.Request)); n != 0 {
			t.Errorf("overdue before its new time")
		}
		w.Clock.Add(4 * 24 * time.Hour)
		ok(w.Casework.Overdue(ctx, casework.Watch{Request: rc.Request}))
		if n := w.Acts(t, casework.ActOverdue, string(rc.Request)); n != 1 {
			t.Errorf("%d times overdue", n)
		}
	})
}

func TestWhoResolvedACaseCanNotSayForThePersonThatItIsSolved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		ctx := t.Context()
		rc := w.ReportPost(t, a)
		for _, err := range []error{w.Casework.Take(ctx, a.HospitalClerk, rc.Request), w.Casework.Resolve(ctx, a.HospitalClerk, rc.Request, "寄了。")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		w.Open(t, a.HospitalClerk, a.Elder)
		if err := w.Casework.Confirm(ctx, a.HospitalClerk, rc.Request, true); civic.As(err).Code != "case.own_work" {
			t.Errorf("own work was confirmed: %v", err)
		}
		w.Open(t, a.Clerk, a.Elder)
		if err := w.Casework.Confirm(ctx, a.Clerk, rc.Request, true); err != nil {
			t.Errorf("a colleague who asked the person is refused: %v", err)
		}
	})
}
