package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/channel/api"
	"yinqiao/channel/web"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
)

// route is one page, act or operation, with the IDs of real things filled in.
type route struct {
	name, method, pattern string
	face                  kit.Face // "api" for operations
	open                  bool     // needs no session
	form                  url.Values
	body                  string // JSON, for operations
}

const apiFace kit.Face = "api"

// site is a story that is served.
type site struct {
	*story
	handler http.Handler
	sent    int
}

func eachSite(t *testing.T, fn func(t *testing.T, s *site)) {
	t.Helper()
	eachWorld(t, func(t *testing.T, s *story) { fn(t, &site{story: s, handler: s.Handler()}) })
}

// session signs a party in and returns the token, for a cookie or a bearer.
func (s *site) session(t *testing.T, a civic.Actor) string {
	t.Helper()
	ctx, err := s.Sessions.Load(t.Context(), "")
	s.must(t, err)
	switch {
	case a.Operator.Kind == civic.PartyDevice && a.Channel != civic.ChannelKiosk:
		return s.made["token."+a.Operator.ID]
	case a.Channel == civic.ChannelField:
		s.must(t, s.Sessions.EnterOn(ctx, a.Staff(), a.Device))
	default:
		s.must(t, s.Sessions.Enter(ctx, a.Operator))
	}
	if me := a.Person(); me != "" { // whom they named a moment ago, on their own pages
		for _, m := range []string{"give", "ask"} {
			s.Sessions.Put(ctx, "named for "+m, fmt.Sprintf("%s\n%s\n某*\n%d", me, s.Taiyuan.Stranger, s.Clock.Now().Add(time.Minute).Unix()))
		}
	}
	if a.Staff() != "" {
		s.Sessions.Put(ctx, "reader", s.made["reader"])
	}
	token, _, err := s.Sessions.Commit(ctx)
	s.must(t, err)
	return token
}

// rightful is who may use a route.
func (s *site) who(r route) civic.Actor {
	for _, m := range more {
		if m.who == nil {
			continue
		}
		if a := m.who(s, r); !a.Operator.None() {
			return a
		}
	}
	switch {
	case r.face == kit.Elder:
		return person(s.Taiyuan.Elder)
	case strings.HasSuffix(r.pattern, "/take"), strings.HasSuffix(r.pattern, "/take-over"), strings.HasSuffix(r.pattern, "/release"), strings.HasSuffix(r.pattern, "/resolve"), strings.HasSuffix(r.pattern, "/cases"), strings.HasSuffix(r.pattern, "/queue"):
		return s.Taiyuan.HospitalClerk
	}
	return s.Taiyuan.Clerk
}

// routes lists every page of the web and every operation of the API.
func (s *site) routes(t *testing.T) []route {
	t.Helper()
	var out []route
	forms := s.forms()
	for face, rts := range web.Routes(&web.Rooms{}) {
		for _, rt := range rts {
			method, pattern, ok := strings.Cut(rt.Pattern, " ")
			if !ok {
				method, pattern = http.MethodGet, rt.Pattern
			}
			r := route{name: rt.Pattern, method: method, pattern: strings.TrimSuffix(pattern, "{$}"), face: face, open: rt.Open}
			if method == http.MethodPost {
				form, ok := forms[rt.Pattern]
				if !ok {
					t.Fatalf("%s has no form: add one to site.forms in routes_fixture_test.go", rt.Pattern)
				}
				r.form = form
			}
			out = append(out, r)
		}
	}
	out = append(out, s.operations(t)...)
	out = append(out, s.interactions(t)...)
	slices.SortFunc(out, func(a, b route) int { return cmp.Compare(a.name, b.name) })
	if len(out) < 55 {
		t.Fatalf("only %d routes: the walk is broken", len(out))
	}
	return out
}

// operations lists what the OpenAPI document says that the API can do.
func (s *site) operations(t *testing.T) []route {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string
			Security    []any
			RequestBody any
		}
	}
	s.must(t, json.Unmarshal([]byte(s.send(t, route{method: "GET"}, "/api/openapi.json", "").body), &doc))
	var out []route
	bodies := s.bodies()
	for path, ops := range doc.Paths {
		for method, op := range ops {
			r := route{name: op.OperationID, method: strings.ToUpper(method), pattern: api.Prefix + path, face: apiFace, open: len(op.Security) == 0}
			if op.RequestBody != nil {
				body, ok := bodies[op.OperationID]
				if !ok {
					t.Fatalf("operation %s has no body: add one to site.bodies in routes_fixture_test.go", op.OperationID)
				}
				b, err := json.Marshal(body)
				s.must(t, err)
				r.body = string(b)
			}
			out = append(out, r)
		}
	}
	return out
}

// path fills the parameters of a route's pattern.
func (s *site) path(t *testing.T, r route) string {
	t.Helper()
	fill := map[string]string{"person": string(s.Taiyuan.Elder), "draft": string(s.draft), "grant": s.Taiyuan.Grant, "service": "report-post", "request": string(s.open)}
	switch {
	case strings.HasSuffix(r.pattern, "/resolve"):
		fill["request"] = string(s.taken)
	case strings.HasSuffix(r.pattern, "/release"):
		fill["request"] = string(s.held)
	case strings.HasSuffix(r.pattern, "/take-over"):
		fill["request"] = string(s.theirs)
	case strings.HasSuffix(r.pattern, "/confirm"):
		fill["request"] = string(s.resolved)
		if r.face == kit.Elder {
			fill["request"] = string(s.resolvedToo)
		}
	}
	for _, m := range more {
		if m.path != nil {
			maps.Copy(fill, m.path(s, r))
		}
	}
	out := regexp.MustCompile(`\{(\w+)\}`).ReplaceAllStringFunc(r.pattern, func(p string) string {
		id := fill[strings.Trim(p, "{}")]
		if id == "" {
			t.Fatalf("%s: no value for %s: add one to site.path in routes_fixture_test.go", r.name, p)
		}
		return id
	})
	needsDivision := strings.Contains(r.pattern, "/services") || r.name == "places-near" || r.name == "disputes-list" || r.name == "merges-list"
	if needsDivision && r.face == apiFace {
		out += "?division=140105"
	}
	return out
}

