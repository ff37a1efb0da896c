package app

import (
	"context"
	"time"

	"yinqiao/channel/hook"
	"yinqiao/channel/phone"
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
	if a.phoneSettings != nil && a.phoneSettings.Out != nil {
		a.Notify.Carry(notify.CarrierVoice, phone.NewCarrier(a.Phone, a.Notify))
	}
	return nil
}

// carriers are the machines that bring messages, as the file of the installation names
// them. A demonstration has a console that brings them nowhere but to a page.
func (a *App) carriers() (map[string]notify.Carrier, error) {
	out := map[string]notify.Carrier{}
	if a.Config.Demo {
		if a.Config.Messages != "" {
			return nil, civic.E(civic.Invalid, "messages.demo", "演示里的人和号码都是虚构的，什么也不会发出去：--demo 和 --messages 只能用一个。(a demonstration sends nothing)")
		}
		out[notify.CarrierSMS] = notify.Console{}
		return out, nil
	}
	if a.Config.Messages == "" {
		return out, nil
	}
	s, err := notify.ReadSettings(a.Config.Messages)
	if err != nil {
		return nil, err
	}
	var gateways []notify.Gateway
	a.reporters = map[string]hook.Reporter{}
	for _, g := range s.Gateways {
		open, err := g.Open(a.Config.clock())
		if err != nil {
			return nil, err
		}
		gateways = append(gateways, open)
		if reads, ok := open.(interface {
			ReadReports([]byte) ([]notify.Report, error)
		}); ok {
			a.reporters[g.Name] = hook.Reporter{Secret: g.ReportSecret, Read: reads.ReadReports}
		}
	}
	if len(gateways) > 0 {
		out[notify.CarrierSMS] = notify.NewGateways(a.Config.clock(), s.PerSecond, gateways...)
	}
	if s.Mail != nil {
		out[notify.CarrierMail] = notify.NewMail(*s.Mail)
	}
	return out, nil
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
