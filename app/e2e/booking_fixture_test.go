package e2e

import (
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/engine/booking"
	"yinqiao/staff"
)

func init() {
	for verb, why := range map[string]string{
		"Booking.Free": "what times are free is public", "Booking.Prove": "what was kept and used is public", "Booking.Books": "whether a place can be booked is public",
		"Booking.Resources": "what can be booked is public", "Booking.Times": "what times there are is public", "Booking.Sessions": "what times there are is public",
		"Booking.Check": "what rules find is public", "Booking.Sweep": "a job, as the system", "Booking.OfferFree": "a job, as the system", "Booking.ExtendAll": "a job, as the system",
	} {
		actorless[verb] = why
	}
	openToAnyClerk["Booking.Lines"] = struct {
		why string
		ok  func(results []reflect.Value) bool
	}{"everybody's own office, never the other's", empty}
	openToAnyClerk["Booking.FindAt"] = struct {
		why string
		ok  func(results []reflect.Value) bool
	}{"everybody's own office, never the other's", empty}
	doors["POST /elder/kiosk/on"] = http.StatusForbidden
	doors["POST /elder/hall/on"] = http.StatusForbidden
	for verb, ok := range map[string]func([]reflect.Value) bool{"Booking.Week": masked, "Booking.Day": masked} {
		openToAnyClerk[verb] = struct {
			why string
			ok  func(results []reflect.Value) bool
		}{"everybody's own office, never the other's", ok}
	}
	openToAnyClerk["Booking.Roll"] = struct {
		why string
		ok  func(results []reflect.Value) bool
	}{"everybody's own office, never the other's", empty}
	moreStory = append(moreStory, func(t *testing.T, s *story) {
		s.bookings(t)
		for _, verb := range []string{"Cancel", "CancelAt", "Arrive", "Miss", "Change", "Read", "Others", "CheckIn"} {
			s.made["to "+verb] = s.extra(t)
		}
		for _, verb := range []string{"CallAgain", "Pass", "Return"} {
			s.made["to "+verb] = s.calledIn(t, verb)
		}
		s.made["called"] = s.made["to CallAgain"]
		s.come(t) // for CallNext
		s.cancelled(t)
		f, err := s.Booking.Read(t.Context(), s.bookingKeeper(), civic.RequestID(s.made["to CheckIn"]))
		s.must(t, err)
		s.made["number to CheckIn"] = string(f.Number)
		s.kiosk(t)
		s.seeWeek(t)
		s.offer(t)
	})
	more = append(more, moreRoutes{
		path: func(s *site, r route) map[string]string {
			fill := map[string]string{"booking": s.made["booking"], "resource": s.made["hall"], "time": s.made["time"]}
			if onTicket(r) {
				fill["request"], fill["booking"] = s.made["called"], s.made["called"]
			}
			if strings.HasPrefix(r.pattern, "/elder/requests/") && strings.HasSuffix(r.pattern, "/cancel") || booksAtDesk(r) {
				fill["request"] = s.made["booking"]
			}
			if strings.HasSuffix(r.pattern, "/restore") && strings.Contains(r.pattern, "{request}") {
				fill["request"] = s.made["to Restore"]
			}
			if strings.Contains(r.pattern, "/waits") && strings.HasSuffix(r.pattern, "/take") {
				fill["time"] = s.made["offered"]
			}
			if strings.HasSuffix(r.pattern, "/requests/{request}/change") {
				fill["request"] = s.made["booking"]
			}
			if r.name == "bookings-restore" {
				fill["booking"] = s.made["to Restore"]
			}
			if strings.Contains(r.pattern, "/waits") && strings.HasSuffix(r.pattern, "/leave") {
				fill["time"] = s.made["full"]
			}
			fill["which"] = "day"
			return fill
		},
		forms: func(s *site) map[string]url.Values {
			return map[string]url.Values{"POST /elder/requests/{request}/cancel": {}, "POST /desk/requests/{request}/cancel": {},
				"POST /desk/line/{resource}/next": {"room": {"3诊室"}}, "POST /desk/line/requests/{request}/again": {}, "POST /desk/line/requests/{request}/pass": {}, "POST /desk/line/requests/{request}/return": {},
				"POST /desk/requests/{request}/arrive": {}, "POST /desk/requests/{request}/miss": {},
				"POST /elder/requests/{request}/change": {"time": {s.made["free"]}}, "POST /desk/requests/{request}/change": {"time": {s.made["later"]}},
				"POST /elder/requests/{request}/restore": {}, "POST /desk/requests/{request}/restore": {},
				"POST /elder/drafts/{draft}/same": {"rev": {"1"}}, "POST /desk/drafts/{draft}/same": {"rev": {"1"}},
				"POST /elder/drafts/{draft}/wait": {"time": {s.made["full"]}}, "POST /desk/drafts/{draft}/wait": {"time": {s.made["full"]}},
				"POST /elder/waits/{time}/take": {"service": {"venue-entry"}, "gives": {s.made["booking"]}}, "POST /elder/waits/{time}/leave": {"service": {"venue-entry"}},
				"POST /desk/people/{person}/waits/{time}/take": {"service": {"venue-entry"}, "gives": {s.made["booking"]}}, "POST /desk/people/{person}/waits/{time}/leave": {"service": {"venue-entry"}},
				"POST /desk/week/check": {"since": {"2026-12-20"}, "once": {""}, "pasted": {hallWeek}}, "POST /desk/week/publish": {"since": {"2026-12-20"}, "once": {""}, "pasted": {hallWeek}, "seen": {s.made["seen"]}},
				"POST /desk/week/day":              {"resource": {s.made["hall"]}, "day": {"2026-12-21"}, "weekday": {"-1"}, "reason": {"检修"}},
				"POST /desk/times/{time}/places":   {"places": {strconv.Itoa(230 + s.people)}, "reason": {"加开一个厅"}},
				"POST /desk/times/{time}/release":  {"pool": {"open"}, "reason": {"人少"}},
				"POST /elder/kiosk/on":             {"token": {"of a machine that is none"}},
				"POST /elder/hall/on":              {"token": {"of a screen that is none"}},
				"POST /desk/people/{person}/extra": {"time": {s.made["time"]}, "service": {"venue-entry"}, "reason": {"腿脚不便"}, "key": {db.NewID()}},
				"POST /elder/kiosk":                {"card": {s.Taiyuan.ElderID}}}
		},
		bodies: func(s *site) map[string]any {
			type object = map[string]any
			order := object{"service": "venue-entry", "person": s.Taiyuan.Elder, "time": s.made["free"]}
			extra := maps.Clone(order)
			extra["reason"] = "腿脚不便"
			wait := maps.Clone(order)
			wait["time"] = s.made["full"]
			return map[string]any{
				"bookings-create": order, "bookings-extra": extra, "bookings-change": object{"time": s.made["free"]}, "waits-create": wait, "waits-leave": wait,
				"resources-create":  object{"kind": "venue", "name": "二号厅", "plan": "venue", "ahead": 7},
				"resources-week":    object{"since": "2026-12-20", "week": []any{object{"weekday": 1, "from": 540, "to": 1020, "places": 20}}},
				"resources-day":     object{"day": "2026-12-21", "weekday": -1, "reason": "检修"},
				"resources-publish": object{"until": "2026-12-31"},
				"lines-next":        object{"room": "3诊室"},
				"times-places":      object{"places": 230 + s.people, "reason": "加开一个厅"},
				"times-release":     object{"pool": "open", "reason": "人少"},
				"waits-take":        object{"service": "venue-entry", "person": s.Taiyuan.Elder, "time": s.made["offered"]},
				"checkins-create":   object{"card": s.Taiyuan.ElderID},
				"weeks-check":       object{"since": "2026-12-20", "bytes": []byte(hallWeek)},
				"weeks-publish":     object{"since": "2026-12-20", "bytes": []byte(hallWeek), "seen": s.made["seen"]},
			}
		},
		who: func(s *site, r route) civic.Actor {
			switch {
			case r.name == "checkins-create":
				return readerActor(s.made["kiosk"])
			case r.pattern == "/elder/kiosk" && !r.open:
				a := readerActor(s.made["kiosk"])
				a.Channel = civic.ChannelKiosk // by its session, not its token
				return a
			case strings.HasPrefix(r.pattern, "/desk/people/{person}/waits"), r.pattern == "/desk/people/{person}/extra", strings.HasPrefix(r.pattern, "/desk/week"), strings.HasPrefix(r.pattern, "/desk/times"), strings.HasPrefix(r.pattern, "/desk/roll"),
				strings.HasPrefix(r.pattern, "/desk/requests/{request}/change"), strings.HasPrefix(r.pattern, "/desk/requests/{request}/restore"),
				strings.HasPrefix(r.name, "weeks-"), strings.HasPrefix(r.name, "lists-"), r.name == "week-get", r.name == "day-get":
				return s.bookingKeeper()
			case booksAtDesk(r), strings.HasSuffix(r.pattern, "/bookings/extra"), strings.HasPrefix(r.name, "bookings-"), strings.HasPrefix(r.name, "resources-"),
				strings.HasPrefix(r.name, "times-"), strings.HasPrefix(r.name, "waits-"), r.pattern == "/desk/roll", onTicket(r), strings.HasPrefix(r.pattern, "/desk/line"), strings.HasPrefix(r.name, "lines-"):
				return s.bookingKeeper()
			}
			return civic.Actor{}
		},
		renew: func(t *testing.T, s *site, r route) {
			if onTicket(r) || strings.HasSuffix(r.pattern, "/next") {
				s.made["called"] = s.calledIn(t, "3诊室")
				s.come(t)
			}
			if r.pattern == "/desk/week/publish" || r.name == "weeks-publish" {
				s.seeWeek(t)
			}
			if strings.HasSuffix(r.pattern, "/restore") && strings.Contains(r.pattern, "{request}") || r.name == "bookings-restore" {
				s.cancelled(t)
			}
			if strings.HasSuffix(r.pattern, "/take") || r.name == "waits-take" {
				s.offer(t)
			}
			if strings.HasSuffix(r.pattern, "/change") || strings.HasPrefix(r.pattern, "/desk/times/") ||
				booksAtDesk(r) || strings.HasPrefix(r.name, "bookings-") || strings.HasPrefix(r.name, "waits-") || strings.HasPrefix(r.name, "times-") || strings.HasSuffix(r.pattern, "{request}/cancel") {
				s.bookings(t)
			}
		},
	})
	moreVerbs = append(moreVerbs, func(t *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		order := func(session string) byType {
			return byType{reflect.TypeFor[booking.Order](): {booking.Order{Service: "venue-entry", Person: s.Taiyuan.Elder, Session: session}}}
		}
		with := func(b byType, more byType) byType { maps.Copy(b, more); return b }
		text := func(words ...any) byType { return byType{textType: words} }
		own := func(verb string) byType { return byType{requestType: {civic.RequestID(s.made["to "+verb])}} }
		plan := byType{reflect.TypeFor[*booking.Plan](): {(*booking.Plan)(nil)}}
		progress := byType{reflect.TypeFor[func(booking.Published)](): {(func(booking.Published))(nil)}}
		number := func(n int) byType { return byType{reflect.TypeFor[int](): {n}} }
		of := map[string]byType{
			"Booking.Add":         with(byType{reflect.TypeFor[booking.Resource](): {booking.Resource{Office: s.Taiyuan.Hospital, Kind: "venue", Name: "二号厅", Plan: "venue", Ahead: 7}}}, plan),
			"Booking.SetWeek":     with(text(s.made["hall"], "2026-12-20"), byType{reflect.TypeFor[[]booking.Template](): {[]booking.Template{{Weekday: 1, From: 540, To: 1020, Places: 20}}}}),
			"Booking.SetDay":      with(text(s.made["hall"], "2026-12-21", "检修"), number(booking.NoDay)),
			"Booking.Publish":     with(text("2026-12-31"), progress),
			"Booking.SetPlaces":   with(text(s.made["time"], "加开一个厅"), number(230+s.people)),
			"Booking.ReleaseNow":  text(s.made["time"], "open", "人少"),
			"Booking.Book":        order(s.made["free"]),
			"Booking.Extra":       with(order(s.made["full"]), text("腿脚不便")),
			"Booking.Wait":        order(s.made["full"]),
			"Booking.Leave":       order(s.made["full"]),
			"Booking.Cancel":      own("Cancel"),
			"Booking.CancelAt":    with(own("CancelAt"), byType{reflect.TypeFor[int64](): {int64(1)}}),
			"Booking.FindOf":      {reflect.TypeFor[booking.Find](): {booking.Find{}}},
			"Booking.FindAt":      {reflect.TypeFor[booking.Find](): {booking.Find{}}},
			"Booking.Resources":   {reflect.TypeFor[booking.FindResources](): {booking.FindResources{}}},
			"Booking.Times":       {reflect.TypeFor[booking.FindTimes](): {booking.FindTimes{IDs: []string{s.made["time"]}}}},
			"Booking.Sessions":    {reflect.TypeFor[[]string](): {[]string{s.made["time"]}}},
			"Booking.Arrive":      own("Arrive"),
			"Booking.Miss":        own("Miss"),
			"Booking.Read":        own("Read"),
			"Booking.Change":      with(own("Change"), text(s.made["later"])),
			"Booking.CallNext":    text(s.made["hall"], "3诊室"),
			"Booking.CallAgain":   own("CallAgain"),
			"Booking.Pass":        own("Pass"),
			"Booking.Return":      own("Return"),
			"Booking.Others":      own("Others"),
			"Booking.Restore":     own("Restore"),
			"Booking.Full":        {reflect.TypeFor[booking.FullAsk](): {booking.FullAsk{Service: "venue-entry", Kind: "venue", Person: s.Taiyuan.Elder, Office: s.Taiyuan.Hospital}}},
			"Booking.Waits":       {},
			"Booking.TakeOffer":   order(s.made["offered"]),
			"Booking.CheckIn":     text(s.made["number to CheckIn"]),
			"Booking.Week":        text("2026-11-23", ""),
			"Booking.Day":         text("2026-11-23"),
			"Booking.At":          text(s.made["time"]),
			"Booking.WeekSheet":   with(text("2026-12-20"), byType{reflect.TypeFor[bool](): {true}}),
			"Booking.CheckWeek":   {reflect.TypeFor[booking.WeekFile](): {s.weekFile()}},
			"Booking.PublishWeek": with(text(s.made["seen"]), byType{reflect.TypeFor[booking.WeekFile](): {s.weekFile()}}),
			"Booking.Roll":        text("2026-11-23"),
			"Booking.Addable":     {},
			"Booking.Adds":        {},
			"Booking.Hall":        {},
			"Booking.Free":        text("venue", "2026-11-23", "2026-11-30"),
			"Booking.Prove":       text("2026-11-23", "2026-11-30"),
			"Booking.OfferFree":   {reflect.TypeFor[booking.Offer](): {booking.Offer{Session: s.made["time"]}}},
			"Booking.Sweep":       {reflect.TypeFor[booking.Sweep](): {booking.Sweep{}}},
			"Booking.ExtendAll":   {reflect.TypeFor[booking.Extend](): {booking.Extend{}}},
		}
		who := map[string]civic.Actor{}
		for verb := range of {
			who[verb] = apptest.AsStaff(civic.StaffID(s.made["keeper"]))
		}
		who["Booking.CheckIn"] = readerActor(s.made["kiosk"])
		who["Booking.Hall"] = readerActor(s.made["screen"])
		return of, who
	})
	colleagues["Booking.Lines"] = func(s *story) civic.Actor { return s.Xihu.HospitalClerk }
	colleagues["Booking.FindAt"] = func(s *story) civic.Actor { return s.Xihu.HospitalClerk }
	colleagues["Booking.Week"] = func(s *story) civic.Actor { return s.Xihu.HospitalClerk }
	colleagues["Booking.Day"] = func(s *story) civic.Actor { return s.Xihu.HospitalClerk }
	colleagues["Booking.Roll"] = func(s *story) civic.Actor { return s.Xihu.HospitalClerk }
}

