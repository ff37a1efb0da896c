package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// batch is how many entries the peer updates in a transaction: as many as the
// sealer puts into a batch.
const batch = 500

// journal measures how fast entries are sealed and counted, beside a bare update
// of as many rows, and how fast they are verified, beside a bare scan.
func (b *bench) journal(ctx context.Context, e db.Dialect) error {
	s, err := b.disk.fresh(ctx, e, "journal")
	if err != nil {
		return err
	}
	defer func() { _ = s.drop(context.WithoutCancel(ctx)) }()
	// The peer's entries are in a store of their own: sealed once, sealed for good.
	twin, err := b.disk.fresh(ctx, e, "journal_bare")
	if err != nil {
		return err
	}
	defer func() { _ = twin.drop(context.WithoutCancel(ctx)) }()
	r, err := s.open(ctx, false)
	if err != nil {
		return err
	}
	defer r.close()
	fill, err := twin.open(ctx, false)
	if err != nil {
		return err
	}
	defer fill.close()
	bare, err := twin.bare(1, true)
	if err != nil {
		return err
	}
	defer bare.Close()

	rounds := min(b.rounds, 8)
	n := b.entries / rounds
	var got rates
	for i := range rounds + 1 {
		if err := errors.Join(r.record(ctx, n), fill.record(ctx, n)); err != nil {
			return err
		}
		began := time.Now()
		if err := r.journal.SealAll(ctx); err != nil {
			return err
		}
		ours := float64(n) / time.Since(began).Seconds()
		peer, err := updateBare(ctx, bare, n, int64(i+1))
		if err != nil {
			return fmt.Errorf("peer: %w", err)
		}
		if i > 0 { // statements are prepared
			got.ours, got.peer = append(got.ours, ours), append(got.peer, peer)
		}
	}
	if b.wants("seal." + string(e)) {
		b.lines.print(got.against("seal."+string(e), "entries/s", "an update of the same column of as many rows, 500 a transaction", 0, extra{"entries": n * rounds}))
	}
	if b.wants("verify." + string(e)) {
		return b.verify(ctx, s, r)
	}
	return nil
}

// record writes n entries as a verb does, hundred to a transaction: two in three
// have a measure, each is about a person and a request.
func (r *rooms) record(ctx context.Context, n int) error {
	for n > 0 {
		m := min(n, 100)
		n -= m
		person := civic.PersonID(db.NewID())
		err := r.journal.Write(ctx, own(person).For(person), func(tx *journal.Tx) error {
			tx.Actor.Operator = sys.Operator
			auth, err := tx.Authorise(civic.Need{Person: person})
			if err != nil {
				return err
			}
			for i := range m {
				ev := journal.Event{Act: actMeasured, Detail: map[string]string{"service": "report-post", "begun": "desk"},
					About: []journal.About{{ID: db.NewID(), Kind: "request", Role: "object"}}}
				if took := int64(i * i); i%3 > 0 {
					ev.Measure = &took
				}
				if err := tx.Record(auth, ev); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

var actMeasured = journal.Define("bench.measured", "为测速记了一笔")

// updateBare puts a batch number on n entries that have none.
func updateBare(ctx context.Context, d *sql.DB, n int, seq int64) (float64, error) {
	var ids []any
	rows, err := d.QueryContext(ctx, `SELECT id FROM journal_entry WHERE batch IS NULL ORDER BY id LIMIT $1`, n)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return 0, err
		}
		ids = append(ids, id)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return 0, err
	}
	const list = 250 // as the sealer has in one statement
	st, err := d.PrepareContext(ctx, `UPDATE journal_entry SET batch = $1 WHERE id IN `+db.In(2, list))
	if err != nil {
		return 0, err
	}
	defer st.Close()
	n = len(ids) / list * list
	began := time.Now()
	for i := 0; i < n; i += batch {
		tx, err := d.BeginTx(ctx, nil)
		if err != nil {
			return 0, err
		}
		for j := i; j < min(i+batch, n); j += list {
			if _, err := tx.StmtContext(ctx, st).ExecContext(ctx, append([]any{seq}, ids[j:j+list]...)...); err != nil {
				return 0, errors.Join(err, tx.Rollback())
			}
		}
		if err := tx.Commit(); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

// verify measures journal.Verify beside reading the same rows and no more.
func (b *bench) verify(ctx context.Context, s store, r *rooms) error {
	bare, err := s.bare(1, false)
	if err != nil {
		return err
	}
	defer bare.Close()
	var got rates
	entries := int64(0)
	for i := range min(b.rounds, 5) + 1 {
		began := time.Now()
		rep, err := r.journal.Verify(ctx)
		if err != nil {
			return err
		}
		if len(rep.Problems) > 0 || rep.Unsealed > 0 {
			return fmt.Errorf("the journal does not verify: %v, %d not sealed", rep.Problems, rep.Unsealed)
		}
		entries = rep.Entries
		ours := float64(entries) / time.Since(began).Seconds()
		began = time.Now()
		for _, q := range []string{`SELECT * FROM journal_entry ORDER BY batch, id`, `SELECT * FROM journal_detail ORDER BY entry`, `SELECT * FROM journal_about ORDER BY entry`} {
			if err := scan(ctx, bare, q); err != nil {
				return fmt.Errorf("peer: %w", err)
			}
		}
		if i > 0 {
			got.ours, got.peer = append(got.ours, ours), append(got.peer, float64(entries)/time.Since(began).Seconds())
		}
	}
	b.lines.print(got.against("verify."+string(s.engine), "entries/s", "an ordered scan of the same rows of the three tables", 0, extra{"entries": entries}))
	return nil
}

// scan reads all rows into variables.
func scan(ctx context.Context, d *sql.DB, query string) error {
	return drain(d.QueryContext(ctx, query))
}

// drain reads what was asked for to its end.
func drain(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	at := make([]any, len(columns))
	for i := range at {
		at[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			return err
		}
	}
	return rows.Err()
}
