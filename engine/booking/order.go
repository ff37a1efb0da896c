package booking

import (
	"context"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/request"
)

// Order asks for a place in one go, without a dialogue: at a counter, by a nurse, or
// from another system.
type Order struct {
	Service string
	Person  civic.PersonID
	Session string

	actor civic.Actor
	auth  civic.Authority
	def   *catalog.Definition
}

var errNobody = civic.E(civic.Invalid, "booking.who", "请先选为谁约。").On("person")

// Extra makes room in a session for somebody, by the doctor who is named with it, or
// by whoever keeps the office's sessions, with a reason that people read.
func (s *Service) Extra(ctx context.Context, actor civic.Actor, o Order, reason string) (request.Receipt, error) {
	var rc request.Receipt
	reason, err := checkReason(reason)
	if err == nil && o.Person == "" {
		err = errNobody
	}
	if err != nil {
		return rc, err
	}
	err = s.j.Write(ctx, actor.For(o.Person), func(tx *journal.Tx) error {
		o.actor = tx.Actor
		x, r, err := s.enter(tx, &o)
		if err != nil {
			return err
		}
		doctor, err := s.mayAdd(tx, x)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`INSERT INTO booking_pool (office, session, pool, ord, kept, quota, used, held, shut) VALUES ($1, $2, $3, 99, FALSE, 1, 1, 0, FALSE)
			ON CONFLICT (office, session, pool) DO UPDATE SET quota = booking_pool.quota + 1, used = booking_pool.used + 1 WHERE NOT booking_pool.shut`, x.Office, x.ID, extraPool)
		if err == nil && n == 0 {
			err = errStopped
		}
		if err != nil {
			return err
		}
		b := of(r, x, Way{Pool: extraPool, As: extraPool, Cause: Extra}, tx.Now)
		b.Reason = reason
		if err := s.book(tx, o.auth, x, []Booking{b}, nil); err != nil {
			return err
		}
		rc = request.Receipt{Person: r.Person, Request: r.ID, Number: r.Number, Def: r.Def}
		return tx.Record(o.auth, journal.Event{Act: ActExtra, Detail: map[string]string{"reason": reason, "doctor": doctor, "what": x.Words()}, About: b.about()})
	})
	return rc, err
}

// mayAdd asks for the doctor's own account, or the keeper of the sessions, and names
// the doctor.
func (s *Service) mayAdd(tx *journal.Tx, x Session) (string, error) {
	r, err := readResource(tx, x.Office, x.Resource)
	if err != nil {
		return "", err
	}
	need := civic.Need{Permission: civic.MayKeepSessions, Office: x.Office}
	if r.Staff != "" && r.Staff == tx.Actor.Staff() {
		need.Permission = civic.MayServePeople
	}
	_, err = tx.Authorise(need)
	return r.Name, err
}

// enter makes the request of an order, and reads its session.
func (s *Service) enter(tx *journal.Tx, o *Order) (Session, *request.Request, error) {
	need, err := s.requests.Need(tx, o.Person, o.Service)
	if err != nil {
		return Session{}, nil, err
	}
	if o.auth, err = tx.AuthoriseBy(o.actor, need); err != nil {
		return Session{}, nil, err
	}
	x, err := readSession(tx, o.Session)
	if err != nil {
		return x, nil, err
	}
	if err := x.bookable(tx.Now); err != nil {
		return x, nil, err
	}
	rs, err := s.requests.Enter(tx, []request.Entry{o.entry()})
	if err != nil {
		return x, nil, err
	}
	if rs[0].Def.Booking == nil || rs[0].Def.Booking.Kind != x.Kind {
		return x, nil, errNoSession
	}
	return x, rs[0], nil
}

func (o Order) entry() request.Entry {
	return request.Entry{Service: o.Service, Person: o.Person, Auth: o.auth, Actor: o.actor, Answers: request.Answers{}}
}
