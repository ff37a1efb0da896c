package journal_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
)

func TestEveryEntryIsSealedOnceWhoeverSeals(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		replicas := []*journal.Journal{l.Journal, l.replica(t, filepath.Join(t.TempDir(), "heads"))}
		ctx, over := context.WithCancel(context.Background())
		defer over()
		var writers, sealers sync.WaitGroup
		for i := range 4 {
			sealers.Go(func() {
				for ctx.Err() == nil {
					if err := replicas[i%2].SealAll(context.Background()); err != nil {
						t.Error(err)
						return
					}
				}
			})
			writers.Go(func() {
				for n := range 20 {
					if err := record(replicas[i%2], atDesk, allowed, served(fmt.Sprint(i, "-", n)), waited(int64(n))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		writers.Wait()
		over()
		sealers.Wait()
		for _, j := range replicas {
			if err := j.SealAll(context.Background()); err != nil {
				t.Fatal(err)
			}
			r, err := j.Verify(context.Background())
			if err != nil || len(r.Problems) != 0 || r.Entries != 160 || r.Unsealed != 0 || r.Batches == 0 {
				t.Errorf("%+v, %v", r, err)
			}
		}
		if n := l.count(t, `SELECT CAST(SUM(entries) AS BIGINT) FROM journal_batch`); n != 160 {
			t.Errorf("%d entries in batches", n)
		}
		if n := l.count(t, `SELECT CAST(SUM(n) AS BIGINT) FROM journal_tally WHERE bucket = -1`); n != 160 {
			t.Errorf("%d acts counted", n)
		}
	})
}

func TestAJournalVerifiesWhileItIsWrittenAndSealed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		var work sync.WaitGroup
		busy := make(chan struct{})
		work.Go(func() {
			defer close(busy)
			for range 60 {
				if err := record(l.Journal, atDesk, allowed, served("x")); err != nil {
					t.Error(err)
				}
				if err := l.SealAll(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
		for more := true; more && !t.Failed(); {
			select {
			case <-busy:
				more = false
			default:
				l.sound(t)
			}
		}
		work.Wait()
		if r := l.sound(t); r.Batches != 60 {
			t.Errorf("%+v", r)
		}
	})
}

func TestALongQueueIsSealedInBatches(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		for range 3 {
			l.act(t, slices.Repeat([]journal.Event{waited(9)}, 400)...)
		}
		if r := l.sound(t); r.Unsealed != 1200 || r.Batches != 0 {
			t.Errorf("before: %+v", r)
		}
		l.seal(t)
		if r := l.sound(t); r.Unsealed != 0 || r.Entries != 1200 || r.Batches != 3 {
			t.Errorf("after: %+v", r)
		}
		l.seal(t) // nothing new: no batch
		if n := l.count(t, `SELECT COUNT(*) FROM journal_batch`); n != 3 {
			t.Errorf("%d batches", n)
		}
	})
}

func TestRunSealsWhatIsWritten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		over := make(chan struct{})
		go func() { defer close(over); l.Run(ctx) }()
		l.act(t, served("x"))
		again := time.NewTicker(10 * time.Millisecond)
		defer again.Stop()
		for l.verify(t).Entries == 0 {
			select {
			case <-again.C:
			case <-ctx.Done():
				t.Fatal("it was never sealed")
			}
		}
		stop()
		<-over
		l.sound(t)
	})
}

func TestNothingIsSealedWithoutTheChain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.act(t, served("x"))
		if _, err := d.Pool().Exec(`DELETE FROM journal_chain`); err != nil {
			t.Fatal(err)
		}
		if l.SealAll(context.Background()) == nil {
			t.Error("sealed without taking turns")
		}
		if _, err := l.Retally(context.Background()); err == nil {
			t.Error("recounted without taking turns")
		}
	})
}
