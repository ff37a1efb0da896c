package people_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/people"
)

// life is what should have become of a few people and their cards, worked out
// without the database.
type life struct {
	w       *apptest.World
	people  []*soul
	cards   []*modelCard
	holds   map[string]*modelCard    // by number: the card that identifies by it
	claims  map[string][2]*modelCard // open disputes: the holder's card and the claimant's
	was     map[string]string        // the state that the holder's card goes back to
	merges  []*modelMerge
	closed  [][2]*modelCard // disputes that merges closed, oldest first
	numbers []string
}

type soul struct {
	id civic.PersonID
	of *soul // merged into
}

type modelCard struct {
	who    *soul // the identity that holds it
	id     string
	kind   people.CredentialKind
	number string
	state  string
	by     *modelCard // what came in its place
}

func (c *modelCard) live() bool { return c.state == people.Active || c.state == people.Lost }

type modelMerge struct {
	id         string
	keep, drop *soul
	undone     bool
}

func (p *soul) root() *soul {
	for p.of != nil {
		p = p.of
	}
	return p
}

// may reports whether the person may have another card of the kind and number,
// and under which identity it goes. gone is the card that it replaces.
func (l *life) may(p *soul, kind people.CredentialKind, number string, gone *modelCard) (*soul, bool) {
	for _, c := range l.cards {
		if c != gone && c.who.root() == p.root() && c.kind == kind && c.number == number && (c.live() || c.state == people.Disputed) {
			return nil, false
		}
	}
	h := l.holds[number]
	if h == gone && h != nil {
		h = l.heir(gone)
	}
	switch {
	case h == nil:
		return p, true
	case h.who.root() == p.root():
		return h.who, true
	}
	return nil, false
}

// heir is the card that keeps the number when another of the same lets go.
func (l *life) heir(gone *modelCard) *modelCard {
	for _, c := range l.cards {
		if c != gone && c.who == gone.who && c.number == gone.number && (c.live() || c.state == people.Disputed) {
			return c
		}
	}
	return nil
}

func (l *life) release(gone *modelCard) {
	if l.holds[gone.number] != gone {
		return
	}
	delete(l.holds, gone.number)
	if h := l.heir(gone); h != nil {
		l.holds[gone.number] = h
	}
}

func (l *life) enter(c *modelCard) {
	l.cards = append(l.cards, c)
	if l.holds[c.number] == nil {
		l.holds[c.number] = c
	}
}

func (l *life) decide(number, outcome string) {
	won, lost, state := l.claims[number][0], l.claims[number][1], l.was[number]
	if outcome == people.ToClaimant {
		won, lost, state = lost, won, people.Active
		for _, c := range l.cards {
			if c.who == lost.who && c.number == number && c.live() {
				c.state = people.Withdrawn
			}
		}
	}
	if won.state == people.Disputed { // else it went on, being the last
		won.state = state
	}
	lost.state = people.Withdrawn
	l.holds[number] = won
	delete(l.claims, number)
}

var lifeKinds = []people.CredentialKind{people.KindSeniorCard, people.KindParkCard}

