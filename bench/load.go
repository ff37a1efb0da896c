package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"yinqiao/db"
)

// loadSQLite inserts rows one by one by a prepared statement, which is faster
// there than rows in bulk. A store that is not yet whole needs no durability.
func loadSQLite(ctx context.Context, s store, ts []table) error {
	d, err := sql.Open("sqlite", "file:"+filepath.Join(s.Dir, db.File)+"?_pragma=synchronous(OFF)&_pragma=cache_size(-262144)&_timezone=UTC&_time_format=sqlite")
	if err != nil {
		return err
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	for _, t := range ts {
		again, err := t.unindex(ctx, d, `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = $1`)
		if err == nil {
			err = insertAll(ctx, d, t)
		}
		if err == nil {
			err = again()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	_, err = d.ExecContext(ctx, `ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

func insertAll(ctx context.Context, d *sql.DB, t table) error {
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	st, err := tx.PrepareContext(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES %s", t.name, strings.Join(t.columns, ", "), db.In(1, len(t.columns))))
	if err != nil {
		return err
	}
	for i := range t.n {
		row, err := t.row(i)
		if err != nil {
			return err
		}
		if _, err := st.Exec(row...); err != nil { // with a context, each would start a goroutine
			return err
		}
		if i%10_000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return tx.Commit()
}

// loadPostgres copies rows in. Foreign keys are not looked at, since every row is
// made from the same list.
func loadPostgres(ctx context.Context, s store, ts []table) error {
	d, err := s.bare(1, true)
	if err != nil {
		return err
	}
	defer d.Close()
	conn, err := d.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `SET session_replication_role = replica`); err != nil {
		return err
	}
	for _, t := range ts {
		again, err := t.unindex(ctx, conn, `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey' AND tablename = $1`)
		if err == nil {
			err = conn.Raw(func(driver any) error {
				_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromSlice(t.n, t.row))
				return err
			})
		}
		if err == nil {
			err = again()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	_, err = conn.ExecContext(ctx, `VACUUM (ANALYZE)`)
	_, err2 := conn.ExecContext(ctx, `CHECKPOINT`)
	return errors.Join(err, err2)
}

// sqlRunner is a database, or one connection to it.
type sqlRunner interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
}

// unindex drops the indexes of a table that is to be filled in bulk, by a query of
// their names and definitions, and returns what makes them again.
func (t table) unindex(ctx context.Context, d sqlRunner, query string) (again func() error, err error) {
	var names, defs []string
	if t.bulk {
		rows, err := d.QueryContext(ctx, query, t.name)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var name, def string
			if err := rows.Scan(&name, &def); err != nil {
				return nil, err
			}
			names, defs = append(names, name), append(defs, def)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		_ = rows.Close()
	}
	for _, name := range names {
		if _, err := d.ExecContext(ctx, `DROP INDEX `+name); err != nil {
			return nil, err
		}
	}
	return func() error {
		for _, def := range defs {
			if _, err := d.ExecContext(ctx, def); err != nil {
				return err
			}
		}
		return nil
	}, nil
}
