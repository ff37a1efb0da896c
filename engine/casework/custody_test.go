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
	"yinqiao/place"
)

func things(t testing.TB, w *apptest.World, id civic.RequestID) []casework.Thing {
	t.Helper()
	return state(t, w, apptest.AsPerson(w.Taiyuan.Elder), id).Things
}

func TestAPaperGoesWithTheCaseAndComesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, clerk, second, _ := office(t, d)
		c, market := w.Casework, w.Taiyuan.MarketClerk
		id := taken(t, w, clerk)
		for _, bad := range []casework.Receipt{{}, {Kind: casework.Paper}, {Kind: "gold", What: "条"}, {Kind: casework.Paper, What: "证", Fen: 1}, {Kind: casework.Fee, What: "费"},
			{Kind: casework.Fee, What: "费", Fen: 1e12}, {Kind: casework.Paper, What: strings.Repeat("长", 61)}} {
			if err := c.HandIn(ctx, clerk, id, bad); !civic.Is(err, civic.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		ok(t, c.HandIn(ctx, second, id, casework.Receipt{Kind: casework.Paper, What: "蓝皮病历"}))
		th := things(t, w, id)[0]
		wantKind(t, c.File(ctx, market, id, th.ID), civic.Denied, "grant.office")
		wantKind(t, c.Lose(ctx, clerk, id, th.ID), civic.Conflict, "case.moved")
		wantKind(t, c.File(ctx, clerk, id, "none"), civic.NotFound, "case.no_thing")
		ok(t, c.Transfer(ctx, clerk, id, w.Taiyuan.Market, "归他们办"))
		if th = things(t, w, id)[0]; th.State != casework.Sent || th.Towards != w.Taiyuan.Market {
			t.Fatalf("%+v", th)
		}
		wantKind(t, c.File(ctx, clerk, id, th.ID), civic.Denied, "grant.office")
		ok(t, c.Take(ctx, market, id))
		wantKind(t, c.Resolve(ctx, market, id, "好了"), civic.Conflict, "case.on_way")
		wantKind(t, c.Transfer(ctx, market, id, w.Taiyuan.Hospital, "退回"), civic.Conflict, "case.on_way")
		ok(t, c.Receive(ctx, market, id, th.ID))
		ok(t, c.Resolve(ctx, market, id, "好了"))
		list, err := c.Keepings(ctx, market)
		ok(t, err)
		if len(list) != 1 || list[0].What != "蓝皮病历" || list[0].Item.Request != id {
			t.Errorf("%+v", list)
		}
		ok(t, c.GiveBack(ctx, market, id, th.ID))
		ok(t, c.GiveBack(ctx, market, id, th.ID)) // pressed twice
		if list, _ = c.Keepings(ctx, market); len(list) != 0 || w.Acts(t, casework.ActReturned, string(id)) != 1 {
			t.Errorf("%+v", list)
		}
		if strings.Contains(w.Dump(t), "蓝皮病历") {
			t.Error("what was handed in is in the database in clear")
		}
	})
}

