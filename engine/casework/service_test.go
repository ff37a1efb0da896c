package casework_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/casework"
	"yinqiao/staff"
)

var ctx = context.Background()

func wantKind(t testing.TB, err error, kind civic.Kind, code string) {
	t.Helper()
	if e := civic.As(err); err == nil || e.Kind != kind || code != "" && e.Code != code {
		t.Errorf("got %v, want %s %s", err, kind, code)
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func state(t testing.TB, w *apptest.World, who civic.Actor, id civic.RequestID) *casework.File {
	t.Helper()
	f, err := w.Casework.Read(ctx, who, id)
	ok(t, err)
	return f
}

func TestACaseGoesFromOpenToConfirmed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		id := w.ReportPost(t, a).Request
		clerk, elder := a.HospitalClerk, apptest.AsPerson(a.Elder)
		f := state(t, w, clerk, id)
		if f.State != casework.Open || !f.MayWork || f.MaySay || f.Office.ID != a.Hospital || f.Who.Name != "王桂英" || f.Title != "代寄检查报告" || !f.DueAt.Equal(apptest.Begin.AddDate(0, 0, 3)) || f.Done == "" {
			t.Errorf("%+v", f)
		}
		w.Clock.Add(time.Hour)
		ok(t, w.Casework.Take(ctx, clerk, id))
		w.Clock.Add(time.Hour)
		wantKind(t, w.Casework.Confirm(ctx, elder, id, true), civic.Conflict, "case.not_resolved")
		ok(t, w.Casework.Resolve(ctx, clerk, id, " 寄了1份，单号SF1。\n"))
		f = state(t, w, elder, id)
		if f.State != casework.Resolved || f.Outcome != "寄了1份，单号SF1。" || f.MayWork || !f.MaySay || !f.ResolvedAt.Equal(w.Clock.Now()) {
			t.Errorf("%+v", f)
		}
		ok(t, w.Casework.Confirm(ctx, apptest.AsPerson(a.Daughter), id, true))
		f = state(t, w, elder, id)
		if f.State != casework.Confirmed || !f.EndedAt.Equal(w.Clock.Now()) || f.Reopened != 0 {
			t.Errorf("%+v", f)
		}
		for _, err := range []error{w.Casework.Take(ctx, clerk, id), w.Casework.Resolve(ctx, clerk, id, "又"), w.Casework.Confirm(ctx, elder, id, false)} {
			wantKind(t, err, civic.Conflict, "")
		}
		if waited, took := w.Count(t, `SELECT measure FROM journal_entry WHERE act = 'case.taken'`), w.Count(t, `SELECT measure FROM journal_entry WHERE act = 'case.resolved'`); waited != 3600 || took != 7200 {
			t.Errorf("waited %d s, took %d s", waited, took)
		}
		if strings.Contains(w.Dump(t), "SF1") {
			t.Error("the outcome is in the database in clear")
		}
	})
}

func TestTheStoryOfACaseSaysWhoAskedAndWhy(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		id := w.ReportPost(t, a).Request
		ok(t, w.Casework.Take(ctx, a.HospitalClerk, id))
		ok(t, w.Casework.Resolve(ctx, a.HospitalClerk, id, "寄了"))
		ok(t, w.Casework.Confirm(ctx, apptest.AsPerson(a.Daughter), id, false))
		w.Clock.Add(72 * time.Hour)
		ok(t, w.Casework.Overdue(ctx, casework.Watch{Request: id}))
		ok(t, w.Casework.Take(ctx, a.HospitalClerk, id))
		ok(t, w.Casework.Resolve(ctx, a.HospitalClerk, id, "补寄了"))
		w.Open(t, a.Clerk, a.Elder)
		ok(t, w.Casework.Confirm(ctx, a.Clerk, id, true))
		var got []string
		for _, l := range state(t, w, apptest.AsPerson(a.Elder), id).Story {
			if l.At == "" {
				t.Errorf("%+v", l)
			}
			got = append(got, strings.Join([]string{l.What, l.Who, l.Asked, l.Why, l.Channel}, "|"))
		}
		want := []string{
			"提交了申请|本人||本人办理|网页",
			"交给单位办理（140105 hospital）|本人||本人办理|网页",
			"单位开始办理|工作人员 闫丽娟||单位承办职责|窗口",
			"单位回复已办好|工作人员 闫丽娟||单位承办职责|窗口",
			"说没有办好，重新办理|李*兰||老人的委托|网页",
			"超过了办理期限|系统||系统自动|系统",
			"单位开始办理|工作人员 闫丽娟||单位承办职责|窗口",
			"单位回复已办好|工作人员 闫丽娟||单位承办职责|窗口",
			"确认办好了|工作人员 郝春燕|本人|当场出示了证件|窗口",
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("the story is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestWhoeverSaysItIsNotSolvedOpensItAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		id := w.ReportPost(t, a).Request
		for n := range int64(3) {
			ok(t, w.Casework.Take(ctx, a.HospitalClerk, id))
			ok(t, w.Casework.Resolve(ctx, a.HospitalClerk, id, "寄了"))
			ok(t, w.Casework.Confirm(ctx, apptest.AsPerson(a.Elder), id, false))
			if f := state(t, w, a.HospitalClerk, id); f.State != casework.Open || f.Reopened != n+1 || f.Assignee != "" || f.ResolvedAt != nil || f.Office.ID != a.Hospital {
				t.Errorf("%+v", f.Case)
			}
		}
	})
}

