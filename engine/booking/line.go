package booking

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/request"
)

// lines let those who wait for places of the same session share a transaction: one
// takes the places for all of them, and the row that counts them is locked once.
type lines struct {
	mu sync.Mutex
	of map[string]*line // by session, while anybody serves it

	batches, orders, largest atomic.Int64
}

// line is those who wait for a session, and how many transactions serve them now.
type line struct {
	wait    []*turn
	serving int
}

// turn is one order in a line.
type turn struct {
	o      Order
	person people.Person // under the identity that everything new is written under
	ways   []Way
	rc     request.Receipt
	err    error
	next   bool // it must find what another order in the batch books
	over   chan struct{}
}

// togetherMost is how many orders share one transaction. lineFor is how long a
// transaction of them may take. When besideFrom wait while one is served, a second one is
// begun beside it: it judges while the other writes, and waits for the row that counts.
const (
	togetherMost = 64
	besideFrom   = 32
	besideMost   = 2
	lineFor      = 30 * time.Second
)

// Batches says how many transactions Book has made, for how many orders, and the most
// orders that shared one.
func (s *Service) Batches() (batches, orders, largest int64) {
	return s.lines.batches.Load(), s.lines.orders.Load(), s.lines.largest.Load()
}

// Book takes a place for a person in one go. Orders that wait for the same session are
// served in one transaction, each by its own right. Exhausted when there is no place
// for them, or a limit of the service is reached.
func (s *Service) Book(ctx context.Context, actor civic.Actor, o Order) (request.Receipt, error) {
	if o.Person == "" {
		return request.Receipt{}, errNobody
	}
	o.actor = actor.For(o.Person)
	t := &turn{o: o, over: make(chan struct{})}
	if s.lines.join(o.Session, t) {
		go s.serve(context.WithoutCancel(ctx), o.Session)
	}
	<-t.over // it is served in any case: whoever goes away finds the place in their list
	return t.rc, t.err
}

// join puts somebody into a line, and reports whether they must be served anew.
func (l *lines) join(session string, ts ...*turn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[string]*line{}
	}
	x := l.of[session]
	if x == nil {
		x = &line{}
		l.of[session] = x
	}
	x.wait = append(x.wait, ts...)
	if x.serving == 0 || x.serving < besideMost && len(x.wait) >= besideFrom {
		x.serving++
		return true
	}
	return false
}

// batch takes the next of a line who are served together; nobody when the one who asks
// is needed no more.
func (l *lines) batch(session string) []*turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.of[session]
	if len(x.wait) == 0 || x.serving > 1 && len(x.wait) < besideFrom {
		if x.serving--; x.serving == 0 {
			delete(l.of, session)
		}
		return nil
	}
	var out []*turn
	out, x.wait = oneEach(x.wait)
	return out
}

// serve works a session's line until it is empty.
func (s *Service) serve(ctx context.Context, session string) {
	for {
		batch := s.lines.batch(session)
		if batch == nil {
			return
		}
		s.together(ctx, session, batch)
		s.answer(ctx, session, batch)
	}
}

// answer lets those go who have their answer; who must wait for another's comes next.
func (s *Service) answer(ctx context.Context, session string, batch []*turn) {
	var again []*turn
	for _, t := range batch {
		if t.next && t.err == nil {
			again = append(again, t)
		} else {
			close(t.over)
		}
	}
	if len(again) > 0 && s.lines.join(session, again...) {
		go s.serve(ctx, session)
	}
}

// oneEach takes the first order of each person: the second must find the first's
// booking.
func oneEach(queue []*turn) (batch, rest []*turn) {
	seen := map[civic.PersonID]bool{}
	for _, t := range queue {
		if len(batch) < togetherMost && !seen[t.o.Person] {
			seen[t.o.Person] = true
			batch = append(batch, t)
		} else {
			rest = append(rest, t)
		}
	}
	// In the order of the rows that are locked, so that two lines can't deadlock.
	slices.SortFunc(batch, func(a, b *turn) int { return cmp.Compare(a.o.Person, b.o.Person) })
	return batch, rest
}

