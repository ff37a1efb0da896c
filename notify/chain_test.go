package notify_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/notify"
	"yinqiao/rights"
	"yinqiao/staff"
)

var ctx = context.Background()

// ok fails the test on an error.
func ok(t apptest.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// resolved makes the hospital say that a matter of a person's is done, and returns it.
func resolved(t apptest.TB, w *apptest.World, p civic.PersonID) civic.RequestID {
	t.Helper()
	rc := w.ReportPostOf(t, w.Taiyuan, p)
	ok(t, w.Casework.Take(ctx, w.Taiyuan.HospitalClerk, rc.Request))
	ok(t, w.Casework.Resolve(ctx, w.Taiyuan.HospitalClerk, rc.Request, "寄了，单号 SF0001。"))
	return rc.Request
}

// states reads the messages of a template about a person.
func states(t apptest.TB, w *apptest.World, p civic.PersonID, template string) []notify.Message {
	t.Helper()
	var ms []notify.Message
	w.Look(t, apptest.System(), func(v *journal.View) error {
		return v.Select(&ms, `SELECT person, id, template, receiver, state, how, made_at, next_at, over_at, ended_at FROM message WHERE person = $1 AND template = $2 ORDER BY id`, p, template)
	})
	return ms
}

// tried lists the carriers that were tried for a message, in order.
func tried(t apptest.TB, w *apptest.World, id string) []notify.Attempt {
	t.Helper()
	var as []notify.Attempt
	w.Look(t, apptest.System(), func(v *journal.View) error {
		return v.Select(&as, `SELECT person, id, message, carrier, target, discreet, state, gateway, ref, cost FROM message_attempt WHERE message = $1 ORDER BY made_at, id`, id)
	})
	return as
}

func TestAMatterWhoseElderHasNoPhoneClimbsToTheGridWorkerAndStopsWhenSheTicksIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		worker := w.Hire(t, "田网格", a.Community, staff.Post{Role: staff.GridWorker, Division: a.Street})
		in := w.NewPerson(a.Street, "韩玉兰")
		in.Phones, in.Address = nil, "银槐街20号"
		elder := w.Register(t, in)
		resolved(t, w, elder)
		w.Tell(t)

		ms := states(t, w, elder, "case.resolved/elder")
		if len(ms) != 1 || ms[0].State != notify.Open {
			t.Fatalf("%+v", ms)
		}
		if as := tried(t, w, ms[0].ID); len(as) != 1 || as[0].Carrier != notify.CarrierDoor || as[0].Target != worker.Operator.ID {
			t.Fatalf("without a phone and a family it does not go to the door: %+v", as)
		}
		tasks, err := w.Notify.Tasks(ctx, worker, notify.CarrierDoor)
		if err != nil || len(tasks) != 1 || tasks[0].Who != "韩*兰" {
			t.Fatalf("%+v, %v", tasks, err)
		}
		seen, err := w.Notify.See(ctx, worker, elder, tasks[0].ID)
		if err != nil || seen.Name != "韩玉兰" || seen.Lives != "银槐街20号" {
			t.Errorf("%+v, %v", seen, err)
		}
		w.Clock.Add(40 * time.Minute)
		ok(t, w.Notify.Tick(ctx, worker, elder, tasks[0].ID, notify.Told))
		w.Clock.Add(30 * 24 * time.Hour)
		w.Tell(t)
		if ms = states(t, w, elder, "case.resolved/elder"); ms[0].State != notify.Confirmed || ms[0].How != notify.CarrierDoor {
			t.Errorf("%+v", ms[0])
		}
		if as := tried(t, w, ms[0].ID); len(as) != 1 || as[0].State != "done" {
			t.Errorf("it went on climbing: %+v", as)
		}
		// Who was reached, how, after how long, is a figure.
		if n := w.Count(t, `SELECT COALESCE(MAX(measure), 0) FROM journal_entry WHERE act = $1`, notify.ActReached[notify.CarrierDoor]); n != 40*60 {
			t.Errorf("reached after %d seconds", n)
		}
		if n := w.Acts(t, notify.ActTaskSeen, string(elder)); n != 1 {
			t.Errorf("that the worker saw the address was recorded %d times", n)
		}
	})
}

