package catalog_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
)

// shelved is a service as a division has it.
func shelved(t *testing.T, w *apptest.World, service string, in civic.Division) catalog.Shelved {
	t.Helper()
	list, err := w.Catalog.Shelf(context.Background(), w.Taiyuan.Administrator, in)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(s catalog.Shelved) bool { return s.Word.Service == service })
	if i < 0 {
		t.Fatalf("no %s", service)
	}
	return list[i]
}

// changed is a version of petition with another bring and one question more.
func changed(t *testing.T, version int, divisions ...civic.Division) *catalog.Definition {
	t.Helper()
	all, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	d := *all[slices.IndexFunc(all, func(d *catalog.Definition) bool { return d.Service == "petition" })]
	d.Version, d.Divisions, d.Bring = version, divisions, "带上以前的回执。"
	d.Questions = append(slices.Clone(d.Questions), catalog.Question{Key: "extra", Kind: catalog.YesNo, Ask: "以前反映过吗？", Label: "以前反映过"})
	return &d
}

func TestWhoeverPublishesSeesHowEachServiceStandsAndWhatAVersionChanged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := apptest.New(t, d), context.Background()
		a := w.Taiyuan
		if s := shelved(t, w, "petition", a.Division); s.Word.State != catalog.Live || s.Own(a.Division) || s.Word.Division != "14" {
			t.Errorf("%+v", s.Word)
		}
		if err := w.Catalog.Try(ctx, a.Administrator, changed(t, 7, a.Division), a.Street); err != nil {
			t.Fatal(err)
		}
		s := shelved(t, w, "petition", a.Division)
		if s.Word.State != catalog.Live || len(s.Below) != 1 || s.Below[0].State != catalog.Pilot || s.Below[0].Division != a.Street || s.Versions != 2 {
			t.Errorf("%+v", s)
		}
		at, list, err := w.Catalog.Editions(ctx, a.Administrator, "petition", a.Division)
		if err != nil || at.Word.Division != "14" || len(list) != 2 || list[0].Version != 7 {
			t.Fatalf("%+v %+v %v", at.Word, list, err)
		}
		told := strings.Join(list[0].Changes, "\n")
		if !strings.Contains(told, "改成「带上以前的回执。」") || !strings.Contains(told, "以前反映过吗？") || len(list[1].Changes) != 0 {
			t.Errorf("%q, %q", told, list[1].Changes)
		}
		if err := w.Catalog.Try(ctx, a.Administrator, changed(t, 8, w.Xihu.Division), a.Division); !civic.Is(err, civic.Invalid) {
			t.Errorf("a version that is meant for elsewhere: %v", err)
		}
		for who, x := range map[string]civic.Actor{"a clerk": a.Clerk, "a supervisor": a.Supervisor, "another province": w.Xihu.Administrator, "the elder": apptest.AsPerson(a.Elder)} {
			if _, err := w.Catalog.Shelf(ctx, x, a.Division); !civic.Is(err, civic.Denied) {
				t.Errorf("%s: %v", who, err)
			}
			if err := w.Catalog.Try(ctx, x, changed(t, 9, a.Division), a.Street); !civic.Is(err, civic.Denied) {
				t.Errorf("%s: %v", who, err)
			}
		}
		if _, _, err := w.Catalog.Editions(ctx, a.Administrator, "no-such", a.Division); !civic.Is(err, civic.NotFound) {
			t.Error(err)
		}
	})
}

func TestASuspensionThatHasAnEndSaysSoAndEndsThen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := apptest.New(t, d), context.Background()
		a := w.Taiyuan
		early, until := w.Clock.Now().Add(-time.Minute), w.Clock.Now().Add(48*time.Hour)
		if err := w.Catalog.Suspend(ctx, a.Administrator, "petition", a.Division, "系统检修", &early); !civic.Is(err, civic.Invalid) {
			t.Errorf("%v", err)
		}
		if err := w.Catalog.Suspend(ctx, a.Administrator, "petition", a.Division, "系统检修", &until); err != nil {
			t.Fatal(err)
		}
		stands := func() (st catalog.Standing) {
			w.Look(t, apptest.System(), func(v *journal.View) error {
				var err error
				st, err = w.Catalog.Standing(v, "petition", a.Street)
				return err
			})
			return st
		}
		if st := stands(); !st.Suspended || !strings.Contains(st.Reason, "系统检修") || !strings.HasSuffix(st.Reason, "恢复") {
			t.Errorf("%+v", st)
		}
		due := catalog.ResumeDue{Service: "petition", Division: a.Division}
		if n := w.JobCount(t, due.Kind()); n != 1 {
			t.Errorf("%d jobs", n)
		}
		// A job that comes before the end, or after the end was put off, changes nothing.
		if err := w.Catalog.ResumeAt(ctx, due); err != nil || !stands().Suspended {
			t.Errorf("%v", err)
		}
		w.Clock.Add(49 * time.Hour)
		later := until.Add(24 * time.Hour)
		if err := w.Catalog.Suspend(ctx, a.Administrator, "petition", a.Division, "系统检修", &later); err != nil {
			t.Fatal(err)
		}
		if err := w.Catalog.ResumeAt(ctx, due); err != nil || !stands().Suspended {
			t.Errorf("%v", err)
		}
		w.Clock.Add(24 * time.Hour)
		for range 2 {
			if err := w.Catalog.ResumeAt(ctx, due); err != nil || stands().Suspended {
				t.Errorf("%v %+v", err, stands())
			}
		}
		if n := w.Acts(t, catalog.ActResumed, "petition"); n != 1 {
			t.Errorf("resumed %d times", n)
		}
	})
}

func TestAnOldReleasesServiceThatBreaksTodaysRulesIsFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := apptest.New(t, d), context.Background()
		a := w.Taiyuan
		for rule, wrong := range map[string]func(*catalog.Definition){
			"service-proxy":   func(d *catalog.Definition) { d.Proxy = false },
			"service-cash":    func(d *catalog.Definition) { d.Pay = []catalog.Pay{catalog.Scan} },
			"service-offline": func(d *catalog.Definition) { d.Channels = []civic.Channel{civic.ChannelElder} },
		} {
			x := changed(t, 3, a.Division)
			x.Service = rule
			wrong(x)
			if err := w.Catalog.Publish(ctx, a.Administrator, x); !civic.Is(err, civic.Invalid) {
				t.Errorf("%s: it is published today: %v", rule, err)
			}
			body := x.Stored()
			if err := w.Journal.Write(ctx, apptest.System(), func(tx *journal.Tx) error {
				auth, err := tx.Authorise(civic.Need{})
				if err != nil {
					return err
				}
				if err := tx.InsertRows("service_definition", []string{"hash", "service", "version", "body", "published_at"}, [][]any{{x.Hash, x.Service, 3, body, tx.Now}}); err != nil {
					return err
				}
				if err := tx.InsertRows("service_state", []string{"service", "division", "state", "hash"}, [][]any{{x.Service, a.Division, "live", x.Hash}}); err != nil {
					return err
				}
				return tx.Record(auth, journal.Event{Act: catalog.ActPublished, Detail: map[string]string{"service": x.Service, "division": string(a.Division)}})
			}); err != nil {
				t.Fatal(err)
			}
			if n := w.Count(t, `SELECT COUNT(*) FROM finding WHERE rule = $1 AND subject = $2 AND cleared_at IS NULL`, rule, rule+"@140105"); n != 1 {
				t.Errorf("%s is found %d times", rule, n)
			}
		}
	})
}