// together serves a batch in one transaction. What is wrong with one order is that
// order's own error; a fault is everybody's.
func (s *Service) together(ctx context.Context, session string, batch []*turn) {
	ctx, cancel := context.WithTimeout(ctx, lineFor)
	defer cancel()
	write := func(sure bool) error {
		return s.j.Write(ctx, civic.System("booking.line"), func(tx *journal.Tx) error {
			for _, t := range batch {
				t.rc, t.err, t.next = request.Receipt{}, nil, false
			}
			return s.bookAll(tx, session, batch, sure)
		})
	}
	err := write(false)
	if errors.Is(err, errFewer) {
		err = write(true)
	}
	if err != nil {
		for _, t := range batch {
			t.rc = request.Receipt{}
			if t.err == nil {
				t.err = err
			}
		}
		return
	}
	s.lines.batches.Add(1)
	s.lines.orders.Add(int64(len(batch)))
	for {
		most := s.lines.largest.Load()
		if int64(len(batch)) <= most || s.lines.largest.CompareAndSwap(most, int64(len(batch))) {
			return
		}
	}
}

// errFewer says that there are not the places any more that there seemed to be.
var errFewer = errors.New("booking: fewer places are left than there seemed")

// bookAll books for those of a batch who may. Where there is plenty, the places are taken
// at the very end, so that the row that counts them is held through the commit alone;
// errFewer if they have gone by then. To be sure, they are taken first.
func (s *Service) bookAll(tx *journal.Tx, session string, batch []*turn, sure bool) error {
	x, err := readSession(tx, session)
	if err == nil {
		err = x.bookable(tx.Now)
	}
	if err != nil {
		return err
	}
	own, err := owner(tx, x)
	if err != nil {
		return err
	}
	may, err := s.judgeAll(tx, x, batch)
	if err != nil || len(may) == 0 {
		return cmp.Or(err, journal.ErrUnchanged) // every order has its own answer
	}
	at, err := whereOf(tx, x)
	if err != nil {
		return err
	}
	theirs, err := offersOf(tx, x, may)
	if err != nil {
		return err
	}
	var ways []Way
	ready := may
	var first Way
	late := false
	if !sure && len(theirs) == 0 {
		if first, late, err = plenty(tx, x, may); err != nil {
			return err
		}
	}
	if late {
		ways = slices.Repeat([]Way{first}, len(may))
		tx.Last(func() error {
			got, err := first.take(tx.Tx, x.Office, x.ID, used, len(may), tx.Now)
			if err == nil && !got {
				err = errFewer
			}
			return err
		})
	} else if ready, ways, err = s.takeAll(tx, x, may, theirs); err != nil || len(ready) == 0 {
		return cmp.Or(err, journal.ErrUnchanged)
	}
	entries, orders := make([]request.Entry, len(ready)), make([]Order, len(ready))
	for i, t := range ready {
		entries[i], orders[i] = t.o.entry(people.Self{Root: t.person.ID, Division: t.person.Division}, at), t.o
	}
	rs, err := s.requests.Enter(tx, entries)
	if err != nil {
		return err
	}
	bs := make([]Booking, len(ready))
	for i, r := range rs {
		bs[i] = of(r, x, ways[i], tx.Now)
		ready[i].rc = r.Receipt()
	}
	return s.book(tx, civic.Authority{}, x, own, bs, orders)
}

// offersOf finds to whom of those who book a place of the session is offered.
func offersOf(tx *journal.Tx, x Session, may []*turn) (map[*turn]bool, error) {
	var who []civic.PersonID
	of := map[civic.PersonID]*turn{}
	for _, t := range may {
		for _, id := range t.o.auth.Selves() {
			who, of[id] = append(who, id), t
		}
	}
	var hs []struct{ Person civic.PersonID }
	who = db.Filled(who)
	if err := tx.Select(&hs, `SELECT person FROM booking_hold WHERE office = $1 AND session = $2 AND draft = '' AND until > $3 AND person IN `+db.In(4, len(who)),
		append([]any{x.Office, x.ID, tx.Now}, db.Args(who)...)...); err != nil {
		return nil, err
	}
	out := map[*turn]bool{}
	for _, h := range hs {
		out[of[h.Person]] = true
	}
	return out, nil
}
