package app

import (
	"context"
	"slices"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/engine/casework"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/ledger/finding"
	"yinqiao/ledger/task"
	"yinqiao/people"
	"yinqiao/rights"
)

// scanEvery is how often what is past its deadline is looked for, beside the watch
// that each case has of its own.
const scanEvery = 10 * time.Minute

// flows is the one list of which acts wake which jobs, and of what does the jobs.
func (a *App) flows() {
	// A case is watched until its deadline, and again after it was opened again.
	watch := func(e journal.Entry, detail map[string]string) (jobs.Args, time.Time) {
		due, err := time.Parse(time.RFC3339, detail["due"])
		if err != nil {
			due = e.At
		}
		return casework.Watch{Request: civic.RequestID(detail["request"])}, due.Add(time.Second)
	}
	for _, act := range []journal.Act{casework.ActOpened, casework.ActReopened, casework.ActAppealed, casework.ActAnswered, casework.ActWentOn, casework.ActPaid, casework.ActReceived,
		casework.ActReturned, casework.ActExtended} {
		a.Journal.On(act, watch)
	}
	a.staffFlows()
	a.bookingFlows()
	a.eligibilityFlows()
	a.messageFlows()
	a.phoneFlows()
	jobs.Handle(a.Jobs, func(ctx context.Context, w casework.Watch) error { return a.Casework.Overdue(ctx, w) })
	jobs.Handle(a.Jobs, func(ctx context.Context, w casework.Scan) error { return a.Casework.MarkDue(ctx, w) })
	a.Jobs.Every(scanEvery, casework.Scan{})

	// A list of people is checked, entered and taken back by a job, and forgotten
	// when its time is over.
	work := func(_ journal.Entry, detail map[string]string) (jobs.Args, time.Time) {
		return people.RosterWork{Roster: detail["roster"]}, time.Time{}
	}
	for _, act := range []journal.Act{people.ActRosterMapped, people.ActRosterBegun, people.ActRosterUndoing} {
		a.Journal.On(act, work)
	}
	a.Journal.On(people.ActRosterBrought, func(e journal.Entry, detail map[string]string) (jobs.Args, time.Time) {
		at, err := time.Parse(time.RFC3339, detail["forget"])
		if err != nil {
			at = e.At
		}
		return people.RosterForget{Roster: detail["roster"]}, at.Add(time.Second)
	})
	jobs.Handle(a.Jobs, func(ctx context.Context, w people.RosterWork) error { return a.People.WorkRoster(ctx, w) })
	jobs.Handle(a.Jobs, func(ctx context.Context, w people.RosterForget) error { return a.People.ForgetRoster(ctx, w) })
	// What the rules of the plans find is brought up to date in the transaction of the
	// act that may have changed it, when a window opens by itself, and once a day.
	a.Journal.Within(slices.Concat(finding.Acts(), booking.CheckedActs()), a.Findings.React)
	jobs.Handle(a.Jobs, func(ctx context.Context, r finding.Recheck) error { return a.Findings.Again(ctx, r) })
	jobs.Handle(a.Jobs, func(ctx context.Context, s finding.Sweep) error { return a.Findings.SweepAll(ctx, s) })
	a.Jobs.Every(24*time.Hour, finding.Sweep{})
	jobs.Handle(a.Jobs, func(ctx context.Context, o task.Overdue) error { return a.Ledger.NoteLate(ctx, o) })
	a.Jobs.Every(24*time.Hour, task.Overdue{})
	// A suspension that has an end ends then.
	a.Journal.On(catalog.ActSuspended, func(_ journal.Entry, detail map[string]string) (jobs.Args, time.Time) {
		until, err := time.Parse(time.RFC3339Nano, detail["until"])
		if err != nil {
			return nil, time.Time{}
		}
		return catalog.ResumeDue{Service: detail["service"], Division: civic.Division(detail["division"])}, until
	})
	jobs.Handle(a.Jobs, func(ctx context.Context, r catalog.ResumeDue) error { return a.Catalog.ResumeAt(ctx, r) })
	// What is past its term is deleted once a day.
	jobs.Handle(a.Jobs, func(ctx context.Context, w rights.Sweep) error { return a.Rights.Sweep(ctx, w) })
}
