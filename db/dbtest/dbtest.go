package dbtest

import (
	"context"
	"path/filepath"
	"testing"

	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/jobs"
)

// Each runs fn as parallel subtests "sqlite" and "postgres", each on a fresh
// migrated database that is closed and dropped afterwards.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			fn(t, Open(t, dialect))
		})
	}
}

// Open opens a fresh migrated database. It is closed at cleanup.
func Open(t testing.TB, dialect db.Dialect) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), Fresh(t, dialect))
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("dbtest: closing: %v", err)
		}
	})
	return d
}

// Fresh makes a migrated database and returns how to open it. Opening it twice
// on PostgreSQL gives two replicas; on SQLite one process owns the file.
func Fresh(t testing.TB, dialect db.Dialect) db.Config {
	t.Helper()
	if dialect == db.SQLite {
		return db.Config{Dir: copyFile(t), NoSync: true}
	}
	// Few connections each: many tests share the cluster.
	return db.Config{URL: clone(t), NoSync: true, Conns: 8}
}

// Vault opens a vault with fresh keys in a temporary folder.
func Vault(t testing.TB) *vault.Vault {
	t.Helper()
	v, err := vault.Open(filepath.Join(t.TempDir(), "keys"), true)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return v
}

// migrated opens the database of c, migrates it and closes it again: a template
// must have no connection open.
func migrated(c db.Config) error {
	ctx := context.Background()
	d, err := db.Open(ctx, c)
	if err != nil {
		return err
	}
	err = d.Migrate(ctx)
	if err == nil {
		err = jobs.Migrate(ctx, d)
	}
	if e := d.Close(); err == nil {
		err = e
	}
	return err
}
