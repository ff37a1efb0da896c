package request_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// tried is a version of a small service of Taiyuan.
func tried(t *testing.T, questions string) *catalog.Definition {
	t.Helper()
	d, err := catalog.Parse([]byte(`
service: tried
version: 1
title: 试办
say: 试一试。
clauses: [SX14]
divisions: ["140105"]
channels: [desk, elder, api, phone]
proxy: true
fee: 不收费。
casework: {office_kind: community, due_days: 3, due_source: 测试, done: 请写明}
questions:
` + questions))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const (
	oldQuestions = `  - {key: name, kind: text, ask: 叫什么？, label: 名字}
  - {key: sort, kind: choice, ask: 哪一种？, label: 种类, options: [{code: a, text: 甲}, {code: b, text: 乙}]}
`
	newQuestions = `  - {key: name, kind: text, ask: 叫什么名字？, label: 名字}
  - {key: sort, kind: choice, ask: 哪一种？, label: 种类, options: [{code: b, text: 乙}, {code: c, text: 丙}]}
`
)

func TestADraftFollowsItsServiceToTheNewVersionAndAsksOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		elder, me := w.Taiyuan.Elder, apptest.AsPerson(w.Taiyuan.Elder)
		publish := func(q string) {
			t.Helper()
			if err := w.Catalog.Publish(ctx, apptest.System(), tried(t, q)); err != nil {
				t.Fatal(err)
			}
		}
		publish(oldQuestions)
		v, err := w.Requests.Start(ctx, me, "tried", elder, "")
		must(t, err)
		v, err = w.Requests.Answer(ctx, me, v.ID, v.Rev, map[string][]string{"name": {"收音机"}, "sort": {"a"}})
		must(t, err)
		if v.Step.Review == nil {
			t.Fatalf("it is not finished: %+v", v.Step)
		}
		publish(newQuestions)
		// What was read back was the old version: nothing is submitted unseen.
		_, err = w.Requests.Submit(ctx, me, v.ID, v.Rev)
		wantCode(t, err, civic.Conflict, "request.changed")
		v, err = w.Requests.Look(ctx, me, v.ID)
		must(t, err)
		if len(v.Step.Ask) != 1 || v.Step.Ask[0].Key != "sort" || v.Answers["name"][0].Shown != "收音机" {
			t.Fatalf("asked %+v, answered %v", v.Step.Ask, v.Answers)
		}
		v, err = w.Requests.Answer(ctx, me, v.ID, v.Rev, map[string][]string{"sort": {"c"}})
		must(t, err)
		rc, err := w.Requests.Submit(ctx, me, v.ID, v.Rev)
		must(t, err)
		if rc.Def.Hash != tried(t, newQuestions).Hash {
			t.Error("the request is of the old version")
		}
		// And looking at one shows the new questions at once.
		v, err = w.Requests.Start(ctx, me, "tried", elder, "")
		must(t, err)
		publish(oldQuestions)
		v, err = w.Requests.Look(ctx, me, v.ID)
		must(t, err)
		if v.Form[0].Ask != "叫什么？" {
			t.Errorf("the page still asks %q", v.Form[0].Ask)
		}
	})
}

func TestASuspendedServiceKeepsAnswersAndSaysWhy(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		me := apptest.AsPerson(a.Elder)
		v, err := w.Requests.Start(ctx, me, "report-post", a.Elder, "")
		must(t, err)
		v, err = w.Requests.Answer(ctx, me, v.ID, v.Rev, a.ReportAnswers())
		must(t, err)
		wantCode(t, w.Catalog.Suspend(ctx, a.Administrator, "report-post", a.Division, " ", nil), civic.Invalid, "service.reason")
		must(t, w.Catalog.Suspend(ctx, a.Administrator, "report-post", a.Division, "快递停运", nil))
		must(t, w.Catalog.Suspend(ctx, a.Administrator, "report-post", a.Division, "快递停运", nil)) // pressed twice
		if n := w.Acts(t, catalog.ActSuspended, "report-post"); n != 1 {
			t.Errorf("%d suspensions", n)
		}
		_, err = w.Requests.Start(ctx, me, "report-post", a.Elder, "")
		wantCode(t, err, civic.Unavailable, "service.suspended")
		seen, err := w.Requests.Look(ctx, me, v.ID)
		must(t, err)
		if !seen.Suspended || !strings.Contains(seen.Step.Human, "快递停运") || !strings.Contains(seen.Step.Human, "电话") || len(seen.Answers) != len(v.Answers) {
			t.Errorf("shown %+v with %d answers", seen.Step, len(seen.Answers))
		}
		_, err = w.Requests.Submit(ctx, me, v.ID, v.Rev)
		wantCode(t, err, civic.Unavailable, "service.suspended")
		// Elsewhere it goes on, and a new version does not bring it back here.
		if _, err = w.Requests.Start(ctx, apptest.AsPerson(w.Xihu.Elder), "report-post", w.Xihu.Elder, ""); err != nil {
			t.Errorf("the other province: %v", err)
		}
		must(t, w.Catalog.Resume(ctx, a.Administrator, "report-post", a.Division))
		_, err = w.Requests.Submit(ctx, me, v.ID, v.Rev)
		must(t, err)
		if n := w.Count(t, `SELECT COUNT(*) FROM service_state WHERE service = 'report-post' AND division = $1`, a.Division); n != 0 {
			t.Error("the district keeps a word of its own, and would miss the province's next version")
		}
	})
}

