package request_test

import (
	"context"
	"reflect"
	"strings"
	"sync"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/request"
)

var ctx = context.Background()

// wantKind fails unless err is of the kind, and of the code if one is given.
func wantKind(t testing.TB, err error, kind civic.Kind, code string) {
	t.Helper()
	if e := civic.As(err); err == nil || e.Kind != kind || code != "" && e.Code != code {
		t.Errorf("got %v, want %s %s", err, kind, code)
	}
}

func start(t testing.TB, w *apptest.World, actor civic.Actor, p civic.PersonID) *request.View {
	t.Helper()
	v, err := w.Requests.Start(ctx, actor, "report-post", p, "")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func filled(t testing.TB, w *apptest.World, d *apptest.District, actor civic.Actor, p civic.PersonID) *request.View {
	t.Helper()
	v := start(t, w, actor, p)
	v, err := w.Requests.Answer(ctx, actor, v.ID, v.Rev, d.ReportAnswers())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// together runs fn n times at the same moment.
func together(n int, fn func(i int)) {
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		wg.Go(func() { <-gate; fn(i) })
	}
	close(gate)
	wg.Wait()
}

func TestStartWithTheSameKeyGivesTheSameDraft(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder := apptest.AsPerson(a.Elder)
		ids := make([]civic.DraftID, 8)
		together(len(ids), func(i int) {
			v, err := w.Requests.Start(ctx, elder, "report-post", a.Elder, "key")
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = v.ID
		})
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("drafts %v", ids)
			}
		}
		if n, m := w.Count(t, `SELECT COUNT(*) FROM draft`), w.Count(t, `SELECT COUNT(*) FROM spoken_number`); n != 1 || m != 1 {
			t.Errorf("%d drafts and %d numbers", n, m)
		}
		v, err := w.Requests.Start(ctx, apptest.AsPerson(a.Daughter), "report-post", a.Elder, "key")
		if err != nil || v.ID == ids[0] {
			t.Errorf("somebody else's key is not one's own: %v", err)
		}
		_, err = w.Requests.Start(ctx, elder, "cash-refusal", a.Elder, "key")
		wantKind(t, err, civic.Conflict, "idempotency.key")
	})
}

func TestTwoChannelsAtOnceMeetAtTheRevision(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		actors := []civic.Actor{apptest.AsPerson(a.Elder), apptest.AsPerson(a.Daughter)}
		v := start(t, w, actors[0], a.Elder)
		for round := range 5 {
			rev := v.Rev
			views, errs := make([]*request.View, 2), make([]error, 2)
			together(2, func(i int) {
				views[i], errs[i] = w.Requests.Answer(ctx, actors[i], v.ID, rev, map[string][]string{"note": {[]string{"妈妈写的", "女儿写的"}[i] + strings.Repeat("。", round)}})
			})
			won := 0
			if errs[0] != nil {
				won = 1
			}
			lost := 1 - won
			if errs[won] != nil || views[won].Rev != rev+1 {
				t.Fatalf("the winner: %v", errs[won])
			}
			wantKind(t, errs[lost], civic.Conflict, "draft.rev")
			if views[lost] == nil || views[lost].Rev != rev+1 || !reflect.DeepEqual(views[lost].Answers, views[won].Answers) {
				t.Fatalf("the loser is not shown what is there now: %+v", views[lost])
			}
			v = views[won]
		}
	})
}

func TestADraftGoesOnOnAnotherChannelByItsNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		v := start(t, w, apptest.AsPerson(a.Elder), a.Elder)
		if v, err := w.Requests.Answer(ctx, apptest.AsPerson(a.Elder), v.ID, v.Rev, map[string][]string{"report": {"imaging"}}); err != nil || v.Rev != 2 {
			t.Fatal(err)
		}
		f, err := w.Requests.Find(ctx, a.Clerk, " "+v.Number.Grouped()+" ")
		if err != nil || f.ID != v.ID || f.Person != a.Elder || !f.Draft {
			t.Fatalf("%+v, %v", f, err)
		}
		_, err = w.Requests.Look(ctx, a.Clerk, f.ID)
		wantKind(t, err, civic.Denied, "grant.not_open")
		w.Open(t, a.Clerk, a.Elder)
		got, err := w.Requests.Look(ctx, a.Clerk, f.ID)
		if err != nil || got.Answers["report"][0].Code != "imaging" || got.Step.Ask[0].Key != "hospital" {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}

