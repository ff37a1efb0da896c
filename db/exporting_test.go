package db_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func export(t *testing.T, d *db.DB, fn func(x *db.Export) error) {
	t.Helper()
	if err := d.Export(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestNoTableOfTheDatabaseIsForgottenByAnExport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`
		if d.Dialect() == db.Postgres {
			query = `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`
		}
		rows, err := d.Pool().Query(query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var has []string
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(name, "goose_") && !strings.HasPrefix(name, "river_") {
				has = append(has, name)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		export(t, d, func(x *db.Export) error {
			for _, name := range has {
				if !slices.Contains(x.Tables, name) {
					t.Errorf("%s is in the database, but not in the export: add it to db.Topology", name)
				}
			}
			if len(has) != len(x.Tables) || x.Schema != db.ReleaseSchema() || x.Schema < 4 {
				t.Errorf("%d of %d tables, schema %d of %d", len(x.Tables), len(has), x.Schema, db.ReleaseSchema())
			}
			at := func(table string) int { return slices.Index(x.Tables, table) }
			for child, parent := range map[string]string{"office": "division", "staff_role": "staff", "staff": "office", "casework": "request",
				"contact": "person", "journal_detail": "journal_entry", "service_state": "service_definition"} {
				if at(child) < at(parent) {
					t.Errorf("%s comes before %s", child, parent)
				}
			}
			return nil
		})
	})
}

func TestAnExportIsOneMomentWhateverIsWrittenMeanwhile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		remember := func(hash string) error {
			return d.Scratch(soon(t), func(tx *db.Tx) error {
				return tx.InsertRows("idempotency", []string{"hash", "result", "created_at"}, [][]any{{hash, "", time.Now()}})
			})
		}
		if err := remember("before"); err != nil {
			t.Fatal(err)
		}
		export(t, d, func(x *db.Export) error {
			var got []string
			for range 2 {
				if _, err := x.Table("idempotency", func(row []any) error {
					got = append(got, row[0].(string))
					return remember("meanwhile" + db.NewID())
				}); err != nil {
					return err
				}
			}
			if !slices.Equal(got, []string{"before", "before"}) {
				t.Errorf("read %q", got)
			}
			return nil
		})
		export(t, d, func(x *db.Export) error {
			n := 0
			_, err := x.Table("idempotency", func([]any) error { n++; return nil })
			if n != 3 {
				t.Errorf("%d rows afterwards", n)
			}
			return err
		})
	})
}

func TestAnExportReadsOnlyItsOwnTablesAndWritesNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		probe(t, d) // in the database, but of no topology
		export(t, d, func(x *db.Export) error {
			for _, name := range []string{"probe", "goose_db_version", "person; DROP TABLE person", ""} {
				if _, err := x.Table(name, func([]any) error { return nil }); err == nil {
					t.Errorf("%q was read", name)
				}
				if _, err := x.Columns(name); err == nil {
					t.Errorf("the columns of %q were read", name)
				}
			}
			columns, err := x.Columns("journal_chain")
			if err != nil || !slices.Equal(columns, []string{"one", "seq", "head"}) {
				t.Errorf("%v, %v", columns, err)
			}
			return nil
		})
		err := d.Export(soon(t), func(x *db.Export) error {
			_, err := x.Each(`DELETE FROM journal_chain`, func([]any) error { return nil })
			return err
		})
		if err == nil {
			t.Error("it deleted")
		}
		full := errors.New("the disk is full")
		if err := d.Export(soon(t), func(x *db.Export) error {
			_, err := x.Table("journal_chain", func([]any) error { return full })
			return err
		}); !errors.Is(err, full) {
			t.Errorf("%v", err)
		}
		if err := d.Write(soon(t), func(tx *db.Tx) error { return d.Export(tx.Context(), func(*db.Export) error { return nil }) }); err == nil {
			t.Error("an export inside a write would not see its rows")
		}
	})
}

func TestADatabaseWithoutAnInstallationHasNothingToExport(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]db.Config{"sqlite": {Dir: t.TempDir()}, "postgres": {URL: dbtest.NewPostgres(t)}} {
		d, err := db.Open(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Export(soon(t), func(*db.Export) error { return nil }); !civic.Is(err, civic.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}
