package booking

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/sheet"
)

// WeekFile is a week that an office brings in a sheet.
type WeekFile struct {
	Office civic.OfficeID
	Since  string // the day from which it holds, YYYY-MM-DD
	Once   bool   // for seven days only; after them it is as before
	Bytes  []byte // a workbook, or a text of columns
}

// WeekSheet makes the sheet of an office's week as it is from a day on, to be filled in
// and brought again. It needs booking.keep at the office.
func (s *Service) WeekSheet(ctx context.Context, actor civic.Actor, office civic.OfficeID, since string, workbook bool) ([]byte, error) {
	if _, err := parseDay(since); err != nil {
		return nil, err
	}
	rows := [][]string{weekHeads}
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, _, err := s.keeper(v, office); err != nil {
			return err
		}
		rs, err := activeOf(v, office)
		if err != nil {
			return err
		}
		weeks, err := weeksOn(v, office, since)
		if err != nil {
			return err
		}
		for _, r := range rs {
			p, err := s.plan(v, r.Plan)
			if err != nil {
				return err
			}
			rows = weekRows(rows, r.Department, r.Name, weeks[r.ID], []string{r.Kind, r.About, p.Name, strconv.Itoa(r.Ahead), sayYes(r.Individual)})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return sheet.Make(rows, workbook)
}

// weekRows adds the rows of one doctor, hall or class to a sheet: one for each session of
// the week, or one without a time.
func weekRows(rows [][]string, department, name string, week []Template, tail []string) [][]string {
	if len(week) == 0 {
		rows = append(rows, slices.Concat([]string{department, name, "", "", "", "", ""}, tail))
	}
	for _, t := range week {
		rows = append(rows, slices.Concat([]string{department, name}, t.cells(), tail))
	}
	return rows
}

// weeksOn reads the weekly sessions that hold on a day at an office, by resource, in the
// order of the week.
func weeksOn(q db.Q, office civic.OfficeID, day string) (map[string][]Template, error) {
	var ts []template
	if err := q.Select(&ts, `SELECT `+templateColumns+` FROM booking_template WHERE office = $1 AND since <= $2 AND until > $2`, office, day); err != nil {
		return nil, err
	}
	out := map[string][]Template{}
	for _, t := range ts {
		out[t.Resource] = append(out[t.Resource], t.weekly())
	}
	for _, w := range out {
		sortWeek(w)
	}
	return out, nil
}

// sortWeek puts Monday first.
func sortWeek(ts []Template) {
	slices.SortFunc(ts, func(a, b Template) int {
		return cmp.Or(cmp.Compare((a.Weekday+6)%7, (b.Weekday+6)%7), cmp.Compare(a.From, b.From))
	})
}

// week is the sessions of every week that a row asks for.
func (r sheetRow) week() []Template {
	out := make([]Template, len(r.days))
	for i, day := range r.days {
		out[i] = Template{day, r.from, r.to, r.places, r.holidays}
	}
	return out
}

func (r sheetRow) tail() []string { return []string{r.kind, r.about, r.plan, r.ahead, r.one} }
