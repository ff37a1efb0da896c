package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"yinqiao/db"
	"yinqiao/engine/casework"
	"yinqiao/jobs"
	"yinqiao/journal"
)

// overdueMost is the limit of one scan, in seconds.
const overdueMost = 1.0

// overdueEach is how many cases pass their deadline between two scans: at ten minutes
// apart, as many as an office of a thousand clerks would let pass.
const overdueEach = 200

// overdue measures the job that marks what is past its deadline among a million open
// cases, and what comes near it, finding and marking with its journal entries, beside a bare prepared read of the
// same rows by the index.
func (b *bench) overdue(ctx context.Context, e db.Dialect) error {
	s, err := b.disk.fresh(ctx, e, "overdue")
	if err != nil {
		return err
	}
	defer func() { _ = s.drop(context.WithoutCancel(ctx)) }()
	load := loadSQLite
	if e == db.Postgres {
		load = loadPostgres
	}
	if err := load(ctx, s, []table{openCases(b.people)}); err != nil {
		return err
	}
	r, err := s.open(ctx, false)
	if err != nil {
		return err
	}
	defer r.close()
	bare, err := s.bare(1, false)
	if err != nil {
		return err
	}
	defer bare.Close()
	stmt, err := bare.PrepareContext(ctx, casework.DueQuery)
	if err != nil {
		return err
	}
	var scan, find, peer []float64
	for i := range b.rounds + 1 {
		if err := r.passDeadlines(ctx, i*overdueEach, overdueEach); err != nil {
			return err
		}
		var found int
		times, err := timed(
			func() (err error) { found, err = count(stmt.QueryContext(ctx, time.Now().UTC())); return err },
			func() error {
				return r.journal.Look(ctx, sys, func(v *journal.View) error {
					var ids []string
					return v.Select(&ids, casework.DueQuery, v.Now)
				})
			},
			func() error { return more(r.casework.MarkDue(ctx, casework.Scan{})) })
		if err != nil {
			return err
		}
		left, err := count(stmt.QueryContext(ctx, time.Now().UTC()))
		if err != nil {
			return err
		}
		if found != overdueEach || left != 0 {
			return fmt.Errorf("%d cases were past their deadline and %d are after the scan", found, left)
		}
		if i > 0 {
			peer, find, scan = append(peer, times[0]), append(find, times[1]), append(scan, times[2])
		}
	}
	backlog := b.people / 100
	if err := r.passDeadlines(ctx, (b.rounds+1)*overdueEach, backlog); err != nil {
		return err
	}
	began := time.Now()
	for err := jobs.ErrMore; err != nil; {
		if err = r.casework.MarkDue(ctx, casework.Scan{}); err != nil && !errors.Is(err, jobs.ErrMore) {
			return err
		}
	}
	whole := time.Since(began).Seconds()
	v := median(scan)
	met := v <= overdueMost
	b.lines.print(line{Name: "overdue." + string(e), Value: v, Unit: "s", Peer: "one prepared read of the index of deadlines", PeerValue: median(peer), Ratio: v / median(peer),
		Want: fmt.Sprintf("value <= %g", overdueMost), Met: &met, extra: extra{"cases": b.people, "marked": overdueEach, "find_ms": round(1000 * median(find)),
			"backlog": backlog, "backlog_s": round(whole), "rounds": b.rounds}})
	return nil
}

// openCases are cases in hand all over a province, due over the next ninety days.
func openCases(n int) table {
	now := time.Now().UTC().Truncate(time.Microsecond)
	return table{name: "casework", bulk: true, n: n,
		columns: strings.Fields("person request number service skill office division state assignee reopened attempts extended appealed answered_by opened_at near_at due_at rev"),
		row: func(i int) ([]any, error) {
			due := now.Add(time.Hour + time.Duration(i)*(90*24*time.Hour/time.Duration(n)))
			return []any{db.NewID(), caseID(i), fmt.Sprint(1_000_000_000 + i), "report-post", "", fmt.Sprintf("office-%04d", i%5000), "140105", "open", "", 0, 0, 0, 0, "",
				now, due.Add(-24 * time.Hour), due, 1}, nil
		}}
}

func caseID(i int) string { return fmt.Sprintf("00000000-0000-7000-8000-%012d", i) }

// passDeadlines puts the deadlines of some cases into the past.
func (r *rooms) passDeadlines(ctx context.Context, from, n int) error {
	_, err := r.db.Pool().ExecContext(ctx, `UPDATE casework SET due_at = $1 WHERE request >= $2 AND request < $3`, time.Now().UTC().Add(-time.Second), caseID(from), caseID(from+n))
	return err
}

// timed runs each and says how many seconds it took.
func timed(do ...func() error) ([]float64, error) {
	var out []float64
	for _, f := range do {
		began := time.Now()
		if err := f(); err != nil {
			return nil, err
		}
		out = append(out, time.Since(began).Seconds())
	}
	return out, nil
}

// more passes over the word that there is more to do.
func more(err error) error {
	if errors.Is(err, jobs.ErrMore) {
		return nil
	}
	return err
}

// count reads the rows of a query.
func count(rows *sql.Rows, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var id string
		if err := rows.Scan(&id); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}