func TestABillStopsTheClockUntilItIsPaidAndNothingEndsBefore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, clerk, second, elder := office(t, d)
		c, son := w.Casework, apptest.AsPerson(w.Taiyuan.Daughter)
		id := taken(t, w, clerk)
		due := state(t, w, elder, id).DueAt
		wantKind(t, c.Bill(ctx, second, id, casework.Receipt{Kind: casework.Fee, What: "检查费", Fen: 100}), civic.Denied, "case.assignee")
		for _, what := range []string{"检查费", "复印费"} {
			ok(t, c.Bill(ctx, clerk, id, casework.Receipt{Kind: casework.Fee, What: what, Fen: 32650}))
		}
		waiting, err := c.Waiting(ctx, elder, w.Taiyuan.Elder)
		ok(t, err)
		if f := state(t, w, elder, id); f.State != casework.Asked || f.Stands() != "等您付钱" || len(waiting) != 1 || f.Things[0].Says() != "检查费 326.50元" {
			t.Errorf("%+v, waiting %d", f, len(waiting))
		}
		wantKind(t, c.Withdraw(ctx, elder, id), civic.Conflict, "case.unpaid")
		w.Clock.Add(48 * time.Hour)
		th := things(t, w, id)
		wantKind(t, c.Pay(ctx, apptest.AsPerson(w.Taiyuan.Stranger), id, th[0].ID, "转账"), civic.Denied, "grant.none")
		wantKind(t, c.Pay(ctx, son, id, th[0].ID, " "), civic.Invalid, "case.paid_how")
		ok(t, c.Pay(ctx, son, id, th[0].ID, "转账"))
		if f := state(t, w, elder, id); f.State != casework.Asked {
			t.Errorf("another bill is due, and the case is %s", f.State)
		}
		ok(t, c.GiveBack(ctx, clerk, id, th[1].ID)) // taken back
		f := state(t, w, elder, id)
		if f.State != casework.Taken || !f.DueAt.Equal(due.Add(48*time.Hour)) {
			t.Errorf("%s, due %v, was %v", f.State, f.DueAt, due)
		}
		wantKind(t, c.Resolve(ctx, clerk, id, "好了"), civic.Conflict, "case.unpaid") // said to be paid is not received
		ok(t, c.Receive(ctx, clerk, id, th[0].ID))
		ok(t, c.File(ctx, clerk, id, th[0].ID))
		ok(t, c.Resolve(ctx, clerk, id, "好了"))
		told, err := w.Requests.Of(ctx, elder, w.Taiyuan.Elder)
		ok(t, err)
		if len(told) != 1 {
			t.Errorf("%+v", told)
		}
	})
}

func TestAColleagueStandsInForWhoeverIsAway(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, clerk, second, _ := office(t, d)
		c := w.Casework
		id := taken(t, w, clerk)
		mine := func(who civic.Actor) int {
			p, err := c.List(ctx, who, casework.Filter{View: casework.Mine})
			ok(t, err)
			return len(p.Items)
		}
		a := casework.Absence{Staff: clerk.Staff(), Cover: second.Staff(), FromAt: w.Clock.Now(), UntilAt: w.Clock.Now().Add(24 * time.Hour)}
		for _, bad := range []func(*casework.Absence){func(a *casework.Absence) { a.Cover = a.Staff }, func(a *casework.Absence) { a.UntilAt = a.FromAt },
			func(a *casework.Absence) { a.UntilAt = a.FromAt.AddDate(2, 0, 0) }} {
			b := a
			bad(&b)
			_, err := c.Away(ctx, clerk, b)
			wantKind(t, err, civic.Invalid, "case.absence")
		}
		_, err := c.Away(ctx, w.Taiyuan.MarketClerk, a)
		wantKind(t, err, civic.Denied, "case.not_here")
		wantKind(t, c.Ask(ctx, second, id, "请补充"), civic.Denied, "case.assignee")
		absence, err := c.Away(ctx, second, a) // whoever is ill can't register it
		ok(t, err)
		if mine(second) != 1 || mine(clerk) != 1 {
			t.Errorf("in hand: %d and %d", mine(second), mine(clerk))
		}
		there, err := c.Colleagues(ctx, second)
		ok(t, err)
		if slices.ContainsFunc(there, func(m casework.Colleague) bool { return m.ID == clerk.Staff() }) {
			t.Error("who is away is offered as a colleague")
		}
		wantKind(t, c.Assign(ctx, second, w.ReportPost(t, w.Taiyuan).Request, clerk.Staff()), civic.Invalid, "case.away")
		ok(t, c.Resolve(ctx, second, id, "代办好了"))
		wantKind(t, c.Back(ctx, w.Taiyuan.MarketClerk, absence), civic.NotFound, "case.no_absence")
		other := taken(t, w, clerk)
		ok(t, c.Back(ctx, clerk, absence))
		wantKind(t, c.Resolve(ctx, second, other, "代办"), civic.Denied, "case.assignee")
		w.Clock.Add(48 * time.Hour)
		if list, err := c.Absences(ctx, clerk); err != nil || len(list) != 0 {
			t.Errorf("%v %v", list, err)
		}
	})
}

