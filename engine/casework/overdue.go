package casework

import (
	"context"
	"errors"

	"yinqiao/civic"
	"yinqiao/journal"
)

// Watch is the job that marks cases near and past their deadline.
type Watch struct{}

// Kind implements jobs.Args.
func (Watch) Kind() string { return "casework.watch" }

// markMost is how many cases one run of the watch marks, so that others get their
// turn.
const markMost = 200

// Overdue marks the cases whose deadline has passed, and those that are near it,
// each once. It reports whether there may be more.
func (s *Service) Overdue(ctx context.Context, _ Watch) (more bool, err error) {
	ids, err := s.due(ctx)
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		err := s.act(ctx, civic.System("casework.watch"), id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
			if c.OverdueAt != nil || c.State != Open && c.State != Taken || tx.Now.Before(c.DueAt) {
				return journal.Event{}, journal.ErrUnchanged
			}
			now := tx.Now
			c.OverdueAt = &now
			return journal.Event{Act: ActOverdue}, nil
		})
		if err != nil && !errors.Is(err, errMoved) {
			return false, err
		}
	}
	return len(ids) == markMost, nil
}

// DueQuery finds what is past its deadline and not marked yet; the benchmark runs
// the same one.
const DueQuery = `SELECT request FROM casework WHERE overdue_at IS NULL AND state IN ('open', 'taken') AND due_at <= $1 ORDER BY due_at, request LIMIT 200`

func (s *Service) due(ctx context.Context) ([]civic.RequestID, error) {
	var ids []civic.RequestID
	return ids, s.j.Look(ctx, civic.System("casework.watch"), func(v *journal.View) error {
		return v.Select(&ids, DueQuery, v.Now)
	})
}
