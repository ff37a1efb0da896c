package app

import (
	"context"
	"fmt"
	"time"

	"yinqiao/app/demo"
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/journal"
	"yinqiao/place"
)

// seedBookings lets the places of the demonstration be booked, and makes the sessions
// of the coming weeks.
func (a *App) seedBookings(ctx context.Context) error {
	sys, today := civic.System("demo"), a.Journal.Now().In(civic.Shanghai).Format(time.DateOnly)
	offices, err := a.demoOffices(ctx, "hospital", "museum", "culture_house")
	if err != nil {
		return err
	}
	for _, o := range offices {
		for _, b := range demo.Bookables() {
			if b.OfficeKind != o.Kind {
				continue
			}
			id, err := a.Booking.Add(ctx, sys, booking.Resource{Office: o.ID, Kind: b.Kind, Department: b.Department, Name: b.Name, About: b.About, Plan: b.Plan, Ahead: b.Ahead, Opens: 7 * 60, Individual: b.Individual}, nil)
			if err != nil {
				return fmt.Errorf("%s: %w", b.Name, err)
			}
			var week []booking.Template
			for _, t := range b.Week {
				for _, d := range t.Days {
					week = append(week, booking.Template{Weekday: d, From: t.From, To: t.To, Places: t.Places, Holidays: t.Holidays})
				}
			}
			if err := a.Booking.SetWeek(ctx, sys, o.ID, id, today, week); err != nil {
				return fmt.Errorf("%s: %w", b.Name, err)
			}
			if err := a.seedOwner(ctx, o, id, b); err != nil {
				return fmt.Errorf("%s: %w", b.Name, err)
			}
		}
	}
	return a.Booking.ExtendAll(ctx, booking.Extend{})
}

// demoOffices are the offices of some kinds in both provinces.
func (a *App) demoOffices(ctx context.Context, kinds ...string) ([]place.Office, error) {
	var out []place.Office
	err := a.Journal.Look(ctx, civic.System("demo"), func(v *journal.View) error {
		for _, kind := range kinds {
			for _, in := range []civic.Division{"14", "33"} {
				list, err := place.OfKind(v, kind, in)
				if err != nil {
					return err
				}
				out = append(out, list...)
			}
		}
		return nil
	})
	return out, err
}

// seedOwner lets one department of one city's hospital be confirmed by a register of its
// own, which is simulated.
func (a *App) seedOwner(ctx context.Context, o place.Office, resource string, b demo.Bookable) error {
	if !a.Config.Demo || b.Department != "眼科" || !civic.Division("33").Covers(o.Division) {
		return nil
	}
	return a.Booking.SetOwner(ctx, civic.System("demo"), booking.Owner{Office: o.ID, Resource: resource, Way: booking.WayConfirmed, System: demoHospital})
}
