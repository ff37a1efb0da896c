package api_test

import (
	"maps"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/staff"
)

// booked is a hall with sessions, and what the elder has booked there.
type booked struct{ resource, time, other, booking string }

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		if w.booked.resource == "" {
			w.booked = w.makeBooking()
		}
		b := w.booked
		maps.Copy(s.ids, map[string]string{"place": string(w.hospital), "resource": b.resource, "time": b.time, "booking": b.booking})
		day := time.Now().AddDate(0, 0, 2).In(civic.Shanghai).Format(time.DateOnly)
		maps.Copy(s.ids, map[string]string{"list": "day"})
		if w.tokens["kiosk"] == "" {
			_, token, err := w.rooms.Staff.EnrolDevice(w.ctx(), civic.System("test"), staff.Device{Kind: staff.Kiosk, Name: "大厅自助机", Office: w.hospital})
			w.ok(err)
			w.tokens["kiosk"] = token
		}
		s.of["checkins"] = w.tokens["kiosk"]
		order := map[string]any{"service": "venue-entry", "person": w.elder, "time": b.other}
		extra := maps.Clone(order)
		extra["reason"] = "腿脚不便"
		maps.Copy(s.bodies, map[string]map[string]any{
			"bookings-create":   order,
			"bookings-extra":    extra,
			"bookings-change":   {"time": b.other},
			"waits-create":      order,
			"waits-leave":       order,
			"waits-take":        order,
			"checkins-create":   {"card": "SN0000000001"},
			"weeks-check":       {"since": day, "bytes": []byte(sheetOfHall)},
			"weeks-publish":     {"since": day, "bytes": []byte(sheetOfHall), "seen": "none"},
			"resources-create":  {"kind": "venue", "name": "二号厅", "plan": "venue", "ahead": 7},
			"resources-week":    {"since": day, "week": []any{map[string]any{"weekday": 1, "from": 540, "to": 1020, "places": 20}}},
			"resources-day":     {"day": day, "weekday": -1, "reason": "检修"},
			"resources-publish": {"until": day},
			"lines-next":        {"room": "3诊室"},
			"times-places":      {"places": 30, "reason": "加开一个厅"},
			"times-release":     {"pool": "open", "reason": "人少"},
		})
	})
}

// sheetOfHall is a week in which the hall opens on Mondays only.
const sheetOfHall = "科室,名称,星期,从,到,号数\n,一号厅,周一,9:00,17:00,20\n"

// makeBooking makes a hall that is open every day, and books tomorrow in it.
func (w *world) makeBooking() booked {
	w.t.Helper()
	ctx, sys := w.ctx(), civic.System("test")
	id, err := w.rooms.Booking.Add(ctx, sys, booking.Resource{Office: w.hospital, Kind: "venue", Name: "一号厅", Plan: "venue", Ahead: 14}, nil)
	w.ok(err)
	var week []booking.Template
	for d := range time.Weekday(7) {
		week = append(week, booking.Template{Weekday: d, From: 9 * 60, To: 17 * 60, Places: 20, Holidays: true})
	}
	now := time.Now().In(civic.Shanghai)
	w.ok(w.rooms.Booking.SetWeek(ctx, sys, w.hospital, id, now.Format(time.DateOnly), week))
	from, to := now.AddDate(0, 0, 1).Format(time.DateOnly), now.AddDate(0, 0, 3).Format(time.DateOnly)
	_, err = w.rooms.Booking.Publish(ctx, sys, w.hospital, to, nil)
	w.ok(err)
	free, err := w.rooms.Booking.Free(ctx, w.hospital, "venue", from, to)
	w.ok(err)
	rc, err := w.rooms.Booking.Book(ctx, sys, booking.Order{Service: "venue-entry", Person: w.elder, Session: free[0].ID})
	w.ok(err)
	return booked{id, free[0].ID, free[2].ID, string(rc.Request)}
}
