package api_test

import (
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/ledger"
	"yinqiao/ledger/task"
	"yinqiao/place"
	"yinqiao/staff"
)

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		m := w.makeLedger()
		s.ids["policy"], s.ids["duty"], s.ids["target"] = m.policy, m.duty, m.target
		for _, group := range []string{"plans", "duties", "targets"} {
			s.of[group] = w.tokens["ledger"]
		}
		s.bodies["duties-report"] = map[string]any{"state": "under_way", "words": "五个车站都查过了。"}
		s.bodies["duties-reply"] = map[string]any{"words": "月底做完。"}
	})
}

// ledgered is a plan in the ledger of a district with who reports on it.
type ledgered struct{ policy, duty, target string }

func (w *world) makeLedger() ledgered {
	w.t.Helper()
	if w.ledger.duty != "" {
		return w.ledger
	}
	sys := civic.System("test")
	plans, err := ledger.Plans()
	w.ok(err)
	for _, p := range plans {
		if p.Code == "ZJ" {
			w.ok(w.rooms.Ledger.EnterPlan(w.ctx(), sys, p, "140105", nil))
		}
	}
	office, err := w.rooms.Place.Open(w.ctx(), sys, place.Office{Kind: "bureau", Name: "省交通运输厅", Division: "140105", Address: "一号路1号"})
	w.ok(err)
	w.ok(w.rooms.Ledger.NameUnit(w.ctx(), sys, "140105", "省交通运输厅", office))
	w.hire("ledger", office, staff.Post{Role: staff.Bureau, Division: "140105"})
	ts, _, err := w.rooms.Ledger.Tasks(w.ctx(), sys, task.Ask{Division: "140105", Unit: "省交通运输厅"})
	w.ok(err)
	for _, t := range ts {
		a, err := w.rooms.Ledger.Show(w.ctx(), sys, t.ID)
		w.ok(err)
		if len(a.Targets) > 1 {
			w.ledger = ledgered{t.Policy, t.ID, a.Targets[0].ID}
		}
	}
	w.ok(w.rooms.Ledger.Urge(w.ctx(), sys, w.ledger.duty, "请说明进展。", "2099-01-31"))
	return w.ledger
}

func TestABureauReadsItsPlanAndReportsByTheAPI(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		m := w.makeLedger()
		bureau := w.tokens["ledger"]
		plan := w.do(bureau, "GET", "/divisions/140105/plans/"+m.policy, nil).want(t, 200)
		if plan.text("code") != "ZJ" {
			t.Errorf("the plan is %s", plan.body)
		}
		duty := "/ledger/duties/" + m.duty
		w.do(bureau, "POST", duty+"/reports", map[string]any{"state": "done", "words": "五个车站都查过了。"}).want(t, 200)
		w.do(bureau, "POST", duty+"/replies", map[string]any{"words": "月底做完。"}).want(t, 200)
		w.do(bureau, "POST", duty+"/replies", map[string]any{"words": "再答一次。"}).want(t, 409)
		got := w.do(bureau, "GET", duty, nil).want(t, 200)
		if got.text("state") != "done" {
			t.Errorf("after the report: %s", got.body)
		}
		w.do(w.tokens["clerk"], "POST", duty+"/reports", map[string]any{"state": "done", "words": "替他们报。"}).want(t, 403)
		w.do(bureau, "GET", "/divisions/140105/targets/"+m.target, nil).want(t, 200)
		w.do(bureau, "GET", "/divisions/14/duties", nil).want(t, 403)
	})
}
