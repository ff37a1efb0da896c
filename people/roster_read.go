package people

import (
	"yinqiao/civic"
	"yinqiao/sheet"
)

var errRosterHeads = civic.E(civic.Invalid, "roster.heads", "前十行里没有找到表头。请让一行写着「姓名」「身份证号」这样的名称，可以照着样表改。").On("file")

// rosterTable is a list as it was read.
type rosterTable struct {
	Heads []string
	Lines []sheet.Line
}

// readRoster reads a list from the bytes of a workbook or of a text of columns.
// Invalid, with what to do, when it can't be read.
func readRoster(b []byte) (rosterTable, error) {
	lines, err := sheet.Read(b, rules.Limits.Limits)
	if err != nil {
		return rosterTable{}, err
	}
	return withHeads(lines)
}

// withHeads finds the row of headings: among the first rows the one of which most
// are known.
func withHeads(lines []sheet.Line) (rosterTable, error) {
	if len(lines) == 0 {
		return rosterTable{}, sheet.ErrEmpty
	}
	at, most := -1, 1 // one known word may stand in a title
	for i, l := range lines[:min(len(lines), sheet.HeadsWithin)] {
		if _, known := guessColumns(l.Cells); known > most {
			at, most = i, known
		}
	}
	if at < 0 {
		return rosterTable{}, errRosterHeads
	}
	t := rosterTable{Heads: lines[at].Cells, Lines: lines[at+1:]}
	if len(t.Lines) == 0 {
		return rosterTable{}, sheet.ErrEmpty
	}
	for i, h := range t.Heads {
		if civic.HoldsNumber(h) {
			t.Heads[i] = "" // a number is no heading
		}
	}
	for i := range t.Lines {
		if len(t.Lines[i].Cells) > len(t.Heads) {
			t.Lines[i].Cells = t.Lines[i].Cells[:len(t.Heads)]
		}
	}
	return t, nil
}
