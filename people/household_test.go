package people_test

import (
	"sync"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/people"
)

func TestNobodyIsJoinedWhoseRecordIsClosedAndWhoseCardIsNotThere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := opened(t, d)
		a := w.Taiyuan
		for _, other := range []civic.PersonID{w.Xihu.Elder, a.Stranger, "ghost"} {
			wantCode(t, w.People.Join(ctx, a.Clerk, a.Elder, other, ""), "grant.not_open")
		}
		wantCode(t, w.People.JoinByCard(ctx, a.Clerk, a.Elder, "SN99990000", ""), "person.unknown")
		if n := w.Count(t, `SELECT COUNT(*) FROM household`); n != 0 {
			t.Errorf("%d rows of households", n)
		}
		// Whose card is not there is looked up as anybody is, and counted.
		_, hour := people.LookupsADay()
		for range hour - 2 { // her card and the one before are counted
			_, err := w.People.Find(ctx, a.Clerk, a.ElderPhone)
			must(t, err)
		}
		for _, number := range []string{w.Number(t, a.Stranger), "SN99990001"} {
			wantCode(t, w.People.JoinByCard(ctx, a.Clerk, a.Elder, number, ""), "find.hour")
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM household`); n != 0 {
			t.Errorf("%d rows of households", n)
		}
		w.Clock.Add(10 * time.Minute)
		w.Clock.Set(w.Clock.Now().Truncate(time.Hour).Add(time.Hour))
		w.Open(t, a.Clerk, a.Elder)
		must(t, w.People.JoinByCard(ctx, a.Clerk, a.Elder, w.Xihu.ElderID, ""))
	})
}

func TestRacingJoinsLeaveNobodyInTwoHouseholds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		for range 5 {
			who := []civic.PersonID{w.Person(t, a.Street), w.Person(t, a.Street), w.Person(t, a.Street)}
			var wg sync.WaitGroup
			for i := range who {
				wg.Go(func() {
					err := w.People.Join(ctx, apptest.System(), who[i], who[(i+1)%3], "")
					if err != nil && !civic.Is(err, civic.Conflict) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			for _, p := range who {
				if n := w.Count(t, `SELECT COUNT(*) FROM household WHERE until = '' AND person = $1`, p); n != 1 {
					t.Fatalf("%s is in %d households", p, n)
				}
			}
		}
	})
}
