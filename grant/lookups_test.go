package grant_test

import (
	"fmt"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/people"
)

func TestNumbersAreNotTriedOutOneByOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		day, hour := people.LookupsADay()
		find := func(by civic.Actor, text string) error {
			_, err := w.People.Find(ctx, by, text)
			return err
		}
		// Found or not, by a card or a phone, each costs one.
		done := 0
		fine(t, find(a.Clerk, a.ElderID))
		use := func(by civic.Actor, n int) {
			t.Helper()
			for range n {
				nobodys := apptest.ResidentID("140199", fmt.Sprintf("19%02d0101", 30+done/900), done%900+1)
				if err := find(by, []string{a.ElderPhone, "13100000000", nobodys, nobodys}[done%4]); err != nil && !civic.Is(err, civic.NotFound) {
					t.Fatalf("look-up %d: %v", done, err)
				}
				done++
			}
		}
		use(a.Clerk, hour-1)
		fine(t, find(a.Clerk, a.ElderID)) // the same card again
		others := w.Number(t, a.Stranger)
		wantKind(t, find(a.Clerk, others), civic.Exhausted, "find.hour")
		wantKind(t, find(a.Clerk, "13100000000"), civic.Exhausted, "find.hour") // nor is told that nobody has it
		_, err := w.People.FindCard(ctx, a.Clerk, others)
		wantKind(t, err, civic.Exhausted, "find.hour")
		if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = 'people.missed' AND operator_id = $1`, a.Clerk.Operator.ID); n != hour-1-(hour+2)/4 {
			t.Errorf("%d tries that found nobody are recorded, want %d", n, hour-1-(hour+2)/4)
		}
		// What is no whole number, and a colleague, go on.
		fine(t, find(a.Clerk, "王桂英"))
		fine(t, find(a.HospitalClerk, others))
		for left := day - hour; left > 0; left -= hour {
			w.Clock.Add(time.Hour)
			use(a.Clerk, min(hour, left))
		}
		w.Clock.Add(time.Hour)
		wantKind(t, find(a.Clerk, others), civic.Exhausted, "find.day")

		// Whoever reviews look-ups there sees it, and nobody else.
		spent, err := w.Grant.LookupsSpent(ctx, a.Supervisor, a.Division)
		fine(t, err)
		if len(spent) != day/hour+1 || spent[0].Staff != a.Clerk.Staff() || spent[0].By == "" {
			t.Errorf("%d: %+v", len(spent), spent)
		}
		_, err = w.Grant.LookupsSpent(ctx, a.Clerk, a.Division)
		wantKind(t, err, civic.Denied, "grant.role")
		_, err = w.Grant.LookupsSpent(ctx, w.Xihu.Supervisor, a.Division)
		wantKind(t, err, civic.Denied, "grant.division")
		w.Clock.Add(24 * time.Hour)
		fine(t, find(a.Clerk, others))
	})
}

func TestANumberThatIsTakenIsAskedForAsALookUpIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		_, hour := people.LookupsADay()
		register := func(number string) error {
			_, err := w.People.Register(ctx, a.Clerk, people.Registration{Name: "甲乙丙", Division: a.Street, Distinct: true,
				Credentials: []people.Card{{Kind: people.KindResidentID, Number: number}}})
			return err
		}
		for range hour - 2 {
			_, err := w.People.Find(ctx, a.Clerk, a.ElderPhone)
			fine(t, err)
		}
		wantKind(t, register(a.ElderID), civic.Conflict, "card.taken")
		wantKind(t, register(a.ElderID), civic.Conflict, "card.taken") // which the clerk knows by now
		nobodys := apptest.ResidentID("140199", "19500101", 999)
		if _, err := w.People.Find(ctx, a.Clerk, nobodys); !civic.Is(err, civic.NotFound) {
			t.Fatal(err)
		}
		// With none left a number that is taken and one that is free are answered the same.
		free := apptest.ResidentID("140199", "19500102", 999)
		wantKind(t, register(w.Number(t, a.Stranger)), civic.Exhausted, "find.hour")
		wantKind(t, register(free), civic.Exhausted, "find.hour")
		// Whom they looked for before, and whose card is on the reader, they register.
		fine(t, register(nobodys))
		at := reader(t, w, a.Community)
		if v, err := w.Grant.PresentCard(ctx, at, grant.CardRead{Key: "new-person-1", Number: free}); err != nil || v != grant.CardUnknown {
			t.Fatalf("%s, %v", v, err)
		}
		fine(t, register(free))
		w.Clock.Add(time.Hour)
		fine(t, register(apptest.ResidentID("140199", "19500103", 999)))
	})
}

func TestAnotherCardOfSomebodysIsAskedForAsALookUpIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		taken := w.Number(t, a.Stranger)
		_, hour := people.LookupsADay()
		at := reader(t, w, a.Community)
		show := func(key string) {
			t.Helper()
			if v, err := w.Grant.PresentCard(ctx, at, grant.CardRead{Key: key, Number: a.ElderID}); err != nil || v != grant.CardFine {
				t.Fatalf("%s, %v", v, err)
			}
			if _, _, err := w.Grant.OpenRead(ctx, a.Clerk, at.Operator.ID); err != nil {
				t.Fatal(err)
			}
		}
		add := func(kind people.CredentialKind, number string) error {
			_, err := w.People.AddCard(ctx, a.Clerk, a.Elder, people.Card{Kind: kind, Number: number}, people.Dates{})
			return err
		}
		show("her-card-1")
		for range hour - 1 {
			_, err := w.People.Find(ctx, a.Clerk, a.ElderPhone)
			fine(t, err)
		}
		wantKind(t, add(people.KindTransitCard, taken), civic.Conflict, "card.taken") // the last look-up of the hour
		wantKind(t, add(people.KindTransitCard, taken), civic.Conflict, "card.taken") // which the clerk knows by now
		for _, number := range []string{w.Number(t, w.Xihu.Stranger), "SN77770001"} {
			wantKind(t, add(people.KindTransitCard, number), civic.Exhausted, "find.hour")
		}
		her, err := w.People.Show(ctx, apptest.AsPerson(a.Elder), a.Elder)
		fine(t, err)
		for _, c := range her.Credentials {
			if c.Kind == people.KindSeniorCard {
				for _, number := range []string{w.Number(t, w.Xihu.Stranger), "SN77770002"} {
					_, err := w.People.ReplaceCard(ctx, a.Clerk, a.Elder, c.ID, number, people.Dates{})
					wantKind(t, err, civic.Exhausted, "find.hour")
				}
			}
		}
		w.Clock.Add(time.Hour)
		show("her-card-2")
		fine(t, add(people.KindTransitCard, "SN77770001"))
	})
}

func TestAWindowWithAReaderIsNeverBlocked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		_, hour := people.LookupsADay()
		for range hour {
			if _, err := w.People.FindCard(ctx, a.Clerk, "13100000000"); !civic.Is(err, civic.NotFound) {
				t.Fatal(err)
			}
		}
		at := reader(t, w, a.Community)
		for i := range 200 {
			w.Clock.Add(3 * time.Second) // a reader has a pace of its own
			if v, err := w.Grant.PresentCard(ctx, at, grant.CardRead{Key: fmt.Sprintf("busy-window-%d", i), Number: a.ElderID}); err != nil || v != grant.CardFine {
				t.Fatalf("%s, %v", v, err)
			}
			if p, _, err := w.Grant.OpenRead(ctx, a.Clerk, at.Operator.ID); err != nil || p != a.Elder {
				t.Fatalf("%s, %v", p, err)
			}
		}
		_, err := w.People.FindCard(ctx, a.Clerk, a.ElderID)
		wantKind(t, err, civic.Exhausted, "find.hour")    // as if nobody had shown it
		_, err = w.Grant.IssueCode(ctx, a.Clerk, a.Elder) // her card was on the reader
		fine(t, err)
	})
}
