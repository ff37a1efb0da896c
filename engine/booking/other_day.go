package booking

import (
	"context"
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

// NoDay is the weekday of a day without sessions.
const NoDay = -1

// SetDay says that a day is not like its weekday, at the whole office or for one
// resource: that there are no sessions (weekday NoDay), or those of another weekday.
// Sessions that nobody has booked are taken back, and those of the other weekday made; with
// NoDay the others are stopped, and those who had booked are told. It needs booking.keep at the office.
func (s *Service) SetDay(ctx context.Context, actor civic.Actor, office civic.OfficeID, resource, day string, weekday int, reason string) error {
	at, err := parseDay(day)
	if err != nil {
		return err
	}
	if reason, err = checkReason(reason); err != nil {
		return err
	}
	if weekday < NoDay || weekday > 6 {
		return errWeek
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, o, err := s.planner(tx, office)
		if err != nil {
			return err
		}
		if resource != "" {
			if _, err := readResource(tx, office, resource); err != nil {
				return err
			}
		}
		if day < dayOf(tx.Now) || at.Sub(tx.Now) > 2*aheadMost*24*time.Hour {
			return errDay
		}
		if _, err := tx.Exec(`INSERT INTO booking_day (office, resource, day, weekday, reason) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (office, resource, day) DO UPDATE SET weekday = excluded.weekday, reason = excluded.reason`, office, resource, day, weekday, reason); err != nil {
			return err
		}
		reach, err := reachOf(tx, office)
		if err != nil {
			return err
		}
		next := at.AddDate(0, 0, 1).Format(time.DateOnly)
		if _, err := takeBack(tx, office, resource, day, next); err != nil {
			return err
		}
		off := 0
		switch {
		case weekday == NoDay:
			off, err = s.stop(tx, auth, office, resource, day, reason)
		case day <= reach: // what lies further ahead is made in its time
			err = s.publishDay(tx, o, resource, at)
		}
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActDay, Detail: map[string]string{"day": day, "reason": reason, "weekday": strconv.Itoa(weekday), "called_off": strconv.Itoa(off)},
			About: about(office, "resource", resource)})
	})
}

// publishDay makes the sessions of one day, of the whole office or of one resource.
func (s *Service) publishDay(tx *journal.Tx, o place.Office, resource string, day time.Time) error {
	var rs []Resource
	if err := tx.Select(&rs, `SELECT `+resourceColumns+` FROM booking_resource WHERE office = $1 AND state = 'active' AND (id = $2 OR CAST($2 AS TEXT) = '') ORDER BY id`, o.ID, resource); err != nil {
		return err
	}
	_, err := s.publishAll(tx, o, rs, day, day)
	return err
}

// reachOf is the last day for which an office has sessions, "" where it has none.
func reachOf(q db.Q, office civic.OfficeID) (string, error) {
	var reach struct{ Day string }
	err := q.Get(&reach, `SELECT COALESCE(MAX(day), '') AS day FROM booking_session WHERE office = $1 AND state = 'open'`, office)
	return reach.Day, err
}

// stop shuts the sessions of a day and calls off what was booked in them.
func (s *Service) stop(tx *journal.Tx, auth civic.Authority, office civic.OfficeID, resource, day, reason string) (int, error) {
	const those = ` WHERE office = $1 AND (resource = $2 OR CAST($2 AS TEXT) = '') AND day = $3 AND state = 'open' AND starts_at > $4`
	args := []any{office, resource, day, tx.Now}
	if _, err := tx.Exec(`UPDATE booking_pool SET shut = TRUE WHERE office = $1 AND session IN (SELECT id FROM booking_session`+those+`)`, args...); err != nil {
		return 0, err
	}
	var bs []Booking
	if err := tx.Select(&bs, `SELECT `+bookingColumns+` FROM booking WHERE office = $1 AND state = 'booked' AND session IN (SELECT id FROM booking_session`+those+`) ORDER BY id`, args...); err != nil {
		return 0, err
	}
	if _, err := tx.Exec(`UPDATE booking_session SET state = 'stopped', reason = $5`+those, append(args, reason)...); err != nil {
		return 0, err
	}
	for _, b := range bs {
		if err := s.end(tx, &b, CalledOff, reason); err != nil {
			return 0, err
		}
		if err := tx.RecordFor(auth, b.Person, journal.Event{Act: ActCalledOff, Detail: map[string]string{"reason": reason, "what": sayWhen(b.StartsAt)}, About: b.about()}); err != nil {
			return 0, err
		}
	}
	return len(bs), nil
}
