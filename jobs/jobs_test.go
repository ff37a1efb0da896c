package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/jobs"
)

type ring struct {
	Bell int `json:"bell"`
}

func (ring) Kind() string { return "test_ring" }

// unspeakable arguments can't be encoded.
type unspeakable struct{}

func (unspeakable) Kind() string                 { return "test_unspeakable" }
func (unspeakable) MarshalJSON() ([]byte, error) { return nil, errors.New("no words for it") }

func queue(t *testing.T, d *db.DB) *jobs.Queue {
	t.Helper()
	q, err := jobs.New(d, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// start works the queue until the test ends.
func start(t *testing.T, q *jobs.Queue) {
	t.Helper()
	if err := q.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			t.Errorf("stopping: %v", err)
		}
	})
}

func enqueue(d *db.DB, q *jobs.Queue, at time.Time, all ...jobs.Args) error {
	return d.Write(context.Background(), func(tx *db.Tx) error {
		for _, a := range all {
			if err := q.Enqueue(tx, a, at); err != nil {
				return err
			}
		}
		return nil
	})
}

func waiting(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.Pool().QueryRow(`SELECT COUNT(*) FROM river_job`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// take waits for the next value that a handler sends.
func take[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-soon(t).Done():
		t.Fatal("the job did not run")
	}
	return v
}

func TestAJobOfARolledBackWriteIsNotLeft(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := queue(t, d)
		changed := errors.New("changed my mind")
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			return errors.Join(q.Enqueue(tx, ring{1}, time.Time{}), changed)
		})
		if !errors.Is(err, changed) {
			t.Errorf("%v", err)
		}
		err = d.Write(context.Background(), func(tx *db.Tx) error {
			if err := q.Enqueue(tx, ring{2}, time.Time{}); err != nil {
				return err
			}
			panic("boom")
		})
		if err == nil {
			t.Error("a panic was committed")
		}
		if err := enqueue(d, q, time.Time{}, ring{3}, unspeakable{}); err == nil {
			t.Error("a job without arguments was enqueued")
		}
		if n := waiting(t, d); n != 0 {
			t.Errorf("%d jobs were left", n)
		}
		if err := enqueue(d, q, time.Time{}, ring{4}); err != nil || waiting(t, d) != 1 {
			t.Errorf("a committed job: %d, %v", waiting(t, d), err)
		}
	})
}

func TestCommittedJobsAreWorked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, bells := queue(t, d), make(chan int, 10)
		jobs.Handle(q, func(_ context.Context, r ring) error { bells <- r.Bell; return nil })
		if err := enqueue(d, q, time.Time{}, ring{1}, ring{2}); err != nil {
			t.Fatal(err)
		}
		start(t, q)
		if sum := take(t, bells) + take(t, bells); sum != 3 {
			t.Errorf("the bells sum to %d", sum)
		}
		// While it works, too; and a handler may write and enqueue.
		if err := enqueue(d, q, time.Now().Add(-time.Hour), ring{9}); err != nil {
			t.Fatal(err)
		}
		if got := take(t, bells); got != 9 {
			t.Errorf("bell %d", got)
		}
	})
}

func TestAHandlerMayWriteAndEnqueueTheNextJob(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, bells := queue(t, d), make(chan int, 10)
		jobs.Handle(q, func(ctx context.Context, r ring) error {
			if r.Bell < 3 {
				if err := d.Write(ctx, func(tx *db.Tx) error { return q.Enqueue(tx, ring{r.Bell + 1}, time.Time{}) }); err != nil {
					return err
				}
			}
			bells <- r.Bell
			return nil
		})
		start(t, q)
		if err := enqueue(d, q, time.Time{}, ring{1}); err != nil {
			t.Fatal(err)
		}
		for want := 1; want <= 3; want++ {
			if got := take(t, bells); got != want {
				t.Errorf("bell %d, want %d", got, want)
			}
		}
	})
}

func TestAHandlerThatFailsRunsAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, runs := queue(t, d), make(chan string, 10)
		seen := map[int]int{} // one job of each bell: no two runs at once
		handled := make(chan struct{}, 1)
		jobs.Handle(q, func(_ context.Context, r ring) error {
			handled <- struct{}{}
			defer func() { <-handled }()
			seen[r.Bell]++
			runs <- fmt.Sprintf("%d/%d", r.Bell, seen[r.Bell])
			switch {
			case seen[r.Bell] > 1:
				return nil
			case r.Bell == 1:
				return errors.New("not yet")
			}
			panic("boom")
		})
		if err := enqueue(d, q, time.Time{}, ring{1}, ring{2}); err != nil {
			t.Fatal(err)
		}
		start(t, q)
		got := map[string]bool{}
		for range 4 {
			got[take(t, runs)] = true
		}
		for _, want := range []string{"1/1", "1/2", "2/1", "2/2"} {
			if !got[want] {
				t.Errorf("run %s is missing of %v", want, got)
			}
		}
	})
}

func TestAJobForLaterWaits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, bells := queue(t, d), make(chan int, 10)
		jobs.Handle(q, func(_ context.Context, r ring) error { bells <- r.Bell; return nil })
		// In a zone of its own, eight hours ahead: the instant counts.
		later := time.Now().Add(time.Hour).In(time.FixedZone("", 8*3600))
		if err := enqueue(d, q, later, ring{1}); err != nil {
			t.Fatal(err)
		}
		if err := enqueue(d, q, time.Now().In(time.FixedZone("", -8*3600)), ring{2}); err != nil {
			t.Fatal(err)
		}
		start(t, q)
		if got := take(t, bells); got != 2 {
			t.Errorf("bell %d rang first", got)
		}
		if len(bells) != 0 {
			t.Error("the job for later ran")
		}
	})
}

func TestAQueueWithoutHandlersDoesNotStart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := queue(t, d)
		if err := q.Start(context.Background()); err == nil {
			t.Error("it started")
		}
		if err := q.Stop(context.Background()); err != nil {
			t.Errorf("stopping what never started: %v", err)
		}
	})
}
