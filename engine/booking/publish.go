package booking

import (
	"context"
	"slices"
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

// Published says what a publication made.
type Published struct {
	Resources, Sessions, Places int
}

// publishEach is how many resources are published in one transaction.
const publishEach = 50

// Publish makes the sessions of an office up to a day, included, from its templates.
// Those that are there stay as they are, so that it may be repeated. progress, if not
// nil, is told after each part what was made so far. It needs booking.keep at the
// office.
func (s *Service) Publish(ctx context.Context, actor civic.Actor, office civic.OfficeID, until string, progress func(Published)) (Published, error) {
	var sum Published
	last, err := parseDay(until)
	if err != nil {
		return sum, err
	}
	for after := ""; ; {
		var made Published
		var n int
		var end string
		err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
			made, n, end = Published{}, 0, ""
			auth, o, err := s.planner(tx, office) // else a week that is set at this moment would be published as it was
			if err != nil {
				return err
			}
			first := at(tx.Now.In(civic.Shanghai), 0)
			if last.Before(first) || last.Sub(first) > aheadMost*24*time.Hour {
				return errHorizon
			}
			var rs []Resource
			if err := tx.Select(&rs, `SELECT `+resourceColumns+` FROM booking_resource WHERE office = $1 AND state = 'active' AND id > $2 ORDER BY id LIMIT $3`, office, after, publishEach); err != nil {
				return err
			}
			if n = len(rs); n == 0 {
				return journal.ErrUnchanged
			}
			end = rs[n-1].ID // the write may run again: what is done is done after it
			if made, err = s.publishAll(tx, o, rs, first, last); err != nil {
				return err
			}
			if made.Sessions == 0 {
				return journal.ErrUnchanged
			}
			return tx.Record(auth, journal.Event{Act: ActPublished, Detail: map[string]string{"until": until, "sessions": strconv.Itoa(made.Sessions), "places": strconv.Itoa(made.Places)},
				About: about(office, "office", string(office))})
		})
		if err != nil {
			return sum, err
		}
		after = end
		sum.Resources, sum.Sessions, sum.Places = sum.Resources+n, sum.Sessions+made.Sessions, sum.Places+made.Places
		if progress != nil {
			progress(sum)
		}
		if n < publishEach {
			return sum, nil
		}
	}
}

// publishAll makes the sessions of resources of an office that are not there yet.
func (s *Service) publishAll(tx *journal.Tx, o place.Office, rs []Resource, first, last time.Time) (Published, error) {
	sum := Published{Resources: len(rs)}
	known, err := calendarOf(tx, o.ID, first, last)
	if err != nil {
		return sum, err
	}
	for part := range slices.Chunk(rs, publishEach) {
		made, err := s.publish(tx, o, part, known, first, last)
		if err != nil {
			return sum, err
		}
		sum.Sessions, sum.Places = sum.Sessions+made.Sessions, sum.Places+made.Places
	}
	return sum, nil
}

func (s *Service) publish(tx *journal.Tx, o place.Office, rs []Resource, known calendar, first, last time.Time) (Published, error) {
	out := Published{}
	ts, there, err := weeks(tx, o.ID, rs, first, last)
	if err != nil {
		return out, err
	}
	var sessions, pools [][]any
	for _, r := range rs {
		p, err := s.plan(tx, r.Plan)
		if err != nil {
			return out, err
		}
		ds := known.of(r.ID)
		for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
			for _, x := range sessionsOf(r, ts[r.ID], ds, day) {
				if there[r.ID][x.StartsAt.UnixMicro()] || !x.EndsAt.After(tx.Now) {
					continue
				}
				x.ID = db.NewID()
				sessions = append(sessions, x.row())
				pools = append(pools, p.rows(x)...)
				out.Sessions, out.Places = out.Sessions+1, out.Places+x.Places
			}
		}
	}
	return out, insertSessions(tx, sessions, pools)
}

// row is a session as it lies in its table, and rows are its pools.
func (s Session) row() []any {
	return []any{s.Office, s.ID, s.Resource, s.Kind, s.Department, s.Day, s.StartsAt, s.EndsAt, s.OpensAt, s.Places, s.Plan, s.State, s.Reason}
}

