package booking

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
)

// What SetDay takes for a weekday beside the seven.
const (
	NoDay   = -1 // a day without sessions
	AsUsual = -2 // a day like its weekday after all
)

// SetDay says that a day is not like its weekday, at the whole office or for one
// resource: that there are no sessions (weekday NoDay), or those of another weekday; or,
// with AsUsual, that it is after all. Sessions that nobody has booked are taken back, and those
// of the other weekday made; with NoDay the others are stopped, and those who had booked, wait,
// or have a place kept for them are told. What was stopped and takes place again is opened
// again, and offered to them first. It needs booking.keep at the office.
func (s *Service) SetDay(ctx context.Context, actor civic.Actor, office civic.OfficeID, resource, day string, weekday int, reason string) error {
	at, err := parseDay(day)
	if err != nil {
		return err
	}
	if reason, err = checkReason(reason); err != nil {
		return err
	}
	if weekday < AsUsual || weekday > 6 {
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
		if err := setDay(tx, office, resource, day, weekday, reason); err != nil {
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
		off, again := 0, 0
		if weekday == NoDay {
			off, err = s.stop(tx, auth, office, resource, day, reason)
		} else {
			if day <= reach { // what lies further ahead is made in its time
				err = s.publishDay(tx, o, resource, at)
			}
			if err == nil {
				again, err = s.openAgain(tx, office, resource, at, weekday)
			}
		}
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActDay, Detail: map[string]string{"day": day, "reason": reason, "weekday": strconv.Itoa(weekday), "called_off": strconv.Itoa(off), "opened": strconv.Itoa(again)},
			About: about(office, "resource", resource)})
	})
}

