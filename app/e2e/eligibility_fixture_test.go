package e2e

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/engine/eligibility"
	"yinqiao/staff"
)

func init() {
	actorless["Eligible.AskDue"] = "a job, as the system"
	openToAnyClerk["Eligible.Desk"] = struct {
		why string
		ok  func(results []reflect.Value) bool
	}{"one's own office", func([]reflect.Value) bool { return true }}
	moreStory = append(moreStory, func(t *testing.T, s *story) {
		office := s.Office(t, "social_security", s.Taiyuan.Division)
		s.made["paying"] = string(office)
		s.made["pensioners"] = "身份证号,认证到期日\n" + s.Number(t, s.Taiyuan.Elder) + ",2027-10-31\n"
		s.made["officer"] = string(s.Hire(t, "苗素兰", office, staff.Post{Role: staff.Clerk, Division: s.Taiyuan.Division}).Staff())
	})
	moreVerbs = append(moreVerbs, func(_ *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		office := reflect.TypeFor[civic.OfficeID]()
		return map[string]byType{
				"Eligible.Bring":  {reflect.TypeFor[eligibility.Batch](): {eligibility.Batch{Office: civic.OfficeID(s.made["paying"]), Benefit: "pension", Bytes: []byte(s.made["pensioners"])}}},
				"Eligible.Roll":   {office: {civic.OfficeID(s.made["paying"])}, textType: {"pension", ""}, reflect.TypeFor[eligibility.State](): {eligibility.Good}},
				"Eligible.AskDue": {reflect.TypeFor[eligibility.Ask](): {eligibility.Ask{}}},
			}, map[string]civic.Actor{
				"Eligible.Bring": s.officer(), "Eligible.Roll": s.officer(), "Eligible.Desk": s.officer(),
			}
	})
	more = append(more, moreRoutes{
		forms: func(s *site) map[string]url.Values {
			return map[string]url.Values{"POST /desk/eligibility": {"benefit": {"pension"}, "source": {"roll"}, "do": {"enter"}, "pasted": {"身份证号,认证到期日\n140105193001010018,2027-10-31\n"}}}
		},
		bodies: func(s *site) map[string]any {
			return map[string]any{"eligibility-bring": map[string]any{"benefit": "pension", "text": "身份证号,认证到期日\n140105193001010018,2027-10-31\n"}}
		},
		who: func(s *site, r route) civic.Actor {
			if onEligibility(r) {
				return s.officer()
			}
			return civic.Actor{}
		},
	})
}

func onEligibility(r route) bool {
	return strings.Contains(r.pattern, "/eligibility") && !strings.Contains(r.pattern, "/people/")
}

func (s *story) officer() civic.Actor {
	return apptest.AsStaff(civic.StaffID(s.made["officer"]))
}
