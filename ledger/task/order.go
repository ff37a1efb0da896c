package task

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Order is a supervisor's order to a unit (督办), and its reply.
type Order struct {
	ID        string
	Task      string
	Words     string
	Until     string // the last day of the reply
	By        civic.StaffID
	At        time.Time
	Reply     string
	RepliedBy civic.StaffID `db:"replied_by"`
	RepliedAt *time.Time    `db:"replied_at"`
}

var (
	errOrdered = civic.E(civic.Conflict, "task.ordered", "这项任务正在督办，单位还没有答复。")
	errNoOrder = civic.E(civic.Conflict, "task.no_order", "没有等着答复的督办，可能同事已经答复了。")
)

// Urge orders a unit to say what it does about a task, by a day. It needs ledger.keep in the
// division. Conflict when an order waits for its reply, or the task was accepted.
func (s *Service) Urge(ctx context.Context, actor civic.Actor, id, words, until string) error {
	words, err := wordsOf(words, limits.Words, errWords)
	if err != nil {
		return err
	}
	day, ok := dayOf(until)
	if !ok {
		return errDay
	}
	return s.byKeeper(ctx, actor, id, func(tx *journal.Tx, auth civic.Authority, t Task) error {
		switch {
		case day < today(tx.Now):
			return errDay
		case t.State == Accepted:
			return errAccepted
		}
		var open []Order
		if err := tx.Select(&open, `SELECT id, words, until FROM ledger_order WHERE task = $1 AND replied_at IS NULL`, id); err != nil {
			return err
		}
		if len(open) > 0 {
			if open[0].Words == words && open[0].Until == day {
				return journal.ErrUnchanged
			}
			return errOrdered
		}
		if err := tx.InsertRows("ledger_order", []string{"id", "task", "words", "until", "by", "at", "reply", "replied_by"},
			[][]any{{db.NewID(), id, words, day, actor.Operator.ID, tx.Now, "", ""}}); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE ledger_task SET urged = $1 WHERE id = $2`, true, id); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActUrged, Detail: t.detail("until", day, "said", short(words)), About: t.about()})
	})
}

// Reply answers the order that waits. It needs ledger.report in the unit's office. Conflict
// when none waits.
func (s *Service) Reply(ctx context.Context, actor civic.Actor, id, words string) error {
	words, err := wordsOf(words, limits.Words, errWords)
	if err != nil {
		return err
	}
	return s.byUnit(ctx, actor, id, func(tx *journal.Tx, auth civic.Authority, t Task) error {
		var o Order
		if err := only(tx, &o, `SELECT id, at FROM ledger_order WHERE task = $1 AND replied_at IS NULL`, id); err != nil {
			if civic.Is(err, civic.NotFound) {
				return errNoOrder
			}
			return err
		}
		if _, err := tx.Exec(`UPDATE ledger_order SET reply = $1, replied_by = $2, replied_at = $3 WHERE id = $4`, words, actor.Operator.ID, tx.Now, o.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE ledger_task SET urged = $1 WHERE id = $2`, false, id); err != nil {
			return err
		}
		took := int64(tx.Now.Sub(o.At).Seconds())
		return tx.Record(auth, journal.Event{Act: ActReplied, Detail: t.detail(), About: t.about(), Measure: &took})
	})
}
