package task

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/ledger"
	"yinqiao/place"
)

// Measure is one numbered item of a plan in the ledger.
type Measure struct {
	ID      string
	Policy  string
	Seq     int64
	Ref     string
	Section string
	Kind    ledger.Kind
	Force   ledger.Force
	Words   string
	Source  string // the paragraph of the document, "" where only our words are kept

	Clause string `db:"-"` // with the plan's code, in a list of several plans
}

const measureColumns = `id, policy, seq, ref, section, kind, force, words, source`

// Measures lists the measures of all plans that hold in a division, for a choice. It needs
// figures.see there.
func (s *Service) Measures(ctx context.Context, actor civic.Actor, in civic.Division) ([]Measure, error) {
	var out []Measure
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(seeing(in)); err != nil {
			return err
		}
		where, args := around(in)
		var plans []Policy
		if err := v.Select(&plans, `SELECT `+policyColumns+` FROM ledger_policy WHERE state = 'adopted' AND `+where+` ORDER BY id`, args...); err != nil {
			return err
		}
		for _, p := range plans {
			var ms []Measure
			if err := v.Select(&ms, `SELECT `+measureColumns+` FROM ledger_measure WHERE policy = $1 ORDER BY seq`, p.ID); err != nil {
				return err
			}
			for _, m := range ms {
				m.Clause, m.Source = p.Code+m.Ref, ""
				out = append(out, m)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Target is a number that a part of a measure is to reach, and how far it has come.
type Target struct {
	ID        string
	Measure   string
	Action    int64
	Words     string
	Value     float64
	Unit      string
	Direction ledger.Direction
	Sum       int64 // of what stands; of a percentage, the lowest that a unit has now
	Entries   int64
}

const targetColumns = `id, measure, action, words, value, unit, direction`

// Percentage reports whether the target is a share, which is not added up.
func (t Target) Percentage() bool { return t.Unit == "%" || t.Unit == "％" }

// Met reports whether the target is reached; known is false where nothing was entered.
func (t Target) Met() (met, known bool) {
	switch {
	case t.Entries == 0:
		return false, false
	case t.Direction == ledger.AtMost:
		return float64(t.Sum) <= t.Value, true
	}
	return float64(t.Sum) >= t.Value, true
}

// targetsOfMeasure reads the targets of a measure with what was entered.
func targetsOfMeasure(q db.Q, measure string) ([]Target, error) {
	var out []Target
	if err := q.Select(&out, `SELECT `+targetColumns+` FROM ledger_target WHERE measure = $1 ORDER BY action, seq`, measure); err != nil {
		return nil, err
	}
	return out, sumTargets(q, out)
}

func sumTargets(q db.Q, ts []Target) error {
	if len(ts) == 0 {
		return nil
	}
	ids := make([]string, len(ts))
	for i, t := range ts {
		ids[i] = t.ID
	}
	var sums []struct {
		Target    string
		N, Sum    int64
		Low, High int64
	}
	if err := q.Select(&sums, `SELECT target, COUNT(*) AS n, CAST(SUM(n) AS BIGINT) AS sum, MIN(n) AS low, MAX(n) AS high FROM ledger_count WHERE replaced_by = '' AND target IN `+db.In(1, len(ids))+` GROUP BY target`,
		db.Args(ids)...); err != nil {
		return err
	}
	for _, x := range sums {
		t := &ts[slices.Index(ids, x.Target)]
		t.Entries, t.Sum = x.N, x.Sum
		switch {
		case t.Percentage() && t.Direction == ledger.AtMost:
			t.Sum = x.High
		case t.Percentage():
			t.Sum = x.Low
		}
	}
	return nil
}

// Tally is how many tasks there are, and how many are done, and past their day.
type Tally struct {
	All, Done, Late, Stuck, Silent int64
}

// Add adds another tally.
func (t *Tally) Add(x Tally) {
	t.All, t.Done, t.Late, t.Stuck, t.Silent = t.All+x.All, t.Done+x.Done, t.Late+x.Late, t.Stuck+x.Stuck, t.Silent+x.Silent
}

// Percent is how many of them are done, in per cent.
func (t Tally) Percent() float64 {
	if t.All == 0 {
		return 0
	}
	return float64(t.Done) * 100 / float64(t.All)
}

// cell is the tally of one measure's tasks in one division of the level below, or in the division
// itself.
type cell struct {
	Measure string
	Place   civic.Division
	Tally
}

// tally counts the tasks in a division, of one plan or with "" of all, by measure and place.
func tally(v *journal.View, in civic.Division, policy string) ([]cell, error) {
	place := `substr(t.division, 1, ` + strconv.Itoa(in.Inner()) + `)`
	var out []cell
	err := v.Select(&out, `SELECT t.measure, `+place+` AS place, COUNT(*) AS "all",
		CAST(SUM(CASE WHEN t.state IN ('done', 'accepted') THEN 1 ELSE 0 END) AS BIGINT) AS done,
		CAST(SUM(CASE WHEN t.due <> '' AND t.due < $1 AND t.state NOT IN ('done', 'accepted') THEN 1 ELSE 0 END) AS BIGINT) AS late,
		CAST(SUM(CASE WHEN t.state = 'stuck' THEN 1 ELSE 0 END) AS BIGINT) AS stuck, CAST(SUM(CASE WHEN t.state = 'silent' THEN 1 ELSE 0 END) AS BIGINT) AS silent
		FROM ledger_task t WHERE t.division >= $2 AND t.division < $3 AND (CAST($4 AS TEXT) = '' OR t.policy = $4) GROUP BY t.measure, `+place+` ORDER BY t.measure, place`,
		today(v.Now), in, string(in)+"~", policy)
	return out, err
}

// Matrix is the tasks of a plan by measure and by where they are to be done.
type Matrix struct {
	Policy   Policy
	Columns  []civic.Division // the division itself, then those of the level below
	Rows     []Row
	Total    Tally
	ByColumn map[civic.Division]Tally
}

// Row is one measure of a matrix.
type Row struct {
	Measure
	Cells map[civic.Division]Tally
	Total Tally
}

// Board lays out a plan's tasks in a division by measure and place. It needs figures.see
// there.
func (s *Service) Board(ctx context.Context, actor civic.Actor, policy string, in civic.Division) (Matrix, error) {
	var out Matrix
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(seeing(in)); err != nil {
			return err
		}
		p, err := readPolicy(v, policy)
		if err != nil {
			return err
		}
		if !p.Division.Covers(in) && !in.Covers(p.Division) {
			return errNone
		}
		var ms []Measure
		if err := v.Select(&ms, `SELECT `+measureColumns+` FROM ledger_measure WHERE policy = $1 ORDER BY seq`, policy); err != nil {
			return err
		}
		cells, err := tally(v, in, policy)
		if err != nil {
			return err
		}
		out = Matrix{Policy: p, ByColumn: map[civic.Division]Tally{}}
		at := map[string]int{}
		for i, m := range ms {
			at[m.ID] = i
			out.Rows = append(out.Rows, Row{Measure: m, Cells: map[civic.Division]Tally{}})
		}
		for _, c := range cells {
			r := &out.Rows[at[c.Measure]]
			r.Cells[c.Place] = c.Tally
			r.Total.Add(c.Tally)
			out.Total.Add(c.Tally)
			column := out.ByColumn[c.Place]
			column.Add(c.Tally)
			if out.ByColumn[c.Place] = column; !slices.Contains(out.Columns, c.Place) {
				out.Columns = append(out.Columns, c.Place)
			}
		}
		slices.Sort(out.Columns)
		return nil
	})
	if err != nil {
		return Matrix{}, err
	}
	return out, nil
}

// Standing is how the tasks of a division and below stand, in all and by the divisions of
// the level below.
type Standing struct {
	Total Tally
	Parts []Part
}

// Part is one division's tasks.
type Part struct {
	Division civic.Division
	Tally
}

// Stand counts the tasks of all plans in a division. It needs figures.see there.
func (s *Service) Stand(ctx context.Context, actor civic.Actor, in civic.Division) (Standing, error) {
	var out Standing
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(seeing(in)); err != nil {
			return err
		}
		cells, err := tally(v, in, "")
		if err != nil {
			return err
		}
		for _, c := range cells {
			out.Total.Add(c.Tally)
			i := slices.IndexFunc(out.Parts, func(p Part) bool { return p.Division == c.Place })
			if i < 0 {
				i, out.Parts = len(out.Parts), append(out.Parts, Part{Division: c.Place})
			}
			out.Parts[i].Add(c.Tally)
		}
		slices.SortFunc(out.Parts, func(a, b Part) int { return cmp.Compare(a.Division, b.Division) })
		return nil
	})
	if err != nil {
		return Standing{}, err
	}
	return out, nil
}

