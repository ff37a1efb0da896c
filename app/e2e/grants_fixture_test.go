package e2e

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/staff"
)

// pngScan is the smallest picture that is one.
var pngScan = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")

// grantOf is an older person of their own, with a grant of theirs to the daughter.
func (s *story) grantOf(t *testing.T, name string) civic.PersonID {
	t.Helper()
	p := s.Person(t, s.Taiyuan.Street)
	s.made[name], s.made[name+" grant"] = string(p), s.Give(t, p, s.Taiyuan.Daughter, "report-post")
	return p
}

func (s *story) ask(t *testing.T, of civic.PersonID) string {
	t.Helper()
	s.must(t, s.Grant.Ask(t.Context(), person(s.Taiyuan.Stranger), s.asked(of)))
	var id string
	s.Look(t, civic.System("test"), func(v *journal.View) error {
		return v.Get(&id, `SELECT id FROM proxy_grant WHERE person = $1 AND state = 'asked'`, of)
	})
	return id
}

// enter enters a guardianship that another member of staff has to confirm, who has read it.
func (s *story) enter(t *testing.T, of civic.PersonID) string {
	t.Helper()
	d := s.Taiyuan
	id, err := s.Grant.Appoint(t.Context(), s.Hire(t, "录入的", d.CivilAffairs, staff.Post{Role: staff.Administrator, Division: d.Division}),
		grant.Guardianship{Person: of, Guardian: d.Stranger, Document: "区法院的判决", Scan: pngScan, Starts: s.Clock.Now()})
	s.must(t, err)
	for _, who := range []civic.Actor{d.Administrator, apptest.AsStaff(civic.StaffID(s.made["settler"]))} {
		_, err = s.Grant.Scan(t.Context(), who, of, id)
		s.must(t, err)
	}
	return id
}

func (s *story) asked(of civic.PersonID) grant.Grant {
	return grant.Grant{Person: of, Relation: "孙女", Services: "report-post", Starts: s.Clock.Now()}
}

