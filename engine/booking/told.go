package booking

import (
	"errors"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Told says how each booking of a person stands, in words, for the copy that the
// person asks for.
func (s *Service) Told(q db.Q, auth civic.Authority) (map[civic.RequestID][2]string, error) {
	ids := auth.Selves()
	if len(ids) == 0 {
		return nil, errors.New("booking: the bookings of nobody")
	}
	var bs []Booking
	if err := q.Select(&bs, `SELECT `+bookingColumns+` FROM booking WHERE person IN `+db.In(1, len(ids))+` ORDER BY id`, db.Args(ids)...); err != nil {
		return nil, err
	}
	out := map[civic.RequestID][2]string{}
	for _, b := range bs {
		out[b.ID] = [2]string{b.Words(), sayWhen(b.StartsAt)}
	}
	return out, nil
}

// Unfinished counts what a person has booked that is still to come.
func (s *Service) Unfinished(q db.Q, ids []civic.PersonID) (int, error) {
	var n int
	err := q.Get(&n, `SELECT COUNT(*) FROM booking WHERE state = 'booked' AND day >= $1 AND person IN `+db.In(2, len(ids)), append([]any{dayOf(s.j.Now())}, db.Args(ids)...)...)
	return n, err
}

// Forget takes a person out of what they waited for and held. Bookings stay for
// figures, with the opaque ID of nobody.
func (s *Service) Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error {
	if !auth.Valid() || len(ids) == 0 {
		return errors.New("booking: forgetting needs an authority, and somebody")
	}
	in, args := db.In(1, len(ids)), db.Args(ids)
	if _, err := dropHolds(tx.Tx, `person IN `+in, args...); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM booking_wait WHERE person IN `+in, args...)
	return err
}
