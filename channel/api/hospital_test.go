package api_test

import (
	"context"
	"maps"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/engine/booking/external/sim"
)

// awaited is what a hospital has not answered, and a list of its that differs.
type awaited struct{ ask, list, difference string }

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		if w.awaited.ask == "" {
			w.awaited = w.makeAwaited()
		}
		a := w.awaited
		maps.Copy(s.ids, map[string]string{"ask": a.ask, "list": a.list, "difference": a.difference})
		maps.Copy(s.bodies, map[string]map[string]any{
			"hospital-answer":  {"yes": false, "reason": "医生停诊"},
			"hospital-owner":   {"way": "allotted"},
			"hospital-allot":   {"text": "科室,医生,就诊日期,就诊时间,结束时间,号数\n,分号的厅," + time.Now().AddDate(0, 0, 3).In(civic.Shanghai).Format(time.DateOnly) + ",10:00,11:00,20\n"},
			"hospital-compare": {"text": "医院单号,就诊日期,状态\nH9,2026-12-01,已预约\n"},
			"hospital-settle":  {"how": "ours", "reason": "已经打电话说过"},
		})
	})
}

// makeAwaited books a place that a hospital has to confirm, and holds a list against it.
func (w *world) makeAwaited() awaited {
	w.t.Helper()
	ctx, sys, b := context.Background(), civic.System("test"), w.rooms.Booking
	b.Asks(map[string]booking.External{"sim": &sim.Hospital{}})
	id, err := b.Add(ctx, sys, booking.Resource{Office: w.hospital, Kind: "venue", Name: "外面的厅", Plan: "venue", Ahead: 14}, nil)
	w.ok(err)
	w.ok(b.SetOwner(ctx, sys, booking.Owner{Office: w.hospital, Resource: id, Way: booking.WayConfirmed, System: "sim"}))
	given, err := b.Add(ctx, sys, booking.Resource{Office: w.hospital, Kind: "venue", Name: "分号的厅", Plan: "venue", Ahead: 14}, nil)
	w.ok(err)
	w.ok(b.SetOwner(ctx, sys, booking.Owner{Office: w.hospital, Resource: given, Way: booking.WayAllotted}))
	now := time.Now().In(civic.Shanghai)
	var week []booking.Template
	for d := range time.Weekday(7) {
		week = append(week, booking.Template{Weekday: d, From: 18 * 60, To: 20 * 60, Places: 20, Holidays: true})
	}
	w.ok(b.SetWeek(ctx, sys, w.hospital, id, now.Format(time.DateOnly), week))
	day := now.AddDate(0, 0, 2).Format(time.DateOnly)
	_, err = b.Publish(ctx, sys, w.hospital, day, nil)
	w.ok(err)
	free, err := b.Free(ctx, w.hospital, "venue", day, day)
	w.ok(err)
	var a awaited
	for _, f := range free {
		if f.Resource == id {
			rc, err := b.Book(ctx, sys, booking.Order{Service: "venue-entry", Person: w.elder, Session: f.ID})
			w.ok(err)
			a.ask = string(rc.Request) + ".1"
		}
	}
	a.list, err = b.Compare(ctx, sys, w.hospital, []byte("医院单号,就诊日期,状态\nH9,"+day+",已预约\n"))
	w.ok(err)
	l, err := b.ReadList(ctx, sys, w.hospital, a.list)
	w.ok(err)
	a.difference = l.Rows[0].ID
	return a
}
