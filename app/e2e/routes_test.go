package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
)

func TestEveryRouteServesWhoeverMayUseIt(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		for _, r := range s.routes(t) {
			s.renew(t, r)
			s.Open(t, s.Taiyuan.Clerk, s.Taiyuan.Elder)
			r = s.route(t, r.name) // with the forms as they are now
			a := s.send(t, r, s.path(t, r), s.session(t, s.who(r)))
			a.wellPut(t)
			want, isDoor := doors[r.name]
			switch to := a.Header().Get("Location"); {
			case isDoor && a.Code != want:
				t.Errorf("%s: %d, want %d", a.what, a.Code, want)
			case !isDoor && a.Code >= 400:
				t.Errorf("%s: whoever may is refused: %d %s", a.what, a.Code, a.say())
			case strings.HasSuffix(to, "/sign-in") && !strings.HasSuffix(r.pattern, "/sign-out"):
				t.Errorf("%s: whoever may is sent to sign in", a.what)
			}
		}
	})
}

// doors are the acts of signing in, whose fixtures are of nobody.
var doors = map[string]int{
	"POST /desk/sign-in":  http.StatusForbidden,
	"POST /elder/sign-in": http.StatusUnprocessableEntity,
	"sessions-create":     http.StatusForbidden,
}

// renew makes what an act uses up.
func (s *site) renew(t *testing.T, r route) {
	t.Helper()
	if r.method == http.MethodGet {
		return
	}
	for _, m := range more {
		if m.renew != nil {
			m.renew(t, s, r)
		}
	}
	post := func() civic.RequestID { return s.ReportPost(t, s.Taiyuan).Request }
	take := func(id civic.RequestID) civic.RequestID {
		s.must(t, s.Casework.Take(t.Context(), s.Taiyuan.HospitalClerk, id))
		return id
	}
	switch _, act, _ := strings.Cut(r.pattern, "}"); {
	case strings.Contains(r.pattern, "{draft}"):
		s.newDraft(t)
	case strings.Contains(r.pattern, "{grant}"):
		s.Taiyuan.Grant = s.Give(t, s.Taiyuan.Elder, s.Taiyuan.Daughter, "*")
	case act == "/take":
		s.open = post()
	case act == "/resolve":
		s.taken = take(post())
	case act == "/confirm":
		for _, id := range []*civic.RequestID{&s.resolved, &s.resolvedToo} {
			*id = take(post())
			s.must(t, s.Casework.Resolve(t.Context(), s.Taiyuan.HospitalClerk, *id, "寄了，单号 SF0005。"))
		}
	}
}

// route finds a route by its name.
func (s *site) route(t *testing.T, name string) route {
	t.Helper()
	for _, r := range s.routes(t) {
		if r.name == name {
			return r
		}
	}
	t.Fatal("no route ", name)
	return route{}
}

func TestEveryRouteRefusesWhoeverIsNotSignedIn(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		before := s.dump(t)
		for _, r := range s.routes(t) {
			for _, token := range []string{"", "a token of nobody"} {
				a := s.send(t, r, s.path(t, r), token)
				a.wellPut(t)
				s.tellsNothing(t, a, "nobody")
				if !r.open {
					a.refusedAtTheDoor(t, r)
				}
			}
		}
		if diff := difference(before, s.dump(t)); diff != "" {
			t.Errorf("nobody wrote:\n%s", diff)
		}
	})
}

// refusedAtTheDoor checks that an answer asks to sign in.
func (a *answer) refusedAtTheDoor(t *testing.T, r route) {
	t.Helper()
	switch {
	case r.program():
		if a.Code != http.StatusUnauthorized || a.Header().Get("Www-Authenticate") == "" {
			t.Errorf("%s: %d, want 401 with how to sign in", a.what, a.Code)
		}
	case r.method == http.MethodGet:
		if a.Code != http.StatusSeeOther || a.Header().Get("Location") != r.face.SignIn() {
			t.Errorf("%s: %d to %q, want the sign-in page", a.what, a.Code, a.Header().Get("Location"))
		}
	case a.Code != http.StatusForbidden || a.doc == nil || a.doc.Find(`main a[href="`+r.face.SignIn()+`"]`).Length() == 0:
		t.Errorf("%s: %d, want a page that leads to signing in", a.what, a.Code)
	}
}

