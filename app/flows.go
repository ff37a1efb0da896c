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
	// Deadlines are watched by one job that comes again, not by one for each case.
	jobs.Handle(a.Jobs, func(ctx context.Context, w casework.Watch) error {
		more, err := a.Casework.Overdue(ctx, w)
		if err == nil && more {
			err = jobs.ErrMore
		}
		return err
	})
}
