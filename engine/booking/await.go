package booking

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking/external"
	"yinqiao/journal"
)

// Pending is what a hospital has not answered yet, as the board shows it.
type Pending struct {
	Item
	Key   string
	To    string     // when it is to move to, in words; "" where it is not to move
	Gone  bool       // nobody wants it any more: the hospital is to give it up
	Since time.Time  // asked
	Until *time.Time // an answer is waited for
	Tried int        // times that it was sent
	Word  string     // the last that came of it
	Now   time.Time
}

// Waited says for how long the hospital has been waited for.
func (p Pending) Waited() time.Duration { return p.Now.Sub(p.Since).Truncate(time.Minute) }

// Doing says what the hospital is to do.
func (p Pending) Doing() string {
	switch {
	case p.Gone:
		return "退掉这个号"
	case p.To != "":
		return "改到" + p.To
	}
	return "确认这个号"
}

// Awaiting lists all that the hospital has not answered yet at the office of the member of
// staff at the controls, what is waited for shortest first. It needs case.work.
func (s *Service) Awaiting(ctx context.Context, actor civic.Actor) ([]Pending, error) {
	var out []Pending
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MayWorkCases, Look: true})
		if err != nil {
			return err
		}
		var ks []ask
		if err := v.Select(&ks, `SELECT `+askColumns+` FROM booking_ask WHERE office = $1 AND (want = 'held' AND has = 'unknown' OR want = 'free' AND has <> 'free' AND (tried > 0 OR has = 'held'))
			ORDER BY CASE WHEN due_at IS NULL THEN 1 ELSE 0 END, due_at, asked_at, id`, auth.Office()); err != nil {
			return err
		}
		requests, sessions := make([]civic.RequestID, len(ks)), make([]string, len(ks))
		for i, k := range ks {
			requests[i], sessions[i] = k.Request, k.Session
		}
		of, err := readBookings(v, requests)
		if err != nil {
			return err
		}
		at, err := readSessions(v, sessions)
		if err != nil {
			return err
		}
		bs := make([]Booking, len(ks))
		for i, k := range ks {
			bs[i] = of[k.Request]
		}
		items, err := s.items(v, bs)
		if err != nil {
			return err
		}
		for i, k := range ks {
			p := Pending{Item: items[i], Key: k.ID, Gone: k.Want == freed, Since: k.AskedAt, Until: k.DueAt, Tried: k.Tried, Word: k.Word, Now: v.Now}
			if when := sayWhen(at[k.Session].StartsAt); k.Kind == kindMove {
				p.To = when
			} else {
				p.When = when // which is not the booking's any more where it was changed
			}
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

var errAnswered = civic.E(civic.Conflict, "booking.answered", "这个号已经有结果了，请刷新看看现在的情况。")

// AnswerFor notes what the hospital said on the telephone: that it has the place, or not,
// and why not. It needs case.work at the office.
func (s *Service) AnswerFor(ctx context.Context, actor civic.Actor, key string, yes bool, why string) error {
	a := external.Answer{Key: key, State: external.Confirmed}
	if !yes {
		var err error
		if why, err = checkReason(why); err != nil {
			return err
		}
		a.State, a.Words = external.Refused, why
	}
	return s.onAsk(ctx, actor, key, func(tx *journal.Tx, auth civic.Authority, k ask, b Booking) error {
		switch {
		case k.Has == freed, k.Has == taken && yes, k.Want == taken && b.State != Booked:
			return errAnswered
		case yes, k.Want == freed:
			return s.heard(tx, auth, k, b, a)
		case k.Kind == kindMove:
			if err := s.drop(tx, k); err != nil {
				return err
			}
			return s.notMoved(tx, auth, k, b, "医院没有同意："+why)
		case k.Has == taken:
			return s.lose(tx, auth, b, ActCalledOff, "医院取消了这个号："+why)
		}
		// What a voice said is not what the register has: it is told to forget the key too.
		return s.lose(tx, auth, b, ActRefused, "医院没有确认这个号："+why)
	})
}

// AskAgain asks the hospital once more, at once. It needs case.work at the office.
func (s *Service) AskAgain(ctx context.Context, actor civic.Actor, key string) error {
	return s.onAsk(ctx, actor, key, func(tx *journal.Tx, auth civic.Authority, k ask, b Booking) error {
		if k.Has == freed || k.Has == taken && k.Want == taken {
			return errAnswered
		}
		if _, err := tx.Exec(`UPDATE booking_ask SET next_at = $1 WHERE office = $2 AND id = $3`, tx.Now, k.Office, k.ID); err != nil {
			return err
		}
		if err := tx.Enqueue(Send{[]string{k.ID}}, time.Time{}); err != nil {
			return err
		}
		s.outside.did(k.System, true, tx.Now) // somebody says that it works again
		return tx.Record(auth, journal.Event{Act: ActAskAgain, Detail: b.said(), About: b.about()})
	})
}

// onAsk is an act of the office on one ask, under the lock of its booking.
func (s *Service) onAsk(ctx context.Context, actor civic.Actor, key string, do func(tx *journal.Tx, auth civic.Authority, k ask, b Booking) error) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if err := tx.SignedIn(); err != nil {
			return err
		}
		auth, k, b, err := asOffice(tx, key)
		if err != nil {
			return err
		}
		return do(tx, auth, k, b)
	})
}

// asOffice holds the booking of one ask for whoever works at its office.
func asOffice(tx *journal.Tx, key string) (auth civic.Authority, k ask, b Booking, err error) {
	if k, b, err = askLocked(tx, key); err != nil {
		return auth, k, b, err
	}
	tx.Actor.Subject = b.Person
	need, err := officeNeed(tx, b)
	if err != nil {
		return auth, k, b, err
	}
	auth, err = tx.Authorise(need)
	return auth, k, b, err
}
