package booking

import (
	"context"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// step is one act on a booking in a write.
func (s *Service) step(ctx context.Context, actor civic.Actor, id civic.RequestID, need func(db.Q, Booking) (civic.Need, error),
	do func(tx *journal.Tx, auth civic.Authority, b *Booking) (journal.Event, error)) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if err := tx.SignedIn(); err != nil {
			return err
		}
		b, err := readBooking(tx, id)
		if err != nil {
			return err
		}
		tx.Actor.Subject = b.Person
		n, err := need(tx, b)
		if err != nil {
			return err
		}
		auth, err := tx.Authorise(n)
		if err != nil {
			return err
		}
		ev, err := do(tx, auth, &b)
		if err != nil {
			return err
		}
		ev.About = append(ev.About, b.about()...)
		return tx.Record(auth, ev)
	})
}

func (s *Service) personNeed(q db.Q, b Booking) (civic.Need, error) {
	return s.requests.Need(q, b.Person, b.Service)
}

// officeNeed is what the office's own work on a booking takes.
func officeNeed(q db.Q, b Booking) (civic.Need, error) {
	return civic.Need{Person: b.Person, Office: b.Office, Permission: civic.MayWorkCases}, nil
}

// Cancel gives a place back. Pressing twice is no fault.
func (s *Service) Cancel(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.CancelAt(ctx, actor, id, 0)
}

// CancelAt is Cancel for who read the booking at a revision: Conflict if it is at
// another by now. 0 is any.
func (s *Service) CancelAt(ctx context.Context, actor civic.Actor, id civic.RequestID, rev int64) error {
	return s.step(ctx, actor, id, s.personNeed, func(tx *journal.Tx, _ civic.Authority, b *Booking) (journal.Event, error) {
		switch {
		case rev != 0 && rev != b.Rev:
			return journal.Event{}, errMoved
		case b.State == Cancelled:
			return journal.Event{}, journal.ErrUnchanged
		case b.State != Booked:
			return journal.Event{}, errEnded
		}
		if err := notOver(tx, *b); err != nil {
			return journal.Event{}, err
		}
		return journal.Event{Act: ActCancelled, Detail: b.freed()}, s.end(tx, b, Cancelled, "")
	})
}

// notOver refuses what a person does of a booking whose time has gone by: whether they came is the
// office's to say, and a place that was not used is not given back in the evening.
func notOver(tx *journal.Tx, b Booking) error {
	if tx.Actor.Operator.Kind != civic.PartyPerson {
		return nil
	}
	x, err := readSession(tx, b.Session)
	if err == nil && !x.EndsAt.After(tx.Now) {
		err = errGone
	}
	return err
}

// freed is the detail by which the flows offer a place that came free.
func (b Booking) freed() map[string]string {
	return map[string]string{"session": b.Session, "what": sayWhen(b.StartsAt)}
}

// Change moves a booking to another session of the same kind: the new place is taken
// before the old one is given back, so that nobody ends with none.
func (s *Service) Change(ctx context.Context, actor civic.Actor, id civic.RequestID, session string) error {
	return s.step(ctx, actor, id, s.personNeed, func(tx *journal.Tx, auth civic.Authority, b *Booking) (journal.Event, error) {
		if b.State != Booked {
			return journal.Event{}, errEnded
		}
		if b.Session == session {
			return journal.Event{}, journal.ErrUnchanged
		}
		if err := notOver(tx, *b); err != nil {
			return journal.Event{}, err
		}
		x, err := readSession(tx, session)
		if err != nil {
			return journal.Event{}, err
		}
		if x.Kind != b.Kind || x.Office != b.Office { // another place is another booking
			return journal.Event{}, errNoSession
		}
		if err := x.bookable(tx.Now); err != nil {
			return journal.Event{}, err
		}
		def, err := s.requests.Definition(tx, b.ID)
		if err != nil {
			return journal.Event{}, err
		}
		if err := s.within(tx, tx.Actor.Channel, auth.Selves(), def, x, b.ID, tx.Now); err != nil {
			return journal.Event{}, err
		}
		return s.change(tx, auth, b, x, s.drawOwn)
	})
}

// drawing takes a place of a session for a person, as used or as held.
type drawing func(tx *journal.Tx, auth civic.Authority, person civic.PersonID, x Session, as string) (Way, error)

// change moves a booking to a session whose limits were looked at.
func (s *Service) change(tx *journal.Tx, auth civic.Authority, b *Booking, x Session, draw drawing) (journal.Event, error) {
	own, err := owner(tx, x)
	if err != nil {
		return journal.Event{}, err
	}
	was, theirs, as := *b, NotAsked, used
	if own.asks() {
		theirs = Asked
	}
	sure := own.asks() && !b.Awaits() // what is certain is not given up for what is not
	if sure {
		if as, err = held, notMoving(tx, *b, x); err != nil {
			return journal.Event{}, err
		}
	}
	w, err := draw(tx, auth, b.Person, x, as)
	if err != nil {
		return journal.Event{}, err
	}
	who := auth.Selves() // they wait no more, and need no other place there
	if err := dropOffers(tx, x, who); err != nil {
		return journal.Event{}, err
	}
	if _, err := tx.Exec(served+db.In(3, len(who)), append([]any{x.Office, x.ID}, db.Args(who)...)...); err != nil {
		return journal.Event{}, err
	}
	if sure {
		return s.askMove(tx, b, own, x, w)
	}
	if err := s.giveUp(tx, *b, ""); err != nil {
		return journal.Event{}, err
	}
	if err := b.moveTo(tx, x, w, theirs); err != nil {
		return journal.Event{}, err
	}
	if !own.asks() {
		return was.changedTo(*b), nil
	}
	if err := s.askFor(tx, own, x, []Booking{*b}, kindPlace, ""); err != nil {
		return journal.Event{}, err
	}
	return was.changedTo(*b), tx.Record(auth, asked(*b, tx.Now))
}

// Arrive records that whoever booked has come, on the day, and gives them a number in
// the line before the door. It needs case.work at the office.
func (s *Service) Arrive(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.came(ctx, actor, id, Arrived, ActArrived)
}

// Miss records that whoever booked did not come. It needs case.work at the office, and
// the session to have begun.
func (s *Service) Miss(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.came(ctx, actor, id, Missed, ActMissed)
}

var errEarly = civic.E(civic.Conflict, "booking.early", "还没有到约好的时间，不能记没有来。")

func (s *Service) came(ctx context.Context, actor civic.Actor, id civic.RequestID, to State, act journal.Act) error {
	return s.step(ctx, actor, id, officeNeed, func(tx *journal.Tx, auth civic.Authority, b *Booking) (journal.Event, error) {
		switch {
		case b.State == to:
			return journal.Event{}, journal.ErrUnchanged
		case b.State != Booked:
			return journal.Event{}, errEnded
		case to == Missed && b.StartsAt.After(tx.Now):
			return journal.Event{}, errEarly
		case to == Arrived && b.Day != dayOf(tx.Now):
			return journal.Event{}, civic.E(civic.Conflict, "booking.other_day", "这个号约的是"+sayDay(b.StartsAt)+"，不是今天，不能取号。今天要办，请改约今天的时间。")
		}
		if to == Missed {
			return journal.Event{Act: act, Detail: map[string]string{"what": sayWhen(b.StartsAt)}}, s.end(tx, b, to, "")
		}
		return s.arrived(tx, auth, b)
	})
}
