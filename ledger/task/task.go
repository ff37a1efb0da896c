package task

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/ledger"
	"yinqiao/place"
	"yinqiao/staff"
)

// State is how far a task is, as its unit says and a supervisor has judged.
type State string

// The states of a task.
const (
	Silent   State = "silent"    // nothing was ever reported
	UnderWay State = "under_way" // in the unit's hands
	Stuck    State = "stuck"     // the unit says that it can't go on by itself
	Done     State = "done"      // the unit says that it is done
	Accepted State = "accepted"  // a supervisor has seen that it is
)

// Conditions by which a list is cut that are no states of their own.
const (
	IsLate  = "late"  // the day is past, and it is not done
	IsUrged = "urged" // an order waits for its reply
	IsAsked = "asked" // the unit asks for more time
)

// Task is one part of a measure, or one decision of a meeting, for one unit.
type Task struct {
	ID         string
	Policy     string
	Measure    string
	Action     int64
	Meeting    string
	Division   civic.Division
	Unit       string
	Leads      bool
	Force      ledger.Force
	Words      string
	Due        string // YYYY-MM-DD, the last day; "" for none
	State      State
	Said       string     // the report that stands
	ReportedAt *time.Time `db:"reported_at"`
	DoneOn     string     `db:"done_on"`
	LateOn     string     `db:"late_on"`
	Urged      bool

	Ref    string         // the measure's number, "" for a decision
	Code   string         // the plan's
	Office civic.OfficeID // whose staff report, "" while nobody was named
	Place  string         `db:"-"` // the office by name
}

// Clause is how rules and services cite what the task comes from, or "" for a decision.
func (t Task) Clause() string { return t.Code + t.Ref }

// Finished reports whether the unit has said that it is done.
func (t Task) Finished() bool { return t.State == Done || t.State == Accepted }

// Late tells how many days the task is past its day without being done, 0 for none.
func (t Task) Late(now time.Time) int {
	if t.Due == "" || t.Finished() {
		return 0
	}
	return daysBetween(t.Due, today(now))
}

// Left tells how many days there are until the task is due, the day itself included; false
// when it has no day, or is done.
func (t Task) Left(now time.Time) (days int, ok bool) {
	if t.Due == "" || t.Finished() {
		return 0, false
	}
	return daysBetween(today(now), t.Due), today(now) <= t.Due
}

// Soon reports whether so few days are left that the list says how many.
func Soon(days int) bool { return days <= limits.Soon }

// After tells how many days after its day it was done, 0 for in time.
func (t Task) After() int {
	if t.Due == "" || t.DoneOn == "" {
		return 0
	}
	return daysBetween(t.Due, t.DoneOn)
}

func daysBetween(from, to string) int {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil || !b.After(a) {
		return 0
	}
	return int(b.Sub(a) / (24 * time.Hour))
}

const taskSelect = `SELECT t.id, t.policy, t.measure, t.action, t.meeting, t.division, t.unit, t.leads, t.force, t.words, t.due, t.state, t.said, t.reported_at,
	t.done_on, t.late_on, t.urged, COALESCE(m.ref, '') AS ref, COALESCE(p.code, '') AS code, COALESCE(u.office, '') AS office
	FROM ledger_task t LEFT JOIN ledger_measure m ON m.id = t.measure LEFT JOIN ledger_policy p ON p.id = t.policy
	LEFT JOIN ledger_unit u ON u.division = t.division AND u.unit = t.unit`

// Ask says which tasks a list is about.
type Ask struct {
	Division civic.Division // and below
	Exact    bool           // the division alone, without what lies in it
	Policy   string
	Measure  string
	Unit     string
	Office   civic.OfficeID // the tasks of an office, wherever
	Meeting  string
	State    string // a State, or IsLate, IsUrged, IsAsked; "" for all
	Before   string // of the page after it: the last of the page before; "" for the first
}

func (in Ask) where(now time.Time) (string, []any) {
	var conds []string
	var args []any
	add := func(cond string, some ...any) {
		ns := make([]any, len(some))
		for i, x := range some {
			args = append(args, x)
			ns[i] = len(args)
		}
		conds = append(conds, fmt.Sprintf(cond, ns...))
	}
	switch {
	case in.Exact:
		add(`t.division = $%d`, in.Division)
	case in.Division != "":
		add(`t.division >= $%d AND t.division < $%d`, in.Division, string(in.Division)+"~")
	}
	for _, f := range []struct{ column, is string }{{"t.policy", in.Policy}, {"t.measure", in.Measure}, {"t.unit", in.Unit}, {"u.office", string(in.Office)}, {"t.meeting", in.Meeting}} {
		if f.is != "" {
			add(f.column+` = $%d`, f.is)
		}
	}
	switch in.State {
	case "":
	case IsLate:
		add(`t.due <> '' AND t.due < $%d AND t.state NOT IN ('done', 'accepted')`, today(now))
	case IsUrged:
		conds = append(conds, `t.urged`)
	case IsAsked:
		conds = append(conds, `EXISTS (SELECT 1 FROM ledger_extension x WHERE x.task = t.id AND x.decision = '')`)
	default:
		add(`t.state = $%d`, in.State)
	}
	if in.Before != "" {
		add(`t.id > $%d`, in.Before)
	}
	if len(conds) == 0 {
		return "", args
	}
	return " WHERE " + strings.Join(conds, " AND "), args
}

