// Package sheet reads lists that people keep in spreadsheets, workbooks and texts of
// columns alike, and makes workbooks for them to fill in.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	utf16 "golang.org/x/text/encoding/unicode"

	"yinqiao/civic"
)

// ErrEmpty refuses a list without a row.
var ErrEmpty = civic.E(civic.Invalid, "sheet.empty", "没有读到名单。请选择文件，或把表格里的内容连表头一起粘贴进来。").On("file")

var (
	errForm = civic.E(civic.Invalid, "sheet.form", "这个文件打不开。请用表格软件另存为「Excel 工作簿（.xlsx）」或「CSV」，再选一次。").On("file")
	errOld  = civic.E(civic.Invalid, "sheet.old", "这是旧格式的表格（.xls）或加了密码的表格。请打开后另存为「Excel 工作簿（.xlsx）」，不设密码，再选一次。").On("file")
)

// Limits bound what is read of one list.
type Limits struct {
	Bytes    int64 `yaml:"bytes"`    // of the file
	Unzipped int64 `yaml:"unzipped"` // of a workbook, unpacked
	Rows     int   `yaml:"rows"`
	Columns  int   `yaml:"columns"`
}

// TooMuch refuses a list that is larger than its limits.
func (m Limits) TooMuch() *civic.Error {
	rows := strconv.Itoa(m.Rows)
	if m.Rows >= 10000 && m.Rows%10000 == 0 {
		rows = strconv.Itoa(m.Rows/10000) + "万"
	}
	return civic.E(civic.Invalid, "sheet.size", fmt.Sprintf("文件太大了：最多%d兆、%s行。请分成几份再导入。", m.Bytes>>20, rows)).On("file")
}

// Line is one row of a list, with its number as the spreadsheet shows it.
type Line struct {
	N     int      `json:"n"`
	Cells []string `json:"c"`
}

// HeadsWithin is in how many rows the headings are looked for: above them stand titles.
const HeadsWithin = 10

// Read reads the rows of a list that are not blank from the bytes of a workbook or of
// a text of columns. Invalid, with what to do, when it can't be read or is too large.
func Read(b []byte, m Limits) ([]Line, error) {
	switch {
	case int64(len(b)) > m.Bytes:
		return nil, m.TooMuch()
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return m.workbook(b)
	case bytes.HasPrefix(b, []byte("\xD0\xCF\x11\xE0")):
		return nil, errOld
	}
	return m.text(b)
}

// CellMost bounds a cell, in bytes.
const CellMost = 600

// add keeps a row that is not blank.
func (m Limits) add(lines []Line, n int, cells []string) ([]Line, error) {
	if len(cells) > m.Columns {
		cells = cells[:m.Columns]
	}
	out, blank := make([]string, len(cells)), true
	for i, c := range cells {
		out[i] = cleanCell(c)
		blank = blank && out[i] == ""
	}
	if blank {
		return lines, nil
	}
	if len(lines) > m.Rows+HeadsWithin {
		return nil, m.TooMuch()
	}
	return append(lines, Line{n, out}), nil
}

// cleanCell takes off what spreadsheets put round a number to keep it a text.
func cleanCell(s string) string {
	if len(s) > CellMost {
		s = s[:CellMost]
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	s = civic.FoldWords(s)
	if inner, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(inner, `"`) {
		s = inner[:len(inner)-1]
	}
	return strings.TrimSpace(strings.TrimPrefix(s, "'"))
}

func (m Limits) workbook(b []byte) (lines []Line, err error) {
	// Nothing unpacked may lie on a disk in clear, hence the equal limits.
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: m.Unzipped, UnzipXMLSizeLimit: m.Unzipped, RawCellValue: true})
	if err != nil {
		if strings.Contains(err.Error(), "unzip size exceeds") {
			return nil, m.TooMuch()
		}
		return nil, errForm
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		if lines, err = m.sheet(f, sheet); err != nil || len(lines) > 0 {
			return lines, err
		}
	}
	return nil, ErrEmpty
}

func (m Limits) sheet(f *excelize.File, sheet string) ([]Line, error) {
	rows, err := f.Rows(sheet)
	if err != nil {
		return nil, errForm
	}
	defer rows.Close()
	var lines []Line
	for n := 1; rows.Next(); n++ {
		if n > 10*m.Rows {
			return nil, m.TooMuch()
		}
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, errForm
		}
		if lines, err = m.add(lines, n, cells); err != nil {
			return nil, err
		}
	}
	if rows.Error() != nil {
		return nil, errForm
	}
	return lines, nil
}

// decode turns a text file into UTF-8: with or without a mark, UTF-16 as
// spreadsheets call Unicode, or GB 18030, which they write in China.
func decode(b []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(b, []byte("\xEF\xBB\xBF")):
		b = b[3:]
	case bytes.HasPrefix(b, []byte("\xFF\xFE")), bytes.HasPrefix(b, []byte("\xFE\xFF")):
		out, err := utf16.UTF16(utf16.LittleEndian, utf16.UseBOM).NewDecoder().Bytes(b)
		if err != nil {
			return nil, errForm
		}
		return out, nil
	}
	if utf8.Valid(b) {
		return b, nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return nil, errForm
	}
	return out, nil
}

func (m Limits) text(b []byte) ([]Line, error) {
	b, err := decode(b)
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(b, 0) >= 0 {
		return nil, errForm
	}
	var lines []Line
	r := csv.NewReader(bytes.NewReader(b))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = separator(b), true, -1, true
	// The reader passes over blank lines and counts those inside a cell: the number
	// of a row is what a spreadsheet would show.
	for inside := 0; ; {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, errForm
		}
		at, _ := r.FieldPos(0)
		if lines, err = m.add(lines, at-inside, cells); err != nil {
			return nil, err
		}
		for _, c := range cells {
			inside += strings.Count(c, "\n")
		}
	}
}

// separator is the sign that stands most often in the first lines.
func separator(b []byte) rune {
	head := b[:min(len(b), 4096)]
	best, most := ',', 0
	for _, c := range []rune{',', '\t', ';'} {
		if n := bytes.Count(head, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}
