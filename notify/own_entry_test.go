package notify_test

import (
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/notify"
	"yinqiao/staff"
)

// Typing the number of her card is no word of hers.
func TestWhoeverEnteredAGrantDoesNotCloseWhatSheIsAskedOfIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		other := w.Hire(t, "同事", a.Community, staff.Post{Role: staff.Clerk, Division: a.Division})
		end := w.Clock.Now().AddDate(0, 6, 0)
		give := func(how string) string {
			t.Helper()
			id, err := w.Grant.Give(ctx, a.Clerk, grant.Grant{Person: a.Elder, Agent: a.Stranger, Relation: "邻居", Services: "report-post", Starts: w.Clock.Now(), Ends: &end,
				GivenHow: how, Evidence: grant.Evidence{ReadBack: "念了"}})
			ok(t, err)
			return id
		}
		asked := func() notify.Message {
			t.Helper()
			w.Tell(t)
			ms := states(t, w, a.Elder, "grant.given/elder")
			if len(ms) == 0 {
				t.Fatal("she is not asked")
			}
			return ms[len(ms)-1]
		}
		for _, at := range []string{"heeded in between", "heeded together"} {
			w.Open(t, a.Clerk, a.Elder)
			id := give("phone")
			if at == "heeded in between" {
				w.Tell(t)
			}
			if again := give("in_person"); again != id {
				t.Fatalf("another grant: %s", again)
			}
			if m := asked(); m.State != notify.Open {
				t.Errorf("%s: the clerk closed it: %+v", at, m)
			}
			// A colleague who sees her card, or she herself, does.
			ok(t, w.Grant.Revoke(ctx, a.Clerk, a.Elder, id))
			if m := asked(); m.State == notify.Open {
				t.Errorf("%s: it was stopped, and she is still asked: %+v", at, m)
			}
		}
		id := give("phone")
		w.Tell(t)
		w.Open(t, other, a.Elder)
		ok(t, w.Grant.Answer(ctx, other, a.Elder, id, grant.Agreed))
		if m := asked(); m.State != notify.Confirmed {
			t.Errorf("by a colleague: %+v", m)
		}
	})
}
