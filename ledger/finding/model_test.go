package finding_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/ledger/finding"
	"yinqiao/place"
)

// Whatever is opened, closed, changed or suspended, in whatever order, and however much
// time passes: what is kept as open is what a fresh check of everything finds.
func TestTheAccountIsAlwaysWhatAFreshCheckFinds(t *testing.T) {
	t.Parallel()
	steps := 14
	if dbtest.Slow() {
		steps = 60
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		rapid.Check(t, dbtest.Rounds(6, func(rt *rapid.T) { // each goes on where the last one ended: one world is enough
			m := model{World: w, t: rt}
			for range rapid.IntRange(1, steps).Draw(rt, "steps") {
				m.step()
			}
			consistent(rt, w) // the acts alone have brought it up to date
			// Time alone changes things too; a sweep brings them in.
			w.Clock.Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "hours")) * time.Hour)
			if err := w.Findings.SweepAll(ctx, finding.Sweep{}); err != nil {
				rt.Fatal(err)
			}
			consistent(rt, w)
		}))
	})
}

type model struct {
	*apptest.World
	t *rapid.T
}

func pick[T interface{}](m model, what string, of ...T) T {
	return rapid.SampledFrom(of).Draw(m.t, what)
}

var sys = apptest.System()

// step does one thing to one place or service. What the rooms refuse is no change.
func (m model) step() {
	offices := m.offices()
	div := pick[civic.Division](m, "division", "140105", "140105001", "1401", "14", "330106")
	kind := pick(m, "kind", "coach_station", "hospital", "museum", "bank", "government_hall", "shop", "petition", "post")
	id := pick(m, "office", offices...)
	var err error
	switch pick(m, "act", "open", "window", "close", "reopen window", "end", "feature", "describe", "shut", "reopen", "suspend", "resume", "adopt", "hours") {
	case "open":
		_, err = m.Place.Open(ctx, sys, place.Office{Kind: kind, Name: fmt.Sprint(len(offices), "号"), Division: div, Phone: pick(m, "phone", "", "0351-0660120")})
	case "window":
		_, err = m.Place.AddWindow(ctx, sys, id, place.Window{Name: pick(m, "name", "1号窗口", "现金", "手机扫码", "进口，只认码", "出口"),
			Serves: pick(m, "serves", "", "挂号", "缴费", "打印报告", "没有码也能进"), Kind: pick(m, "window kind", place.WindowKinds...)})
	case "close":
		var until *time.Time
		if pick(m, "until", true, false) {
			u := m.Clock.Now().Add(time.Hour)
			until = &u
		}
		err = m.Place.CloseWindow(ctx, sys, id, m.window(id), pick(m, "reason", "人手不够", "设备坏了"), until)
	case "reopen window":
		err = m.Place.OpenWindow(ctx, sys, id, m.window(id))
	case "end":
		err = m.Place.EndWindow(ctx, sys, id, m.window(id))
	case "feature":
		err = m.Place.SetFeatures(ctx, sys, id, map[string]place.Presence{
			pick(m, "feature", "manned", "cash", "without_code", "without_booking", "phone_booking", "green_lane", "waiting_area", "priority_window", "care_seats"): pick(m, "presence", place.Present, place.Absent, place.Unknown)})
	case "describe":
		err = m.Place.Describe(ctx, sys, place.Office{ID: id, Phone: pick(m, "new phone", "", "0351-0660121"), Landmark: pick(m, "landmark", "", "大槐树下")})
	case "hours":
		err = m.Place.SetHours(ctx, sys, id, pick(m, "hours", "每天24小时", "周一至周五 8:30-12:00"))
	case "shut":
		err = m.Place.Shut(ctx, sys, id, "装修")
	case "reopen":
		err = m.Place.Reopen(ctx, sys, id)
	case "suspend":
		err = m.Catalog.Suspend(ctx, sys, m.service(), div, pick(m, "why", "系统检修", "人手不够"), nil)
	case "resume":
		err = m.Catalog.Resume(ctx, sys, m.service(), div)
	case "adopt":
		all, e := catalog.Embedded()
		if e != nil {
			m.t.Fatal(e)
		}
		err = m.Catalog.Adopt(ctx, sys, pick(m, "version", all...).Hash, div, pick(m, "pilot", true, false))
	}
	if civic.Is(err, civic.Internal) || civic.Is(err, civic.Unavailable) {
		m.t.Fatal(err)
	}
}

func (m model) service() string { return pick(m, "service", "petition", "report-post", "bill-pay") }

func (m model) offices() []civic.OfficeID {
	out := []civic.OfficeID{m.Taiyuan.Hospital, m.Taiyuan.Community, m.Xihu.Hospital}
	near, err := m.Place.Near(ctx, place.From{Division: "140105001"}, place.Want{Limit: 6, Kinds: []string{"coach_station", "museum", "bank", "shop"}})
	if err != nil {
		m.t.Fatal(err)
	}
	for _, n := range near {
		out = append(out, n.ID)
	}
	return out
}

// window is one of a place's, or none.
func (m model) window(id civic.OfficeID) string {
	c, err := m.Place.Show(ctx, id)
	if err != nil {
		m.t.Fatal(err)
	}
	ids := []string{"none"}
	for _, w := range c.Windows {
		ids = append(ids, w.ID)
	}
	return pick(m, "which window", ids...)
}
