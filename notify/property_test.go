package notify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/notify"
	"yinqiao/people"
	"yinqiao/staff"
)

// wild is a carrier that does what a gateway may do: it takes, refuses, takes and says
// nothing, and it remembers whom it brought what, and when.
type wild struct {
	next    func() string
	now     func() time.Time
	taken   []notify.Parcel
	brought map[string]time.Time // by parcel, unless nothing was said or it was reported lost; nil where it does not matter
}

func (c *wild) Send(_ context.Context, p notify.Parcel) (notify.Sent, error) {
	switch c.next() {
	case "refuse":
		return notify.Sent{}, &notify.Refused{Err: errors.New("busy")}
	case "never":
		return notify.Sent{}, &notify.Refused{Err: errors.New("no such number"), ForGood: true}
	case "lost":
		c.taken = append(c.taken, p)
		return notify.Sent{}, errors.New("no answer")
	}
	c.taken = append(c.taken, p)
	if c.brought != nil {
		c.brought[p.ID] = c.now()
	}
	return notify.Sent{Gateway: "wild", Ref: "R" + p.ID, Cost: 45}, nil
}

// walk is one elder whose matters are told while everything goes wrong that may.
type walk struct {
	w       *apptest.World
	c       *wild
	elder   civic.PersonID
	request []civic.RequestID
}

func newWalk(t *rapid.T, w *apptest.World, c *wild) *walk {
	a := w.Taiyuan
	in := w.NewPerson(a.Street, "韩玉兰")
	in.Address = "银槐街20号"
	if rapid.Bool().Draw(t, "no phone") {
		in.Phones = nil
	}
	k := &walk{w: w, c: c, elder: w.Register(t, in)}
	if rapid.Bool().Draw(t, "a daughter") {
		w.Give(t, k.elder, w.Register(t, w.NewPerson(a.Street, "李秀兰")), "*")
	}
	if reach := rapid.SampledFrom([]string{"", "call", "visit", "family_first"}).Draw(t, "reach"); reach != "" {
		w.Open(t, a.Clerk, k.elder)
		ok(t, w.People.Prefer(ctx, a.Clerk, k.elder, map[string]string{"reach": reach}))
	}
	return k
}

func (k *walk) step(t *rapid.T) {
	a := k.w.Taiyuan
	switch rapid.SampledFrom([]string{"matter", "later", "later", "tick", "report", "answer", "heard", "stop", "start", "twice"}).Draw(t, "what") {
	case "matter":
		k.request = append(k.request, resolved(t, k.w, k.elder))
	case "later":
		k.w.Clock.Add(time.Duration(rapid.IntRange(1, 2000).Draw(t, "minutes")) * time.Minute)
	case "tick":
		carrier := rapid.SampledFrom([]string{notify.CarrierVoice, notify.CarrierDoor, notify.CarrierPaper}).Draw(t, "carrier")
		tasks, err := k.w.Notify.Tasks(ctx, a.Clerk, carrier)
		ok(t, err)
		for _, x := range tasks {
			if x.Person == k.elder {
				outcome := rapid.SampledFrom([]string{notify.Told, notify.Absent, notify.Gone}).Draw(t, "outcome")
				if err := k.w.Notify.Tick(ctx, a.Clerk, k.elder, x.ID, outcome); err != nil {
					t.Fatalf("%v", err)
				}
				break
			}
		}
	case "report":
		if len(k.c.taken) == 0 {
			return
		}
		p := rapid.SampledFrom(k.c.taken).Draw(t, "parcel")
		r := notify.Report{ID: p.ID, Delivered: rapid.Bool().Draw(t, "delivered")}
		if !r.Delivered {
			delete(k.c.brought, p.ID)
		}
		if rapid.Bool().Draw(t, "by their name") {
			r.ID, r.Ref = "", "R"+p.ID
		}
		ok(t, k.w.Notify.Reported(ctx, "wild", []notify.Report{r, r}))
	case "answer":
		if len(k.request) > 0 {
			err := k.w.Casework.Confirm(ctx, apptest.AsPerson(k.elder), k.request[len(k.request)-1], rapid.Bool().Draw(t, "solved"))
			if err != nil && !civic.Is(err, civic.Conflict) {
				t.Fatalf("%v", err)
			}
		}
	case "heard":
		list, err := k.w.Notify.Inbox(ctx, apptest.AsPerson(k.elder), k.elder)
		ok(t, err)
		if len(list) > 0 {
			ok(t, k.w.Notify.Heard(ctx, apptest.AsPerson(k.elder), k.elder, list[0].ID))
		}
	case "stop":
		ok(t, k.w.Notify.Stop(ctx, a.Administrator, a.Division, notify.CarrierSMS, "网关在修"))
	case "start":
		ok(t, k.w.Notify.Start(ctx, a.Administrator, a.Division, notify.CarrierSMS))
	case "twice": // a job runs at least once
		if err := k.w.Notify.Walk(ctx, notify.Walk{}); err != nil && !errors.Is(err, jobs.ErrMore) {
			t.Fatalf("%v", err)
		}
	}
	k.w.Tell(t)
}