func TestOnlyTheOfficeWorksOnACase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		id := w.ReportPost(t, a).Request
		w.Open(t, a.Clerk, a.Elder)
		supervisor := w.Hire(t, "某人", a.Hospital, staff.Post{Role: staff.Supervisor, Division: a.Division})
		for name, c := range map[string]struct {
			actor civic.Actor
			code  string
		}{
			"another office":          {a.MarketClerk, "grant.office"},
			"another district":        {w.Xihu.HospitalClerk, "grant.office"},
			"a clerk who opened her":  {a.Clerk, "grant.office"},
			"the office's supervisor": {supervisor, "grant.role"},
			"the elder":               {apptest.AsPerson(a.Elder), "grant.staff_only"},
			"her daughter":            {apptest.AsPerson(a.Daughter), "grant.staff_only"},
			"a stranger":              {apptest.AsPerson(a.Stranger), "grant.staff_only"},
			"nobody":                  {civic.Actor{}, "sign_in"},
		} {
			for _, err := range []error{w.Casework.Take(ctx, c.actor, id), w.Casework.Resolve(ctx, c.actor, id, "办了")} {
				if e := civic.As(err); e.Kind != civic.Denied || e.Code != c.code {
					t.Errorf("%s: %v, want %s", name, err, c.code)
				}
			}
		}
		f := state(t, w, apptest.AsPerson(a.Elder), id)
		if f.State != casework.Open || f.Rev != 1 || f.MayWork {
			t.Errorf("%+v", f)
		}
	})
}

func TestACaseIsReadByItsOfficeAndByWhoSpeaksForThePerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		id := w.ReportPost(t, a).Request
		limited := w.Person(t, a.Street)
		w.Give(t, a.Elder, limited, "cash-refusal")
		for _, who := range []civic.PersonID{a.Stranger, limited, w.Xihu.Elder} {
			for _, id := range []civic.RequestID{id, "none"} {
				f, err := w.Casework.Read(ctx, apptest.AsPerson(who), id)
				wantKind(t, err, civic.NotFound, "case.unknown")
				if f != nil && f.Who.Name != "" {
					t.Errorf("%+v was read", f)
				}
			}
		}
		wantKind(t, w.Casework.Confirm(ctx, apptest.AsPerson(limited), id, true), civic.Denied, "grant.none")
		for code, actor := range map[string]civic.Actor{"grant.office": a.MarketClerk, "grant.role": a.Supervisor, "sign_in": {}} {
			_, err := w.Casework.Read(ctx, actor, id)
			wantKind(t, err, civic.Denied, code)
		}
		_, err := w.Casework.Queue(ctx, apptest.AsPerson(a.Elder), false)
		wantKind(t, err, civic.Denied, "grant.staff_only")
	})
}

func TestTwoClerksWhoTakeAtOnceDoNotBothGetIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		clerks := []civic.Actor{a.HospitalClerk}
		for range 3 {
			clerks = append(clerks, w.Hire(t, "同事", a.Hospital, staff.Post{Role: staff.Clerk, Division: a.Division}))
		}
		for range 4 {
			id := w.ReportPost(t, a).Request
			errs := make([]error, len(clerks))
			var wg sync.WaitGroup
			gate := make(chan struct{})
			for i := range clerks {
				wg.Go(func() { <-gate; errs[i] = w.Casework.Take(ctx, clerks[i], id) })
			}
			close(gate)
			wg.Wait()
			winner := -1
			for i, err := range errs {
				switch {
				case err != nil:
					wantKind(t, err, civic.Conflict, "case.moved")
				case winner >= 0:
					t.Error("two clerks have it")
				default:
					winner = i
				}
			}
			f := state(t, w, a.HospitalClerk, id)
			if winner < 0 || f.Assignee != clerks[winner].Staff() || w.Acts(t, casework.ActTaken, string(id)) != 1 {
				t.Fatalf("winner %d, %+v", winner, f.Case)
			}
			other := clerks[(winner+1)%len(clerks)]
			wantKind(t, w.Casework.Resolve(ctx, other, id, "办了"), civic.Denied, "case.assignee")
			ok(t, w.Casework.Resolve(ctx, clerks[winner], id, "办了"))
		}
	})
}

