package sheet

import (
	"bytes"
	"encoding/csv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// columns is how many columns of a workbook are made texts beforehand.
const columns = 61

// Texts makes a workbook in which all cells are texts, also those that are
// still empty.
func Texts(rows [][]string) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return nil, err
	}
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, err
	}
	if err := w.SetColStyle(1, columns, text); err != nil {
		return nil, err
	}
	if err := w.SetColWidth(1, columns, 20); err != nil {
		return nil, err
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for k, c := range row {
			cells[k] = excelize.Cell{StyleID: text, Value: guarded(c)}
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return nil, err
		}
		if err := w.SetRow(at, cells); err != nil {
			return nil, err
		}
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = f.WriteTo(&b)
	return b.Bytes(), err
}

// guarded keeps a spreadsheet from reading a cell as a formula.
func guarded(c string) string {
	if c != "" && strings.ContainsAny(c[:1], "=+-@\t\r\n") {
		return "'" + c
	}
	return c
}

// Columns makes a text of columns that spreadsheets open as it is: marked as UTF-8, and
// with no cell that they would read as a formula.
func Columns(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = guarded(c)
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// Make is Texts or Columns.
func Make(rows [][]string, workbook bool) ([]byte, error) {
	if workbook {
		return Texts(rows)
	}
	return Columns(rows)
}
