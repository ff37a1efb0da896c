package people_test

import (
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/people"
)

func TestWhoLooksAndWhoSearchesLeavesATrace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		show := func(actor civic.Actor) {
			t.Helper()
			if _, err := w.People.Show(ctx, actor, a.Elder); err != nil {
				t.Fatal(err)
			}
		}
		show(apptest.AsPerson(a.Elder))
		if n := w.Acts(t, people.ActSeen, string(a.Elder)); n != 0 {
			t.Errorf("looking at oneself was recorded %d times", n)
		}
		show(apptest.AsPerson(a.Daughter))
		show(apptest.AsPerson(a.Daughter))
		w.Clock.Add(24 * time.Hour)
		show(apptest.AsPerson(a.Daughter))
		if n := w.Acts(t, people.ActSeen, string(a.Elder)); n != 2 {
			t.Errorf("the daughter looked on two days, and %d are recorded", n)
		}
		find := func(text string, want int) {
			t.Helper()
			before := w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = $1`, people.ActListed)
			if _, err := w.People.Find(ctx, a.Clerk, text); err != nil {
				t.Fatal(err)
			}
			if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = $1`, people.ActListed) - before; n != want {
				t.Errorf("finding by %q recorded %d lists, not %d", text, n, want)
			}
		}
		find(a.ElderID, 0)
		find(a.ElderPhone, 1)
		find("李", 1)
	})
}