// hallWeek is a week in which the hall opens on Mondays only.
const hallWeek = "科室,名称,星期,从,到,号数\n,一号厅甲,周一,9:00,17:00,20\n"

func (s *story) weekFile() booking.WeekFile {
	return booking.WeekFile{Office: s.Taiyuan.Hospital, Since: "2026-12-20", Bytes: []byte(hallWeek)}
}

// seeWeek looks at what the sheet would do, so that it may be published.
func (s *story) seeWeek(t *testing.T) {
	t.Helper()
	d, err := s.Booking.CheckWeek(t.Context(), s.bookingKeeper(), s.weekFile())
	s.must(t, err)
	s.made["seen"] = d.Seen
}

// kiosk makes, once, a self-service machine at the hospital.
func (s *story) kiosk(t *testing.T) {
	t.Helper()
	if s.made["kiosk"] == "" {
		d, token, err := s.Staff.EnrolDevice(t.Context(), s.Taiyuan.Administrator, staff.Device{Kind: staff.Kiosk, Name: "大厅自助机", Office: s.Taiyuan.Hospital})
		s.must(t, err)
		s.made["kiosk"], s.made["token."+d.ID] = d.ID, token
		d, token, err = s.Staff.EnrolDevice(t.Context(), s.Taiyuan.Administrator, staff.Device{Kind: staff.TV, Name: "大厅的屏幕", Office: s.Taiyuan.Hospital})
		s.must(t, err)
		s.made["screen"], s.made["token."+d.ID] = d.ID, token
	}
}

