package people

import (
	"context"
	"errors"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// rosterRowsShown is how many rows a page shows; all of them are in the sheet.
const rosterRowsShown = 100

// Rosters lists the newest lists of a division, in which the actor may import.
func (s *Service) Rosters(ctx context.Context, actor civic.Actor, division civic.Division) ([]Roster, error) {
	var out []Roster
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(importing(division, true)); err != nil {
			return err
		}
		var rs []rosterRecord
		if err := v.Select(&rs, `SELECT `+rosterColumns+` FROM roster WHERE division >= $1 AND division < $2 ORDER BY id DESC LIMIT $3`,
			division, string(division)+"~", rostersMost); err != nil {
			return err
		}
		for _, r := range rs {
			out = append(out, r.view())
		}
		return nil
	})
	return out, err
}

// rostersMost bounds a page of lists.
const rostersMost = 100

func (r rosterRecord) view() Roster {
	return Roster{ID: r.ID, File: r.File, Division: r.Division, Staff: r.Staff, State: r.State, Lines: r.Lines, At: r.CreatedAt, Forget: r.ForgetAt,
		Gone: r.Forgotten != 0, Alike: r.Alike != 0, Columns: strings.Split(r.Columns, ",")}
}

// Roster shows one list: how far it has come, its columns while these are to be
// settled, and the first rows that somebody should look at.
func (s *Service) Roster(ctx context.Context, actor civic.Actor, id string) (Roster, error) {
	var out Roster
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		r, _, err := rosterFor(v, v.Authorise, id, true)
		if err != nil {
			return err
		}
		view := r.view()
		if view.Count, err = rosterCounts(v, id); err != nil {
			return err
		}
		if view.Heads, err = s.openHeads(r); err != nil {
			return err
		}
		if err := s.samples(v, r, &view); err != nil {
			return err
		}
		rows, err := rosterRows(v, id, 0, rosterRowsShown, worthALook...)
		if err != nil {
			return err
		}
		for _, w := range rows {
			view.Rows = append(view.Rows, RosterRow{w.N, w.State, w.Person, w.found()})
		}
		for _, st := range worthALook {
			view.More += view.Count[st]
		}
		view.More -= len(rows)
		out = view
		return nil
	})
	return out, err
}

// worthALook are the states of rows that somebody should look at.
var worthALook = []string{RowBad, RowAlike, RowUsed}

// samples shows what kind of thing stands in each column, while the columns are
// to be settled: enough to tell a name from a number, too little to read either.
func (s *Service) samples(q db.Q, r rosterRecord, view *Roster) error {
	if r.State != RosterRead && r.State != RosterChecked {
		return nil
	}
	view.Known = make([]bool, len(view.Columns))
	for i, h := range view.Heads {
		_, view.Known[i] = guessColumn(h)
	}
	_, lines, err := s.nextPart(q, r.ID, 0)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	view.Samples = make([]string, len(view.Columns))
	for i, c := range lines[0].Cells {
		view.Samples[i] = maskedCell(c)
	}
	return nil
}

func maskedCell(c string) string {
	rs := []rune(c)
	if len(rs) < 2 {
		return c
	}
	keep := min(2, len(rs)/2)
	return string(rs[:keep]) + strings.Repeat("*", min(len(rs)-keep, 16))
}
