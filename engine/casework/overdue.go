package casework

import (
	"context"
	"errors"

	"yinqiao/civic"
	"yinqiao/jobs"
	"yinqiao/journal"
)

// Watch is the job that marks a case overdue when its time has come.
type Watch struct {
	Request civic.RequestID `json:"request"`
}

// Kind implements jobs.Args.
func (Watch) Kind() string { return "casework.watch" }

// Overdue marks a case whose deadline has passed, once. It does nothing when the
// case was answered in time, or its deadline has moved.
func (s *Service) Overdue(ctx context.Context, w Watch) error {
	err := s.act(ctx, civic.System("casework.watch"), w.Request, officeNeed, overdue)
	if errors.Is(err, errMoved) {
		return nil
	}
	return err
}

func overdue(tx *journal.Tx, c *Case) (journal.Event, error) {
	if c.OverdueAt != nil || c.State != Open && c.State != Taken || tx.Now.Before(c.DueAt) {
		return journal.Event{}, errMoved
	}
	now := tx.Now
	c.OverdueAt = &now
	return journal.Event{Act: ActOverdue}, nil
}

// Scan is the job that comes again and again and marks what no watch did: a deadline
// that moved, or a watch that was lost with its queue.
type Scan struct{}

// Kind implements jobs.Args.
func (Scan) Kind() string { return "casework.scan" }

// DueQuery finds what is past its deadline and not marked yet, the oldest first; the
// benchmark runs the same one.
const DueQuery = `SELECT request FROM casework WHERE overdue_at IS NULL AND state IN ('open', 'taken') AND due_at <= $1 ORDER BY due_at, request LIMIT 200`

// MarkDue marks up to two hundred cases past their deadline. jobs.ErrMore means that
// there may be more.
func (s *Service) MarkDue(ctx context.Context, _ Scan) error {
	var ids []civic.RequestID
	if err := s.j.Look(ctx, civic.System("casework.scan"), func(v *journal.View) error { return v.Select(&ids, DueQuery, v.Now) }); err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.Overdue(ctx, Watch{id}); err != nil {
			return err
		}
	}
	if len(ids) == 200 {
		return jobs.ErrMore
	}
	return nil
}