// offer sees that the elder waited for a session and a place is kept for them in it.
func (s *story) offer(t *testing.T) {
	t.Helper()
	ctx, sys := t.Context(), civic.System("test")
	now := s.Clock.Now().In(civic.Shanghai)
	minute := now.Hour()*60 + now.Minute()
	small := s.hall(t, booking.Template{From: minute + 1, To: minute + 200, Places: 4}) // one of them for anybody
	_, err := s.Booking.Publish(ctx, sys, s.Taiyuan.Hospital, now.AddDate(0, 0, 5).Format(time.DateOnly), nil)
	s.must(t, err)
	day := now.AddDate(0, 0, 5).Format(time.DateOnly)
	all, err := s.Booking.Free(ctx, s.Taiyuan.Hospital, "venue", day, day)
	s.must(t, err)
	for _, f := range all {
		if f.Resource == small {
			s.made["offered"] = f.ID
		}
	}
	order := booking.Order{Service: "venue-entry", Person: s.Taiyuan.Stranger, Session: s.made["offered"]}
	rc, err := s.Booking.Book(ctx, sys, order)
	s.must(t, err)
	order.Person = s.Taiyuan.Elder
	s.must(t, s.Booking.Wait(ctx, person(s.Taiyuan.Elder), order))
	s.must(t, s.Booking.Cancel(ctx, sys, rc.Request))
	s.must(t, s.Booking.OfferFree(ctx, booking.Offer{Session: s.made["offered"]}))
}

