package db_test

import (
	"context"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func TestScratchWritesOnlyTablesThatAreNotActs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		do := func(query string, args ...any) error {
			return d.Scratch(context.Background(), func(tx *db.Tx) error {
				_, err := tx.Exec(query, args...)
				return err
			})
		}
		for _, q := range []string{
			`INSERT INTO person (id) VALUES ('x')`,
			"\n\t insert  into\nperson (id) VALUES ('x')",
			`INSERT INTO "person" (id) VALUES ('x')`,
			`INSERT INTO public.person (id) VALUES ('x')`,
			`INSERT INTO draft2 (id) VALUES ('x')`,
			`INSERT OR REPLACE INTO person (id) VALUES ('x')`,
			`REPLACE INTO journal_chain (one, seq, head) VALUES (1, 0, '')`,
			`UPDATE journal_chain SET seq = 7`,
			`DELETE FROM journal_chain`,
			`UPDATE person SET name = birth WHERE id = 'x'`,
			`UPDATE person SET name = name, birth = '' WHERE id = 'x'`,
			`UPDATE person SET name = name WHERE id = 'x'; DELETE FROM person`,
			`WITH x AS (SELECT 1) UPDATE journal_chain SET seq = 7`,
			`WITH x AS (DELETE FROM journal_chain RETURNING one) SELECT one FROM x`,
			`/* draft */ DELETE FROM journal_chain`,
			`DELETE FROM idempotency; DELETE FROM journal_chain`,
			`SELECT 1; DELETE FROM journal_chain`,
			`SELECT one INTO copied FROM journal_chain`,
			`MERGE INTO journal_chain USING draft ON TRUE WHEN MATCHED THEN DO NOTHING`,
			`CREATE TABLE x (y TEXT)`,
			`DROP TABLE journal_chain`,
			`PRAGMA foreign_keys(0)`,
			`VACUUM`,
			`CALL x()`,
			`DO $$ BEGIN END $$`,
			`COPY journal_chain FROM STDIN`,
			``,
		} {
			if do(q) == nil {
				t.Errorf("let through: %s", q)
			}
		}
		var n int
		if err := read(t, d).Get(&n, `SELECT COUNT(*) FROM journal_chain WHERE seq = 0`); err != nil || n != 1 {
			t.Errorf("the chain was touched: %d, %v", n, err)
		}
		upsert := `INSERT INTO idempotency (hash, result, created_at) VALUES ($1, $2, $3)
			ON CONFLICT (hash) DO UPDATE SET result = excluded.result`
		for _, result := range []string{"first", "second"} {
			if err := do(upsert, "h", result, "2026-01-02 03:04:05"); err != nil {
				t.Fatal(err)
			}
		}
		err := d.Scratch(context.Background(), func(tx *db.Tx) error {
			var got string
			if err := tx.Get(&got, `SELECT replace(result, 'sec', 'Sec') FROM idempotency WHERE hash = $1`, "h"); err != nil || got != "Second" {
				t.Errorf("read back %q, %v", got, err)
			}
			return tx.Get(&n, `WITH x AS (SELECT COUNT(*) AS n FROM person) SELECT n FROM x`)
		})
		if err != nil {
			t.Error(err)
		}
		if err := do(`DELETE FROM idempotency WHERE hash = $1`, "h"); err != nil {
			t.Error(err)
		}
	})
}

func TestScratchCannotWriteThroughAQuery(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Scratch(context.Background(), func(tx *db.Tx) error {
			var one []int64
			return tx.Select(&one, `DELETE FROM journal_chain RETURNING one`)
		})
		if err == nil {
			t.Error("a query that writes was let through")
		}
	})
}

func TestEveryScratchTableExists(t *testing.T) {
	t.Parallel()
	for table := range db.ScratchTables {
		if _, ok := db.Topology[table]; !ok {
			t.Errorf("%s is not a table", table)
		}
	}
}
