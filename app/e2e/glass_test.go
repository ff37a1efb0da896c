package e2e

import (
	"net/http"
	"strings"
	"testing"
)

func TestAPersonOpenedInAnEmergencyIsShownWithoutButtonsThatAreRefused(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		d, clerk := s.Taiyuan, s.Xihu.Clerk
		elder := s.Person(t, d.Street)
		s.Give(t, elder, d.Daughter, "*")
		at := "/desk/people/" + string(elder)
		page := func() *answer {
			t.Helper()
			a := s.send(t, route{method: http.MethodGet}, at, s.session(t, clerk))
			if a.Code != http.StatusOK {
				t.Fatalf("%s: %d", a.what, a.Code)
			}
			return a
		}
		changes := []string{at + "/cards", at + "/not-owner", at + "/tags", at + "/copy", at + "/grants\"", at + "/code", at + "/drafts", "/revoke", at + "/freeze"}
		s.must(t, s.Grant.BreakGlass(t.Context(), clerk, elder, "collapse", "老人在闸口晕倒，要联系家人。"))
		a := page()
		for _, c := range changes {
			if strings.Contains(a.body, c) {
				t.Errorf("while only looking, %s is offered", c)
			}
		}
		if !strings.Contains(a.body, "只能看，不能办事") {
			t.Error("the page does not say that this is for looking")
		}
		s.Open(t, clerk, elder)
		a = page()
		for _, c := range changes {
			if !strings.Contains(a.body, c) {
				t.Errorf("with the card in hand, %s is not offered", c)
			}
		}
	})
}
