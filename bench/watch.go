package main

import (
	"context"
	"time"

	"yinqiao/db"
)

// watch counts commits, the acts in them and syncs of the log during the rounds
// of one database.
type watch struct {
	db      *db.DB
	from    counts
	sum     counts
	largest int64
	spent   time.Duration
	began   time.Time
}

type counts struct{ commits, acts, syncs int64 }

func newWatch(d *db.DB) *watch { return &watch{db: d} }

func (w *watch) begin(ctx context.Context) error {
	var err error
	w.from, err = w.read(ctx)
	w.began = time.Now()
	return err
}

func (w *watch) end(ctx context.Context) error {
	w.spent += time.Since(w.began)
	to, err := w.read(ctx)
	w.sum.commits += to.commits - w.from.commits
	w.sum.acts += to.acts - w.from.acts
	w.sum.syncs += to.syncs - w.from.syncs
	return err
}

func (w *watch) read(ctx context.Context) (counts, error) {
	if w.db.Dialect() == db.SQLite {
		s := w.db.Stats()
		w.largest = max(w.largest, s.Largest)
		return counts{s.Commits, s.Acts, 0}, nil
	}
	// A connection reports what it did when it next becomes idle, but once a second
	// at most: after that second every one of them is made to.
	time.Sleep(1100 * time.Millisecond)
	err := each(ctx, submitters, submitters, func(ctx context.Context, _ int) error {
		_, err := w.db.Pool().ExecContext(ctx, `SELECT pg_sleep(0.05)`)
		return err
	})
	if err != nil {
		return counts{}, err
	}
	var c counts
	err = w.db.Pool().QueryRowContext(ctx, `SELECT (SELECT wal_sync FROM pg_stat_wal), (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database())`).
		Scan(&c.syncs, &c.commits)
	return c, err
}

// facts are what goes beside the figure. SQLite tells of no syncs: it syncs its
// log once a commit, and more only when the log is folded into the file.
func (w *watch) facts() extra {
	per := func(n int64) float64 { return round(float64(n) / w.spent.Seconds()) }
	if w.db.Dialect() == db.SQLite {
		return extra{"batch": round(float64(w.sum.acts) / float64(max(w.sum.commits, 1))), "batch_largest": w.largest, "commits_per_s": per(w.sum.commits),
			"fsync_per_s": per(w.sum.commits), "fsync_counted_by": "commits"}
	}
	return extra{"commits_per_s": per(w.sum.commits), "fsync_per_s": per(w.sum.syncs), "fsync_counted_by": "pg_stat_wal.wal_sync"}
}
