package notify_test

import (
	"slices"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/notify"
	"yinqiao/people"
	"yinqiao/staff"
)

// What only informs goes one way: an outage of some minutes must not lose it.
func TestAGatewayThatIsDownIsAskedUntilItIsBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a, down := w.Taiyuan, true
		c := &wild{next: func() string {
			if down {
				return "refuse"
			}
			return "take"
		}}
		w.Notify.Carry(notify.CarrierSMS, c)
		w.ReportPost(t, a)
		for range 12 {
			w.Tell(t)
			w.Clock.Add(10 * time.Minute)
		}
		if ms := states(t, w, a.Elder, "case.opened/elder"); len(ms) != 1 || ms[0].State != notify.Open {
			t.Fatalf("after two hours of outage: %+v", ms)
		}
		down = false
		w.Tell(t)
		opened := slices.DeleteFunc(c.taken, func(p notify.Parcel) bool { return p.Template != "case.opened/elder" })
		if len(opened) != 1 {
			t.Fatalf("%d parcels were taken when it was back", len(opened))
		}
		// Its report comes hours later, and counts.
		w.Clock.Add(5 * time.Hour)
		w.Tell(t)
		ok(t, w.Notify.Reported(ctx, "wild", []notify.Report{{ID: opened[0].ID, Delivered: true}}))
		if ms := states(t, w, a.Elder, "case.opened/elder"); ms[0].State != notify.Confirmed {
			t.Errorf("the late report left it %+v", ms[0])
		}
	})
}

func TestOnePhoneIsToldOnceWhoeverItIsRegisteredFor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a, c := w.Taiyuan, &arrives{}
		w.Notify.Carry(notify.CarrierSMS, c)
		daughter := w.NewPerson(a.Street, "李秀兰")
		daughter.Phones = []people.Phone{{Number: "13900007777", Whose: "own"}}
		in := w.NewPerson(a.Street, "韩玉兰")
		in.Phones = []people.Phone{{Number: "13900007777", Whose: "女儿"}}
		elder := w.Register(t, in)
		w.Give(t, elder, w.Register(t, daughter), "*")
		w.Tell(t)
		c.told()
		resolved(t, w, elder)
		for range 8 {
			w.Tell(t)
			w.Clock.Add(9 * time.Hour)
		}
		given := states(t, w, elder, "case.resolved/elder")
		n := 0
		for _, x := range tried(t, w, given[0].ID) {
			if x.Carrier == notify.CarrierFamily {
				n++
			}
		}
		if len(given) != 1 || n != 1 {
			t.Errorf("the family's one phone was tried %d times", n)
		}
	})
}

// An elder without a phone can't be told at the door to phone.
func TestWhoHasNoPhoneIsToldTheMatterAtTheDoor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a := w.Taiyuan
		tian := w.Hire(t, "田网格", a.Community, staff.Post{Role: staff.GridWorker, Division: a.Street})
		in := w.NewPerson(a.Street, "韩玉兰")
		in.Phones = nil
		elder := w.Register(t, in)
		resolved(t, w, elder)
		for range 8 {
			w.Tell(t)
			w.Clock.Add(9 * time.Hour)
		}
		tasks, err := w.Notify.Tasks(ctx, tian, notify.CarrierDoor)
		ok(t, err)
		i := slices.IndexFunc(tasks, func(x notify.Task) bool { return x.Person == elder })
		if i < 0 {
			t.Fatalf("no visit: %+v", tasks)
		}
		got, err := w.Notify.See(ctx, tian, elder, tasks[i].ID)
		ok(t, err)
		if !contains(got.Words, "代寄检查报告") || contains(tasks[i].Words, "代寄检查报告") {
			t.Errorf("at the door: %q; in the list: %q", got.Words, tasks[i].Words)
		}
	})
}

func TestACodeForWhichSomebodyWaitsStandsFirstInTheCalls(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a := w.Taiyuan
		for range notify.TasksMost + 1 {
			resolved(t, w, w.Person(t, a.Street))
		}
		w.Tell(t)
		w.Clock.Add(time.Hour)
		w.Open(t, a.Clerk, a.Elder)
		ok(t, w.Grant.SendCode(ctx, a.Clerk, a.Elder))
		for range 3 {
			w.Tell(t)
			w.Clock.Add(4 * time.Minute)
		}
		tasks, err := w.Notify.Tasks(ctx, a.Clerk, notify.CarrierVoice)
		ok(t, err)
		if len(tasks) == 0 || tasks[0].Person != a.Elder || !tasks[0].Soon {
			t.Errorf("%d calls, the first of them %+v", len(tasks), tasks[:min(1, len(tasks))])
		}
	})
}

// Of a death nobody says that the dead were not reached.
func TestWhenTheFamilyOfTheDeadIsNotReachedThatIsSaid(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a := w.Taiyuan
		tian := w.Hire(t, "田网格", a.Community, staff.Post{Role: staff.GridWorker, Division: a.Street})
		elder := w.Person(t, a.Street)
		w.Give(t, elder, w.Person(t, a.Street), "*")
		w.Tell(t)
		ok(t, w.Grant.ReportDeath(ctx, a.Administrator, elder, "2026-11-20", "certificate"))
		for range 14 {
			w.Tell(t)
			w.Clock.Add(11 * time.Hour)
		}
		if ms := states(t, w, elder, string(grant.ActDied)+"/family"); len(ms) != 1 || ms[0].State != notify.Expired {
			t.Fatalf("%+v", ms)
		}
		lines, err := w.Notify.Tasks(ctx, tian, notify.CarrierDesk)
		ok(t, err)
		i := slices.IndexFunc(lines, func(x notify.Task) bool { return x.Person == elder })
		if i < 0 || !contains(lines[i].Words, "的家里人") || contains(lines[i].Words, "告诉老人") {
			t.Errorf("%+v", lines)
		}
	})
}
