package booking

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

// Bar is what became of the places of one pool of a session.
type Bar struct {
	Pool      string
	Words     string // the pool, for people
	Kept      bool
	Quota     int
	Own       int // booked by those they are for
	Released  int // booked by others after their time
	Borrowed  int // booked by others who may borrow
	Held      int // kept for who is choosing, or was offered one
	ReleaseAt *time.Time
	Let       bool // the time has come
	Shut      bool
	Why       string
}

// Unused are places that nobody has.
func (b Bar) Unused() int { return max(0, b.Quota-b.Own-b.Released-b.Borrowed-b.Held) }

// Cell is a session with what became of its places.
type Cell struct {
	Session
	Bars  []Bar
	Waits int // who wait for a place
}

// Sum adds the pools up.
func (c Cell) Sum() Bar {
	var out Bar
	for _, b := range c.Bars {
		out.Quota, out.Own, out.Released, out.Borrowed, out.Held = out.Quota+b.Quota, out.Own+b.Own, out.Released+b.Released, out.Borrowed+b.Borrowed, out.Held+b.Held
	}
	return out
}

// Booked counts the places that somebody has.
func (c Cell) Booked() int { s := c.Sum(); return s.Own + s.Released + s.Borrowed }

// Kept counts the places that are still kept for those they are for.
func (c Cell) Kept() (n int) {
	for _, b := range c.Bars {
		if b.Kept && !b.Let && !b.Shut {
			n += b.Unused()
		}
	}
	return n
}

// Clock says when the session is, in digits and without the day.
func (c Cell) Clock() string { return sayClockOf(c.StartsAt) + "–" + sayClockOf(c.EndsAt) }

// GridRow is a resource over the days of a week.
type GridRow struct {
	Resource
	Days [7][]Cell
}

// Grid is a week of an office.
type Grid struct {
	Office  place.Office
	Days    [7]string // YYYY-MM-DD, from Monday
	Today   string
	Rows    []GridRow
	MayKeep bool // the reader keeps the sessions

	Departments []string // of the office
	Department  string   // the one that is shown; "" for all
	Cut         bool     // there are more than are shown: one department at a time shows them
}

// here finds the office of the member of staff at the controls, who works there or keeps
// its sessions.
func here(v *journal.View) (office civic.OfficeID, keeps bool, err error) {
	auth, err := v.Authorise(civic.Need{Permission: civic.MayKeepSessions, Look: true})
	if err == nil {
		return auth.Office(), true, nil
	}
	if !civic.Is(err, civic.Denied) {
		return "", false, err
	}
	auth, err = v.Authorise(civic.Need{Permission: civic.MayWorkCases, Look: true})
	return auth.Office(), false, err
}

// mondayOf is the Monday of a day's week.
func mondayOf(day time.Time) time.Time { return day.AddDate(0, 0, -(int(day.Weekday())+6)%7) }

// Week shows the week of a day ("" for today) at the office of the member of staff at
// the controls, of one department or ("") all: what can be booked, and what became of each
// pool. It needs case.work or booking.keep.
func (s *Service) Week(ctx context.Context, actor civic.Actor, day, department string) (*Grid, error) {
	g := &Grid{Department: department}
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		office, keeps, err := here(v)
		if err != nil {
			return err
		}
		g.Today, g.MayKeep = dayOf(v.Now), keeps
		at, err := parseDay(cmp.Or(day, g.Today))
		if err != nil {
			return err
		}
		for i := range g.Days {
			g.Days[i] = mondayOf(at).AddDate(0, 0, i).Format(time.DateOnly)
		}
		if g.Office, err = place.Read(v, office); err != nil {
			return err
		}
		return s.fillGrid(v, g, v.Now)
	})
	if err != nil {
		return nil, err
	}
	return g, nil
}

// fillGrid adds what can be booked, and its sessions, as far as one page shows them.
func (s *Service) fillGrid(q db.Q, g *Grid, now time.Time) error {
	var err error
	if g.Departments, err = departmentsOf(q, g.Office.ID); err != nil {
		return err
	}
	rs, cut, err := activeIn(q, g.Office.ID, g.Department)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i, r := range rs {
		at[r.ID], g.Rows = i, append(g.Rows, GridRow{Resource: r})
	}
	var xs []Session
	if err := q.Select(&xs, `SELECT `+sessionColumns+` FROM booking_session WHERE office = $1 AND day >= $2 AND day <= $3 AND (department = $4 OR CAST($4 AS TEXT) = '')
		AND resource IN (SELECT id FROM booking_resource WHERE office = $1 AND state = 'active') ORDER BY starts_at, id LIMIT $5`, g.Office.ID, g.Days[0], g.Days[6], g.Department, sessionsMost+1); err != nil {
		return err
	}
	if g.Cut = cut || len(xs) > sessionsMost; len(xs) > sessionsMost {
		xs = xs[:sessionsMost]
	}
	cells, err := s.cells(q, g.Office.ID, xs, now)
	if err != nil {
		return err
	}
	for _, c := range cells {
		if i, ok := at[c.Resource]; ok {
			d := slices.Index(g.Days[:], c.Day)
			g.Rows[i].Days[d] = append(g.Rows[i].Days[d], c)
		}
	}
	return nil
}

