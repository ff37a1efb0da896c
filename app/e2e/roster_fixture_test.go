package e2e

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/people"
)

func init() {
	moreStory = append(moreStory, beginRosters)
	moreVerbs = append(moreVerbs, rosterVerbs)
	actorless["People.WorkRoster"] = "a job, in the name of whoever began it, who is judged again for each part"
	actorless["People.ForgetRoster"] = "a job, as the system"
	more = append(more, moreRoutes{forms: rosterForms, bodies: rosterBodies, path: rosterPath, who: rosterWho, renew: renewRosters})
}

// rosterText is a list of one invented person whom nobody else is.
func rosterText(s *story) string {
	in := s.NewPerson(s.Taiyuan.Street, "冯桂兰")
	return "姓名,身份证号,联系电话\n冯桂兰," + in.Credentials[0].Number + "," + in.Phones[0].Number + "\n"
}

// newRoster brings a list and leads it to a state.
func (s *story) newRoster(t *testing.T, state string) string {
	t.Helper()
	ctx, who := context.WithoutCancel(t.Context()), s.Taiyuan.Administrator
	id, err := s.People.BringRoster(ctx, who, people.RosterFile{Name: "名单.csv", Division: s.Taiyuan.Street, Bytes: []byte(rosterText(s))})
	s.must(t, err)
	work := func() { s.must(t, s.People.WorkRoster(ctx, people.RosterWork{Roster: id})) }
	if state == people.RosterRead {
		return id
	}
	s.must(t, s.People.CheckRoster(ctx, who, id, []string{"name", "resident_id", "phone"}))
	work()
	if state == people.RosterChecked {
		return id
	}
	s.must(t, s.People.EnterRoster(ctx, who, id, false))
	if state == people.RosterEntering {
		return id
	}
	work()
	return id
}

var rosterStates = []string{people.RosterRead, people.RosterChecked, people.RosterEntering, people.RosterEntered}

func beginRosters(t *testing.T, s *story) {
	for _, state := range rosterStates {
		s.made["roster "+state] = s.newRoster(t, state)
	}
}

// rosterFor is the list that an act wants.
func (s *story) rosterFor(act string) string {
	switch act {
	case "CheckRoster", "check":
		return s.made["roster "+people.RosterRead]
	case "EnterRoster", "enter":
		return s.made["roster "+people.RosterChecked]
	case "StopRoster", "stop":
		return s.made["roster "+people.RosterEntering]
	case "UndoRoster", "undo":
		return s.made["roster "+people.RosterEntered]
	}
	return s.made["roster "+people.RosterChecked]
}

func rosterVerbs(_ *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
	of, who := map[string]byType{}, map[string]civic.Actor{}
	for _, verb := range []string{"BringRoster", "CheckRoster", "EnterRoster", "StopRoster", "UndoRoster", "Roster", "Rosters", "RosterWrong"} {
		of["People."+verb] = byType{textType: {s.rosterFor(verb)}, reflect.TypeFor[[]string](): {[]string{"name", "resident_id", "phone"}},
			reflect.TypeFor[bool](): {false}, reflect.TypeFor[people.RosterFile](): {people.RosterFile{Name: "名单.csv", Division: s.Taiyuan.Street, Bytes: []byte(rosterText(s))}}}
		who["People."+verb] = s.Taiyuan.Administrator
	}
	of["People.WorkRoster"] = byType{reflect.TypeFor[people.RosterWork](): {people.RosterWork{Roster: s.rosterFor("")}}}
	of["People.ForgetRoster"] = byType{reflect.TypeFor[people.RosterForget](): {people.RosterForget{Roster: s.rosterFor("")}}}
	return of, who
}

func isRoster(r route) bool { return strings.Contains(r.pattern, "/rosters") }

func rosterForms(s *site) map[string]url.Values {
	return map[string]url.Values{
		"POST /desk/rosters":                {"division": {string(s.Taiyuan.Street)}, "pasted": {strings.ReplaceAll(rosterText(s.story), ",", "\t")}},
		"POST /desk/rosters/{roster}/check": {"column": {"name", "resident_id", "phone"}},
		"POST /desk/rosters/{roster}/enter": {"alike": {"1"}},
		"POST /desk/rosters/{roster}/stop":  {},
		"POST /desk/rosters/{roster}/undo":  {"sure": {"1"}},
	}
}

func rosterBodies(s *site) map[string]any {
	return map[string]any{
		"rosters-bring": map[string]any{"file": "名单.csv", "division": s.Taiyuan.Street, "text": rosterText(s.story)},
		"rosters-check": map[string]any{"columns": []string{"name", "resident_id", "phone"}},
		"rosters-enter": map[string]any{"alike": false},
	}
}

func rosterPath(s *site, r route) map[string]string {
	if !isRoster(r) {
		return nil
	}
	return map[string]string{"division": string(s.Taiyuan.Street), "roster": s.rosterFor(r.pattern[strings.LastIndex(r.pattern, "/")+1:])}
}

func rosterWho(s *site, r route) civic.Actor {
	if isRoster(r) {
		return s.Taiyuan.Administrator
	}
	return civic.Actor{}
}

// renewRosters makes a list again that an act has led on.
func renewRosters(t *testing.T, s *site, r route) {
	if !isRoster(r) || r.method != http.MethodPost {
		return
	}
	for _, state := range rosterStates {
		id := s.made["roster "+state]
		v, err := s.People.Roster(t.Context(), s.Taiyuan.Administrator, id)
		s.must(t, err)
		if v.State != state {
			s.made["roster "+state] = s.newRoster(t, state)
		}
	}
}
