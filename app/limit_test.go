package app

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// before is a limiter before doors that answer with the status in X-Want and
// repeat the body.
func before(e Edge, most, codes int) http.Handler {
	mux := http.NewServeMux()
	for _, door := range []string{doorDesk, doorElder, doorAPI, doorKiosk, doorCheckIns, "POST /elsewhere"} {
		mux.HandleFunc(door, func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.Header.Get("X-Want"))
			w.WriteHeader(n)
			_, _ = io.Copy(w, r.Body)
		})
	}
	refused := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
	machines := newLimiter(machineDoors, most, 0, time.Hour).guard(mux, mux, refused)
	return e.named(newLimiter(doors, most, codes, time.Hour).guard(mux, machines, refused))
}

func knock(h http.Handler, path, from, body string, want int, forwarded ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.RemoteAddr = from
	r.Header.Set("X-Want", strconv.Itoa(want))
	for _, f := range forwarded {
		r.Header.Add("X-Forwarded-For", f)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestOnlyFailuresCountAtTheDoors(t *testing.T) {
	t.Parallel()
	h := before(Edge{}, 3, 100)
	for _, status := range []int{200, 303, 201, 303, 500, 503, 422, 403, 401} {
		if w := knock(h, "/desk/sign-in", "192.0.2.1:1", "", status); w.Code != status {
			t.Fatalf("%d, want %d", w.Code, status)
		}
	}
	for _, path := range []string{"/desk/sign-in", "/elder/sign-in", "/api/v1/sessions"} {
		if w := knock(h, path, "192.0.2.1:2", "", 303); w.Code != http.StatusTooManyRequests {
			t.Errorf("%s after three failures: %d", path, w.Code)
		}
		if w := knock(h, path, "192.0.2.2:1", "", 303); w.Code != 303 {
			t.Errorf("%s from another address: %d", path, w.Code)
		}
	}
	if w := knock(h, "/elsewhere", "192.0.2.1:1", "", 200); w.Code != 200 {
		t.Errorf("what is no door: %d", w.Code)
	}
}

func TestWhoIsNotFoundAtAMachineKeepsNobodyFromSigningIn(t *testing.T) {
	t.Parallel()
	h := before(Edge{}, 2, 100)
	for _, path := range []string{"/elder/kiosk", "/api/v1/checkins"} {
		if w := knock(h, path, "192.0.2.1:1", "", 404); w.Code != 404 {
			t.Fatalf("%s: %d", path, w.Code)
		}
	}
	if w := knock(h, "/elder/kiosk", "192.0.2.1:1", "", 200); w.Code != http.StatusTooManyRequests {
		t.Errorf("cards may be guessed at a machine: %d", w.Code)
	}
	if w := knock(h, "/desk/sign-in", "192.0.2.1:1", "", 303); w.Code != 303 {
		t.Errorf("the clerk beside it can't sign in: %d", w.Code)
	}
}

func TestManyTriesAtOnceAreNoWayRoundTheLimit(t *testing.T) {
	t.Parallel()
	l, now := newLimiter(doors, 2, 100, time.Minute), time.Unix(1e9, 0)
	first, _ := l.try("a", false, now)
	second, ok := l.try("a", false, now)
	if !ok {
		t.Fatal("the second try is refused")
	}
	if _, ok := l.try("a", false, now); ok {
		t.Error("a third try while two are under way")
	}
	first(true)
	second(false)
	third, ok := l.try("a", false, now)
	if !ok {
		t.Fatal("a good sign-in is counted")
	}
	later := now.Add(time.Minute)
	if _, ok := l.try("a", true, later); !ok {
		t.Error("the window does not end")
	}
	third(false) // of the window before
	if l.tries["a"] != 1 || l.coded != 1 {
		t.Errorf("%d and %d are counted, want 1 and 1", l.tries["a"], l.coded)
	}
}

func TestAccessCodesCannotBeGuessedFromManyAddresses(t *testing.T) {
	t.Parallel()
	h := before(Edge{}, 30, 6)
	n := 0
	from := func() string { n++; return "198.51.100." + strconv.Itoa(n) + ":9" }
	code, staff := `{"access_code":"12345678"}`, `{"login":"a","password":"b"}`
	for range 3 {
		knock(h, "/elder/sign-in", from(), "code=1", 422)
		if w := knock(h, "/api/v1/sessions", from(), code, 403); w.Code != 403 || w.Body.String() != code {
			t.Fatalf("%d %q", w.Code, w.Body)
		}
		knock(h, "/api/v1/sessions", from(), staff, 403)
		knock(h, "/desk/sign-in", from(), "", 403)
	}
	long := `{"login":"a","password":"` + strings.Repeat("b", signInBytes) + `"}`
	for body, want := range map[string]int{code: 429, `{"access_code":null}`: 429, "not JSON": 429, long: 429, staff: 201, `{"access_code":"","login":"a"}`: 201} {
		if w := knock(h, "/api/v1/sessions", from(), body, 201); w.Code != want || want == 201 && w.Body.String() != body {
			t.Errorf("%.40s: %d, want %d", body, w.Code, want)
		}
	}
	if w := knock(h, "/elder/sign-in", from(), "code=1", 303); w.Code != 429 {
		t.Errorf("the elder's door: %d", w.Code)
	}
	if w := knock(h, "/desk/sign-in", from(), "", 303); w.Code != 303 {
		t.Errorf("the desk's door: %d", w.Code)
	}
}

func TestBehindAProxyEverybodyHasAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	trusted, err := parseProxies([]string{"10.0.0.0/8", " 192.0.2.7", "fd00::/8"})
	if err != nil {
		t.Fatal(err)
	}
	h := before(Edge{Trusted: trusted}, 1, 100)
	knock(h, "/desk/sign-in", "10.0.0.1:1", "", 403, "203.0.113.1")
	if w := knock(h, "/desk/sign-in", "10.0.0.1:1", "", 303, "203.0.113.2"); w.Code != 303 {
		t.Errorf("a neighbour behind the same proxy: %d", w.Code)
	}
	if w := knock(h, "/desk/sign-in", "10.0.0.9:1", "", 303, "8.8.8.8, 203.0.113.1"); w.Code != 429 {
		t.Errorf("the same client, who writes another address on the left: %d", w.Code)
	}
}

func TestTheClientIsTheRightMostForwardedAddressThatIsNoProxy(t *testing.T) {
	t.Parallel()
	trusted, err := parseProxies([]string{"10.0.0.0/8", "192.0.2.7", "fd00::/8"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why, peer string
		via       []string
		want      string
	}{
		{"no proxy", "203.0.113.9:80", nil, "203.0.113.9"},
		{"a stranger's word is nothing", "203.0.113.9:80", []string{"1.2.3.4"}, "203.0.113.9"},
		{"one proxy", "10.0.0.1:80", []string{"203.0.113.1"}, "203.0.113.1"},
		{"a chain", "10.0.0.1:80", []string{"1.2.3.4, 203.0.113.1, 192.0.2.7, 10.9.9.9"}, "203.0.113.1"},
		{"a chain in lines", "10.0.0.1:80", []string{"1.2.3.4", "203.0.113.1,192.0.2.7"}, "203.0.113.1"},
		{"with ports", "[fd00::1]:80", []string{"1.2.3.4", "[2001:db8::5]:4711"}, "2001:db8::5"},
		{"mapped", "[::ffff:10.0.0.1]:80", []string{"::ffff:203.0.113.1"}, "203.0.113.1"},
		{"nothing forwarded", "10.0.0.1:80", nil, "10.0.0.1"},
		{"proxies alone", "10.0.0.1:80", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"what is no address ends it", "10.0.0.1:80", []string{"203.0.113.1, unknown, 10.0.0.2"}, "10.0.0.2"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		r.Header["X-Forwarded-For"] = c.via
		if a, ok := (Edge{Trusted: trusted}).client(r); !ok || a.String() != c.want {
			t.Errorf("%s: %s, want %s", c.why, a, c.want)
		}
	}
	if _, err := parseProxies([]string{"10.0.0.0/8", "the proxy"}); err == nil {
		t.Error("a name is taken for a network")
	}
}

func TestAnAddressOfIPv6CountsByItsNetwork(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"192.0.2.1:80": "192.0.2.1", "[::ffff:192.0.2.1]:80": "192.0.2.1", "[2001:db8:1:2:3::4]:80": "2001:db8:1:2::/64", "@": "@",
	} {
		if got := addressKey(remote); got != want {
			t.Errorf("%s counts as %s, want %s", remote, got, want)
		}
	}
}