func TestWhatAsksForAnAnswerIsNotOverByHavingBeenTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		end := w.Clock.Now().AddDate(0, 1, 0)
		asked := func() notify.Message {
			t.Helper()
			ok(t, w.Grant.Ask(ctx, apptest.AsPerson(a.Stranger), grant.Grant{Person: a.Elder, Relation: "邻居", Services: "report-post", Starts: w.Clock.Now(), Ends: &end}))
			w.Tell(t)
			ms := states(t, w, a.Elder, "grant.asked/elder")
			return ms[len(ms)-1]
		}
		m := asked()
		tasks, err := w.Notify.Tasks(ctx, a.Clerk, notify.CarrierVoice)
		if err != nil || len(tasks) != 1 || tasks[0].Message != m.ID {
			t.Fatalf("%+v, %v", tasks, err)
		}
		seen, err := w.Notify.See(ctx, a.Clerk, a.Elder, tasks[0].ID)
		if err != nil || seen.Answer == "" {
			t.Fatalf("%+v, %v", seen, err)
		}
		wantErr := w.Notify.Heard(ctx, apptest.AsPerson(a.Elder), a.Elder, m.ID)
		if !civic.Is(wantErr, civic.Conflict) {
			t.Errorf("she knows of it, and nobody knows what she says: %v", wantErr)
		}
		ok(t, w.Notify.Tick(ctx, a.Clerk, a.Elder, tasks[0].ID, notify.Told))
		w.Clock.Add(12 * time.Hour)
		w.Tell(t)
		if now := states(t, w, a.Elder, "grant.asked/elder")[0]; now.State != notify.Open || len(tried(t, w, m.ID)) != 1 {
			t.Fatalf("she is asked again by other ways, or by none: %+v, %+v", now, tried(t, w, m.ID))
		}
		w.Clock.Add(4 * 24 * time.Hour)
		w.Tell(t)
		if now := states(t, w, a.Elder, "grant.asked/elder")[0]; now.State != notify.Expired {
			t.Errorf("nobody is told that she has not answered: %+v", now)
		}
		ok(t, w.Grant.Answer(ctx, apptest.AsPerson(a.Elder), a.Elder, seen.Answer, grant.Refused))
		w.Tell(t)
		m = asked()
		agents, err := w.Grant.Agents(ctx, apptest.AsPerson(a.Elder), a.Elder)
		ok(t, err)
		for _, g := range agents {
			if g.State == "asked" {
				ok(t, w.Grant.Answer(ctx, apptest.AsPerson(a.Elder), a.Elder, g.ID, grant.Agreed))
			}
		}
		w.Tell(t)
		if ms := states(t, w, a.Elder, "grant.asked/elder"); ms[len(ms)-1].State != notify.Confirmed {
			t.Errorf("she has answered: %+v", ms)
		}
	})
}

