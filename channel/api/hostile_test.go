package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// hostile are values that no field asks for, as JSON.
func hostile() []string {
	return []string{
		`"\u0000"`, `"a\u0000b"`, `"\u001b[2J"`, "\"\xff\xfe\"", `"\ud800"`, `""`, `" "`, `"　"`, `"１２３４５６７８９０"`, `"` + elderID + `"`,
		`"' OR 1=1 --"`, `"<script>alert(1)</script>"`, `"../../etc/passwd"`, `"` + strings.Repeat("长", 300_000) + `"`,
		`"` + strings.Repeat("x", 1<<20) + `"`, elderID, `-1`, `1e400`, `1e308`, `9223372036854775808`, `1.5`, `true`, `null`, `[]`, `{}`, `[null]`, `[[[[1]]]]`,
		`["a","a","a","a","a","a","a","a","a","a","a","a"]`, `[{"kind":"resident_id","number":"` + elderID + `9"}]`, `[{"kind":"x"}]`,
		`{"` + elderID + `":["x"]}`, `{"\u0000":["x"]}`, `{"note":["\u0000"]}`, `{"note":"x"}`, `{"note":[1]}`, `{"":[]}`,
	}
}

// sane checks an answer to nonsense: never our fault, always a sentence, and
// nothing of what was sent comes back.
func (a *answer) sane(t testing.TB, what string) {
	t.Helper()
	if a.status >= 500 || a.status < 200 {
		t.Errorf("%s: %d %.300s", what, a.status, a.raw)
	}
	if a.status >= 400 {
		a.problem(t, a.status, "")
		if len(a.raw) > 32<<10 {
			t.Errorf("%s: the answer has %d bytes", what, len(a.raw))
		}
	}
	if strings.Contains(a.raw, elderID) || strings.Contains(a.raw, withCheck(elderID)) {
		t.Errorf("%s: the answer repeats an ID: %.300s", what, a.raw)
	}
}

func TestHostileBodiesGetASentenceAndNeverAFaultOfOurs(t *testing.T) {
	t.Parallel()
	dbtest.Wide(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		clerk := w.tokens["clerk"]
		w.open("clerk", w.elder, nil)
		request, draft := w.submitted(clerk, w.elder), w.draft(clerk, w.elder).text("id")
		s := w.sample(draft, request)
		send := func(o op, what, raw string, headers ...string) {
			w.do(s.token(o), o.method, s.path(o), raw, append([]string{"Idempotency-Key", db.NewID()}, headers...)...).sane(t, o.id+" "+what)
		}
		for _, o := range w.operations() {
			if !o.hasBody {
				continue
			}
			for i, raw := range []string{" ", "{", "null", "[]", `"x"`, "\xff", "{}", `{"a":` + strings.Repeat("[", 20_000), strings.Repeat(" ", 2<<20),
				`{"` + strings.Repeat(`x":1,"y`, 30_000) + `":1}`, manyFields()} {
				send(o, fmt.Sprint("raw ", i), raw)
			}
			right := s.body(t, o).(map[string]any)
			for n, field := range append(slices.Sorted(maps.Keys(right)), w.optional(o)...) {
				for i, v := range hostile() {
					if n > 0 && len(v) > 100_000 {
						continue // one long text for each operation will do
					}
					body := maps.Clone(right)
					body[field] = json.RawMessage(v)
					send(o, fmt.Sprintf("%s ← hostile %d", field, i), compose(body))
				}
			}
			for _, field := range []string{"unknown", elderID, "Reason", "rev ", "__proto__"} {
				body := maps.Clone(right)
				body[field] = "x"
				send(o, field, compose(body))
			}
			b, _ := json.Marshal(right)
			w.do(s.token(o), o.method, s.path(o), string(b), "Content-Type", "text/plain", "Idempotency-Key", "wrong-type").problem(t, 415, "body.type")
			w.do(s.token(o), o.method, s.path(o), strings.ToUpper(string(b)), "Idempotency-Key", "upper-case").sane(t, o.id+" in capitals")
		}
		if strings.Contains(w.log.String(), `"level":"ERROR"`) {
			t.Errorf("the log has errors: %.2000s", w.log.String())
		}
		for _, secret := range planted {
			if strings.Contains(w.log.String(), secret) {
				t.Errorf("the log holds %s", secret)
			}
		}
	})
}

func manyFields() string {
	var b strings.Builder
	b.WriteString("{")
	for i := range 40_000 {
		fmt.Fprintf(&b, `"k%d":1,`, i)
	}
	return b.String() + `"z":1}`
}

