package task

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/staff"
)

// Count is one entry towards a target: a thing that was put up, opened or taught, or a lot
// of them, with the photograph or paper that shows it.
type Count struct {
	ID         string
	Target     string
	Task       string
	Division   civic.Division
	Words      string // which one, and where
	Day        string
	N          int64
	By         civic.StaffID
	At         time.Time
	Replaces   string // the entry that this one puts right, "" for none
	ReplacedBy string `db:"replaced_by"`

	Unit  string `db:"-"` // who entered it: the unit of the task, and the member of staff by name
	Who   string `db:"-"`
	Files []File `db:"-"`
}

// Counting is an entry as it is written. Replaces names the entry that it puts right.
type Counting struct {
	Target   string
	Words    string
	Day      string
	N        int64
	Files    []Upload
	Replaces string
}

var (
	errWhich   = civic.E(civic.Invalid, "target.words", "请写清楚是哪一个、在哪里，不超过60个字，不写证件号和电话。").On("words")
	errN       = civic.E(civic.Invalid, "target.n", "请写有几个，一到一万的整数；按百分比的，写百分之几。").On("n")
	errPhoto   = civic.E(civic.Invalid, "target.photo", "请附一张照片或一份名单（jpg、png、pdf）：数字要能点开看到凭据。").On("file")
	errTarget  = civic.E(civic.Invalid, "target.unknown", "这个目标不是这项任务的。请回到任务页再选。").On("target")
	errRecount = civic.E(civic.Conflict, "target.replaced", "这一笔已经改正过了。请看看最新的一笔。")
)

// Enter adds an entry towards a target of the unit's task, or puts an earlier one right: both
// are kept. It needs ledger.report in the unit's office. Invalid without a photograph or paper.
func (s *Service) Enter(ctx context.Context, actor civic.Actor, id string, in Counting) error {
	in.Words = strings.TrimSpace(in.Words)
	if in.Words == "" || utf8.RuneCountInString(in.Words) > limits.Title || civic.HoldsNumber(in.Words) {
		return errWhich
	}
	if in.N < 0 || in.N > limits.Count || in.N == 0 && in.Replaces == "" {
		return errN
	}
	day, ok := dayOf(in.Day)
	if !ok {
		return errToday
	}
	if len(in.Files) == 0 && in.Replaces == "" {
		return errPhoto
	}
	if err := checkFiles(in.Files); err != nil {
		return err
	}
	return s.byUnit(ctx, actor, id, func(tx *journal.Tx, auth civic.Authority, t Task) error {
		if day > today(tx.Now) {
			return errToday
		}
		var of Target
		if err := only(tx, &of, `SELECT `+targetColumns+` FROM ledger_target WHERE id = $1`, in.Target); err != nil {
			if civic.Is(err, civic.NotFound) {
				return errTarget
			}
			return err
		}
		if of.Measure != t.Measure || of.Action != t.Action {
			return errTarget
		}
		if of.Percentage() && in.N > 100 {
			return errN
		}
		entry, act := db.NewID(), ActCounted
		if in.Replaces != "" {
			act = ActRecounted
			n, err := tx.Exec(`UPDATE ledger_count SET replaced_by = $1 WHERE id = $2 AND task = $3 AND target = $4 AND replaced_by = ''`, entry, in.Replaces, id, in.Target)
			if err != nil {
				return err
			}
			if n == 0 {
				return errRecount
			}
		} else {
			var twin int
			if err := tx.Get(&twin, `SELECT COUNT(*) FROM ledger_count WHERE target = $1 AND task = $2 AND words = $3 AND day = $4 AND n = $5 AND replaced_by = ''`, in.Target, id, in.Words, day, in.N); err != nil {
				return err
			}
			if twin > 0 {
				return journal.ErrUnchanged // the same board again
			}
		}
		if err := tx.InsertRows("ledger_count", []string{"id", "target", "task", "division", "words", "day", "n", "by", "at", "replaces", "replaced_by"},
			[][]any{{entry, in.Target, id, t.Division, in.Words, day, in.N, actor.Operator.ID, tx.Now, in.Replaces, ""}}); err != nil {
			return err
		}
		if err := keepFiles(tx, "count", entry, in.Files); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: act, Detail: t.detail("which", in.Words, "n", fmt.Sprint(in.N), "entry", entry, "replaces", in.Replaces), About: append(t.about(), about("target", in.Target)...)})
	})
}

