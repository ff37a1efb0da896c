package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/people"
)

// find measures how long a clerk waits for a list of people by the first letters
// of a name, and for the one person with a card's number: the time within which
// 95 of 100 searches are answered. Every search by letters writes an entry in the
// journal before it is answered, as it does at the desk.
func (b *bench) find(ctx context.Context, e db.Dialect) error {
	l, err := b.lookingUp(ctx, e)
	if err != nil {
		return err
	}
	defer l.close()
	peer, err := newBareNames(ctx, l.store)
	if err != nil {
		return err
	}
	defer peer.db.Close()
	r, clerk := l.rooms, desk(l.Clerk)
	for _, f := range []struct {
		name, what string
		limit      float64
		ours, bare func(elder) error
	}{
		{"find.initials", "the index read and the read of its eleven people, prepared; nothing judged, ranked or recorded", 50,
			func(w elder) error {
				got, err := r.people.Find(ctx, clerk, w.initials())
				if err == nil && len(got.Matches) == 0 {
					err = fmt.Errorf("%s finds nobody", w.initials())
				}
				return err
			},
			func(w elder) error { return peer.find(ctx, w) }},
		{"find.exact", "the same two indexed reads, prepared, hash known", 2,
			func(w elder) error {
				got, err := r.people.Find(ctx, civic.System("bench"), w.card()) // a clerk has not so many look-ups
				if err == nil && len(got.Matches) != 1 {
					err = fmt.Errorf("%d people have the card", len(got.Matches))
				}
				return err
			},
			func(w elder) error {
				return l.bare.find(ctx, card{w.card(), r.people.CredentialHash(w.card()), w.name()})
			}},
	} {
		var ours, bare []float64
		for i := range b.finds + 50 {
			w := elder(rand.IntN(b.people))
			a, err := took(func() error { return f.ours(w) })
			if err != nil {
				return err
			}
			// Another's: the peer has no profit from pages that were just read.
			w = elder(rand.IntN(b.people))
			p, err := took(func() error { return f.bare(w) })
			if err != nil {
				return err
			}
			if i >= 50 { // caches fill, statements are prepared
				ours, bare = append(ours, a), append(bare, p)
			}
		}
		v, p := quantile(ours, 0.95), quantile(bare, 0.95)
		met := v <= f.limit
		b.lines.print(line{Name: f.name + "." + string(e), Value: v, Unit: "ms, p95", Peer: f.what, PeerValue: p, Ratio: v / p, Want: fmt.Sprintf("<= %g ms", f.limit), Met: &met,
			extra: extra{"people": l.People, "searches": len(ours), "p50": round(quantile(ours, 0.5)), "p99": round(quantile(ours, 0.99)), "peer_p50": round(quantile(bare, 0.5)), "build_people_per_s": l.Rate}})
	}
	return nil
}

// took is how many milliseconds something took.
func took(do func() error) (float64, error) {
	began := time.Now()
	err := do()
	return float64(time.Since(began).Microseconds()) / 1000, err
}

// bareNames reads the keys of names and the people they lead to by prepared
// statements into variables. It judges nobody, ranks and records nothing.
type bareNames struct {
	db          *sql.DB
	near, shown *sql.Stmt
}

func newBareNames(ctx context.Context, s store) (*bareNames, error) {
	d, err := s.bare(4, false)
	if err != nil {
		return nil, err
	}
	b := &bareNames{db: d}
	for _, p := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&b.near, people.NearQuery},
		{&b.shown, `SELECT id, name, sex, birth, division, village, reading, state, alias_of FROM person WHERE id IN ` + db.In(1, found)},
	} {
		if *p.to, err = d.PrepareContext(ctx, p.text); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// found is how many people a search by letters shows, and one to see that there are more.
const found = 11

func (b *bareNames) find(ctx context.Context, w elder) error {
	rows, err := b.near.QueryContext(ctx, string(street.County()), w.initials(), found)
	if err != nil {
		return err
	}
	ids := make([]any, 0, found)
	for rows.Next() {
		var person, text, via, county, division, born string
		var grade int
		if err := rows.Scan(&person, &text, &grade, &via, &county, &division, &born); err != nil {
			return err
		}
		ids = append(ids, person)
	}
	if err := rows.Err(); err != nil || len(ids) == 0 {
		return fmt.Errorf("%s finds nobody, %w", w.initials(), err)
	}
	for len(ids) < found {
		ids = append(ids, ids[0])
	}
	if rows, err = b.shown.QueryContext(ctx, ids...); err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, name, sex, birth, village, reading, state, alias string
		var division civic.Division
		if err := rows.Scan(&id, &name, &sex, &birth, &division, &village, &reading, &state, &alias); err != nil {
			return err
		}
	}
	return rows.Err()
}
