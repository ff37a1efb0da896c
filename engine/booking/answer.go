package booking

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking/external"
	"yinqiao/journal"
)

// Hear takes what a register says of keys, at once or later, as often as it likes and in
// any order. The caller has checked that it is this register. What it does not concern is
// passed over.
func (s *Service) Hear(ctx context.Context, system string, all []external.Answer) error {
	for _, a := range all {
		if err := s.hear(ctx, system, a); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) hear(ctx context.Context, system string, a external.Answer) error {
	return s.j.Write(ctx, sender, func(tx *journal.Tx) error {
		k, b, err := askLocked(tx, a.Key)
		if civic.Is(err, civic.NotFound) || err == nil && k.System != system {
			return journal.ErrUnchanged
		}
		if err != nil {
			return err
		}
		auth, err := ofPerson(tx, b.Person)
		if err != nil {
			return err
		}
		return s.heard(tx, auth, k, b, a)
	})
}

// heard does what an answer means, under the booking's lock. An answer that was heard, or
// is older than what was heard, changes nothing.
func (s *Service) heard(tx *journal.Tx, auth civic.Authority, k ask, b Booking, a external.Answer) error {
	switch {
	case a.State == external.Pending, k.Has == freed, k.Has == taken && a.State == external.Confirmed:
		return journal.ErrUnchanged
	case a.State == external.Confirmed:
		return s.agreed(tx, auth, k, b, a)
	}
	return s.refused(tx, auth, k, b, a)
}

// mark notes what a register has, by what it said last.
func (k ask) mark(tx *journal.Tx, has, want string, a external.Answer) error {
	var next *time.Time
	if want == freed && has != freed {
		next = &tx.Now // it is asked to give up what nobody wants
	}
	_, err := tx.Exec(`UPDATE booking_ask SET has = $1, want = $2, ref = $3, word = $4, due_at = NULL, next_at = $5 WHERE office = $6 AND id = $7`,
		has, want, cmp.Or(a.Ref, k.Ref), shortly(a.Words), next, k.Office, k.ID)
	if err == nil && next != nil {
		err = tx.Enqueue(Send{[]string{k.ID}}, time.Time{})
	}
	return err
}

// agreed is what follows when a register says that it has a place.
func (s *Service) agreed(tx *journal.Tx, auth civic.Authority, k ask, b Booking, a external.Answer) error {
	switch {
	case k.Want == freed: // too late: the place was given back here, and is theirs to free
		if err := k.mark(tx, taken, freed, a); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActTooLate, Detail: b.said(), About: b.about()})
	case k.Kind == kindMove:
		return s.moved(tx, auth, k, b, a)
	}
	if err := k.mark(tx, taken, taken, a); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE booking SET theirs = 'confirmed', rev = rev + 1 WHERE office = $1 AND id = $2`, b.Office, b.ID); err != nil {
		return err
	}
	act := ActConfirmed
	if b.State != Booked {
		act = ActHeard // the person has come meanwhile
	}
	return tx.Record(auth, journal.Event{Act: act, Detail: b.said(), About: b.about(), Measure: since(k.AskedAt, tx.Now)})
}

// refused is what follows when a register says that it does not have a place, or has it
// no more.
func (s *Service) refused(tx *journal.Tx, auth civic.Authority, k ask, b Booking, a external.Answer) error {
	if err := k.mark(tx, freed, freed, a); err != nil {
		return err
	}
	switch {
	case k.Want == freed, b.State != Booked:
		return tx.Record(auth, journal.Event{Act: ActHeard, Detail: b.said(), About: b.about()})
	case k.Kind == kindMove:
		return s.notMoved(tx, auth, k, b, "医院没有同意")
	}
	act, reason := ActRefused, "医院没有确认这个号"
	if k.Has == taken {
		act, reason = ActCalledOff, "医院取消了这个号"
	}
	if why := shortly(a.Words); why != "" {
		reason += "：" + why
	}
	if err := s.lose(tx, auth, b, act, reason); err != nil || !a.Full || b.Pool == extraPool {
		return err
	}
	return noSuchPlace(tx, b)
}

// noSuchPlace takes out of sale a place that was just given back and that the hospital does
// not have: it would be promised to the next one, and refused again.
func noSuchPlace(tx *journal.Tx, b Booking) error {
	n, err := tx.Exec(`UPDATE booking_pool SET quota = quota - 1 WHERE office = $1 AND session = $2 AND pool = $3 AND quota > used + held`, b.Office, b.Session, b.Pool)
	if err == nil && n == 1 {
		_, err = tx.Exec(`UPDATE booking_session SET places = places - 1 WHERE office = $1 AND id = $2`, b.Office, b.Session)
	}
	return err
}

// lose ends a booking that the hospital does not keep: the place is given back, and the
// nearest one that is left is kept for the person for a while.
func (s *Service) lose(tx *journal.Tx, auth civic.Authority, b Booking, act journal.Act, reason string) error {
	if err := s.end(tx, &b, CalledOff, reason); err != nil {
		return err
	}
	detail := b.freed()
	detail["reason"] = reason
	if err := tx.Record(auth, journal.Event{Act: act, Detail: detail, About: b.about()}); err != nil {
		return err
	}
	return s.offerNext(tx, auth, b)
}

// offerNext keeps the nearest time that is left for a person who lost theirs, and tells
// them. None left is no fault.
func (s *Service) offerNext(tx *journal.Tx, auth civic.Authority, b Booking) error {
	left, err := s.nextBest(tx, auth, b)
	if err != nil {
		return err
	}
	for _, x := range left {
		w, err := s.draw(tx, civic.Actor{Channel: b.Channel}, auth, b.Person, x.Session, held)
		if civic.Is(err, civic.Exhausted) {
			continue // gone at this moment
		}
		if err != nil {
			return err
		}
		until, err := s.offerTo(tx, x.Session, w, b.Person)
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActNextBest, Detail: map[string]string{"what": sayWhen(x.StartsAt), "until": sayWhen(until)},
			About: append(about(x.Office, "session", x.ID), journal.About{ID: string(b.ID), Kind: "request", Role: "object"})})
	}
	return nil
}

// nextMost is how many times near the lost one are tried.
const nextMost = 5

// nextBest lists the times nearest to a lost one in which its person could draw: the same
// department, with the same doctor first.
func (s *Service) nextBest(tx *journal.Tx, auth civic.Authority, b Booking) ([]slot, error) {
	all, pools, err := s.open(tx, want{kind: b.Kind, office: b.Office, department: b.Department}, tx.Now)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	d, err := s.drawerFor(tx, civic.Actor{Channel: b.Channel}, auth, b.Person, true, tx.Now)
	if err != nil {
		return nil, err
	}
	def, err := s.requests.Definition(tx, b.ID)
	if err != nil {
		return nil, err
	}
	far := func(x slot) time.Duration {
		d := x.StartsAt.Sub(b.StartsAt).Abs()
		if x.Resource.ID != b.Resource {
			d += 24 * time.Hour
		}
		if x.StartsAt.Before(b.StartsAt) {
			d += time.Hour // of two that are as near, nobody has to hurry
		}
		return d
	}
	slices.SortStableFunc(all, func(x, y slot) int { return cmp.Compare(far(x), far(y)) })
	h, err := haveThey(tx, auth.Selves(), ahead(tx.Now), tx.Now)
	if err != nil {
		return nil, err
	}
	var out []slot
	for _, x := range all {
		if x.ID == b.Session || !x.StartsAt.After(tx.Now) || h.fits(b.Channel, auth.Selves(), def, x.Session, b.ID, tx.Now) != nil {
			continue
		}
		n, err := s.freeTo(tx, d, x.Session, pools[x.ID])
		if err != nil {
			return nil, err
		}
		if n > 0 {
			if out = append(out, x); len(out) == nextMost {
				break
			}
		}
	}
	return out, nil
}

// said is the detail of what was heard of a booking.
func (b Booking) said() map[string]string {
	return map[string]string{"what": sayWhen(b.StartsAt)}
}

func since(from, now time.Time) *int64 {
	n := int64(now.Sub(from) / time.Second)
	return &n
}