// Counts are the entries behind a target.
type Counts struct {
	Target
	Clause string
	List   []Count
	More   bool
}

// Counted lists the entries towards a target in a division that stand, or with all also
// those that were put right, the newest first. It needs figures.see there.
func (s *Service) Counted(ctx context.Context, actor civic.Actor, target string, in civic.Division, all bool, before string) (Counts, error) {
	var out Counts
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(seeing(in)); err != nil {
			return err
		}
		one := make([]Target, 1)
		if err := only(v, &one[0], `SELECT `+targetColumns+` FROM ledger_target WHERE id = $1`, target); err != nil {
			return err
		}
		if err := sumTargets(v, one); err != nil {
			return err
		}
		out.Target = one[0]
		if err := v.Get(&out.Clause, `SELECT p.code || m.ref FROM ledger_measure m JOIN ledger_policy p ON p.id = m.policy WHERE m.id = $1`, out.Measure); err != nil {
			return err
		}
		where, args := `target = $1 AND division >= $2 AND division < $3`, []any{target, in, string(in) + "~"}
		if !all {
			where += ` AND replaced_by = ''`
		}
		if before != "" {
			where, args = where+` AND id < $4`, append(args, before)
		}
		var err error
		out.List, out.More, err = countsWhere(v, where, args...)
		return err
	})
	if err != nil {
		return Counts{}, err
	}
	return out, nil
}

// countsWhere are the newest entries of which a condition holds; more says that there are others.
func countsWhere(q db.Q, where string, args ...any) (list []Count, more bool, err error) {
	if err := q.Select(&list, `SELECT id, target, task, division, words, day, n, by, at, replaces, replaced_by FROM ledger_count WHERE `+where+fmt.Sprintf(` ORDER BY id DESC LIMIT %d`, limits.List+1), args...); err != nil {
		return nil, false, err
	}
	if more = len(list) > limits.List; more {
		list = list[:limits.List]
	}
	return list, more, nameCounts(q, list)
}

func nameCounts(q db.Q, list []Count) error {
	if len(list) == 0 {
		return nil
	}
	var by []civic.StaffID
	var tasks []string
	for _, c := range list {
		by, tasks = append(by, c.By), append(tasks, c.Task)
	}
	names, err := staff.Names(q, known(by))
	if err != nil {
		return err
	}
	files, err := evidence(q, list)
	if err != nil {
		return err
	}
	var units []struct{ ID, Unit string }
	tasks = known(tasks)
	if err := q.Select(&units, `SELECT id, unit FROM ledger_task WHERE id IN `+db.In(1, len(tasks)), db.Args(tasks)...); err != nil {
		return err
	}
	unit := map[string]string{}
	for _, u := range units {
		unit[u.ID] = u.Unit
	}
	for i := range list {
		c := &list[i]
		c.Who, c.Files, c.Unit = names[c.By], files[c.ID], unit[c.Task]
	}
	return nil
}

// evidence are the files of entries. One that puts another right and came without any has those of the
// other: a number that was mistyped is no other photograph.
func evidence(q db.Q, list []Count) (map[string][]File, error) {
	out, from := map[string][]File{}, map[string][]string{} // of whom each entry's files are those
	ids := make([]string, len(list))
	for i, c := range list {
		ids[i], from[c.ID] = c.ID, []string{c.ID}
	}
	for len(ids) > 0 {
		files, err := filesOf(q, "count", ids)
		if err != nil {
			return nil, err
		}
		var bare []string
		for _, id := range ids {
			if files[id] == nil {
				bare = append(bare, id)
			}
			for _, of := range from[id] {
				out[of] = files[id]
			}
		}
		if len(bare) == 0 {
			break
		}
		var before []struct{ ID, Replaces string }
		if err := q.Select(&before, `SELECT id, replaces FROM ledger_count WHERE replaces <> '' AND id IN `+db.In(1, len(bare)), db.Args(bare)...); err != nil {
			return nil, err
		}
		ids = ids[:0]
		for _, b := range before {
			from[b.Replaces] = append(from[b.Replaces], from[b.ID]...)
			ids = append(ids, b.Replaces)
		}
	}
	return out, nil
}
