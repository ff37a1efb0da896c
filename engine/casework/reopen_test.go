package casework_test

import (
	"strings"
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

func TestEveryAnswerThatACaseHadIsKeptWhenItBeginsAnew(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		ctx := t.Context()
		elder := apptest.AsPerson(a.Elder)
		rc := w.ReportPost(t, a)
		for i, err := range []error{
			w.Casework.Take(ctx, a.HospitalClerk, rc.Request), w.Casework.Resolve(ctx, a.HospitalClerk, rc.Request, "寄了。"),
			w.Casework.Confirm(ctx, elder, rc.Request, false),
			w.Casework.Take(ctx, a.HospitalClerk, rc.Request), w.Casework.Reject(ctx, a.HospitalClerk, rc.Request, "找不到底片", "请带片子来"),
			w.Casework.Appeal(ctx, elder, rc.Request, "片子在你们那里"),
		} {
			if err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
		}
		for who, actor := range map[string]civic.Actor{"the person": elder, "the office": a.HospitalClerk} {
			f, err := w.Casework.Read(ctx, actor, rc.Request)
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, n := range f.Notes {
				said = append(said, n.Words()+"："+n.Text)
			}
			if len(said) != 3 || said[0] != "单位上次的答复：寄了。" || !strings.Contains(said[1], "单位上次的答复：这次没有办成：找不到底片") || said[2] != "不同意的理由：片子在你们那里" || f.Outcome != "" {
				t.Errorf("%s reads %q, with the outcome %q", who, said, f.Outcome)
			}
		}
	})
}

func TestASecondAnswerWithOtherWordsIsRefusedAndTheSameAgainIsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		ctx := t.Context()
		rc := w.ReportPost(t, a)
		for _, err := range []error{w.Casework.Take(ctx, a.HospitalClerk, rc.Request), w.Casework.Resolve(ctx, a.HospitalClerk, rc.Request, "寄了。"),
			w.Casework.Resolve(ctx, a.HospitalClerk, rc.Request, " 寄了。 ")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Casework.Resolve(ctx, a.HospitalClerk, rc.Request, "没有寄。"); civic.As(err) == nil || civic.As(err).Code != "case.answered" {
			t.Errorf("other words: %v", err)
		}
		if f, err := w.Casework.Read(ctx, a.HospitalClerk, rc.Request); err != nil || f.Outcome != "寄了。" {
			t.Errorf("the outcome is %q, %v", f.Outcome, err)
		}
		if n := w.Acts(t, casework.ActResolved, string(rc.Request)); n != 1 {
			t.Errorf("resolved %d times", n)
		}
	})
}
