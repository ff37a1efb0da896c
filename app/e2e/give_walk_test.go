package e2e

import (
	"net/http"
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/staff"
)

// plainSession signs a party in and nothing else.
func (s *site) plainSession(t *testing.T, p civic.Party) string {
	t.Helper()
	ctx, err := s.Sessions.Load(t.Context(), "")
	s.must(t, err)
	s.must(t, s.Sessions.Enter(ctx, p))
	token, _, err := s.Sessions.Commit(ctx)
	s.must(t, err)
	return token
}

func (s *site) giveRoute(t *testing.T, pattern string) route {
	t.Helper()
	for _, r := range s.routes(t) {
		if r.name == pattern {
			return r
		}
	}
	t.Fatalf("no route %s", pattern)
	return route{}
}

func TestALinkAloneNamesNobodyToWhomAGrantIsGiven(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		grants := func() int {
			return s.Count(t, `SELECT COUNT(*) FROM proxy_grant WHERE agent = $1 AND state <> 'revoked'`, s.Taiyuan.Stranger)
		}
		before := grants()
		for _, m := range []string{"give", "ask"} {
			first := "/elder/" + m
			link := first + "/" + string(s.Taiyuan.Stranger)
			token := s.plainSession(t, civic.Party{Kind: civic.PartyPerson, ID: string(s.Taiyuan.Elder)})
			page := s.giveRoute(t, "GET "+first+"/{other}/{relation}/{what}/{months}")
			finish := s.giveRoute(t, "POST "+first+"/{other}/{relation}/{what}/{months}")
			for _, tail := range []string{"", "/0", "/0/all", "/0/all/0"} {
				if a := s.send(t, page, link+tail, token); a.Code != http.StatusSeeOther || a.Header().Get("Location") != first {
					t.Errorf("%s%s from a link: %d to %q", link, tail, a.Code, a.Header().Get("Location"))
				}
			}
			if a := s.send(t, finish, link+"/0/all/0", token); a.Code != http.StatusSeeOther || a.Header().Get("Location") != first || grants() != before {
				t.Errorf("%s: a grant was made of a link: %d to %q", m, a.Code, a.Header().Get("Location"))
			}
			named := s.send(t, s.giveRoute(t, "POST "+first+"/who"), first+"/who", token)
			at := named.Header().Get("Location")
			if named.Code != http.StatusSeeOther || !strings.HasPrefix(at, first+"/") {
				t.Fatalf("naming: %d to %q", named.Code, at)
			}
			for _, tail := range []string{"", "/0", "/0/all", "/0/all/0"} {
				if a := s.send(t, page, at+tail, token); a.Code != http.StatusOK || !strings.Contains(a.doc.Find("main").Text(), "钱*亲") {
					t.Errorf("%s%s does not name whom she chose: %d", at, tail, a.Code)
				}
			}
			if a := s.send(t, page, link+"/0/all/0", token); a.Header().Get("Location") != first {
				t.Errorf("%s: another than the one she named is offered", m)
			}
			if a := s.send(t, finish, at+"/0/all/0", token); a.Code >= 400 {
				t.Errorf("%s: %d", m, a.Code)
			}
			if a := s.send(t, page, at+"/0/all/0", token); a.Header().Get("Location") != first {
				t.Errorf("%s: what was chosen is offered twice", m)
			}
		}
	})
}

func TestAnAdministratorEntersAGuardianWithAScanAtTheDesk(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		admin := s.Hire(t, "管理员", s.Taiyuan.CivilAffairs, staff.Post{Role: staff.Administrator, Division: s.Taiyuan.Division})
		r := s.giveRoute(t, "POST /desk/people/{person}/guardians")
		if a := s.send(t, r, s.path(t, r), s.session(t, admin)); a.Code != http.StatusSeeOther {
			t.Errorf("%d: %.300s", a.Code, a.body)
		}
	})
}

func TestTheHomePageTellsOfACodeThatTheWindowDrew(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		home, p := s.giveRoute(t, "GET /elder"), s.Person(t, s.Taiyuan.Street)
		token := s.plainSession(t, civic.Party{Kind: civic.PartyPerson, ID: string(p)})
		if a := s.send(t, home, "/elder", token); a.doc.Find("#code-notice").Length() != 0 {
			t.Error("it tells of a code that nobody drew")
		}
		s.Open(t, s.Taiyuan.Clerk, p)
		_, err := s.Grant.IssueCode(t.Context(), s.Taiyuan.Clerk, p)
		s.must(t, err)
		if a := s.send(t, home, "/elder", token); !strings.Contains(a.doc.Find("#code-notice").Text(), "窗口给您开过登录口令。不是您要的，请打") {
			t.Errorf("%d: it does not tell of the code", a.Code)
		}
	})
}