func init() {
	moreStory = append(moreStory, func(t *testing.T, s *story) {
		d := s.Taiyuan
		settler := s.Hire(t, "主管", d.CivilAffairs, staff.Post{Role: staff.Clerk, Division: d.Division}, staff.Post{Role: staff.Administrator, Division: d.Division})
		s.made["settler"] = settler.Operator.ID
		s.made["ask"] = s.ask(t, s.grantOf(t, "asked"))
		frozen := s.grantOf(t, "frozen")
		s.must(t, s.Grant.Dispute(t.Context(), person(frozen), frozen, "意见不一致"))
		s.grantOf(t, "to freeze")
		s.grantOf(t, "dead")
		ward := s.grantOf(t, "ward")
		var err error
		s.made["guardianship"], err = s.Grant.Appoint(t.Context(), apptest.System(), grant.Guardianship{Person: ward, Guardian: d.Daughter, Document: "区法院的判决", Starts: s.Clock.Now()})
		s.must(t, err)
		s.made["entered guardianship"] = s.enter(t, s.grantOf(t, "entered"))
		paper := s.grantOf(t, "paper")
		s.Open(t, d.Clerk, paper)
		end := s.Clock.Now().AddDate(0, 6, 0)
		s.made["scan"], err = s.Grant.Give(t.Context(), d.Clerk, grant.Grant{Person: paper, Agent: d.Daughter, Relation: "女儿", Services: "cash-refusal", Starts: s.Clock.Now(), Ends: &end,
			GivenHow: "paper", Evidence: grant.Evidence{Scan: pngScan}})
		s.must(t, err)
		in := s.NewPerson(d.Street, "钱有亲")
		s.Register(t, in)
		s.made["relative"] = in.Credentials[0].Number
	})
	moreVerbs = append(moreVerbs, func(_ *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		people := reflect.TypeFor[civic.PersonID]()
		of := func(name string, words ...any) byType {
			return byType{people: {civic.PersonID(s.made[name])}, textType: words}
		}
		me := func(name string) civic.Actor { return person(civic.PersonID(s.made[name])) }
		d := s.Taiyuan
		return map[string]byType{
				"Grant.Answer":          of("asked", s.made["ask"], grant.Agreed),
				"Grant.Appoint":         {reflect.TypeFor[grant.Guardianship](): {grant.Guardianship{Person: civic.PersonID(s.made["ward"]), Guardian: d.Stranger, Document: "区法院的判决", Scan: pngScan, Starts: s.Clock.Now()}}},
				"Grant.ConfirmGuardian": of("entered", s.made["entered guardianship"]),
				"Grant.Ask":             {reflect.TypeFor[grant.Grant](): {s.asked(civic.PersonID(s.made["asked"]))}},
				"Grant.Dispute":         of("to freeze", "意见不一致"),
				"Grant.EndGuardianship": of("ward", s.made["guardianship"]),
				"Grant.Named":           {textType: {s.made["relative"], "钱有亲"}},
				"Grant.Paper":           {textType: {d.Grant}},
				"Grant.ReportDeath":     of("dead", "2026-11-20", "certificate"),
				"Grant.WithdrawDeath":   of("dead", "登记错了人"),
				"Grant.Scan":            of("paper", s.made["scan"]),
				"Grant.Settle":          of("frozen", s.made["frozen grant"]),
				"Grant.Standing":        of("frozen"),
			}, map[string]civic.Actor{
				"Grant.LastCode": person(d.Elder),
				"Grant.Answer":   me("asked"), "Grant.Appoint": d.Administrator, "Grant.ConfirmGuardian": d.Administrator, "Grant.Ask": person(d.Stranger), "Grant.Dispute": me("to freeze"),
				"Grant.EndGuardianship": d.Administrator, "Grant.Named": person(d.Elder), "Grant.ReportDeath": d.Administrator, "Grant.WithdrawDeath": d.Administrator,
				"Grant.Scan": me("paper"), "Grant.Settle": me("frozen"), "Grant.Standing": d.Administrator, "Grant.Unsettled": d.Administrator,
			}
	})
	more = append(more, grantRoutes)
	openToAnyClerk["Grant.Unsettled"] = struct {
		why string
		ok  func([]reflect.Value) bool
	}{"of one's own division, never the other's", empty}
	openToAnyClerk["Grant.Shown"] = struct {
		why string
		ok  func([]reflect.Value) bool
	}{"the cards that oneself was shown, nobody else's", empty}
	openToAnyPerson["Grant.Ask"] = struct {
		why string
		ok  func([]reflect.Value) bool
	}{"asking authorises nothing until the person agrees", empty}
	openToAnyPerson["Grant.Named"] = struct {
		why string
		ok  func([]reflect.Value) bool
	}{"whoever knows a card's number and name is told the name, masked", masked}
}

// grantPeople says about whom a route is, where it is not the elder of Taiyuan:
// what it does would stop every other route.
var grantPeople = map[string]string{
	"/grants/{grant}/settle": "frozen", "/grants/{grant}/told": "asked", "/freeze": "to freeze", "/grants/{grant}/scan": "paper", "/agents/{grant}/scan": "paper",
	"/agents/{grant}/told": "asked", "/agents/{grant}/settle": "frozen", "/standing": "ward", "/death": "dead", "/alive": "dead", "/guardians": "ward", "/guardians/{grant}/end": "ward",
	"/grants/{grant}/answer": "asked", "/death/withdraw": "dead", "/guardians/{grant}": "ward", "/guardians/{grant}/confirm": "entered",
}

func grantPerson(r route) (string, bool) {
	for end, name := range grantPeople {
		if strings.HasSuffix(r.pattern, end) {
			return name, true
		}
	}
	return "", false
}