// Tasks lists tasks in the order of the plan; more says that another page follows. It needs
// figures.see in the division, or for the tasks of one's own office ledger.report there.
func (s *Service) Tasks(ctx context.Context, actor civic.Actor, in Ask) (out []Task, more bool, err error) {
	err = s.j.Look(ctx, actor, func(v *journal.View) error {
		need := seeing(in.Division)
		if in.Division == "" && in.Office != "" {
			need = civic.Need{Permission: civic.MayReportTasks, Office: in.Office, Look: true}
		}
		if _, err := v.Authorise(need); err != nil {
			return err
		}
		where, args := in.where(v.Now)
		if err := v.Select(&out, taskSelect+where+fmt.Sprintf(` ORDER BY t.id LIMIT %d`, limits.List+1), args...); err != nil {
			return err
		}
		if more = len(out) > limits.List; more {
			out = out[:limits.List]
		}
		return placeTasks(v, out)
	})
	if err != nil {
		return nil, false, err
	}
	return out, more, nil
}

func placeTasks(q db.Q, ts []Task) error {
	var ids []civic.OfficeID
	for _, t := range ts {
		ids = append(ids, t.Office)
	}
	names, err := place.Names(q, known(ids))
	if err != nil {
		return err
	}
	for i := range ts {
		ts[i].Place = names[ts[i].Office]
	}
	return nil
}

// Account is a task with all that was said about it, the newest first.
type Account struct {
	Task
	Title   string // of the measure, or of the meeting
	Source  string // the paragraph of the document, "" where only our words are kept
	Targets []Target
	Counts  []Count // of the task that stand, the newest, for who may put them right
	Steps   []Step
	Order   *Order     // that waits for a reply
	Asked   *Extension // that waits for a decision
	Report  *Report    // that stands and may be judged
	Yours   bool       // the reader's office reports on it
	Keeps   bool       // the reader keeps the ledger here
}

// Step is something that was said about a task.
type Step struct {
	At    time.Time
	Who   string // by name, "" for the platform
	Place string // the office by name
	Kind  string // report, verdict, extension, decision, order, reply
	Words string
	State State  // of a report, or of the task by a verdict
	Until string // of an extension or an order
	Yes   bool   // of a decision: granted
	Files []File
}

