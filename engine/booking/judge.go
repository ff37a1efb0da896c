package booking

import (
	"slices"
	"strings"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

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
	if !books(def, x) {
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
