package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/casework"
	"yinqiao/staff"
)

// office is the hospital of Taiyuan with a second clerk.
func office(t testing.TB, d *db.DB) (w *apptest.World, clerk, second, elder civic.Actor) {
	w = apptest.New(t, d)
	a := w.Taiyuan
	second = w.Hire(t, "同事", a.Hospital, staff.Post{Role: staff.Clerk, Division: a.Division})
	return w, a.HospitalClerk, second, apptest.AsPerson(a.Elder)
}

func taken(t testing.TB, w *apptest.World, clerk civic.Actor) civic.RequestID {
	id := w.ReportPost(t, w.Taiyuan).Request
	ok(t, w.Casework.Take(ctx, clerk, id))
	return id
}

func TestTheClockStandsWhileTheApplicantIsAsked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, clerk, second, elder := office(t, d)
		id := taken(t, w, clerk)
		due := state(t, w, elder, id).DueAt
		wantKind(t, w.Casework.Answer(ctx, elder, id, "补充"), civic.Conflict, "case.not_asked")
		wantKind(t, w.Casework.Ask(ctx, second, id, "请补交检查单"), civic.Denied, "case.assignee")
		wantKind(t, w.Casework.Ask(ctx, clerk, id, "  "), civic.Invalid, "case.ask")
		w.Clock.Add(24 * time.Hour)
		ok(t, w.Casework.Ask(ctx, clerk, id, "请补交检查单"))
		w.Clock.Add(10 * 24 * time.Hour)
		ok(t, w.Casework.Overdue(ctx, casework.Watch{Request: id}))
		f := state(t, w, elder, id)
		if f.State != casework.Asked || f.OverdueAt != nil || len(f.Notes) != 1 || f.Notes[0].Text != "请补交检查单" {
			t.Fatalf("%+v", f)
		}
		ok(t, w.Casework.Answer(ctx, apptest.AsPerson(w.Taiyuan.Daughter), id, "号码写在蓝皮本子第3页"))
		f = state(t, w, clerk, id)
		if f.State != casework.Taken || f.Assignee != clerk.Staff() || !f.DueAt.Equal(due.Add(10*24*time.Hour)) || len(f.Notes) != 2 {
			t.Errorf("%+v, due %v", f, due)
		}
		if strings.Contains(w.Dump(t), "蓝皮本子") {
			t.Error("what was said is in the database in clear")
		}
		w.Clock.Set(f.DueAt)
		ok(t, w.Casework.MarkDue(ctx, casework.Scan{}))
		if f := state(t, w, clerk, id); f.OverdueAt == nil {
			t.Error("the deadline that moved was not watched")
		}
	})
}

func TestACaseIsTransferredOnlyToWhereSomebodyWorks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, clerk, _, elder := office(t, d)
		a := w.Taiyuan
		id := taken(t, w, clerk)
		due := state(t, w, elder, id).DueAt
		wantKind(t, w.Casework.Transfer(ctx, clerk, id, a.CivilAffairs, "归他们办"), civic.Unavailable, "case.transfer_nobody")
		wantKind(t, w.Casework.Transfer(ctx, clerk, id, w.Xihu.Hospital, "归他们办"), civic.Invalid, "case.transfer_far")
		wantKind(t, w.Casework.Transfer(ctx, clerk, id, "none", "归他们办"), civic.Invalid, "case.transfer")
		wantKind(t, w.Casework.Transfer(ctx, clerk, id, a.Market, ""), civic.Invalid, "case.transfer")
		to, err := w.Casework.Elsewhere(ctx, clerk, id)
		ok(t, err)
		if len(to) != 2 {
			t.Errorf("offered %+v", to)
		}
		ok(t, w.Casework.Transfer(ctx, clerk, id, a.Market, "归市场监管部门办"))
		f := state(t, w, a.MarketClerk, id)
		if f.State != casework.Open || f.Case.Office != a.Market || !f.DueAt.Equal(due) {
			t.Errorf("%+v", f)
		}
		wantKind(t, w.Casework.Take(ctx, clerk, id), civic.Denied, "grant.office")
		ok(t, w.Casework.Take(ctx, a.MarketClerk, id))
	})
}

func TestADeadlineIsExtendedOnceWithAReason(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, clerk, _, elder := office(t, d)
		id := taken(t, w, clerk)
		due := state(t, w, elder, id).DueAt
		for _, days := range []int{0, -1, 31} {
			wantKind(t, w.Casework.Extend(ctx, clerk, id, days, "病理要等外院"), civic.Invalid, "case.extend_days")
		}
		wantKind(t, w.Casework.Extend(ctx, clerk, id, 5, ""), civic.Invalid, "case.extend")
		ok(t, w.Casework.Extend(ctx, clerk, id, 5, "病理要等外院"))
		if f := state(t, w, elder, id); f.DueAt.Sub(due) < 5*24*time.Hour || f.Notes[0].Text != "病理要等外院" {
			t.Errorf("%v → %v, %+v", due, f.DueAt, f.Notes)
		}
		wantKind(t, w.Casework.Extend(ctx, clerk, id, 5, "还要等"), civic.Exhausted, "case.extended")
	})
}