// Show reads a task with its account. It needs figures.see in its division, or
// ledger.report in its office. NotFound for others.
func (s *Service) Show(ctx context.Context, actor civic.Actor, id string) (Account, error) {
	var a Account
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		t, err := readTask(v, id)
		if err != nil {
			return hide(v, err)
		}
		_, mine := v.Authorise(reporting(t))
		if _, err := v.Authorise(seeing(t.Division)); err != nil && (mine != nil || t.Office == "") {
			return err
		}
		_, keeps := v.Authorise(keeping(t.Division))
		a = Account{Task: t, Yours: mine == nil && t.Office != "", Keeps: keeps == nil}
		one := []Task{a.Task}
		if err := placeTasks(v, one); err != nil {
			return err
		}
		a.Task = one[0]
		if a.Yours {
			if a.Counts, _, err = countsWhere(v, `task = $1 AND replaced_by = ''`, id); err != nil {
				return err
			}
		}
		return a.complete(v)
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// reporting is what it takes to report on a task.
func reporting(t Task) civic.Need {
	return civic.Need{Permission: civic.MayReportTasks, Office: t.Office, Division: t.Division} // the division is where the platform counts it
}

func readTask(q db.Q, id string) (t Task, err error) {
	err = only(q, &t, taskSelect+` WHERE t.id = $1`, id)
	return t, err
}

// complete adds to an account what was said about the task.
func (a *Account) complete(q db.Q) error {
	if a.Measure != "" {
		var m Measure
		if err := only(q, &m, `SELECT `+measureColumns+` FROM ledger_measure WHERE id = $1`, a.Measure); err != nil {
			return err
		}
		a.Title, a.Source = m.Words, m.Source
		ts, err := targetsOfMeasure(q, a.Measure)
		if err != nil {
			return err
		}
		a.Targets = slices.DeleteFunc(ts, func(t Target) bool { return t.Action != a.Action })
	} else if err := q.Get(&a.Title, `SELECT title FROM ledger_meeting WHERE id = $1`, a.Meeting); err != nil {
		return err
	}
	var reports []Report
	var orders []Order
	var asked []Extension
	for _, part := range []struct {
		into    any
		columns string
	}{
		{&reports, `SELECT ` + reportColumns + ` FROM ledger_report`},
		{&orders, `SELECT id, task, words, until, by, at, reply, replied_by, replied_at FROM ledger_order`},
		{&asked, `SELECT id, task, from_due, to_due, reason, by, at, decision, decided, decided_by, decided_at FROM ledger_extension`},
	} {
		if err := q.Select(part.into, part.columns+` WHERE task = $1 ORDER BY id`, a.ID); err != nil {
			return err
		}
	}
	return a.tell(q, reports, orders, asked)
}

// tell puts what was said in the order of time, with names and files.
func (a *Account) tell(q db.Q, reports []Report, orders []Order, asked []Extension) error {
	var ids []civic.StaffID
	var behind []string
	for _, r := range reports {
		ids, behind = append(ids, r.By, r.VerdictBy), append(behind, r.ID)
	}
	for _, o := range orders {
		ids = append(ids, o.By, o.RepliedBy)
	}
	for _, e := range asked {
		ids = append(ids, e.By, e.DecidedBy)
	}
	names, err := staff.Names(q, known(ids))
	if err != nil {
		return err
	}
	files, err := filesOf(q, "report", behind)
	if err != nil {
		return err
	}
	for i, r := range reports {
		a.Steps = append(a.Steps, Step{At: r.At, Who: names[r.By], Place: a.Unit, Kind: "report", Words: r.Words, State: r.State, Files: files[r.ID]})
		if r.VerdictAt != nil {
			to := Accepted
			if r.Verdict == "returned" {
				to = UnderWay
			}
			a.Steps = append(a.Steps, Step{At: *r.VerdictAt, Who: names[r.VerdictBy], Kind: "verdict", Words: r.VerdictSaid, State: to})
		}
		if i == len(reports)-1 && r.Verdict != "returned" {
			a.Report = &reports[i]
		}
	}
	for i, o := range orders {
		a.Steps = append(a.Steps, Step{At: o.At, Who: names[o.By], Kind: "order", Words: o.Words, Until: o.Until})
		if o.RepliedAt == nil {
			a.Order = &orders[i]
			continue
		}
		a.Steps = append(a.Steps, Step{At: *o.RepliedAt, Who: names[o.RepliedBy], Place: a.Unit, Kind: "reply", Words: o.Reply})
	}
	for i, e := range asked {
		a.Steps = append(a.Steps, Step{At: e.At, Who: names[e.By], Place: a.Unit, Kind: "extension", Words: e.Reason, Until: e.ToDue})
		if e.DecidedAt == nil {
			a.Asked = &asked[i]
			continue
		}
		a.Steps = append(a.Steps, Step{At: *e.DecidedAt, Who: names[e.DecidedBy], Kind: "decision", Words: e.Decided, Until: e.ToDue, Yes: e.Decision == "granted"})
	}
	slices.SortStableFunc(a.Steps, func(x, y Step) int { return y.At.Compare(x.At) })
	return nil
}

// change holds a task and does something to it.
func (s *Service) change(ctx context.Context, actor civic.Actor, id string, need func(Task) civic.Need, fn func(*journal.Tx, civic.Authority, Task) error) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if err := tx.SignedIn(); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE ledger_task SET state = state WHERE id = $1`, id); err != nil {
			return err
		}
		t, err := readTask(tx, id)
		if err != nil {
			return hide(tx, err)
		}
		auth, err := tx.Authorise(need(t))
		if err != nil {
			return err
		}
		return fn(tx, auth, t)
	})
}

// byUnit is change for the unit's own staff: a task whose unit is no office yet is nobody's
// to report.
func (s *Service) byUnit(ctx context.Context, actor civic.Actor, id string, fn func(*journal.Tx, civic.Authority, Task) error) error {
	own := func(t Task) civic.Need {
		need := reporting(t)
		if t.Office == "" {
			need.Office = "-" // no office has this ID
		}
		return need
	}
	err := s.change(ctx, actor, id, own, fn)
	if civic.Is(err, civic.Denied) && civic.As(err).Code == "grant.office" {
		return errMine
	}
	return err
}

// byKeeper is change for whoever keeps the ledger in the division.
func (s *Service) byKeeper(ctx context.Context, actor civic.Actor, id string, fn func(*journal.Tx, civic.Authority, Task) error) error {
	return s.change(ctx, actor, id, func(t Task) civic.Need { return keeping(t.Division) }, fn)
}

func (t Task) about() []journal.About {
	return about("task", t.ID, "measure", t.Measure, "office", string(t.Office))
}

// detail is what every entry about a task says.
func (t Task) detail(kv ...string) map[string]string {
	out := map[string]string{"unit": t.Unit, "words": short(t.Words)}
	if t.Ref != "" {
		out["clause"] = t.Clause()
	}
	for i := 0; i+1 < len(kv); i += 2 {
		out[kv[i]] = kv[i+1]
	}
	return out
}