func (l *life) step(t *rapid.T) {
	sys := apptest.System()
	kind := rapid.SampledFrom(lifeKinds).Draw(t, "kind")
	number := rapid.SampledFrom(l.numbers).Draw(t, "number")
	p := rapid.SampledFrom(l.people).Draw(t, "person")
	expect := func(what string, err error, want bool) bool {
		t.Helper()
		if (err == nil) != want || err != nil && !civic.Is(err, civic.Conflict) {
			t.Fatalf("%s: %v, want it done: %v", what, err, want)
		}
		return want
	}
	pick := func() *modelCard {
		if len(l.cards) == 0 {
			return nil
		}
		return rapid.SampledFrom(l.cards).Draw(t, "card")
	}
	switch verb := rapid.SampledFrom([]string{"register", "add", "add", "lose", "found", "renew", "replace", "withdraw", "dispute", "dispute", "settle", "merge", "merge", "undo"}).Draw(t, "verb"); verb {
	case "register":
		in := people.Registration{Name: "某人", Division: l.w.Taiyuan.Street, Distinct: true, Dispute: rapid.Bool().Draw(t, "disputes"), Credentials: []people.Card{{Kind: kind, Number: number}}}
		h := l.holds[number]
		want := h == nil || in.Dispute && h.live() && !l.contested(h)
		id, err := l.w.People.Register(ctx, sys, in)
		if !expect(verb, err, want) {
			return
		}
		n := &soul{id: id}
		l.people = append(l.people, n)
		if h == nil {
			l.enter(&modelCard{who: n, id: cardID(t, l.w, id), kind: kind, number: number, state: people.Active})
		} else {
			l.contest(h, &modelCard{who: n, id: cardID(t, l.w, id), kind: kind, number: number, state: people.Disputed})
		}
	case "add":
		who, want := l.may(p.root(), kind, number, nil)
		id, err := l.w.People.AddCard(ctx, sys, p.id, people.Card{Kind: kind, Number: number}, people.Dates{})
		if expect(verb, err, want) {
			l.enter(&modelCard{who: who, id: id, kind: kind, number: number, state: people.Active})
		}
	case "lose", "found", "withdraw":
		c := pick()
		if c == nil {
			return
		}
		switch verb {
		case "lose":
			if expect(verb, l.w.People.LoseCard(ctx, sys, c.who.id, c.id), c.live()) {
				c.state = people.Lost
			}
		case "found":
			if expect(verb, l.w.People.FoundCard(ctx, sys, c.who.id, c.id), c.live()) {
				c.state = people.Active
			}
		case "withdraw":
			apart := l.apart(c)
			other := slices.ContainsFunc(l.cards, func(o *modelCard) bool {
				return o != c && o.who.root() == c.who.root() && (!apart || o.who == c.who) && o.state == people.Active
			})
			if expect(verb, l.w.People.WithdrawCard(ctx, sys, c.who.id, c.id), c.state == people.Withdrawn || c.live() && other && !l.contested(c)) && c.live() {
				c.state = people.Withdrawn
				l.release(c)
			}
		}
	case "renew":
		c := pick()
		if c == nil {
			return
		}
		id, err := l.w.People.ReplaceCard(ctx, sys, c.who.id, c.id, "", people.Dates{})
		if expect(verb, err, c.live() && !l.contested(c)) {
			c.state = people.Replaced
			n := &modelCard{who: c.who, id: id, kind: c.kind, number: c.number, state: people.Active}
			c.by = n
			l.cards = append(l.cards, n)
			if l.holds[c.number] == c {
				l.holds[c.number] = n
			}
		}
	case "replace":
		c := pick()
		if c == nil || c.number == number {
			return
		}
		who, want := l.may(c.who, c.kind, number, c)
		id, err := l.w.People.ReplaceCard(ctx, sys, c.who.id, c.id, number, people.Dates{})
		if expect(verb, err, want && c.live() && !l.contested(c)) {
			c.state = people.Replaced
			l.release(c)
			c.by = &modelCard{who: who, id: id, kind: c.kind, number: number, state: people.Active}
			l.enter(c.by)
		}
	case "dispute":
		h := l.holds[number]
		_, fits := l.may(p, kind, number, nil)
		id, err := l.w.People.RaiseDispute(ctx, sys, p.id, people.Card{Kind: kind, Number: number})
		has := slices.ContainsFunc(l.cards, func(c *modelCard) bool {
			return c.who.root() == p.root() && c.kind == kind && c.number == number && (c.live() || c.state == people.Disputed)
		})
		if expect(verb, err, h != nil && !fits && !has && h.live() && !l.contested(h) && h.who.root() != p.root()) {
			l.contest(h, &modelCard{who: p.root(), id: cardOfDispute(t, l.w, id), kind: kind, number: number, state: people.Disputed})
		}
	case "settle":
		if l.claims[number][0] == nil {
			return
		}
		winner := rapid.SampledFrom([]string{people.ToHolder, people.ToClaimant}).Draw(t, "winner")
		if expect(verb, l.w.People.Settle(ctx, sys, disputeOf(t, l.w, l.claims[number][1].id), winner, "看了卡面"), true) {
			l.decide(number, winner)
		}
	case "merge":
		q := rapid.SampledFrom(l.people).Draw(t, "twin")
		k, d := p.root(), q.root()
		id, err := l.w.People.Merge(ctx, sys, p.id, q.id, "同一个人")
		if !expect(verb, err, k != d) {
			return
		}
		for n, c := range l.claims {
			if a, b := c[0].who.root(), c[1].who.root(); a == k && b == d || a == d && b == k {
				l.closed = append(l.closed, c)
				l.decide(n, "merged")
			}
		}
		d.of = k
		l.merges = append(l.merges, &modelMerge{id: id, keep: k, drop: d})
	case "undo":
		if len(l.merges) == 0 {
			return
		}
		m := rapid.SampledFrom(l.merges).Draw(t, "merge")
		if expect(verb, l.w.People.Unmerge(ctx, sys, m.id, "弄错了"), !m.undone) {
			m.undone, m.drop.of = true, nil
			l.part(m.keep.root(), m.drop)
		}
	}
}

