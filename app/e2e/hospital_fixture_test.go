package e2e

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/engine/booking/external"
	"yinqiao/engine/booking/external/sim"
)

func init() {
	for verb, why := range map[string]string{
		"Booking.Hear": "what a hospital says by itself; the hook has checked its password", "Booking.SendAll": "a job, as the system", "Booking.ChaseAll": "a job, as the system",
	} {
		actorless[verb] = why
	}
	openToAnyClerk["Booking.Awaiting"] = struct {
		why string
		ok  func(results []reflect.Value) bool
	}{"everybody's own office, never the other's", empty}
	colleagues["Booking.Awaiting"] = func(s *story) civic.Actor { return s.Xihu.HospitalClerk }
	moreStory = append(moreStory, func(t *testing.T, s *story) {
		s.Booking.Asks(map[string]booking.External{"sim": &sim.Hospital{}})
		for _, verb := range []string{"AnswerFor", "AskAgain"} {
			s.made["ask "+verb] = s.awaited(t)
		}
		s.listed(t)
	})
	more = append(more, moreRoutes{
		path: func(s *site, _ route) map[string]string {
			return map[string]string{"ask": s.made["ask AnswerFor"], "list": s.made["list"], "difference": s.made["difference"]}
		},
		forms: func(s *site) map[string]url.Values {
			return map[string]url.Values{"POST /desk/hospital/asks/{ask}/yes": {}, "POST /desk/hospital/asks/{ask}/no": {"reason": {"医生停诊"}}, "POST /desk/hospital/asks/{ask}/again": {},
				"POST /desk/hospital/lists": {"pasted": {hospitalList}}, "POST /desk/hospital/lists/{list}/differences/{difference}": {"how": {"ours"}, "reason": {"打电话核对过"}},
				"POST /desk/owners": {"way": {"allotted"}, "system": {""}}, "POST /desk/owners/places": {"pasted": {s.allotment()}}}
		},
		bodies: func(s *site) map[string]any {
			type object = map[string]any
			return map[string]any{"hospital-answer": object{"yes": false, "reason": "医生停诊"}, "hospital-owner": object{"way": "allotted"}, "hospital-allot": object{"text": s.allotment()},
				"hospital-compare": object{"text": hospitalList}, "hospital-settle": object{"how": "ours", "reason": "打电话核对过"}}
		},
		who: func(s *site, r route) civic.Actor {
			if onHospital(r) {
				return s.bookingKeeper()
			}
			return civic.Actor{}
		},
		renew: func(t *testing.T, s *site, r route) {
			if onHospital(r) {
				s.made["ask AnswerFor"] = s.awaited(t)
				s.listed(t)
			}
		},
	})
	moreVerbs = append(moreVerbs, func(_ *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		text := func(words ...any) byType { return byType{textType: words} }
		file := func(s string) byType { return byType{reflect.TypeFor[[]byte](): {[]byte(s)}} }
		of := map[string]byType{
			"Booking.Hear":     {textType: {"sim"}, reflect.TypeFor[[]external.Answer](): {[]external.Answer{{Key: s.made["ask AskAgain"], State: external.Pending}}}},
			"Booking.SendAll":  {reflect.TypeFor[booking.Send](): {booking.Send{Keys: []string{s.made["ask AskAgain"]}}}},
			"Booking.ChaseAll": {reflect.TypeFor[booking.Chase](): {booking.Chase{}}},
			"Booking.Owners":   {}, "Booking.Awaiting": {}, "Booking.Lists": {},
			"Booking.SetOwner":         {reflect.TypeFor[booking.Owner](): {booking.Owner{Office: s.Taiyuan.Hospital, Resource: s.made["hall"], Way: booking.WayAllotted}}},
			"Booking.AnswerFor":        {textType: {s.made["ask AnswerFor"], "医生停诊"}, reflect.TypeFor[bool](): {false}},
			"Booking.AskAgain":         text(s.made["ask AskAgain"]),
			"Booking.Compare":          file(hospitalList),
			"Booking.Allot":            file(s.allotment()),
			"Booking.ReadList":         text(s.made["list"]),
			"Booking.SettleDifference": text(s.made["difference"], booking.FollowOurs, "打电话核对过"),
		}
		who := map[string]civic.Actor{}
		for verb := range of {
			who[verb] = apptest.AsStaff(civic.StaffID(s.made["keeper"]))
		}
		return of, who
	})
}

// hospitalList is a list of a hospital that has something that nobody here knows of.
const hospitalList = "医院单号,就诊日期,状态\nH9,2026-11-24,已预约\n"

func onHospital(r route) bool {
	return strings.HasPrefix(r.pattern, "/desk/hospital") || strings.HasPrefix(r.pattern, "/desk/owners") || strings.HasPrefix(r.name, "hospital-")
}

// allotment is a list of places that a hospital gives for a hall that is the hospital's to
// give.
func (s *story) allotment() string {
	day := s.Clock.Now().In(civic.Shanghai).AddDate(0, 0, 6).Format(time.DateOnly)
	return "科室,医生,就诊日期,就诊时间,结束时间,号数\n,分号的厅," + day + ",10:00,11:00,20\n"
}

// awaited books the elder in a hall whose hospital has to confirm, and returns the key.
func (s *story) awaited(t *testing.T) string {
	t.Helper()
	if s.made["outer"] == "" {
		minute := s.Clock.Now().In(civic.Shanghai).Hour()*60 + s.Clock.Now().In(civic.Shanghai).Minute()
		s.made["outer"] = s.hall(t, booking.Template{From: minute + 120, To: minute + 300, Places: 200})
		s.must(t, s.Booking.SetOwner(t.Context(), s.bookingKeeper(), booking.Owner{Office: s.Taiyuan.Hospital, Resource: s.made["outer"], Way: booking.WayConfirmed, System: "sim"}))
		given, err := s.Booking.Add(t.Context(), s.bookingKeeper(), booking.Resource{Office: s.Taiyuan.Hospital, Kind: "venue", Name: "分号的厅", Plan: "venue", Ahead: 14}, nil)
		s.must(t, err)
		s.must(t, s.Booking.SetOwner(t.Context(), s.bookingKeeper(), booking.Owner{Office: s.Taiyuan.Hospital, Resource: given, Way: booking.WayAllotted}))
		today := s.Clock.Now().In(civic.Shanghai).Format(time.DateOnly)
		_, err = s.Booking.Publish(t.Context(), s.bookingKeeper(), s.Taiyuan.Hospital, today, nil)
		s.must(t, err)
		all, err := s.Booking.Free(t.Context(), s.Taiyuan.Hospital, "venue", today, today)
		s.must(t, err)
		for _, f := range all {
			if f.Resource == s.made["outer"] {
				s.made["outer time"] = f.ID
			}
		}
	}
	rc, err := s.Booking.Extra(t.Context(), s.bookingKeeper(), booking.Order{Service: "venue-entry", Person: s.Taiyuan.Elder, Session: s.made["outer time"]}, "又来了")
	s.must(t, err)
	return string(rc.Request) + ".1"
}

// listed holds a list against what is here, which differs in one row.
func (s *story) listed(t *testing.T) {
	t.Helper()
	var err error
	s.made["list"], err = s.Booking.Compare(t.Context(), s.bookingKeeper(), s.Taiyuan.Hospital, []byte(hospitalList))
	s.must(t, err)
	l, err := s.Booking.ReadList(t.Context(), s.bookingKeeper(), s.Taiyuan.Hospital, s.made["list"])
	s.must(t, err)
	s.made["difference"] = l.Rows[0].ID
}