func (p *Plan) rows(x Session) (out [][]any) {
	for i, n := range p.Split(x.Places) {
		pool := &p.Pools[i]
		out = append(out, []any{x.Office, x.ID, pool.Code, i, pool.Kept, n, 0, 0, false, pool.releaseAt(x.StartsAt)})
	}
	return out
}

func insertSessions(tx *journal.Tx, sessions, pools [][]any) error {
	if err := tx.InsertRows("booking_session", []string{"office", "id", "resource", "kind", "department", "day", "starts_at", "ends_at", "opens_at", "places", "plan", "state", "reason"}, sessions); err != nil {
		if db.IsUnique(err) {
			return errMoved // somebody else publishes at the same moment
		}
		return err
	}
	return tx.InsertRows("booking_pool", []string{"office", "session", "pool", "ord", "kept", "quota", "used", "held", "shut", "release_at"}, pools)
}

// weeks reads what the sessions of resources are made of: their templates, and the
// sessions there are.
func weeks(q db.Q, office civic.OfficeID, rs []Resource, first, last time.Time) (map[string][]template, map[string]map[int64]bool, error) {
	ids := make([]string, len(rs))
	for i, r := range rs {
		ids[i] = r.ID
	}
	ts, there := map[string][]template{}, map[string]map[int64]bool{}
	in, args := db.In(4, len(ids)), append([]any{office, first.Format(time.DateOnly), last.Format(time.DateOnly)}, db.Args(ids)...)
	var rows []template
	if err := q.Select(&rows, `SELECT `+templateColumns+` FROM booking_template
		WHERE office = $1 AND until > $2 AND since <= $3 AND resource IN `+in, args...); err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		ts[r.Resource] = append(ts[r.Resource], r)
	}
	var is []struct {
		Resource string
		StartsAt time.Time
	}
	if err := q.Select(&is, `SELECT resource, starts_at FROM booking_session WHERE office = $1 AND day >= $2 AND day <= $3 AND resource IN `+in, args...); err != nil {
		return nil, nil, err
	}
	for _, x := range is {
		if there[x.Resource] == nil {
			there[x.Resource] = map[int64]bool{}
		}
		there[x.Resource][x.StartsAt.UnixMicro()] = true
	}
	return ts, there, nil
}

// calendar is on which days an office is not as usual.
type calendar struct {
	place map[string]place.DayPlan // of the place itself
	own   []otherDay               // by the office's word first, then by resources'
}

// otherDay is a day that goes by another weekday, at the office or for one resource.
type otherDay struct {
	Resource, Day string
	Weekday       int
}

func calendarOf(q db.Q, office civic.OfficeID, first, last time.Time) (c calendar, err error) {
	if err = q.Select(&c.own, `SELECT resource, day, weekday FROM booking_day WHERE office = $1 AND day >= $2 AND day <= $3 ORDER BY resource`,
		office, first.Format(time.DateOnly), last.Format(time.DateOnly)); err != nil {
		return c, err
	}
	c.place, err = doors(q, office, first, last)
	return c, err
}

// of is the calendar of one resource: the office's word, and its own over it.
func (c calendar) of(resource string) days {
	d := days{c.place, map[string]int{}}
	for _, x := range c.own {
		if x.Resource == "" || x.Resource == resource {
			d.own[x.Day] = x.Weekday
		}
	}
	return d
}

// doorsEach is how many days a timetable reaches.
const doorsEach = 50

// doors reads on which days a place is not open as usual.
func doors(q db.Q, office civic.OfficeID, first, last time.Time) (map[string]place.DayPlan, error) {
	out := map[string]place.DayPlan{}
	for from := first; !from.After(last); from = from.AddDate(0, 0, doorsEach) {
		c, err := place.Standing(q, office, from)
		if err != nil {
			return nil, err
		}
		for _, d := range c.Table.Ahead(from, doorsEach) {
			if d.Other {
				out[d.Day.Format(time.DateOnly)] = d
			}
		}
	}
	return out, nil
}
