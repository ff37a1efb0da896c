package task

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Extension is a unit's wish for more time, and what was decided.
type Extension struct {
	ID        string
	Task      string
	FromDue   string `db:"from_due"`
	ToDue     string `db:"to_due"`
	Reason    string
	By        civic.StaffID
	At        time.Time
	Decision  string        // granted or refused, "" while it waits
	Decided   string        // why
	DecidedBy civic.StaffID `db:"decided_by"`
	DecidedAt *time.Time    `db:"decided_at"`
}

var (
	errLater   = civic.E(civic.Invalid, "task.later", "新的期限要写成2026-12-31这样，晚于今天，也晚于原来的期限。").On("until")
	errWaiting = civic.E(civic.Conflict, "task.extension_waits", "延期已经申请过了，还在等答复。")
	errNoAsk   = civic.E(civic.Conflict, "task.no_extension", "没有等着答复的延期申请，可能别人已经答复了。")
	errIsDone  = civic.E(civic.Conflict, "task.is_done", "这项任务已经报了做完，不用延期。")
)

// AskExtension asks for more time, with a reason. It needs ledger.report in the unit's
// office. Conflict when the task is done, or a wish waits already.
func (s *Service) AskExtension(ctx context.Context, actor civic.Actor, id, to, reason string) error {
	reason, err := wordsOf(reason, limits.Words, errWords)
	if err != nil {
		return err
	}
	day, ok := dayOf(to)
	if !ok {
		return errLater
	}
	return s.byUnit(ctx, actor, id, func(tx *journal.Tx, auth civic.Authority, t Task) error {
		switch {
		case t.Finished():
			return errIsDone
		case day <= t.Due || day <= today(tx.Now):
			return errLater
		}
		var open []Extension
		if err := tx.Select(&open, `SELECT id, to_due, reason FROM ledger_extension WHERE task = $1 AND decision = ''`, id); err != nil {
			return err
		}
		if len(open) > 0 {
			if open[0].ToDue == day && open[0].Reason == reason {
				return journal.ErrUnchanged
			}
			return errWaiting
		}
		if err := tx.InsertRows("ledger_extension", []string{"id", "task", "from_due", "to_due", "reason", "by", "at", "decision", "decided", "decided_by"},
			[][]any{{db.NewID(), id, t.Due, day, reason, actor.Operator.ID, tx.Now, "", "", ""}}); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActAsked, Detail: t.detail("until", day), About: t.about()})
	})
}

// DecideExtension grants more time or refuses it, with a reason. It needs ledger.keep in
// the division. Conflict when no wish waits.
func (s *Service) DecideExtension(ctx context.Context, actor civic.Actor, id string, grant bool, said string) error {
	said, err := wordsOf(said, limits.Words, errWords)
	if err != nil {
		return err
	}
	return s.byKeeper(ctx, actor, id, func(tx *journal.Tx, auth civic.Authority, t Task) error {
		var e Extension
		if err := only(tx, &e, `SELECT id, to_due FROM ledger_extension WHERE task = $1 AND decision = ''`, id); err != nil {
			if civic.Is(err, civic.NotFound) {
				return errNoAsk
			}
			return err
		}
		decision, act := "refused", ActUnmoved
		if grant {
			decision, act = "granted", ActExtended
			if _, err := tx.Exec(`UPDATE ledger_task SET due = $1 WHERE id = $2`, e.ToDue, id); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`UPDATE ledger_extension SET decision = $1, decided = $2, decided_by = $3, decided_at = $4 WHERE id = $5`, decision, said, actor.Operator.ID, tx.Now, e.ID); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: act, Detail: t.detail("until", e.ToDue, "said", short(said)), About: t.about()})
	})
}