func TestARejectionNamesTheNextWayAndCanBeAppealed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, clerk, second, elder := office(t, d)
		id := taken(t, w, clerk)
		wantKind(t, w.Casework.Reject(ctx, clerk, id, "报告还没出", ""), civic.Invalid, "case.reject")
		wantKind(t, w.Casework.Appeal(ctx, elder, id, "不同意"), civic.Conflict, "case.appeal_state")
		ok(t, w.Casework.Reject(ctx, clerk, id, "报告还没出", "下周二以后再申请，或者打电话问检验科"))
		f := state(t, w, elder, id)
		if f.State != casework.Rejected || !strings.Contains(f.Outcome, "下周二") || f.EndedAt == nil {
			t.Fatalf("%+v", f)
		}
		ok(t, w.Casework.Appeal(ctx, elder, id, "上周就说出了"))
		if f = state(t, w, second, id); f.State != casework.Open || f.Appealed != 1 || f.EndedAt != nil {
			t.Errorf("%+v", f)
		}
		ok(t, w.Casework.Take(ctx, second, id))
		ok(t, w.Casework.Resolve(ctx, second, id, "已经补寄"))
		w.Clock.Add(61 * 24 * time.Hour)
		wantKind(t, w.Casework.Appeal(ctx, elder, id, "还是不同意"), civic.Exhausted, "case.appeal_late")
	})
}

func TestTwoAttemptsEndACaseWithoutThePersonsWordAndTheirWordStillCounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, clerk, _, elder := office(t, d)
		id := taken(t, w, clerk)
		wantKind(t, w.Casework.Try(ctx, clerk, id, "没人接"), civic.Conflict, "case.not_resolved")
		ok(t, w.Casework.Resolve(ctx, clerk, id, "寄了"))
		ok(t, w.Casework.Try(ctx, clerk, id, "上午打了，没人接"))
		wantKind(t, w.Casework.Try(ctx, clerk, id, "又打了"), civic.Conflict, "case.tried")
		w.Clock.Add(5 * time.Hour)
		ok(t, w.Casework.Try(ctx, clerk, id, "下午打了，没人接"))
		if f := state(t, w, elder, id); f.State != casework.Unconfirmed || len(f.Notes) != 0 {
			t.Errorf("%+v", f)
		}
		if n := w.Acts(t, casework.ActConfirmed, string(id)); n != 0 {
			t.Error("an unconfirmed end counts as confirmed")
		}
		ok(t, w.Casework.Confirm(ctx, elder, id, false))
		if f := state(t, w, elder, id); f.State != casework.Open || f.Reopened != 1 || f.Attempts != 0 {
			t.Errorf("%+v", f)
		}
	})
}

func TestWhatSomebodyHasInHandGoesToAColleague(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, clerk, second, _ := office(t, d)
		a := w.Taiyuan
		var ids []civic.RequestID
		for range 3 {
			ids = append(ids, taken(t, w, clerk))
		}
		wantKind(t, w.Casework.Assign(ctx, clerk, ids[0], a.MarketClerk.Staff()), civic.Invalid, "case.colleague")
		wantKind(t, w.Casework.Assign(ctx, clerk, ids[0], "nobody"), civic.Invalid, "case.colleague")
		_, err := w.Casework.HandOver(ctx, clerk, clerk.Staff())
		wantKind(t, err, civic.Invalid, "case.colleague")
		n, err := w.Casework.HandOver(ctx, clerk, second.Staff())
		ok(t, err)
		page, err := w.Casework.List(ctx, second, casework.Filter{View: casework.Mine})
		ok(t, err)
		if n != 3 || len(page.Items) != 3 {
			t.Errorf("%d handed over, %d arrived", n, len(page.Items))
		}
		ok(t, w.Staff.Leave(ctx, a.Administrator, second.Staff()))
		ok(t, w.Casework.ReleaseAll(ctx, casework.Free{Staff: second.Staff()}))
		page, err = w.Casework.List(ctx, clerk, casework.Filter{View: casework.Nobodys})
		ok(t, err)
		if len(page.Items) != 3 {
			t.Errorf("given back %d", len(page.Items))
		}
		out, err := casework.Batch(append(slices.Clone(ids), "none"), func(id civic.RequestID) error { return w.Casework.Take(ctx, clerk, id) })
		ok(t, err)
		for i, o := range out {
			if (o.Err == nil) != (i < 3) {
				t.Errorf("%d: %v", i, o.Err)
			}
		}
	})
}

func TestAQueueIsReadPageByPageWithoutGapsOrTwins(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, clerk, _, _ := office(t, d)
		want := map[civic.RequestID]bool{}
		for range 7 {
			want[w.ReportPost(t, w.Taiyuan).Request] = true
		}
		f := casework.Filter{View: casework.ToDo, Limit: 2}
		for pages := 0; ; pages++ {
			p, err := w.Casework.List(ctx, clerk, f)
			ok(t, err)
			for _, it := range p.Items {
				if !want[it.Request] {
					t.Errorf("%s comes twice", it.Request)
				}
				delete(want, it.Request)
			}
			if f.After = p.Next; f.After == "" || pages > 9 {
				break
			}
		}
		if len(want) > 0 {
			t.Errorf("%d never came", len(want))
		}
		for _, bad := range []casework.Filter{{View: "nothing"}, {After: "x"}, {After: "1"}} {
			_, err := w.Casework.List(ctx, clerk, bad)
			wantKind(t, err, civic.Invalid, "case.view")
		}
	})
}