func TestAnOutcomeIsSaidInWords(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite))
	a := w.Taiyuan
	id := w.ReportPost(t, a).Request
	ok(t, w.Casework.Take(ctx, a.HospitalClerk, id))
	for _, s := range []string{"", " \n\t", strings.Repeat("长", 501)} {
		wantKind(t, w.Casework.Resolve(ctx, a.HospitalClerk, id, s), civic.Invalid, "case.outcome")
	}
	long := strings.Repeat("𠮷", 500)
	ok(t, w.Casework.Resolve(ctx, a.HospitalClerk, id, long))
	if f := state(t, w, apptest.AsPerson(a.Elder), id); f.Outcome != long {
		t.Errorf("%.30q", f.Outcome)
	}
}

func TestACaseIsOverdueOnceAndOnlyAfterItsDeadline(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		late, inTime := w.ReportPost(t, a).Request, w.ReportPost(t, a).Request
		ok(t, w.Casework.Take(ctx, a.HospitalClerk, inTime))
		ok(t, w.Casework.Resolve(ctx, a.HospitalClerk, inTime, "寄了"))
		marks := func(id civic.RequestID) int { return w.Acts(t, casework.ActOverdue, string(id)) }
		w.Clock.Set(apptest.Begin.AddDate(0, 0, 3).Add(-time.Microsecond))
		ok(t, w.Casework.Overdue(ctx, casework.Watch{Request: late}))
		if marks(late) != 0 {
			t.Error("marked before the deadline")
		}
		w.Clock.Add(time.Microsecond)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := w.Casework.Overdue(ctx, casework.Watch{Request: late}); err != nil {
					t.Error(err)
				}
				if err := w.Casework.Overdue(ctx, casework.Watch{Request: inTime}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		w.Clock.Add(24 * time.Hour)
		ok(t, w.Casework.Overdue(ctx, casework.Watch{Request: late}))
		if marks(late) != 1 || marks(inTime) != 0 {
			t.Errorf("marked %d and %d times", marks(late), marks(inTime))
		}
		if f := state(t, w, a.HospitalClerk, late); f.OverdueAt == nil || !f.OverdueAt.Equal(f.DueAt) || f.State != casework.Open {
			t.Errorf("%+v", f.Case)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = 'case.overdue' AND division = '140105' AND office = $1`, a.Hospital); n != 1 {
			t.Error("the delay is not counted in its division and office")
		}
		wantKind(t, w.Casework.Overdue(ctx, casework.Watch{Request: "none"}), civic.NotFound, "case.unknown")
		// The job that looks is put off until the deadline has passed.
		if n := w.Count(t, `SELECT COUNT(*) FROM river_job WHERE kind = 'casework.watch' AND state = 'scheduled'`); n != 2 {
			t.Errorf("%d watches, want 2", n)
		}
	})
}

func TestAPhoneThatAnAgentWroteAndNobodyKnowsIsMarkedForTheOffice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		daughter := w.Register(t, w.NewPerson(a.Street, "李秀兰"))
		w.Give(t, a.Elder, daughter, "*")
		note := func(by civic.Actor, phone string) string {
			t.Helper()
			v, err := w.Requests.Start(ctx, by, "report-post", a.Elder, "")
			ok(t, err)
			answers := a.ReportAnswers()
			answers["phone"] = []string{phone}
			v, err = w.Requests.Answer(ctx, by, v.ID, v.Rev, answers)
			ok(t, err)
			rc, err := w.Requests.Submit(ctx, by, v.ID, 0)
			ok(t, err)
			f, err := w.Casework.Read(ctx, a.HospitalClerk, rc.Request)
			ok(t, err)
			own, err := w.Casework.Read(ctx, apptest.AsPerson(a.Elder), rc.Request)
			ok(t, err)
			out := ""
			for i, l := range f.Lines {
				if own.Lines[i].Note != "" {
					t.Errorf("the elder reads %q", own.Lines[i].Note)
				}
				out += l.Note
			}
			return out
		}
		agent := apptest.AsPerson(daughter).For(a.Elder)
		if got := note(agent, "12612345678"); !strings.Contains(got, "请打登记的电话") {
			t.Errorf("a number that nobody knows: %q", got)
		}
		if got := note(agent, a.ElderPhone); got != "" {
			t.Errorf("her own phone: %q", got)
		}
		if got := note(apptest.AsPerson(a.Elder), "12612345679"); got != "" {
			t.Errorf("what she wrote herself: %q", got)
		}
	})
}
