package e2e

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"yinqiao/db"
)

// dump is every row of every table, as lines in order.
func (s *story) dump(t *testing.T) []string { return dump(t, s.DB.Pool()) }

func dump(t *testing.T, pool *sql.DB) []string {
	t.Helper()
	tables := slices.Sorted(maps.Keys(db.Topology))
	var lines []string
	for _, table := range append(tables, "river_job") {
		rows, err := pool.Query(`SELECT * FROM ` + table)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			cells, at := make([]any, len(columns)), make([]any, len(columns))
			for i := range cells {
				at[i] = &cells[i]
			}
			if err := rows.Scan(at...); err != nil {
				t.Fatal(err)
			}
			line := table
			for i, c := range cells {
				line += fmt.Sprintf(" %s=%q", columns[i], fmt.Sprint(readable(c)))
			}
			lines = append(lines, line)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(lines)
	return lines
}

func readable(cell any) any {
	if b, ok := cell.([]byte); ok {
		return string(b)
	}
	return cell
}

// difference lists the lines that only one of the sorted lists has.
func difference(before, after []string) string {
	var out strings.Builder
	only := func(sign string, a, b []string) {
		for _, l := range a {
			if _, ok := slices.BinarySearch(b, l); !ok {
				out.WriteString(sign + " " + l + "\n")
			}
		}
	}
	only("-", before, after)
	only("+", after, before)
	if out.Len() == 0 && len(before) != len(after) {
		return "the number of rows"
	}
	return out.String()
}
