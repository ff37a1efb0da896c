package request_test

import (
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/request"
)

func TestTheNearestOfficeIsInTheDistrictElseTheCityElseTheProvince(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		nearest := func(home civic.Division) (id civic.OfficeID) {
			w.Look(t, apptest.System(), func(v *journal.View) error {
				o, err := request.Nearest(v, "hospital", home)
				if err != nil {
					wantKind(t, err, civic.Unavailable, "office.none")
				}
				id = o.ID
				return nil
			})
			return id
		}
		if id := nearest("140105001"); id != "" {
			t.Fatal("an office out of nowhere")
		}
		w.Office(t, "hospital", "33")
		w.Office(t, "community", "140105")
		opened := map[civic.Division]civic.OfficeID{}
		for _, c := range []struct{ opens, nearest civic.Division }{
			{"14", "14"}, {"1401", "1401"},
			{"140106", "1401"}, // another district's is no nearer than the city's own
			{"140105", "140105"},
			{"140105002", "140105"}, // and any street's is one of the district's
		} {
			opened[c.opens] = w.Office(t, "hospital", c.opens)
			if got := nearest("140105001"); got != opened[c.nearest] {
				t.Errorf("with one in %s: %s, want the one in %s", c.opens, got, c.nearest)
			}
		}
		if nearest("140105") == "" || nearest("1401") == "" || nearest("14") == "" || nearest("11") != "" || nearest("") != "" {
			t.Error("a home known less exactly, or elsewhere")
		}
	})
}

func TestOfficesOfOnesOwnDistrictAreOfferedFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Xihu // 330106 comes after 330102 by code
		far := w.Office(t, "hospital", "330102")
		w.Office(t, "hospital", "3302")
		v := start(t, w, apptest.AsPerson(a.Elder), a.Elder)
		opts := v.Step.Ask[0].Options
		if len(opts) != 2 || opts[0].Code != string(a.Hospital) || opts[1].Code != string(far) {
			t.Errorf("%+v", opts)
		}
		// Who has no registered address is asked for one in words.
		v = start(t, w, apptest.AsPerson(a.Stranger), a.Stranger)
		for _, p := range v.Form {
			if p.Key == "to" && len(p.Options) != 0 {
				t.Errorf("%+v", p.Options)
			}
		}
	})
}
