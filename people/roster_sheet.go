package people

import (
	"context"
	"errors"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/sheet"
)

// wrongTitle heads the column that says what is wrong with a row.
const wrongTitle = "哪里不对"

// RosterTemplate is a sheet with the usual headings and no row, as a workbook
// whose cells are texts, so that no number is mangled, or as CSV.
func RosterTemplate(workbook bool) ([]byte, error) {
	heads := make([]string, len(rules.Fields))
	for i, f := range rules.Fields {
		heads[i] = f.Title
	}
	if workbook {
		return sheet.Texts([][]string{heads})
	}
	return []byte("\uFEFF" + strings.Join(heads, ",") + "\r\n"), nil
}

// RosterWrong makes a workbook of the rows of a list that were not entered, as
// they were brought, with a column that says why. Somebody mends it and brings it
// again.
func (s *Service) RosterWrong(ctx context.Context, actor civic.Actor, id string) ([]byte, error) {
	var out [][]string
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		r, _, err := rosterFor(v, v.Authorise, id, true)
		if err != nil {
			return err
		}
		if r.Forgotten != 0 {
			return errRosterGone
		}
		heads, err := s.openHeads(r)
		if err != nil {
			return err
		}
		out = [][]string{append(heads, wrongTitle)}
		for after := 0; ; {
			p, lines, err := s.nextPart(v, id, after)
			if errors.Is(err, db.ErrNoRows) {
				return nil
			}
			if err != nil {
				return err
			}
			after = p.Last
			rows, err := rowsBetween(v, id, p.N, p.Last, RowBad, RowAlike)
			if err != nil {
				return err
			}
			out = append(out, wrongRows(lines, rows, len(heads))...)
		}
	})
	if err != nil {
		return nil, err
	}
	return sheet.Texts(out)
}

func wrongRows(lines []sheet.Line, rows []rowRecord, width int) [][]string {
	at := map[int][]string{}
	for _, l := range lines {
		at[l.N] = l.Cells
	}
	out := make([][]string, 0, len(rows))
	for _, w := range rows {
		row := make([]string, width+1)
		copy(row[:width], at[w.N])
		var words []string
		for _, f := range w.found() {
			if t := f.Title(); t != "" {
				words = append(words, t+"："+f.Say)
			} else {
				words = append(words, f.Say)
			}
		}
		row[width] = strings.Join(words, " ")
		out = append(out, row)
	}
	return out
}