// booksAtDesk reports the acts of the desk on a booking.
func booksAtDesk(r route) bool {
	return strings.HasPrefix(r.pattern, "/desk/requests/") && (strings.HasSuffix(r.pattern, "/cancel") || strings.HasSuffix(r.pattern, "/arrive") || strings.HasSuffix(r.pattern, "/miss"))
}

// onTicket reports the acts on somebody who was called.
func onTicket(r route) bool {
	return strings.HasPrefix(r.pattern, "/desk/line/requests/") || r.name == "bookings-call" || r.name == "bookings-pass" || r.name == "bookings-return"
}

// come sees the elder arrive once more, and returns the booking.
func (s *story) come(t *testing.T) string {
	t.Helper()
	id := s.extra(t)
	s.must(t, s.Booking.Arrive(t.Context(), s.bookingKeeper(), civic.RequestID(id)))
	return id
}

// calledIn sees the elder arrive and called into a room of their own.
func (s *story) calledIn(t *testing.T, room string) string {
	t.Helper()
	id := s.come(t)
	for {
		s.must(t, s.Booking.CallNext(t.Context(), s.bookingKeeper(), s.made["hall"], room))
		lines, err := s.Booking.Lines(t.Context(), s.bookingKeeper())
		s.must(t, err)
		for _, l := range lines {
			for _, x := range l.Called {
				if string(x.ID) == id {
					return id
				}
			}
		}
	}
}

