package e2e

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/people"
	"yinqiao/rights"
)

// facts makes what the verbs and routes about facts use up: a tag, a phone and a
// household of the elder's.
func (s *story) facts(t *testing.T) {
	t.Helper()
	d, ctx := s.Taiyuan, t.Context()
	s.Open(t, d.Clerk, d.Elder)
	var err error
	s.made["tag"], err = s.People.Tag(ctx, d.Clerk, d.Elder, people.Tag{Kind: "alone", Source: "入户走访"})
	s.must(t, err)
	s.made["contact"], err = s.People.AddContact(ctx, d.Clerk, d.Elder, people.NewContact{Number: "12688880001", Whose: "女儿"})
	s.must(t, err)
	all, err := s.People.Show(ctx, person(d.Elder), d.Elder)
	s.must(t, err)
	for _, c := range all.Contacts {
		if c.Whose == "own" {
			s.made["own phone"] = c.ID
		}
	}
	s.must(t, s.People.Join(ctx, civic.System("story"), d.Elder, d.Daughter, ""))
	s.Open(t, d.Clerk, d.Daughter) // who moves in with somebody is open at the desk too
	s.made["consent"], err = s.Rights.Give(ctx, person(d.Elder), d.Elder, rights.Giving{Purpose: "share-doctor", Version: 1})
	s.must(t, err)
	forgotten := s.Person(t, d.Street) // nothing of theirs is open
	s.made["forgotten"] = string(forgotten)
	s.Clock.Add(-rights.EraseAfter()) // it was said some days ago
	s.must(t, s.Rights.Wish(ctx, person(forgotten), forgotten))
	s.Clock.Add(rights.EraseAfter())
}

