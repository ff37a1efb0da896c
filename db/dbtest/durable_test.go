package dbtest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func TestADurableClusterSyncsAndKeepsItsData(t *testing.T) {
	t.Parallel()
	dbtest.Postgres(t) // skips where there is none
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "yinqiao-durable-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // whom PostgreSQL runs as must get through
		t.Fatal(err)
	}
	dir = filepath.Join(dir, "pg")
	open := func() *dbtest.Durable {
		c, err := dbtest.OpenDurable(dir)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	with := func(c *dbtest.Durable, name string, fn func(tx *db.Tx) error) {
		t.Helper()
		d, err := db.Open(ctx, db.Config{URL: c.URL(name)})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(d.Write(ctx, fn), d.Close()); err != nil {
			t.Fatal(err)
		}
	}
	c := open()
	if err := c.Create(ctx, "one"); err != nil {
		t.Fatal(err)
	}
	with(c, "one", func(tx *db.Tx) error {
		for _, s := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
			var v string
			if err := tx.Get(&v, `SELECT current_setting($1)`, s); err != nil || v != "on" {
				t.Errorf("%s is %q, %v", s, v, err)
			}
		}
		_, err := tx.Exec(`INSERT INTO idempotency (hash, result, created_at) VALUES ('h', 'r', '2026-01-02 03:04:05')`)
		return err
	})
	if err := c.Copy(ctx, "one", "two"); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, ".s.PGSQL.5432")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the server still listens: %v", err)
	}
	c = open()
	defer c.Close()
	if err := c.Drop(ctx, "one"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"one": false, "two": true} {
		if has, err := c.Has(ctx, name); err != nil || has != want {
			t.Errorf("%s: %v, %v", name, has, err)
		}
	}
	with(c, "two", func(tx *db.Tx) error {
		var n int
		if err := tx.Get(&n, `SELECT COUNT(*) FROM idempotency`); err != nil || n != 1 {
			t.Errorf("%d rows, %v", n, err)
		}
		return nil
	})
}
