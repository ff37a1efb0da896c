package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yinqiao/app"
	"yinqiao/app/apptest"
	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/request"
)

// unseen draws a definition that nobody has written.
func unseen(t *rapid.T, n int) *catalog.Definition {
	d := &catalog.Definition{Service: fmt.Sprintf("unseen-%d", n), Version: 1, Title: fmt.Sprintf("没见过的事%d", n), Say: "试一试。", Clauses: []string{"SX15"},
		Divisions: []civic.Division{"14"}, Channels: []civic.Channel{civic.ChannelDesk, civic.ChannelElder, civic.ChannelAPI, civic.ChannelPhone}, Proxy: true,
		Bring: "不用带。", Takes: "当场。", Fee: "不收费。", Casework: &catalog.Casework{OfficeKind: "community", DueDays: 2, DueSource: "测试", Done: "请写"}}
	kinds := []catalog.Kind{catalog.Choice, catalog.YesNo, catalog.Text, catalog.Number, catalog.Phone, catalog.Amount}
	for i := range rapid.IntRange(1, 6).Draw(t, "questions") {
		q := catalog.Question{Key: fmt.Sprintf("q%d", i), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Ask: fmt.Sprintf("没见过的第%d问？", i), Label: fmt.Sprint("第", i)}
		switch q.Kind {
		case catalog.Choice:
			for j := range rapid.IntRange(1, 5).Draw(t, "options") {
				q.Options = append(q.Options, catalog.Option{Code: fmt.Sprint("o", j), Text: fmt.Sprintf("第%d样", j)})
			}
		case catalog.Number:
			q.Least, q.Most = 1, rapid.IntRange(1, 9).Draw(t, "most")
		}
		if i > 0 && d.Questions[0].Kind == catalog.YesNo && rapid.Bool().Draw(t, "conditional") {
			q.When = &catalog.Cond{Key: "q0", In: []string{"yes"}}
		}
		d.Questions = append(d.Questions, q)
	}
	return d
}

// answerTo is a right answer to a question.
func answerTo(p request.Prompt) []string {
	switch {
	case len(p.Options) > 0:
		return []string{p.Options[0].Code}
	case p.Kind == catalog.Number, p.Kind == catalog.Amount:
		return []string{"1"}
	case p.Kind == catalog.Phone:
		return []string{"12612345678"}
	}
	return []string{"写一句话"}
}

// A definition that nobody has seen is dropped into the folder of a running application:
// it is asked on the elder's pages, at the desk, by phone and as JSON, and ends in a case.
func TestAnUnseenDefinitionWorksOnEveryFaceWithoutARestart(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite))
	handler, dir, n := w.Handler(), t.TempDir(), 0
	look := app.LookInto(w.App, dir)
	rapid.Check(t, dbtest.Rounds(12, func(rt *rapid.T) {
		n++
		d := unseen(rt, n)
		text, err := json.Marshal(d) // JSON is YAML
		if err != nil {
			rt.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, d.Service+".yaml"), text, 0o600); err != nil {
			rt.Fatal(err)
		}
		look(t.Context())

		// As JSON, to anybody.
		r := httptest.NewRecorder()
		handler.ServeHTTP(r, httptest.NewRequest("GET", "/api/v1/services/"+d.Service+"?division=140105", nil))
		body, _ := io.ReadAll(r.Body)
		if r.Code != 200 || !strings.Contains(string(body), d.Questions[0].Ask) || !strings.Contains(string(body), `"$schema"`) {
			rt.Fatalf("%d %s", r.Code, body)
		}
		// Begun at the elder's page, spoken, and finished at the desk from the same draft.
		a := w.Taiyuan
		elder, clerk := apptest.AsPerson(a.Elder), a.Clerk
		v, err := w.Requests.Start(t.Context(), elder, d.Service, a.Elder, "")
		if err != nil {
			rt.Fatal(err)
		}
		p := v.Step.Ask[0]
		if menu := request.Speak(p, 0); !strings.HasPrefix(menu.Say, d.Questions[0].Ask) || !strings.Contains(menu.Say, "请按") {
			rt.Fatalf("spoken as %q", menu.Say)
		}
		if v, err = w.Requests.Answer(t.Context(), elder, v.ID, v.Rev, map[string][]string{p.Key: answerTo(p)}); err != nil {
			rt.Fatal(err)
		}
		w.Open(t, clerk, a.Elder)
		for len(v.Step.Ask) > 0 {
			all := map[string][]string{}
			for _, p := range v.Step.Ask {
				all[p.Key] = answerTo(p)
			}
			if v, err = w.Requests.Answer(t.Context(), clerk, v.ID, v.Rev, all); err != nil {
				rt.Fatal(err)
			}
		}
		if rc, err := w.Requests.Submit(t.Context(), clerk, v.ID, v.Rev); err != nil || rc.Number == "" {
			rt.Fatal(rc, err)
		}
	}))
}
