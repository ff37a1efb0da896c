package ledger

import "strings"

// tableText collects rows of cells from lines of text, cut by tabs or bars. It
// begins with a header and ends with the first line that is no row.
type tableText struct {
	t   table
	sep string
}

// take reports whether the line belongs to a table.
func (tt *tableText) take(s *source, raw string, no int) bool {
	cells := func(sep string) []cell {
		var out []cell
		for _, c := range strings.Split(strings.Trim(strings.TrimSpace(raw), "|"), sep) {
			out = append(out, cell{text: fold(c)})
		}
		return out
	}
	if tt.sep != "" {
		if n := strings.Count(strings.TrimRight(raw, " \r"), tt.sep); n >= 2 && n <= 40 {
			if strings.Trim(raw, "|-: ") != "" {
				tt.t.rows = append(tt.t.rows, row{no: no, cells: cells(tt.sep)})
			}
			return true
		}
		tt.end(s)
	}
	for _, sep := range []string{"\t", "|"} {
		if n := strings.Count(raw, sep); n < 2 || n > 40 || len(raw) > 600 {
			continue
		}
		if c := cells(sep); len(c) >= 3 {
			if _, ok := header(c); ok {
				tt.sep, tt.t.rows = sep, []row{{no: no, cells: c}}
				return true
			}
		}
	}
	return false
}

// end hands the table over.
func (tt *tableText) end(s *source) {
	if tt.sep != "" {
		s.addTable(tt.t, func() int { return 0 })
		*tt = tableText{}
	}
}