// setDay keeps by which weekday a day goes. A day that is as usual after all has no row, but
// for a resource of an office that says otherwise.
func setDay(tx *journal.Tx, office civic.OfficeID, resource, day string, weekday int, reason string) error {
	if weekday == AsUsual {
		if _, err := tx.Exec(`DELETE FROM booking_day WHERE office = $1 AND resource = $2 AND day = $3`, office, resource, day); err != nil {
			return err
		}
		n := 0
		if err := tx.Get(&n, `SELECT COUNT(*) FROM booking_day WHERE office = $1 AND resource = '' AND day = $2`, office, day); err != nil || n == 0 {
			return err
		}
	}
	_, err := tx.Exec(`INSERT INTO booking_day (office, resource, day, weekday, reason) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (office, resource, day) DO UPDATE SET weekday = excluded.weekday, reason = excluded.reason`, office, resource, day, weekday, reason)
	return err
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
	if err := s.stopWaits(tx, auth, those, args, reason); err != nil {
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

// someone is who has to do with a session otherwise than by a booking.
type someone struct {
	Session string
	Person  civic.PersonID
}

// stopWaits tells those who wait for sessions that stop, and those for whom a place is kept
// in them, and lets go of what is held there, but for what a register is asked about.
func (s *Service) stopWaits(tx *journal.Tx, auth civic.Authority, those string, args []any, reason string) error {
	in := `office = $1 AND session IN (SELECT id FROM booking_session` + those + `)`
	var kept, who []someone
	if err := tx.Select(&kept, `SELECT session, person FROM booking_hold WHERE `+in+` AND draft = '' ORDER BY session, id`, args...); err != nil {
		return err
	}
	if _, err := dropHolds(tx.Tx, in+` AND draft NOT LIKE '`+moveOf+`%'`, args...); err != nil {
		return err
	}
	if err := tx.Select(&who, `UPDATE booking_wait SET state = 'left', stopped = TRUE WHERE `+in+` AND state IN ('waiting', 'offered') RETURNING session, person`, args...); err != nil {
		return err
	}
	slices.SortFunc(who, func(a, b someone) int {
		return cmp.Or(cmp.Compare(a.Session, b.Session), cmp.Compare(a.Person, b.Person))
	})
	told, sessions := map[someone]bool{}, map[string]Session{}
	for _, w := range append(who, kept...) {
		if told[w] {
			continue
		}
		told[w] = true
		x, ok := sessions[w.Session]
		if !ok {
			var err error
			if x, err = readSession(tx, w.Session); err != nil {
				return err
			}
			sessions[w.Session] = x
		}
		if err := tx.RecordFor(auth, w.Person, journal.Event{Act: ActWaitOff, Detail: map[string]string{"reason": reason, "what": sayWhen(x.StartsAt)}, About: about(x.Office, "session", x.ID)}); err != nil {
			return err
		}
	}
	return nil
}

// openAgain opens the sessions of a day that were stopped and take place after all: with
// AsUsual all of those whose resource works that day, else those that the other weekday has.
// Who was called off waits first of all, in the order in which they had booked, and who waited
// then waits again: a job offers them what is free.
func (s *Service) openAgain(tx *journal.Tx, office civic.OfficeID, resource string, day time.Time, weekday int) (int, error) {
	key := day.Format(time.DateOnly)
	var all []Session
	if err := tx.Select(&all, `SELECT `+sessionColumns+` FROM booking_session WHERE office = $1 AND (resource = $2 OR CAST($2 AS TEXT) = '') AND day = $3 AND state = 'stopped' AND starts_at > $4 ORDER BY id`,
		office, resource, key, tx.Now); err != nil || len(all) == 0 {
		return 0, err
	}
	known, err := calendarOf(tx, office, day, day)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, x := range all {
		ds := known.of(x.Resource)
		if _, _, works := ds.weekday(day); !works {
			continue // this one is still called off, by its own word
		}
		if weekday != AsUsual {
			r, err := readResource(tx, office, x.Resource)
			if err != nil {
				return 0, err
			}
			ts, _, err := weeks(tx, office, []Resource{r}, day, day)
			if err != nil {
				return 0, err
			}
			if !slices.ContainsFunc(sessionsOf(r, ts[r.ID], ds, day), func(y Session) bool { return y.StartsAt.Equal(x.StartsAt) }) {
				continue
			}
		}
		if err := openOne(tx, x); err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

func openOne(tx *journal.Tx, x Session) error {
	if _, err := tx.Exec(`UPDATE booking_session SET state = 'open', reason = '' WHERE office = $1 AND id = $2`, x.Office, x.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE booking_pool SET shut = FALSE WHERE office = $1 AND session = $2`, x.Office, x.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE booking_wait SET state = 'waiting', stopped = FALSE WHERE office = $1 AND session = $2 AND state = 'left' AND stopped`, x.Office, x.ID); err != nil {
		return err
	}
	var off []waiter
	if err := tx.Select(&off, `SELECT person, service, channel FROM booking WHERE office = $1 AND session = $2 AND state = 'called_off' AND reason = $3 ORDER BY made_at, id`, x.Office, x.ID, x.Reason); err != nil {
		return err
	}
	mine, err := waitersOf(tx, x)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, w := range off {
		self, err := people.Resolve(tx, w.Person)
		if err != nil && !civic.Is(err, civic.NotFound) {
			return err
		}
		if err != nil || self.State == "erased" || self.Died != "" || mine[self.Root] {
			continue // there is nobody whom to offer it
		}
		mine[self.Root] = true
		rows = append(rows, []any{x.Office, db.NewID(), x.ID, self.Root, w.Service, "waiting", w.Channel, x.OpensAt, false}) // nobody waits longer
	}
	if err := tx.InsertRows("booking_wait", waitRow, rows); err != nil {
		return err
	}
	return tx.Enqueue(Offer{x.ID}, time.Time{})
}

// waitersOf are those who wait for a session.
func waitersOf(q db.Q, x Session) (map[civic.PersonID]bool, error) {
	var ps []civic.PersonID
	err := q.Select(&ps, `SELECT person FROM booking_wait WHERE office = $1 AND session = $2 AND state IN ('waiting', 'offered')`, x.Office, x.ID)
	out := map[civic.PersonID]bool{}
	for _, p := range ps {
		out[p] = true
	}
	return out, err
}
