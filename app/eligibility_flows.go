package app

import (
	"context"
	"maps"
	"slices"
	"time"

	"yinqiao/engine/casework"
	"yinqiao/engine/eligibility"
	"yinqiao/jobs"
	"yinqiao/journal"
)

// eligibilityFlows let an office's answer decide how somebody stands, and have whoever
// no data found be visited: once a day, and when a list was brought.
func (a *App) eligibilityFlows() {
	as := map[journal.Act]eligibility.State{casework.ActResolved: eligibility.Good, casework.ActRejected: eligibility.Refused,
		casework.ActAppealed: eligibility.Asked, casework.ActReopened: eligibility.Asked, casework.ActWithdrawn: eligibility.Withdrawn}
	a.Journal.Within(slices.Collect(maps.Keys(as)), func(tx *journal.Tx, done []journal.Done) error { return a.Eligible.React(tx, done, as) })
	a.Journal.On(eligibility.ActBrought, func(journal.Entry, map[string]string) (jobs.Args, time.Time) { return eligibility.Ask{}, time.Time{} })
	jobs.Handle(a.Jobs, func(ctx context.Context, k eligibility.Ask) error { return a.Eligible.AskDue(ctx, k) })
	a.Jobs.Every(24*time.Hour, eligibility.Ask{})
}
