package rights_test

import (
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/rights"
)

// Whoever has a card of hers for a moment does not have her erased.
func TestAWishThatWasNotTheirsIsToldAndStopped(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder := apptest.AsPerson(a.Elder)
		erase := func() error { return w.Rights.Erase(ctx, a.Administrator, a.Elder, "本人要求") }
		told := func(template string) int {
			t.Helper()
			w.Tell(t)
			return w.Count(t, `SELECT COUNT(*) FROM message WHERE receiver = $1 AND template = $2 AND audience = 'elder'`, a.Elder, template)
		}
		w.Open(t, a.Clerk, a.Elder)
		must(t, w.Rights.Wish(ctx, a.Clerk, a.Elder))
		if n := told("rights.erase_wished/elder"); n != 1 {
			t.Errorf("she is told of the wish %d times", n)
		}
		p, err := w.Rights.Plan(ctx, a.Administrator, a.Elder)
		if err != nil || !p.Wished || !p.Waits || !p.From.Equal(w.Clock.Now().Add(rights.EraseAfter())) {
			t.Errorf("%+v, %v", p, err)
		}
		w.Clock.Add(rights.EraseAfter() - time.Minute)
		wantCode(t, erase(), "erase.wait")
		wantCode(t, w.Rights.Unwish(ctx, apptest.AsPerson(a.Daughter), a.Elder), "erase.stop")
		must(t, w.Grant.Open(ctx, a.HospitalClerk, a.Elder, false, "老人打电话来", ""))
		must(t, w.Rights.Unwish(ctx, a.HospitalClerk, a.Elder)) // she called, and needs no card for it
		must(t, w.Rights.Unwish(ctx, elder, a.Elder))
		if n := told("rights.erase_unwished/elder"); n != 1 {
			t.Errorf("she is told that it was stopped %d times", n)
		}
		w.Clock.Add(time.Hour)
		wantCode(t, erase(), "erase.no_wish")
		must(t, w.Rights.Wish(ctx, elder, a.Elder))
		wantCode(t, erase(), "erase.wait")
		w.Clock.Add(rights.EraseAfter())
		must(t, erase())
		wantCode(t, w.Rights.Unwish(ctx, civic.Actor{}, a.Elder), "sign_in")
	})
}
