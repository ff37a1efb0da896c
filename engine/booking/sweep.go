package booking

import (
	"context"
	"strconv"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

// Sweep is the job that runs every minute: it tells what was released, lets go of
// what was held too long, offers what is free to those who wait, and reminds of tomorrow.
type Sweep struct{}

// Kind implements jobs.Args.
func (Sweep) Kind() string { return "booking.sweep" }

// sweepEach bounds each part of one sweep; the next goes on.
const sweepEach = 500

// Sweep does what is due. It may be repeated, and run by several at once.
func (s *Service) Sweep(ctx context.Context, _ Sweep) error {
	for _, part := range []func(context.Context) error{s.release, s.lapseAll, s.offersOver, s.offerAll, s.remind} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// due is a pool whose time has come and is not told yet.
type due struct {
	Office  civic.OfficeID
	Session string
	Pool    string
}

// release records what of the kept places was unused when their time came. Whoever
// may take them can do so from that time on, whether this has run or not.
func (s *Service) release(ctx context.Context) error {
	return s.j.Write(ctx, civic.System("booking.sweep"), func(tx *journal.Tx) error {
		var ds []due
		// What is long past was released in its time, or its session is over.
		if err := tx.Select(&ds, `SELECT office, session, pool FROM booking_pool WHERE release_at <= $1 AND release_at > $2 AND released IS NULL ORDER BY office, session, pool LIMIT $3`,
			tx.Now, tx.Now.AddDate(0, 0, -30), sweepEach); err != nil {
			return err
		}
		told, divisions := 0, map[civic.OfficeID]civic.Division{}
		for _, d := range ds {
			n, err := s.releaseOne(tx, d, "", divisions)
			if err != nil {
				return err
			}
			told += n
		}
		if len(ds) == 0 {
			return journal.ErrUnchanged
		}
		if told == 0 { // all were used: that is in the rows, and no act
			return s.closeUsed(tx, ds)
		}
		return nil
	})
}

// closeUsed ends a sweep that found nothing unused. A write records something: that
// the kept places of these sessions were all used.
func (s *Service) closeUsed(tx *journal.Tx, ds []due) error {
	auth, err := tx.Authorise(civic.Need{})
	if err != nil {
		return err
	}
	return tx.Record(auth, journal.Event{Act: ActReleased, Detail: map[string]string{"unused": "0", "pools": strconv.Itoa(len(ds))}})
}

func (s *Service) releaseOne(tx *journal.Tx, d due, reason string, divisions map[civic.OfficeID]civic.Division) (int, error) {
	var row struct{ Unused int }
	err := tx.Get(&row, `UPDATE booking_pool SET released = quota - used - held WHERE office = $1 AND session = $2 AND pool = $3 AND released IS NULL RETURNING released AS unused`, d.Office, d.Session, d.Pool)
	if err == db.ErrNoRows {
		return 0, nil // another sweep was faster
	}
	if err != nil || row.Unused == 0 {
		return 0, err
	}
	x, err := readSession(tx, d.Session)
	if err != nil {
		return 0, err
	}
	p, err := s.plan(tx, x.Plan)
	if err != nil {
		return 0, err
	}
	if reason == "" && p.pool(d.Pool).Release != nil {
		reason = p.pool(d.Pool).Release.Why
	}
	if _, ok := divisions[d.Office]; !ok {
		o, err := place.Read(tx, d.Office)
		if err != nil {
			return 0, err
		}
		divisions[d.Office] = o.Division
	}
	auth, err := tx.Authorise(civic.Need{Permission: civic.MayKeepSessions, Office: d.Office, Division: divisions[d.Office]})
	if err != nil {
		return 0, err
	}
	unused := int64(row.Unused)
	return 1, tx.Record(auth, journal.Event{Act: ActReleased, Detail: map[string]string{"pool": d.Pool, "unused": strconv.Itoa(row.Unused), "reason": reason, "what": x.Words()},
		About: about(d.Office, "session", d.Session), Measure: &unused})
}

// ReleaseNow opens what is unused of a pool before its time, for a reason that the
// public reads. It needs booking.keep at the office.
func (s *Service) ReleaseNow(ctx context.Context, actor civic.Actor, office civic.OfficeID, session, pool, reason string) error {
	reason, err := checkReason(reason)
	if err != nil {
		return err
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		_, o, err := s.keeper(tx, office)
		if err != nil {
			return err
		}
		x, err := sessionAt(tx, office, session)
		if err != nil {
			return err
		}
		p, err := s.plan(tx, x.Plan)
		if err != nil {
			return err
		}
		if rule, ok := shareFor(x.Kind, o.Division, x.Day); ok && p.pool(pool).Kept && x.StartsAt.After(tx.Now) {
			return civic.E(civic.Denied, "booking.shares", "按"+rule.Clause+"，"+rule.Say+"要留到定好的时间，开始以前不能提前放出去。").Accepting("到时间会自动放出来")
		}
		n, err := tx.Exec(`UPDATE booking_pool SET release_at = $1 WHERE office = $2 AND session = $3 AND pool = $4 AND (release_at IS NULL OR release_at > $1)`, tx.Now, office, session, pool)
		if err != nil {
			return err
		}
		if n == 0 {
			return journal.ErrUnchanged
		}
		if n, err := s.releaseOne(tx, due{office, session, pool}, reason, map[civic.OfficeID]civic.Division{office: o.Division}); err != nil || n > 0 {
			return err
		}
		return errNoneLeft
	})
}

// SetPlaces changes how many places a session has: what is added or taken away is of
// the pool that has the rest. Conflict when more are booked and held. It needs
// booking.keep at the office.
func (s *Service) SetPlaces(ctx context.Context, actor civic.Actor, office civic.OfficeID, session string, places int, reason string) error {
	reason, err := checkReason(reason)
	if err != nil {
		return err
	}
	if places < 0 || places > placesMost {
		return errWeek.On("places")
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, o, err := s.keeper(tx, office)
		if err != nil {
			return err
		}
		x, err := sessionAt(tx, office, session)
		if err != nil {
			return err
		}
		if x.Places == places {
			return journal.ErrUnchanged
		}
		p, err := s.plan(tx, x.Plan)
		if err != nil {
			return err
		}
		// The session's row is locked first, so that two managers take turns.
		n, err := tx.Exec(`UPDATE booking_session SET places = $1 WHERE office = $2 AND id = $3 AND places = $4`, places, office, session, x.Places)
		if err != nil {
			return err
		}
		if n != 1 {
			return errMoved
		}
		if _, err := lapse(tx.Tx, office, session, tx.Now); err != nil {
			return err
		}
		quotas := p.Split(places)
		for i, pool := range p.Pools {
			n, err := tx.Exec(`UPDATE booking_pool SET quota = $1 WHERE office = $2 AND session = $3 AND pool = $4 AND used + held <= $1`, quotas[i], office, session, pool.Code)
			if err != nil {
				return err
			}
			if n != 1 {
				return errTooFew
			}
		}
		if err := lawful(p, x.Kind, o.Division, x.Day, places); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActPlaces, Detail: map[string]string{"from": strconv.Itoa(x.Places), "to": strconv.Itoa(places), "reason": reason, "what": x.Words()},
			About: about(office, "session", session)})
	})
}