// cells tell what became of the places of sessions of one office.
func (s *Service) cells(q db.Q, office civic.OfficeID, xs []Session, now time.Time) ([]Cell, error) {
	ids := make([]string, len(xs))
	for i, x := range xs {
		ids[i] = x.ID
	}
	pools, err := standing(q, office, ids, now)
	if err != nil {
		return nil, err
	}
	lent, waits, err := lentOf(q, office, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Cell, len(xs))
	for i, x := range xs {
		p, err := s.plan(q, x.Plan)
		if err != nil {
			return nil, err
		}
		out[i] = Cell{Session: x, Waits: waits[x.ID]}
		for _, st := range pools[x.ID] {
			out[i].Bars = append(out[i].Bars, p.bar(st, lent, now))
		}
	}
	return out, nil
}

// lentKey is a pool of a session from which others drew.
type lentKey struct {
	Session, Pool string
	Cause         Cause
}

// lentOf counts what others drew from the pools of sessions, and who wait for them.
func lentOf(q db.Q, office civic.OfficeID, ids []string) (map[lentKey]int, map[string]int, error) {
	lent, waits := map[lentKey]int{}, map[string]int{}
	for part := range slices.Chunk(ids, 300) {
		args, in := append([]any{office}, db.Args(part)...), db.In(2, len(part))
		var ls []struct {
			Session, Pool string
			Cause         Cause
			N             int
		}
		if err := q.Select(&ls, `SELECT session, pool, cause, COUNT(*) AS n FROM booking WHERE office = $1 AND session IN `+in+`
			AND cause IN ('released', 'borrowed') AND state NOT IN ('cancelled', 'called_off') GROUP BY session, pool, cause`, args...); err != nil {
			return nil, nil, err
		}
		for _, l := range ls {
			lent[lentKey{l.Session, l.Pool, l.Cause}] = l.N
		}
		var ws []struct {
			Session string
			N       int
		}
		if err := q.Select(&ws, `SELECT session, COUNT(*) AS n FROM booking_wait WHERE office = $1 AND session IN `+in+` AND state IN ('waiting', 'offered') GROUP BY session`, args...); err != nil {
			return nil, nil, err
		}
		for _, w := range ws {
			waits[w.Session] = w.N
		}
	}
	return lent, waits, nil
}

func (p *Plan) bar(st state, lent map[lentKey]int, now time.Time) Bar {
	x := p.pool(st.Pool)
	b := Bar{Pool: st.Pool, Words: x.Words, Kept: st.Kept, Quota: st.Quota, Held: st.Held, ReleaseAt: st.ReleaseAt, Shut: st.Shut,
		Released: lent[lentKey{st.Session, st.Pool, Released}], Borrowed: lent[lentKey{st.Session, st.Pool, Borrowed}],
		Let: st.ReleaseAt != nil && !st.ReleaseAt.After(now)}
	if x.Release != nil {
		b.Why = x.Release.Why
	}
	b.Own = max(0, st.Used-b.Released-b.Borrowed)
	return b
}

// sessionsMost is how many sessions one week shows; one that has more says so.
const sessionsMost = 2000

// SessionFile is a session with who has booked it.
type SessionFile struct {
	Cell
	Resource Resource
	Office   place.Office
	Items    []Item
	Now      time.Time
	MayKeep  bool
}

// Over reports whether it has ended.
func (f SessionFile) Over() bool { return !f.EndsAt.After(f.Now) }

// At shows a session of one's own office with what became of its places and who has
// booked it, by masked name. It needs case.work or booking.keep.
func (s *Service) At(ctx context.Context, actor civic.Actor, session string) (*SessionFile, error) {
	f := &SessionFile{}
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		office, keeps, err := here(v)
		if err != nil {
			return err
		}
		x, err := sessionAt(v, office, session)
		if err != nil {
			return err
		}
		cs, err := s.cells(v, office, []Session{x}, v.Now)
		if err != nil {
			return err
		}
		f.Cell, f.Now, f.MayKeep = cs[0], v.Now, keeps
		if f.Resource, err = readResource(v, office, x.Resource); err != nil {
			return err
		}
		if f.Office, err = place.Read(v, office); err != nil {
			return err
		}
		var bs []Booking
		if err := v.Select(&bs, `SELECT `+bookingColumns+` FROM booking WHERE office = $1 AND session = $2 AND state IN ('booked', 'arrived', 'missed') ORDER BY made_at, id`, office, session); err != nil {
			return err
		}
		f.Items, err = s.items(v, bs)
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}
