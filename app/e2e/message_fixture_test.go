package e2e

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/notify"
)

func init() {
	moreStory = append(moreStory, func(t *testing.T, s *story) { s.makeMessages(t) })
	moreVerbs = append(moreVerbs, messageVerbs)
	more = append(more, moreRoutes{forms: messageForms, bodies: messageBodies, path: messagePath, who: messageWho, renew: func(t *testing.T, s *site, r route) { s.renewMessages(t, r) }})
	for name, why := range map[string]string{"Notify.Heed": "a job, as the system", "Notify.Walk": "a job, as the system", "Notify.Send": "a job, as the system",
		"Notify.Reported": "a gateway's, whose password channel/hook has checked", "Notify.Late": "a count for the metrics"} {
		actorless[name] = why
	}
	notRooms["Speech"] = "turns text into sound, whoever asks; the pages decide who hears what"
	type open = struct {
		why string
		ok  func(results []reflect.Value) bool
	}
	openToAnyClerk["Notify.Tasks"] = open{"those of where one serves people, never the other's", empty}
	openToAnyClerk["Notify.RemindBy"] = open{"one's own address", empty}
	verbsOpenToSupervisor["Notify.RemindBy"] = empty
	openToSupervisor["POST /desk/tasks/desk/mail"] = "one's own address"
}

// makeMessages tells the elder of Taiyuan of a matter that the hospital has answered: a
// call to make, by whoever serves her.
func (s *story) makeMessages(t *testing.T) {
	t.Helper()
	s.Open(t, s.Taiyuan.Clerk, s.Taiyuan.Elder)
	s.must(t, s.People.Prefer(t.Context(), s.Taiyuan.Clerk, s.Taiyuan.Elder, map[string]string{"reach": "call"}))
	s.Tell(t)
	s.nextCall(t)
	code, err := s.Grant.IssueCode(t.Context(), s.Taiyuan.Clerk, s.Taiyuan.Elder)
	s.must(t, err)
	s.made["code"] = code.ID
}

// nextCall finds a call that is to be made, and a message that is open.
func (s *story) nextCall(t *testing.T) {
	t.Helper()
	var row struct{ ID, Message string }
	s.must(t, s.Journal.Look(t.Context(), apptest.System(), func(v *journal.View) error {
		return v.Get(&row, `SELECT id, message FROM message_attempt WHERE person = $1 AND carrier = 'voice' AND state = 'open' ORDER BY id DESC LIMIT 1`, s.Taiyuan.Elder)
	}))
	s.made["task"] = row.ID
	var other struct{ ID string }
	s.must(t, s.Journal.Look(t.Context(), apptest.System(), func(v *journal.View) error {
		return v.Get(&other, `SELECT id FROM message WHERE receiver = $1 AND state = 'open' AND id <> $2 ORDER BY id DESC LIMIT 1`, s.Taiyuan.Elder, row.Message)
	}))
	s.made["message"] = other.ID
}

func messageVerbs(t *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
	text := func(words ...any) byType { return byType{textType: words} }
	of := map[string]byType{
		"Notify.Tasks":    text(notify.CarrierVoice),
		"Notify.See":      text(s.made["task"]),
		"Notify.Tick":     text(s.made["task"], notify.Absent),
		"Notify.Heard":    text(s.made["message"]),
		"Notify.Refuse":   {reflect.TypeFor[[]string](): {[]string{notify.CarrierPaper}}},
		"Notify.RemindBy": text(""),
		"Notify.Stop":     text(notify.CarrierTV, "在修"),
		"Notify.Start":    text(notify.CarrierTV),
		"Notify.Heed":     {reflect.TypeFor[notify.Heed](): {notify.Heed{Entry: "none"}}},
		"Notify.Walk":     {reflect.TypeFor[notify.Walk](): {notify.Walk{}}},
		"Notify.Send":     {reflect.TypeFor[notify.Send](): {notify.Send{Person: s.Taiyuan.Elder, Attempt: s.made["task"]}}},
		"Notify.Reported": {textType: {"none"}, reflect.TypeFor[[]notify.Report](): {[]notify.Report{{ID: s.made["task"]}}}},
		"Grant.SayCode":   text(s.made["code"]),
	}
	admin := s.Taiyuan.Administrator
	if _, err := s.Grant.SayCode(t.Context(), s.Taiyuan.Clerk, s.Taiyuan.Elder, s.made["code"]); civic.As(err).Code == "access.gone" { // a verb before ended it
		_, err := s.DB.Pool().Exec(`UPDATE access_code SET expires = '2020-01-01 00:00:00' WHERE person = $1`, string(s.Taiyuan.Elder)) // a day has its number
		s.must(t, err)
		code, err := s.Grant.IssueCode(t.Context(), s.Taiyuan.Clerk, s.Taiyuan.Elder)
		s.must(t, err)
		of["Grant.SayCode"] = text(code.ID)
	}
	return of, map[string]civic.Actor{"Notify.Overview": admin, "Notify.Stop": admin, "Notify.Start": admin}
}

func messageBodies(*site) map[string]any {
	return map[string]any{
		"messages-refuse": map[string]any{"no": []any{notify.CarrierPaper}},
		"tasks-tick":      map[string]any{"outcome": notify.Absent},
		"carriers-stop":   map[string]any{"reason": "网关在修"},
	}
}

func messageForms(s *site) map[string]url.Values {
	return map[string]url.Values{
		"POST /desk/tasks/{carrier}/{person}/{task}": {"outcome": {notify.Told}},
		"POST /desk/tasks/desk/mail":                 {"mail": {""}},
		"POST /desk/tasks/paper/print":               {},
		"POST /desk/tasks/paper/sent":                {"sheet": {"none"}},
		"POST /desk/carriers/{carrier}/stop":         {"reason": {"网关在修"}},
		"POST /desk/carriers/{carrier}/start":        {},
		"POST /desk/people/{person}/code/call":       {},
		"POST /field/tasks/{person}/{task}":          {"outcome": {notify.Absent}},
		"POST /elder/messages/{message}/heard":       {},
		"POST /elder/messages/ways":                  {"no": {notify.CarrierPaper}},
	}
}

func messagePath(s *site, _ route) map[string]string {
	return map[string]string{"carrier": notify.CarrierVoice, "task": s.made["task"], "message": s.made["message"], "code": s.made["code"]}
}

func messageWho(s *site, r route) civic.Actor {
	if strings.HasPrefix(r.pattern, "/desk/carriers") || strings.Contains(r.pattern, "/carriers/{division}") {
		return s.Taiyuan.Administrator
	}
	return civic.Actor{}
}

// renewMessages makes another call to be made, when the one before was done.
func (s *site) renewMessages(t *testing.T, r route) {
	if !strings.Contains(r.pattern, "{task}") && !strings.Contains(r.pattern, "{message}") {
		return
	}
	d := s.Taiyuan
	id := s.ReportPost(t, d).Request
	s.must(t, s.Casework.Take(t.Context(), d.HospitalClerk, id))
	s.must(t, s.Casework.Resolve(t.Context(), d.HospitalClerk, id, "寄了。"))
	s.Tell(t)
	s.nextCall(t)
}
