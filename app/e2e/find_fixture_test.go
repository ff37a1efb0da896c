package e2e

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/people"
)

func init() {
	more = append(more, moreRoutes{forms: func(s *site) map[string]url.Values {
		n := s.NewPerson(s.Taiyuan.Street, "周新来")
		return map[string]url.Values{
			"POST /desk/register": {"name": {n.Name}, "reading": {"zhou xin lai"}, "division": {string(n.Division)}, "kind": {"resident_id"}, "card": {n.Credentials[0].Number}, "birth": {""}, "sex": {""},
				"village": {"柳湾社区"}, "address": {"二号路2号"}, "phone": {n.Phones[0].Number}, "distinct": {"1"}},
			"POST /desk/people/{person}/names":            {"name": {"英子"}, "use": {"pet"}, "second-reading": {"ying zi"}},
			"POST /desk/people/{person}/names/reading":    {"reading": {"wang gui ying"}},
			"POST /desk/people/{person}/names/{name}/end": {},
		}
	}, path: func(s *site, r route) map[string]string {
		return map[string]string{"name": s.made["second name"]}
	}, renew: func(t *testing.T, s *site, r route) {
		if strings.Contains(r.pattern, "{person}/names") {
			s.secondName(t)
		}
	}, bodies: func(s *site) map[string]any {
		n := s.NewPerson(s.Taiyuan.Street, "周新来")
		return map[string]any{"people-twins": map[string]any{"name": n.Name, "division": n.Division, "credentials": []map[string]any{{"kind": "resident_id", "number": n.Credentials[0].Number}}},
			"people-reading": map[string]any{"reading": "wang gui ying"}, "people-name-add": map[string]any{"name": "阿英", "use": "other"}}
	}})
	actorless["People.KeyNames"] = "at start: makes the keys of names, and shows nobody"
	moreStory = append(moreStory, func(t *testing.T, s *story) {
		s.secondName(t)
	})
	moreVerbs = append(moreVerbs, func(t *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		return map[string]byType{
			"People.SetReading": {textType: {"wang guì ying"}},
			"People.EndName":    {textType: {s.made["second name"]}},
			"People.Register":   {reflect.TypeFor[people.Registration](): {s.distinct()}},
			"People.AddName":    {reflect.TypeFor[people.SecondName](): {people.SecondName{Name: "桂桂", Use: people.PetName}}},
		}, nil
	})
}

// distinct registers somebody whatever earlier walks have registered.
func (s *story) distinct() people.Registration {
	in := s.NewPerson(s.Taiyuan.Street, "周新来")
	in.Distinct = true
	return in
}

// secondName gives the elder one second name, whatever earlier walks added.
func (s *story) secondName(t *testing.T) {
	t.Helper()
	elder := s.Taiyuan.Elder
	_, names, err := s.People.Names(t.Context(), apptest.System(), elder)
	s.must(t, err)
	for _, n := range names {
		s.must(t, s.People.EndName(t.Context(), apptest.System(), elder, n.ID))
	}
	s.made["second name"], err = s.People.AddName(t.Context(), apptest.System(), elder, people.SecondName{Name: "王小英", Use: people.FormerName})
	s.must(t, err)
}

func init() {
	type keeper = struct{ route, field, value string }
	keepers = append(keepers, keeper{"POST /desk/people/{person}/names", "name", "王1"}, keeper{"POST /desk/people/{person}/names", "second-reading", "zeng"},
		keeper{"POST /desk/people/{person}/names/reading", "reading", "wang gui"})
}
