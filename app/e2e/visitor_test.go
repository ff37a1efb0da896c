package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"yinqiao/civic"
	"yinqiao/db"
)

// exchange is one request and everything that came back.
type exchange struct {
	who, method, path, pattern string
	form                       url.Values
	status                     int
	header                     http.Header
	body                       string
}

func (x *exchange) String() string { return fmt.Sprintf("%s: %s %s", x.who, x.method, x.pattern) }

// record keeps every exchange of a run.
type record struct {
	mu  sync.Mutex
	all []*exchange
}

// visitor is somebody with a browser, or a program with a token.
type visitor struct {
	name   string
	base   string
	token  string
	client *http.Client
	seen   *record
}

func newVisitor(name, base string, seen *record) *visitor {
	jar, _ := cookiejar.New(nil) // it has no error without options
	return &visitor{name: name, base: base, seen: seen, client: &http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (v *visitor) do(t *testing.T, req *http.Request, form url.Values) *exchange {
	t.Helper()
	res, err := v.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	x := &exchange{who: v.name, method: req.Method, path: req.URL.RequestURI(), pattern: uuid.ReplaceAllString(req.URL.Path, "{id}"), form: form,
		status: res.StatusCode, header: res.Header, body: string(b)}
	v.seen.mu.Lock()
	v.seen.all = append(v.seen.all, x)
	v.seen.mu.Unlock()
	if x.status >= 500 && x.status != http.StatusServiceUnavailable {
		t.Errorf("%s: %d", x, x.status)
	}
	return x
}

// get opens a page, and follows where it leads.
func (v *visitor) get(t *testing.T, path string) *exchange {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, v.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v.follow(t, v.do(t, req, nil))
}

// post sends a form, and follows where that leads.
func (v *visitor) post(t *testing.T, path string, fields ...string) *exchange {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	req, err := http.NewRequest(http.MethodPost, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.follow(t, v.do(t, req, form))
}

func (v *visitor) follow(t *testing.T, x *exchange) *exchange {
	t.Helper()
	if to := x.header.Get("Location"); to != "" {
		return v.get(t, to)
	}
	return x
}

// api calls an operation; a string is sent as it is.
func (v *visitor) api(t *testing.T, method, path string, body any) *exchange {
	t.Helper()
	raw, isText := body.(string)
	if !isText && body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		raw = string(b)
	}
	req, err := http.NewRequest(method, v.base+"/api/v1"+path, bytes.NewReader([]byte(raw)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+v.token)
	req.Header.Set("Idempotency-Key", db.NewID())
	if raw != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return v.do(t, req, nil)
}

// ok checks the status of an exchange.
func (x *exchange) ok(t *testing.T, status int) *exchange {
	t.Helper()
	if x.status != status {
		t.Fatalf("%s: %d, want %d: %.600s", x, x.status, status, x.body)
	}
	return x
}

// id is the opaque ID in the page's address.
func (x *exchange) id() string { return uuid.FindString(x.path) }

func (x *exchange) text(key string) string { return reply{raw: x.body}.text(key) }

// rev is the revision that a form was shown with.
func (x *exchange) rev(t *testing.T) string {
	t.Helper()
	return x.doc(t).Find("input[name=rev]").AttrOr("value", "")
}

func (x *exchange) doc(t *testing.T) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(x.body))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// beyondEcho is the body of a page without the fields that hold what was typed
// into them in this very request, and without the page's own address in the forms
// that lead back to it. Everything else stays.
func (x *exchange) beyondEcho(t *testing.T) string {
	t.Helper()
	if !strings.HasPrefix(x.header.Get("Content-Type"), "text/html") {
		return x.body
	}
	typed := map[string]bool{}
	for name, values := range x.form {
		for _, v := range values {
			if !forgotten[name] { // those are never shown again
				typed[civic.Fold(strings.ReplaceAll(strings.ToValidUTF8(v, "\uFFFD"), "\x00", "\uFFFD"))] = true
			}
		}
	}
	doc := x.doc(t)
	doc.Find("input[name], textarea[name]").Each(func(_ int, in *goquery.Selection) {
		same := func(shown string) bool {
			return typed[civic.Fold(shown)] || in.AttrOr("name", "") == "to" && shown == unescaped(x.path)
		}
		if v := in.AttrOr("value", ""); v != "" && same(v) {
			in.SetAttr("value", "")
		}
		if goquery.NodeName(in) == "textarea" && same(in.Text()) {
			in.SetText("")
		}
	})
	out, err := doc.Html()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func unescaped(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	return u.Path
}