// settle lets time pass until nothing can happen any more: three days each for whom it is for
// and for two colleagues, with nights between.
func (k *walk) settle(t *rapid.T) {
	ok(t, k.w.Notify.Start(ctx, k.w.Taiyuan.Administrator, k.w.Taiyuan.Division, notify.CarrierSMS))
	for range 60 {
		k.w.Clock.Add(12 * time.Hour)
		k.w.Tell(t)
		if k.w.Count(t, `SELECT COUNT(*) FROM message WHERE person = $1 AND state = 'open'`, k.elder) == 0 {
			return
		}
	}
}

func (k *walk) check(t *rapid.T) {
	var ms []notify.Message
	k.w.Look(t, apptest.System(), func(v *journal.View) error {
		return v.Select(&ms, `SELECT person, id, template, audience, receiver, state, how FROM message WHERE person = $1`, k.elder)
	})
	for _, m := range ms {
		switch m.State {
		case notify.Confirmed, notify.Cancelled:
		case notify.Expired:
			var n int
			k.w.Look(t, apptest.System(), func(v *journal.View) error {
				return v.Get(&n, `SELECT COUNT(*) FROM message m JOIN staff s ON s.id = m.receiver WHERE m.person = $1 AND m.entry = $2 AND m.template = 'message.expired/staff'
					AND m.receiver = $3`, k.elder, m.ID, m.How)
			})
			// What two colleagues did not look at stays with the second, who was told.
			if n != 1 && (m.Audience != notify.Staff || m.How != m.Receiver) {
				t.Fatalf("%s expired, and nobody was told: %+v", m.Template, m)
			}
		default:
			t.Fatalf("%s is still %s: %+v", m.Template, m.State, tried(t, k.w, m.ID))
		}
	}
	seen := map[string]bool{}
	for _, p := range k.c.taken {
		if seen[p.ID] {
			t.Fatalf("parcel %s was taken twice", p.ID)
		}
		seen[p.ID] = true
	}
	for i, p := range k.c.taken {
		at, ok := k.c.brought[p.ID]
		for _, q := range k.c.taken[:i] {
			if before, same := k.c.brought[q.ID]; ok && same && p.To == q.To && p.Text == q.Text && at.Sub(before) < time.Hour {
				t.Fatalf("%s got the same words twice within %s: %s", p.To, at.Sub(before), p.Text)
			}
		}
	}
	k.w.Look(t, apptest.System(), func(v *journal.View) error {
		var n int
		if err := v.Get(&n, `SELECT COUNT(*) FROM (SELECT 1 AS one FROM message_attempt WHERE person = $1 GROUP BY message, carrier, target HAVING COUNT(*) > 1) x`, k.elder); err != nil || n > 0 {
			t.Fatalf("%d were tried twice by one carrier, %v", n, err)
		}
		return nil
	})
}

