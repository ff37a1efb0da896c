package people

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// The acts of lists.
var (
	ActRosterBrought   = journal.Define("roster.brought", "上传了一份名单")
	ActRosterMapped    = journal.Define("roster.mapped", "核对了名单的各列，开始检查")
	ActRosterChecked   = journal.Define("roster.checked", "名单检查完了")
	ActRosterBegun     = journal.Define("roster.begun", "开始按名单登记")
	ActRosterStopped   = journal.Define("roster.stopped", "停下了按名单登记")
	ActRosterEntered   = journal.Define("roster.entered", "按名单登记完了")
	ActRosterUndoing   = journal.Define("roster.undoing", "开始撤回按名单登记的人")
	ActRosterPassed    = journal.Define("roster.passed", "名单里的一段没有人要登记或撤回")
	ActRosterUndone    = journal.Define("roster.undone", "撤回了按名单登记的人")
	ActRosterForgotten = journal.Define("roster.forgotten", "删掉了名单的原始内容")
	ActWithdrawn       = journal.Define("person.withdrawn", "撤回了按名单的登记")
)

// The states of a list.
const (
	RosterRead     = "read"     // its columns are to be looked at
	RosterChecking = "checking" // a job checks each row
	RosterChecked  = "checked"
	RosterEntering = "entering" // a job enters the good rows
	RosterStopped  = "stopped"  // by hand, or since whoever began may no longer
	RosterEntered  = "entered"
	RosterUndoing  = "undoing" // a job withdraws whom nobody has used
	RosterUndone   = "undone"
)

// The states of a row.
const (
	RowGood    = "good"
	RowAlike   = "alike"   // somebody of the same name and birth is registered
	RowKnown   = "known"   // the person is registered already
	RowBad     = "bad"     // something is wrong, see Finding
	RowEntered = "entered" // a person was made of it
	RowUndone  = "undone"  // that person is withdrawn
	RowUsed    = "used"    // that person stays: somebody has served them since
)

var (
	errNoRoster     = civic.E(civic.NotFound, "roster.unknown", "没有这份名单，或不在您的辖区。请回名单页重新找。")
	errRosterState  = civic.E(civic.Conflict, "roster.state", "名单的状态已经变了，这一步现在不能办。请刷新后再看。")
	errRosterGone   = civic.E(civic.Conflict, "roster.forgotten", "名单的原始内容过了保存期，已经删掉了。请重新上传。")
	errRosterColumn = civic.E(civic.Invalid, "roster.columns", "请至少指明姓名一列和一种证件的列；同一项只能选一列。").On("columns")
)

// RosterFile is a list as somebody brings it.
type RosterFile struct {
	Name     string // of the file
	Division civic.Division
	Bytes    []byte
}

// Roster is one list as it stands.
type Roster struct {
	ID       string
	File     string
	Division civic.Division
	Staff    civic.StaffID
	State    string
	Lines    int
	At       time.Time
	Forget   time.Time
	Gone     bool // the rows are deleted
	Alike    bool // those alike to others are entered too
	Heads    []string
	Columns  []string // what each column holds
	Known    []bool   // whether a heading is one that is passed over on purpose
	Samples  []string // what kind of thing the first row has, masked
	Count    map[string]int
	Rows     []RosterRow
	More     int // rows that are worth a look beyond those in Rows
}

// RosterRow is a row that somebody should look at.
type RosterRow struct {
	N      int
	State  string
	Person civic.PersonID
	Found  []Finding
}

// Looked is how many rows the present step has seen, of Lines.
func (r Roster) Looked() int {
	n := 0
	for s, c := range r.Count {
		switch r.State {
		case RosterEntering, RosterStopped:
			if s == RowGood || s == RowAlike && r.Alike {
				continue
			}
		case RosterUndoing:
			if s == RowEntered {
				continue
			}
		}
		n += c
	}
	return n
}

// Busy reports whether a job is at work on it.
func (r Roster) Busy() bool {
	return r.State == RosterChecking || r.State == RosterEntering || r.State == RosterUndoing
}

// importing is what every act on lists needs.
func importing(d civic.Division, look bool) civic.Need {
	return civic.Need{Permission: civic.MayImportPeople, Division: d, Look: look}
}

// BringRoster reads a list and keeps it sealed; nothing is entered. It needs
// people.import in the division. Invalid if it can't be read.
func (s *Service) BringRoster(ctx context.Context, actor civic.Actor, in RosterFile) (string, error) {
	// Who may not is told so before anything is read.
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		_, err := v.Authorise(importing(in.Division, true))
		return err
	})
	if err != nil {
		return "", err
	}
	if !divisionFits(in.Division) {
		return "", errNoHome
	}
	table, err := readRoster(in.Bytes)
	if err != nil {
		return "", err
	}
	if len(table.Lines) > rules.Limits.Rows {
		return "", rules.Limits.TooMuch()
	}
	id := db.NewID()
	heads, parts, err := s.sealRoster(id, table)
	if err != nil {
		return "", err
	}
	columns, _ := guessColumns(table.Heads)
	file := cleanFile(in.Name)
	err = s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(importing(in.Division, false))
		if err != nil {
			return err
		}
		if err := tx.InsertRows("roster", strings.Fields("id file division staff channel state heads columns lines last done alike created_at forget_at forgotten"),
			[][]any{{id, file, in.Division, actor.Operator.ID, actor.Channel, RosterRead, heads, strings.Join(columns, ","), len(table.Lines),
				table.Lines[len(table.Lines)-1].N, 0, 0, tx.Now, tx.Now.AddDate(0, 0, rules.Limits.KeepDays), 0}}); err != nil {
			return err
		}
		if err := tx.InsertRows("roster_part", []string{"roster", "n", "last", "sealed"}, parts); err != nil {
			return err
		}
		return tx.Record(auth, rosterEvent(ActRosterBrought, id, file, "rows", strconv.Itoa(len(table.Lines)),
			"forget", tx.Now.AddDate(0, 0, rules.Limits.KeepDays).Format(time.RFC3339)))
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// rosterEvent is an entry about a list, with its counts.
func rosterEvent(act journal.Act, id, file string, more ...string) journal.Event {
	detail := map[string]string{"roster": id, "file": file}
	for i := 0; i+1 < len(more); i += 2 {
		detail[more[i]] = more[i+1]
	}
	return journal.Event{Act: act, Detail: detail, About: []journal.About{{ID: id, Kind: "roster", Role: "object"}}}
}