// compose writes an object whose values are JSON already, right or not.
func compose(body map[string]any) string {
	var parts []string
	for k, v := range body {
		b, ok := v.(json.RawMessage)
		if !ok {
			b, _ = json.Marshal(v)
		}
		parts = append(parts, fmt.Sprintf("%q:%s", k, string(b)))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func TestHostileAddressesGetASentenceAndNeverAFaultOfOurs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		clerk := w.tokens["clerk"]
		s := w.sample("x", "x")
		for _, o := range w.operations() {
			for _, bad := range []string{"%00", "%FF", "%20", "me", "..%2F..", strings.Repeat("9", 9000), elderID, "%E7%8E%8B", "'--"} {
				path := o.path
				for strings.Contains(path, "{") {
					i, j := strings.Index(path, "{"), strings.Index(path, "}")
					path = path[:i] + bad + path[j+1:]
				}
				if path != o.path && o.id != "sessions-delete" {
					if inDivision(o) {
						path += "?division=140105"
					}
					w.do(s.token(o), o.method, path, s.body(t, o), "Idempotency-Key", "bad-address").sane(t, o.id+" "+bad[:2])
				}
			}
		}
		for _, q := range []string{"", "?division=", "?division=1", "?division=abc", "?division=１４", "?division=%00%FF", "?division=140105&" + elderID + "=1", "?division=14&division=33", "?division=" + strings.Repeat("1", 5000), "?%zz"} {
			w.do("", "GET", "/services"+q, nil).sane(t, q)
		}
		w.do(clerk, "GET", "/cases?done=maybe", nil).problem(t, 422, "body.form")
		w.do(clerk, "GET", "/services?division=140105&page=2", nil).problem(t, 422, "body.form")
		w.do(clerk, "GET", "/nowhere", nil).problem(t, 404, "api.path")
		if a := w.do(clerk, "PUT", "/drafts/x", nil).problem(t, 405, "api.method"); a.header.Get("Allow") != "GET, PATCH" {
			t.Errorf("allow %q", a.header.Get("Allow"))
		}
	})
}

func TestNothingButTheDocumentAndTheListOfServicesMayBeKeptInACache(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	s := w.sample("x", "x")
	for _, o := range w.operations() {
		a := w.do(s.token(o), o.method, s.path(o), s.body(t, o), "Idempotency-Key", "no-store-1")
		want := "no-store"
		if o.id == "services-list" {
			want = "public, max-age=300"
		}
		if got := a.header.Get("Cache-Control"); got != want {
			t.Errorf("%s (%d): Cache-Control %q", o.id, a.status, got)
		}
		if o.id == "sessions-delete" { // the rest of the walk needs a session
			s.clerk = w.signIn(map[string]any{"login": "clerk", "password": password})
		}
	}
	if got := w.do("", "GET", "/services?division=x", nil).header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("an error may be cached: %q", got)
	}
}

// FuzzAnswersNeverBreakADraft sends any bytes as the body of an answer, and any
// as the answers alone: a draft stays readable and nothing is our fault.
func FuzzAnswersNeverBreakADraft(f *testing.F) {
	w := newWorld(f, dbtest.Open(f, db.SQLite))
	elder := w.session(w.elder)
	at := "/drafts/" + w.draft(elder, w.elder).text("id")
	for _, v := range hostile() {
		if len(v) < 1000 {
			f.Add([]byte(v))
		}
	}
	f.Add([]byte(`{"report":["all"],"film":["yes"],"to":["home"]}`))
	f.Add([]byte(`{"report":["other"],"which":["` + strings.Repeat("心", 61) + `"]}`))
	f.Add([]byte(`{"rev":1,"answers":{"phone":["12６99900001"]}}`))
	w.seen = nil
	f.Fuzz(func(t *testing.T, b []byte) {
		w.t = t
		w.do(elder, "PATCH", at, string(b)+" ").sane(t, "raw")
		rev := w.do(elder, "GET", at, nil).want(t, http.StatusOK).rev()
		w.do(elder, "PATCH", at, fmt.Sprintf(`{"rev":%d,"answers":%s}`, rev, b)).sane(t, "answers")
		if d := w.do(elder, "GET", at, nil).want(t, http.StatusOK); d.text("step") == "" || d.rev() < rev {
			t.Errorf("draft %s", d.raw)
		}
		if strings.Contains(w.log.String(), `"level":"ERROR"`) {
			t.Errorf("log: %s", w.log.String())
		}
	})
}
