package web_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/alexedwards/scs/v2"

	"yinqiao/channel/web"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/staff"
)

const card = "14019919460307002X"

// away is a session store whose database is away.
type away struct{}

var errAway = civic.E(civic.Unavailable, "db.away", "现在连不上，请过几分钟再试。").Because(errors.New("no connection for " + card))

func (away) Find(string) ([]byte, bool, error)      { return nil, false, errAway }
func (away) Commit(string, []byte, time.Time) error { return errAway }
func (away) Delete(string) error                    { return errAway }

// rooms are pages without any service behind them.
func rooms(log *strings.Builder) *web.Rooms {
	m := scs.New()
	return &web.Rooms{Sessions: &staff.Sessions{SessionManager: m}, Log: slog.New(slog.NewTextHandler(log, nil)),
		Ping: func(context.Context) error { return errAway }, Now: time.Now}
}

// send sends a request with a cookie of a session.
func send(h http.Handler, method, target, form string) (*httptest.ResponseRecorder, *goquery.Document) {
	r := httptest.NewRequest(method, target, strings.NewReader(form))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: "session", Value: "a-token"})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		panic(err) // any text is a document
	}
	return w, doc
}

func TestThePublicPagesAnswerWhenTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	rm := rooms(&log)
	rm.Sessions.Store = away{}
	mux := http.NewServeMux()
	web.Mount(mux, *rm)
	for path, want := range map[string]int{"/": 200, "/static/yinqiao.css": 200, "/nowhere": 404, "/elder/sign-in": 503, "/desk/sign-in": 503} {
		if w, _ := send(mux, "GET", path, ""); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	w, _ := send(mux, "GET", "/status", "")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "✗") || !strings.Contains(w.Body.String(), "✓") {
		t.Errorf("/status: %d\n%s", w.Code, w.Body.String())
	}
	if w, _ := send(mux, "POST", "/look", "text=2&to=/status"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/status" {
		t.Errorf("the look: %d to %q", w.Code, w.Header().Get("Location"))
	}
	if strings.Contains(log.String(), card) || !strings.Contains(log.String(), "no connection for …") {
		t.Errorf("the log has not the cause without the number: %s", log.String())
	}
}

func TestAPageThatPanicsIsAnsweredWithAPageAndLoggedWithoutNumbers(t *testing.T) {
	t.Parallel()
	for _, face := range []kit.Face{kit.Public, kit.Elder, kit.Desk} {
		var log strings.Builder
		rm := rooms(&log)
		mux := http.NewServeMux()
		mux.Handle("GET /x/{id}", rm.Serve(face, kit.Route{Pattern: "GET /x/{id}", Do: func(_ http.ResponseWriter, r *http.Request) error {
			if face != kit.Public {
				rm.Sessions.Put(r.Context(), "half", "done")
			}
			panic("what is " + card)
		}}))
		w, doc := send(mux, "GET", "/x/1", "")
		if w.Code != http.StatusInternalServerError || doc.Find("main .result a[href]").Length() == 0 || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %v\n%s", face, w.Code, w.Header(), w.Body.String())
		}
		if l := log.String(); !strings.Contains(l, `route="GET /x/{id}"`) || !strings.Contains(l, `cause="what is …"`) || strings.Contains(l, card) {
			t.Errorf("%s: logged %s", face, l)
		}
	}
}

func TestAnAbortedAnswerStaysAborted(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	h := rooms(&log).Serve(kit.Public, kit.Route{Do: func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) }})
	defer func() {
		if p := recover(); p != http.ErrAbortHandler { //nolint:errorlint // it is that very value
			t.Errorf("recovered %v", p)
		}
	}()
	send(h, "GET", "/", "")
}

var parameter = regexp.MustCompile(`\{\w+\}`)

