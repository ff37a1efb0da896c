// Package jobs is a thin room over River: background, scheduled and periodic
// work, enqueued inside the transaction that causes it. What a job does lives in
// the room that owns the noun; arguments hold IDs, never personal data.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"yinqiao/db"
)

// Args names a job and carries its arguments as JSON.
type Args = river.JobArgs

// Queue enqueues jobs, and once started works them.
type Queue struct {
	driver   riverdriver.Driver[*sql.Tx]
	insert   *river.Client[*sql.Tx]
	work     *river.Client[*sql.Tx]
	workers  *river.Workers
	periodic []*river.PeriodicJob
	log      *slog.Logger
}

func driver(d *db.DB) riverdriver.Driver[*sql.Tx] {
	if d.Dialect() == db.SQLite {
		return riversqlite.New(d.Pool())
	}
	return riverdatabasesql.New(d.Pool())
}

// Migrate brings the queue's own tables to this release's version.
func Migrate(ctx context.Context, d *db.DB) error {
	m, err := rivermigrate.New(driver(d), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	err = alone(ctx, d, func() error {
		_, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return err
	})
	if err != nil {
		return fmt.Errorf("jobs: migrating: %w", err)
	}
	return nil
}

// migrating keeps migrations of one process apart; migrateLock, those of
// several replicas. River itself lets them collide.
var migrating sync.Mutex

const migrateLock = 0x79716a6f6273 // any number that nothing else locks

func alone(ctx context.Context, d *db.DB, fn func() error) error {
	migrating.Lock()
	defer migrating.Unlock()
	if d.Dialect() == db.SQLite {
		return fn()
	}
	conn, err := d.Pool().Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(migrateLock)); err != nil {
		return err
	}
	defer func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrateLock))
	}()
	return fn()
}

// New opens the queue. Handlers are added with Handle before Start.
func New(d *db.DB, log *slog.Logger) (*Queue, error) {
	q := &Queue{driver: driver(d), workers: river.NewWorkers(), log: log}
	var err error
	q.insert, err = river.NewClient(q.driver, &river.Config{Logger: log})
	return q, err
}

// Job is a job that runs at once, or with a time not before it.
type Job struct {
	Args Args
	At   time.Time
}

// Enqueue adds a job to the transaction. With a zero time it runs at once,
// else not before at.
func (q *Queue) Enqueue(tx *db.Tx, args Args, at time.Time) error {
	return q.EnqueueAll(tx, []Job{{args, at}})
}

// EnqueueAll adds many jobs to the transaction in one go.
func (q *Queue) EnqueueAll(tx *db.Tx, all []Job) error {
	if len(all) == 0 {
		return nil
	}
	ctx, raw, err := tx.Raw()
	if err != nil {
		return err
	}
	params := make([]river.InsertManyParams, len(all))
	for i, a := range all {
		params[i] = river.InsertManyParams{Args: a.Args, InsertOpts: &river.InsertOpts{ScheduledAt: a.At.UTC()}}
	}
	if _, err := q.insert.InsertManyFastTx(ctx, raw, params); err != nil {
		return fmt.Errorf("jobs: enqueue %d, %s first: %w", len(all), all[0].Args.Kind(), err)
	}
	return nil
}

// ErrMore is what a job returns that has done a part of much: it runs again at
// once, and others get their turn in between.
var ErrMore = errors.New("jobs: there is more to do")

// Later is what a job returns that can do nothing now: it runs again after the time.
type Later time.Duration

func (l Later) Error() string { return "jobs: later, in " + time.Duration(l).String() }

// Handle registers fn for the jobs of type T. A job runs at least once, so fn
// must be idempotent; an error makes it run again later.
func Handle[T Args](q *Queue, fn func(ctx context.Context, args T) error) {
	river.AddWorker(q.workers, river.WorkFunc(func(ctx context.Context, job *river.Job[T]) error {
		err := fn(ctx, job.Args)
		if errors.Is(err, ErrMore) {
			return river.JobSnooze(0)
		}
		if later := Later(0); errors.As(err, &later) {
			return river.JobSnooze(time.Duration(later))
		}
		return err
	}))
}

// Every makes a job run at every start and again after each period. It must be
// idempotent: several replicas may each enqueue it.
func (q *Queue) Every(period time.Duration, args Args) {
	q.periodic = append(q.periodic, river.NewPeriodicJob(river.PeriodicInterval(period),
		func() (river.JobArgs, *river.InsertOpts) { return args, nil }, &river.PeriodicJobOpts{RunOnStart: true}))
}

// Start begins to work jobs. It needs at least one handler.
func (q *Queue) Start(ctx context.Context) error {
	var err error
	q.work, err = river.NewClient(q.driver, &river.Config{
		Logger:            q.log,
		Workers:           q.workers,
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 8}},
		FetchPollInterval: time.Second,
		PeriodicJobs:      q.periodic,
		// Completed jobs are history of the journal, not of the queue.
		CompletedJobRetentionPeriod: 6 * time.Hour,
	})
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	return q.work.Start(ctx)
}

// Stop lets running jobs finish until ctx ends.
func (q *Queue) Stop(ctx context.Context) error {
	if q.work == nil {
		return nil
	}
	return q.work.Stop(ctx)
}
