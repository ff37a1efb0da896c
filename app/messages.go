package app

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/notify"
	"yinqiao/rights"
)

// walkEach is how often what is due is looked for: the shortest wait of a chain is some
// minutes.
const walkEach = 15 * time.Second

// tell puts together the room that tells people, with the carriers that are set up.
func (a *App) tell() error {
	carriers, err := a.carriers()
	if err != nil {
		return err
	}
	a.Notify, err = notify.New(notify.Config{Journal: a.Journal, Vault: a.Vault, People: a.People, Grants: a.Grant, Requests: a.Requests, Carriers: carriers, Log: a.Log})
	if err != nil {
		return err
	}
	a.Rights.Keeps(told{a.Notify})
	return nil
}

// carriers are the machines that bring messages. A demonstration has a console that
// brings them nowhere but to a page.
func (a *App) carriers() (map[string]notify.Carrier, error) {
	if a.Config.Demo {
		return map[string]notify.Carrier{notify.CarrierSMS: notify.Console{}}, nil
	}
	return nil, nil
}

// messageFlows are the acts that make somebody be told, or make that needless. Which
// they are is in notify/data/messages.yaml.
func (a *App) messageFlows() {
	heed := func(e journal.Entry, _ map[string]string) (jobs.Args, time.Time) {
		return notify.Heed{Entry: e.ID}, time.Time{}
	}
	for _, act := range a.Notify.Acts() {
		a.Journal.On(act, heed)
	}
	jobs.Handle(a.Jobs, func(ctx context.Context, h notify.Heed) error { return a.Notify.Heed(ctx, h) })
	jobs.Handle(a.Jobs, func(ctx context.Context, w notify.Walk) error { return a.Notify.Walk(ctx, w) })
	jobs.Handle(a.Jobs, func(ctx context.Context, s notify.Send) error { return a.Notify.Send(ctx, s) })
	a.Jobs.Every(walkEach, notify.Walk{})
}

// told hands what somebody was told to the room of their rights.
type told struct{ *notify.Service }

// Told implements rights.Messages.
func (t told) Told(q db.Q, auth civic.Authority) ([]rights.CopyMessage, error) {
	list, err := t.Service.Told(q, auth)
	out := make([]rights.CopyMessage, len(list))
	for i, m := range list {
		out[i] = rights.CopyMessage(m)
	}
	return out, err
}