// part is what an undone merge gives back to each side.
func (l *life) part(kept, dropped *soul) {
	for _, side := range [][2]*soul{{kept, dropped}, {dropped, kept}} {
		for _, c := range slices.SortedFunc(slices.Values(l.cards), func(a, b *modelCard) int { return strings.Compare(a.id, b.id) }) {
			if c.state == people.Replaced && c.who.root() == side[0] && c.by.who.root() == side[1] && l.holds[c.number] == nil {
				c.state, l.holds[c.number] = people.Lost, c
			}
		}
	}
	for _, side := range [][2]*soul{{kept, dropped}, {dropped, kept}} {
		for _, d := range slices.Backward(slices.Clone(l.closed)) {
			h, c := d[0], d[1]
			if h.who.root() != side[0] || c.who.root() != side[1] {
				continue
			}
			l.closed = slices.DeleteFunc(l.closed, func(o [2]*modelCard) bool { return o == d })
			now := l.holds[c.number]
			switch {
			case now == nil:
				c.state, l.holds[c.number] = people.Active, c
			case now.who == h.who && now.live() && !l.contested(now):
				c.state = people.Disputed
				l.freeze(now, c)
			}
		}
	}
}

func (l *life) contest(h, c *modelCard) {
	l.freeze(h, c)
	l.cards = append(l.cards, c)
}

// freeze takes the holder's card out of use, if it is not the last that they can use.
func (l *life) freeze(h, c *modelCard) {
	l.was[c.number], l.claims[c.number] = h.state, [2]*modelCard{h, c}
	apart := l.apart(h)
	if h.state != people.Active || slices.ContainsFunc(l.cards, func(o *modelCard) bool {
		return o != h && o.who.root() == h.who.root() && (!apart || o.who == h.who) && o.state == people.Active && o.number != h.number
	}) {
		h.state = people.Disputed
	}
}

func (l *life) contested(c *modelCard) bool { return l.claims[c.number][0] == c }

// apart reports whether a merge of the card's person may be undone.
func (l *life) apart(c *modelCard) bool {
	return slices.ContainsFunc(l.merges, func(m *modelMerge) bool { return !m.undone && m.drop.root() == c.who.root() })
}

func one(t *rapid.T, w *apptest.World, query string, arg any) (out string) {
	if err := w.DB.Pool().QueryRow(query, arg).Scan(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func cardID(t *rapid.T, w *apptest.World, who civic.PersonID) string {
	return one(t, w, `SELECT id FROM credential WHERE person = $1`, string(who))
}

func cardOfDispute(t *rapid.T, w *apptest.World, id string) string {
	return one(t, w, `SELECT claimant_card FROM credential_dispute WHERE id = $1`, id)
}

func disputeOf(t *rapid.T, w *apptest.World, card string) string {
	return one(t, w, `SELECT id FROM credential_dispute WHERE state = 'open' AND claimant_card = $1`, card)
}

// check asks for every number whom it finds, and for every person who they are.
func (l *life) check(t *rapid.T) {
	for _, p := range l.people {
		if self := selfOf(t, l.w, p.id); self.Root != p.root().id || self.State != "active" {
			t.Fatalf("%s resolves to %+v, want %s", p.id, self, p.root().id)
		}
	}
	for _, c := range l.cards {
		if got := one(t, l.w, `SELECT state FROM credential WHERE id = $1`, c.id); got != c.state {
			t.Fatalf("a card that should be %s is %s", c.state, got)
		}
		if h := l.holds[c.number]; c.live() && (h == nil || h.who != c.who) {
			t.Fatalf("%s has a card of a number that another holds", c.who.id) // of the model itself
		}
	}
	for _, number := range l.numbers {
		want := map[civic.PersonID]bool{}
		switch h, dispute := l.holds[number], l.claims[number]; {
		case dispute[0] != nil && dispute[0].state == people.Disputed:
			want[dispute[0].who.root().id], want[dispute[1].who.root().id] = true, true
		case h != nil:
			want[h.who.root().id] = true
		default:
			for _, c := range l.cards {
				if c.number == number {
					want[c.who.root().id] = true
				}
			}
		}
		ms, err := find(l.w, apptest.System(), number)
		if err != nil && !civic.Is(err, civic.NotFound) {
			t.Fatal(err)
		}
		got := map[civic.PersonID]bool{}
		for _, m := range ms {
			got[m.Person] = true
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || len(ms) != len(want) {
			t.Fatalf("%s finds %+v, want %v", number, ms, want)
		}
		hash := l.w.People.CredentialHash(number)
		if n := l.w.Count(t, `SELECT COUNT(*) FROM credential_index WHERE hash = $1`, hash); n > 1 || (n == 1) != (l.holds[number] != nil) {
			t.Fatalf("%d holders of %s", n, number)
		}
		if h := l.holds[number]; h != nil {
			if n := l.w.Count(t, `SELECT COUNT(*) FROM credential_index WHERE hash = $1 AND person = $2 AND credential = $3`, hash, h.who.id, h.id); n != 1 {
				t.Fatalf("%s is held by another card", number)
			}
		}
	}
}

func TestNoInterleavingLeavesANumberWithTwoOwnersOrAPersonUnreachable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		runs := 0
		rapid.Check(t, dbtest.Rounds(30, func(rt *rapid.T) {
			runs++
			l := &life{w: w, holds: map[string]*modelCard{}, claims: map[string][2]*modelCard{}, was: map[string]string{}}
			for i := range 2 {
				l.numbers = append(l.numbers, fmt.Sprintf("RUN%05dN%d", runs, i))
			}
			for i := range 2 {
				own := fmt.Sprintf("RUN%05dP%d", runs, i)
				p := &soul{id: w.Register(rt, people.Registration{Name: "某人", Distinct: true, Division: w.Taiyuan.Street, Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: own}}})}
				l.people, l.numbers = append(l.people, p), append(l.numbers, own)
				l.enter(&modelCard{who: p, id: cardID(rt, w, p.id), kind: people.KindSeniorCard, number: own, state: people.Active})
			}
			for range rapid.IntRange(1, 25).Draw(rt, "steps") {
				l.step(rt)
			}
			l.check(rt)
		}))
	})
}

