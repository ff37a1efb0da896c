package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/engine/calls"
)

func init() {
	more = append(more, moreRoutes{forms: phoneForms, path: phonePath, who: phoneWho, renew: func(t *testing.T, s *site, r route) { s.renewCalls(t, r) }})
	openToSupervisor["GET /desk/calls/watch"] = "how the telephone is answered, without people"
	openToSupervisor["GET /desk/calls/changes"] = "that something has changed, and not what"
	// No line is open in a story: a telephone can't be had, and that is said.
	doors["POST /desk/calls/{call}/browser"] = http.StatusServiceUnavailable
	doors["POST /desk/call-backs/{back}/call"] = http.StatusServiceUnavailable
	doors["POST /desk/calls/{call}/desk"] = http.StatusConflict
	for verb, why := range map[string]string{"Calls.Talking": "memory of whoever is signed in, for the frame of their own pages"} {
		actorless[verb] = why
	}
	moreVerbs = append(moreVerbs, func(_ *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		return map[string]byType{"Calls.One": {textType: {s.made["call to Take"]}}}, map[string]civic.Actor{"Calls.One": s.operator()}
	})
}

func phoneForms(*site) map[string]url.Values {
	return map[string]url.Values{
		"POST /desk/calls/on":               {"skills": {"general"}, "extension": {"801"}},
		"POST /desk/calls/off":              {},
		"POST /desk/calls/{call}/browser":   {"offer": {"v=0"}},
		"POST /desk/calls/{call}/desk":      {},
		"POST /desk/calls/{call}/hangup":    {},
		"POST /desk/calls/{call}/pass":      {"skill": {"clinic"}},
		"POST /desk/call-backs/{back}":      {},
		"POST /desk/call-backs/{back}/call": {"offer": {"v=0"}},
		"POST /desk/call-backs/{back}/kept": {"outcome": {calls.Reached}},
	}
}

func phonePath(s *site, r route) map[string]string {
	call, back := "Take", "CallBackNumber"
	switch {
	case strings.HasSuffix(r.pattern, "/hangup"):
		call = "Hangup"
	case strings.HasSuffix(r.pattern, "/pass"):
		call = "Pass"
	case strings.HasSuffix(r.pattern, "/kept"):
		back = "KeepCallBack"
	}
	return map[string]string{"call": s.made["call to "+call], "back": s.made["call to "+back]}
}

func phoneWho(s *site, r route) civic.Actor {
	switch {
	case r.pattern == "/desk/calls/watch":
		return s.Taiyuan.Supervisor
	case strings.HasPrefix(r.pattern, "/desk/call"):
		return s.operator()
	}
	return civic.Actor{}
}

// renewCalls brings a call that the operator has taken, where an act ends it.
func (s *site) renewCalls(t *testing.T, r route) {
	t.Helper()
	for suffix, verb := range map[string]string{"/hangup": "Hangup", "/pass": "Pass"} {
		if !strings.HasPrefix(r.pattern, "/desk/calls/") || !strings.HasSuffix(r.pattern, suffix) {
			continue
		}
		o := s.Calls.Begin("03511112222", s.Taiyuan.Division, func() {})
		o.Wait(false)
		if _, err := s.Calls.Take(t.Context(), s.operator(), o.ID(), receiver{make(chan struct{})}); err != nil {
			t.Fatal(err)
		}
		s.made["call to "+verb] = o.ID()
	}
}
