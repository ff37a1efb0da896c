package staff

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
)

// Sweep is the daily job that forgets what has expired.
type Sweep struct{}

// Kind implements jobs.Args.
func (Sweep) Kind() string { return "staff.sweep" }

// SweepExpired forgets sessions and enrolment codes that have expired. Acts and
// devices stay.
func (s *Service) SweepExpired(ctx context.Context) error {
	return s.j.Scratch(ctx, civic.System("sweep"), func(tx *journal.Scratch) error {
		if _, err := tx.Exec(`DELETE FROM sign_session WHERE expires <= $1`, tx.Now); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM enrol_code WHERE expires <= $1`, tx.Now.Add(-24*time.Hour))
		return err
	})
}
