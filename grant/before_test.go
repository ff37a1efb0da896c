package grant_test

import (
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func TestWhomSheLetsActIsShownAfterOpeningAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		sees := func(who civic.Actor) int {
			t.Helper()
			list, err := w.Grant.Agents(ctx, who, a.Elder)
			fine(t, err)
			return len(list)
		}
		if n := sees(a.Clerk); n != 0 {
			t.Errorf("before anything is opened the clerk sees %d", n)
		}
		w.Show(t, a.Clerk, a.Stranger) // a card of somebody who may do nothing for her
		if n := sees(a.Clerk); n != 0 {
			t.Errorf("with another's card the clerk sees %d", n)
		}
		w.Show(t, a.Clerk, a.Daughter) // she is there, and so is her card
		if n := sees(a.Clerk); n != 1 {
			t.Errorf("with the daughter's card the clerk sees %d", n)
		}
		if n := sees(a.HospitalClerk); n != 0 {
			t.Errorf("a colleague, to whom no card was shown, sees %d", n)
		}
		w.Open(t, a.HospitalClerk, a.Elder)
		if n := sees(a.HospitalClerk); n != 1 {
			t.Errorf("who has her open sees %d", n)
		}
	})
}
