package place_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/place"
)

// put opens a place and returns it.
func put(t testing.TB, w *apptest.World, o place.Office) place.Office {
	t.Helper()
	if o.Name == "" {
		o.Name = fmt.Sprintf("%s %s", o.Kind, o.Division)
	}
	id, err := w.Place.Open(ctx, apptest.System(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.ID = id
	return o
}

func nearest(t testing.TB, w *apptest.World, from place.From, want place.Want) (names []string, list []place.Near) {
	t.Helper()
	w.Look(t, apptest.System(), func(v *journal.View) error {
		var err error
		list, err = place.Nearest(v, from, want)
		return err
	})
	for _, n := range list {
		names = append(names, n.Name)
	}
	return names, list
}

func TestABureauOfTheProvinceComesBeforeANeighbouringDistricts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		for _, div := range []civic.Division{"140106", "14", "140107", "33"} {
			put(t, w, place.Office{Kind: "social_security", Name: "社保 " + string(div), Division: div})
			put(t, w, place.Office{Kind: "bank", Name: "银行 " + string(div), Division: div})
		}
		home := place.From{Division: "140105001"}
		if got, _ := nearest(t, w, home, place.Want{Kinds: []string{"social_security"}}); !slices.Equal(got, []string{"社保 14", "社保 140106", "社保 140107"}) {
			t.Errorf("bureaus: %v", got)
		}
		if got, _ := nearest(t, w, home, place.Want{Kinds: []string{"bank"}}); !slices.Equal(got, []string{"银行 140106", "银行 140107", "银行 14"}) {
			t.Errorf("banks: %v", got)
		}
		put(t, w, place.Office{Kind: "social_security", Name: "社保 1401", Division: "1401"})
		put(t, w, place.Office{Kind: "social_security", Name: "社保 140105", Division: "140105"})
		put(t, w, place.Office{Kind: "social_security", Name: "社保 140105002", Division: "140105002"}) // of another street
		if got, _ := nearest(t, w, home, place.Want{Kinds: []string{"social_security"}, Limit: 4}); !slices.Equal(got, []string{"社保 140105", "社保 1401", "社保 14", "社保 140105002"}) {
			t.Errorf("bureaus: %v", got)
		}
	})
}

func TestOnesOwnVillageComesBeforeTheStreetAndTheStreetBeforeTheDistrict(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		for i := range 12 {
			put(t, w, place.Office{Kind: "senior_station", Name: fmt.Sprintf("区%02d", i), Division: "140105002"})
			put(t, w, place.Office{Kind: "senior_station", Name: fmt.Sprintf("街%02d", i), Division: "140105001"})
		}
		put(t, w, place.Office{Kind: "senior_station", Name: "本村", Division: "140105001", Village: "银槐社区"})
		put(t, w, place.Office{Kind: "senior_station", Name: "同名村", Division: "140105002", Village: "银槐社区"})
		put(t, w, place.Office{Kind: "senior_station", Name: "街道自己的", Division: "140105001"})
		got, list := nearest(t, w, place.From{Division: "140105001", Village: "银槐社区"}, place.Want{Kinds: []string{"senior_station"}, Limit: 3})
		if len(got) != 3 || got[0] != "本村" || !list[0].Guessed || list[0].Metres >= list[1].Metres || list[1].Division != "140105001" {
			t.Errorf("%v", got)
		}
		if got, _ := nearest(t, w, place.From{Division: "140105001"}, place.Want{Kinds: []string{"senior_station"}, Limit: 15}); len(got) != 15 || got[14] != "区00" {
			t.Errorf("%v", got)
		}
		if got, _ := nearest(t, w, place.From{Division: "140105001"}, place.Want{Within: "140105002", Limit: 2}); !slices.Equal(got, []string{"区00", "区01"}) {
			t.Errorf("within a street, of any kind: %v", got)
		}
		if got, _ := nearest(t, w, place.From{Division: "33"}, place.Want{}); got != nil {
			t.Errorf("from another province: %v", got)
		}
		if got, _ := nearest(t, w, place.From{}, place.Want{}); got != nil {
			t.Errorf("from nowhere: %v", got)
		}
	})
}

func TestOpenOnesComeFirstOnRequestAndClosedOnesAreMarked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		shut := put(t, w, place.Office{Kind: "bank", Name: "甲", Division: "140105001", Hours: "每天 9:00-17:00"})
		put(t, w, place.Office{Kind: "bank", Name: "乙", Division: "140105001", Hours: "每天 13:00-17:00"})
		put(t, w, place.Office{Kind: "bank", Name: "丙", Division: "140105001", Hours: "问门卫"})
		put(t, w, place.Office{Kind: "bank", Name: "丁", Division: "140105002", Hours: "每天 8:00-17:00"})
		if err := w.Place.SetDay(ctx, apptest.System(), shut.ID, "2026-11-23", "", "停电"); err != nil {
			t.Fatal(err)
		}
		want := place.Want{Kinds: []string{"bank"}, At: w.Clock.Now()}
		got, list := nearest(t, w, place.From{Division: "140105001"}, want)
		if !slices.Equal(got, []string{"丙", "乙", "甲", "丁"}) {
			t.Errorf("%v", got)
		}
		for _, n := range list {
			if n.Name == "甲" && (n.Status.Today || n.Status.Why != "停电") {
				t.Errorf("%+v", n.Status)
			}
		}
		want.OpenFirst = true
		if got, _ := nearest(t, w, place.From{Division: "140105001"}, want); !slices.Equal(got, []string{"丁", "乙", "丙", "甲"}) {
			t.Errorf("open first: %v", got)
		}
		want.Limit = 1
		if got, _ := nearest(t, w, place.From{Division: "140105001"}, want); !slices.Equal(got, []string{"丁"}) {
			t.Errorf("the one that is open: %v", got)
		}
	})
}

