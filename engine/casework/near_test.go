package casework_test

import (
	"sync"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/casework"
)

func TestThatACaseComesNearItsDeadlineIsRecordedOnceForEachDeadline(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		id, done, late := w.ReportPost(t, a).Request, w.ReportPost(t, a).Request, w.ReportPost(t, a).Request
		ok(t, w.Casework.Take(ctx, a.HospitalClerk, done))
		ok(t, w.Casework.Resolve(ctx, a.HospitalClerk, done, "寄了"))
		scan := func() { ok(t, w.Casework.MarkDue(ctx, casework.Scan{})) }
		warned := func(id civic.RequestID) int { return w.Acts(t, casework.ActNearDue, string(id)) }

		w.Clock.Set(state(t, w, a.HospitalClerk, id).NearAt.Add(-time.Microsecond))
		scan()
		if warned(id) != 0 {
			t.Error("recorded before it is near")
		}
		w.Clock.Add(time.Microsecond)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(scan)
		}
		wg.Wait()
		w.Clock.Add(time.Hour)
		scan()
		if warned(id) != 1 || warned(late) != 1 || warned(done) != 0 {
			t.Errorf("recorded %d, %d and %d times", warned(id), warned(late), warned(done))
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = 'case.near_due' AND division = '140105' AND office = $1`, a.Hospital); n != 2 {
			t.Errorf("%d entries are the office's", n)
		}

		// Another deadline is another matter, and what is late is not near.
		ok(t, w.Casework.Take(ctx, a.HospitalClerk, id))
		ok(t, w.Casework.Extend(ctx, a.HospitalClerk, id, 3, "等另一家医院的片子"))
		f := state(t, w, a.HospitalClerk, id)
		w.Clock.Set(f.NearAt)
		scan()
		scan()
		if warned(id) != 2 || warned(late) != 1 {
			t.Errorf("of the new deadline: %d, of one that has passed: %d", warned(id), warned(late))
		}
		w.Clock.Set(f.DueAt)
		scan()
		if warned(id) != 2 || w.Acts(t, casework.ActOverdue, string(id)) != 1 || w.Acts(t, casework.ActOverdue, string(late)) != 1 {
			t.Error("what has passed is not marked as late alone")
		}
	})
}
