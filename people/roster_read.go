package people

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	utf16 "golang.org/x/text/encoding/unicode"

	"yinqiao/civic"
)

var (
	errRosterEmpty = civic.E(civic.Invalid, "roster.empty", "没有读到名单。请选择文件，或把表格里的内容连表头一起粘贴进来。").On("file")
	errRosterSize  = civic.E(civic.Invalid, "roster.size", "文件太大了：最多20兆、10万行。请分成几份再导入。").On("file")
	errRosterForm  = civic.E(civic.Invalid, "roster.form", "这个文件打不开。请用表格软件另存为「Excel 工作簿（.xlsx）」或「CSV」，再选一次。").On("file")
	errRosterOld   = civic.E(civic.Invalid, "roster.old", "这是旧格式的表格（.xls）或加了密码的表格。请打开后另存为「Excel 工作簿（.xlsx）」，不设密码，再选一次。").On("file")
	errRosterHeads = civic.E(civic.Invalid, "roster.heads", "前十行里没有找到表头。请让一行写着「姓名」「身份证号」这样的名称，可以照着样表改。").On("file")
)

// rosterLine is one row of a list, with its number as the spreadsheet shows it.
type rosterLine struct {
	N     int      `json:"n"`
	Cells []string `json:"c"`
}

// rosterTable is a list as it was read.
type rosterTable struct {
	Heads []string
	Lines []rosterLine
}

// headsWithin is in how many rows the headings are looked for: above them stand
// titles.
const headsWithin = 10

// readRoster reads a list from the bytes of a workbook or of a text of columns.
// Invalid, with what to do, when it can't be read.
func readRoster(b []byte) (rosterTable, error) {
	var lines []rosterLine
	var err error
	switch {
	case int64(len(b)) > rules.Limits.Bytes:
		return rosterTable{}, errRosterSize
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		lines, err = readXLSX(b)
	case bytes.HasPrefix(b, []byte("\xD0\xCF\x11\xE0")):
		return rosterTable{}, errRosterOld
	default:
		lines, err = readCSV(b)
	}
	if err != nil {
		return rosterTable{}, err
	}
	return withHeads(lines)
}

// withHeads finds the row of headings: among the first rows the one of which most
// are known.
func withHeads(lines []rosterLine) (rosterTable, error) {
	if len(lines) == 0 {
		return rosterTable{}, errRosterEmpty
	}
	at, most := -1, 1 // one known word may stand in a title
	for i, l := range lines[:min(len(lines), headsWithin)] {
		if _, known := guessColumns(l.Cells); known > most {
			at, most = i, known
		}
	}
	if at < 0 {
		return rosterTable{}, errRosterHeads
	}
	t := rosterTable{Heads: lines[at].Cells, Lines: lines[at+1:]}
	if len(t.Lines) == 0 {
		return rosterTable{}, errRosterEmpty
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

// cellMost bounds a cell, in bytes.
const cellMost = 600

// addLine keeps a row that is not blank.
func addLine(lines []rosterLine, n int, cells []string) ([]rosterLine, error) {
	if len(cells) > rules.Limits.Columns {
		cells = cells[:rules.Limits.Columns]
	}
	out, blank := make([]string, len(cells)), true
	for i, c := range cells {
		out[i] = cleanCell(c)
		blank = blank && out[i] == ""
	}
	if blank {
		return lines, nil
	}
	if len(lines) > rules.Limits.Rows+headsWithin {
		return nil, errRosterSize
	}
	return append(lines, rosterLine{n, out}), nil
}

// cleanCell takes off what spreadsheets put round a number to keep it a text.
func cleanCell(s string) string {
	if len(s) > cellMost {
		s = s[:cellMost]
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	s = civic.FoldWords(s)
	if inner, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(inner, `"`) {
		s = inner[:len(inner)-1]
	}
	return strings.TrimSpace(strings.TrimPrefix(s, "'"))
}

func readXLSX(b []byte) (lines []rosterLine, err error) {
	// Nothing unpacked may lie on a disk in clear, hence the equal limits.
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: rules.Limits.Unzipped, UnzipXMLSizeLimit: rules.Limits.Unzipped, RawCellValue: true})
	if err != nil {
		if strings.Contains(err.Error(), "unzip size exceeds") {
			return nil, errRosterSize
		}
		return nil, errRosterForm
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		if lines, err = readSheet(f, sheet); err != nil || len(lines) > 0 {
			return lines, err
		}
	}
	return nil, errRosterEmpty
}

func readSheet(f *excelize.File, sheet string) ([]rosterLine, error) {
	rows, err := f.Rows(sheet)
	if err != nil {
		return nil, errRosterForm
	}
	defer rows.Close()
	var lines []rosterLine
	for n := 1; rows.Next(); n++ {
		if n > 10*rules.Limits.Rows {
			return nil, errRosterSize
		}
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, errRosterForm
		}
		if lines, err = addLine(lines, n, cells); err != nil {
			return nil, err
		}
	}
	if rows.Error() != nil {
		return nil, errRosterForm
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
			return nil, errRosterForm
		}
		return out, nil
	}
	if utf8.Valid(b) {
		return b, nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return nil, errRosterForm
	}
	return out, nil
}

func readCSV(b []byte) ([]rosterLine, error) {
	b, err := decode(b)
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(b, 0) >= 0 {
		return nil, errRosterForm
	}
	var lines []rosterLine
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
			return nil, errRosterForm
		}
		at, _ := r.FieldPos(0)
		if lines, err = addLine(lines, at-inside, cells); err != nil {
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
