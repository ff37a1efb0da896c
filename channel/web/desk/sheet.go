package desk

import (
	"net/http"
	"strconv"
)

// sendSheet sends a file to keep. Names of files are plain letters: what a
// browser makes of others differs.
func sendSheet(w http.ResponseWriter, b []byte, workbook bool, name string) error {
	kind, end := "text/csv; charset=utf-8", ".csv"
	if workbook {
		kind, end = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+end+`"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	_, _ = w.Write(b) // the visitor has gone
	return nil
}

// sheetPages bounds how many pages of a list go into one workbook.
const sheetPages = 200

// everyPage adds to the rows of a workbook those of one page of a list after the other, each from
// after the last of the page before, and says so where the bound cuts the list off.
func everyPage(rows [][]string, read func(before string) (some [][]string, next string, err error)) ([][]string, error) {
	before := ""
	for range sheetPages {
		some, next, err := read(before)
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
		if before = next; before == "" {
			return rows, nil
		}
	}
	return append(rows, []string{"后面还有，请缩小范围再导出"}), nil
}
