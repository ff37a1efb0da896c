package apptest

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/request"
)

// ReportAnswers are answers by which a dialogue of report-post is finished.
func (d *District) ReportAnswers() map[string][]string {
	return map[string][]string{"hospital": {string(d.Hospital)}, "report": {"lab"}, "to": {"家里，交给女儿"}, "phone": {"12612345678"}, "note": {""}}
}

// ReportPost walks the elder of the district through report-post and submits it:
// a case of the district's hospital.
func (w *World) ReportPost(t TB, d *District) request.Receipt {
	t.Helper()
	return w.ReportPostOf(t, d, d.Elder)
}

// ReportPostOf is ReportPost for another person who lives there.
func (w *World) ReportPostOf(t TB, d *District, p civic.PersonID) request.Receipt {
	t.Helper()
	ctx := context.Background()
	v, err := w.Requests.Start(ctx, AsPerson(p), "report-post", p, "")
	check(t, err)
	v, err = w.Requests.Answer(ctx, AsPerson(p), v.ID, v.Rev, d.ReportAnswers())
	check(t, err)
	rc, err := w.Requests.Submit(ctx, AsPerson(p), v.ID, 0)
	check(t, err)
	return rc
}

// Count returns the single number that a query gives.
func (w *World) Count(t TB, query string, args ...any) int {
	t.Helper()
	var n int
	w.Look(t, System(), func(v *journal.View) error { return v.Get(&n, query, args...) })
	return n
}

// Acts returns how often an act was recorded about one thing.
func (w *World) Acts(t TB, act journal.Act, about string) int {
	t.Helper()
	return w.Count(t, `SELECT COUNT(DISTINCT e.id) FROM journal_entry e JOIN journal_about a ON a.entry = e.id WHERE e.act = $1 AND a.id = $2`, act, about)
}

// JobCount returns how many jobs of a kind there are, in whatever state.
func (w *World) JobCount(t TB, kind string) int {
	t.Helper()
	return w.Count(t, `SELECT COUNT(*) FROM river_job WHERE kind = $1`, kind)
}

// Look reads as the actor and fails the test if that fails.
func (w *World) Look(t TB, actor civic.Actor, fn func(v *journal.View) error) {
	t.Helper()
	check(t, w.Journal.Look(context.Background(), actor, fn))
}

// Dump returns every column of every row of every table, one line a row. What
// must not be in the database in clear must not be in it.
func (w *World) Dump(t TB) string {
	t.Helper()
	tables := []string{"river_job"}
	for name := range db.Topology {
		tables = append(tables, name)
	}
	sort.Strings(tables)
	var b strings.Builder
	for _, name := range tables {
		rows, err := w.DB.Pool().Query("SELECT * FROM " + name)
		check(t, err)
		cols, err := rows.Columns()
		check(t, err)
		for rows.Next() {
			cells := make([]any, len(cols))
			for i := range cells {
				cells[i] = new(any)
			}
			check(t, rows.Scan(cells...))
			b.WriteString(name)
			for i, c := range cells {
				switch v := (*c.(*any)).(type) {
				case []byte:
					fmt.Fprintf(&b, " %s=%s", cols[i], v)
				default:
					fmt.Fprintf(&b, " %s=%v", cols[i], v)
				}
			}
			b.WriteByte('\n')
		}
		check(t, rows.Err())
		check(t, rows.Close())
	}
	return b.String()
}