func TestTheButtonsOfTheLookLeadToAPageAfterEveryAct(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	all := web.Routes(rooms(&log))
	pages := http.NewServeMux()
	for _, routes := range all {
		for _, rt := range routes {
			pages.Handle(rt.Pattern, http.NotFoundHandler())
		}
	}
	acts := 0
	for face, routes := range all {
		for _, rt := range routes {
			path, act := strings.CutPrefix(rt.Pattern, "POST ")
			if !act {
				continue
			}
			acts++
			rt.Do = func(http.ResponseWriter, *http.Request) error { return civic.E(civic.Invalid, "x", "不对。") }
			mux := http.NewServeMux()
			mux.Handle(rt.Pattern, rooms(&log).Serve(face, rt))
			_, doc := send(mux, "POST", parameter.ReplaceAllString(path, "one"), "key=to")
			to := doc.Find(`form[action="/look"] input[name=to]`).First().AttrOr("value", "")
			u, err := url.Parse(to)
			if err != nil || to == "" {
				t.Errorf("%s: leads to %q", rt.Pattern, to)
				continue
			}
			_, page := pages.Handler(httptest.NewRequest("GET", to, nil))
			if !strings.HasPrefix(page, "GET ") {
				t.Errorf("%s: leads to %s, which is %q", rt.Pattern, to, page)
			}
			if _, ok := leads[rt.Pattern]; !ok && face != kit.Public && !strings.HasPrefix(parameter.ReplaceAllString(path, "one"), u.Path) {
				t.Errorf("%s: leads to %s, another matter", rt.Pattern, to)
			}
			if want, ok := leads[rt.Pattern]; ok && to != want {
				t.Errorf("%s: leads to %s, want %s", rt.Pattern, to, want)
			}
		}
	}
	if acts < 20 {
		t.Errorf("only %d acts: the walk is broken", acts)
	}
}

// leads are the pages that some acts lead to.
var leads = map[string]string{
	// Acts on one thing of a page that is under another address.
	"POST /elder/give/{other}/{relation}/{what}/{months}":  "/elder/agents",
	"POST /elder/ask/{other}/{relation}/{what}/{months}":   "/elder/agents",
	"POST /elder/phones/{contact}/confirm":                 "/elder/me",
	"POST /desk/call-backs/{back}":                         "/desk/calls",
	"POST /desk/call-backs/{back}/call":                    "/desk/calls",
	"POST /desk/call-backs/{back}/kept":                    "/desk/calls",
	"POST /desk/manage/services/check":                     "/desk/manage/services/new",
	"POST /desk/manage/services/publish":                   "/desk/manage/services/new",
	"POST /desk/people/{person}/printed-card":              "/desk/people/one/cards",
	"POST /desk/disputes/{dispute}":                        "/desk/settle",
	"POST /desk/merges/{merge}/undo":                       "/desk/settle",
	"POST /desk/people/{person}/death":                     "/desk/people/one/standing",
	"POST /desk/people/{person}/alive":                     "/desk/people/one/standing",
	"POST /desk/people/{person}/guardians":                 "/desk/people/one/standing",
	"POST /desk/people/{person}/guardians/{grant}/end":     "/desk/people/one/standing",
	"POST /desk/people/{person}/guardians/{grant}/confirm": "/desk/people/one/standing",
	"POST /elder/drafts/{draft}/wait":                      "/elder/drafts/one/full",
	"POST /desk/drafts/{draft}/wait":                       "/desk/drafts/one/full",
	"POST /desk/week/check":                                "/desk/week/sheet",
	"POST /desk/week/publish":                              "/desk/week/sheet",
	"POST /look":                                           "/",
	"POST /desk/find":                                      "/desk",
	"POST /desk/drafts/{draft}":                            "/desk/drafts/one?edit=1",
	"POST /desk/drafts/{draft}/submit":                     "/desk/drafts/one",
	"POST /desk/people/{person}/open":                      "/desk/people/one",
	"POST /desk/people/{person}/code":                      "/desk/people/one",
	"POST /desk/people/{person}/grants":                    "/desk/people/one/grants",
	"POST /elder/drafts/{draft}":                           "/elder/drafts/one?q=to",
}

func TestTheButtonsOfTheLookKeepThePageWithItsQuery(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/elder/drafts/one?q=to": "/elder/drafts/one?q=to", "/x/%E6%8A%A5?edit=1": "/x/%E6%8A%A5?edit=1",
		"/desk/people/one?q=140199194603070224&text=%E7%8E%8B": "/desk/people/one" /* typed into the address, by whomever */, "http://else.example//else": "/elder",
	} {
		if got := kit.FrameOf(httptest.NewRequest("GET", target, nil), kit.Elder).Path; got != want {
			t.Errorf("%s: back to %q, want %q", target, got, want)
		}
	}
	if got := kit.FrameOf(httptest.NewRequest("POST", "/unknown", nil), kit.Desk).Path; got != "/desk" {
		t.Errorf("after an unknown act: %q", got)
	}
}