func TestWhateverFailsEachMessageEndsAndNobodyGetsTheSameTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		w.Hire(t, "田网格", w.Taiyuan.Community, staff.Post{Role: staff.GridWorker, Division: w.Taiyuan.Street})
		c := &wild{now: w.Clock.Now}
		w.Notify.Carry(notify.CarrierSMS, c)
		rounds := 0
		rapid.Check(t, func(rt *rapid.T) {
			if rounds++; rounds > roundsMost() {
				return
			}
			c.taken, c.brought, c.next = nil, map[string]time.Time{}, func() string {
				return rapid.SampledFrom([]string{"take", "take", "refuse", "never", "lost"}).Draw(rt, "gateway")
			}
			k := newWalk(rt, w, c)
			k.request = append(k.request, resolved(rt, w, k.elder))
			w.Tell(rt)
			for range rapid.IntRange(1, 8).Draw(rt, "steps") {
				k.step(rt)
			}
			k.settle(rt)
			k.check(rt)
		})
	})
}

func TestALostReplyLeavesItToTheNextCarrierAndACrashToo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		c := &wild{next: func() string { return "lost" }}
		w.Notify.Carry(notify.CarrierSMS, c)
		w.Open(t, a.Clerk, a.Elder)
		ok(t, w.People.Prefer(ctx, a.Clerk, a.Elder, map[string]string{"reach": "sms_ok"}))
		resolved(t, w, a.Elder)
		w.Tell(t)
		m := states(t, w, a.Elder, "case.resolved/elder")[0]
		as := tried(t, w, m.ID)
		if len(as) != 1 || as[0].State != "unsure" || len(c.taken) < 1 {
			t.Fatalf("%+v", as)
		}
		// The same job again, as after a crash: the text is not sent a second time.
		n := len(c.taken)
		ok(t, w.Notify.Send(ctx, notify.Send{Person: a.Elder, Attempt: as[0].ID}))
		if len(c.taken) != n {
			t.Error("it was sent twice")
		}
		// A report by the gateway's own name that nobody knows yet is kept, not lost; by ours it settles it.
		ok(t, w.Notify.Reported(ctx, "wild", []notify.Report{{Ref: "unknown", Delivered: true}, {ID: as[0].ID, Delivered: true}, {ID: as[0].ID}}))
		if as = tried(t, w, m.ID); as[0].State != "delivered" {
			t.Errorf("%+v", as)
		}
		// Arriving is not hearing: the chain goes on to the telephone.
		w.Clock.Add(5 * time.Hour)
		w.Tell(t)
		if as = tried(t, w, m.ID); len(as) != 2 || as[1].Carrier != notify.CarrierVoice {
			t.Errorf("%+v", as)
		}
	})
}

