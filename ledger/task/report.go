package task

import (
	"context"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Report is what a unit says about its task.
type Report struct {
	ID          string
	Task        string
	State       State
	Words       string
	Office      civic.OfficeID
	By          civic.StaffID
	At          time.Time
	Verdict     string        // accepted or returned, "" while nobody has judged it
	VerdictSaid string        `db:"verdict_said"`
	VerdictBy   civic.StaffID `db:"verdict_by"`
	VerdictAt   *time.Time    `db:"verdict_at"`
}

const reportColumns = `id, task, state, words, office, by, at, verdict, verdict_said, verdict_by, verdict_at`

// Reporting is a report as it is written.
type Reporting struct {
	State State
	Words string
	Files []Upload
}

var (
	errState    = civic.E(civic.Invalid, "task.state", "请选一个：正在做、遇到困难、做完了。").On("state")
	errAccepted = civic.E(civic.Conflict, "task.accepted", "这项任务已经核实做完了，不用再报。情况有变化，请监督人员先退回。")
	errNoReport = civic.E(civic.Conflict, "task.unreported", "单位还没有报做完，没有可以核实的。")
	errUnfinish = civic.E(civic.Conflict, "task.unfinished", "单位还没有说做完了，不能核实成做完。")
)

// Report says how far the unit is. An earlier report stays beside it. It needs
// ledger.report in the unit's office. Conflict once a supervisor has accepted the task.
func (s *Service) Report(ctx context.Context, actor civic.Actor, id string, in Reporting) error {
	words, err := wordsOf(in.Words, limits.Words, errWords)
	if err != nil {
		return err
	}
	if !slices.Contains([]State{UnderWay, Stuck, Done}, in.State) {
		return errState
	}
	if err := checkFiles(in.Files); err != nil {
		return err
	}
	return s.byUnit(ctx, actor, id, func(tx *journal.Tx, auth civic.Authority, t Task) error {
		if t.State == Accepted {
			return errAccepted
		}
		if t.State == in.State && t.Said == words && len(in.Files) == 0 {
			return journal.ErrUnchanged // the same form again
		}
		var before int
		if err := tx.Get(&before, `SELECT COUNT(*) FROM ledger_report WHERE task = $1 AND state = 'done'`, id); err != nil {
			return err
		}
		report, day := db.NewID(), ""
		if in.State == Done {
			if day = t.DoneOn; day == "" {
				day = today(tx.Now)
			}
		}
		if err := tx.InsertRows("ledger_report", []string{"id", "task", "state", "words", "office", "by", "at", "verdict", "verdict_said", "verdict_by"},
			[][]any{{report, id, in.State, words, t.Office, actor.Operator.ID, tx.Now, "", "", ""}}); err != nil {
			return err
		}
		if err := keepFiles(tx, "report", report, in.Files); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE ledger_task SET state = $1, said = $2, reported_at = $3, done_on = $4 WHERE id = $5`, in.State, words, tx.Now, day, id); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: reported(t, in.State, before > 0, today(tx.Now)), Detail: t.detail("state", string(in.State)), About: t.about()})
	})
}

// reported is the act of a report: a task is counted as done once, when that is said first.
func reported(t Task, state State, before bool, day string) journal.Act {
	switch {
	case state != Done || before:
		return ActReported
	case t.Due != "" && day > t.Due:
		return ActDoneLate
	}
	return ActDone
}

// Judge accepts what a unit has done, or gives it back with a word on what is missing. It
// needs ledger.keep in the division. Conflict when there is nothing to judge.
func (s *Service) Judge(ctx context.Context, actor civic.Actor, id string, accept bool, said string) error {
	said, err := wordsOf(said, limits.Words, errWords)
	if err != nil {
		return err
	}
	return s.byKeeper(ctx, actor, id, func(tx *journal.Tx, auth civic.Authority, t Task) error {
		var last Report
		err := only(tx, &last, `SELECT `+reportColumns+` FROM ledger_report WHERE task = $1 ORDER BY id DESC LIMIT 1`, id)
		verdict, act, to, day := "accepted", ActAccepted, Accepted, t.DoneOn
		if !accept {
			verdict, act, to, day = "returned", ActReturned, UnderWay, ""
		}
		switch {
		case civic.Is(err, civic.NotFound):
			return errNoReport
		case err != nil:
			return err
		case last.Verdict == verdict && last.VerdictSaid == said:
			return journal.ErrUnchanged
		case last.Verdict == "returned":
			return errNoReport
		case accept && t.State != Done:
			return errUnfinish
		}
		if _, err := tx.Exec(`UPDATE ledger_report SET verdict = $1, verdict_said = $2, verdict_by = $3, verdict_at = $4 WHERE id = $5`, verdict, said, actor.Operator.ID, tx.Now, last.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE ledger_task SET state = $1, done_on = $2 WHERE id = $3`, to, day, id); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: act, Detail: t.detail("said", short(said)), About: t.about()})
	})
}
