package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/request"
)

// model is every row that one submit wrote, by table, in the order of writing.
// The peer writes the same again with another draft's values in the place of this
// one's, so that it can't fall behind what the verb writes.
type model struct {
	tables []modelRows
	draft  draft
	about  []string // IDs of the two entries, in order
}

type modelRows struct {
	table   string
	columns []string
	rows    [][]any
}

func readModel(ctx context.Context, d *db.DB, rc request.Receipt, from draft) (*model, error) {
	m := &model{draft: from}
	const entries = `(SELECT entry FROM journal_about WHERE id = $1)`
	for _, t := range []struct{ table, where string }{
		{"request", `WHERE id = $1`},
		{"casework", `WHERE request = $1`},
		{"journal_entry", `WHERE id IN ` + entries + ` ORDER BY id`},
		{"journal_detail", `WHERE entry IN ` + entries + ` ORDER BY entry`},
		{"journal_about", `WHERE entry IN ` + entries + ` ORDER BY entry, id`},
		{"river_job", `WHERE kind = 'casework.watch' AND $1 <> ''`}, // the only one there is
	} {
		rows, err := readRows(ctx, d.Pool(), t.table, t.where, string(rc.Request))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.table, err)
		}
		m.tables = append(m.tables, rows)
		if t.table == "journal_entry" {
			for _, r := range rows.rows {
				m.about = append(m.about, r[0].(string))
			}
		}
	}
	return m, nil
}

// readRows reads rows without the columns that are null, and without the job's
// ID, which the database draws.
func readRows(ctx context.Context, q *sql.DB, table, where, arg string) (modelRows, error) {
	out := modelRows{table: table}
	rows, err := q.QueryContext(ctx, "SELECT * FROM "+table+" "+where, arg)
	if err != nil {
		return out, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return out, err
	}
	var all [][]any
	for rows.Next() {
		cells, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			at[i] = &cells[i]
		}
		if err := rows.Scan(at...); err != nil {
			return out, err
		}
		all = append(all, cells)
	}
	if len(all) == 0 {
		return out, fmt.Errorf("the submit wrote no row")
	}
	out.rows = make([][]any, len(all))
	for i, c := range columns {
		used := table != "river_job" || c != "id"
		for _, r := range all {
			used = used && (r[i] != nil || c == "measure" || c == "bucket") // null in one of the two entries
		}
		if !used {
			continue
		}
		out.columns = append(out.columns, c)
		for j, r := range all {
			out.rows[j] = append(out.rows[j], r[i])
		}
	}
	return out, rows.Err()
}

// bareSubmits writes the same rows with database/sql alone: one transaction a
// submit, one prepared statement a table, nothing read, judged or sealed.
type bareSubmits struct {
	db     *sql.DB
	model  *model
	update *sql.Stmt
	insert []*sql.Stmt
	rows   int // that one submit writes, the draft's included
}

func newBareSubmits(ctx context.Context, s store, m *model) (*bareSubmits, error) {
	d, err := s.bare(submitters, true)
	if err != nil {
		return nil, err
	}
	b := &bareSubmits{db: d, model: m, rows: 1}
	if b.update, err = d.PrepareContext(ctx, `UPDATE draft SET state = 'submitted', updated_at = $1 WHERE id = $2 AND state = 'open'`); err != nil {
		return nil, err
	}
	for _, t := range m.tables {
		b.rows += len(t.rows)
		var q strings.Builder
		fmt.Fprintf(&q, "INSERT INTO %s (%s) VALUES ", t.table, strings.Join(t.columns, ", "))
		for i := range t.rows {
			if i > 0 {
				q.WriteString(", ")
			}
			q.WriteString(db.In(i*len(t.columns)+1, len(t.columns)))
		}
		st, err := d.PrepareContext(ctx, q.String())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.table, err)
		}
		b.insert = append(b.insert, st)
	}
	return b, nil
}

func (b *bareSubmits) close() { _ = b.db.Close() }

func (b *bareSubmits) submit(ctx context.Context, d draft) error {
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	now := time.Now().UTC().Truncate(time.Microsecond)
	res, err := tx.StmtContext(ctx, b.update).ExecContext(ctx, now, string(d.id))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("the draft was not open: %d, %w", n, err)
	}
	entries := make([]string, len(b.model.about))
	for i := range entries {
		entries[i] = db.NewID()
	}
	for i, t := range b.model.tables {
		args := make([]any, 0, len(t.rows)*len(t.columns))
		for _, r := range t.rows {
			for _, cell := range r {
				args = append(args, b.model.with(cell, d, entries, now))
			}
		}
		if _, err := tx.StmtContext(ctx, b.insert[i]).ExecContext(ctx, args...); err != nil {
			return fmt.Errorf("%s: %w", t.table, err)
		}
	}
	return tx.Commit()
}

// with returns the model's cell with the draft's values in the place of its own.
func (m *model) with(cell any, d draft, entries []string, now time.Time) any {
	switch v := cell.(type) {
	case time.Time:
		return now
	case []byte:
		if string(v) == string(m.draft.answers) {
			return d.answers
		}
	case string:
		switch {
		case v == string(m.draft.id):
			return string(d.id)
		case v == string(m.draft.person):
			return string(d.person)
		case v == string(m.draft.number):
			return string(d.number)
		}
		for i, id := range m.about {
			if v == id {
				return entries[i]
			}
		}
	}
	return cell
}

// register enters people with a home, an ID card and a mobile phone.
func (r *rooms) register(ctx context.Context, n int) ([]civic.PersonID, error) {
	ids := make([]civic.PersonID, n)
	return ids, each(ctx, n, submitters, func(ctx context.Context, i int) error {
		var err error
		ids[i], err = r.people.Register(ctx, sys, elder(i).registration())
		return err
	})
}