func TestAReportThatComesBeforeItsTextIsNotedCounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Notify.Carry(notify.CarrierSMS, early{w})
		rc := w.ReportPost(t, a)
		w.Tell(t)
		m := states(t, w, a.Elder, "case.opened/elder")
		if len(m) != 1 || m[0].State != notify.Confirmed || m[0].How != notify.CarrierSMS {
			t.Errorf("%s: %+v", rc.Request, m)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM message_report`); n != 0 {
			t.Errorf("%d reports are kept", n)
		}
	})
}

// early is a gateway whose report is faster than its answer.
type early struct{ w *apptest.World }

func (e early) Send(ctx context.Context, p notify.Parcel) (notify.Sent, error) {
	err := e.w.Notify.Reported(ctx, "fast", []notify.Report{{Ref: "F" + p.ID, Delivered: true}})
	return notify.Sent{Gateway: "fast", Ref: "F" + p.ID}, err
}

// take is a gateway that takes everything and keeps it.
type take struct{ parcels []notify.Parcel }

func (c *take) Send(_ context.Context, p notify.Parcel) (notify.Sent, error) {
	c.parcels = append(c.parcels, p)
	return notify.Sent{Gateway: "take", Ref: fmt.Sprint(len(c.parcels)), Delivered: true}, nil
}

func TestASharedPhoneHearsNothingPrivateAndNoCode(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, c := w.Taiyuan, &take{}
		w.Notify.Carry(notify.CarrierSMS, c)
		w.Tell(t) // what the making of the world has to tell
		c.parcels = nil
		w.ReportPost(t, a)
		w.Tell(t)
		if len(c.parcels) != 1 || !contains(c.parcels[0].Text, "代寄检查报告") || c.parcels[0].To != a.ElderPhone {
			t.Fatalf("her own phone: %+v", c.parcels)
		}
		w.Open(t, a.Clerk, a.Elder)
		ok(t, w.Grant.SendCode(ctx, a.Clerk, a.Elder))
		w.Tell(t)
		if last := c.parcels[len(c.parcels)-1]; !contains(last.Text, "登录口令") || !digits.MatchString(last.Text) {
			t.Errorf("%+v", last)
		}
		// Now her neighbour has the same number.
		in := w.NewPerson(a.Street, "赵建国")
		in.Phones = []people.Phone{{Number: a.ElderPhone, Whose: "own"}}
		w.Register(t, in)
		w.Clock.Add(3 * time.Hour)
		c.parcels = nil
		w.ReportPost(t, a)
		w.Tell(t)
		if len(c.parcels) != 1 || contains(c.parcels[0].Text, "报告") || contains(c.parcels[0].Text, "医院") {
			t.Errorf("a shared phone is told %+v", c.parcels)
		}
		w.Open(t, a.Clerk, a.Elder)
		// The same words again within the hour would only frighten: the second goes with the first.
		w.ReportPost(t, a)
		w.Tell(t)
		if len(c.parcels) != 1 {
			t.Errorf("the same words were sent again: %+v", c.parcels)
		}
		second := states(t, w, a.Elder, "case.opened/elder")
		if m := second[len(second)-1]; m.State != notify.Confirmed || w.Acts(t, notify.ActJoined, m.ID) != 1 {
			t.Errorf("what goes with another: %+v", m)
		}
		w.Clock.Add(2 * time.Hour)
		w.ReportPost(t, a)
		w.Tell(t)
		if len(c.parcels) != 2 {
			t.Errorf("two hours later: %+v", c.parcels)
		}
		w.Open(t, a.Clerk, a.Elder)
		if err := w.Grant.SendCode(ctx, a.Clerk, a.Elder); civic.As(err).Code != "access.phone" {
			t.Errorf("a code goes to a shared phone: %v", err)
		}
		for _, secret := range []string{"代寄检查报告，", a.ElderPhone} {
			if contains(w.Logged.String(), secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
	})
}

func TestWishesHoursDeathAndRefusalsAreHeldTo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, c := w.Taiyuan, &take{}
		w.Notify.Carry(notify.CarrierSMS, c)
		w.Tell(t) // what the making of the world has to tell
		c.parcels = nil
		// Late in the evening nothing goes out, and in the morning it does.
		w.Clock.Set(time.Date(2026, 11, 23, 22, 30, 0, 0, civic.Shanghai))
		w.ReportPost(t, a)
		w.Tell(t)
		w.Clock.Set(time.Date(2026, 11, 24, 7, 59, 0, 0, civic.Shanghai))
		w.Tell(t)
		if len(c.parcels) != 0 {
			t.Fatalf("at night: %+v", c.parcels)
		}
		w.ReportPost(t, a) // a second one before the first was told joins it
		w.Clock.Set(time.Date(2026, 11, 24, 8, 0, 0, 0, civic.Shanghai))
		w.Tell(t)
		if len(c.parcels) != 1 || !contains(c.parcels[0].Text, "共2件") {
			t.Fatalf("in the morning: %+v", c.parcels)
		}
		// "Please phone": no text ever, the telephone first.
		w.Open(t, a.Clerk, a.Elder)
		ok(t, w.People.Prefer(ctx, a.Clerk, a.Elder, map[string]string{"reach": "call"}))
		resolved(t, w, a.Elder)
		w.Tell(t)
		m := states(t, w, a.Elder, "case.resolved/elder")[0]
		if as := tried(t, w, m.ID); len(as) != 1 || as[0].Carrier != notify.CarrierVoice || len(c.parcels) != 1 {
			t.Fatalf("%+v", as)
		}
		// Refused: not the telephone either; the daughter is asked.
		elder := apptest.AsPerson(a.Elder)
		ok(t, w.Notify.Refuse(ctx, elder, a.Elder, []string{notify.CarrierVoice, notify.CarrierDoor}))
		resolved(t, w, a.Elder)
		w.Tell(t)
		m = states(t, w, a.Elder, "case.resolved/elder")[1]
		if as := tried(t, w, m.ID); len(as) != 1 || as[0].Carrier != notify.CarrierFamily || as[0].Target != string(a.Daughter) {
			t.Fatalf("%+v", as)
		}
		if last := c.parcels[len(c.parcels)-1]; !contains(last.Text, "王*英") || contains(last.Text, "报告") {
			t.Errorf("the daughter is told %q", last.Text)
		}
		// Death stops what was for her, and tells her daughter.
		c.parcels = nil
		ok(t, w.Grant.ReportDeath(ctx, a.Administrator, a.Elder, "2026-11-24", grant.DeathSources()[0].Code))
		w.Tell(t)
		for _, m := range states(t, w, a.Elder, "case.resolved/elder") {
			if m.State == notify.Open {
				t.Errorf("she is still to be told: %+v", m)
			}
		}
		if len(c.parcels) != 1 || !contains(c.parcels[0].Text, "登记去世") {
			t.Errorf("%+v", c.parcels)
		}
		if open := w.Count(t, `SELECT COUNT(*) FROM message_attempt WHERE person = $1 AND state IN ('open', 'due') AND carrier <> 'desk'`, a.Elder); open != 0 {
			t.Errorf("%d are still to be done for her", open)
		}
		// One alone says that she died: another is asked to make sure, by their own desk.
		if ms := states(t, w, a.Elder, "person.died/staff"); len(ms) != 1 || ms[0].Receiver == a.Administrator.Operator.ID {
			t.Errorf("a second pair of eyes: %+v", ms)
		}
	})
}

func TestAMatterThatTheyAnswerNeedNotBeTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		id := resolved(t, w, a.Elder)
		w.Tell(t)
		ok(t, w.Casework.Confirm(ctx, apptest.AsPerson(a.Elder), id, true))
		w.Tell(t)
		m := states(t, w, a.Elder, "case.resolved/elder")
		if len(m) != 1 || m[0].State != notify.Confirmed || m[0].How != notify.CarrierPage {
			t.Errorf("%+v", m)
		}
		tasks, err := w.Notify.Tasks(ctx, a.Clerk, notify.CarrierVoice)
		if err != nil || slices.ContainsFunc(tasks, func(x notify.Task) bool { return x.Person == a.Elder && x.Message == m[0].ID }) {
			t.Errorf("it is still to be phoned: %+v, %v", tasks, err)
		}
	})
}

func TestWhatIsSettledBeforeItIsHeededIsNotTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		end := w.Clock.Now().AddDate(0, 1, 0)
		ok(t, w.Grant.Ask(ctx, apptest.AsPerson(a.Stranger), grant.Grant{Person: a.Elder, Relation: "邻居", Services: "report-post", Starts: w.Clock.Now(), Ends: &end}))
		agents, err := w.Grant.Agents(ctx, apptest.AsPerson(a.Elder), a.Elder)
		ok(t, err)
		w.Clock.Add(time.Second)
		for _, g := range agents {
			if g.State == "asked" {
				ok(t, w.Grant.Answer(ctx, apptest.AsPerson(a.Elder), a.Elder, g.ID, grant.Agreed))
			}
		}
		// The job of the answer is done before that of the question.
		var entries []string
		w.Look(t, apptest.System(), func(v *journal.View) error {
			return v.Select(&entries, `SELECT id FROM journal_entry WHERE act IN ($1, $2) ORDER BY id DESC`, grant.ActAsked, grant.ActGiven)
		})
		for _, e := range entries {
			if err := w.Notify.Heed(ctx, notify.Heed{Entry: e}); err != nil && !errors.Is(err, journal.ErrUnchanged) {
				t.Fatal(err)
			}
		}
		if ms := states(t, w, a.Elder, "grant.asked/elder"); len(ms) != 0 {
			t.Errorf("she is asked what she has answered: %+v", ms)
		}
	})
}
