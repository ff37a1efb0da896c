package people_test

import (
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/people"
)

var actRaced = journal.Define("test.withdraw_raced", "赛跑")

func TestWhoIsServedWhileAListIsTakenBackStays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		id := bring(t, w, "姓名,身份证号码,老年卡号\n"+nameOf(0)+","+idOf(0)+",SN73000000\n"+nameOf(1)+","+idOf(1)+",SN73000001\n")
		if err := w.People.EnterRoster(ctx, a.Administrator, id, true); err != nil {
			t.Fatal(err)
		}
		work(t, w, id)
		who := personOf(t, w, idOf(0))
		done, begun := make(chan bool, 1), false
		// She uses the web page herself just then: judged, and not committed yet.
		me := apptest.AsPerson(who)
		err := w.Journal.Write(ctx, me.For(who), func(tx *journal.Tx) error {
			auth, err := tx.Authorise(civic.Need{Person: who})
			if err != nil {
				return err
			}
			if !begun {
				begun = true
				go func() {
					defer close(done)
					undo(t, w, id)
				}()
			}
			for range 600 {
				select {
				case <-done:
					return tx.Record(auth, journal.Event{Act: actRaced})
				default:
				}
				var n int
				if err := tx.Get(&n, `SELECT COUNT(*) FROM division`); err != nil {
					return err
				}
			}
			return tx.Record(auth, journal.Event{Act: actRaced})
		})
		<-done
		ok(t, err)
		if r := roster(t, w, id); r.Count[people.RowUsed] != 1 || r.Count[people.RowUndone] != 1 {
			t.Errorf("%v", r.Count)
		}
		if self := selfOf(t, w, who); self.State != "active" {
			t.Errorf("%+v", self)
		}
	})
}
