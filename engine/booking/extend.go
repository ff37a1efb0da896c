package booking

import (
	"context"

	"yinqiao/civic"
	"yinqiao/journal"
)

// Extend is the daily job that makes the sessions whose booking begins soon.
type Extend struct{}

// Kind implements jobs.Args.
func (Extend) Kind() string { return "booking.extend" }

// extendBefore is how many days before booking begins a session is made, so that the
// office sees it first.
const extendBefore = 7

// ExtendAll publishes every office's sessions a week beyond what can be booked.
func (s *Service) ExtendAll(ctx context.Context, _ Extend) error {
	var rows []struct {
		Office civic.OfficeID
		Ahead  int
	}
	err := s.j.Look(ctx, civic.System("booking.extend"), func(v *journal.View) error {
		return v.Select(&rows, `SELECT office, MAX(ahead) AS ahead FROM booking_resource WHERE state = 'active' GROUP BY office ORDER BY office`)
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		until := dayOf(s.j.Now().AddDate(0, 0, min(r.Ahead+extendBefore, aheadMost-1)))
		if _, err := s.Publish(ctx, civic.System("booking.extend"), r.Office, until, nil); err != nil {
			return err
		}
	}
	return nil
}
