package db_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// crowd runs rounds of n writers that arrive while another holds the writer,
// until a commit was shared by at least share of them.
func crowd(t *testing.T, d *db.DB, n int, share int64, write func(round, i int)) {
	t.Helper()
	for round := range 200 {
		var arrived, wg sync.WaitGroup
		arrived.Add(n)
		wg.Go(func() {
			_ = d.Write(context.Background(), func(*db.Tx) error {
				arrived.Wait()
				for range n { // let them reach the queue
					runtime.Gosched()
				}
				return nil
			})
		})
		for i := range n {
			wg.Go(func() {
				arrived.Done()
				write(round, i)
			})
		}
		wg.Wait()
		if d.Stats().Largest >= share {
			return
		}
	}
	t.Fatalf("no commit was shared by %d: %+v", share, d.Stats())
}

func TestWritersShareACommit(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite)
	probe(t, d)
	crowd(t, d, 16, 8, func(round, i int) {
		k := fmt.Sprintf("%d-%d", round, i)
		if err := d.Write(context.Background(), func(tx *db.Tx) error { return insert(tx, k) }); err != nil {
			t.Error(err)
			return
		}
		// Only what is committed is seen by a reader.
		var n int
		if err := read(t, d).Get(&n, `SELECT COUNT(*) FROM probe WHERE k = $1`, k); err != nil || n != 1 {
			t.Errorf("answered before the commit: %d rows, %v", n, err)
		}
	})
	if s := d.Stats(); s.Commits >= s.Acts {
		t.Errorf("%d commits for %d acts", s.Commits, s.Acts)
	}
}

func TestAFailingWriterTakesNobodyWithIt(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite)
	probe(t, d)
	if err := d.Write(context.Background(), func(tx *db.Tx) error { return insert(tx, "taken") }); err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	var good atomic.Int64
	crowd(t, d, 24, 3, func(round, i int) {
		mid, stop := context.WithCancel(context.Background())
		defer stop()
		ctx := mid
		if i%6 == 4 {
			ctx = over
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := insert(tx, fmt.Sprintf("%d-%d", round, i)); err != nil {
				return err
			}
			switch i % 6 {
			case 0:
				return errors.New("refused by a rule")
			case 1:
				panic("boom")
			case 2:
				return insert(tx, "taken") // violates the key
			case 3:
				stop()
				return insert(tx, "late")
			}
			return nil
		})
		if (err == nil) != (i%6 == 5) {
			t.Errorf("writer %d: %v", i%6, err)
		}
		if err == nil {
			good.Add(1)
		}
	})
	var n int64
	if err := read(t, d).Get(&n, `SELECT COUNT(*) FROM probe WHERE k <> 'taken'`); err != nil || n != good.Load() {
		t.Errorf("%d rows of %d writers that succeeded, %v", n, good.Load(), err)
	}
}

func TestAWriterThatEndsItsGoroutineDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite)
	probe(t, d)
	err := d.Write(soon(t), func(tx *db.Tx) error {
		if err := insert(tx, "gone"); err != nil {
			return err
		}
		runtime.Goexit()
		return nil
	})
	if err == nil {
		t.Error("a write that never finished was answered as done")
	}
	if err := d.Write(soon(t), func(tx *db.Tx) error { return insert(tx, "next") }); err != nil || keys(t, d) != "next" {
		t.Errorf("committed %q, %v", keys(t, d), err)
	}
}

func TestClosingFinishesTheWriteUnderWay(t *testing.T) {
	t.Parallel()
	c := dbtest.Fresh(t, db.SQLite)
	d, err := db.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	probe(t, d)
	inside, result, closed := make(chan struct{}), make(chan error, 1), make(chan error, 1)
	leave := make(chan struct{})
	go func() {
		result <- d.Write(context.Background(), func(tx *db.Tx) error {
			close(inside)
			<-leave
			return insert(tx, "a")
		})
	}()
	<-inside
	go func() { closed <- d.Close() }()
	close(leave)
	if err := errors.Join(<-result, <-closed); err != nil {
		t.Fatal(err)
	}
	if d, err = db.Open(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if got := keys(t, d); got != "a" {
		t.Errorf("after opening again: %q", got)
	}
}
