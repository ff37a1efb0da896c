package e2e

import (
	"reflect"
	"testing"

	"yinqiao/civic"
	"yinqiao/grant"
	"yinqiao/journal"
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

func (s *story) asked(of civic.PersonID) grant.Grant {
	return grant.Grant{Person: of, Relation: "侄女", Services: "report-post", Starts: s.Clock.Now()}
}

func init() {
	moreStory = append(moreStory, func(t *testing.T, s *story) {
		d := s.Taiyuan
		s.made["ask"] = s.ask(t, s.grantOf(t, "asked"))
		frozen := s.grantOf(t, "frozen")
		s.must(t, s.Grant.Dispute(t.Context(), person(frozen), frozen, "意见不一致"))
		s.grantOf(t, "to freeze")
		s.grantOf(t, "dead")
		ward := s.grantOf(t, "ward")
		var err error
		s.made["guardianship"], err = s.Grant.Appoint(t.Context(), d.Administrator, grant.Guardianship{Person: ward, Guardian: d.Daughter, Document: "区法院的判决", Starts: s.Clock.Now()})
		s.must(t, err)
		paper := s.grantOf(t, "paper")
		s.Open(t, d.Clerk, paper)
		s.made["scan"], err = s.Grant.Give(t.Context(), d.Clerk, grant.Grant{Person: paper, Agent: d.Daughter, Relation: "女儿", Services: "cash-refusal", Starts: s.Clock.Now(),
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
				"Grant.Appoint":         {reflect.TypeFor[grant.Guardianship](): {grant.Guardianship{Person: civic.PersonID(s.made["ward"]), Guardian: d.Stranger, Document: "区法院的判决", Starts: s.Clock.Now()}}},
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
				"Grant.Answer": me("asked"), "Grant.Appoint": d.Administrator, "Grant.Ask": person(d.Stranger), "Grant.Dispute": me("to freeze"),
				"Grant.EndGuardianship": d.Administrator, "Grant.Named": person(d.Elder), "Grant.ReportDeath": d.Administrator, "Grant.WithdrawDeath": d.Administrator,
				"Grant.Scan": me("paper"), "Grant.Settle": me("frozen"), "Grant.Standing": d.Administrator, "Grant.Unsettled": d.Administrator,
			}
	})
	openToAnyClerk["Grant.Untold"] = struct {
		why string
		ok  func([]reflect.Value) bool
	}{"of one's own division, never the other's", empty}
	openToAnyClerk["Grant.Unsettled"] = openToAnyClerk["Grant.Untold"]
	openToAnyPerson["Grant.Ask"] = struct {
		why string
		ok  func([]reflect.Value) bool
	}{"asking authorises nothing until the person agrees", empty}
	openToAnyPerson["Grant.Named"] = struct {
		why string
		ok  func([]reflect.Value) bool
	}{"whoever knows a card's number and name is told the name, masked", masked}
}
