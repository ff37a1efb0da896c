package api_test

import (
	"maps"
	"strings"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func init() {
	moreSamples = append(moreSamples, func(_ *world, s *sample) {
		maps.Copy(s.bodies, map[string]map[string]any{
			"people-twins":    {"name": "钱新来", "division": "140105001", "credentials": []any{map[string]any{"kind": "senior_card", "number": "SN0000000002"}}},
			"people-reading":  {"reading": "wang xiu ying"},
			"people-name-add": {"name": "王小英", "use": "former"},
		})
	})
}

func TestAPersonIsFoundByTheNameAndTheReadingThatAProgramRegistered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		clerk, at := w.tokens["clerk"], "/people/"+string(w.elder)
		w.do(clerk, "GET", at+"/names", nil).problem(t, 403, "grant.not_open")
		w.open("clerk", w.elder, nil)
		id := w.do(clerk, "POST", at+"/names", map[string]any{"name": "王桂桂", "use": "pet", "reading": "wáng guì guì"}).want(t, 201).text("id")
		w.do(clerk, "POST", at+"/names", map[string]any{"name": "王 桂桂", "use": "former"}).problem(t, 409, "name.known")
		w.do(clerk, "PUT", at+"/reading", map[string]any{"reading": "wang"}).problem(t, 422, "name.reading")
		w.do(clerk, "PUT", at+"/reading", map[string]any{"reading": "wáng xiǔ yīng"}).want(t, 204)
		if a := w.do(clerk, "GET", at+"/names", nil).want(t, 200); a.text("reading") != "wang2 xiu3 ying1" || !strings.Contains(a.raw, "王桂桂") || !strings.Contains(a.raw, "小名") {
			t.Error(a.raw)
		}
		found := func() string { return w.do(clerk, "POST", "/people/search", map[string]any{"text": "wgg"}).raw }
		if !strings.Contains(found(), string(w.elder)) {
			t.Error("not found by her pet name")
		}
		w.do(clerk, "DELETE", at+"/names/"+id, nil).want(t, 204)
		w.do(clerk, "DELETE", at+"/names/"+id, nil).problem(t, 404, "name.unknown")
		if strings.Contains(found(), string(w.elder)) {
			t.Error("found by a name that was taken back")
		}
	})
}
