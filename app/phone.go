package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"yinqiao/channel/phone"
	"yinqiao/civic"
	"yinqiao/engine/calls"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/staff"
)

// Of the demonstration's line: where it listens, or anywhere if that is taken, and where whoever is
// not known is taken to live.
const (
	demoLine     = "127.0.0.1:5060"
	demoAnyLine  = "127.0.0.1:0"
	demoDivision = "140105"
)

// beatEach is how often the line says that it lives, and is looked whose turn is over; goodbyeFor how long callers are told that it closes.
const (
	beatEach   = 30 * time.Second
	goodbyeFor = 12 * time.Second
)

var errPhone = civic.E(civic.Invalid, "phone.settings", "电话线的设置有不对的地方，请照下面的提示改好，再启动。(the file of --phone is not right)")

// phoneLine is the open line with what serves it.
type phoneLine struct {
	app  *App
	stop context.CancelFunc
	kept func()
	done sync.WaitGroup
}

// openPhone opens the line that the installation describes; a demonstration has one on this machine. Nil
// where there is none.
func (a *App) openPhone(ctx context.Context) (*phoneLine, error) {
	settings := a.phoneSettings
	switch {
	case settings != nil:
		for _, lack := range settings.Lacks() {
			a.Log.Warn("phone", "say", lack)
		}
	case a.Config.Demo:
		settings = phone.Loopback(demoDivision, demoLine)
	}
	if err := a.Calls.Restore(ctx); err != nil {
		return nil, err
	}
	inner, stop := context.WithCancel(ctx)
	p := &phoneLine{app: a, stop: stop, kept: a.Calls.Run()}
	p.done.Go(func() {
		every(inner, beatEach, func() {
			if err := a.Calls.EndTurns(inner); err != nil && inner.Err() == nil {
				a.Log.Warn("turns at the telephone do not end", "error", err)
			}
		})
	})
	if settings == nil {
		return p, nil
	}
	at, err := a.Phone.Open(settings, a.Config.clock())
	if err != nil && a.Config.Phone == "" {
		at, err = a.Phone.Open(phone.Loopback(demoDivision, demoAnyLine), a.Config.clock()) // a softphone has the usual port
	}
	if err != nil {
		return nil, errors.Join(errPhone.Because(err), p.close(ctx))
	}
	a.Log.Info("phone", "addr", at.String())
	p.done.Go(func() { p.beat(inner) })
	return p, nil
}

// beat says every now and then that the line lives.
func (p *phoneLine) beat(ctx context.Context) {
	every(ctx, beatEach, func() {
		if err := p.app.Calls.Beat(ctx); err != nil && ctx.Err() == nil {
			p.app.Log.Warn("the line can't say that it lives", "error", err)
		}
	})
}

// every does something now and every so often until ctx ends.
func every(ctx context.Context, often time.Duration, do func()) {
	t := time.NewTicker(often)
	defer t.Stop()
	for {
		do()
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// close tells whoever speaks on the line that it closes, and keeps what was told of calls.
func (p *phoneLine) close(ctx context.Context) error {
	bye, cancel := context.WithTimeout(ctx, goodbyeFor)
	defer cancel()
	err := p.app.Phone.Close(bye)
	p.stop()
	p.done.Wait()
	p.kept()
	return err
}

// sweepCalls is how often calls of processes that have fallen are looked for.
const sweepCalls = time.Minute

// phoneFlows take whoever leaves from their seat, and look after what fell.
func (a *App) phoneFlows() {
	for _, act := range []journal.Act{staff.ActLeft, staff.ActMoved, staff.ActPosts} {
		a.Journal.On(act, func(_ journal.Entry, d map[string]string) (jobs.Args, time.Time) {
			return calls.Leave{Staff: civic.StaffID(d["staff"])}, time.Time{}
		})
	}
	jobs.Handle(a.Jobs, func(ctx context.Context, l calls.Leave) error { return a.Calls.Vacate(ctx, l) })
	jobs.Handle(a.Jobs, func(ctx context.Context, s calls.Sweep) error { return a.Calls.SweepAll(ctx, s) })
	a.Jobs.Every(sweepCalls, calls.Sweep{})
	jobs.Handle(a.Jobs, func(ctx context.Context, c calls.Clear) error { return a.Calls.ClearAll(ctx, c) })
	a.Jobs.Every(24*time.Hour, calls.Clear{})
}
