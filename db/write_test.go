package db_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func insert(tx *db.Tx, k string) error {
	_, err := tx.Exec(`INSERT INTO probe (k) VALUES ($1)`, k)
	return err
}

// keys lists what is committed.
func keys(t testing.TB, d *db.DB) string {
	t.Helper()
	var ks []string
	if err := read(t, d).Select(&ks, `SELECT k FROM probe ORDER BY k`); err != nil {
		t.Fatal(err)
	}
	return strings.Join(ks, " ")
}

// soon is a context that ends a test which hangs.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestAWriteCommitsWhollyOrNotAtAll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		probe(t, d)
		ctx, bad := soon(t), errors.New("changed my mind")
		if err := d.Write(ctx, func(tx *db.Tx) error { return errors.Join(insert(tx, "a"), insert(tx, "b")) }); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return errors.Join(insert(tx, "c"), bad) }); !errors.Is(err, bad) {
			t.Errorf("the closure's own error comes back: %v", err)
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := insert(tx, "d"); err != nil {
				return err
			}
			panic("boom")
		})
		if err == nil || !strings.Contains(err.Error(), "boom") || !civic.Is(err, civic.Internal) {
			t.Errorf("a panic becomes an internal error: %v", err)
		}
		if got := keys(t, d); got != "a b" {
			t.Errorf("committed %q", got)
		}
	})
}

func TestAWriteIsSeenByOthersOnlyAfterItsCommit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		probe(t, d)
		outside := read(t, d)
		err := d.Write(soon(t), func(tx *db.Tx) error {
			if err := insert(tx, "a"); err != nil {
				return err
			}
			var in, out int
			if err := errors.Join(tx.Get(&in, `SELECT COUNT(*) FROM probe`), outside.Get(&out, `SELECT COUNT(*) FROM probe`)); err != nil {
				return err
			}
			if in != 1 || out != 0 {
				t.Errorf("inside sees %d, outside %d", in, out)
			}
			return nil
		})
		if err != nil || keys(t, d) != "a" {
			t.Errorf("%q, %v", keys(t, d), err)
		}
	})
}

func TestAWriteOrReadInsideAWriteIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		probe(t, d)
		err := d.Write(soon(t), func(tx *db.Tx) error {
			ctx, cancel := context.WithCancel(tx.Context()) // as rooms pass it on
			defer cancel()
			nothing := func(*db.Tx) error { return nil }
			if d.Write(ctx, nothing) == nil {
				t.Error("a write inside a write was let through")
			}
			if d.Scratch(ctx, nothing) == nil {
				t.Error("a scratch inside a write was let through")
			}
			if _, err := d.Read(ctx); err == nil {
				t.Error("a pool read inside a write was let through")
			}
			return insert(tx, "a")
		})
		if err != nil || keys(t, d) != "a" {
			t.Errorf("the outer write goes on: %q, %v", keys(t, d), err)
		}
	})
}

func TestACancelledContextLeavesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		probe(t, d)
		before, cancel := context.WithCancel(context.Background())
		cancel()
		err := d.Write(before, func(tx *db.Tx) error { return insert(tx, "before") })
		if !errors.Is(err, context.Canceled) || !civic.Is(err, civic.Unavailable) {
			t.Errorf("cancelled before: %v", err)
		}
		during, cancel := context.WithCancel(context.Background())
		err = d.Write(during, func(tx *db.Tx) error {
			if err := insert(tx, "during"); err != nil {
				return err
			}
			cancel()
			return insert(tx, "after")
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled during: %v", err)
		}
		if err := d.Write(soon(t), func(tx *db.Tx) error { return insert(tx, "next") }); err != nil {
			t.Errorf("the next write: %v", err)
		}
		if got := keys(t, d); got != "next" {
			t.Errorf("committed %q", got)
		}
		var n int
		r, err := d.Read(before)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Get(&n, `SELECT COUNT(*) FROM probe`); !errors.Is(err, context.Canceled) {
			t.Errorf("reading when cancelled: %v", err)
		}
	})
}

func TestWritersThatDeadlockAreRunAgain(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.Postgres) // SQLite has one writer, and so no deadlocks
	probe(t, d)
	ctx := soon(t)
	if err := d.Write(ctx, func(tx *db.Tx) error { return errors.Join(insert(tx, "a"), insert(tx, "b")) }); err != nil {
		t.Fatal(err)
	}
	add := func(tx *db.Tx, k string) error {
		_, err := tx.Exec(`UPDATE probe SET n = COALESCE(n, 0) + 1 WHERE k = $1`, k)
		return err
	}
	var runs atomic.Int64
	var wg sync.WaitGroup
	holds := map[string]chan struct{}{"a": make(chan struct{}), "b": make(chan struct{})}
	for _, ks := range [][2]string{{"a", "b"}, {"b", "a"}} {
		wg.Go(func() {
			first := sync.OnceFunc(func() { close(holds[ks[0]]) })
			err := d.Write(ctx, func(tx *db.Tx) error {
				runs.Add(1)
				if err := add(tx, ks[0]); err != nil {
					return err
				}
				first()
				<-holds[ks[1]] // on the first run both hold one and want the other
				return add(tx, ks[1])
			})
			if err != nil {
				t.Errorf("%v: %v", ks, err)
			}
		})
	}
	wg.Wait()
	var ns []int64
	if err := read(t, d).Select(&ns, `SELECT n FROM probe`); err != nil || len(ns) != 2 || ns[0] != 2 || ns[1] != 2 {
		t.Errorf("counted %v, %v", ns, err)
	}
	if runs.Load() < 3 {
		t.Errorf("%d runs: there was no deadlock to test", runs.Load())
	}
}

func TestRowsAreInsertedInAnyNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		probe(t, d)
		for _, n := range []int{0, 1, 49, 50, 51, 1234} {
			rows := make([][]any, n)
			for i := range rows {
				rows[i] = []any{db.NewID(), i, time.Now()}
			}
			var got int
			err := d.Write(soon(t), func(tx *db.Tx) error {
				if _, err := tx.Exec(`DELETE FROM probe`); err != nil {
					return err
				}
				if err := tx.InsertRows("probe", []string{"k", "n", "at"}, rows); err != nil {
					return err
				}
				return tx.Get(&got, `SELECT COUNT(DISTINCT n) FROM probe`)
			})
			if err != nil || got != n {
				t.Errorf("%d of %d rows, %v", got, n, err)
			}
		}
	})
}
