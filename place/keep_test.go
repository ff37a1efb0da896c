package place_test

import (
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/place"
)

func TestThePlacesOwnStaffKeepItAndOthersDoNot(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		win, err := w.Place.AddWindow(ctx, a.HospitalClerk, a.Hospital, place.Window{Name: "1号窗口", Serves: "挂号", Kind: place.Manned})
		if err != nil {
			t.Fatal(err)
		}
		verbs := map[string]func(civic.Actor) error{
			"hours": func(x civic.Actor) error { return w.Place.SetHours(ctx, x, a.Hospital, "每天24小时") },
			"day":   func(x civic.Actor) error { return w.Place.SetDay(ctx, x, a.Hospital, "2026-12-01", "", "停电") },
			"features": func(x civic.Actor) error {
				return w.Place.SetFeatures(ctx, x, a.Hospital, map[string]place.Presence{"cash": place.Present})
			},
			"window": func(x civic.Actor) error { return w.Place.CloseWindow(ctx, x, a.Hospital, win, "吃饭", nil) },
			"describe": func(x civic.Actor) error {
				return w.Place.Describe(ctx, x, place.Office{ID: a.Hospital, Address: "二号路"})
			},
		}
		for name, do := range verbs {
			for who, actor := range map[string]civic.Actor{"a clerk of another office": a.Clerk, "an administrator elsewhere": w.Xihu.Administrator, "a supervisor": a.Supervisor, "the elder": apptest.AsPerson(a.Elder), "nobody": {}} {
				if err := do(actor); !civic.Is(err, civic.Denied) {
					t.Errorf("%s by %s: %v", name, who, err)
				}
				if c, err := w.Place.Keeping(ctx, actor, a.Hospital); !civic.Is(err, civic.Denied) || c.ID != "" {
					t.Errorf("%s may: %v, %v", who, c.ID, err)
				}
			}
		}
		for _, actor := range []civic.Actor{a.HospitalClerk, a.Administrator} {
			if c, err := w.Place.Keeping(ctx, actor, a.Hospital); c.ID != a.Hospital || err != nil {
				t.Error(c.ID, err)
			}
		}
		for name, do := range verbs {
			if err := do(a.HospitalClerk); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, act := range []string{"place.hours_changed", "place.day_set", "place.feature_changed", "place.window_closed", "place.window_added", "place.details_changed"} {
			if n := w.Acts(t, journal.Act(act), string(a.Hospital)); n != 1 {
				t.Errorf("%d × %s", n, act)
			}
		}
		// The same again is nothing new.
		for name, do := range verbs {
			if err := do(a.Administrator); err != nil {
				t.Errorf("%s again: %v", name, err)
			}
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act LIKE 'place.%' AND act <> 'place.divisions_loaded'`); n != 6 {
			t.Errorf("%d entries", n)
		}
	})
}

func TestAWindowThatIsShutSaysWhyAndOpensAgainByItself(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		h, clerk := w.Taiyuan.Hospital, w.Taiyuan.HospitalClerk
		id, err := w.Place.AddWindow(ctx, clerk, h, place.Window{Name: "3号窗口", Serves: "挂号", Kind: place.Manned, StaffedBy: "导医台"})
		if err != nil {
			t.Fatal(err)
		}
		until := w.Clock.Now().Add(2 * time.Hour)
		if err := w.Place.CloseWindow(ctx, clerk, h, id, "人手不够", &until); err != nil {
			t.Fatal(err)
		}
		one := func() place.Window {
			c, err := w.Place.Show(ctx, h)
			if err != nil || len(c.Windows) != 1 {
				t.Fatal(c.Windows, err)
			}
			return c.Windows[0]
		}
		if x := one(); x.IsOpen(w.Clock.Now()) || !x.IsOpen(until) || x.Reason != "人手不够" || !x.Until.Equal(until) {
			t.Errorf("%+v", x)
		}
		if err := w.Place.OpenWindow(ctx, clerk, h, id); err != nil {
			t.Fatal(err)
		}
		if x := one(); !x.IsOpen(w.Clock.Now()) || x.Reason != "" || x.Until != nil {
			t.Errorf("%+v", x)
		}
		past := w.Clock.Now()
		for _, c := range []struct {
			reason string
			until  *time.Time
		}{{"", nil}, {"停电", &past}, {strings.Repeat("停", 61), nil}, {"请打12612345678", nil}} {
			if err := w.Place.CloseWindow(ctx, clerk, h, id, c.reason, c.until); !civic.Is(err, civic.Invalid) {
				t.Errorf("%+v: %v", c, err)
			}
		}
		if err := w.Place.EndWindow(ctx, clerk, h, id); err != nil {
			t.Fatal(err)
		}
		if err := w.Place.OpenWindow(ctx, clerk, h, id); !civic.Is(err, civic.NotFound) {
			t.Error(err)
		}
		for _, bad := range []place.Window{{Kind: place.Manned}, {Name: "窗口"}, {Name: "窗口", Kind: "door"}, {Name: strings.Repeat("窗", 31), Kind: place.Manned}} {
			if _, err := w.Place.AddWindow(ctx, clerk, h, bad); !civic.Is(err, civic.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}

func TestAPlacesPageTellsWhatIsKnownOfIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		now := w.Clock.Now()
		if err := w.Place.Describe(ctx, a.HospitalClerk, place.Office{ID: a.Hospital, Address: " 五一广场旁 ", Landmark: "门口有两棵槐树", Phone: "0351-0660120",
			At: place.Point{Lat: 37.78, Lon: 112.56}, Services: "report-post  cash-refusal", Can: "挂号", Cannot: "接种疫苗请到社区"}); err != nil {
			t.Fatal(err)
		}
		if err := w.Place.SetHours(ctx, a.HospitalClerk, a.Hospital, "每天 8:00-12:00"); err != nil {
			t.Fatal(err)
		}
		if err := w.Place.SetDay(ctx, a.HospitalClerk, a.Hospital, "2026-11-24", "9:00-10:00", "义诊"); err != nil {
			t.Fatal(err)
		}
		if err := w.Place.SetFeatures(ctx, a.HospitalClerk, a.Hospital, map[string]place.Presence{"cash": place.Present, "hot_water": place.Absent}); err != nil {
			t.Fatal(err)
		}
		c, err := w.Place.Show(ctx, a.Hospital)
		if err != nil || c.Address != "五一广场旁" || c.Services != "report-post cash-refusal" || c.At.Lat != 37.78 || c.Kind != "hospital" || c.Name != "140105 hospital" {
			t.Errorf("%+v, %v", c.Office, err)
		}
		if got := c.Status.Words(now); got != "现在开着，中午12点关门。" {
			t.Error(got)
		}
		if c.Ahead[1].Words() != "9:00–10:00（义诊）" || !c.Ahead[1].Other || c.Ahead[2].Words() != "8:00–12:00" {
			t.Errorf("%+v", c.Ahead[:3])
		}
		known := map[string]place.Has{}
		for _, f := range c.Features {
			known[f.Feature] = f
		}
		if f := known["cash"]; f.Presence != place.Present || !f.Since.Equal(now) || f.By != a.HospitalClerk.Operator || !f.Key {
			t.Errorf("%+v", f)
		}
		if known["hot_water"].Presence != place.Absent || known["ramp"].Presence != place.Unknown {
			t.Errorf("%+v", known)
		}
		if err := w.Place.SetFeatures(ctx, a.HospitalClerk, a.Hospital, map[string]place.Presence{"cash": place.Unknown}); err != nil {
			t.Fatal(err)
		}
		if err := w.Place.DropDay(ctx, a.HospitalClerk, a.Hospital, "2026-11-24"); err != nil {
			t.Fatal(err)
		}
		if c, err = w.Place.Show(ctx, a.Hospital); err != nil || c.Ahead[1].Other {
			t.Errorf("%+v, %v", c.Ahead[1], err)
		}
		if _, err := w.Place.Show(ctx, "none"); !civic.Is(err, civic.NotFound) {
			t.Error(err)
		}
	})
}

func TestWhatANonsenseIsSaidOfAPlaceIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		h, clerk := w.Taiyuan.Hospital, w.Taiyuan.HospitalClerk
		for name, err := range map[string]error{
			"hours":            w.Place.SetHours(ctx, clerk, h, "看心情"),
			"a day gone by":    w.Place.SetDay(ctx, clerk, h, "2026-11-22", "", "停电"),
			"a day far off":    w.Place.SetDay(ctx, clerk, h, "2030-01-01", "", "停电"),
			"no day":           w.Place.SetDay(ctx, clerk, h, "明天", "", "停电"),
			"times":            w.Place.SetDay(ctx, clerk, h, "2026-11-24", "下午", "停电"),
			"no reason":        w.Place.SetDay(ctx, clerk, h, "2026-11-24", "", " "),
			"a feature":        w.Place.SetFeatures(ctx, clerk, h, map[string]place.Presence{"pool": place.Present}),
			"a presence":       w.Place.SetFeatures(ctx, clerk, h, map[string]place.Presence{"cash": "perhaps"}),
			"a point abroad":   w.Place.Describe(ctx, clerk, place.Office{ID: h, At: place.Point{Lat: 48, Lon: 2}}),
			"a service's name": w.Place.Describe(ctx, clerk, place.Office{ID: h, Services: "办社保"}),
			"an essay":         w.Place.Describe(ctx, clerk, place.Office{ID: h, Can: strings.Repeat("能", 400)}),
		} {
			if !civic.Is(err, civic.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
