package db_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/jobs"
)

func TestReplicasMayMigrateAtTheSameTime(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			c := db.Config{Dir: t.TempDir(), NoSync: true}
			if dialect == db.Postgres {
				c = db.Config{URL: dbtest.NewPostgres(t), NoSync: true, Conns: 4}
			}
			open := func() *db.DB {
				d, err := db.Open(context.Background(), c)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { d.Close() })
				return d
			}
			shared := open()
			replicas := []*db.DB{shared, shared, shared, shared} // one process owns an SQLite file
			if dialect == db.Postgres {
				replicas = []*db.DB{shared, shared, open(), open()}
			}
			together := func(migrate func(context.Context, *db.DB) error) {
				var wg sync.WaitGroup
				for _, d := range replicas {
					wg.Go(func() {
						if err := migrate(context.Background(), d); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
			}
			together(func(ctx context.Context, d *db.DB) error { return d.Migrate(ctx) })
			together(jobs.Migrate)
			if err := errors.Join(shared.Migrate(context.Background()), jobs.Migrate(context.Background(), shared)); err != nil {
				t.Errorf("migrating what is up to date: %v", err)
			}
			var n int
			if err := shared.Pool().QueryRow(`SELECT COUNT(*) FROM journal_chain`).Scan(&n); err != nil || n != 1 {
				t.Errorf("%d chains, %v", n, err)
			}
			if err := shared.Pool().QueryRow(`SELECT COUNT(*) FROM river_job`).Scan(&n); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheFileIsForItsOwnerAloneAndMayLieAnywhere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "数据 50% #1?x=y&z")
	for range 2 { // made, then found again
		d, err := db.Open(context.Background(), db.Config{Dir: dir, NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := d.Ping(context.Background()); err != nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	st, err := os.Stat(filepath.Join(dir, db.File))
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st, err)
	}
}