// bookingKeeper keeps the hospital's sessions and serves people there, with the elder
// open.
func (s *story) bookingKeeper() civic.Actor {
	t := s.t
	id := s.made["keeper"]
	if id == "" {
		d := s.Taiyuan.Division
		a := s.Hire(t, "门诊主任", s.Taiyuan.Hospital, staff.Post{Role: staff.HospitalManager, Division: d}, staff.Post{Role: staff.Clerk, Division: d})
		id = a.Operator.ID
		s.made["keeper"] = id
	}
	a := apptest.AsStaff(civic.StaffID(id))
	if _, err := s.Grant.Opened(t.Context(), a, s.Taiyuan.Elder); err != nil {
		s.Open(t, a, s.Taiyuan.Elder)
	}
	return a
}

// bookings makes, once, a hall that has begun today and one that is full tomorrow, and
// sees that the elder has one booking: today, in the hall.
func (s *story) bookings(t *testing.T) {
	t.Helper()
	ctx, keeper, elder, here := t.Context(), s.bookingKeeper(), person(s.Taiyuan.Elder), s.Taiyuan.Hospital
	now := s.Clock.Now().In(civic.Shanghai)
	if s.made["hall"] == "" {
		minute := now.Hour()*60 + now.Minute()
		s.made["hall"] = s.hall(t, booking.Template{From: minute - 30, To: minute + 200, Places: 200})
		full := s.hall(t, booking.Template{From: minute + 1, To: minute + 200, Places: 1}) // it is kept for who comes on the day
		_, err := s.Booking.Publish(ctx, keeper, here, now.AddDate(0, 0, 5).Format(time.DateOnly), nil)
		s.must(t, err)
		all, err := s.Booking.Free(ctx, here, "venue", now.Format(time.DateOnly), now.AddDate(0, 0, 5).Format(time.DateOnly))
		s.must(t, err)
		days := map[string][]string{}
		for _, f := range all {
			days[f.Resource] = append(days[f.Resource], f.ID)
		}
		s.made["time"], s.made["second"], s.made["free"], s.made["later"], s.made["full"] = days[s.made["hall"]][0], days[s.made["hall"]][2], days[s.made["hall"]][3], days[s.made["hall"]][4], days[full][1]
	}
	list, err := s.Booking.Coming(ctx, elder, s.Taiyuan.Elder)
	s.must(t, err)
	if len(list) == 1 && string(list[0].ID) == s.made["booking"] && list[0].Session == s.made["time"] {
		return
	}
	for _, b := range list {
		s.must(t, s.Booking.Cancel(ctx, elder, b.ID))
	}
	s.made["booking"] = s.extra(t)
}

