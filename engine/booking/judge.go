package booking

import (
	"slices"
	"strings"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
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
	needs, asks, asked := map[string]civic.Need{}, make([]journal.Ask, 0, len(batch)), make([]*turn, 0, len(batch))
	for _, t := range batch {
		need, ok := needs[t.o.Service]
		if !ok {
			if need, t.err = s.requests.Need(tx, t.o.Person, t.o.Service); civic.Is(t.err, civic.Internal) {
				return nil, t.err
			}
			if t.err != nil {
				continue
			}
			needs[t.o.Service] = need
		}
		need.Person = t.o.Person
		asks, asked = append(asks, journal.Ask{Actor: t.o.actor, Need: need}), append(asked, t)
	}
	batch = asked
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
	if civic.Is(err, civic.NotFound) { // one of them is nobody: that is this order's error, and no other's
		known, err = s.knownEach(tx, may)
		may = slices.DeleteFunc(may, func(t *turn) bool { return t.err != nil })
	}
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

// knownEach reads for whom the orders are, one by one.
func (s *Service) knownEach(tx *journal.Tx, may []*turn) (map[civic.PersonID]people.Person, error) {
	out := map[civic.PersonID]people.Person{}
	for _, t := range may {
		p, err := s.people.Known(tx, t.o.auth, t.o.Person)
		if civic.Is(err, civic.NotFound) {
			t.err = err
			continue
		}
		if err != nil {
			return nil, err
		}
		out[t.o.Person] = p
	}
	return out, nil
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
