package booking

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
)

// remindEach bounds how many are reminded in one write.
const remindEach = 200

// remind recalls tomorrow's bookings to those who made them before today. Who is told, and
// how, is the room of messages' business.
func (s *Service) remind(ctx context.Context) error {
	now := s.j.Now().In(civic.Shanghai)
	if minute := now.Hour()*60 + now.Minute(); minute < rules.Remind.From || minute >= rules.Remind.To {
		return nil
	}
	today := at(now, 0)
	return s.j.Write(ctx, civic.System("booking.sweep"), func(tx *journal.Tx) error {
		var bs []Booking
		if err := tx.Select(&bs, `SELECT office, id, session, person, starts_at FROM booking
			WHERE starts_at >= $1 AND starts_at < $2 AND state = 'booked' AND theirs IN ('', 'confirmed') AND NOT reminded AND made_at < $3 ORDER BY person, id LIMIT $4`,
			today.Add(24*time.Hour), today.Add(48*time.Hour), today, remindEach); err != nil {
			return err
		}
		told := 0
		for _, b := range bs {
			n, err := tx.Exec(`UPDATE booking SET reminded = TRUE WHERE office = $1 AND id = $2 AND state = 'booked' AND NOT reminded`, b.Office, b.ID)
			if err != nil {
				return err
			}
			if n == 0 {
				continue // cancelled at this moment, or another sweep was faster
			}
			auth, err := tx.Authorise(civic.Need{Person: b.Person})
			if err != nil {
				return err
			}
			if err := tx.RecordFor(auth, b.Person, journal.Event{Act: ActTomorrow, Detail: map[string]string{"what": sayWhen(b.StartsAt)}, About: b.about()}); err != nil {
				return err
			}
			told++
		}
		if told == 0 {
			return journal.ErrUnchanged
		}
		return nil
	})
}
