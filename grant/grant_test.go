package grant_test

import (
	"sync"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
)

func TestAGrantGivenTwiceIsOneAndStoppingItLeavesNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder, agent := apptest.AsPerson(a.Elder), w.Person(t, a.Street)
		g := grant.Grant{Person: a.Elder, Agent: agent, Relation: "孙女", Services: "*", Starts: w.Clock.Now(), GivenHow: "in_person"}
		ids := make([]string, 8)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				var err error
				if ids[i], err = w.Grant.Give(ctx, elder, g); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("one form made several grants: %v", ids)
			}
		}
		if err := w.Grant.Revoke(ctx, elder, a.Elder, ids[0]); err != nil {
			t.Fatal(err)
		}
		if _, err := w.People.Show(ctx, apptest.AsPerson(agent), a.Elder); !civic.Is(err, civic.Denied) {
			t.Errorf("the agent still reads the elder: %v", err)
		}
	})
}

func TestAGrantIsAboutServicesThatThereAre(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		g := grant.Grant{Person: a.Elder, Agent: a.Stranger, Relation: "孙女", Services: "report-post no-such-service", Starts: w.Clock.Now()}
		if _, err := w.Grant.Give(ctx, apptest.AsPerson(a.Elder), g); civic.As(err).Code != "grant.service" {
			t.Errorf("a grant for nothing was given: %v", err)
		}
		g.Services, g.Starts = "report-post", w.Clock.Now().AddDate(2, 0, 0)
		if _, err := w.Grant.Give(ctx, apptest.AsPerson(a.Elder), g); civic.As(err).Code != "grant.starts" {
			t.Errorf("a grant of the far future was given: %v", err)
		}
		g.Starts = w.Clock.Now().AddDate(0, 1, 0)
		if _, err := w.Grant.Give(ctx, apptest.AsPerson(a.Elder), g); err != nil {
			t.Fatal(err)
		}
		list, err := w.Grant.Agents(ctx, apptest.AsPerson(a.Elder), a.Elder)
		if err != nil || len(list) != 2 {
			t.Errorf("the elder does not see a grant that starts later: %v, %v", list, err)
		}
		own, err := w.Grant.Agents(ctx, apptest.AsPerson(a.Daughter), a.Elder)
		if err != nil || len(own) != 1 || own[0].Agent != a.Daughter {
			t.Errorf("an agent sees %v, %v", own, err)
		}
	})
}