// openToSupervisor are the routes on which a supervisor is not refused, each
// with the reason.
var openToSupervisor = map[string]string{
	"GET /desk":       "the workbench itself, without the search box",
	"me":              "who one is",
	"sessions-delete": "signing out",
}

func TestASupervisorSeesNoPersonOnAnyRoute(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		before := s.dump(t)
		for _, r := range s.routes(t) {
			if r.open {
				continue
			}
			a := s.send(t, r, s.path(t, r), s.session(t, s.Taiyuan.Supervisor))
			a.wellPut(t)
			s.tellsNothing(t, a, "the supervisor")
			_, fine := openToSupervisor[r.name]
			switch {
			case r.face == kit.Elder, r.face == kit.FieldFace, r.name == "reads-create", r.name == "checkins-create": // a device's own token alone does
				a.refusedAtTheDoor(t, r)
			case fine && a.Code >= 400:
				t.Errorf("%s: %d, but %s", a.what, a.Code, openToSupervisor[r.name])
			case !fine && a.Code != http.StatusForbidden && a.Code != http.StatusNotFound:
				t.Errorf("%s: the supervisor gets %d, want a refusal", a.what, a.Code)
			}
		}
		if diff := difference(withoutSessions(before), withoutSessions(s.dump(t))); diff != "" {
			t.Errorf("the supervisor wrote:\n%s", diff)
		}
	})
}

// withoutSessions drops the rows of who is signed in.
func withoutSessions(lines []string) []string {
	var out []string
	for _, l := range lines {
		if !strings.HasPrefix(l, "sign_session ") {
			out = append(out, l)
		}
	}
	return out
}

func TestASessionOfOneFaceOpensNothingOnTheOther(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		before := s.dump(t)
		for _, r := range s.routes(t) {
			if r.open {
				continue
			}
			switch r.face {
			case kit.Desk: // the elder herself has no business at the workbench
				a := s.send(t, r, s.path(t, r), s.session(t, person(s.Taiyuan.Elder)))
				a.refusedAtTheDoor(t, r)
				s.tellsNothing(t, a, "a person at the desk")
			case kit.FieldFace: // a desk's session is not bound to a phone
				a := s.send(t, r, s.path(t, r), s.session(t, s.Taiyuan.Clerk))
				a.refusedAtTheDoor(t, r)
				s.tellsNothing(t, a, "a session of the desk in the field")
			case kit.Elder: // the clerk who has her open works at the desk
				a := s.send(t, r, s.path(t, r), s.session(t, s.Taiyuan.Clerk))
				a.refusedAtTheDoor(t, r)
				s.tellsNothing(t, a, "a clerk on the elder's pages")
			}
		}
		if diff := difference(withoutSessions(before), withoutSessions(s.dump(t))); diff != "" {
			t.Errorf("the wrong face wrote:\n%s", diff)
		}
	})
}

func TestAStrangerAndAFarClerkLearnNothingOnAnyRoute(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		for _, r := range s.routes(t) {
			if r.open {
				continue
			}
			who := map[string]civic.Actor{"a stranger": person(s.Taiyuan.Stranger), "a clerk of another province": s.Xihu.Clerk}
			if r.name == "people-open" || strings.HasSuffix(r.name, "/open") || strings.HasSuffix(r.name, "/glass") {
				delete(who, "a clerk of another province") // the fixture has the card in hand, or an emergency
			}
			if r.name == "POST /elder/find" {
				r.form = url.Values{"number": {string(civic.NewNumber())}} // a field keeps what was typed into it
			}
			for name, actor := range who {
				a := s.send(t, r, s.path(t, r), s.session(t, actor))
				a.wellPut(t)
				s.tellsNothing(t, a, name)
			}
		}
	})
}

func TestAFormFromAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		before := s.dump(t)
		for _, r := range s.routes(t) {
			if r.method == http.MethodGet {
				continue
			}
			token := s.session(t, s.who(r))
			for _, headers := range [][]string{
				{"Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site"},
				{"Origin", "https://elsewhere.example"},
				{"Sec-Fetch-Site", "same-site"},
			} {
				a := s.send(t, r, s.path(t, r), token, headers...)
				a.wellPut(t)
				if a.Code != http.StatusForbidden || a.Header().Get("Set-Cookie") != "" {
					t.Errorf("%s with %v: %d, want 403", a.what, headers, a.Code)
				}
			}
		}
		if diff := difference(withoutSessions(before), withoutSessions(s.dump(t))); diff != "" {
			t.Errorf("another site wrote:\n%s", diff)
		}
	})
}

func TestEveryRouteSaysThatTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		type visit struct {
			route
			path, token string
		}
		var visits []visit
		for _, r := range s.routes(t) {
			visits = append(visits, visit{r, s.path(t, r), s.session(t, s.who(r))})
		}
		if err := s.DB.Close(); err != nil {
			t.Fatal(err)
		}
		for _, v := range visits {
			a := s.send(t, v.route, v.path, v.token)
			a.wellPut(t)
			if !v.open && a.Code != http.StatusServiceUnavailable {
				t.Errorf("%s: %d, want 503", a.what, a.Code)
			}
			if a.Code == http.StatusServiceUnavailable && !v.program() && a.doc == nil {
				t.Errorf("%s: 503 is no page", a.what)
			}
		}
		for path, want := range map[string]int{"/healthz": 200, "/readyz": 503, "/status": 503, "/metrics": 403, "/": 200, "/services": 503} {
			if a := s.send(t, route{method: "GET", pattern: path}, path, ""); a.Code != want {
				t.Errorf("%s: %d, want %d", path, a.Code, want)
			}
		}
	})
}

func TestAnUnknownAddressIsAPageThatLeadsBack(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		for _, path := range []string{"/nowhere", "/desk/nowhere", "/elder/drafts/", "/desk/people/x/y/z", "/look", "/%00", "/%ff", "/static/nowhere.css", "/static/"} {
			a := s.send(t, route{method: "GET", pattern: path}, path, "")
			a.wellPut(t)
			if a.Code != http.StatusNotFound {
				t.Errorf("%s: %d, want 404", path, a.Code)
			} else if a.doc == nil || a.doc.Find("main a[href]").Length() == 0 {
				t.Errorf("%s: 404 is no page with a way on", path)
			}
		}
		for _, path := range []string{"/api/nowhere", "/api/v1/people/x/y/z"} {
			a := s.send(t, route{method: "GET", pattern: path, face: apiFace}, path, "")
			a.wellPut(t)
			if a.Code != http.StatusNotFound || a.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s: %d %s, want a problem document", path, a.Code, a.Header().Get("Content-Type"))
			}
		}
		for _, r := range []route{{method: "GET", pattern: "/desk/people/{person}"}, {method: "GET", pattern: "/desk/drafts/{draft}"}, {method: "GET", pattern: "/desk/requests/{request}"}} {
			path := strings.NewReplacer("{person}", "nobody", "{draft}", "none", "{request}", "none").Replace(r.pattern)
			a := s.send(t, r, path, s.session(t, s.Taiyuan.Clerk))
			a.wellPut(t)
			if a.Code != http.StatusNotFound || a.doc == nil {
				t.Errorf("%s: %d, want a page with 404", path, a.Code)
			}
		}
	})
}
