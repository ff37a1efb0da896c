package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// lookups are the rooms over very many people, and beside them the two bare reads
// that a card's look-up consists of.
type lookups struct {
	million
	rooms *rooms
	bare  *bareLookups
}

func (b *bench) lookingUp(ctx context.Context, e db.Dialect) (*lookups, error) {
	m, err := b.crowd(ctx, e)
	if err != nil {
		return nil, err
	}
	l := &lookups{million: m}
	if l.rooms, err = m.open(ctx, false); err != nil {
		return nil, err
	}
	if l.bare, err = newBareLookups(ctx, m.store); err != nil {
		l.rooms.close()
		return nil, err
	}
	return l, nil
}

func (l *lookups) close() {
	l.bare.db.Close()
	l.rooms.close()
}

// lookup measures how many people a second are found by their card, by one
// caller: by the exact look-up alone, and by the whole verb behind the search box.
func (b *bench) lookup(ctx context.Context, e db.Dialect) error {
	l, err := b.lookingUp(ctx, e)
	if err != nil {
		return err
	}
	defer l.close()
	r, clerk := l.rooms, desk(l.Clerk)
	byCard := func(c card) error {
		return r.journal.Look(ctx, clerk, func(v *journal.View) error {
			got, err := r.people.ByCard(v, c.number)
			return c.check(got.Name, err)
		})
	}
	find := func(c card) error {
		got, err := r.people.Find(ctx, civic.System("bench"), c.number) // a clerk has not so many look-ups
		if err != nil || len(got.Matches) != 1 {
			return fmt.Errorf("found %d, %w", len(got.Matches), err)
		}
		return c.check(got.Matches[0].Name, nil)
	}
	bare := func(c card) error { return l.bare.find(ctx, c) }
	var exact, whole rates
	for i := range b.rounds + 1 {
		v := []float64{0, 0, 0}
		for k, do := range []func(card) error{byCard, bare, find} {
			// Each draws its own people: none profits from pages that another has read.
			if v[k], err = perSecond(r.draw(b.lookups, b.people), do); err != nil {
				return err
			}
		}
		if i == 0 {
			continue // caches fill, statements are prepared
		}
		exact.ours, exact.peer = append(exact.ours, v[0]), append(exact.peer, v[1])
		whole.ours, whole.peer = append(whole.ours, v[2]), append(whole.peer, v[1])
	}
	const what = "the same two indexed reads, prepared, hash known"
	more := extra{"people": l.People, "build_people_per_s": l.Rate}
	b.lines.print(exact.against("lookup."+string(e), "lookups/s", what, 0.7, more))
	b.lines.print(whole.against("lookup."+string(e)+".find", "lookups/s", what, 0, extra{"people": l.People}))
	return nil
}

// card is one look-up: the number as it is typed and its index.
type card struct {
	number, hash, name string
}

func (c card) check(masked string, err error) error {
	if err == nil && masked != people.Masked(c.name) {
		err = fmt.Errorf("found somebody else")
	}
	return err
}

// draw picks cards at random, so that no page of the index stays near by chance.
func (r *rooms) draw(n, people int) []card {
	out := make([]card, n)
	for i := range out {
		e := elder(rand.IntN(people))
		out[i] = card{e.card(), r.people.CredentialHash(e.card()), e.name()}
	}
	return out
}

func perSecond(cards []card, do func(card) error) (float64, error) {
	began := time.Now()
	for _, c := range cards {
		if err := do(c); err != nil {
			return 0, err
		}
	}
	return float64(len(cards)) / time.Since(began).Seconds(), nil
}

// bareLookups reads the index row and the person's row by prepared statements
// into variables. It normalises no number, computes no index and masks nothing.
type bareLookups struct {
	db            *sql.DB
	index, person *sql.Stmt
}

func newBareLookups(ctx context.Context, s store) (*bareLookups, error) {
	d, err := s.bare(4, false)
	if err != nil {
		return nil, err
	}
	b := &bareLookups{db: d}
	if b.index, err = d.PrepareContext(ctx, people.CredentialQuery); err == nil {
		b.person, err = d.PrepareContext(ctx, `SELECT p.name, p.sex, p.birth, p.division, c.kind, c.tail, c.state
		FROM person p JOIN credential c ON c.person = p.id WHERE p.id = $1 AND c.id = $2`)
	}
	return b, err
}

func (b *bareLookups) find(ctx context.Context, c card) error {
	var person, credential, name, birth, tail, state, sex, kind string
	var division civic.Division
	if err := b.index.QueryRowContext(ctx, c.hash).Scan(&person, &credential); err != nil {
		return err
	}
	if err := b.person.QueryRowContext(ctx, person, credential).Scan(&name, &sex, &birth, &division, &kind, &tail, &state); err != nil {
		return err
	}
	if name != c.name {
		return fmt.Errorf("found somebody else")
	}
	return nil
}