var grantRoutes = moreRoutes{
	forms: func(s *site) map[string]url.Values {
		one := func(kv ...string) url.Values {
			v := url.Values{}
			for i := 0; i+1 < len(kv); i += 2 {
				v.Set(kv[i], kv[i+1])
			}
			return v
		}
		out := map[string]url.Values{
			"POST /desk/people/{person}/grants": one("agent", s.Xihu.ElderID, "relation", "孙女", "services", "*", "how", "in_person", "until", "", "role", "",
				"scan", "", "witness", "", "witness-role", "", "read-back", ""),
			"POST /desk/people/{person}/grants/{grant}/settle":     one("resume", "yes", "from", "held"),
			"POST /desk/people/{person}/grants/{grant}/told":       one("outcome", "unreached"),
			"POST /desk/people/{person}/freeze":                    one("why", "儿子和女儿意见不一致"),
			"POST /desk/people/{person}/death":                     one("day", "2026-11-20", "source", "certificate"),
			"POST /desk/people/{person}/alive":                     one("reason", "登记错了人"),
			"POST /desk/people/{person}/guardians":                 one("agent", s.Xihu.ElderID, "document", "区法院的判决", "until", "", "scan", string(pngScan)),
			"POST /desk/people/{person}/guardians/{grant}/confirm": one(),
			"POST /desk/people/{person}/guardians/{grant}/end":     one(),
			"POST /elder/agents/{grant}/told":                      one("outcome", "agreed"),
			"POST /elder/agents/{grant}/settle":                    one("resume", "yes"),
			"POST /elder/freeze":                                   one(),
		}
		for _, mode := range []string{"give", "ask"} {
			out["POST /elder/"+mode+"/who"] = one("card", s.made["relative"], "name", "钱有亲")
			out["POST /elder/"+mode+"/{other}/{relation}/{what}/{months}"] = one()
		}
		return out
	},
	bodies: func(s *site) map[string]any {
		type object = map[string]any
		return map[string]any{
			"asks-create":       object{"card": s.made["relative"], "name": "钱有亲", "relation": "邻居", "services": []string{"report-post"}, "ends": "2027-05-01T00:00:00+08:00"},
			"grants-answer":     object{"outcome": "unreached"},
			"grants-freeze":     object{"reason": "儿子和女儿意见不一致"},
			"grants-settle":     object{"resume": true},
			"deaths-report":     object{"day": "2026-11-20", "source": "certificate"},
			"deaths-withdraw":   object{"reason": "登记错了人"},
			"guardians-appoint": object{"guardian": s.Taiyuan.Stranger, "document": "区法院的判决", "scan": pngScan},
		}
	},
	path: func(s *site, r route) map[string]string {
		out := map[string]string{"other": string(s.Taiyuan.Stranger), "relation": "0", "what": "all", "months": "12"}
		if name, ok := grantPerson(r); ok {
			out["person"], out["grant"] = s.made[name], s.made[map[string]string{"asked": "ask", "paper": "scan", "ward": "guardianship", "entered": "entered guardianship"}[name]]
			if out["grant"] == "" {
				out["grant"] = s.made[name+" grant"]
			}
		}
		return out
	},
	who: func(s *site, r route) civic.Actor {
		name, ok := grantPerson(r)
		switch {
		case r.name == "asks-create":
			return person(s.Taiyuan.Stranger)
		case strings.HasSuffix(r.pattern, "/standing"), strings.Contains(r.pattern, "/death"), strings.HasSuffix(r.pattern, "/alive"), strings.Contains(r.pattern, "/guardians"),
			strings.HasSuffix(r.pattern, "/grants/held"):
			return apptest.AsStaff(civic.StaffID(s.made["settler"]))
		case ok && strings.HasPrefix(r.pattern, "/elder/"):
			return person(civic.PersonID(s.made[name]))
		}
		return civic.Actor{}
	},
	renew: func(t *testing.T, s *site, r route) {
		name, ok := grantPerson(r)
		if !ok || r.method == http.MethodGet {
			return
		}
		p := civic.PersonID(s.made[name])
		switch {
		case name == "asked":
			s.made["ask"] = s.ask(t, p)
		case name == "frozen":
			s.must(t, s.Grant.Dispute(t.Context(), person(p), p, "意见不一致"))
		case name == "entered":
			s.made["entered guardianship"] = s.enter(t, p)
		case strings.HasSuffix(r.pattern, "/end"), r.name == "guardians-end":
			var err error
			s.made["guardianship"], err = s.Grant.Appoint(t.Context(), apptest.System(), grant.Guardianship{Person: p, Guardian: s.Taiyuan.Daughter, Document: "区法院的判决", Starts: s.Clock.Now()})
			s.must(t, err)
		}
		if !strings.HasPrefix(r.pattern, "/elder/") && name != "dead" {
			s.Open(t, s.Taiyuan.Clerk, p)
		}
	},
}