func TestAPilotIsTriedAtTheDeskOfItsDivisionOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		must(t, w.Catalog.Publish(ctx, apptest.System(), tried(t, oldQuestions)))
		must(t, w.Catalog.Publish(ctx, apptest.System(), tried(t, newQuestions)))
		old := tried(t, oldQuestions).Hash
		wantCode(t, w.Catalog.Adopt(ctx, a.Administrator, old, a.Division, true), civic.Conflict, "service.pilot")
		must(t, w.Catalog.Adopt(ctx, a.Administrator, old, a.Street, true))
		w.Open(t, a.Clerk, a.Elder)
		v, err := w.Requests.Start(ctx, a.Clerk, "tried", a.Elder, "")
		must(t, err)
		if v.Def.Hash != old {
			t.Error("the desk does not try the pilot")
		}
		v, err = w.Requests.Start(ctx, apptest.AsPerson(a.Elder), "tried", a.Elder, "")
		must(t, err)
		if v.Def.Hash == old {
			t.Error("the elder's page tries the pilot")
		}
	})
}

func TestPressedTwiceAServiceMakesOneDraft(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		elder, me := w.Taiyuan.Elder, apptest.AsPerson(w.Taiyuan.Elder)
		var mu sync.Mutex
		seen := map[civic.DraftID]bool{}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				v, err := w.Requests.Start(ctx, me, "report-post", elder, "")
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
					return
				}
				seen[v.ID] = true
			})
		}
		wg.Wait()
		if len(seen) != 1 {
			t.Errorf("%d drafts", len(seen))
		}
		w.Clock.Add(11 * time.Minute)
		v, err := w.Requests.Start(ctx, me, "report-post", elder, "")
		must(t, err)
		if seen[v.ID] {
			t.Error("later it is the old draft")
		}
	})
}

func TestTheSameAgainOffersWhatStillFits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		me := apptest.AsPerson(a.Elder)
		rc := w.ReportPost(t, a)
		v, err := w.Requests.StartAgain(ctx, me, rc.Request)
		must(t, err)
		offered := map[string]string{}
		for _, p := range v.Form {
			if p.Answered {
				t.Errorf("%s is answered by itself", p.Key)
			}
			for _, o := range p.Offered {
				offered[p.Key] = o.Shown
			}
		}
		if offered["phone"] != "12612345678" || offered["to"] != "家里，交给女儿" || offered["report"] != "化验报告" || offered["hospital"] == "" {
			t.Errorf("offered %v", offered)
		}
		_, err = w.Requests.StartAgain(ctx, apptest.AsPerson(a.Stranger), rc.Request)
		wantCode(t, err, civic.NotFound, "draft.unknown")
	})
}

func TestADroppedDraftCanBeTakenUpForTenMinutes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		me := apptest.AsPerson(a.Elder)
		v, err := w.Requests.Start(ctx, me, "report-post", a.Elder, "")
		must(t, err)
		v, err = w.Requests.Answer(ctx, me, v.ID, v.Rev, map[string][]string{"report": {"lab"}})
		must(t, err)
		must(t, w.Requests.Drop(ctx, me, v.ID))
		must(t, w.Requests.Drop(ctx, me, v.ID))
		_, err = w.Requests.Answer(ctx, me, v.ID, v.Rev+1, map[string][]string{"report": {"imaging"}})
		wantCode(t, err, civic.Conflict, "draft.dropped")
		_, err = w.Requests.Submit(ctx, me, v.ID, 0)
		wantCode(t, err, civic.Conflict, "draft.dropped")
		w.Clock.Add(9 * time.Minute)
		back, err := w.Requests.Restore(ctx, me, v.ID)
		must(t, err)
		if back.State != "open" || back.Answers["report"][0].Code != "lab" {
			t.Errorf("%s with %v", back.State, back.Answers)
		}
		must(t, w.Requests.Drop(ctx, me, v.ID))
		w.Clock.Add(11 * time.Minute)
		_, err = w.Requests.Restore(ctx, me, v.ID)
		wantCode(t, err, civic.Conflict, "draft.dropped")
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, kind civic.Kind, code string) {
	t.Helper()
	if e := civic.As(err); err == nil || e.Kind != kind || e.Code != code {
		t.Errorf("got %v, want %s %s", err, kind, code)
	}
}
