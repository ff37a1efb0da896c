package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yinqiao/app"
	"yinqiao/app/apptest"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/staff"
)

// ask gets a path from an address, with a header if one is given.
func ask(h http.Handler, path, from string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.RemoteAddr = from
	if len(header) == 2 {
		r.Header.Set(header[0], header[1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestMetricsAreForThisMachineUnlessTheyHaveAnAddress(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite), apptest.Bare())
	h, own := w.Handlers(app.Edge{})
	if own != nil {
		t.Error("there is a second address")
	}
	for _, from := range []string{"127.0.0.1:9", "[::1]:9", "[::ffff:127.0.0.1]:9"} {
		if a := ask(h, "/metrics", from); a.Code != 200 || !strings.Contains(a.Body.String(), "yinqiao_journal_unsealed") {
			t.Errorf("%s: %d", from, a.Code)
		}
	}
	for what, a := range map[string]*httptest.ResponseRecorder{
		"another machine":                ask(h, "/metrics", "192.0.2.1:9"),
		"a proxy on this machine":        ask(h, "/metrics", "127.0.0.1:9", "X-Forwarded-For", "192.0.2.1"),
		"one who says it is the machine": ask(h, "/metrics", "192.0.2.1:9", "X-Forwarded-For", "127.0.0.1"),
	} {
		if b := a.Body.String(); a.Code != 403 || !strings.Contains(b, "<html") || !strings.Contains(b, "服务器上看") || strings.Contains(b, "yinqiao_") {
			t.Errorf("%s: %d %s", what, a.Code, b)
		}
	}
}

func TestMetricsWithAnAddressAreNotOnTheMainOne(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite), apptest.Bare())
	h, own := w.Handlers(app.Edge{MetricsAddr: "127.0.0.1:0"})
	for path, want := range map[string][2]int{"/metrics": {404, 200}, "/healthz": {200, 200}, "/readyz": {200, 200}, "/": {200, 404}} {
		if got := [2]int{ask(h, path, "127.0.0.1:9").Code, ask(own, path, "192.0.2.1:9").Code}; got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}

func TestTooManyFailuresAreAPageForPeopleAndAProblemForPrograms(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite), apptest.Bare())
	h := w.Handler()
	post := func(path, kind, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", path, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		a := httptest.NewRecorder()
		h.ServeHTTP(a, r)
		return a
	}
	for range 30 {
		if a := post("/elder/sign-in", "application/x-www-form-urlencoded", "code=1"); a.Code != http.StatusUnprocessableEntity {
			t.Fatal(a.Code)
		}
	}
	a := post("/elder/sign-in", "application/x-www-form-urlencoded", "code=1")
	if b := a.Body.String(); a.Code != 429 || a.Header().Get("Retry-After") != "60" || !strings.Contains(b, `data-mode="elder"`) || !strings.Contains(b, "试的次数太多了") {
		t.Errorf("the page: %d %v %s", a.Code, a.Header(), b)
	}
	a = post("/api/v1/sessions", "application/json", `{"login":"a","password":"b"}`)
	if b := a.Body.String(); a.Code != 429 || a.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(b, `"title":"次数太多"`) {
		t.Errorf("the problem: %d %s", a.Code, b)
	}
}

func TestBothAddressesAreServedAndGivenUp(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	log := &apptest.Capture{}
	a, err := app.Open(t.Context(), app.Config{Dir: t.TempDir(), Addr: "127.0.0.1:0", PlainHTTP: true}, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.ServeAt(t.Context(), app.Edge{MetricsAddr: l.Addr().String()}, nil); err == nil || !strings.Contains(err.Error(), "serve.address") {
		t.Errorf("an address that is taken: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	err = a.ServeAt(ctx, app.Edge{MetricsAddr: "127.0.0.1:0"}, func(main string) {
		defer stop()
		_, at, _ := strings.Cut(log.String(), "msg=metrics addr=")
		at, _, _ = strings.Cut(at, "\n")
		for url, want := range map[string]int{main + "/metrics": 404, main + "/healthz": 200, at + "/metrics": 200} {
			r, err := http.Get("http://" + url) //nolint:noctx // ends with the server
			if err != nil {
				t.Error(err)
				continue
			}
			_ = r.Body.Close()
			if r.StatusCode != want {
				t.Errorf("%s: %d, want %d", url, r.StatusCode, want)
			}
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestMachinesBehindOneAddressAreCountedEachForItself(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite))
	h := w.Handler()
	machine := func(name string) string {
		_, token, err := w.Staff.EnrolDevice(t.Context(), w.Taiyuan.Administrator, staff.Device{Kind: staff.Kiosk, Name: name, Office: w.Taiyuan.Hospital})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	post := func(path, kind, body, header, value string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", path, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.Header.Set(header, value)
		a := httptest.NewRecorder()
		h.ServeHTTP(a, r)
		return a
	}
	program := func(token string) int {
		return post("/api/v1/checkins", "application/json", `{"card":"没有这张卡"}`, "Authorization", "Bearer "+token).Code
	}
	const form = "application/x-www-form-urlencoded"
	page := func(cookie string) int { return post("/elder/kiosk", form, "card=1", "Cookie", cookie).Code }
	in := post("/elder/kiosk/on", form, "token="+machine("大厅自助机"), "X-Nothing", "")
	cookie, _, _ := strings.Cut(in.Header().Get("Set-Cookie"), ";")
	first, second := machine("一楼自助机"), machine("二楼自助机")
	for range 30 {
		if got := program(first); got != http.StatusNotFound {
			t.Fatalf("a card that is none: %d", got)
		}
	}
	if got := program(first); got != http.StatusTooManyRequests {
		t.Errorf("cards may be guessed at one machine: %d", got)
	}
	if got := program(second); got != http.StatusNotFound {
		t.Errorf("the machine beside it: %d", got)
	}
	for range 30 {
		if got := page(cookie); got != http.StatusNotFound {
			t.Fatalf("a card that is none, on the page: %d", got)
		}
	}
	if got := page(cookie); got != http.StatusTooManyRequests {
		t.Errorf("cards may be guessed on the page of a machine: %d", got)
	}
	// Who names no machine that there is, whatever they call it, is counted by their address.
	for i := range 30 {
		if got := program(fmt.Sprint("none.", i)); got != http.StatusUnauthorized {
			t.Fatalf("a token of no machine: %d", got)
		}
	}
	if got := program("none.31"); got != http.StatusTooManyRequests {
		t.Errorf("tokens may be guessed: %d", got)
	}
	if got := program(second); got != http.StatusNotFound {
		t.Errorf("a machine beside whoever guesses tokens: %d", got)
	}
}