func init() {
	actorless["Rights.Schedule"] = "at start, as the system: plans the day's sweep"
	actorless["Rights.Sweep"] = "a job, as the system"
	moreStory = append(moreStory, func(t *testing.T, s *story) { s.facts(t) })
	moreVerbs = append(moreVerbs, func(t *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		village := "新村" + string(rune('一'+s.people%5000))
		return map[string]byType{
			"People.Tag":             {reflect.TypeFor[people.Tag](): {people.Tag{Kind: "empty_nest", Source: "入户走访"}}},
			"People.Untag":           {textType: {s.made["tag"], "和女儿住了"}},
			"People.AddContact":      {reflect.TypeFor[people.NewContact](): {people.NewContact{Number: "12688880002", Whose: "儿子"}}},
			"People.CallFirst":       {textType: {s.made["contact"]}},
			"People.EndContact":      {textType: {s.made["contact"]}},
			"People.ConfirmContact":  {textType: {s.made["own phone"]}},
			"People.Join":            {textType: {""}},
			"People.JoinByCard":      {textType: {s.Xihu.ElderID, ""}},
			"People.Leave":           {textType: {""}},
			"People.Prefer":          {reflect.TypeFor[map[string]string](): {map[string]string{"language": "jin"}}},
			"People.SetServiceBirth": {textType: {"report-post", "1944-12-01", "退休审批表"}},
			"People.Correct":         {reflect.TypeFor[people.Correction](): {people.Correction{Village: &village, Reason: "搬家了", Evidence: "own_word"}}},
			"Rights.Give":            {reflect.TypeFor[rights.Giving](): {rights.Giving{Purpose: "notices", Version: 1, How: rights.FaceToFace, By: rights.Self}}},
			"Rights.Withdraw":        {textType: {s.made["consent"]}},
			"Rights.Erase":           {textType: {"本人要求"}, reflect.TypeFor[civic.PersonID](): {s.made["forgotten"]}},
			"Rights.Sweep":           {reflect.TypeFor[rights.Sweep](): {rights.Sweep{Day: "2026-11-23"}}},
		}, map[string]civic.Actor{"Rights.Wish": person(s.Taiyuan.Elder), "Rights.Erase": s.Taiyuan.Administrator, "Rights.Plan": s.Taiyuan.Administrator}
	})
	more = append(more, moreRoutes{
		forms: func(s *site) map[string]url.Values {
			one := func(kv ...string) url.Values {
				v := url.Values{}
				for i := 0; i+1 < len(kv); i += 2 {
					v.Set(kv[i], kv[i+1])
				}
				return v
			}
			const at = "POST /desk/people/{person}/"
			return map[string]url.Values{
				at + "tags":                               one("kind", "disabled_care/gbt42195-2022/3", "source", "评估报告", "from", "2026-11-01", "to", ""),
				at + "tags/{tag}/end":                     one("reason", "和女儿住了"),
				at + "contacts":                           one("phone", "12688880003", "whose", "邻居", "answers", "张玉珍", "emergency", "1", "first", "1"),
				at + "contacts/{contact}/first":           one(),
				at + "contacts/{contact}/end":             one(),
				at + "contacts/{contact}/confirm":         one(),
				"POST /elder/phones/{contact}/confirm":    one(),
				at + "household":                          one("other", s.daughterCard(), "since", ""),
				at + "household/leave":                    one("until", ""),
				at + "preferences":                        one("p-language", "jin", "p-reach", "call"),
				at + "births":                             one("service", "report-post", "birth", "1944-12-01", "source", "退休审批表"),
				at + "consents":                           one("purpose", "face-check", "version", "1", "how", "voice", "by", "self", "witness", "张玉珍"),
				at + "consents/{consent}/withdraw":        one(),
				at + "copy":                               one(),
				at + "copy/file":                          one(),
				at + "erase":                              one("reason", "本人要求"),
				at + "erase-wish":                         one(),
				"POST /elder/erase":                       one(),
				"POST /elder/erase/stop":                  one(),
				at + "erase-stop":                         one(),
				"POST /elder/consents":                    one("purpose", "share-volunteer", "version", "1"),
				"POST /elder/consents/{consent}/withdraw": one(),
				"POST /elder/copy":                        one(),
				"POST /elder/copy/file":                   one(),
				at + "correct":                            one("name", "王桂英", "sex", s.sex(), "birth", s.birth(), "division", string(s.Taiyuan.Street), "village", "新村", "address", "银槐街20号", "reason", "搬家了", "evidence", "household_register"),
			}
		},
		bodies: func(s *site) map[string]any {
			type object = map[string]any
			return map[string]any{
				"people-tag":         object{"kind": "left_behind", "source": "入户走访"},
				"people-untag":       object{"reason": "儿子回来了"},
				"people-contact-add": object{"number": "12688880004", "whose": "孙女", "answers": "李小梅", "emergency": true},
				"people-join":        object{"other": s.Taiyuan.Daughter},
				"people-prefer":      object{"hearing": "hard"},
				"people-birth":       object{"birth": "1944-12-02", "source": "退休审批表"},
				"people-consent":     object{"purpose": "family-copy", "version": 1, "how": "paper", "by": "self"},
				"people-erase":       object{"reason": "本人要求"},
				"people-correct":     object{"village": "老村", "reason": "登记错了", "evidence": "community_paper"},
			}
		},
		path: func(s *site, r route) map[string]string {
			fill := map[string]string{"tag": s.made["tag"], "contact": s.made["contact"], "consent": s.made["consent"]}
			if strings.HasSuffix(r.pattern, "{contact}/confirm") {
				fill["contact"] = s.made["own phone"]
			}
			if erases(r) {
				fill["person"] = s.made["forgotten"]
			}
			return fill
		},
		who: func(s *site, r route) civic.Actor {
			if erases(r) {
				return s.Taiyuan.Administrator
			}
			return civic.Actor{}
		},
		renew: func(t *testing.T, s *site, r route) {
			if strings.Contains(r.pattern, "{tag}") || strings.Contains(r.pattern, "{contact}") || strings.Contains(r.pattern, "/household") || strings.Contains(r.pattern, "{consent}") || erases(r) {
				s.facts(t)
			}
		},
	})
}

// erases reports the routes that are about erasing somebody, at the desk and by a
// program.
func erases(r route) bool {
	return strings.HasSuffix(r.pattern, "{person}/erase") || strings.HasSuffix(r.pattern, "{person}/erasure")
}

// daughterCard is the card of whoever lives with the elder already.
func (s *site) daughterCard() string { return s.Xihu.ElderID }

// sex and birth are the elder's as the ID number has them.
func (s *site) sex() string {
	if (s.Taiyuan.ElderID[16]-'0')%2 == 1 {
		return "male"
	}
	return "female"
}

func (s *site) birth() string {
	b := s.Taiyuan.ElderID[6:14]
	return b[:4] + "-" + b[4:6] + "-" + b[6:]
}
