package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

var update = flag.Bool("update", false, "write testdata/openapi.json anew")

func (w *world) get(path string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
	return rec
}

func TestTheOpenAPIDocumentIsTheOneThatWasAgreed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	rec := w.get("/api/openapi.json")
	got := append(rec.Body.Bytes(), '\n')
	const golden = "testdata/openapi.json"
	if *update {
		w.ok(os.WriteFile(golden, got, 0o644))
	}
	want, err := os.ReadFile(golden)
	w.ok(err)
	if !bytes.Equal(got, want) {
		t.Errorf("the document differs from %s; look at what callers would notice, then run with -update", golden)
	}
	if ct, cc := rec.Header().Get("Content-Type"), rec.Header().Get("Cache-Control"); ct != "application/json" || !strings.HasPrefix(cc, "public") {
		t.Errorf("headers %q %q", ct, cc)
	}
}

// doc is the part of OpenAPI 3.1 that can be judged offline.
type doc struct {
	OpenAPI string
	Info    struct{ Title, Version string }
	Servers []struct{ URL string }
	Tags    []struct{ Name string }
	Paths   map[string]map[string]docOp
	Comps   struct {
		Schemas  map[string]map[string]any
		Security map[string]any `json:"securitySchemes"`
	} `json:"components"`
}

type docOp struct {
	OperationID, Summary string
	Tags                 []string
	Parameters           []struct {
		Name, In string
		Required bool
		Schema   map[string]any
	}
	RequestBody struct {
		Content map[string]struct{ Schema map[string]any }
	}
	Responses map[string]struct {
		Description string
		Content     map[string]struct{ Schema map[string]any }
	}
	Security []map[string][]string
}

func TestTheOpenAPIDocumentIsWholeAndTellsACallerAllTheyNeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	raw := w.get("/api/openapi.json").Body.Bytes()
	var d doc
	w.ok(json.Unmarshal(raw, &d))
	if !strings.HasPrefix(d.OpenAPI, "3.1.") || d.Info.Title == "" || d.Info.Version == "" || len(d.Servers) != 1 || d.Comps.Security["session"] == nil {
		t.Errorf("head: %+v", d)
	}
	seen, tags := map[string]bool{}, map[string]bool{}
	for _, tag := range d.Tags {
		tags[tag.Name] = true
	}
	for path, item := range d.Paths {
		for method, o := range item {
			at := method + " " + path
			if o.OperationID == "" || seen[o.OperationID] {
				t.Errorf("%s: operationId %q", at, o.OperationID)
			}
			seen[o.OperationID] = true
			if !chinese(o.Summary) || len(o.Tags) != 1 || !tags[o.Tags[0]] {
				t.Errorf("%s: summary %q tags %v", at, o.Summary, o.Tags)
			}
			checkParameters(t, at, path, o)
			checkResponses(t, at, o)
			for _, c := range o.RequestBody.Content {
				checkBounded(t, at, d.Comps.Schemas, c.Schema)
			}
		}
	}
	checkRefs(t, raw, d.Comps.Schemas)
}

func chinese(s string) bool { return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4E00 }) }

var inBraces = regexp.MustCompile(`\{([^}]+)\}`)

func checkParameters(t *testing.T, at, path string, o docOp) {
	t.Helper()
	var inPath, declared []string
	for _, m := range inBraces.FindAllStringSubmatch(path, -1) {
		inPath = append(inPath, m[1])
	}
	for _, p := range o.Parameters {
		if p.In == "path" {
			declared = append(declared, p.Name)
			if !p.Required {
				t.Errorf("%s: path parameter %s is not required", at, p.Name)
			}
		}
		if p.Schema["type"] == "string" && p.Schema["maxLength"] == nil && p.Schema["pattern"] == nil {
			t.Errorf("%s: parameter %s has no bound", at, p.Name)
		}
	}
	slices.Sort(inPath)
	slices.Sort(declared)
	if !slices.Equal(inPath, declared) {
		t.Errorf("%s: declares %v", at, declared)
	}
}

