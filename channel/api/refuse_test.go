package api_test

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// op is an operation as the served document lists it.
type op struct {
	id, method, path string
	public, hasBody  bool
}

// operations reads all operations from the served OpenAPI document.
func (w *world) operations() []op {
	w.t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string
			Security    []map[string][]string
			RequestBody map[string]any
		}
	}
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, httptest.NewRequest("GET", "/api/openapi.json", nil))
	w.ok(json.Unmarshal(rec.Body.Bytes(), &doc))
	var out []op
	for path, item := range doc.Paths {
		for method, o := range item {
			out = append(out, op{o.OperationID, strings.ToUpper(method), path, len(o.Security) == 0, o.RequestBody != nil})
		}
	}
	slices.SortFunc(out, func(a, b op) int { return strings.Compare(a.id, b.id) })
	return out
}

func TestEveryOperationButThePublicOnesIsRefusedWithoutASession(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var open []string
		ops := w.operations()
		for _, o := range ops {
			if o.public {
				open = append(open, o.id)
				continue
			}
			path := strings.NewReplacer("{", "", "}", "").Replace(o.path)
			for _, token := range []string{"", "made-up", strings.Repeat("x", 5000), "\xff\x00"} {
				a := w.do(token, o.method, path, nil).problem(t, 401, "sign_in")
				if a.header.Get("WWW-Authenticate") != "Bearer" || a.text("accept") == "" {
					t.Errorf("%s: %v %s", o.id, a.header, a.raw)
				}
			}
			w.do("", o.method, path, nil, "Authorization", "Basic "+w.tokens["clerk"]).problem(t, 401, "sign_in")
		}
		if want := []string{"places-get", "places-near", "services-get", "services-list", "sessions-create", "times-free", "times-kept"}; !slices.Equal(open, want) {
			t.Errorf("public operations %v, want %v", open, want)
		}
		if len(ops) < 25 {
			t.Errorf("only %d operations", len(ops))
		}
	})
}

func TestAPasswordOrCodeThatIsWrongOrUsedOpensNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		try := func(body map[string]any) *answer { return w.do("", "POST", "/sessions", body) }
		try(map[string]any{"login": "clerk", "password": "wrong"}).problem(t, 403, "staff.sign_in")
		try(map[string]any{"login": "nobody", "password": "wrong"}).problem(t, 403, "staff.sign_in")
		try(map[string]any{"access_code": "00000000"}).problem(t, 403, "access.code")
		try(map[string]any{}).problem(t, 422, "session.way")
		try(map[string]any{"login": "clerk", "password": password, "access_code": "00000000"}).problem(t, 422, "session.way")
		w.open("clerk", w.elder, map[string]any{"presented": true})
		code := w.do(w.tokens["clerk"], "POST", "/people/"+string(w.elder)+"/access-codes", nil).want(t, 201).text("code")
		try(map[string]any{"access_code": fullWidth(code)}).want(t, 201)
		try(map[string]any{"access_code": code}).problem(t, 403, "access.code")
		for range 5 {
			try(map[string]any{"login": "doctor", "password": "wrong"})
		}
		// A login that rests is refused in the same words as a wrong password.
		try(map[string]any{"login": "doctor", "password": password}).problem(t, 403, "staff.sign_in")
	})
}

// oversees are the operations that are a supervisor's own.
var oversees = map[string]bool{"findings-list": true, "findings-get": true, "findings-ask": true, "tasks-list": true, "figures-list": true, "figures-get": true, "figures-behind": true,
	"plans-list": true, "plans-get": true, "duties-list": true, "duties-get": true, "targets-get": true} // of tasks, their own reminders

func TestASupervisorSeesNobodyAndDoesNothingForAnybody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		elder := w.session(w.elder)
		request, draft := w.submitted(elder, w.elder), w.draft(elder, w.elder).text("id")
		s := w.sample(draft, request)
		for _, o := range w.operations() {
			if o.public || o.id == "me" || o.id == "sessions-delete" {
				continue
			}
			a := w.do(w.tokens["super"], o.method, s.path(o), s.body(t, o), "Idempotency-Key", "supervisor-1")
			if strings.HasPrefix(o.id, "reads-") || strings.HasPrefix(o.id, "checkins-") { // a device's own token alone does
				a.problem(t, 401, "sign_in")
				continue
			}
			if oversees[o.id] { // places and services, never people
				a.want(t, 200)
				continue
			}
			if strings.HasPrefix(o.id, "asks-") { // a person's own alone
				a.problem(t, 403, "grant.staff_only")
				continue
			}
			if a.status != 403 {
				t.Errorf("%s: %d %s", o.id, a.status, a.raw)
				continue
			}
			a.problem(t, 403, "grant.role")
		}
		if m := w.do(w.tokens["super"], "GET", "/me", nil).want(t, 200); m.list("posts")[0]["role"] != "supervisor" {
			t.Errorf("me %s", m.raw)
		}
	})
}

func TestAClerkOfAnotherDivisionNeedsTheCardInHand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		far, at := w.tokens["far"], "/people/"+string(w.elder)
		request := w.submitted(w.session(w.elder), w.elder)
		w.do(far, "POST", at+"/open", map[string]any{"reason": "想看看"}).problem(t, 403, "grant.division")
		w.do(far, "GET", at, nil).problem(t, 403, "grant.not_open")
		w.do(far, "GET", "/cases/"+request, nil).problem(t, 403, "grant.office")
		w.do(far, "POST", "/cases/"+request+"/take", nil).problem(t, 403, "grant.office")
		w.do(far, "POST", "/people", w.sample("", "").bodies["people-register"]).problem(t, 403, "grant.division")
		if n := len(w.do(far, "GET", "/cases", nil).want(t, 200).list("cases")); n != 0 {
			t.Errorf("%d cases of another office", n)
		}
		w.do(far, "POST", at+"/open", map[string]any{"reason": "证件在手", "presented": true}).problem(t, 403, "opening.card")
		w.open("far", w.elder, map[string]any{"presented": true})
		w.do(far, "GET", at, nil).want(t, 200)
	})
}

func TestWithTheDatabaseAwayEveryOperationSaysSoAndWhatToDo(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			d, err := db.Open(t.Context(), dbtest.Fresh(t, dialect))
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, d)
			ops, s := w.operations(), w.sample("x", "x")
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			for _, o := range ops {
				w.do(s.token(o), o.method, s.path(o), s.body(t, o), "Idempotency-Key", "database-away").problem(t, 503, "db.away")
			}
			if !strings.Contains(w.log.String(), `"operation":"people-search","code":"db.away"`) {
				t.Error("the log does not say what was away")
			}
		})
	}
}

func TestAClerkRegistersAPersonOnceAndIsToldWhichCardIsTaken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		clerk, body := w.tokens["clerk"], w.sample("", "").bodies["people-register"]
		w.do(clerk, "POST", "/people", body).want(t, 201)
		taken := w.do(clerk, "POST", "/people", body).problem(t, 409, "card.taken")
		if got := taken.locations(); !slices.Equal(got, []string{"body.credentials"}) {
			t.Errorf("locations %v", got)
		}
		body["credentials"] = []any{map[string]any{"kind": "resident_id", "number": fullWidth(elderID[:17]) + "0"}}
		w.do(clerk, "POST", "/people", body).problem(t, 422, "id.check")
		body["sex"] = "other"
		w.do(clerk, "POST", "/people", body).problem(t, 422, "body.form")
	})
}
