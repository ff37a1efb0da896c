package ledger

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// fromDocx reads the paragraphs and tables of a Word file. Numbers that Word
// makes by itself are written out.
func fromDocx(ctx context.Context, b []byte) (*source, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, errBroken.Because(err)
	}
	var total uint64
	parts := map[string]*zip.File{}
	for i, f := range z.File {
		if total += f.UncompressedSize64; total > maxUnpacked || i > 20000 {
			return nil, errBomb
		}
		parts[strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))] = f
	}
	main := parts["word/document.xml"]
	if main == nil {
		return nil, errNotWord
	}
	d := docx{s: &source{unit: "段"}}
	if f := parts["word/numbering.xml"]; f != nil {
		raw, err := unzip(ctx, f)
		if err != nil {
			return nil, err
		}
		d.numbering = readNumbering(raw)
	}
	raw, err := unzip(ctx, main)
	if err != nil {
		return nil, err
	}
	if err := d.read(ctx, raw); err != nil {
		return nil, err
	}
	if len(d.s.lines) == 0 && len(d.s.tables) == 0 {
		return nil, errNoText
	}
	return bounded(d.s)
}

// unzip unpacks one part within bounds: what it claims to hold is not believed.
func unzip(ctx context.Context, f *zip.File) ([]byte, error) {
	if f.Flags&1 != 0 {
		return nil, errEncrypted
	}
	limit := int64(4 * maxText)
	if most := int64(f.CompressedSize64)*maxRatio + 1<<20; most < limit {
		limit = most
	}
	r, err := f.Open()
	if err != nil {
		return nil, errBroken.Because(err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(stopping{ctx, r}, limit+1))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case int64(len(b)) > limit:
		return nil, errBomb
	case err != nil:
		return nil, errBroken.Because(err)
	}
	return b, nil
}

// stopping ends a reader with its context.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

func (s stopping) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(b)
}

// docx walks through document.xml.
type docx struct {
	s         *source
	numbering numbering
	no        int
	text      strings.Builder // the paragraph in hand
	inText    bool
	list      listPosition
	indent    bool
	skip      int // depth within what is not shown: deleted text, fallbacks
	tables    []docxTable
}

// docxTable is a table in hand, with those that it stands in below it.
type docxTable struct {
	t    table
	cell cell
	span int
}

func (d *docx) read(ctx context.Context, raw []byte) error {
	dec := xml.NewDecoder(bytes.NewReader(raw))
	dec.Strict = true
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			if len(d.tables) > 0 || n < 3 {
				return errBroken
			}
			return nil
		}
		if err != nil {
			return errBroken.Because(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			d.start(t)
		case xml.EndElement:
			d.end(t.Name.Local)
		case xml.CharData:
			if d.inText && d.skip == 0 {
				d.text.Write(t)
			}
		}
	}
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (d *docx) start(t xml.StartElement) {
	name := t.Name.Local
	if d.skip > 0 || name == "del" || name == "Fallback" || name == "moveFrom" {
		d.skip++
		return
	}
	switch name {
	case "t":
		d.inText = true
	case "tab":
		d.text.WriteByte('\t')
	case "br", "cr":
		d.text.WriteByte('\n')
	case "p":
		d.text.Reset()
		d.list, d.indent = listPosition{}, false
	case "ilvl":
		d.list.level = smallInt(attr(t, "val"))
	case "numId":
		d.list.id = attr(t, "val")
	case "ind":
		d.indent = attr(t, "firstLine") != "" || attr(t, "firstLineChars") != ""
	case "tbl":
		if len(d.tables) < 20 {
			d.tables = append(d.tables, docxTable{})
		} else {
			d.skip++
		}
	}
	if len(d.tables) == 0 {
		return
	}
	tb := &d.tables[len(d.tables)-1]
	switch name {
	case "tr":
		tb.t.rows = append(tb.t.rows, row{no: len(tb.t.rows) + 1})
	case "tc":
		tb.cell, tb.span = cell{}, 1
	case "gridSpan":
		tb.span = min(max(smallInt(attr(t, "val")), 1), 40)
	case "vMerge":
		tb.cell.more = attr(t, "val") != "restart"
	}
}

func (d *docx) end(name string) {
	if d.skip > 0 {
		d.skip--
		return
	}
	switch name {
	case "t":
		d.inText = false
	case "p":
		d.paragraph()
	case "tc":
		d.endCell()
	case "tbl":
		d.endTable()
	}
}

func (d *docx) paragraph() {
	text := d.numbering.next(d.list) + d.text.String()
	d.text.Reset()
	if len(d.tables) > 0 {
		tb := &d.tables[len(d.tables)-1]
		if t := fold(strings.ReplaceAll(text, "\n", " ")); t != "" {
			tb.cell.text = strings.TrimPrefix(tb.cell.text+"\n"+t, "\n")
		}
		return
	}
	d.no++
	for _, part := range strings.Split(text, "\n") {
		if t := fold(part); t != "" {
			d.s.lines = append(d.s.lines, line{text: t, no: d.no, indent: d.indent || indented(part)})
		}
	}
}

func (d *docx) endCell() {
	if len(d.tables) == 0 {
		return
	}
	tb := &d.tables[len(d.tables)-1]
	if len(tb.t.rows) == 0 {
		return
	}
	cells := &tb.t.rows[len(tb.t.rows)-1].cells
	c := tb.cell
	if n := len(tb.t.rows) - 2; c.more && n >= 0 && len(*cells) < len(tb.t.rows[n].cells) {
		c.text = tb.t.rows[n].cells[len(*cells)].text
	}
	for i := 0; i < tb.span && len(*cells) < 60; i++ {
		*cells = append(*cells, c)
	}
}

func (d *docx) endTable() {
	n := len(d.tables) - 1
	if n < 0 {
		return
	}
	t := d.tables[n].t
	d.tables = d.tables[:n]
	if n > 0 { // a table in a cell is words of that cell
		outer := &d.tables[n-1].cell
		for _, r := range t.rows {
			for _, c := range r.cells {
				outer.text = strings.TrimPrefix(outer.text+"\n"+c.text, "\n")
			}
		}
		return
	}
	d.s.addTable(t, func() int { d.no++; return d.no })
}
