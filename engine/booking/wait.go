package booking

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

var (
	errWaitFree = civic.E(civic.Conflict, "booking.wait_free", "这个时间还有号，不用候补，直接约就行。")
	errWaitMost = civic.E(civic.Exhausted, "booking.wait_most", "您已经在等好几个时间了，先等等看，或者打电话请人帮您看看。")
)

// waitsMost is for how many sessions one person may wait at once.
const waitsMost = 10

// waitRow are the columns of one who waits; stopped says that they left since their session was
// stopped, and wait again should it be opened again.
var waitRow = []string{"office", "id", "session", "person", "service", "state", "channel", "since", "stopped"}

// Wait puts a person on the waiting list of a session that is full. Waiting already is
// no fault.
func (s *Service) Wait(ctx context.Context, actor civic.Actor, o Order) error {
	if o.Person == "" {
		return errNobody
	}
	return s.j.Write(ctx, actor.For(o.Person), func(tx *journal.Tx) error {
		need, err := s.requests.Need(tx, o.Person, o.Service)
		if err != nil {
			return err
		}
		auth, err := tx.Authorise(need)
		if err != nil {
			return err
		}
		x, err := readSession(tx, o.Session)
		if err != nil {
			return err
		}
		if err := x.bookable(tx.Now); err != nil {
			return err
		}
		mine, err := waitingFor(tx, auth.Selves())
		switch {
		case err != nil:
			return err
		case mine[x.ID]:
			return journal.ErrUnchanged
		case len(mine) >= waitsMost:
			return errWaitMost
		}
		ways, err := s.ways(tx, tx.Actor, auth, o.Person, x, tx.Now)
		if err != nil {
			return err
		}
		pools, err := standing(tx, x.Office, []string{x.ID}, tx.Now)
		if err != nil {
			return err
		}
		if free(ways, pools[x.ID], tx.Now) > 0 {
			return errWaitFree
		}
		self, err := people.Resolve(tx, o.Person)
		if err != nil {
			return err
		}
		if err := tx.InsertRows("booking_wait", waitRow, [][]any{{x.Office, db.NewID(), x.ID, self.Root, o.Service, "waiting", actor.Channel, tx.Now, false}}); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActWaiting, Detail: map[string]string{"what": x.Words()}, About: about(x.Office, "session", x.ID)})
	})
}

// Leave takes a person off the waiting list of a session.
func (s *Service) Leave(ctx context.Context, actor civic.Actor, o Order) error {
	if o.Person == "" {
		return errNobody
	}
	return s.j.Write(ctx, actor.For(o.Person), func(tx *journal.Tx) error {
		need, err := s.requests.Need(tx, o.Person, o.Service)
		if err != nil {
			return err
		}
		auth, err := tx.Authorise(need)
		if err != nil {
			return err
		}
		x, err := readSession(tx, o.Session)
		if err != nil {
			return err
		}
		ids := auth.Selves()
		n, err := tx.Exec(`UPDATE booking_wait SET state = 'left' WHERE office = $1 AND session = $2 AND state IN ('waiting', 'offered') AND person IN `+db.In(3, len(ids)),
			append([]any{x.Office, x.ID}, db.Args(ids)...)...)
		if err != nil {
			return err
		}
		if n == 0 {
			return journal.ErrUnchanged
		}
		if err := dropOffers(tx, x, ids); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActWaitLeft, Detail: map[string]string{"what": x.Words(), "session": x.ID}, About: about(x.Office, "session", x.ID)})
	})
}

// dropOffers gives back what was offered to somebody in a session and is not wanted.
func dropOffers(tx *journal.Tx, x Session, who []civic.PersonID) error {
	_, err := dropHolds(tx.Tx, `office = $1 AND session = $2 AND draft = '' AND person IN `+db.In(3, len(who)), append([]any{x.Office, x.ID}, db.Args(who)...)...)
	return err
}

// waiter is one who waits.
type waiter struct {
	Office  civic.OfficeID
	ID      string
	Session string
	Person  civic.PersonID
	Service string
	Channel civic.Channel
	Since   time.Time
}

