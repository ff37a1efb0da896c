package app

import (
	"context"
	"time"

	"yinqiao/engine/booking"
	"yinqiao/jobs"
	"yinqiao/journal"
)

// bookingFlows let a place that came free be offered at once to whoever waits for
// it, and sweep each minute.
func (a *App) bookingFlows() {
	offer := func(_ journal.Entry, detail map[string]string) (jobs.Args, time.Time) {
		return booking.Offer{Session: detail["session"]}, time.Time{}
	}
	a.Journal.On(booking.ActCancelled, offer)
	a.Journal.On(booking.ActChanged, offer)
	a.Journal.On(booking.ActWaitLeft, offer) // what was offered and is not wanted
	jobs.Handle(a.Jobs, func(ctx context.Context, o booking.Offer) error { return a.Booking.OfferFree(ctx, o) })
	jobs.Handle(a.Jobs, func(ctx context.Context, e booking.Extend) error { return a.Booking.ExtendAll(ctx, e) })
	a.Jobs.Every(24*time.Hour, booking.Extend{})
	a.Jobs.Every(time.Minute, booking.Sweep{})
	jobs.Handle(a.Jobs, func(ctx context.Context, s booking.Sweep) error { return a.Booking.Sweep(ctx, s) })
}
