package catalog_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
)

var ctx = context.Background()

func wantKind(t testing.TB, err error, kind civic.Kind, code string) {
	t.Helper()
	if e := civic.As(err); err == nil || e.Kind != kind || code != "" && e.Code != code {
		t.Errorf("got %v, want %s %s", err, kind, code)
	}
}

// variant is the example with a version's title and divisions.
func variant(t testing.TB, title, divisions string) *catalog.Definition {
	t.Helper()
	d, err := catalog.Parse([]byte(strings.NewReplacer("试办一件事", title, `"14", "33"`, divisions).Replace(example)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func publish(t testing.TB, w *apptest.World, actor civic.Actor, d *catalog.Definition) {
	t.Helper()
	if err := w.Catalog.Publish(ctx, actor, d); err != nil {
		t.Fatal(err)
	}
}

// title is what is live at a place, or the code of the error.
func title(t testing.TB, w *apptest.World, where civic.Division, ch civic.Channel) (s string) {
	t.Helper()
	w.Look(t, apptest.System(), func(v *journal.View) error {
		d, err := w.Catalog.Live(v, "try-out", where, ch)
		if err != nil {
			s = civic.As(err).Code
			return nil
		}
		s = d.Title
		return nil
	})
	return s
}

func TestPublishingAVersionTwiceWritesItOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		before := w.Count(t, `SELECT COUNT(*) FROM journal_entry`)
		if err := w.Prepare(ctx); err != nil {
			t.Fatal(err)
		}
		if after := w.Count(t, `SELECT COUNT(*) FROM journal_entry`); after != before {
			t.Errorf("a second start published %d things", after-before)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := w.Catalog.Publish(ctx, apptest.System(), variant(t, "试办", `"14", "33"`)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := w.Acts(t, catalog.ActPublished, "try-out"); n != 2 {
			t.Errorf("%d entries for two divisions", n)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM service_definition WHERE service = 'try-out'`); n != 1 {
			t.Errorf("%d versions", n)
		}
	})
}

func TestTheMostLocalVersionWins(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		publish(t, w, apptest.System(), variant(t, "省里的", `"14", "33"`))
		publish(t, w, apptest.System(), variant(t, "市里的", `"1401"`))
		publish(t, w, a.Administrator, variant(t, "区里的", `"140105"`))
		for where, want := range map[civic.Division]string{"140105001": "区里的", "140105": "区里的", "140106": "市里的", "1402": "省里的", "330106001": "省里的", "11": "service.unknown", "": "service.unknown"} {
			if got := title(t, w, where, civic.ChannelDesk); got != want {
				t.Errorf("in %q: %s, want %s", where, got, want)
			}
		}
		if got := title(t, w, "140105", civic.ChannelKiosk); got != "service.unknown" {
			t.Errorf("on a channel that it does not have: %s", got)
		}
		// A district may stop what its province offers, and only there.
		if _, err := w.DB.Pool().Exec(`UPDATE service_state SET state = 'suspended' WHERE division = '140105' AND service = 'try-out'`); err != nil {
			t.Fatal(err)
		}
		for where, want := range map[civic.Division]string{"140105001": "service.suspended", "140106": "市里的"} {
			if got := title(t, w, where, civic.ChannelDesk); got != want {
				t.Errorf("suspended in 140105, in %s: %s, want %s", where, got, want)
			}
		}
		list, err := w.Catalog.List(ctx, "140106001", civic.ChannelPhone)
		var names []string
		for _, d := range list {
			names = append(names, d.Service)
		}
		if err != nil || !slices.Contains(names, "try-out") || !slices.Contains(names, "report-post") || !slices.IsSorted(names) {
			t.Errorf("%v, %v", names, err)
		}
	})
}

func TestOnlyAnAdministratorOfThePlacePublishes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		for _, c := range []struct {
			code      string
			actor     civic.Actor
			divisions string
		}{
			{"grant.role", a.Clerk, `"140105"`}, {"grant.role", a.Supervisor, `"140105"`}, {"grant.staff_only", apptest.AsPerson(a.Elder), `"140105"`}, {"sign_in", civic.Actor{}, `"140105"`},
			{"grant.division", a.Administrator, `"330106"`}, {"grant.division", a.Administrator, `"14"`}, {"grant.division", a.Administrator, `"140105", "330106"`},
		} {
			err := w.Catalog.Publish(ctx, c.actor, variant(t, "试办", c.divisions))
			wantKind(t, err, civic.Denied, c.code)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM service_definition WHERE service = 'try-out'`) + w.Count(t, `SELECT COUNT(*) FROM service_state WHERE service = 'try-out'`); n != 0 {
			t.Errorf("%d rows of what was refused", n)
		}
		err := w.Catalog.Publish(ctx, a.Administrator, &catalog.Definition{Service: "X"})
		wantKind(t, err, civic.Invalid, "service.form")
		publish(t, w, a.Administrator, variant(t, "试办", `"140105"`))
	})
}

func TestAVersionIsReadBackAsItWasPublished(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		defs, err := catalog.Embedded()
		if err != nil {
			t.Fatal(err)
		}
		for _, def := range append(defs, variant(t, "试办", `"14"`)) {
			publish(t, w, apptest.System(), def)
			w.Look(t, apptest.System(), func(v *journal.View) error {
				got, err := w.Catalog.Version(v, def.Hash)
				if err != nil || got.Hash != def.Hash || outline(got) != outline(def) {
					t.Errorf("%s: %v", def.Service, err)
				}
				if again, _ := w.Catalog.Version(v, def.Hash); again != got {
					t.Error("it is read from the database every time")
				}
				_, err = w.Catalog.Version(v, "no such hash")
				wantKind(t, err, civic.NotFound, "service.unknown")
				return nil
			})
		}
	})
}
