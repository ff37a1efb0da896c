package e2e

import (
	"reflect"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/engine/calls"
	"yinqiao/staff"
)

// receiver is an operator's telephone that nobody speaks in.
type receiver struct{ down chan struct{} }

func (receiver) Up() <-chan struct{} {
	up := make(chan struct{})
	close(up)
	return up
}
func (r receiver) Done() <-chan struct{} { return r.down }
func (r receiver) Hangup()               {}

func init() {
	for verb, why := range map[string]string{"People.Callers": "the line's: who may be greeted, by a number alone",
		"Calls.Beat": "the line's own, as the system", "Calls.EndTurns": "the line's own, as the system", "Calls.Restore": "at start", "Calls.SweepAll": "a job, as the system", "Calls.ClearAll": "a job, as the system",
		"Calls.Vacate": "a job, as the system"} {
		actorless[verb] = why
	}
	for verb, ok := range map[string]func([]reflect.Value) bool{"Calls.Calls": empty, "Calls.CallBacks": empty, "Calls.MySkills": anything, "Calls.MayWatch": anything, "Calls.SignOff": empty, "Calls.SignOn": empty} {
		openToAnyClerk[verb] = struct {
			why string
			ok  func(results []reflect.Value) bool
		}{"one's own calls, in one's own divisions", ok}
	}
	looksUp["Calls.SignOn"] = true
	verbsOpenToSupervisor["Calls.Figures"], verbsOpenToSupervisor["Calls.Overview"], verbsOpenToSupervisor["Calls.MayWatch"] = masked, masked, masked
	moreStory = append(moreStory, func(t *testing.T, s *story) {
		s.made["operator"] = string(s.Hire(t, "田丽娟", s.Taiyuan.Community, staff.Post{Role: staff.Operator, Division: s.Taiyuan.Division}).Staff())
		stop := s.Calls.Run()
		begin := func(number string) *calls.Ongoing {
			o := s.Calls.Begin(number, s.Taiyuan.Division, func() {})
			o.Wait(false)
			return o
		}
		for i, verb := range []string{"Take", "Hangup", "Pass"} {
			o := begin("0351123456" + string(rune('0'+i)))
			s.made["call to "+verb] = o.ID()
			if verb == "Take" {
				continue
			}
			if _, err := s.Calls.Take(t.Context(), s.operator(), o.ID(), receiver{make(chan struct{})}); err != nil {
				t.Fatal(err)
			}
		}
		begin(s.Taiyuan.ElderPhone).End()
		begin("03517654321").End()
		begin("03517654322").End()
		stop()
		list, err := s.Calls.CallBacks(t.Context(), s.operator())
		if err != nil || len(list) != 3 {
			t.Fatalf("%+v, %v", list, err)
		}
		for i, verb := range []string{"CallBackNumber", "KeepCallBack", "CallBack"} {
			s.made["call to "+verb] = list[i].ID
		}
	})
	moreVerbs = append(moreVerbs, func(_ *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		of := map[string]byType{
			"People.Callers":       {textType: {s.Taiyuan.ElderPhone}},
			"Calls.Take":           {textType: {s.made["call to Take"]}, reflect.TypeFor[calls.Leg](): {receiver{make(chan struct{})}}},
			"Calls.Hangup":         {textType: {s.made["call to Hangup"]}},
			"Calls.Pass":           {textType: {s.made["call to Pass"], "clinic"}},
			"Calls.SignOn":         {reflect.TypeFor[[]string](): {[]string{"general"}}},
			"Calls.CallBackNumber": {textType: {s.made["call to CallBackNumber"]}},
			"Calls.KeepCallBack":   {textType: {s.made["call to KeepCallBack"], calls.Reached}},
			"Calls.Figures":        {reflect.TypeFor[civic.Division](): {s.Taiyuan.Division}, textType: {"2026-11-23"}},
			"Calls.Overview":       {reflect.TypeFor[civic.Division](): {s.Taiyuan.Division}},
			"Calls.Vacate":         {reflect.TypeFor[calls.Leave](): {calls.Leave{Staff: s.operator().Staff()}}},
			"Calls.SweepAll":       {reflect.TypeFor[calls.Sweep](): {calls.Sweep{}}},
			"Calls.ClearAll":       {reflect.TypeFor[calls.Clear](): {calls.Clear{}}},
			"Calls.CallBack":       {textType: {s.made["call to CallBack"]}},
		}
		who := map[string]civic.Actor{"Calls.Figures": s.Taiyuan.Supervisor, "Calls.Overview": s.Taiyuan.Supervisor}
		for _, verb := range []string{"Take", "Hangup", "Pass", "SignOn", "SignOff", "MySkills", "Calls", "CallBacks", "CallBack", "MayWatch", "CallBackNumber", "KeepCallBack"} {
			who["Calls."+verb] = s.operator()
		}
		return of, who
	})
}

func (s *story) operator() civic.Actor { return apptest.AsStaff(civic.StaffID(s.made["operator"])) }
