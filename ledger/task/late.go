package task

import (
	"context"
	"strconv"

	"yinqiao/civic"
	"yinqiao/journal"
)

// Overdue is the daily job that enters in the journal which tasks have passed their day.
type Overdue struct{}

// Kind names the job.
func (Overdue) Kind() string { return "task.overdue" }

// lateEach is how many tasks one write enters.
const lateEach = 200

// NoteLate enters, once for each day that a task was due, that it has passed without the task
// being done: figures count these entries.
func (s *Service) NoteLate(ctx context.Context, _ Overdue) error {
	clerk := civic.System("ledger")
	for {
		var some []Task
		err := s.j.Look(ctx, clerk, func(v *journal.View) error {
			return v.Select(&some, taskSelect+` WHERE t.due <> '' AND t.due < $1 AND t.state NOT IN ('done', 'accepted') AND t.late_on <> t.due ORDER BY t.id LIMIT `+strconv.Itoa(lateEach), today(v.Now))
		})
		if err != nil || len(some) == 0 {
			return err
		}
		err = s.j.Write(ctx, clerk, func(tx *journal.Tx) error {
			entered := false
			for _, t := range some {
				// What was reported or put off in the meantime is not late.
				n, err := tx.Exec(`UPDATE ledger_task SET late_on = due WHERE id = $1 AND due = $2 AND late_on <> due AND state NOT IN ('done', 'accepted')`, t.ID, t.Due)
				if err != nil {
					return err
				}
				if n == 0 {
					continue
				}
				auth, err := tx.Authorise(civic.Need{Division: t.Division, Office: t.Office})
				if err != nil {
					return err
				}
				entered = true
				if err := tx.Record(auth, journal.Event{Act: ActLate, Detail: t.detail("until", t.Due), About: t.about()}); err != nil {
					return err
				}
			}
			if !entered {
				return journal.ErrUnchanged
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
