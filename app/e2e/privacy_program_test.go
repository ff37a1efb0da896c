package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// byProgram is the same story over the API, with numbers in every place where
// none belongs.
func (w *town) byProgram(t *testing.T, person string) {
	t.Helper()
	at := "/people/" + person
	w.clerk.api(t, "POST", "/people/search", object{"text": residentID}).ok(t, http.StatusOK)
	w.clerk.api(t, "POST", at+"/open", object{"reason": "本人来窗口", "presented": true}).ok(t, http.StatusOK)
	code := w.clerk.api(t, "POST", at+"/access-codes", nil).ok(t, http.StatusCreated).text("code")
	w.elder.token = w.elder.api(t, "POST", "/sessions", object{"access_code": code}).ok(t, http.StatusCreated).text("token")
	w.elder.api(t, "GET", "/me", nil).ok(t, http.StatusOK)
	other := w.clerk.api(t, "POST", "/people/search", object{"text": secondID}).ok(t, http.StatusOK)
	_, agent, _ := strings.Cut(other.body, `"person":"`)
	agent, _, _ = strings.Cut(agent, `"`)
	for _, m := range misfits() {
		for key, o := range map[string]object{"relation": {"agent": agent, "relation": m, "services": []string{"*"}},
			"services": {"agent": agent, "relation": "孙女", "services": []string{m}}, "agent": {"agent": m, "relation": "孙女", "services": []string{"*"}}} {
			if x := w.elder.api(t, "POST", "/people/me/grants", o); x.status < 400 {
				t.Errorf("%s with %q as %s: %d", x, m, key, x.status)
			}
		}
		for _, op := range []struct {
			method, path string
			body         any
		}{
			{"POST", "/drafts", object{"service": m}}, {"POST", "/drafts", object{"service": "report-post", "person": m}},
			{"POST", "/drafts", object{m: m}}, {"POST", "/numbers/find", object{"number": m}}, {"POST", "/people/search", `{"text": "` + m},
			{"GET", "/people/" + url.PathEscape(m), nil}, {"GET", "/drafts/" + url.PathEscape(m), nil}, {"GET", "/cases/" + url.PathEscape(m), nil},
			{"GET", "/services?division=" + url.QueryEscape(m), nil}, {"GET", "/services/" + url.PathEscape(m) + "?division=14", nil},
			{"GET", "/cases?" + url.QueryEscape(m) + "=1", nil}, {"DELETE", "/people/me/grants/" + url.PathEscape(m), nil}, {"PUT", "/" + url.PathEscape(m), nil},
		} {
			for _, v := range []*visitor{w.elder, w.clerk, w.other} {
				if x := v.api(t, op.method, op.path, op.body); x.status < 400 && !strings.HasPrefix(op.path, "/services?") { // nowhere has no services
					t.Errorf("%s with %q: %d %.200s", x, m, x.status, x.body)
				}
			}
		}
	}
	draft := w.elder.api(t, "POST", "/drafts", object{"service": "report-post"}).ok(t, http.StatusCreated).text("id")
	for i, m := range misfits() {
		w.elder.api(t, "PATCH", "/drafts/"+draft, object{"rev": i + 1, "answers": object{"hospital": []string{m}, "phone": []string{"x" + m}, m: []string{m}}})
	}
	rev := w.elder.api(t, "GET", "/drafts/"+draft, nil).ok(t, http.StatusOK)
	w.elder.api(t, "PATCH", "/drafts/"+draft, object{"rev": 999, "answers": object{"phone": []string{courier}}}).ok(t, http.StatusConflict)
	w.elder.api(t, "PATCH", "/drafts/"+draft, object{"rev": revOf(rev.body), "answers": object{"hospital": []string{string(w.hospitalID)}, "report": []string{"lab"},
		"to": []string{"home"}, "phone": []string{variants(courier)[2]}, "note": []string{phrase + notedID}}}).ok(t, http.StatusOK)
	w.elder.api(t, "POST", "/drafts/"+draft+"/submit", nil).ok(t, http.StatusOK)
	w.hospital.api(t, "GET", "/cases", nil).ok(t, http.StatusOK)
	w.hospital.api(t, "POST", "/cases/"+draft+"/take", nil).ok(t, http.StatusNoContent)
	w.hospital.api(t, "POST", "/cases/"+draft+"/resolve", object{"outcome": "打过电话" + courier}).ok(t, http.StatusNoContent)
	w.elder.api(t, "POST", "/cases/"+draft+"/confirm", object{"solved": true}).ok(t, http.StatusNoContent)
	for _, path := range []string{"/people/me", "/people/me/story", "/people/me/requests", "/people/me/agents", "/cases/" + draft, "/drafts/" + draft} {
		w.elder.api(t, "GET", path, nil).ok(t, http.StatusOK)
	}
	for _, path := range []string{at, at + "/story", at + "/requests", at + "/agents", "/cases/" + draft, "/drafts/" + draft, "/me", "/cases?done=true"} {
		for _, v := range []*visitor{w.clerk, w.hospital, w.far, w.super, w.other} {
			v.api(t, "GET", path, nil)
		}
	}
}

func revOf(body string) int {
	_, rest, _ := strings.Cut(body, `"rev":`)
	n := 0
	for _, c := range rest {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// lookAround opens what an operator and a curious visitor open, with numbers in
// addresses too.
func (w *town) lookAround(t *testing.T, person string) {
	t.Helper()
	for _, path := range []string{"/", "/services", "/status", "/metrics", "/healthz", "/readyz", "/api/openapi.json", "/api/docs", "/static/yinqiao.css",
		"/" + residentID, "/desk/people/" + residentID, "/desk/drafts/" + seniorCard, "/elder/requests/" + ownPhone, "/desk/people/" + person + "?q=" + residentID} {
		for _, v := range []*visitor{w.clerk, w.elder, w.super, w.other} {
			v.get(t, path)
		}
	}
	// What the server can't read at all.
	w.other.token = residentID
	w.other.api(t, "GET", "/me", nil).ok(t, http.StatusUnauthorized)
	w.other.api(t, "POST", "/people", strings.Repeat(residentID, 80_000))
	w.other.api(t, residentID, "/people", nil)
	w.clerk.post(t, "/desk/find", "text", strings.Repeat(residentID, 5_000)).ok(t, http.StatusUnprocessableEntity)
	w.clerk.post(t, "/desk/sign-out")
	w.elder.post(t, "/elder/sign-out")
	w.hospital.api(t, "DELETE", "/sessions", nil)
}
