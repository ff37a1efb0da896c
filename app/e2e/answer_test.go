package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"yinqiao/db"
)

// answer is what came back.
type answer struct {
	target string // where the request was sent
	*httptest.ResponseRecorder
	what string
	body string
	doc  *goquery.Document // of a page
}

// send sends a request as a browser or a program with the token would; every one
// comes from an address of its own, so that the limit on tries is not met.
func (s *site) send(t *testing.T, r route, target, token string, headers ...string) *answer {
	t.Helper()
	s.sent++
	body, kind := r.body, "application/x-www-form-urlencoded"
	switch {
	case r.form.Get("scan") != "":
		body, kind = withScan(t, r.form)
	case r.form != nil:
		body = r.form.Encode()
	}
	req := httptest.NewRequest(r.method, target, strings.NewReader(body))
	req.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:999", s.sent>>16&255, s.sent>>8&255, s.sent&255)
	switch {
	case r.program():
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Idempotency-Key", db.NewID())
		if body != "" {
			req.Header.Set("Content-Type", r.media())
		}
	case r.form != nil:
		req.Header.Set("Content-Type", kind)
	}
	if token != "" && !r.program() {
		req.AddCookie(&http.Cookie{Name: s.Sessions.Cookie.Name, Value: token})
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	s.handler.ServeHTTP(rec, req)
	a := &answer{ResponseRecorder: rec, target: target, what: r.method + " " + cmp.Or(r.pattern, target), body: rec.Body.String()}
	a.checkHeaders(t)
	return a
}

// withScan is a form whose scan is sent as a file, and its type.
func withScan(t *testing.T, form url.Values) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range form {
		for _, v := range values {
			part, err := w.CreateFormField(name)
			if name == "scan" {
				part, err = w.CreateFormFile(name, "scan.png")
			}
			if err == nil {
				_, err = part.Write([]byte(v))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// unmade is a call of a component that stands in the words of a page: in a template only
// what begins a line is one.
var unmade = regexp.MustCompile(`@[a-zA-Z.]+\(`)

// checkHeaders holds every answer to what all must have.
func (a *answer) checkHeaders(t *testing.T) {
	t.Helper()
	h := a.Header()
	if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("%s: content policy %q", a.what, csp)
	}
	if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%s: nosniff or referrer policy is missing: %v", a.what, h)
	}
	if !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		return
	}
	if h.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: a page may be cached: %q", a.what, h.Get("Cache-Control"))
	}
	var err error
	if a.doc, err = goquery.NewDocumentFromReader(strings.NewReader(a.body)); err != nil {
		t.Fatal(err)
	}
	if unmade := unmade.FindString(a.doc.Find("body").Text()); unmade != "" {
		t.Errorf("%s: the page reads %q, which is of its template", a.what, unmade)
	}
	if n := a.doc.Find("script:not([src]), style, [style], base, iframe, object").Length(); n > 0 {
		t.Errorf("%s: the page has %d inline scripts or styles", a.what, n)
	}
	for _, n := range a.doc.Find("*").Nodes {
		for _, attr := range n.Attr {
			if strings.HasPrefix(attr.Key, "on") || strings.Contains(strings.ToLower(attr.Val), "javascript:") {
				t.Errorf("%s: <%s %s=%q> runs script", a.what, n.Data, attr.Key, attr.Val)
			}
		}
	}
}

// say is the sentence of an answer that refuses.
func (a *answer) say() string {
	switch {
	case a.doc != nil:
		if s := strings.TrimSpace(a.doc.Find("main .wrong li").First().Text()); s != "" {
			return s
		}
		if s := strings.TrimSpace(a.doc.Find("main .result .lead").Text()); s != "" {
			return s
		}
		return strings.TrimPrefix(strings.TrimSpace(a.doc.Find("main .facts .late").First().Text()), "✗ ") // /status
	case strings.Contains(a.Header().Get("Content-Type"), "problem+json"):
		var p struct{ Detail string }
		_ = json.Unmarshal([]byte(a.body), &p)
		return p.Detail
	case strings.Contains(a.Header().Get("Content-Type"), "fhir+json"):
		return outcomeOf(a.body)
	}
	return a.body
}

// wellPut checks that an answer is no fault of ours, and that a refusal says in
// Chinese what to do.
func (a *answer) wellPut(t *testing.T) {
	t.Helper()
	if a.Code == http.StatusInternalServerError {
		t.Errorf("%s: 500: %.300s", a.what, a.say())
	}
	if a.Code >= 400 && !isSentence(a.say()) {
		t.Errorf("%s: %d says %.200q", a.what, a.Code, a.say())
	}
}

// tellsNothing checks that an answer holds nothing about the people of the story.
func (s *site) tellsNothing(t *testing.T, a *answer, who string) {
	t.Helper()
	for _, secret := range []string{elderName, daughterName, s.Taiyuan.ElderID, s.Taiyuan.ElderPhone, "银槐街18号", "12612345678",
		string(s.draftNumber), s.draftNumber.Grouped(), string(s.Taiyuan.Daughter)} {
		if strings.Contains(a.body, secret) {
			t.Errorf("%s: %s is shown %q", a.what, who, secret)
		}
	}
}