// extra books the elder once more, today in the hall.
func (s *story) extra(t *testing.T) string {
	t.Helper()
	rc, err := s.Booking.Extra(t.Context(), s.bookingKeeper(), booking.Order{Service: "venue-entry", Person: s.Taiyuan.Elder, Session: s.made["time"]}, "又来了")
	s.must(t, err)
	return string(rc.Request)
}

// cancelled sees that the elder has just cancelled a booking, on a day on which they have
// no other.
func (s *story) cancelled(t *testing.T) {
	t.Helper()
	me := person(s.Taiyuan.Elder)
	if id := s.made["to Restore"]; id != "" {
		s.must(t, s.Booking.Cancel(t.Context(), me, civic.RequestID(id)))
	}
	rc, err := s.Booking.Book(t.Context(), me, booking.Order{Service: "venue-entry", Person: s.Taiyuan.Elder, Session: s.made["second"]})
	s.must(t, err)
	s.must(t, s.Booking.Cancel(t.Context(), me, rc.Request))
	s.made["to Restore"] = string(rc.Request)
}

// nextName tells one hall from another: 甲, 乙, 丙.
func (s *story) nextName() string {
	n := len(s.made["halls"])
	s.made["halls"] += "x"
	return string([]rune("甲乙丙丁戊己庚辛壬癸")[n%10]) + strings.Repeat("号", n/10)
}

// hall makes a hall that is open at the same time every day.
func (s *story) hall(t *testing.T, day booking.Template) string {
	t.Helper()
	id, err := s.Booking.Add(t.Context(), s.bookingKeeper(), booking.Resource{Office: s.Taiyuan.Hospital, Kind: "venue", Name: "一号厅" + s.nextName(), Plan: "venue", Ahead: 14}, nil)
	s.must(t, err)
	var week []booking.Template
	for d := range time.Weekday(7) {
		day.Weekday, day.Holidays = d, true
		week = append(week, day)
	}
	s.must(t, s.Booking.SetWeek(t.Context(), s.bookingKeeper(), s.Taiyuan.Hospital, id, s.Clock.Now().In(civic.Shanghai).Format(time.DateOnly), week))
	return id
}
