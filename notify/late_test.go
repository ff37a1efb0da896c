package notify_test

import (
	"context"
	"errors"
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
	"yinqiao/people"
	"yinqiao/rights"
)

// heedIn heeds the acts in the order that is given, which need not be theirs.
func heedIn(t *testing.T, w *apptest.World, acts ...journal.Act) {
	t.Helper()
	for _, act := range acts {
		var entry []string
		w.Look(t, apptest.System(), func(v *journal.View) error {
			return v.Select(&entry, `SELECT id FROM journal_entry WHERE act = $1 ORDER BY id DESC LIMIT 1`, act)
		})
		if len(entry) != 1 {
			t.Fatalf("%s was not done", act)
		}
		if err := w.Notify.Heed(ctx, notify.Heed{Entry: entry[0]}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestADeathThatIsHeededAfterItWasWithdrawnEndsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		resolved(t, w, a.Elder)
		w.Tell(t)
		ok(t, w.Grant.ReportDeath(ctx, a.Administrator, a.Elder, "2026-11-20", grant.DeathSources()[0].Code))
		ok(t, w.Grant.WithdrawDeath(ctx, a.Administrator, a.Elder, "同名的人"))
		heedIn(t, w, grant.ActAlive, grant.ActDied)
		for _, template := range []string{"case.resolved/elder", "person.alive/elder"} {
			if ms := states(t, w, a.Elder, template); len(ms) != 1 || ms[0].State == notify.Cancelled {
				t.Errorf("%s: %+v", template, ms)
			}
		}
	})
}

func TestThatSomebodyLivesIsNotToldOnceTheyDied(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Give(t, a.Elder, w.Register(t, w.NewPerson(a.Street, "李秀兰")), "*")
		source := grant.DeathSources()[0].Code
		ok(t, w.Grant.ReportDeath(ctx, a.Administrator, a.Elder, "2026-11-20", source))
		ok(t, w.Grant.WithdrawDeath(ctx, a.Administrator, a.Elder, "同名的人"))
		w.Tell(t)
		told := states(t, w, a.Elder, "person.alive/family")
		if !slices.ContainsFunc(told, func(m notify.Message) bool { return m.State == notify.Open }) {
			t.Fatalf("before: %+v", told)
		}
		ok(t, w.Grant.ReportDeath(ctx, a.Administrator, a.Elder, "2026-11-21", source))
		w.Tell(t)
		for _, m := range states(t, w, a.Elder, "person.alive/family") {
			if m.State == notify.Open {
				t.Errorf("a relative is still to hear that it was an error: %+v", m)
			}
		}
	})
}

func TestAConsentIsToldThoughAnotherWasWithdrawn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 21, 30, 0, 0, civic.Shanghai))) // nobody is told at night
		a := w.Taiyuan
		var ids []string
		w.Open(t, a.Clerk, a.Elder)
		for _, purpose := range []string{"share-volunteer", "notices"} {
			id, err := w.Rights.Give(ctx, a.Clerk, a.Elder, rights.Giving{Purpose: purpose, Version: 1, How: rights.FaceToFace, By: rights.Self})
			ok(t, err)
			ids = append(ids, id)
		}
		w.Tell(t)
		ok(t, w.Rights.Withdraw(ctx, a.Clerk, a.Elder, ids[1]))
		w.Tell(t)
		ms := states(t, w, a.Elder, "consent.given/elder")
		if len(ms) != 2 || ms[0].State != notify.Open || ms[1].State == notify.Open {
			t.Errorf("%+v", ms)
		}
	})
}

// shared has a neighbour use the elder's phone too: its texts say nothing.
func shared(t *testing.T, w *apptest.World) {
	t.Helper()
	in := w.NewPerson(w.Taiyuan.Street, "赵建国")
	in.Phones = []people.Phone{{Number: w.Taiyuan.ElderPhone, Whose: "own"}}
	w.Register(t, in)
}