// lapseAll lets go of holds whose time is over.
func (s *Service) lapseAll(ctx context.Context) error {
	return s.j.Scratch(ctx, civic.System("booking.sweep"), func(tx *journal.Scratch) error {
		var xs []struct {
			Office  civic.OfficeID
			Session string
		}
		if err := tx.Select(&xs, `SELECT DISTINCT office, session FROM booking_hold WHERE until <= $1 AND draft <> '' ORDER BY office, session LIMIT $2`, tx.Now, sweepEach); err != nil {
			return err
		}
		for _, x := range xs {
			if _, err := lapse(tx.Tx, x.Office, x.Session, tx.Now); err != nil {
				return err
			}
		}
		return nil
	})
}

// offersOver ends offers that nobody took up: the place is given back, also when it was
// booked otherwise or its taker waits no more, and the one who waited is told.
func (s *Service) offersOver(ctx context.Context) error {
	if err := s.j.Scratch(ctx, civic.System("booking.sweep"), func(tx *journal.Scratch) error {
		_, err := dropHolds(tx.Tx, `until <= $1 AND draft = ''`, tx.Now)
		return err
	}); err != nil {
		return err
	}
	return s.j.Write(ctx, civic.System("booking.sweep"), func(tx *journal.Tx) error {
		// An offer that was taken up in a draft may have lapsed there.
		var ws []waiter
		if err := tx.Select(&ws, `SELECT office, id, session, person, service, channel, since FROM booking_wait w WHERE state = 'offered'
			AND NOT EXISTS (SELECT 1 FROM booking_hold h WHERE h.office = w.office AND h.session = w.session AND h.person = w.person AND h.until > $1)
			ORDER BY id LIMIT $2`, tx.Now, sweepEach); err != nil {
			return err
		}
		told := 0
		for _, w := range ws {
			n, err := tx.Exec(`UPDATE booking_wait SET state = 'left' WHERE office = $1 AND id = $2 AND state = 'offered'`, w.Office, w.ID)
			if err != nil {
				return err
			}
			if n == 0 {
				continue // booked at this moment, or another sweep was faster
			}
			auth, err := tx.Authorise(civic.Need{Person: w.Person})
			if err != nil {
				return err
			}
			if err := tx.RecordFor(auth, w.Person, journal.Event{Act: ActOfferOver, About: about(w.Office, "session", w.Session)}); err != nil {
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

// offerAll offers what is free to those who wait, for sessions still to come.
func (s *Service) offerAll(ctx context.Context) error {
	for last := ""; ; {
		var xs []struct{ Session string }
		err := s.j.Look(ctx, civic.System("booking.sweep"), func(v *journal.View) error {
			return v.Select(&xs, `SELECT DISTINCT w.session FROM booking_wait w JOIN booking_session s ON s.office = w.office AND s.id = w.session
				WHERE w.state = 'waiting' AND w.session > $1 AND s.ends_at > $2 AND s.state = 'open'
					AND EXISTS (SELECT 1 FROM booking_pool p WHERE p.office = w.office AND p.session = w.session AND NOT p.shut AND p.quota > p.used + p.held)
				ORDER BY w.session LIMIT $3`, last, v.Now, sweepEach)
		})
		if err != nil {
			return err
		}
		for _, x := range xs {
			if err := s.OfferFree(ctx, Offer{x.Session}); err != nil && !civic.Is(err, civic.Conflict) {
				return err
			}
		}
		if len(xs) < sweepEach {
			return nil
		}
		last = xs[len(xs)-1].Session
	}
}
