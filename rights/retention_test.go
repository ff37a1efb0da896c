package rights_test

import (
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/rights"
)

func TestWhatIsPastItsTermIsDeletedAndNothingElse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := lived(t, d)
		a := w.Taiyuan
		count := func() map[string]int {
			out := map[string]int{}
			for _, table := range []string{"access_code", "opening", "draft", "request", "credential", "spoken_number", "consent", "proxy_grant", "person_tag"} {
				out[table] = w.Count(t, `SELECT COUNT(*) FROM `+table)
			}
			return out
		}
		before := count()
		w.Clock.Add(29 * 24 * time.Hour)
		must(t, w.Rights.Sweep(ctx, rights.Sweep{}))
		if got := count(); got["draft"] != before["draft"] || got["opening"] != 0 || got["access_code"] != 0 {
			t.Errorf("after 29 days: %v of %v", got, before)
		}
		w.Clock.Add(2 * 24 * time.Hour)
		must(t, w.Rights.Sweep(ctx, rights.Sweep{}))
		got := count()
		if got["draft"] != before["draft"]-1 || got["spoken_number"] != before["spoken_number"] {
			t.Errorf("after 31 days: %v of %v", got, before)
		}
		for _, table := range []string{"request", "credential", "consent", "proxy_grant", "person_tag"} {
			if got[table] != before[table] {
				t.Errorf("%s: %d of %d are left", table, got[table], before[table])
			}
		}
		if ms, err := w.Requests.Of(ctx, apptest.AsPerson(a.Elder), a.Elder); err != nil || len(ms) != 1 {
			t.Errorf("what was handed in is still hers: %v, %v", ms, err)
		}
	})
}

func TestTheDailySweepIsPlannedOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		for range 3 {
			must(t, w.Rights.Schedule(ctx))
		}
		if n := w.JobCount(t, "rights.sweep"); n != 1 {
			t.Errorf("%d jobs for one day", n)
		}
		for range 2 { // a job may run twice
			must(t, w.Rights.Sweep(ctx, rights.Sweep{Day: "2026-11-23"}))
		}
		if n := w.JobCount(t, "rights.sweep"); n != 2 {
			t.Errorf("%d jobs for two days", n)
		}
	})
}

func TestTheDeadAreForgottenAfterTheirTerm(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := lived(t, d)
		a := w.Taiyuan
		must(t, w.Journal.Write(ctx, apptest.System(), func(tx *journal.Tx) error {
			auth, err := tx.Authorise(civic.Need{Person: a.Elder})
			if err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE person SET died_on = '2026-11-23' WHERE id = $1`, a.Elder); err != nil {
				return err
			}
			return tx.Record(auth, journal.Event{Act: rights.ActSwept})
		}))
		name := func() (n string) {
			w.Look(t, apptest.System(), func(v *journal.View) error { return v.Get(&n, `SELECT name FROM person WHERE id = $1`, a.Elder) })
			return n
		}
		w.Clock.Add(1095 * 24 * time.Hour)
		must(t, w.Rights.Sweep(ctx, rights.Sweep{}))
		if got := name(); got != "王桂英" {
			t.Errorf("she was forgotten before her term: %q", got)
		}
		w.Clock.Add(24 * time.Hour)
		must(t, w.Rights.Sweep(ctx, rights.Sweep{}))
		if got := name(); got != "已删除" {
			t.Errorf("after her term she is %q", got)
		}
	})
}
