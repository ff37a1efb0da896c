package app

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/casework"
	"yinqiao/jobs"
	"yinqiao/journal"
)

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
	for _, act := range []journal.Act{casework.ActOpened, casework.ActReopened, casework.ActAppealed, casework.ActAnswered, casework.ActExtended} {
		a.Journal.On(act, watch)
	}
	jobs.Handle(a.Jobs, func(ctx context.Context, w casework.Watch) error { return a.Casework.Overdue(ctx, w) })
	jobs.Handle(a.Jobs, func(ctx context.Context, w casework.Scan) error { return a.Casework.MarkDue(ctx, w) })
}
