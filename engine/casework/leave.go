package casework

import (
	"context"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/staff"
)

// Free is the job that puts back into the queue what a member has in hand who works
// at its office no more.
type Free struct {
	Staff civic.StaffID `json:"staff"`
}

// Kind implements jobs.Args.
func (Free) Kind() string { return "casework.free" }

// freeEach bounds one round; the job goes on until nothing is left.
const freeEach = 100

// ReleaseAll releases the cases in the hands of a member who has left, moved to
// another office, or works no cases any more. Cases of where they work stay theirs.
func (s *Service) ReleaseAll(ctx context.Context, job Free) error {
	if job.Staff == "" {
		return nil
	}
	for {
		var ids []struct{ Request civic.RequestID }
		err := s.j.Look(ctx, civic.System("casework.free"), func(v *journal.View) error {
			m, err := staff.Read(v, job.Staff)
			if err != nil && !civic.Is(err, civic.NotFound) {
				return err
			}
			stays := civic.OfficeID("")
			if _, works := m.May(civic.MayWorkCases); works {
				stays = m.Office
			}
			return v.Select(&ids, `SELECT request FROM casework WHERE assignee = $1 AND state IN ('taken', 'asked') AND office <> $2 ORDER BY request LIMIT $3`, job.Staff, stays, freeEach)
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			err := s.act(ctx, civic.System("casework.free"), id.Request, officeNeed, func(_ *journal.Tx, c *Case) (journal.Event, error) {
				if c.State != Taken && c.State != Asked || c.Assignee != job.Staff {
					return journal.Event{}, journal.ErrUnchanged
				}
				c.free()
				return journal.Event{Act: ActReleased}, nil
			})
			if err != nil && !civic.Is(err, civic.Conflict) {
				return err
			}
		}
	}
}
