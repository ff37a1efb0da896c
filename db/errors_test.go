package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func exec(d *db.DB, query string, args ...any) error {
	return d.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
}

func TestErrorsAreToldApartAlikeOnBothEngines(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, q := range []string{
			`CREATE TABLE parent (id TEXT PRIMARY KEY, alias TEXT UNIQUE, state TEXT NOT NULL CHECK (state IN ('on', 'off')))`,
			`CREATE TABLE child (id TEXT PRIMARY KEY, parent TEXT NOT NULL REFERENCES parent (id))`,
			`INSERT INTO parent (id, alias, state) VALUES ('p', 'a', 'on')`,
		} {
			if _, err := d.Pool().Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct{ what, query, want string }{
			{"primary key", `INSERT INTO parent (id, alias, state) VALUES ('p', 'b', 'on')`, "unique"},
			{"unique key", `INSERT INTO parent (id, alias, state) VALUES ('q', 'a', 'on')`, "unique"},
			{"check", `INSERT INTO parent (id, alias, state) VALUES ('q', 'b', 'broken')`, "check"},
			{"missing parent", `INSERT INTO child (id, parent) VALUES ('c', 'nobody')`, "foreign key"},
			{"not null", `INSERT INTO child (id, parent) VALUES ('c', NULL)`, ""},
			{"no such table", `INSERT INTO nowhere (id) VALUES ('c')`, ""},
		} {
			err := exec(d, c.query)
			if err == nil {
				t.Errorf("%s: accepted", c.what)
				continue
			}
			for kind, is := range map[string]func(error) bool{"unique": db.IsUnique, "check": db.IsCheck, "foreign key": db.IsForeignKey} {
				if is(err) != (kind == c.want) {
					t.Errorf("%s: %s is %v: %v", c.what, kind, is(err), err)
				}
			}
			if !civic.Is(err, civic.Internal) {
				t.Errorf("%s: a person would be told %v", c.what, civic.KindOf(err))
			}
		}
	})
}

func TestNothingFoundIsErrNoRows(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var id string
		if err := read(t, d).Get(&id, `SELECT id FROM person WHERE id = $1`, "nobody"); !errors.Is(err, db.ErrNoRows) {
			t.Errorf("read: %v", err)
		}
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			return tx.Get(&id, `SELECT id FROM person WHERE id = $1`, "nobody")
		})
		if !errors.Is(err, db.ErrNoRows) {
			t.Errorf("write: %v", err)
		}
	})
}

func TestErrorsNameTheQueryAndNeverItsValues(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := exec(d, `INSERT INTO nowhere (id) VALUES ($1)`, "140105194901011234")
		if err == nil || !strings.Contains(err.Error(), "INSERT INTO nowhere") || strings.Contains(err.Error(), "1949") {
			t.Errorf("%v", err)
		}
	})
}

func TestAClosedDatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := d.Ping(ctx); err != nil {
			t.Fatal(err)
		}
		r := read(t, d)
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		nothing := func(*db.Tx) error { return nil }
		var n int
		for what, err := range map[string]error{
			"write":   d.Write(ctx, nothing),
			"scratch": d.Scratch(ctx, nothing),
			"read":    r.Get(&n, `SELECT COUNT(*) FROM person`),
			"list":    r.Select(new([]int), `SELECT COUNT(*) FROM person`),
			"ping":    d.Ping(ctx),
		} {
			if !civic.Is(err, civic.Unavailable) {
				t.Errorf("%s: %v, want unavailable", what, err)
			}
		}
	})
}

func TestAPasswordNeverEntersAnError(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]civic.Kind{
		"postgres://u:hemlock@127.0.0.1:1/x?connect_timeout=5": civic.Unavailable, // nobody listens there
		"postgres://u:hem%lock@127.0.0.1/x":                    civic.Invalid,
		"mysql://u:hemlock@127.0.0.1/x":                        civic.Invalid,
		"postgres://u:hemlock@127.0.0.1:none/x":                civic.Invalid,
		"postgres://u:hemlock@127.0.0.1/x?sslmode=hemlock":     civic.Unavailable,
	} {
		_, err := db.Open(context.Background(), db.Config{URL: url})
		if !civic.Is(err, want) {
			t.Errorf("%s: %v, want %v", url, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "u:hem") || strings.Contains(err.Error(), ":hemlock")) {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}
