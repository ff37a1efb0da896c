package e2e

import (
	"net/http"
	"net/url"
	"testing"
)

// see is a page of the desk as a clerk sees it.
func (s *site) see(t *testing.T, path string) *answer {
	t.Helper()
	a := s.send(t, route{method: http.MethodGet, pattern: path}, path, s.session(t, s.Taiyuan.Clerk))
	if a.wellPut(t); a.Code != http.StatusOK || a.doc == nil {
		t.Fatalf("%s: %d", path, a.Code)
	}
	return a
}

func TestTheDeskOffersWhatMayBeDoneAndChoosesForNobody(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		streets := s.see(t, "/desk/register").doc.Find("#f-division option")
		if v, _ := streets.First().Attr("value"); streets.Length() < 3 || v != "" {
			t.Errorf("the first of %d streets is chosen for the clerk", streets.Length())
		}
		a := s.send(t, route{method: http.MethodPost, pattern: "/desk/register", form: url.Values{"name": {"周新来"}, "kind": {"senior_card"}, "card": {"SN79990001"}, "division": {""}}},
			"/desk/register", s.session(t, s.Taiyuan.Clerk))
		if a.Code != http.StatusUnprocessableEntity || a.say() != "请选择老人住在哪个街道。" {
			t.Errorf("without a street: %d %q", a.Code, a.say())
		}

		elder := s.Person(t, s.Taiyuan.Street)
		cards := "/desk/people/" + string(elder) + "/cards"
		add := `form[action="` + cards + `"], form[action$="/printed-card"], form[action$="/replace"]`
		s.must(t, s.Grant.Open(t.Context(), s.Taiyuan.Clerk, elder, false, "老人打电话来", ""))
		if n := s.see(t, cards).doc.Find(add); n.Length() != 0 {
			t.Errorf("%d forms are offered that are refused", n.Length())
		}
		if s.see(t, cards).doc.Find(`form[action$="/lost"]`).Length() == 0 {
			t.Error("a card can't be reported lost")
		}
		s.Open(t, s.Taiyuan.Clerk, elder)
		if n := s.see(t, cards).doc.Find(add); n.Length() < 3 {
			t.Errorf("with the card shown %d forms are offered", n.Length())
		}
	})
}