// moreRoutes is what the files of single nouns add, by init: forms and bodies, the
// values of path parameters, who may use a route, and what an act uses up.
type moreRoutes struct {
	forms  func(s *site) map[string]url.Values
	bodies func(s *site) map[string]any
	path   func(s *site, r route) map[string]string
	who    func(s *site, r route) civic.Actor // the zero Actor says nothing
	renew  func(t *testing.T, s *site, r route)
}

var more []moreRoutes

// forms are the forms of every act, filled in rightly.
func (s *site) forms() map[string]url.Values {
	draft := url.Values{"rev": {fmt.Sprint(s.rev)}, "asked": {"hospital", "report", "to", "phone", "note"}, "own-to": {""}, "hangup": {""}}
	for key, texts := range s.Taiyuan.ReportAnswers() {
		draft["a-"+key] = texts
	}
	draft["a-to"], draft["own-to"] = []string{"~"}, []string{"家里，交给女儿"}
	one := func(kv ...string) url.Values {
		v := url.Values{}
		for i := 0; i+1 < len(kv); i += 2 {
			v.Set(kv[i], kv[i+1])
		}
		return v
	}
	n := s.NewPerson(s.Taiyuan.Street, "周新来")
	all := map[string]url.Values{
		"POST /look":                                       one("to", "/services", "text", "2", "contrast", "high", "keys", "off"),
		"POST /desk/sign-in":                               one("login", "nobody", "password", "wrong", "code", "", "demo", ""),
		"POST /desk/sign-out":                              one(),
		"POST /desk/find":                                  one("text", s.Taiyuan.ElderID),
		"POST /desk/register":                              one("name", n.Name, "division", string(n.Division), "kind", "resident_id", "card", n.Credentials[0].Number, "address", "二号路2号", "phone", n.Phones[0].Number, "distinct", "1"),
		"POST /desk/people/{person}/open":                  one("reason", "本人来窗口", "presented", "1", "agent", "", "agent-card", ""),
		"POST /desk/people/{person}/code":                  one(),
		"POST /desk/people/{person}/grants":                one("agent", s.Xihu.ElderID, "relation", "孙女", "services", "*", "how", "in_person", "until", ""),
		"POST /desk/people/{person}/grants/{grant}/revoke": one(),
		"POST /desk/people/{person}/drafts":                one("service", "report-post"),
		"POST /desk/drafts/{draft}":                        draft,
		"POST /desk/drafts/{draft}/submit":                 one("rev", fmt.Sprint(s.rev)),
		"POST /desk/requests/{request}/take":               one(),
		"POST /desk/requests/{request}/take-over":          one(),
		"POST /desk/requests/{request}/release":            one(),
		"POST /elder/find":                                 one("number", string(s.draftNumber)),
		"POST /desk/requests/{request}/resolve":            one("outcome", "寄了，单号 SF0003。"),
		"POST /desk/requests/{request}/confirm":            one("solved", "yes"),
		"POST /elder/sign-in":                              one("code", "12345678", "demo", ""),
		"POST /elder/sign-out":                             one(),
		"POST /elder/as":                                   one("person", ""),
		"POST /elder/agents/{grant}/revoke":                one(),
		"POST /elder/drafts":                               one("service", "report-post"),
		"POST /elder/drafts/{draft}":                       one("key", "to", "rev", fmt.Sprint(s.rev), "answer", "~", "own", "儿子家"),
		"POST /elder/drafts/{draft}/submit":                one("rev", fmt.Sprint(s.rev)),
		"POST /elder/requests/{request}/confirm":           one("solved", "yes"),
	}
	for _, m := range more {
		if m.forms != nil {
			maps.Copy(all, m.forms(s))
		}
	}
	return all
}

// bodies are the bodies of the operations that have one.
func (s *site) bodies() map[string]any {
	type object = map[string]any
	n := s.NewPerson(s.Taiyuan.Street, "周新来")
	all := map[string]any{
		"sessions-create": object{"login": "nobody", "password": "wrong"},
		"people-search":   object{"text": s.Taiyuan.ElderID},
		"people-register": object{"name": n.Name, "division": n.Division, "distinct": true, "credentials": []object{{"kind": "resident_id", "number": n.Credentials[0].Number}}},
		"people-open":     object{"reason": "本人来窗口", "presented": true},
		"people-grant":    object{"agent": s.Taiyuan.Stranger, "relation": "孙女", "services": []string{"*"}},
		"drafts-start":    object{"service": "report-post", "person": s.Taiyuan.Elder},
		"drafts-answer":   object{"rev": s.rev, "answers": s.Taiyuan.ReportAnswers()},
		"numbers-find":    object{"number": s.draftNumber},
		"cases-resolve":   object{"outcome": "寄了，单号 SF0004。"},
		"cases-confirm":   object{"solved": true},
	}
	for _, m := range more {
		if m.bodies != nil {
			maps.Copy(all, m.bodies(s))
		}
	}
	return all
}

var fieldRead = regexp.MustCompile(`(?:PostFormValue\(|Field\(r, |PostForm\[)"([a-z-]+)"`)

// fieldsOfSource lists the names of form fields that the pages' source reads.
func fieldsOfSource(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir("../../channel/web", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range fieldRead.FindAllStringSubmatch(string(b), -1) {
			out[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
