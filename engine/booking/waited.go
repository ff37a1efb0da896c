package booking

import (
	"context"
	"errors"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
)

// FullAsk asks for sessions that are full for a person. What is empty does not narrow.
type FullAsk struct {
	Service    string
	Person     civic.PersonID
	Office     civic.OfficeID
	Department string
	Resource   string
	Kind       string
}

// AskOf is what a draft of a service that books has been answered so far, the day not
// counted; false while the office is not answered.
func AskOf(def *catalog.Definition, person civic.PersonID, answers request.Answers) (FullAsk, bool) {
	a := FullAsk{Service: def.Service, Person: person}
	if def.Booking == nil {
		return a, false
	}
	a.Kind = def.Booking.Kind
	if q := def.Question(def.Booking.Session); q != nil {
		given := make([]string, len(q.Needs))
		for i, key := range q.Needs {
			if codes := answers.Codes(key); len(codes) > 0 {
				given[i] = codes[0]
			}
		}
		w := wantOf(a.Kind, request.Query{Given: given})
		a.Office, a.Department, a.Resource = w.office, w.department, w.resource
	}
	return a, a.Office != ""
}

// Full lists, by time, the sessions in which the person can get no place, and whether
// they wait for one.
func (s *Service) Full(ctx context.Context, actor civic.Actor, ask FullAsk) ([]Choice, error) {
	if ask.Person == "" {
		return nil, errNobody
	}
	var out []Choice
	err := s.j.Look(ctx, actor.For(ask.Person), func(v *journal.View) error {
		need, err := s.requests.Need(v, ask.Person, ask.Service)
		if err != nil {
			return err
		}
		need.Look = true
		auth, err := v.Authorise(need)
		if err != nil {
			return err
		}
		all, err := s.choices(v, auth, ask.Person, want{kind: ask.Kind, office: ask.Office, department: ask.Department, resource: ask.Resource})
		if err != nil {
			return err
		}
		waiting, err := waitingFor(v, auth.Selves())
		if err != nil {
			return err
		}
		mine, err := haveThey(v, auth.Selves(), ahead(v.Now), v.Now)
		if err != nil {
			return err
		}
		have := map[string]bool{}
		for _, b := range mine.booked {
			have[b.Session] = true
		}
		for _, c := range all {
			if c.Free == 0 && !have[c.ID] && len(out) < choicesMost {
				c.Waiting = waiting[c.ID]
				out = append(out, c)
			}
		}
		return nil
	})
	return out, err
}

// Waited is a session that somebody waits for.
type Waited struct {
	Session
	Service string
	What    string // the doctor, hall or class
	Where   string // the office
	When    string // in words
	Ahead   int    // who wait longer
	Offered bool
	Until   *time.Time      // so long the place is kept for them
	Gives   civic.RequestID // what they have booked and give up by taking the place; "" for nothing
	GivesAt string          // when and with whom that is, in words
}

