package booking

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Choice is a session that somebody may choose.
type Choice struct {
	Session
	What    string // the doctor, hall or class
	About   string
	When    string // in words
	Free    int    // places that they can get
	Kept    int    // places that are kept for windows, phones and older people, and unused
	Waiting bool   // they wait for one already
}

// Hours says the time without the day: 上午8点到12点.
func (c Choice) Hours() string { return c.clock() }

// choicesMost bounds what is offered at once.
const choicesMost = 200

// Others are the sessions to which a booking can be moved.
type Others struct {
	*File
	Same []Choice // with the same doctor, in the same hall or class
	Else []Choice // with others of the department
}

// Others lists the times to which a booking can be moved by whoever may: as the person,
// by a grant, or at a counter.
func (s *Service) Others(ctx context.Context, actor civic.Actor, id civic.RequestID) (*Others, error) {
	var o *Others
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := v.SignedIn(); err != nil {
			return err
		}
		b, err := readBooking(v, id)
		if err != nil {
			return err
		}
		o = &Others{File: &File{Booking: b, Now: v.Now}}
		auth, err := s.mayRead(v, o.File)
		if err == nil && !o.MaySay { // whose it is decides, not whose office
			need, errN := s.personNeed(v, b)
			if errN != nil {
				return errN
			}
			auth, err = v.Authorise(need)
		}
		if err != nil {
			return err
		}
		if err := s.fill(v, auth, o.File); err != nil || b.State != Booked {
			return err
		}
		all, err := s.choices(v, auth, b.Person, want{kind: b.Kind, office: b.Office, department: b.Department})
		if err != nil {
			return err
		}
		for _, c := range all {
			switch {
			case c.Free == 0 || c.Session.ID == b.Session:
			case c.Resource == b.Resource:
				o.Same = append(o.Same, c)
			case len(o.Else) < choicesMost:
				o.Else = append(o.Else, c)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return o, nil
}

// choices lists the sessions that may be booked now, free to the person or not, by time.
func (s *Service) choices(v *journal.View, auth civic.Authority, person civic.PersonID, w want) ([]Choice, error) {
	all, pools, err := s.open(v, w, v.Now)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	d, err := s.drawerFor(v, v.Actor, auth, person, true, v.Now)
	if err != nil {
		return nil, err
	}
	out := make([]Choice, len(all))
	for i, x := range all {
		n, err := s.freeTo(v, d, x.Session, pools[x.ID])
		if err != nil {
			return nil, err
		}
		out[i] = Choice{Session: x.Session, What: x.Resource.Name, About: x.Resource.About, When: x.Words(),
			Free: n, Kept: keptOf(pools[x.ID], v.Now)}
	}
	return out, nil
}

var (
	errRestore = civic.E(civic.Conflict, "booking.restore", "这次预约不能直接恢复了。请点「再约一次」，重新选时间。")
	errGiven   = civic.E(civic.Exhausted, "booking.given", "这个号刚刚给了别人，恢复不了。请点「再约一次」，另选一个时间。")
)

// UndoMinutes is for how long a cancelled booking can be had again.
func UndoMinutes() int { return rules.Undo.Minutes }

// restoreUntil is until when a cancelled booking can be had again; zero if it can't.
func (b Booking) restoreUntil() time.Time {
	if b.State != Cancelled || b.EndedAt == nil {
		return time.Time{}
	}
	return b.EndedAt.Add(minutes(rules.Undo.Minutes))
}

// restorable is until when a booking can be had again, nil if it can't. What a hospital
// owns was given up there, and is asked for anew.
func (s *Service) restorable(q db.Q, f *File) (*time.Time, error) {
	until := f.restoreUntil()
	if !until.After(f.Now) || f.Session.bookable(f.Now) != nil {
		return nil, nil
	}
	own, err := owner(q, f.Session)
	if err != nil || own.asks() {
		return nil, err
	}
	return &until, nil
}

// Restore takes back a cancelling of a moment ago, if a place is left. Conflict when it is
// too late, Exhausted when the place has gone. Pressing twice is no fault.
func (s *Service) Restore(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.step(ctx, actor, id, s.personNeed, func(tx *journal.Tx, auth civic.Authority, b *Booking) (journal.Event, error) {
		none := journal.Event{}
		if b.State == Booked {
			return none, journal.ErrUnchanged
		}
		if !b.restoreUntil().After(tx.Now) {
			return none, errRestore
		}
		x, err := readSession(tx, b.Session)
		if err != nil {
			return none, err
		}
		if err := x.bookable(tx.Now); err != nil {
			return none, err
		}
		if own, err := owner(tx, x); err != nil || own.asks() { // theirs was given up: it is asked for anew
			return none, orRestore(err)
		}
		def, err := s.requests.Definition(tx, b.ID)
		if err != nil {
			return none, err
		}
		if err := s.within(tx, tx.Actor.Channel, auth.Selves(), def, x, b.ID, tx.Now); err != nil {
			return none, err
		}
		w, err := s.drawOwn(tx, auth, b.Person, x, used)
		if civic.Is(err, civic.Exhausted) {
			err = errGiven
		}
		if err != nil {
			return none, err
		}
		// The place is ours: whatever a hospital was asked before, it awaits none now.
		n, err := tx.Exec(`UPDATE booking SET state = 'booked', reason = '', ended_at = NULL, theirs = '', pool = $1, drew_as = $2, cause = $3, rev = rev + 1 WHERE office = $4 AND id = $5 AND rev = $6 AND state = 'cancelled'`,
			w.Pool, w.As, w.Cause, b.Office, b.ID, b.Rev)
		if err == nil && n != 1 {
			err = errMoved
		}
		return journal.Event{Act: ActRestored, Detail: map[string]string{"what": sayWhen(b.StartsAt), "pool": w.Pool, "cause": string(w.Cause)}}, err
	})
}

// waitingFor are the sessions that some people wait for.
func waitingFor(q db.Q, who []civic.PersonID) (map[string]bool, error) {
	var xs []struct{ Session string }
	err := q.Select(&xs, `SELECT session FROM booking_wait WHERE state IN ('waiting', 'offered') AND person IN `+db.In(1, len(who)), db.Args(who)...)
	out := map[string]bool{}
	for _, x := range xs {
		out[x.Session] = true
	}
	return out, err
}

func orRestore(err error) error {
	if err == nil {
		err = errRestore
	}
	return err
}
