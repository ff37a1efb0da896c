package db_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// tables lists the tables of a schema with their columns, without those of the
// jobs, which have migrations of their own.
func tables(t *testing.T, d *db.DB) []string {
	t.Helper()
	query := `SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	if d.Dialect() == db.Postgres {
		query = `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'`
	}
	rows, err := d.Pool().QueryContext(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		if table != "goose_db_version" && !strings.HasPrefix(table, "river_") {
			out = append(out, table+"."+column)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func TestEveryMigrationCanBeTakenBackAndDoneAgain(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) < 13 {
		t.Fatalf("%d migrations, %v", len(files), err)
	}
	var versions []int64 // there may be gaps
	for _, f := range files {
		var v int64
		if _, err := fmt.Sscanf(filepath.Base(f), "%d_", &v); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		versions = append(versions, v)
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			d, err := db.Open(ctx, dbtest.Fresh(t, dialect))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { d.Close() })
			if err := d.Migrate(ctx); err != nil {
				t.Fatal(err)
			}
			whole := tables(t, d)
			to := func(version int64) {
				if err := d.MigrateTo(ctx, version); err != nil {
					t.Fatalf("to %d: %v", version, err)
				}
			}
			// Each is taken back and done again, then all of them: what one leaves behind is
			// in the way of the next. All the way up from each is as long as the square.
			for i, v := range slices.Backward(versions) {
				under := int64(0)
				if i > 0 {
					under = versions[i-1]
				}
				before := tables(t, d)
				to(under)
				to(v)
				if got := tables(t, d); !slices.Equal(got, before) {
					t.Fatalf("down to %d and up again: %s", under, differ(before, got))
				}
				to(under)
			}
			if left := tables(t, d); len(left) > 0 {
				t.Errorf("all taken back, and these are left: %v", left)
			}
			if err := d.Migrate(ctx); err != nil {
				t.Fatal(err)
			}
			if got := tables(t, d); !slices.Equal(got, whole) {
				t.Errorf("all taken back and done again: %s", differ(whole, got))
			}
		})
	}
}

// differ names what only one of two schemas has.
func differ(want, got []string) string {
	only := func(a, b []string) (out []string) {
		for _, x := range a {
			if !slices.Contains(b, x) {
				out = append(out, x)
			}
		}
		return out
	}
	return fmt.Sprintf("missing %v, new %v", only(want, got), only(got, want))
}
