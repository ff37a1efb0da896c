package people

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"yinqiao/civic"
	"yinqiao/sheet"
)

// fits fails unless a list that was read can be kept and checked: everything in it
// is text that both engines take, and within the limits.
func fits(t *testing.T, table rosterTable, err error) {
	t.Helper()
	if err != nil {
		if !civic.Is(err, civic.Invalid) || civic.As(err).Say == "" {
			t.Fatalf("it is not said what to do: %v", err)
		}
		return
	}
	if len(table.Heads) > rules.Limits.Columns || len(table.Lines) == 0 || len(table.Lines) > rules.Limits.Rows+sheet.HeadsWithin {
		t.Fatalf("%d headings, %d rows", len(table.Heads), len(table.Lines))
	}
	columns, _ := guessColumns(table.Heads)
	rd := &rosterReader{columns: columns, division: "140105001", now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	before := 0
	for _, l := range table.Lines {
		if l.N <= before || len(l.Cells) > len(table.Heads) {
			t.Fatalf("row %d of %d cells comes after %d", l.N, len(l.Cells), before)
		}
		before = l.N
		for _, c := range l.Cells {
			if !utf8.ValidString(c) || strings.ContainsRune(c, 0) || len(c) > 3*sheet.CellMost {
				t.Fatalf("a cell is %q", c)
			}
		}
		in, wrong, notes := rd.row(l)
		for _, f := range append(wrong, notes...) {
			if f.Say == "" || f.Field != "" && f.Title() == "" {
				t.Fatalf("%+v", f)
			}
		}
		if len(wrong) == 0 && (in.Name == "" || len(in.Credentials) == 0 || in.Division == "") {
			t.Fatalf("nothing is wrong with %+v", in)
		}
	}
}

func FuzzAnyTextIsAListOrRefused(f *testing.F) {
	for _, s := range []string{
		"姓名,身份证号\n王桂英,140105194508150029\n", "\uFEFF姓名\t身份证号码\t电话\n某某\t1.4E+17\t03511234567\n", "\xFF\xFEY\x00", "\xFE\xFF",
		"\xD0\xD5\xC3\xFB,\xC9\xED\xB7\xDD\xD6\xA4\xBA\xC5\n", "姓名;身份证号\n\"李\n四\";'140105\n", "PK\x03\x04", "\xD0\xCF\x11\xE0", "a\x00b", "",
		"花名册\n\n序号,姓名,老年卡号,出生日期,性别\n1,买买提·艾力,SN1,一九四五年八月十五,男\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		table, err := readRoster(b)
		fits(t, table, err)
	})
}

func FuzzAnyWorkbookIsAListOrRefused(f *testing.F) {
	b, err := sheet.Texts([][]string{{"姓名", "身份证号", "电话"}, {"王桂英", "140105194508150029", "12512345678"}})
	if err != nil {
		f.Fatal(err)
	}
	x := excelize.NewFile()
	_ = x.SetSheetRow("Sheet1", "C9", &[]any{"姓名", "身份证号码", "出生日期"})
	_ = x.SetSheetRow("Sheet1", "C12", &[]any{"某某", 140105194508150029, 16664})
	var other bytes.Buffer
	if err := x.Write(&other); err != nil {
		f.Fatal(err)
	}
	for _, book := range [][]byte{b, other.Bytes()} {
		f.Add(book, sheetOf(f, book))
	}
	f.Add([]byte("PK\x03\x04"), []byte(`<worksheet><sheetData><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>姓名</t></is></c></row></sheetData></worksheet>`))
	// A changed archive is mostly torn; a changed sheet in a whole one is read further.
	f.Fuzz(func(t *testing.T, book, sheet []byte) {
		if len(book) > 1<<15 || len(sheet) > 1<<14 {
			return
		}
		table, err := readRoster(book)
		fits(t, table, err)
		table, err = readRoster(withSheet(t, b, sheet))
		fits(t, table, err)
	})
}

const firstSheet = "xl/worksheets/sheet1.xml"

// sheetOf is the first sheet of a workbook as it lies in its archive.
func sheetOf(t testing.TB, book []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := fs.ReadFile(z, firstSheet)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// withSheet is a workbook with another first sheet.
func withSheet(t testing.TB, book, sheet []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		b, err := fs.ReadFile(z, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == firstSheet {
			b = sheet
		}
		part, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(b)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func FuzzAHeadingStandsForOneThing(f *testing.F) {
	for _, s := range []string{"姓名", " 姓  名*", "身份证号（18位）", "(", "（姓名）", "ＮＡＭＥ", "联系电话(必填", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key, known := guessColumn(s)
		if key != "" && (!known || fieldTitle(key) == "") {
			t.Fatalf("%q stands for %q", s, key)
		}
		if again, _ := guessColumn(" " + s + " "); again != key {
			t.Fatalf("%q stands for %q, and between blanks for %q", s, key, again)
		}
		keys, _ := guessColumns([]string{s, s})
		if keys[0] != key || keys[1] != "" {
			t.Fatalf("twins of %q: %q", s, keys)
		}
	})
}
