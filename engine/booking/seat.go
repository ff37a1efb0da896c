package booking

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
)

// state is one pool of a session as it stands.
type state struct {
	Session   string
	Pool      string
	Ord       int
	Kept      bool
	Quota     int
	Used      int
	Held      int
	Shut      bool
	ReleaseAt *time.Time
	Released  *int
}

const stateColumns = `session, pool, ord, kept, quota, used, held, shut, release_at, released`

// left is how many places a way leads to.
func (w Way) left(p state, now time.Time) int {
	if p.Shut || w.Cause == Released && (p.ReleaseAt == nil || p.ReleaseAt.After(now)) {
		return 0
	}
	return max(0, p.Quota-p.Used-p.Held-w.Keep)
}

// free counts the places that somebody with these ways can get.
func free(ways []Way, pools []state, now time.Time) int {
	best := map[string]int{}
	for _, w := range ways {
		for _, p := range pools {
			if p.Pool == w.Pool {
				best[w.Pool] = max(best[w.Pool], w.left(p, now))
			}
		}
	}
	n := 0
	for _, k := range best {
		n += k
	}
	return n
}

// freeTo counts the places of a session that a drawer can get.
func (s *Service) freeTo(q db.Q, d Drawer, x Session, pools []state) (int, error) {
	p, err := s.plan(q, x.Plan)
	if err != nil {
		return 0, err
	}
	return free(p.Ways(d, x.Office, x.StartsAt), pools, d.Now), nil
}

// keptOf counts the places of pools that are still kept for those they are for.
func keptOf(pools []state, now time.Time) (n int) {
	for _, p := range pools {
		if p.Kept && !p.Shut && (p.ReleaseAt == nil || p.ReleaseAt.After(now)) {
			n += max(0, p.Quota-p.Used-p.Held)
		}
	}
	return n
}

// What a place is taken for.
const (
	used = "used"
	held = "held"
)

// take takes so many places by the first way that leads to them. A place whose hold
// has expired is free. Exhausted when there is none: the row itself refuses.
func take(tx *db.Tx, office civic.OfficeID, session string, ways []Way, what string, n int, now time.Time) (Way, error) {
	for range 2 {
		for _, w := range ways {
			got, err := w.take(tx, office, session, what, n, now)
			if err != nil || got {
				return w, err
			}
		}
		lapsed, err := lapse(tx, office, session, now)
		if err != nil {
			return Way{}, err
		}
		if lapsed == 0 {
			break
		}
	}
	return Way{}, errFull
}

// take takes so many places by one way, all or none.
func (w Way) take(tx *db.Tx, office civic.OfficeID, session, what string, n int, now time.Time) (bool, error) {
	query, args := `UPDATE booking_pool SET `+what+` = `+what+` + $1 WHERE office = $2 AND session = $3 AND pool = $4 AND NOT shut AND quota - used - held - $5 >= $1`,
		[]any{n, office, session, w.Pool, w.Keep}
	if w.Cause == Released {
		query, args = query+` AND release_at <= $6`, append(args, now)
	}
	got, err := tx.Exec(query, args...)
	return got == 1, err
}

// give puts places back.
func give(tx *db.Tx, office civic.OfficeID, session, pool, what string, n int) error {
	got, err := tx.Exec(`UPDATE booking_pool SET `+what+` = `+what+` - $1 WHERE office = $2 AND session = $3 AND pool = $4`, n, office, session, pool)
	if err == nil && got != 1 {
		err = errors.New("booking: a place of no pool")
	}
	return err
}

// readSession finds a session by its ID.
func readSession(q db.Q, id string) (Session, error) {
	var x Session
	err := q.Get(&x, `SELECT `+sessionColumns+` FROM booking_session WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoSession
	}
	return x, err
}

// readSessions reads sessions in one go, by their IDs. One that there is not is left out.
func readSessions(q db.Q, ids []string) (map[string]Session, error) {
	out := map[string]Session{}
	for part := range slices.Chunk(ids, 300) {
		var xs []Session
		if err := q.Select(&xs, `SELECT `+sessionColumns+` FROM booking_session WHERE id IN `+db.In(1, len(part)), db.Args(part)...); err != nil {
			return nil, err
		}
		for _, x := range xs {
			out[x.ID] = x
		}
	}
	return out, nil
}

// sessionAt finds a session of an office.
func sessionAt(q db.Q, office civic.OfficeID, id string) (Session, error) {
	x, err := readSession(q, id)
	if err == nil && x.Office != office {
		err = errNoSession
	}
	return x, err
}

// bookable says why a session can't be booked now, or nil.
func (s Session) bookable(now time.Time) error {
	switch {
	case s.State != "open":
		return errStopped
	case !s.EndsAt.After(now):
		return errOver
	case s.OpensAt.After(now):
		return errNotOpenYet
	}
	return nil
}

// standing reads the pools of sessions of one office, with what lapsed since counted
// as free.
func standing(q db.Q, office civic.OfficeID, sessions []string, now time.Time) (map[string][]state, error) {
	out := map[string][]state{}
	for part := range slices.Chunk(sessions, 300) {
		var rows []state
		args := append([]any{office}, db.Args(part)...)
		if err := q.Select(&rows, `SELECT `+stateColumns+` FROM booking_pool WHERE office = $1 AND session IN `+db.In(2, len(part)), args...); err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.Session] = append(out[r.Session], r)
		}
	}
	var lapsed []struct {
		Session, Pool string
		N             int
	}
	if err := q.Select(&lapsed, `SELECT session, pool, COUNT(*) AS n FROM booking_hold WHERE office = $1 AND until <= $2 AND draft <> '' GROUP BY session, pool`, office, now); err != nil {
		return nil, err
	}
	for _, l := range lapsed {
		for i := range out[l.Session] {
			if p := &out[l.Session][i]; p.Pool == l.Pool {
				p.Held -= l.N
			}
		}
	}
	for _, ps := range out {
		slices.SortFunc(ps, func(a, b state) int { return cmp.Compare(a.Ord, b.Ord) })
	}
	return out, nil
}
