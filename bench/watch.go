package main

import (
	"context"
	"time"

	"yinqiao/db"
)

// watch counts what one round of acts cost a database: commits, the acts in
// them, and syncs of the log.
type watch struct {
	db    *db.DB
	acts  int
	from  counts
	spent counts
	began time.Time
	took  time.Duration
}

type counts struct{ commits, acts, syncs int64 }

func newWatch(d *db.DB, acts int) *watch { return &watch{db: d, acts: acts} }

func (w *watch) begin(ctx context.Context) error {
	var err error
	w.from, err = w.read(ctx)
	w.began = time.Now()
	return err
}

func (w *watch) end(ctx context.Context) error {
	w.took = time.Since(w.began)
	to, err := w.read(ctx)
	w.spent = counts{to.commits - w.from.commits, to.acts - w.from.acts, to.syncs - w.from.syncs}
	return err
}

func (w *watch) read(ctx context.Context) (counts, error) {
	if w.db.Dialect() == db.SQLite {
		s := w.db.Stats()
		return counts{s.Commits, s.Acts, s.Commits}, nil
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
	c := counts{}
	err = w.db.Pool().QueryRowContext(ctx, `SELECT (SELECT wal_sync FROM pg_stat_wal), (SELECT seq FROM journal_chain)`).Scan(&c.syncs, &c.commits)
	return c, err
}

// facts are what goes beside the figure. SQLite tells of no syncs: it syncs its
// log once a commit, and more only when the log is folded into the file. On
// PostgreSQL every act and every seal is a commit of its own.
func (w *watch) facts() extra {
	c := w.spent
	how := "commits"
	if w.db.Dialect() == db.Postgres {
		how = "pg_stat_wal.wal_sync"
		c.commits += int64(w.acts)
		c.acts = c.commits
	}
	per := func(n int64) float64 { return round(float64(n) / w.took.Seconds()) }
	return extra{"batch": round(float64(c.acts) / float64(max(c.commits, 1))), "commits_per_s": per(c.commits),
		"fsync_per_s": per(c.syncs), "fsync_counted_by": how, "commits_per_fsync": round(float64(c.commits) / float64(max(c.syncs, 1)))}
}
