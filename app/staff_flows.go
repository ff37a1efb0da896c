package app

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/casework"
	"yinqiao/grant"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/staff"
)

// again is when what a leaving member had in hand is looked for a second time: an
// act that was under way while they left has ended by then.
const again = time.Minute

// staffFlows are the jobs that a member's leaving, moving or change of posts wakes.
func (a *App) staffFlows() {
	for _, after := range []time.Duration{0, again} {
		free := func(e journal.Entry, d map[string]string) (jobs.Args, time.Time) {
			return casework.Free{Staff: civic.StaffID(d["staff"])}, e.At.Add(after)
		}
		for _, act := range []journal.Act{staff.ActLeft, staff.ActMoved, staff.ActPosts} {
			a.Journal.On(act, free)
		}
		a.Journal.On(staff.ActLeft, func(e journal.Entry, d map[string]string) (jobs.Args, time.Time) {
			return grant.Shut{Staff: civic.StaffID(d["staff"])}, e.At.Add(after)
		})
	}
	jobs.Handle(a.Jobs, func(ctx context.Context, f casework.Free) error { return a.Casework.ReleaseAll(ctx, f) })
	jobs.Handle(a.Jobs, func(ctx context.Context, s grant.Shut) error { return a.Grant.Close(ctx, s) })
	jobs.Handle(a.Jobs, func(ctx context.Context, _ staff.Sweep) error {
		if err := a.Grant.SweepReads(ctx); err != nil {
			return err
		}
		return a.Staff.SweepExpired(ctx)
	})
	a.Jobs.Every(24*time.Hour, staff.Sweep{})
}