func TestRacingClaimsAndMergesLeaveOneOwnerAndOneRoot(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		sys := apptest.System()
		for round := range 3 {
			var ids []civic.PersonID
			for i := range 4 {
				ids = append(ids, twin(t, w, "某人", fmt.Sprintf("RACE%02d%04d", round, i)))
			}
			number := fmt.Sprintf("SHARED%04d", round)
			var mu sync.Mutex
			var wg sync.WaitGroup
			var won []civic.PersonID
			conflict := func(what string, err error) {
				if err != nil && !civic.Is(err, civic.Conflict) {
					t.Errorf("%s: %v", what, err)
				}
			}
			for i, id := range ids {
				wg.Go(func() {
					_, err := w.People.AddCard(ctx, sys, id, people.Card{Kind: people.KindParkCard, Number: number}, people.Dates{})
					conflict("add", err)
					if err == nil {
						mu.Lock()
						won = append(won, id)
						mu.Unlock()
					}
				})
				wg.Go(func() { // a ring of merges, in both directions
					_, err := w.People.Merge(ctx, sys, id, ids[(i+1)%len(ids)], "同一个人")
					conflict("merge", err)
					_, err = w.People.Merge(ctx, sys, ids[(i+1)%len(ids)], id, "同一个人")
					conflict("merge", err)
				})
				wg.Go(func() {
					_, err := w.People.RaiseDispute(ctx, sys, id, people.Card{Kind: people.KindSeniorCard, Number: number})
					conflict("dispute", err)
				})
			}
			wg.Wait()
			if len(won) == 0 {
				t.Error("nobody has the number")
			}
			roots := map[civic.PersonID]bool{}
			for _, id := range ids {
				roots[selfOf(t, w, id).Root] = true
			}
			in := "('" + strings.Join([]string{string(ids[0]), string(ids[1]), string(ids[2]), string(ids[3])}, "','") + "')"
			names := w.Count(t, `SELECT COUNT(*) FROM person WHERE alias_of <> '' AND id IN `+in)
			if names+len(roots) != len(ids) {
				t.Errorf("%d roots and %d aliases of %d", len(roots), names, len(ids))
			}
			if counted := w.Count(t, `SELECT CAST(SUM(aliases) AS BIGINT) FROM person WHERE id IN `+in); counted != names {
				t.Errorf("%d aliases counted, %d there are", counted, names)
			}
			owner := w.Count(t, `SELECT COUNT(*) FROM credential_index WHERE hash = $1`, w.People.CredentialHash(number))
			live := w.Count(t, `SELECT COUNT(DISTINCT person) FROM credential WHERE state IN ('active', 'lost') AND tail = $1 AND kind = 'park_card' AND person IN `+in, number[len(number)-4:])
			if owner != 1 || live > 1 {
				t.Errorf("%d owners, %d with a live card", owner, live)
			}
			if ms, err := find(w, w.Taiyuan.Clerk, number); err != nil || len(ms) == 0 {
				t.Errorf("%+v, %v", ms, err)
			}
		}
	})
}
