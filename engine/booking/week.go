package booking

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

const (
	wordsMost  = 60
	weekMost   = 100 // templates of one resource
	forEver    = "9999-12-31"
	aheadMost  = 366 // days
	dayMinutes = 24 * 60
)

func checkWeek(ts []Template) error {
	if len(ts) > weekMost {
		return errWeek
	}
	sorted := slices.Clone(ts)
	slices.SortFunc(sorted, func(a, b Template) int {
		return cmp.Or(cmp.Compare(a.Weekday, b.Weekday), cmp.Compare(a.From, b.From))
	})
	for i, t := range sorted {
		if t.Weekday < 0 || t.Weekday > 6 || t.From < 0 || t.To <= t.From || t.To > dayMinutes || t.Places < 1 || t.Places > placesMost {
			return errWeek
		}
		if i > 0 && sorted[i-1].Weekday == t.Weekday && t.From < sorted[i-1].To {
			return errWeek
		}
	}
	return nil
}

// SetWeek replaces the weekly sessions of a resource from a day on. Sessions that
// were made already and that nobody has booked, holds or waits for are taken back;
// Publish makes them anew. It needs booking.keep at the office.
func (s *Service) SetWeek(ctx context.Context, actor civic.Actor, office civic.OfficeID, resource, since string, week []Template) error {
	if _, err := parseDay(since); err != nil {
		return err
	}
	if err := checkWeek(week); err != nil {
		return err
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, o, err := s.planner(tx, office)
		if err != nil {
			return err
		}
		r, err := readResource(tx, office, resource)
		if err != nil {
			return err
		}
		return s.setWeek(tx, auth, o, r, since, week)
	})
}

// setWeek is SetWeek in a transaction, of a week that was checked.
func (s *Service) setWeek(tx *journal.Tx, auth civic.Authority, o place.Office, r Resource, since string, week []Template) error {
	p, err := s.plan(tx, r.Plan)
	if err != nil {
		return err
	}
	for _, t := range week {
		if err := lawful(p, r.Kind, o.Division, since, t.Places); err != nil {
			return err
		}
	}
	if since < dayOf(tx.Now) {
		return errDay
	}
	if _, err := tx.Exec(`DELETE FROM booking_template WHERE office = $1 AND resource = $2 AND since >= $3`, o.ID, r.ID, since); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE booking_template SET until = $1 WHERE office = $2 AND resource = $3 AND until > $1`, since, o.ID, r.ID); err != nil {
		return err
	}
	rows := make([][]any, len(week))
	for i, t := range week {
		rows[i] = []any{o.ID, db.NewID(), r.ID, int(t.Weekday), t.From, t.To, t.Places, t.Holidays, since, forEver}
	}
	if err := tx.InsertRows("booking_template", []string{"office", "id", "resource", "weekday", "from_min", "to_min", "places", "holidays", "since", "until"}, rows); err != nil {
		return err
	}
	gone, err := takeBack(tx, o.ID, r.ID, since, forEver)
	if err != nil {
		return err
	}
	return tx.Record(auth, journal.Event{Act: ActWeek, Detail: map[string]string{"name": r.Name, "since": since, "sessions": strconv.Itoa(len(week)), "back": strconv.Itoa(gone)},
		About: about(o.ID, "resource", r.ID)})
}

// someones holds of a session s that somebody has booked, holds or waits for.
const someones = `(EXISTS (SELECT 1 FROM booking_pool p WHERE p.office = s.office AND p.session = s.id AND (p.used > 0 OR p.held > 0))
	OR EXISTS (SELECT 1 FROM booking b WHERE b.office = s.office AND b.session = s.id)
	OR EXISTS (SELECT 1 FROM booking_wait w WHERE w.office = s.office AND w.session = s.id))`

// takeBack deletes the sessions of a resource on the days from, to excluded, that
// nobody has anything to do with, and returns how many.
func takeBack(tx *journal.Tx, office civic.OfficeID, resource, from, to string) (int, error) {
	const those = ` WHERE office = $1 AND session IN (SELECT id FROM booking_session WHERE office = $1 AND (resource = $2 OR CAST($2 AS TEXT) = '') AND day >= $3 AND day < $4 AND state = 'open')`
	// Shut first: whoever is faster has a place, and the session stays.
	if _, err := tx.Exec(`UPDATE booking_pool SET shut = TRUE`+those, office, resource, from, to); err != nil {
		return 0, err
	}
	var free []struct{ ID string }
	if err := tx.Select(&free, `SELECT s.id FROM booking_session s WHERE s.office = $1 AND (s.resource = $2 OR CAST($2 AS TEXT) = '') AND s.day >= $3 AND s.day < $4 AND s.state = 'open'
		AND NOT `+someones+` ORDER BY s.id`, office, resource, from, to); err != nil {
		return 0, err
	}
	for part := range slices.Chunk(free, 200) {
		args := []any{office}
		for _, f := range part {
			args = append(args, f.ID)
		}
		in := db.In(2, len(part))
		if _, err := tx.Exec(`DELETE FROM booking_pool WHERE office = $1 AND session IN `+in, args...); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(`DELETE FROM booking_session WHERE office = $1 AND id IN `+in, args...); err != nil {
			return 0, err
		}
	}
	_, err := tx.Exec(`UPDATE booking_pool SET shut = FALSE`+those, office, resource, from, to)
	return len(free), err
}
