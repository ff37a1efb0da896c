package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/grant"
)

const plantedID = "140199194603070029"

func TestEveryKindOfErrorHasItsStatusAndATitle(t *testing.T) {
	t.Parallel()
	want := map[civic.Kind]int{civic.Invalid: 422, civic.NotFound: 404, civic.Denied: 403, civic.Conflict: 409, civic.Exhausted: 429, civic.Unavailable: 503, civic.Internal: 500}
	for k := civic.Internal; k <= civic.Unavailable; k++ {
		p := problemOf(civic.E(k, "some.code", "请这样做。").Accepting("那样也行").On("body.name"))
		if p.Status != want[k] || p.Title == "" || p.Code != "some.code" || p.Detail != "请这样做。" || p.Accept != "那样也行" || p.Errors[0].Location != "body.name" {
			t.Errorf("%s: %+v", k, p)
		}
	}
	if p := problemOf(civic.E(99, "x", "y")); p.Status != 500 {
		t.Errorf("an unknown kind is %d", p.Status)
	}
	if p := problemOf(civic.As(grant.Nobody())); p.Status != 401 || p.GetHeaders().Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("nobody: %+v %v", p, p.GetHeaders())
	}
}

func TestAFaultOfOursTellsTheCallerNothingAndTheLogNoNumbers(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := &server{Rooms: Rooms{Log: slog.New(slog.NewTextHandler(&log, nil))}}
	p := s.problem(context.Background(), "people-get", fmt.Errorf("scan of %s: %w", plantedID, errors.New("parsing １３８００１３８０００")))
	b, _ := json.Marshal(p)
	if p.Status != 500 || strings.Contains(string(b), "scan") || strings.Contains(string(b), plantedID) {
		t.Errorf("told %s", b)
	}
	if l := log.String(); !strings.Contains(l, "people-get") || !strings.Contains(l, "scan of …") || strings.Contains(l, plantedID) || strings.Contains(l, "１３８") {
		t.Errorf("logged %s", l)
	}
}

func TestAFieldIsNamedWhereTheCallerWroteIt(t *testing.T) {
	t.Parallel()
	s := &server{Rooms: Rooms{Log: slog.New(slog.DiscardHandler)}}
	e := civic.E(civic.Invalid, "x", "改一改。").On("phone")
	for want, err := range map[string]error{"body.phone": e, "answers.phone": under("answers", e)} {
		if p := s.problem(context.Background(), "x", err); p.Errors[0].Location != want {
			t.Errorf("%s, want %s", p.Errors[0].Location, want)
		}
	}
	if under("answers", nil) != nil {
		t.Error("no error became one")
	}
	for in, want := range map[string]string{"body.answers.phone[0]": "body.answers.phone[0]", "body." + plantedID: "body.…", "body.x" + plantedID: "body.…",
		"query.\x00": "query.…", "body.姓名": "body.姓名", "body." + strings.Repeat("x", 100): "body.…", "body.<script>": "body.…", "body.a b": "body.…"} {
		if got := safeLocation(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestAPanicCostsOneAnswerOnly(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	mux := http.NewServeMux()
	Mount(mux, Rooms{Log: slog.New(slog.NewTextHandler(&log, nil))}) // there is no catalog to ask
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest("GET", "/api/v1/services?division=14", nil))
	if rec.Code != 500 || rec.Header().Get("Content-Type") != "application/problem+json" || strings.Contains(rec.Body.String(), "nil") {
		t.Errorf("%d %s %s", rec.Code, rec.Header(), rec.Body)
	}
	if !strings.Contains(log.String(), "api: panic") || !strings.Contains(log.String(), "services-list") {
		t.Errorf("logged %s", log.String())
	}
}

func TestTheFrameworksOwnRefusalsSpeakLikeOurs(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	Mount(mux, Rooms{Log: slog.New(slog.DiscardHandler)})
	for _, c := range []struct{ body, code, location, message string }{
		{`{"login":5}`, "body.form", "body.login", "这一项要写文字，请加上引号。"},
		{`{"login":"` + strings.Repeat("x", 61) + `"}`, "body.form", "body.login", "这一项太长了，最多60个字。"},
		{`{"Login":"x"}`, "body.form", "body.Login", "没有这一项，请去掉，或对照接口文档改正名字。"},
		{`{"login":"x","login ":"y"}`, "body.form", "body.…", "没有这一项，请去掉，或对照接口文档改正名字。"},
		{`{"access_code":"1\u00002"}`, "text.characters", "body.access_code", "这段文字里有看不见的特殊字符，请删掉重新输入。"},
		{`{`, "body.json", "", ""},
		{``, "body.missing", "", ""},
		{strings.Repeat(" ", bodyMost), "body.large", "", ""},
	} {
		r := httptest.NewRequest("POST", "/api/v1/sessions", strings.NewReader(c.body))
		r.Header.Set("Accept", "text/html;q=0.9, */*;q=0.1")
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, r)
		var p Problem
		if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || rec.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.40s: %v %s", c.body, err, rec.Header())
			continue
		}
		var f Fault
		if len(p.Errors) > 0 {
			f = p.Errors[0]
		}
		if p.Code != c.code || f.Location != c.location || f.Message != c.message || p.Status != rec.Code || p.Detail == "" {
			t.Errorf("%.40s: %+v", c.body, p)
		}
	}
}