func TestPlacesAreFoundByWhatTheyHaveAndDo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		a := put(t, w, place.Office{Kind: "bank", Name: "甲", Division: "140105001", Services: "report-post cash-refusal"})
		b := put(t, w, place.Office{Kind: "bank", Name: "乙", Division: "140105002", Services: "report"})
		for _, x := range []struct {
			id civic.OfficeID
			f  map[string]place.Presence
		}{{a.ID, map[string]place.Presence{"cash": place.Present, "ramp": place.Absent}}, {b.ID, map[string]place.Presence{"cash": place.Present, "ramp": place.Present}}} {
			if err := w.Place.SetFeatures(ctx, apptest.System(), x.id, x.f); err != nil {
				t.Fatal(err)
			}
		}
		home := place.From{Division: "140105001"}
		for _, c := range []struct {
			want  place.Want
			names []string
		}{
			{place.Want{Features: []string{"cash"}}, []string{"甲", "乙"}}, {place.Want{Features: []string{"cash", "ramp"}}, []string{"乙"}}, {place.Want{Features: []string{"manned"}}, nil},
			{place.Want{Service: "report"}, []string{"乙"}}, {place.Want{Service: "report-post"}, []string{"甲"}}, {place.Want{Service: "post"}, nil},
		} {
			if got, _ := nearest(t, w, home, c.want); !slices.Equal(got, c.names) {
				t.Errorf("%+v: %v, want %v", c.want, got, c.names)
			}
		}
	})
}

func TestByCoordinatesTheNearestAreTheNearest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		var all []place.Office
		rapid.Check(t, dbtest.Rounds(40, func(rt *rapid.T) {
			// Places pile up over the draws; every draw asks anew.
			for range rapid.IntRange(1, 3).Draw(rt, "more") {
				o := place.Office{Kind: rapid.SampledFrom([]string{"bank", "post"}).Draw(rt, "kind"), Name: fmt.Sprint("第", len(all)), Division: "140105001",
					At: place.Point{Lat: rapid.Float64Range(37.2, 38.4).Draw(rt, "lat"), Lon: rapid.Float64Range(112, 113.4).Draw(rt, "lon")}}
				if rapid.Bool().Draw(rt, "close") {
					o.At = place.Point{Lat: rapid.Float64Range(37.78, 37.80).Draw(rt, "lat"), Lon: rapid.Float64Range(112.55, 112.57).Draw(rt, "lon")}
				}
				all = append(all, put(t, w, o))
			}
			from := place.From{Division: "140105001", At: place.Point{Lat: rapid.Float64Range(37.2, 38.4).Draw(rt, "at lat"), Lon: rapid.Float64Range(112, 113.4).Draw(rt, "at lon")}}
			limit := rapid.IntRange(1, 8).Draw(rt, "limit")
			_, got := nearest(t, w, from, place.Want{Kinds: []string{"bank"}, Limit: limit})
			var want []float64
			for _, o := range all {
				if o.Kind == "bank" {
					want = append(want, from.At.Metres(o.At))
				}
			}
			slices.Sort(want)
			want = want[:min(limit, len(want))]
			if len(got) != len(want) {
				rt.Fatalf("%d found, want %d", len(got), len(want))
			}
			for i := range got {
				if got[i].Metres != want[i] || got[i].Guessed {
					rt.Fatalf("the %dth is at %g, want %g", i, got[i].Metres, want[i])
				}
			}
		}))
	})
}

func TestAPlaceWithoutCoordinatesIsNotForgottenByWhoHasThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		here := place.Point{Lat: 37.79, Lon: 112.56}
		put(t, w, place.Office{Kind: "bank", Name: "不知在哪", Division: "140105001"})
		put(t, w, place.Office{Kind: "bank", Name: "一公里", Division: "140105001", At: place.Point{Lat: 37.80, Lon: 112.56}})
		put(t, w, place.Office{Kind: "bank", Name: "五公里", Division: "140105002", At: place.Point{Lat: 37.835, Lon: 112.56}})
		got, list := nearest(t, w, place.From{Division: "140105001", At: here}, place.Want{Kinds: []string{"bank"}})
		if !slices.Equal(got, []string{"一公里", "不知在哪", "五公里"}) || list[0].FarWords() != "约1.1公里" || list[1].FarWords() != "" {
			t.Errorf("%v %s %s", got, list[0].FarWords(), list[1].FarWords())
		}
	})
}