func TestWhatStaffDoByRoleAloneIsNotTheEldersWordAndTheyAreToldOfIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder, end := apptest.AsPerson(a.Elder), w.Clock.Now().AddDate(0, 1, 0)
		last := func(template string) notify.Message {
			t.Helper()
			w.Tell(t)
			if ms := states(t, w, a.Elder, template); len(ms) > 0 {
				return ms[len(ms)-1]
			}
			return notify.Message{}
		}
		open := func() { ok(t, w.Grant.Open(ctx, a.Clerk, a.Elder, false, "电话里说", "")) }
		asks := func() string {
			t.Helper()
			ok(t, w.Grant.Ask(ctx, apptest.AsPerson(a.Stranger), grant.Grant{Person: a.Elder, Relation: "邻居", Services: "report-post", Starts: w.Clock.Now(), Ends: &end}))
			var id string
			w.Look(t, apptest.System(), func(v *journal.View) error {
				return v.Get(&id, `SELECT id FROM proxy_grant WHERE person = $1 AND state = 'asked'`, a.Elder)
			})
			w.Tell(t)
			return id
		}
		open()
		id := asks()
		ok(t, w.Grant.Answer(ctx, a.Clerk, a.Elder, id, grant.Read))
		if m := last("grant.given/elder"); m.State != notify.Open {
			t.Fatalf("a clerk says that she agreed, and nobody asks her: %+v", m)
		}
		if m := last("grant.asked/elder"); m.State != notify.Cancelled {
			t.Errorf("a clerk's word counts as hers: %+v", m)
		}
		if last("grant.given/family/pending").Receiver != string(a.Stranger) || last("grant.given/family").Receiver == string(a.Stranger) {
			t.Error("the neighbour is not told that it waits for her word")
		}
		ok(t, w.Grant.Revoke(ctx, a.Clerk, a.Elder, id))
		if m := last("grant.given/elder"); m.State != notify.Cancelled {
			t.Errorf("who stops a grant has not asked her: %+v", m)
		}
		for _, step := range []struct {
			told string
			do   func() error
		}{
			{"grant.revoked/elder", func() error { return nil }},
			{"grant.disputed/elder", func() error { return w.Grant.Dispute(ctx, a.Clerk, a.Elder, "怀疑") }},
			{"grant.resumed/elder", func() error { return w.Grant.Settle(ctx, a.Administrator, a.Elder, a.Grant, true) }},
			{"consent.given/elder", func() error {
				_, err := w.Rights.Give(ctx, a.Clerk, a.Elder, rights.Giving{Purpose: "notices", Version: 1, How: rights.ByVoice, By: rights.Self, Witness: "张三"})
				return err
			}},
		} {
			ok(t, step.do())
			if m := last(step.told); m.State != notify.Open {
				t.Errorf("she is not told by %s: %+v", step.told, m)
			}
		}
		// Of what she does herself she knows.
		ok(t, w.Grant.Dispute(ctx, elder, a.Elder, "意见不一致"))
		ok(t, w.Grant.Settle(ctx, elder, a.Elder, a.Grant, true))
		ok(t, w.Grant.Revoke(ctx, elder, a.Elder, a.Grant))
		w.Tell(t)
		for _, told := range []string{"grant.disputed/elder", "grant.resumed/elder", "grant.revoked/elder"} {
			if ms := states(t, w, a.Elder, told); len(ms) != 1 {
				t.Errorf("%s: she is told %d times", told, len(ms))
			}
		}
	})
}

func TestTheElderIsToldWhenAnOfficeAsksOrRefusesWithWhatItIsAndWhere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		one, two := w.ReportPost(t, a).Request, w.ReportPost(t, a).Request
		for _, id := range []civic.RequestID{one, two} {
			ok(t, w.Casework.Take(ctx, a.HospitalClerk, id))
		}
		ok(t, w.Casework.Ask(ctx, a.HospitalClerk, one, "请告诉我们是哪一次检查。"))
		ok(t, w.Casework.Reject(ctx, a.HospitalClerk, two, "没有这份报告。", "请到医院窗口问。"))
		w.Tell(t)
		list, err := w.Notify.Inbox(ctx, apptest.AsPerson(a.Elder), a.Elder)
		ok(t, err)
		for act, words := range map[journal.Act]string{"case.asked": "要您补充一样东西", "case.rejected": "这次办不成"} {
			i := slices.IndexFunc(list, func(l notify.Letter) bool { return l.Act == act })
			if i < 0 {
				t.Errorf("%s: she is told nothing: %+v", act, list)
				continue
			}
			if l := list[i]; !contains(l.Words, words) || contains(l.Words, "「」") || contains(l.Words, "，要") || contains(l.Words, "号码。") || !l.Open {
				t.Errorf("%s: %+v", act, l)
			}
		}
	})
}
