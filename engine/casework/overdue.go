package casework

import (
	"context"
	"errors"
	"sync"

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
	return unlessMoved(s.act(ctx, civic.System("casework.watch"), w.Request, officeNeed, overdue))
}

// unlessMoved passes over a case that somebody was faster with.
func unlessMoved(err error) error {
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
	if c.WarnedAt == nil {
		c.WarnedAt = &now // it is late to say that it is near
	}
	return journal.Event{Act: ActOverdue}, nil
}

// warn records that a case comes near its deadline, once for each deadline: what
// other rooms tell the office rests on it.
func (s *Service) warn(ctx context.Context, w Watch) error {
	return unlessMoved(s.act(ctx, civic.System("casework.scan"), w.Request, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if c.WarnedAt != nil || c.State != Open && c.State != Taken || tx.Now.Before(c.NearAt) || !tx.Now.Before(c.DueAt) {
			return journal.Event{}, errMoved
		}
		now := tx.Now
		c.WarnedAt = &now
		return journal.Event{Act: ActNearDue, Detail: watched(c.Request, c.DueAt)}, nil
	}))
}

// Scan is the job that comes again and again: it marks what no watch did, a deadline that
// moved or a watch that was lost with its queue, and says what comes near its deadline.
type Scan struct{}

// Kind implements jobs.Args.
func (Scan) Kind() string { return "casework.scan" }

// DueQuery finds what is past its deadline and not marked yet, and NearQuery what comes
// near it and nobody has said so, the oldest first; the benchmark runs the same ones.
const (
	DueQuery  = `SELECT request FROM casework WHERE overdue_at IS NULL AND state IN ('open', 'taken') AND due_at <= $1 ORDER BY due_at, request LIMIT 200`
	NearQuery = `SELECT request FROM casework WHERE warned_at IS NULL AND state IN ('open', 'taken') AND near_at <= $1 AND due_at > $1 ORDER BY near_at, request LIMIT 200`
)

// scanMost is how many of either kind one run marks.
const scanMost = 200

// MarkDue marks up to two hundred cases past their deadline, and as many near it.
// jobs.ErrMore means that there may be more.
func (s *Service) MarkDue(ctx context.Context, _ Scan) error {
	late, err := s.markAll(ctx, DueQuery, s.Overdue)
	if err != nil {
		return err
	}
	near, err := s.markAll(ctx, NearQuery, s.warn)
	if err != nil {
		return err
	}
	if late == scanMost || near == scanMost {
		return jobs.ErrMore
	}
	return nil
}

// markers is how many cases are marked at once: their commits are shared, or overlap.
const markers = 8

// markAll marks the cases that a query finds, and says how many there were.
func (s *Service) markAll(ctx context.Context, query string, mark func(context.Context, Watch) error) (int, error) {
	var ids []civic.RequestID
	if err := s.j.Look(ctx, civic.System("casework.scan"), func(v *journal.View) error { return v.Select(&ids, query, v.Now) }); err != nil {
		return 0, err
	}
	errs := make([]error, markers)
	var wg sync.WaitGroup
	for part := range markers {
		wg.Go(func() {
			for i := part; i < len(ids) && errs[part] == nil; i += markers {
				errs[part] = mark(ctx, Watch{ids[i]})
			}
		})
	}
	wg.Wait()
	return len(ids), errors.Join(errs...)
}