// Leaf is one measure with everything about it.
type Leaf struct {
	Measure
	Policy  Policy
	Targets []Target
	Tasks   []Task
	More    bool // there are more tasks than are listed here
}

// Clause is how rules and services cite the measure.
func (l Leaf) Clause() string { return l.Policy.Code + l.Ref }

// Measure reads a measure with its paragraph, its targets and its tasks in a division. It
// needs figures.see there.
func (s *Service) Measure(ctx context.Context, actor civic.Actor, id string, in civic.Division) (Leaf, error) {
	var out Leaf
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(seeing(in)); err != nil {
			return err
		}
		if err := only(v, &out.Measure, `SELECT `+measureColumns+` FROM ledger_measure WHERE id = $1`, id); err != nil {
			return err
		}
		var err error
		if out.Policy, err = readPolicy(v, out.Measure.Policy); err != nil {
			return err
		}
		if !out.Policy.Division.Covers(in) && !in.Covers(out.Policy.Division) {
			return errNone
		}
		if out.Targets, err = targetsOfMeasure(v, id); err != nil {
			return err
		}
		where, args := Ask{Division: in, Measure: id}.where(v.Now)
		if err := v.Select(&out.Tasks, taskSelect+where+fmt.Sprintf(` ORDER BY t.division, t.id LIMIT %d`, limits.List+1), args...); err != nil {
			return err
		}
		if out.More = len(out.Tasks) > limits.List; out.More {
			out.Tasks = out.Tasks[:limits.List]
		}
		return placeTasks(v, out.Tasks)
	})
	if err != nil {
		return Leaf{}, err
	}
	return out, nil
}

