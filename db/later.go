package db

import (
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// statement waits to be sent with others.
type statement struct {
	query string
	args  []any
}

// InsertLater is InsertRows for a writer who need not know at once: to PostgreSQL, what
// is left for later goes in one journey, before the next statement or the commit, which
// then tells of what was wrong with it. SQLite, which is near, does it now.
func (t *Tx) InsertLater(table string, columns []string, rows [][]any) error {
	if t.conn == nil || t.scratch {
		return t.InsertRows(table, columns, rows)
	}
	for part := range slices.Chunk(rows, t.rowsAtOnce()) {
		query, args, err := insertOf(table, columns, part)
		if err != nil {
			return err
		}
		if err := t.ExecLater(query, args...); err != nil {
			return err
		}
	}
	return nil
}

// ExecLater is Exec in the same way, where nobody asks how many rows it affects.
func (t *Tx) ExecLater(query string, args ...any) error {
	if t.conn == nil || t.scratch {
		_, err := t.Exec(query, args...)
		return err
	}
	if err := t.ctx.Err(); err != nil {
		return err
	}
	vs, err := bindAll(args)
	if err != nil {
		return err
	}
	t.later = append(t.later, statement{query, vs})
	return nil
}

// settle sends what was left for later.
func (t *Tx) settle() error {
	if len(t.later) == 0 {
		return nil
	}
	all := t.later
	t.later = nil
	var batch pgx.Batch
	for _, s := range all {
		batch.Queue(s.query, s.args...)
	}
	return t.conn.Raw(func(c any) error {
		results := c.(*stdlib.Conn).Conn().SendBatch(t.run, &batch)
		for _, s := range all {
			if _, err := results.Exec(); err != nil {
				_ = results.Close() // says the same again
				return fmt.Errorf("%s: %w", label(s.query), err)
			}
		}
		return results.Close()
	})
}
