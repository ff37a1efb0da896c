package casework

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// ThingKind is what was handed in or is to be paid.
type ThingKind string

// The kinds of things.
const (
	Paper ThingKind = "paper"
	Fee   ThingKind = "fee"
)

// Custody is where a thing is.
type Custody string

// Where a thing is. A bill is due, then the person says that it is paid, then the
// office has it; what is held is filed, sent on with the case, or given back.
const (
	Due      Custody = "due"
	Told     Custody = "told"
	Held     Custody = "held"
	Sent     Custody = "sent"
	Filed    Custody = "filed"
	Returned Custody = "returned"
	Lost     Custody = "lost"
)

// Thing is a paper or a sum of money in the course of a case.
type Thing struct {
	ID      string
	Kind    ThingKind
	What    string // which papers; of a sum, for what
	Fen     int64  // of a sum, in hundredths of a yuan
	Office  civic.OfficeID
	Towards civic.OfficeID // the office that it is on its way to
	State   Custody
	At      time.Time
}

// Keeper is the office that answers for the thing now.
func (t Thing) Keeper() civic.OfficeID {
	if t.State == Sent {
		return t.Towards
	}
	return t.Office
}

// Yuan says a sum: 326.50元.
func Yuan(fen int64) string { return fmt.Sprintf("%d.%02d元", fen/100, fen%100) }

// Says names the thing in words: 检查费 326.50元, 低保证.
func (t Thing) Says() string {
	if t.Kind == Fee {
		return t.What + " " + Yuan(t.Fen)
	}
	return t.What
}

// Words says where it is.
func (t Thing) Words() string {
	if t.Kind == Fee {
		return map[Custody]string{Due: "要付", Told: "说已经付了，等单位核对", Held: "单位收到了", Sent: "随事情转走了，还没有收到", Filed: "已经入账", Returned: "退回了，或者不用付了", Lost: "转的路上没有找到，由单位负责"}[t.State]
	}
	return map[Custody]string{Held: "单位保管着", Sent: "在转去的路上，还没有收到", Filed: "存档了", Returned: "已经还给老人", Lost: "路上没有找到，由单位负责补"}[t.State]
}

// Receipt is what an office takes in, or bills.
type Receipt struct {
	Kind ThingKind
	What string
	Fen  int64 // of a sum
}

var (
	errThing   = civic.E(civic.Invalid, "case.thing", "请写明是什么材料，或者为什么收钱，最多60个字。").On("what")
	errSum     = civic.E(civic.Invalid, "case.sum", "金额要写成像 326.50 这样的数，不能是零，也不能太大。").On("sum")
	errNoThing = civic.E(civic.NotFound, "case.no_thing", "没有找到这份材料或这笔钱。")
	errUnpaid  = civic.E(civic.Conflict, "case.unpaid", "还有没结清的钱。请先核对收款，不用付的请先撤销账单。")
	errOnWay   = civic.E(civic.Conflict, "case.on_way", "还有材料或钱在路上。请先写明收到了，或者没有找到。")
)

func (r *Receipt) check() error {
	r.What = strings.Join(strings.Fields(r.What), " ")
	switch {
	case r.Kind != Paper && r.Kind != Fee || r.What == "" || utf8.RuneCountInString(r.What) > 60 || !utf8.ValidString(r.What) || strings.ContainsRune(r.What, 0):
		return errThing
	case r.Kind == Fee && (r.Fen <= 0 || r.Fen > int64(theRules.SumMostYuan.Value)*100), r.Kind == Paper && r.Fen != 0:
		return errSum
	}
	return nil
}

const thingColumns = `id, kind, what, fen, office, towards, state, at`

type thingRow struct {
	ID      string
	Kind    ThingKind
	What    []byte
	Fen     int64
	Office  civic.OfficeID
	Towards civic.OfficeID
	State   Custody
	At      time.Time
}

func (s *Service) thing(r thingRow) (Thing, error) {
	t := Thing{ID: r.ID, Kind: r.Kind, Fen: r.Fen, Office: r.Office, Towards: r.Towards, State: r.State, At: r.At}
	if len(r.What) == 0 {
		return t, nil // erased
	}
	b, err := s.v.Open(r.What, "case-thing/"+r.ID)
	t.What = string(b)
	return t, err
}

// readThing reads one thing of a case.
func readThing(q db.Q, c Case, id string) (thingRow, error) {
	var r thingRow
	err := q.Get(&r, `SELECT `+thingColumns+` FROM casework_custody WHERE person = $1 AND request = $2 AND id = $3`, c.Person, c.Request, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoThing
	}
	return r, err
}

// things reads what a case has, in the order in which it came.
func (s *Service) things(q db.Q, c Case) ([]Thing, error) {
	var rows []thingRow
	if err := q.Select(&rows, `SELECT `+thingColumns+` FROM casework_custody WHERE person = $1 AND request = $2 ORDER BY id LIMIT 200`, c.Person, c.Request); err != nil {
		return nil, err
	}
	var out []Thing
	for _, r := range rows {
		t, err := s.thing(r)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// inState counts a case's things in a state.
func inState(q db.Q, c Case, state Custody) (int, error) {
	var n int
	err := q.Get(&n, `SELECT COUNT(*) FROM casework_custody WHERE person = $1 AND request = $2 AND state = $3`, c.Person, c.Request, state)
	return n, err
}

// settled refuses to end a case while money is owed or a thing is on its way.
func settled(q db.Q, c Case) error { return without(q, c, Due, Told, Sent) }

// without refuses a case that has a thing in one of the states, with why.
func without(q db.Q, c Case, states ...Custody) error {
	var there []Custody
	if err := q.Select(&there, `SELECT DISTINCT state FROM casework_custody WHERE person = $1 AND request = $2`, c.Person, c.Request); err != nil {
		return err
	}
	for _, state := range states {
		if slices.Contains(there, state) {
			if state == Sent {
				return errOnWay
			}
			return errUnpaid
		}
	}
	return nil
}

// sendOn sends what a case's office holds to the office that the case goes to. Bills
// go with it, and from an office where nobody is left also what is said to be paid and
// what is on its way there.
func sendOn(tx *journal.Tx, c Case, to civic.OfficeID) error {
	if _, err := tx.Exec(`UPDATE casework_custody SET towards = $1 WHERE person = $2 AND request = $3 AND state = 'sent' AND towards = $4`, to, c.Person, c.Request, c.Office); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE casework_custody SET state = 'sent', towards = $1 WHERE person = $2 AND request = $3 AND state = 'held' AND office = $4`, to, c.Person, c.Request, c.Office); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE casework_custody SET office = $1 WHERE person = $2 AND request = $3 AND state IN ('due', 'told') AND office = $4`, to, c.Person, c.Request, c.Office)
	return err
}
