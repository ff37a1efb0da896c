package backup

import (
	"bufio"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"yinqiao/db"
	"yinqiao/jobs"
)

// job is one job that was still to be done. It is written without the queue's
// own bookkeeping, which differs between engines.
type job struct {
	Name        string          `json:"kind"`
	Args        json.RawMessage `json:"args"`
	Queue       string          `json:"queue"`
	Priority    int             `json:"priority"`
	MaxAttempts int             `json:"max_attempts"`
	ScheduledAt time.Time       `json:"scheduled_at"`
}

// Kind implements jobs.Args.
func (j job) Kind() string { return j.Name }

// InsertOpts lets the queue keep what the job was enqueued with.
func (j job) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: j.Queue, Priority: j.Priority, MaxAttempts: j.MaxAttempts}
}

// args is the job as the queue sees it: encoded, it is its arguments alone.
type args struct{ job }

func (a args) MarshalJSON() ([]byte, error) { return a.Args, nil }

// A job that was running has not been done as far as the same state of the
// tables knows, so it is taken along: jobs run at least once.
const jobColumns = `kind, queue, priority, max_attempts, scheduled_at FROM river_job WHERE finalized_at IS NULL ORDER BY id`

var jobQuery = map[db.Dialect]string{
	db.SQLite:   `SELECT json(args), ` + jobColumns,
	db.Postgres: `SELECT CAST(args AS TEXT), ` + jobColumns,
}

// writeJobs writes one line for each job and returns how many.
func writeJobs(x *db.Export, dialect db.Dialect, w *bufio.Writer) (n int64, err error) {
	_, err = x.Each(jobQuery[dialect], func(row []any) error {
		var j job
		body, ok1 := row[0].(string)
		kind, ok2 := row[1].(string)
		queue, ok3 := row[2].(string)
		priority, ok4 := row[3].(int64)
		attempts, ok5 := row[4].(int64)
		at, ok6 := row[5].(time.Time)
		if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 {
			return fmt.Errorf("backup: a job that can't be read: %T %T %T %T %T %T", row[0], row[1], row[2], row[3], row[4], row[5])
		}
		j = job{kind, json.RawMessage(body), queue, int(priority), int(attempts), at.UTC()}
		line, err := json.Marshal(j)
		if err != nil {
			return fmt.Errorf("backup: job %s: %w", kind, err)
		}
		n++
		_, err = w.Write(append(line, '\n'))
		return err
	})
	return n, err
}

// enqueue puts a job into the queue again. What was due is due at once.
func enqueue(tx *db.Tx, q *jobs.Queue, line []byte, now time.Time) error {
	var j job
	if err := json.Unmarshal(line, &j); err != nil {
		return errDamaged.Because(fmt.Errorf("job: %w", err))
	}
	at := j.ScheduledAt
	if !at.After(now) {
		at = time.Time{}
	}
	return q.Enqueue(tx, args{j}, at)
}
