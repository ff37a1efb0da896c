package e2e

import (
	"net/url"
	"reflect"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/grant"
	"yinqiao/journal"
)

// A clerk of Taiyuan takes down grants by telephone: one elder has a code that waits to be
// read back, the other can have one sent.
func init() {
	moreStory = append(moreStory, func(t *testing.T, s *story) {
		for _, name := range []string{"phoned", "to phone"} {
			p := s.Person(t, s.Taiyuan.Street)
			s.Open(t, s.Taiyuan.Clerk, p)
			end := s.Clock.Now().AddDate(0, 6, 0)
			id, err := s.Grant.Give(t.Context(), s.Taiyuan.Clerk, grant.Grant{Person: p, Agent: s.Taiyuan.Stranger, Relation: "邻居", Services: "report-post", Starts: s.Clock.Now(), Ends: &end,
				GivenHow: "phone", Evidence: grant.Evidence{ReadBack: "1"}})
			s.must(t, err)
			s.made[name], s.made[name+" grant"] = string(p), id
		}
		p := civic.PersonID(s.made["phoned"])
		s.must(t, s.Grant.SendGrantCode(t.Context(), s.Taiyuan.Clerk, p, s.made["phoned grant"]))
		s.made["phoned code"] = s.consentCode(t, p)
	})
	grantPeople["/grants/{grant}/code"] = "to phone"
	moreVerbs = append(moreVerbs, func(_ *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		of := func(name string, words ...any) byType {
			return byType{reflect.TypeFor[civic.PersonID](): {civic.PersonID(s.made[name])}, textType: words}
		}
		return map[string]byType{
			"Grant.AnswerByCode":  of("phoned", s.made["phoned grant"], s.made["phoned code"]),
			"Grant.SendGrantCode": of("to phone", s.made["to phone grant"]),
			"Rights.SendCode": {reflect.TypeFor[civic.PersonID](): {civic.PersonID(s.made["to phone"])}, textType: {"share-doctor"},
				reflect.TypeFor[int64](): {int64(1)}},
		}, nil
	})
	more = append(more, moreRoutes{
		forms: func(*site) map[string]url.Values {
			return map[string]url.Values{
				"POST /desk/people/{person}/consents/code":       {"purpose": {"notices"}, "version": {"1"}},
				"POST /desk/people/{person}/grants/{grant}/code": {},
			}
		},
		bodies: func(*site) map[string]any {
			return map[string]any{"people-consent-code": map[string]any{"purpose": "notices", "version": 1}}
		},
	})
}

// consentCode opens the code that waits for a person, as the machine that sends it does.
func (s *story) consentCode(t *testing.T, p civic.PersonID) (digits string) {
	t.Helper()
	s.must(t, s.Journal.Write(t.Context(), apptest.System(), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: p, Division: s.Taiyuan.Division})
		if err != nil {
			return err
		}
		var id string
		if err := tx.Get(&id, `SELECT id FROM consent_code WHERE person = $1 AND state = 'open'`, p); err != nil {
			return err
		}
		if digits, err = s.Grant.Spoken(tx, auth.Reaching([]civic.PersonID{p}), id); err != nil {
			return err
		}
		return journal.ErrUnchanged
	}))
	return digits
}