// consents has the elder agree to two things at the window, and each told before the next.
func consents(t *testing.T, w *apptest.World) (ids []string) {
	t.Helper()
	a := w.Taiyuan
	w.Open(t, a.Clerk, a.Elder)
	for _, purpose := range []string{"notices", "share-volunteer"} {
		id, err := w.Rights.Give(ctx, a.Clerk, a.Elder, rights.Giving{Purpose: purpose, Version: 1, How: rights.FaceToFace, By: rights.Self})
		ok(t, err)
		ids = append(ids, id)
		w.Tell(t)
	}
	return ids
}

func TestNothingGoesWithWhatWasNotSentItself(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a, c := w.Taiyuan, &take{}
		w.Notify.Carry(notify.CarrierSMS, c)
		shared(t, w)
		w.Tell(t)
		c.parcels = nil
		for i, want := range []int{1, 1, 2} { // 9:00, 9:40, 10:20
			w.ReportPost(t, a)
			w.Tell(t)
			if len(c.parcels) != want {
				t.Fatalf("after %d: %+v", i, c.parcels)
			}
			w.Clock.Add(40 * time.Minute)
		}
	})
}

func TestWhatWentWithATextThatFailedGoesOnAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a, c := w.Taiyuan, &keeps{}
		w.Notify.Carry(notify.CarrierSMS, c)
		shared(t, w)
		consents(t, w)
		ms := states(t, w, a.Elder, "consent.given/elder")
		first, joined := tried(t, w, ms[0].ID), tried(t, w, ms[1].ID)
		if len(first) != 1 || len(joined) != 1 || joined[0].Gateway != "" {
			t.Fatalf("%+v, %+v", first, joined)
		}
		ok(t, w.Notify.Reported(ctx, "keeps", []notify.Report{{ID: first[0].ID, Code: "off"}}))
		w.Tell(t)
		for i, m := range ms {
			if as := tried(t, w, m.ID); len(as) != 2 || as[1].Carrier != notify.CarrierVoice {
				t.Errorf("message %d waits for a text that failed: %+v", i, as)
			}
		}
	})
}

func TestWhatWentWithATextThatWasNeverSentGetsOneOfItsOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a, c := w.Taiyuan, &opens{}
		w.Notify.Carry(notify.CarrierSMS, c)
		shared(t, w)
		w.Tell(t)
		ids := consents(t, w)
		ms := states(t, w, a.Elder, "consent.given/elder")
		if as := tried(t, w, ms[1].ID); len(as) != 1 || as[0].State != "sent" || as[0].Gateway != "" {
			t.Fatalf("it did not go with the first: %+v", as)
		}
		ok(t, w.Rights.Withdraw(ctx, a.Clerk, a.Elder, ids[0])) // the first need not be told any more
		c.up = true
		w.Tell(t)
		if as := tried(t, w, ms[1].ID); len(as) == 0 || as[0].Gateway != "opens" {
			t.Errorf("nobody tells the second: %+v", as)
		}
	})
}

// opens is a gateway that is down until it is up.
type opens struct{ up bool }

func (c *opens) Send(_ context.Context, p notify.Parcel) (notify.Sent, error) {
	if !c.up {
		return notify.Sent{}, &notify.Refused{Err: errors.New("down")}
	}
	return notify.Sent{Gateway: "opens", Ref: "O" + p.ID}, nil
}

// keeps is a gateway that takes everything and does not say yet what became of it.
type keeps struct{}

func (keeps) Send(_ context.Context, p notify.Parcel) (notify.Sent, error) {
	return notify.Sent{Gateway: "keeps", Ref: "K" + p.ID}, nil
}

func TestASecondConsentIsNotTakenAsToldByTheTextOfTheFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a, c := w.Taiyuan, &take{}
		w.Notify.Carry(notify.CarrierSMS, c)
		shared(t, w)
		consents(t, w)
		w.Clock.Add(31 * time.Minute)
		w.Tell(t)
		ms := states(t, w, a.Elder, "consent.given/elder")
		if len(ms) != 2 || ms[0].State != notify.Confirmed || ms[1].State != notify.Open {
			t.Fatalf("%+v", ms)
		}
		if as := tried(t, w, ms[1].ID); as[len(as)-1].Carrier != notify.CarrierVoice {
			t.Errorf("nobody is to call: %+v", as)
		}
	})
}