// Waits lists what a person waits for, what is offered to them first. An agent sees
// what their grant covers.
func (s *Service) Waits(ctx context.Context, actor civic.Actor, person civic.PersonID) ([]Waited, error) {
	var out []Waited
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		var w where
		w.and(`state IN ('waiting', 'offered')`)
		may, err := s.mineIn(v, person, "booking_wait", &w)
		if err != nil || !may {
			return err
		}
		var ws []struct {
			waiter
			State string
		}
		if err := v.Select(&ws, `SELECT office, id, session, person, service, channel, since, state FROM booking_wait`+w.text()+` ORDER BY state, since, id LIMIT 100`, w.args...); err != nil {
			return err
		}
		self, err := people.Resolve(v, person)
		if err != nil {
			return err
		}
		for _, x := range ws {
			one, err := s.waited(v, x.waiter, self.Selves(), x.State == "offered")
			if err != nil {
				return err
			}
			if one.EndsAt.After(v.Now) {
				out = append(out, one)
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) waited(v *journal.View, w waiter, who []civic.PersonID, offered bool) (Waited, error) {
	x, err := readSession(v, w.Session)
	if err != nil {
		return Waited{}, err
	}
	r, err := readResource(v, x.Office, x.Resource)
	if err != nil {
		return Waited{}, err
	}
	o, err := place.Read(v, x.Office)
	if err != nil {
		return Waited{}, err
	}
	out := Waited{Session: x, Service: w.Service, What: r.Name, Where: o.Name, When: x.Words(), Offered: offered}
	if !offered {
		err := v.Get(&out.Ahead, `SELECT COUNT(*) FROM booking_wait WHERE office = $1 AND session = $2 AND state = 'waiting' AND (since < $3 OR since = $3 AND id < $4)`, w.Office, w.Session, w.Since, w.ID)
		return out, err
	}
	var h struct{ Until time.Time }
	err = v.Get(&h, `SELECT until FROM booking_hold WHERE office = $1 AND session = $2 AND person IN `+db.In(3, len(who))+` ORDER BY draft, until DESC LIMIT 1`, append([]any{w.Office, w.Session}, db.Args(who)...)...)
	if errors.Is(err, db.ErrNoRows) {
		return out, nil // it has just lapsed
	}
	if err != nil {
		return out, err
	}
	out.Until = &h.Until
	err = s.wouldGive(v, w, who, &out)
	return out, err
}

// wouldGive adds what somebody gives up who takes the place that they are offered. Why they
// can't take it at all is told to whoever tries.
func (s *Service) wouldGive(v *journal.View, w waiter, who []civic.PersonID, out *Waited) error {
	self, err := people.Resolve(v, w.Person)
	if err != nil {
		return err
	}
	def, err := s.requests.Live(v, w.Service, self.Division, v.Actor.Channel)
	if civic.Is(err, civic.Internal) {
		return err
	}
	if err != nil {
		return nil
	}
	b, err := s.gives(v, v.Actor.Channel, who, def, out.Session, v.Now)
	if civic.Is(err, civic.Internal) {
		return err
	}
	if err != nil || b == nil {
		return nil
	}
	r, err := readResource(v, b.Office, b.Resource)
	out.Gives, out.GivesAt = b.ID, sayWhen(b.StartsAt)+"，"+r.Name
	return err
}

var errOfferGone = civic.E(civic.Conflict, "booking.offer_gone", "给您留的时间过了，这个号给了后面的人。想去的话，请再排队等候，或者另选一个时间。")

// TakeOffer books the place that was offered to somebody who waited. Where they have a booking
// already that leaves no room for another by the limits of the service, that one is moved to
// the place, in the same transaction, if the order names it as what they give: nobody gives up
// what they were not told of. Conflict if not, or when the place is kept for them no more.
func (s *Service) TakeOffer(ctx context.Context, actor civic.Actor, o Order) (request.Receipt, error) {
	if o.Person == "" {
		return request.Receipt{}, errNobody
	}
	var rc request.Receipt
	err := s.j.Write(ctx, actor.For(o.Person), func(tx *journal.Tx) error {
		o.actor = tx.Actor
		x, e, err := s.known(tx, &o)
		if err != nil {
			return err
		}
		old, err := s.gives(tx, tx.Actor.Channel, o.auth.Selves(), e.Def, x, tx.Now)
		if err != nil {
			return err
		}
		if old != nil && old.ID != o.Gives {
			return civic.E(civic.Conflict, "booking.gives", "您已经约了"+sayWhen(old.StartsAt)+"的，按规定只能留一个。要这个号，原来的就换掉：请再看一遍，再点「要」。").On("gives")
		}
		if old != nil {
			rc = request.Receipt{Person: old.Person, Request: old.ID, Number: old.Number, Def: e.Def}
			return s.exchange(tx, o.auth, old, x)
		}
		_, r, err := s.enterKnown(tx, o, x, e)
		if err != nil {
			return err
		}
		w, err := offered(tx, x, o.auth.Selves(), used)
		if err != nil {
			return err
		}
		rc = r.Receipt()
		return s.bookOne(tx, o.auth, x, of(r, x, w, tx.Now))
	})
	return rc, err
}

// exchange moves a booking to the place that is offered to its person.
func (s *Service) exchange(tx *journal.Tx, auth civic.Authority, b *Booking, x Session) error {
	ev, err := s.change(tx, auth, b, x, func(tx *journal.Tx, auth civic.Authority, _ civic.PersonID, x Session, as string) (Way, error) {
		return offered(tx, x, auth.Selves(), as)
	})
	if err != nil {
		return err
	}
	ev.About = append(ev.About, b.about()...)
	return tx.Record(auth, ev)
}

// gives finds the booking that somebody gives up for a further place in a session, since a limit
// allows only one of the two; nil where there is room for both. Of several, the one
// nearest to the place. It is of the same service, at the same office.
func (s *Service) gives(q db.Q, ch civic.Channel, who []civic.PersonID, def *catalog.Definition, x Session, now time.Time) (*Booking, error) {
	h, err := haveThey(q, who, counted([]*catalog.Definition{def}, x, now), now)
	if err != nil {
		return nil, err
	}
	limit := h.fits(ch, who, def, x, "", now)
	if limit == nil || civic.As(limit).Code != codeLimit {
		return nil, limit
	}
	var best *has
	for i, b := range h.booked {
		if b.State != Booked || b.Service != def.Service || b.Office != x.Office || !b.StartsAt.After(now) || h.fits(ch, who, def, x, b.ID, now) != nil {
			continue
		}
		if best == nil || b.StartsAt.Sub(x.StartsAt).Abs() < best.StartsAt.Sub(x.StartsAt).Abs() {
			best = &h.booked[i]
		}
	}
	if best == nil {
		return nil, limit
	}
	b, err := readBooking(q, best.ID)
	if err == nil && b.Kind != x.Kind {
		err = limit
	}
	return &b, err
}

// offered redeems what is kept for somebody in a session: as a used place, or as one that goes
// on being held for something else.
func offered(tx *journal.Tx, x Session, who []civic.PersonID, as string) (Way, error) {
	var h hold
	err := tx.Get(&h, `SELECT `+holdColumns+` FROM booking_hold WHERE office = $1 AND session = $2 AND draft = '' AND until > $3 AND person IN `+db.In(4, len(who))+` ORDER BY until DESC LIMIT 1`,
		append([]any{x.Office, x.ID, tx.Now}, db.Args(who)...)...)
	if errors.Is(err, db.ErrNoRows) {
		return Way{}, errOfferGone
	}
	if err != nil {
		return Way{}, err
	}
	if as == held {
		n, err := tx.Exec(`DELETE FROM booking_hold WHERE office = $1 AND id = $2 AND draft = ''`, h.Office, h.ID)
		if err == nil && n == 0 {
			err = errOfferGone
		}
		return Way{Pool: h.Pool, As: h.DrewAs, Cause: h.Cause}, err
	}
	w, ok, err := redeem(tx.Tx, h.ID, x.ID, who)
	if err == nil && !ok {
		err = errOfferGone
	}
	return w, err
}
