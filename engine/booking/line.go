package booking

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"yinqiao/catalog"
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
	may, err := s.judgeAll(tx, x, batch)
	if err != nil || len(may) == 0 {
		return cmp.Or(err, journal.ErrUnchanged) // every order has its own answer
	}
	var ways []Way
	ready := may
	if w, ok, err := plenty(tx, x, may); err != nil {
		return err
	} else if ok && !sure {
		ways = slices.Repeat([]Way{w}, len(may))
		tx.Last(func() error {
			got, err := w.take(tx.Tx, x.Office, x.ID, used, len(may), tx.Now)
			if err == nil && !got {
				err = errFewer
			}
			return err
		})
	} else if ready, ways, err = s.takeAll(tx, x, may); err != nil || len(ready) == 0 {
		return cmp.Or(err, journal.ErrUnchanged)
	}
	entries, orders := make([]request.Entry, len(ready)), make([]Order, len(ready))
	for i, t := range ready {
		entries[i], orders[i] = t.o.entry(), t.o
		entries[i].Self, entries[i].Def = &people.Self{Root: t.person.ID, Division: t.person.Division}, t.o.def
	}
	rs, err := s.requests.Enter(tx, entries)
	if err != nil {
		return err
	}
	bs := make([]Booking, len(ready))
	for i, r := range rs {
		bs[i] = of(r, x, ways[i], tx.Now)
		ready[i].rc = request.Receipt{Person: r.Person, Request: r.ID, Number: r.Number, Def: r.Def}
	}
	return s.book(tx, civic.Authority{}, x, bs, orders)
}

// judgeAll returns those of a batch who may book, with the ways that they have: by
// authority, service and limits.
func (s *Service) judgeAll(tx *journal.Tx, x Session, batch []*turn) ([]*turn, error) {
	may, err := s.authorised(tx, batch)
	if err != nil || len(may) == 0 {
		return nil, err
	}
	if may, err = s.knownAll(tx, may); err != nil {
		return nil, err
	}
	if may, err = s.offeredTo(tx, x, may); err != nil || len(may) == 0 {
		return nil, err
	}
	var who []civic.PersonID
	var defs []*catalog.Definition
	for _, t := range may {
		who = append(who, t.o.auth.Selves()...)
		if !slices.Contains(defs, t.o.def) {
			defs = append(defs, t.o.def)
		}
	}
	h, err := haveThey(tx, who, counted(defs, x, tx.Now), tx.Now)
	if err != nil {
		return nil, err
	}
	may = slices.DeleteFunc(may, func(t *turn) bool {
		t.err = h.fits(t.o.actor.Channel, t.o.auth.Selves(), t.o.def, x, "", tx.Now)
		return t.err != nil
	})
	return may, s.waysOf(tx, x, may)
}

// authorised asks for the right of each, together, and returns those who have it.
func (s *Service) authorised(tx *journal.Tx, batch []*turn) ([]*turn, error) {
	needs, asks := map[string]civic.Need{}, make([]journal.Ask, len(batch))
	for i, t := range batch {
		need, ok := needs[t.o.Service]
		if !ok {
			var err error
			if need, err = s.requests.Need(tx, t.o.Person, t.o.Service); err != nil {
				return nil, err
			}
			needs[t.o.Service] = need
		}
		need.Person = t.o.Person
		asks[i] = journal.Ask{Actor: t.o.actor, Need: need}
	}
	rulings, err := tx.AuthoriseAll(asks)
	if err != nil {
		return nil, err
	}
	var may []*turn
	for i, t := range batch {
		if t.o.auth, t.err = rulings[i].Authority, rulings[i].Refused; t.err == nil {
			may = append(may, t)
		}
	}
	return may, nil
}

// knownAll reads for whom the orders are. Of one who was registered twice, the second
// order is left for the next transaction.
func (s *Service) knownAll(tx *journal.Tx, may []*turn) ([]*turn, error) {
	auths, ids := make([]civic.Authority, len(may)), make([]civic.PersonID, len(may))
	for i, t := range may {
		auths[i], ids[i] = t.o.auth, t.o.Person
	}
	known, err := s.people.KnownAll(tx, auths, ids)
	if err != nil {
		return nil, err
	}
	seen := map[civic.PersonID]bool{}
	return slices.DeleteFunc(may, func(t *turn) bool {
		t.person = known[t.o.Person]
		t.next = seen[t.person.ID]
		seen[t.person.ID] = true
		return t.next
	}), nil
}

// offeredTo returns those to whom their service is offered where they live.
func (s *Service) offeredTo(tx *journal.Tx, x Session, may []*turn) ([]*turn, error) {
	defs, out := map[string]*catalog.Definition{}, may[:0]
	for _, t := range may {
		t.o.def, t.err = s.live(tx, defs, t, x)
		switch {
		case t.err == nil:
			out = append(out, t)
		case civic.KindOf(t.err) == civic.Internal:
			return nil, t.err
		}
	}
	return out, nil
}

// waysOf finds by which ways each may draw.
func (s *Service) waysOf(tx *journal.Tx, x Session, may []*turn) error {
	plan, err := s.plan(tx, x.Plan)
	if err != nil {
		return err
	}
	desks := map[civic.StaffID]Drawer{}
	for _, t := range may {
		id := t.o.actor.Staff()
		d, ok := desks[id]
		if !ok {
			if d, err = atDesk(tx, id); err != nil {
				return err
			}
			desks[id] = d
		}
		d.Channel, d.Age, d.Now = t.o.actor.Channel, t.person.Age(tx.Now), tx.Now
		if d.Tags, err = s.tags(tx, plan.asksTags(), t.o.auth, t.o.Person, tx.Now); err != nil {
			return err
		}
		t.ways = plan.Ways(d, x.Office, x.StartsAt)
	}
	return nil
}

// live finds the service of an order where its person lives.
func (s *Service) live(q db.Q, defs map[string]*catalog.Definition, t *turn, x Session) (*catalog.Definition, error) {
	key := strings.Join([]string{t.o.Service, string(t.person.Division), string(t.o.actor.Channel)}, "|")
	def, ok := defs[key]
	if !ok {
		var err error
		if def, err = s.requests.Live(q, t.o.Service, t.person.Division, t.o.actor.Channel); err != nil {
			return nil, err
		}
		defs[key] = def
	}
	if def.Booking == nil || def.Booking.Kind != x.Kind {
		return nil, errNoSession
	}
	if t.o.auth.Basis() == civic.BasisGrant && !def.Proxy {
		return nil, errNoSession
	}
	return def, nil
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
// has one, with the way it came.
func (s *Service) takeAll(tx *journal.Tx, x Session, may []*turn) (ready []*turn, ways []Way, err error) {
	groups, order := map[string][]*turn{}, []string{}
	for _, t := range may {
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
