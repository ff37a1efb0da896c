package notify_test

import (
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/notify"
)

// An elder whom nobody reaches is told of to one colleague once; a line on a desk that
// nobody looks at is not said to be an elder whom nobody reached.
func TestWhatIsGivenUpIsToldToOneColleagueOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a := w.Taiyuan
		id := w.ReportPost(t, a).Request
		ok(t, w.Casework.Take(ctx, a.HospitalClerk, id))
		ok(t, w.Casework.Resolve(ctx, a.HospitalClerk, id, "寄了。"))
		ok(t, w.Grant.Dispute(ctx, apptest.AsPerson(a.Elder), a.Elder, "意见不一致"))
		for range 12 {
			w.Tell(t)
			w.Clock.Add(11 * time.Hour)
		}
		given, line := states(t, w, a.Elder, "case.resolved/elder"), states(t, w, a.Elder, "grant.disputed/staff")
		if len(given) != 1 || given[0].State != notify.Expired || len(line) != 1 || line[0].State != notify.Expired {
			t.Fatalf("%+v, %+v", given, line)
		}
		for _, m := range []notify.Message{given[0], line[0]} {
			if n := w.Count(t, `SELECT COUNT(*) FROM message WHERE template = 'message.expired/staff' AND entry = $1 AND receiver <> $2 AND receiver = $3`, m.ID, m.Receiver, m.How); n != 1 {
				t.Errorf("%s is told to %d others, want 1", m.Template, n)
			}
		}
		// Whoever does not look at that either has it go to another, once.
		for range 20 {
			w.Clock.Add(11 * time.Hour)
			w.Tell(t)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM message WHERE template = 'message.expired/staff'`); n != 3 {
			t.Errorf("%d colleagues were told", n)
		}
		// Whoever is told second knows of whom and of what.
		for _, by := range []civic.Actor{a.Administrator, a.Clerk} {
			lines, err := w.Notify.Tasks(ctx, by, notify.CarrierDesk)
			ok(t, err)
			for _, l := range lines {
				if contains(l.Words, "该看这件事") || contains(l.Words, "各种办法都没有联系上，交给专人") {
					t.Errorf("a second colleague is told %q", l.Words)
				}
			}
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM message a JOIN message b ON b.entry = a.id AND b.person = a.person WHERE b.template = 'message.expired/staff' AND a.receiver = b.receiver`); n != 0 {
			t.Errorf("%d were told that they had not looked themselves", n)
		}
	})
}

// Whoever asks for a code at night waits for it at night.
func TestACodeIsToldAtAnyHour(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 23, 0, 0, 0, civic.Shanghai)))
		a, c := w.Taiyuan, &arrives{}
		w.Notify.Carry(notify.CarrierSMS, c)
		w.Tell(t)
		c.told()
		w.Open(t, a.Clerk, a.Elder)
		ok(t, w.Grant.SendCode(ctx, a.Clerk, a.Elder))
		w.Tell(t)
		if got := c.told(); len(got) != 1 || got[0] != a.ElderPhone {
			t.Errorf("told %v", got)
		}
	})
}
