package notify_test

import (
	"slices"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/notify"
	"yinqiao/people"
	"yinqiao/staff"
)

var allWays = []string{notify.CarrierVoice, notify.CarrierSMS, notify.CarrierFamily, notify.CarrierTV, notify.CarrierPaper, notify.CarrierDoor}

func TestRefusingWaysIsTheEldersOwnWordAndTheyAreToldOfIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, c := w.Taiyuan, &arrives{}
		w.Notify.Carry(notify.CarrierSMS, c)
		w.Tell(t)
		ok(t, w.Grant.Open(ctx, a.Clerk, a.Elder, false, "老人打电话来", ""))
		wantCode(t, w.Notify.Refuse(ctx, a.Clerk, a.Elder, allWays), "message.ways_card")
		w.OpenWeak(t, a.Clerk, a.Elder)
		wantCode(t, w.Notify.Refuse(ctx, a.Clerk, a.Elder, allWays), "access.card_new")
		w.Open(t, a.Clerk, a.Elder)
		w.Tell(t)
		c.told()
		ok(t, w.Notify.Refuse(ctx, a.Clerk, a.Elder, allWays))
		w.Tell(t)
		if m := states(t, w, a.Elder, "message.refused/elder"); len(m) != 1 || m[0].State != notify.Confirmed || !slices.Contains(c.told(), a.ElderPhone) {
			t.Errorf("that all ways are refused is told by none: %+v", m)
		}
		// What is only news keeps to it; what changes by what she is known does not.
		w.Clock.Add(2 * time.Hour)
		w.ReportPost(t, a)
		w.Tell(t)
		if got := c.told(); len(got) != 0 {
			t.Errorf("of a matter they were told, to %v", got)
		}
		w.Open(t, a.Clerk, a.Elder)
		_, err := w.People.AddContact(ctx, a.Clerk, a.Elder, people.NewContact{Number: "12699990001", Whose: "邻居"})
		ok(t, err)
		w.Tell(t)
		if got := c.told(); !slices.Contains(got, a.ElderPhone) {
			t.Errorf("of a new phone they were told to %v", got)
		}
		// Her own choice on her own page needs no message.
		ok(t, w.Notify.Refuse(ctx, apptest.AsPerson(a.Elder), a.Elder, nil))
		w.Tell(t)
		if m := states(t, w, a.Elder, "message.refused/elder"); len(m) != 1 {
			t.Errorf("%+v", m)
		}
	})
}

func TestThatNobodyWasReachedIsNotToldToWhoeverDidIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a := w.Taiyuan
		in := w.NewPerson(a.Street, "韩玉兰")
		in.Phones, in.Address = nil, ""
		elder := w.Register(t, in)
		post := staff.Post{Role: staff.Clerk, Division: a.Street}
		grid := staff.Post{Role: staff.GridWorker, Division: a.Street}
		makers := []civic.Actor{w.Hire(t, "窗口甲", a.Community, post, grid), w.Hire(t, "窗口乙", a.Community, post, grid)}
		for i, by := range makers {
			village := []string{"柳湾村", "桃园村"}[i]
			ok(t, w.Grant.Open(ctx, by, elder, false, "老人说搬家了", ""))
			ok(t, w.People.Correct(ctx, by, elder, people.Correction{Village: &village, Reason: "老人说的", Evidence: "own_word"}))
			for range 12 {
				w.Tell(t)
				w.Clock.Add(11 * time.Hour)
			}
			told := states(t, w, elder, "message.expired/staff")
			gone := states(t, w, elder, "person.corrected/elder")
			if len(gone) != i+1 || gone[i].State != notify.Expired {
				t.Fatalf("%+v", gone)
			}
			for _, m := range told {
				if m.Receiver == by.Operator.ID && w.Count(t, `SELECT COUNT(*) FROM message WHERE id = $1 AND entry = $2`, m.ID, gone[i].ID) > 0 {
					t.Errorf("whoever did it is told that nobody was reached")
				}
			}
			for _, at := range tried(t, w, gone[i].ID) {
				if at.Target == by.Operator.ID {
					t.Errorf("whoever did it is sent to tell of it: %+v", at)
				}
			}
			if len(told) == 0 {
				t.Fatal("nobody is told")
			}
		}
	})
}
