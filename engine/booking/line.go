package booking

import (
	"cmp"
	"context"
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
	mu   sync.Mutex
	wait map[string][]*turn // by session; an entry means that somebody serves it

	batches, orders, largest atomic.Int64
}

// turn is one order in a line.
type turn struct {
	o    Order
	self *people.Self
	ways []Way
	rc   request.Receipt
	err  error
	over chan struct{}
}

// togetherMost is how many orders share one transaction. lineFor is how long a
// transaction of them may take.
const (
	togetherMost = 64
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
	if err := s.look(ctx, t); err != nil {
		return request.Receipt{}, err
	}
	s.lines.mu.Lock()
	if s.lines.wait == nil {
		s.lines.wait = map[string][]*turn{}
	}
	queue, served := s.lines.wait[o.Session]
	s.lines.wait[o.Session] = append(queue, t)
	s.lines.mu.Unlock()
	if !served {
		go s.serve(context.WithoutCancel(ctx), o.Session)
	}
	<-t.over // it is served in any case: whoever goes away finds the place in their list
	return t.rc, t.err
}

// look reads, before the line, what does not hang on the moment: by which ways the
// person may draw, and where they live. Whether they may at all is judged in the write.
func (s *Service) look(ctx context.Context, t *turn) error {
	return s.j.Look(ctx, t.o.actor, func(v *journal.View) error {
		need, err := s.requests.Need(v, t.o.Person, t.o.Service)
		if err != nil {
			return err
		}
		need.Look = true
		auth, err := v.Authorise(need)
		if err != nil {
			return err
		}
		x, err := readSession(v, t.o.Session)
		if err != nil {
			return err
		}
		if t.ways, err = s.ways(v, t.o.actor, auth, t.o.Person, x, v.Now); err != nil {
			return err
		}
		self, err := people.Resolve(v, t.o.Person)
		t.self = &self
		return err
	})
}

// serve works a session's line until it is empty.
func (s *Service) serve(ctx context.Context, session string) {
	for {
		s.lines.mu.Lock()
		queue := s.lines.wait[session]
		if len(queue) == 0 {
			delete(s.lines.wait, session)
			s.lines.mu.Unlock()
			return
		}
		batch, rest := oneEach(queue)
		s.lines.wait[session] = rest
		s.lines.mu.Unlock()
		s.together(ctx, session, batch)
		for _, t := range batch {
			close(t.over)
		}
	}
}

// oneEach takes the first order of each person: the second must find the first's
// booking.
func oneEach(queue []*turn) (batch, rest []*turn) {
	seen := map[civic.PersonID]bool{}
	for _, t := range queue {
		if len(batch) < togetherMost && !seen[t.self.Root] {
			seen[t.self.Root] = true
			batch = append(batch, t)
		} else {
			rest = append(rest, t)
		}
	}
	// In the order of the rows that are locked, so that two lines can't deadlock.
	slices.SortFunc(batch, func(a, b *turn) int { return cmp.Compare(a.self.Root, b.self.Root) })
	return batch, rest
}

// together serves a batch in one transaction. What is wrong with one order is that
// order's own error; a fault is everybody's.
func (s *Service) together(ctx context.Context, session string, batch []*turn) {
	ctx, cancel := context.WithTimeout(ctx, lineFor)
	defer cancel()
	err := s.j.Write(ctx, civic.System("booking.line"), func(tx *journal.Tx) error {
		for _, t := range batch {
			t.rc, t.err = request.Receipt{}, nil
		}
		return s.bookAll(tx, session, batch)
	})
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

func (s *Service) bookAll(tx *journal.Tx, session string, batch []*turn) error {
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
	ready, ways, err := s.takeAll(tx, x, may)
	if err != nil || len(ready) == 0 {
		return cmp.Or(err, journal.ErrUnchanged)
	}
	entries, orders := make([]request.Entry, len(ready)), make([]Order, len(ready))
	for i, t := range ready {
		entries[i], orders[i] = t.o.entry(), t.o
		entries[i].Self, entries[i].Def = t.self, t.o.def
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

// judgeAll returns those of a batch who may book: by authority, service and limits.
func (s *Service) judgeAll(tx *journal.Tx, x Session, batch []*turn) ([]*turn, error) {
	defs, needs := map[string]*catalog.Definition{}, map[string]civic.Need{}
	var may []*turn
	var who []civic.PersonID
	for _, t := range batch {
		need, ok := needs[t.o.Service]
		if !ok {
			var err error
			if need, err = s.requests.Need(tx, t.o.Person, t.o.Service); err != nil {
				return nil, err
			}
			needs[t.o.Service] = need
		}
		need.Person = t.o.Person
		var err error
		if t.o.auth, err = tx.AuthoriseBy(t.o.actor, need); err == nil {
			t.o.def, err = s.live(tx, defs, t, x)
		}
		switch {
		case err == nil:
			may, who = append(may, t), append(who, t.o.auth.Selves()...)
		case ours(err):
			t.err = err
		default:
			return nil, err
		}
	}
	if len(may) == 0 {
		return nil, nil
	}
	h, err := haveThey(tx, who, tx.Now)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(may, func(t *turn) bool {
		t.err = h.fits(t.o.actor.Channel, t.o.auth.Selves(), t.o.def, x, "", tx.Now)
		return t.err != nil
	}), nil
}

// ours reports an answer to one order, as opposed to a fault.
func ours(err error) bool {
	k := civic.KindOf(err)
	return k != civic.Internal && k != civic.Unavailable
}

// live finds the service of an order where its person lives.
func (s *Service) live(q db.Q, defs map[string]*catalog.Definition, t *turn, x Session) (*catalog.Definition, error) {
	key := strings.Join([]string{t.o.Service, string(t.self.Division), string(t.o.actor.Channel)}, "|")
	def, ok := defs[key]
	if !ok {
		var err error
		if def, err = s.requests.Live(q, t.o.Service, t.self.Division, t.o.actor.Channel); err != nil {
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
	var pools map[string][]state
	if n > 1 { // one is taken by itself, without looking first
		var err error
		if pools, err = standing(tx, office, []string{session}, now); err != nil {
			return nil, err
		}
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
