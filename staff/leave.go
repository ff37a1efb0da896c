package staff

import (
	"context"

	"yinqiao/civic"
	"yinqiao/journal"
)

// Leave ends a member's work here, at once: no act, no session, no device, no duty.
// Their name stays in the stories of what they did. What they had in hand goes back
// by the jobs that this act wakes.
func (s *Service) Leave(ctx context.Context, actor civic.Actor, id civic.StaffID) error {
	return s.change(ctx, actor, id, func(tx *journal.Tx, _ Member) (journal.Event, error) {
		for _, q := range []string{
			`UPDATE staff SET state = 'left' WHERE id = $1`,
			`UPDATE device SET state = 'revoked' WHERE staff = $1 AND state = 'active'`,
			`DELETE FROM enrol_code WHERE staff = $1 AND used_at IS NULL`,
		} {
			if _, err := tx.Exec(q, id); err != nil {
				return journal.Event{}, err
			}
		}
		if _, err := tx.Exec(`DELETE FROM duty WHERE staff = $1 AND from_at > $2`, id, tx.Now); err != nil {
			return journal.Event{}, err
		}
		if _, err := tx.Exec(`UPDATE duty SET until_at = $1 WHERE staff = $2 AND until_at > $1`, tx.Now, id); err != nil {
			return journal.Event{}, err
		}
		return journal.Event{Act: ActLeft, Detail: map[string]string{"staff": string(id)}}, endSessions(tx, id)
	})
}