// offersEach is how many who wait are looked at in one transaction.
const offersEach = 20

// Offer is the job that offers what came free in a session to those who wait for it.
type Offer struct {
	Session string `json:"session"`
}

// Kind implements jobs.Args.
func (Offer) Kind() string { return "booking.offer" }

// OfferFree offers free places of a session to those who wait for it, the first first: the
// place is kept for them for a while, and they are told. Whoever may not draw what is free is
// passed over, until no place is left or nobody waits any more.
func (s *Service) OfferFree(ctx context.Context, job Offer) error {
	for last := (waiter{}); ; {
		var ws []waiter
		err := s.j.Write(ctx, civic.System("booking.offer"), func(tx *journal.Tx) error {
			var n int
			var err error
			if ws, n, err = s.offerSome(tx, job.Session, last); err == nil && n == 0 {
				err = journal.ErrUnchanged
			}
			return err
		})
		if err != nil || len(ws) < offersEach {
			return err
		}
		last = ws[len(ws)-1]
	}
}

// offerSome offers to the next of those who wait; none where nothing can be offered.
func (s *Service) offerSome(tx *journal.Tx, session string, last waiter) (ws []waiter, offered int, err error) {
	x, err := readSession(tx, session)
	if civic.Is(err, civic.NotFound) || err == nil && x.bookable(tx.Now) != nil {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	left := 0
	if err := tx.Get(&left, `SELECT COUNT(*) FROM booking_pool WHERE office = $1 AND session = $2 AND NOT shut AND (quota > used + held
		OR EXISTS (SELECT 1 FROM booking_hold h WHERE h.office = $1 AND h.session = $2 AND h.pool = booking_pool.pool AND h.until <= $3 AND h.draft <> ''))`, x.Office, x.ID, tx.Now); err != nil || left == 0 {
		return nil, 0, err
	}
	if err := tx.Select(&ws, `SELECT office, id, session, person, service, channel, since FROM booking_wait WHERE office = $1 AND session = $2 AND state = 'waiting' AND since >= $3 AND (since > $3 OR id > $4) ORDER BY since, id LIMIT $5`,
		x.Office, x.ID, last.Since, last.ID, offersEach); err != nil {
		return nil, 0, err
	}
	for _, w := range ws {
		ok, err := s.offer(tx, x, w)
		if err != nil {
			return nil, 0, err
		}
		if ok {
			offered++
		}
	}
	return ws, offered, nil
}

func (s *Service) offer(tx *journal.Tx, x Session, w waiter) (bool, error) {
	auth, err := ofPerson(tx, w.Person)
	if err != nil {
		return false, err
	}
	ways, err := s.ways(tx, civic.Actor{Channel: w.Channel}, auth, w.Person, x, tx.Now)
	if err != nil {
		return false, err
	}
	way, err := take(tx.Tx, x.Office, x.ID, ways, held, 1, tx.Now)
	if civic.Is(err, civic.Exhausted) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`UPDATE booking_wait SET state = 'offered' WHERE office = $1 AND id = $2 AND state = 'waiting'`, w.Office, w.ID)
	if err == nil && n == 0 {
		err = errMoved // the person has just left the list
	}
	if err != nil {
		return false, err
	}
	until, err := s.offerTo(tx, x, way, w.Person)
	if err != nil {
		return false, err
	}
	return true, tx.Record(auth, journal.Event{Act: ActOffered, Detail: map[string]string{"what": sayWhen(x.StartsAt), "until": sayWhen(until)}, About: about(x.Office, "session", x.ID)})
}

// offerTo keeps a place that was taken as held for a person for a while, and says until
// when.
func (s *Service) offerTo(tx *journal.Tx, x Session, w Way, person civic.PersonID) (time.Time, error) {
	until := tx.Now.Add(minutes(rules.Offer.Minutes))
	if until.After(x.EndsAt) {
		until = x.EndsAt
	}
	return until, insertHold(tx.Tx, hold{x.Office, db.NewID(), x.ID, w.Pool, w.As, w.Cause, person, "", tx.Now, until})
}