func TestRightAnswersAreKeptWhenAnotherIsWrong(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder := apptest.AsPerson(a.Elder)
		v := start(t, w, elder, a.Elder)
		v, err := w.Requests.Answer(ctx, elder, v.ID, v.Rev, map[string][]string{"hospital": {"nowhere"}, "report": {"imaging"}, "film": {"yes"}, "phone": {"不记得"}, "unknown": {"x"}})
		wantKind(t, err, civic.Invalid, "answer.choice")
		if civic.As(err).Field != "hospital" || len(v.Wrong) != 2 || v.Wrong[1].Field != "phone" || len(v.Answers) != 2 || v.Rev != 2 {
			t.Fatalf("%+v", v)
		}
		v, err = w.Requests.Answer(ctx, elder, v.ID, v.Rev, map[string][]string{"report": {"lab"}})
		if err != nil || !reflect.DeepEqual(v.Drops, []request.Drop{{Key: "film"}}) {
			t.Fatalf("%+v, %v", v.Drops, err)
		}
		// A form that changes an answer and gives its dependant anew dropped nothing.
		v, err = w.Requests.Answer(ctx, elder, v.ID, v.Rev, map[string][]string{"report": {"all"}, "film": {"no"}})
		if err != nil || len(v.Drops) != 0 {
			t.Fatalf("%+v, %v", v.Drops, err)
		}
	})
}

func TestAllThreeWaysToFillAFormGiveTheSameRequest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		given := map[string][]string{"hospital": {string(a.Hospital)}, "report": {"other"}, "which": {"𪚥氏测试 Ward 3B"}, "film": {"yes"}, "to": {"home"}, "phone": {"0351-0180018"}, "note": {""}}
		w.Open(t, a.Clerk, a.Elder)
		elder := apptest.AsPerson(a.Elder)
		api := elder
		api.Channel = civic.ChannelAPI

		page := start(t, w, elder, a.Elder)
		for len(page.Step.Ask) > 0 {
			var err error
			key := page.Step.Ask[0].Key
			if page, err = w.Requests.Answer(ctx, elder, page.ID, page.Rev, map[string][]string{key: given[key]}); err != nil {
				t.Fatal(err)
			}
		}
		desk := start(t, w, a.Clerk, a.Elder)
		for len(desk.Step.Ask) > 0 {
			form := map[string][]string{}
			for _, p := range desk.Step.Ask {
				form[p.Key] = given[p.Key]
			}
			var err error
			if desk, err = w.Requests.Answer(ctx, a.Clerk, desk.ID, desk.Rev, form); err != nil {
				t.Fatal(err)
			}
		}
		json := start(t, w, api, a.Elder)
		json, err := w.Requests.Answer(ctx, api, json.ID, json.Rev, given)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"140105 hospital", "别的报告", "𪚥氏测试 Ward 3B", "银槐街18号2单元301", "03510180018"}
		for name, v := range map[string]*request.View{"page": page, "desk": desk, "JSON": json} {
			var got []string
			for _, l := range v.Step.Review {
				got = append(got, l.Shown)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s reads back %q", name, got)
			}
		}
		if page.Answers["which"][0].Via != civic.ChannelElder || desk.Answers["which"][0].Via != civic.ChannelDesk || json.Answers["which"][0].Via != civic.ChannelAPI {
			t.Error("an answer forgot its channel")
		}
	})
}

func TestAnswersAreNowhereInClear(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder := apptest.AsPerson(a.Elder)
		v := filled(t, w, a, elder, a.Elder)
		secret := "𪚥的心电图 in ward 3B"
		v, err := w.Requests.Answer(ctx, elder, v.ID, v.Rev, map[string][]string{"note": {secret}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Requests.Answer(ctx, elder, v.ID, v.Rev, map[string][]string{"note": {strings.Repeat("字", 100_000)}, "to": {strings.Repeat("x", 100_000)}})
		wantKind(t, err, civic.Invalid, "answer.long")
		rc, err := w.Requests.Submit(ctx, elder, v.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		f, err := w.Casework.Read(ctx, elder, rc.Request)
		if err != nil || f.Lines[len(f.Lines)-1].Shown != secret {
			t.Errorf("%+v, %v", f, err)
		}
		dump := w.Dump(t) + w.Logged.String()
		for _, s := range []string{secret, "in ward 3B", "12612345678", "交给女儿"} {
			if strings.Contains(dump, s) {
				t.Errorf("%q is in the database in clear", s)
			}
		}
	})
}

func TestAServiceForThePersonAloneRefusesAgents(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		def := *define(t, catalog.Question{Key: "note", Kind: catalog.Text, Optional: true})
		def.Service, def.Proxy, def.Channels = "own-only", false, []civic.Channel{civic.ChannelDesk, civic.ChannelAPI}
		if err := w.Catalog.Publish(ctx, apptest.System(), &def); err != nil {
			t.Fatal(err)
		}
		daughter := apptest.AsPerson(a.Daughter)
		daughter.Channel = civic.ChannelAPI
		_, err := w.Requests.Start(ctx, daughter, "own-only", a.Elder, "")
		wantKind(t, err, civic.Denied, "service.own")
		w.OpenFor(t, a.Clerk, a.Elder, a.Daughter)
		_, err = w.Requests.Start(ctx, a.Clerk, "own-only", a.Elder, "")
		wantKind(t, err, civic.Denied, "service.own")
		w.Open(t, a.Clerk, a.Elder)
		v, err := w.Requests.Start(ctx, a.Clerk, "own-only", a.Elder, "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Requests.Submit(ctx, daughter, v.ID, 0)
		wantKind(t, err, civic.Denied, "service.own")
	})
}