func checkResponses(t *testing.T, at string, o docOp) {
	t.Helper()
	must := []string{"422", "500", "503"}
	if len(o.Security) > 0 {
		must = append(must, "401", "403")
	}
	for _, s := range must {
		if _, ok := o.Responses[s]; !ok {
			t.Errorf("%s: %s is not declared", at, s)
		}
	}
	if !slices.ContainsFunc(slices.Collect(maps.Keys(o.Responses)), func(s string) bool { return s[0] == '2' }) {
		t.Errorf("%s: no success is declared", at)
	}
	for status, r := range o.Responses {
		if !chinese(r.Description) {
			t.Errorf("%s %s: description %q", at, status, r.Description)
		}
		if status >= "400" && r.Content["application/problem+json"].Schema["$ref"] != "#/components/schemas/Problem" {
			t.Errorf("%s %s: no problem", at, status)
		}
	}
}

// checkBounded walks the schema of a request: every text and list has a bound,
// and unknown fields are refused.
func checkBounded(t *testing.T, at string, all map[string]map[string]any, s map[string]any) {
	t.Helper()
	if ref, _ := s["$ref"].(string); ref != "" {
		s = all[strings.TrimPrefix(ref, "#/components/schemas/")]
	}
	child := func(name string, v any) {
		if m, ok := v.(map[string]any); ok {
			checkBounded(t, at+"."+name, all, m)
		}
	}
	switch s["type"] {
	case "string":
		if s["maxLength"] == nil && s["enum"] == nil && s["pattern"] == nil && s["format"] == nil {
			t.Errorf("%s: a text without a bound", at)
		}
	case "array":
		if s["maxItems"] == nil {
			t.Errorf("%s: a list without a bound", at)
		}
		child("[]", s["items"])
	case "object":
		if more := s["additionalProperties"]; more != false {
			if s["maxProperties"] == nil {
				t.Errorf("%s: any number of properties", at)
			}
			child("*", more)
		}
		props, _ := s["properties"].(map[string]any)
		for name, p := range props {
			child(name, p)
		}
	}
}

func checkRefs(t *testing.T, raw []byte, all map[string]map[string]any) {
	t.Helper()
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`"\$ref":\s*"([^"]+)"`).FindAllStringSubmatch(string(raw), -1) {
		name, ok := strings.CutPrefix(m[1], "#/components/schemas/")
		if !ok || all[name] == nil {
			t.Errorf("%s leads nowhere", m[1])
		}
		used[name] = true
	}
	for name := range all {
		if !used[name] {
			t.Errorf("schema %s is used nowhere", name)
		}
	}
}

func TestTheDocumentationPageListsEveryOperationAndLoadsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	page := w.get("/api/docs").Body.String()
	for _, o := range w.operations() {
		if !strings.Contains(page, fmt.Sprintf(`<dt id="%s"><code>%s /api/v1%s</code>`, o.id, o.method, o.path)) {
			t.Errorf("%s is not on the page", o.id)
		}
	}
	for _, bad := range []string{"<script", "<style", "style=", "<link", "http://", "https://", "onclick"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	if !strings.Contains(page, `<html lang="zh-CN">`) || strings.Count(page, "<h1>") != 1 {
		t.Error("the page has no language or not one heading")
	}
}

func TestAnybodyLearnsWhatAServiceAsksBeforeTheyCome(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		list := w.do("", "GET", "/services?division=140105", nil).want(t, 200).list("services")
		if len(list) < 24 {
			t.Errorf("only %d services", len(list))
		}
		for _, s := range list {
			if s["service"] == "" || s["title"] == "" || s["bring"] == "" || s["fee"] == "" || s["takes"] == "" {
				t.Errorf("%v lacks something", s["service"])
			}
		}
		if n := len(w.do("", "GET", "/services?division=99", nil).want(t, 200).list("services")); n != 0 {
			t.Errorf("%d services where none is offered", n)
		}
		w.do("", "GET", "/services/no-such?division=140105", nil).problem(t, 404, "service.unknown")
		one := w.do("", "GET", "/services/report-post?division=140105", nil).want(t, 200)
		schema, _ := one.body["schema"].(map[string]any)
		if want := []any{"hospital", "report", "to", "phone"}; !slices.Equal(schema["required"].([]any), want) {
			t.Errorf("required %v, want %v", schema["required"], want)
		}
		rule := `{"if":{"properties":{"report":{"contains":{"enum":["other"]}}},"required":["report"]},"then":{"required":["which"]}}`
		if !strings.Contains(one.raw, rule) {
			t.Errorf("the condition of a question is not in the schema: %s", one.raw)
		}
	})
}
