package booking

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
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

// plenty says whether the first way of all leads to more places than they need, and
// those who are served beside them.
func plenty(tx *journal.Tx, x Session, may []*turn) (w Way, ok bool, err error) {
	for i, t := range may {
		if len(t.ways) == 0 || i > 0 && t.ways[0] != w {
			return w, false, nil
		}
		w = t.ways[0]
	}
	var left []int
	err = tx.Select(&left, `SELECT quota - used - held FROM booking_pool WHERE office = $1 AND session = $2 AND pool = $3 AND NOT shut`, x.Office, x.ID, w.Pool)
	return w, len(left) == 1 && left[0]-w.Keep >= len(may)+togetherMost, err
}

// takeAll takes a place for each, those with the same ways together, and returns who
// has one, with the way it came. Whoever is offered one has that.
func (s *Service) takeAll(tx *journal.Tx, x Session, may []*turn, theirs map[*turn]bool) (ready []*turn, ways []Way, err error) {
	groups, order := map[string][]*turn{}, []string{}
	for _, t := range may {
		if theirs[t] {
			w, err := offered(tx, x, t.o.auth.Selves(), used)
			if err == nil {
				ready, ways = append(ready, t), append(ways, w)
				continue
			}
			if err != errOfferGone {
				return nil, nil, err
			}
		}
		var key strings.Builder
		for _, w := range t.ways {
			key.WriteString(w.Pool + "/" + w.As + "/" + string(w.Cause) + ";")
		}
		if groups[key.String()] == nil {
			order = append(order, key.String())
		}
		groups[key.String()] = append(groups[key.String()], t)
	}
	slices.Sort(order)
	for _, key := range order {
		g := groups[key]
		got, err := takeMany(tx.Tx, x.Office, x.ID, g[0].ways, len(g), tx.Now)
		if err != nil {
			return nil, nil, err
		}
		for i, t := range g {
			if i < len(got) {
				ready, ways = append(ready, t), append(ways, got[i])
			} else {
				t.err = errFull
			}
		}
	}
	return ready, ways, nil
}

// takeMany takes up to n booked places by the same ways.
func takeMany(tx *db.Tx, office civic.OfficeID, session string, ways []Way, n int, now time.Time) ([]Way, error) {
	var out []Way
	if len(ways) > 0 { // mostly there is enough for all
		got, err := ways[0].take(tx, office, session, used, n, now)
		if err != nil || got {
			return slices.Repeat(ways[:1], n), err
		}
	}
	pools, err := standing(tx, office, []string{session}, now)
	if err != nil {
		return nil, err
	}
	for _, w := range ways {
		for _, p := range pools[session] {
			k := min(n-len(out), w.left(p, now))
			if p.Pool != w.Pool || k <= 0 {
				continue
			}
			_, err := take(tx, office, session, []Way{w}, used, k, now)
			if civic.Is(err, civic.Exhausted) {
				continue // another process was faster: one by one below
			}
			if err != nil {
				return nil, err
			}
			for range k {
				out = append(out, w)
			}
		}
	}
	for len(out) < n {
		w, err := take(tx, office, session, ways, used, 1, now)
		if civic.Is(err, civic.Exhausted) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
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