// cleanFile is a file's name fit for the journal: without a folder, and without
// the numbers of people, which some offices put there.
func cleanFile(name string) string {
	name = filepath.Base(strings.ReplaceAll(civic.FoldWords(strings.ToValidUTF8(name, "")), "\\", "/"))
	if name == "." || name == "/" || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) || civic.HoldsNumber(name) {
		return "名单"
	}
	for utf8.RuneCountInString(name) > 60 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}

// CheckRoster settles what the columns hold and has each row checked by a job:
// nothing is entered. Invalid without a name and a card among the columns.
func (s *Service) CheckRoster(ctx context.Context, actor civic.Actor, id string, columns []string) error {
	return s.changeRoster(ctx, actor, id, func(tx *journal.Tx, auth civic.Authority, r rosterRecord) error {
		if err := columnsFit(columns, r); err != nil {
			return err
		}
		if r.Forgotten != 0 {
			return errRosterGone
		}
		if r.State != RosterRead && r.State != RosterChecked {
			return errRosterState
		}
		if _, err := tx.Exec(`DELETE FROM roster_row WHERE roster = $1`, id); err != nil {
			return err
		}
		return s.step(tx, auth, r, ActRosterMapped, RosterChecking, `columns = $1, done = 0`, strings.Join(columns, ","))
	})
}

func columnsFit(columns []string, r rosterRecord) error {
	if len(columns) != len(strings.Split(r.Columns, ",")) {
		return errRosterColumn
	}
	seen := map[string]bool{}
	for _, c := range columns {
		if c != "" && (seen[c] || fieldTitle(c) == "") {
			return errRosterColumn
		}
		seen[c] = true
	}
	card := slices.ContainsFunc(rosterCards, func(k CredentialKind) bool { return seen[string(k)] })
	if !seen["name"] || !card {
		return errRosterColumn
	}
	return nil
}

// EnterRoster has the good rows entered by a job; alike enters those too who are
// like somebody registered. After a stop it goes on where it stopped.
func (s *Service) EnterRoster(ctx context.Context, actor civic.Actor, id string, alike bool) error {
	return s.changeRoster(ctx, actor, id, func(tx *journal.Tx, auth civic.Authority, r rosterRecord) error {
		switch {
		case r.State == RosterEntering || r.State == RosterEntered:
			return journal.ErrUnchanged // a form sent twice
		case r.State != RosterChecked && r.State != RosterStopped:
			return errRosterState
		case r.Forgotten != 0:
			return errRosterGone
		}
		also := int64(0)
		if alike {
			also = 1
		}
		return s.step(tx, auth, r, ActRosterBegun, RosterEntering, `alike = $1, staff = $2, channel = $3, done = 0`, also, tx.Actor.Operator.ID, tx.Actor.Channel)
	})
}

// StopRoster stops entering after the rows that are being entered.
func (s *Service) StopRoster(ctx context.Context, actor civic.Actor, id string) error {
	return s.changeRoster(ctx, actor, id, func(tx *journal.Tx, auth civic.Authority, r rosterRecord) error {
		if r.State == RosterStopped {
			return journal.ErrUnchanged
		}
		if r.State != RosterEntering {
			return errRosterState
		}
		return s.step(tx, auth, r, ActRosterStopped, RosterStopped, `done = done`)
	})
}

// UndoRoster has everybody withdrawn by a job whom the list has entered and
// nobody has used since. Their numbers can be registered again.
func (s *Service) UndoRoster(ctx context.Context, actor civic.Actor, id string) error {
	return s.changeRoster(ctx, actor, id, func(tx *journal.Tx, auth civic.Authority, r rosterRecord) error {
		if r.State == RosterUndoing || r.State == RosterUndone {
			return journal.ErrUnchanged
		}
		if r.State != RosterEntered && r.State != RosterStopped {
			return errRosterState
		}
		return s.step(tx, auth, r, ActRosterUndoing, RosterUndoing, `staff = $1, channel = $2, done = 0`, tx.Actor.Operator.ID, tx.Actor.Channel)
	})
}

// changeRoster runs an act on a list in whose division the actor may import.
func (s *Service) changeRoster(ctx context.Context, actor civic.Actor, id string, fn func(*journal.Tx, civic.Authority, rosterRecord) error) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		r, auth, err := rosterFor(tx, tx.Authorise, id, false)
		if err != nil {
			return err
		}
		return fn(tx, auth, r)
	})
}

// step moves a list from the state it was read in to another, or says that
// somebody was first, and records it. Its flow wakes the job.
func (s *Service) step(tx *journal.Tx, auth civic.Authority, r rosterRecord, act journal.Act, to, set string, args ...any) error {
	p := len(args)
	n, err := tx.Exec(`UPDATE roster SET `+set+fmt.Sprintf(`, state = $%d WHERE id = $%d AND state = $%d`, p+1, p+2, p+3), append(args, to, r.ID, r.State)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return errRosterState
	}
	return tx.Record(auth, rosterEvent(act, r.ID, r.File))
}
