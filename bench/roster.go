package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"yinqiao/db"
	"yinqiao/people"
)

// listed is how many people one list of the benchmark has; a transaction enters
// five hundred of them.
const (
	listed   = 4_000
	together = 500
)

// roster measures how many people a second a list enters into a database with
// very many people in it: each row checked, then entered, with their entries in
// the journal. The peer inserts the same rows, five hundred people a transaction.
func (b *bench) roster(ctx context.Context, e db.Dialect) error {
	m, err := b.crowd(ctx, e)
	if err != nil {
		return err
	}
	s, err := m.copy(ctx, "roster")
	if err != nil {
		return err
	}
	defer func() { _ = s.drop(context.WithoutCancel(ctx)) }()
	r, err := s.open(ctx, false)
	if err != nil {
		return err
	}
	defer r.close()
	keyed, err := r.keySome(ctx)
	if err != nil {
		return err
	}
	var got rates
	var checks, enters []float64
	var peer *bareRoster
	for i := range min(b.rounds, 7) + 1 {
		id, check, enter, err := r.enterList(ctx, b.people+i*listed)
		if err != nil {
			return err
		}
		if peer == nil {
			if peer, err = newBareRoster(ctx, s, r, id); err != nil {
				return fmt.Errorf("peer: %w", err)
			}
			defer peer.db.Close()
		}
		if err := r.journal.SealAll(ctx); err != nil { // not beside the peer
			return err
		}
		bare, err := peer.enter(ctx, listed/together)
		if err != nil {
			return fmt.Errorf("peer: %w", err)
		}
		if i == 0 {
			continue // caches fill, statements are prepared
		}
		got.ours = append(got.ours, listed/(check+enter).Seconds())
		got.peer = append(got.peer, listed/bare.Seconds())
		checks, enters = append(checks, listed/check.Seconds()), append(enters, listed/enter.Seconds())
	}
	l := got.against("roster."+string(e), "people/s", fmt.Sprintf("bare prepared inserts of the same %d rows a person, %d people a transaction", peer.rows/together, together), 0,
		extra{"people": m.People, "with_name_keys": keyed, "check_per_s": round(median(checks)), "enter_per_s": round(median(enters))})
	met := l.Value >= 2_000
	l.Want, l.Met = "value >= 2000", &met
	b.lines.print(l)
	return nil
}

// keySome makes the keys of the names of some of the people, which the load leaves
// to the start of the application, and has PostgreSQL look at the table, which it
// would do by itself within a minute.
func (r *rooms) keySome(ctx context.Context) (int, error) {
	keyed := 0
	for keyed < 20_000 {
		n, err := r.people.KeyNames(ctx)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			break
		}
		keyed += n
	}
	if r.db.Dialect() != db.Postgres {
		return keyed, nil
	}
	_, err := r.db.Pool().ExecContext(ctx, `ANALYZE`)
	return keyed, err
}

// enterList brings a list of invented people from the first-th on, and has it
// checked and entered.
func (r *rooms) enterList(ctx context.Context, first int) (id string, check, enter time.Duration, err error) {
	var text strings.Builder
	text.WriteString("姓名,身份证号,住址,联系电话\n")
	for i := first; i < first+listed; i++ {
		e := elder(i)
		fmt.Fprintf(&text, "%s,%s,%s,%s\n", e.name(), e.card(), e.address(), e.phone())
	}
	if id, err = r.people.BringRoster(ctx, sys, people.RosterFile{Name: "bench.csv", Division: street, Bytes: []byte(text.String())}); err != nil {
		return id, 0, 0, err
	}
	began := time.Now()
	err = errors.Join(r.people.CheckRoster(ctx, sys, id, []string{"name", "resident_id", "address", "phone"}), r.people.WorkRoster(ctx, people.RosterWork{Roster: id}))
	if err != nil {
		return id, 0, 0, err
	}
	check, began = time.Since(began), time.Now()
	err = errors.Join(r.people.EnterRoster(ctx, sys, id, true), r.people.WorkRoster(ctx, people.RosterWork{Roster: id}))
	if err != nil {
		return id, 0, 0, err
	}
	enter = time.Since(began)
	v, err := r.people.Roster(ctx, sys, id)
	if err == nil && v.Count[people.RowEntered] != listed {
		err = fmt.Errorf("the list was not entered whole: %s %v", v.State, v.Count)
	}
	return id, check, enter, err
}

// bareRoster inserts what one part of a list wrote, again and again, with new
// keys each time.
type bareRoster struct {
	db     *sql.DB
	tables []modelRows
	insert []*sql.Stmt // of one row
	rows   int         // of one part
}

func newBareRoster(ctx context.Context, s store, r *rooms, id string) (*bareRoster, error) {
	d, err := s.bare(1, true)
	if err != nil {
		return nil, err
	}
	b := &bareRoster{db: d}
	who := fmt.Sprintf(`(SELECT person FROM roster_row WHERE roster = $1 AND n <= %d)`, together+1)
	entries := `(SELECT entry FROM journal_about WHERE id IN ` + who + `)`
	for _, t := range []struct{ table, where string }{
		{"person", "WHERE id IN " + who}, {"name_key", "WHERE person IN " + who}, {"credential", "WHERE person IN " + who}, {"credential_index", "WHERE person IN " + who},
		{"tail_index", "WHERE person IN " + who}, {"contact", "WHERE person IN " + who}, {"contact_index", "WHERE person IN " + who},
		{"journal_entry", "WHERE id IN " + entries}, {"journal_detail", "WHERE entry IN " + entries}, {"journal_about", "WHERE entry IN " + entries},
	} {
		rows, err := readRows(ctx, r.db.Pool(), t.table, t.where, id)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.table, err)
		}
		st, err := d.PrepareContext(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES %s", t.table, strings.Join(rows.columns, ", "), db.In(1, len(rows.columns))))
		if err != nil {
			return nil, err
		}
		b.tables, b.insert, b.rows = append(b.tables, rows), append(b.insert, st), b.rows+len(rows.rows)
	}
	return b, nil
}

// enter writes some parts, one transaction each. The keys are made beforehand.
func (b *bareRoster) enter(ctx context.Context, parts int) (time.Duration, error) {
	var took time.Duration
	for range parts {
		fresh := b.fresh()
		began := time.Now()
		tx, err := b.db.BeginTx(ctx, nil)
		if err != nil {
			return 0, err
		}
		for i, rows := range fresh {
			st := tx.StmtContext(ctx, b.insert[i])
			for _, row := range rows {
				if _, err := st.Exec(row...); err != nil { // with a context, each would start a goroutine
					_ = tx.Rollback()
					return 0, fmt.Errorf("%s: %w", b.tables[i].table, err)
				}
			}
		}
		if err := tx.Commit(); err != nil {
			return 0, err
		}
		took += time.Since(began)
	}
	return took, nil
}

// fresh are the rows with every key in them replaced by a new one, alike in all.
func (b *bareRoster) fresh() [][][]any {
	other := map[string]string{}
	out := make([][][]any, len(b.tables))
	for i, t := range b.tables {
		for _, row := range t.rows {
			made := make([]any, len(row))
			for k, cell := range row {
				made[k] = cell
				s, ok := cell.(string)
				if !ok || len(s) != 36 && len(s) != 40 {
					continue
				}
				if other[s] == "" {
					other[s] = db.NewID()
					if len(s) == 40 {
						raw := make([]byte, 20)
						_, _ = rand.Read(raw) // never fails on a supported system
						other[s] = hex.EncodeToString(raw)
					}
				}
				made[k] = other[s]
			}
			out[i] = append(out[i], made)
		}
	}
	return out
}