func TestNobodyHearsAnAppealAgainstTheirOwnAnswerWhileAColleagueIsThere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, clerk, second, elder := office(t, d)
		c := w.Casework
		id := taken(t, w, clerk)
		ok(t, c.Reject(ctx, clerk, id, "不行", "下周再来"))
		ok(t, c.Appeal(ctx, elder, id, "不同意"))
		ok(t, c.Appeal(ctx, elder, id, "不同意")) // pressed twice
		if f := state(t, w, elder, id); f.Appealed != 1 {
			t.Errorf("appealed %d times", f.Appealed)
		}
		wantKind(t, c.Take(ctx, clerk, id), civic.Denied, "case.own_answer")
		wantKind(t, c.Assign(ctx, second, id, clerk.Staff()), civic.Denied, "case.own_answer")
		ok(t, w.Staff.Leave(ctx, w.Taiyuan.Administrator, second.Staff()))
		ok(t, c.Take(ctx, clerk, id)) // heard by the same rather than by nobody
	})
}

func TestACaseWhereNobodyWorksIsTheAdministrators(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, clerk, second, elder := office(t, d)
		c, admin := w.Casework, w.Taiyuan.Administrator
		id := taken(t, w, clerk)
		ok(t, c.HandIn(ctx, clerk, id, casework.Receipt{Kind: casework.Paper, What: "病历"}))
		ok(t, c.Bill(ctx, clerk, id, casework.Receipt{Kind: casework.Fee, What: "邮费", Fen: 1200}))
		things := state(t, w, elder, id).Things
		paper, sum := things[0].ID, things[1].ID
		ok(t, c.Pay(ctx, elder, id, sum, "现金"))
		wantKind(t, c.Redirect(ctx, admin, id, w.Taiyuan.Market, "转"), civic.Conflict, "case.manned")
		for _, who := range []civic.Actor{clerk, second} {
			if list, err := c.Strays(ctx, admin); err != nil || len(list.Cases) != 0 {
				t.Errorf("%v %v", list, err)
			}
			ok(t, w.Staff.Leave(ctx, admin, who.Staff()))
		}
		ok(t, c.ReleaseAll(ctx, casework.Free{Staff: clerk.Staff()}))
		strays, err := c.Strays(ctx, admin)
		ok(t, err)
		list := strays.Cases
		if len(list) != 1 || list[0].Request != id || list[0].Who != "王*英" {
			t.Fatalf("%+v", list)
		}
		if far, err := c.Strays(ctx, w.Xihu.Administrator); err != nil || len(far.Cases) != 0 {
			t.Errorf("%v %v", far, err)
		}
		for _, far := range []civic.Actor{w.Xihu.Administrator, w.Taiyuan.Administrator} {
			all, err := c.Strays(ctx, far)
			ok(t, err)
			things := all.Things
			if mine := far == w.Taiyuan.Administrator; mine != (len(things) == 2) || mine && (things[0].ID != paper || things[0].What != "病历" || things[0].OfficeName == "") {
				t.Errorf("papers and sums: %+v", things)
			}
		}
		to, err := c.Elsewhere(ctx, admin, id)
		ok(t, err)
		if !slices.ContainsFunc(to, func(o place.Office) bool { return o.ID == w.Taiyuan.Market }) {
			t.Errorf("offered %+v", to)
		}
		ok(t, c.Redirect(ctx, admin, id, w.Taiyuan.Market, "医院还没有人"))
		f := state(t, w, elder, id)
		// What the office had goes along, and what is said to be paid is looked for there.
		market := w.Taiyuan.MarketClerk
		ok(t, c.Receive(ctx, market, id, paper))
		ok(t, c.Receive(ctx, market, id, sum))
		if all, err := c.Strays(ctx, admin); err != nil || len(all.Things) != 0 {
			t.Errorf("%+v %v", all.Things, err)
		}
		if f.Office.ID != w.Taiyuan.Market || !strings.Contains(f.Story[len(f.Story)-1].Says, "没有人办") {
			t.Errorf("%+v", f.Story)
		}
	})
}
