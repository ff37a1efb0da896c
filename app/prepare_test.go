package app_test

import (
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/catalog"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func TestAnOlderReleaseDoesNotBringItsServicesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		defs, err := catalog.Embedded()
		if err != nil {
			t.Fatal(err)
		}
		newer := *defs[0]
		newer.Version, newer.Takes = newer.Version+1, "马上。"
		if err := w.Catalog.Publish(t.Context(), apptest.System(), &newer); err != nil {
			t.Fatal(err)
		}
		before := w.Count(t, `SELECT COUNT(*) FROM journal_entry`)
		if err := w.Prepare(t.Context()); err != nil { // this release starts again
			t.Fatal(err)
		}
		list, err := w.Catalog.List(t.Context(), "140105", newer.Channels[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			if l.Service == newer.Service && l.Takes != newer.Takes {
				t.Errorf("%s went back to version %d", l.Service, l.Version)
			}
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry`); n != before {
			t.Errorf("starting again recorded %d acts", n-before)
		}
	})
}
