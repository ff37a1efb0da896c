package place_test

import (
	"context"
	"sync"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/place"
)

var ctx = context.Background()

func TestDivisionsAreLoadedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		want := len(place.Divisions())
		count := func() (int, int) {
			return w.Count(t, `SELECT COUNT(*) FROM division`), w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = 'place.divisions_loaded'`)
		}
		load := func() {
			if err := w.Place.LoadDivisions(ctx); err != nil {
				t.Error(err)
			}
		}
		if n, entries := count(); n != want || entries != 1 {
			t.Fatalf("%d of %d divisions, %d entries", n, want, entries)
		}
		load()
		if n, entries := count(); n != want || entries != 1 {
			t.Errorf("loaded again: %d of %d divisions, %d entries", n, want, entries)
		}
		// A release that knows more divisions than the database, started twice at once.
		if _, err := w.DB.Pool().Exec(`DELETE FROM division WHERE code LIKE '3301%'`); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		gate := make(chan struct{})
		for range 8 {
			wg.Go(func() { <-gate; load() })
		}
		close(gate)
		wg.Wait()
		if n, entries := count(); n != want || entries != 2 {
			t.Errorf("what lacked was not added: %d of %d divisions, %d entries", n, want, entries)
		}
	})
}

func TestOfficesOfAKindAreListedByDivision(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		near := w.Office(t, "hospital", "140105001")
		city := w.Office(t, "hospital", "1401")
		w.Look(t, apptest.System(), func(v *journal.View) error {
			for _, c := range []struct {
				kind string
				in   civic.Division
				want []civic.OfficeID
			}{
				{"hospital", "140105", []civic.OfficeID{w.Taiyuan.Hospital, near}},
				{"hospital", "1401", []civic.OfficeID{city, w.Taiyuan.Hospital, near}},
				{"hospital", "140105001", []civic.OfficeID{near}},
				{"hospital", "33", []civic.OfficeID{w.Xihu.Hospital}},
				{"hospital", "11", nil}, {"none", "14", nil},
			} {
				got, err := place.OfKind(v, c.kind, c.in)
				if err != nil || len(got) != len(c.want) {
					t.Errorf("%s in %s: %+v, %v", c.kind, c.in, got, err)
					continue
				}
				for i, id := range c.want {
					if got[i].ID != id {
						t.Errorf("%s in %s: %d is %+v", c.kind, c.in, i, got[i])
					}
				}
			}
			o, err := place.Read(v, near)
			if err != nil || o != (place.Office{ID: near, Kind: "hospital", Name: "140105001 hospital", Division: "140105001", Address: "一号路1号"}) {
				t.Errorf("%+v, %v", o, err)
			}
			if _, err := place.Read(v, "none"); !civic.Is(err, civic.NotFound) {
				t.Error(err)
			}
			return nil
		})
	})
}

func TestOnlyAnAdministratorOfThePlaceOpensAnOffice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		before := w.Count(t, `SELECT COUNT(*) FROM office`)
		fine := place.Office{Kind: "community", Name: "新站", Division: a.Street}
		for _, c := range []struct {
			actor civic.Actor
			o     place.Office
			kind  civic.Kind
			code  string
		}{
			{a.Clerk, fine, civic.Denied, "grant.role"},
			{w.Xihu.Administrator, fine, civic.Denied, "grant.division"},
			{apptest.AsPerson(a.Elder), fine, civic.Denied, "grant.staff_only"},
			{civic.Actor{}, fine, civic.Denied, "sign_in"},
			{a.Administrator, place.Office{Kind: "community", Division: a.Street}, civic.Invalid, "office.form"},
			{a.Administrator, place.Office{Name: "新站", Division: a.Street}, civic.Invalid, "office.form"},
			{a.Administrator, place.Office{Kind: "community", Name: "新站"}, civic.Invalid, "office.form"},
			{a.Administrator, place.Office{Kind: "community", Name: "新站", Division: "140105999"}, civic.Invalid, "office.form"}, // there is no such street
		} {
			id, err := w.Place.Open(ctx, c.actor, c.o)
			if e := civic.As(err); e.Kind != c.kind || e.Code != c.code || id != "" {
				t.Errorf("%+v: %s, %v", c.o, id, err)
			}
		}
		if after := w.Count(t, `SELECT COUNT(*) FROM office`); after != before {
			t.Errorf("%d offices of what was refused", after-before)
		}
		if id, err := w.Place.Open(ctx, a.Administrator, fine); err != nil || w.Acts(t, place.ActOfficeOpened, string(id)) != 1 {
			t.Error(err)
		}
	})
}
