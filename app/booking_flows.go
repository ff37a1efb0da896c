package app

import (
	"context"
	"time"

	"yinqiao/engine/booking"
	"yinqiao/jobs"
	"yinqiao/journal"
)

// chaseEach is how often hospitals that have not answered are asked again: the shortest
// wait is some seconds.
const chaseEach = 15 * time.Second

// bookingFlows let a place that came free be offered at once to whoever waits for
// it, and sweep each minute.
func (a *App) bookingFlows() {
	offer := func(_ journal.Entry, detail map[string]string) (jobs.Args, time.Time) {
		return booking.Offer{Session: detail["session"]}, time.Time{}
	}
	a.Journal.On(booking.ActCancelled, offer)
	for _, act := range []journal.Act{booking.ActChanged, booking.ActWaitLeft, booking.ActRefused, booking.ActUnanswered, booking.ActMoveRefused} {
		a.Journal.On(act, offer)
	}
	jobs.Handle(a.Jobs, func(ctx context.Context, o booking.Offer) error { return a.Booking.OfferFree(ctx, o) })
	jobs.Handle(a.Jobs, func(ctx context.Context, e booking.Extend) error { return a.Booking.ExtendAll(ctx, e) })
	a.Jobs.Every(24*time.Hour, booking.Extend{})
	a.Jobs.Every(time.Minute, booking.Sweep{})
	// What a hospital is asked is sent once the act is durable, and again until it answers.
	jobs.Handle(a.Jobs, func(ctx context.Context, k booking.Send) error { return a.Booking.SendAll(ctx, k) })
	jobs.Handle(a.Jobs, func(ctx context.Context, c booking.Chase) error { return a.Booking.ChaseAll(ctx, c) })
	a.Jobs.Every(chaseEach, booking.Chase{})
	jobs.Handle(a.Jobs, func(ctx context.Context, s booking.Sweep) error { return a.Booking.Sweep(ctx, s) })
}
