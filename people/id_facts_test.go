package people_test

import (
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/people"
)

func TestAnIDNumberFillsInBirthAndSexAndContradictsNeither(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		sys := apptest.System()
		who := twin(t, w, "赵建国", "SN78000001")
		add := func(number string) (string, error) {
			return w.People.AddCard(ctx, sys, who, people.Card{Kind: people.KindResidentID, Number: number}, people.Dates{})
		}
		id, err := add(apptest.ResidentID("140105", "19480302", 21))
		ok(t, err)
		p, err := w.People.Show(ctx, apptest.AsPerson(who), who)
		if err != nil || p.Birth != "1948-03-02" || p.Sex == people.Unknown {
			t.Errorf("%+v, %v", p, err)
		}
		found := false
		ms, err := find(w, a.Clerk, "赵建国 1948")
		ok(t, err)
		for _, m := range ms {
			found = found || m.Person == who
		}
		if !found {
			t.Errorf("not found by the year of birth: %+v", ms)
		}
		for _, number := range []string{apptest.ResidentID("140105", "19490302", 21), apptest.ResidentID("140105", "19480302", 22)} {
			_, err := w.People.ReplaceCard(ctx, sys, who, id, number, people.Dates{})
			wantKind(t, err, civic.Conflict, "card.birth")
		}
		_, err = w.People.ReplaceCard(ctx, sys, who, id, apptest.ResidentID("140105", "19480302", 23), people.Dates{})
		ok(t, err)
		// Somebody registered with a birth date of their own, and no ID yet.
		other := w.Register(t, people.Registration{Name: "钱小红", Distinct: true, Division: a.Street, Birth: "1950-01-01", Sex: people.Female,
			Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: "SN78000002"}}})
		_, err = w.People.AddCard(ctx, sys, other, people.Card{Kind: people.KindResidentID, Number: apptest.ResidentID("140105", "19510101", 22)}, people.Dates{})
		wantKind(t, err, civic.Conflict, "card.birth")
	})
}