// Unit is a unit of the ledger in one division.
type Unit struct {
	Division civic.Division
	Unit     string
	Tasks    int64
	Office   civic.OfficeID
	Place    string `db:"-"`
}

// Units lists the units that have tasks in a division itself, which office each is, and the
// offices there that they may be. It needs figures.see there.
func (s *Service) Units(ctx context.Context, actor civic.Actor, in civic.Division) (out []Unit, offices []place.Office, err error) {
	err = s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(seeing(in)); err != nil {
			return err
		}
		if err := v.Select(&out, `SELECT t.division, t.unit, COUNT(*) AS tasks, COALESCE(u.office, '') AS office FROM ledger_task t
			LEFT JOIN ledger_unit u ON u.division = t.division AND u.unit = t.unit
			WHERE t.division = $1 GROUP BY t.division, t.unit, u.office ORDER BY COUNT(*) DESC, t.unit`, in); err != nil {
			return err
		}
		var ids []civic.OfficeID
		for _, u := range out {
			ids = append(ids, u.Office)
		}
		names, err := place.Names(v, known(ids))
		if err != nil {
			return err
		}
		for i := range out {
			out[i].Place = names[out[i].Office]
		}
		return v.Select(&offices, `SELECT id, kind, name, division FROM office WHERE division = $1 AND shut = '' ORDER BY kind, name`, in)
	})
	if err != nil {
		return nil, nil, err
	}
	return out, offices, nil
}

var errUnit = civic.E(civic.Invalid, "ledger.unit", "请选台账里有的单位，和这个地方的一家单位。").On("office")

// NameUnit says which office a unit is: its staff report on the unit's tasks from then on. It
// needs ledger.keep in the division. Invalid for an office that lies elsewhere.
func (s *Service) NameUnit(ctx context.Context, actor civic.Actor, in civic.Division, unit string, office civic.OfficeID) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(keeping(in))
		if err != nil {
			return err
		}
		o, err := place.Read(tx, office)
		if civic.Is(err, civic.NotFound) || err == nil && !in.Covers(o.Division) {
			return errUnit
		}
		if err != nil {
			return err
		}
		var n int
		if err := tx.Get(&n, `SELECT COUNT(*) FROM ledger_task WHERE division = $1 AND unit = $2`, in, unit); err != nil {
			return err
		}
		if n == 0 {
			return errUnit
		}
		if err := tx.Get(&n, `SELECT COUNT(*) FROM ledger_unit WHERE division = $1 AND unit = $2 AND office = $3`, in, unit, office); err != nil {
			return err
		}
		if n > 0 {
			return journal.ErrUnchanged
		}
		if _, err := tx.Exec(`INSERT INTO ledger_unit (division, unit, office, by, at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (division, unit) DO UPDATE SET office = excluded.office, by = excluded.by, at = excluded.at`, in, unit, office, actor.Operator.ID, tx.Now); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActUnit, Detail: map[string]string{"unit": unit, "office": o.Name}, About: about("office", string(office))})
	})
}
