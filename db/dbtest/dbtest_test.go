package dbtest_test

import (
	"context"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func TestEachDatabaseIsFreshAndMigrated(t *testing.T) {
	t.Parallel()
	for range 3 {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			var n int
			ctx := context.Background()
			err := d.Scratch(ctx, func(tx *db.Tx) error {
				if err := tx.Get(&n, `SELECT COUNT(*) FROM idempotency`); err != nil {
					return err
				}
				_, err := tx.Exec(`INSERT INTO idempotency (hash, result, created_at) VALUES ($1, $2, $3)`, "h", "r", "2026-01-02 03:04:05")
				return err
			})
			if err != nil || n != 0 {
				t.Fatalf("%d rows, %v", n, err)
			}
			if err := d.Pool().QueryRow(`SELECT COUNT(*) FROM river_job`).Scan(&n); err != nil {
				t.Errorf("the queue's tables are missing: %v", err)
			}
		})
	}
}

func TestANewPostgresIsEmptyAndAccepted(t *testing.T) {
	t.Parallel()
	url := dbtest.NewPostgres(t)
	d, err := db.Open(context.Background(), db.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var n int
	if err := d.Pool().QueryRow(`SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d tables, %v", n, err)
	}
	if url == dbtest.Postgres(t) {
		t.Error("a new database is not the cluster's own")
	}
}

func TestAVaultHasKeysOfItsOwn(t *testing.T) {
	t.Parallel()
	a, b := dbtest.Vault(t), dbtest.Vault(t)
	if a.Index("id", "x") == b.Index("id", "x") {
		t.Error("two vaults share their keys")
	}
}
