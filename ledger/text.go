package ledger

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// line is one line of a text, or one paragraph of a file that knows paragraphs.
type line struct {
	text   string // folded
	no     int    // counted from 1
	indent bool   // begins with room for two characters, as paragraphs do
	page   bool   // begins a page
}

// source is a document before it is read.
type source struct {
	lines     []line
	unit      string // what no counts: 行 or 段
	tables    []table
	title     string   // what the file itself calls its title
	aside     []string // lines around the document, such as a site's table of facts
	truncated bool
	banner    []line
}

// fromText cuts a text into folded lines and takes rows of cells out of them.
func fromText(text string) *source {
	s := &source{unit: "行"}
	var rows tableText
	no := 0
	for len(text) > 0 {
		raw := text
		if i := strings.IndexByte(text, '\n'); i >= 0 {
			raw, text = text[:i], text[i+1:]
		} else {
			text = ""
		}
		no++
		for i, part := range strings.FieldsFunc(raw, func(r rune) bool { return r == '\r' || r == '\f' || r == '\v' || r == '\u2028' || r == '\u2029' }) {
			l := line{text: fold(part), no: no, indent: indented(part), page: i > 0 || strings.HasPrefix(raw, "\f")}
			if l.text != "" && !rows.take(s, part, no) {
				s.lines = append(s.lines, l)
			}
		}
	}
	rows.end(s)
	return s
}

func indented(s string) bool {
	return strings.HasPrefix(s, "　") || strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "    ") || strings.HasPrefix(s, "\u00a0\u00a0")
}

// What a line may begin or end with. All patterns are for folded lines.
var (
	leadMark  = regexp.MustCompile(`^(?:第[一二三四五六七八九十百]{1,5}[章条]|（[一二三四五六七八九十]{1,3}）|[一二三四五六七八九十]{1,3}[、.]|\d{1,2}[.、](?:[^\d]|$)|（\d{1,2}）|[①-⑳])`)
	labelLine = regexp.MustCompile(`^` + label + `：`)
	labelEnd  = regexp.MustCompile(label + `：$`)
)

// label is what names a group of units or its time.
const label = `(?:(?:主要)?(?:责任|牵头|配合|协同|协办|主办|主责|负责|参加|参与|落实|实施|承办|支持|协助)(?:和(?:责任|配合|参与|参加))?(?:单位|部门|处室|主体)(?:及分工)?|责任分工|分工|(?:完成|办理|时间|工作)?(?:时限|期限)(?:要求)?|完成时间|时间(?:安排|节点|要求))`

// ends reports whether a line ends with the end of a sentence.
func ends(s string) bool {
	r, size := utf8.DecodeLastRuneInString(s)
	switch r {
	case '。', '！', '？', '；':
		return true
	case '：':
		return !labelEnd.MatchString(s)
	case '”', '》', '』', '"':
		return size < len(s) && ends(s[:len(s)-size])
	case '）':
		open := strings.LastIndex(s, "（")
		if open < 0 {
			return true // its beginning is on a line before: a list of units, mostly
		}
		inner := s[open+len("（") : len(s)-size]
		return strings.HasSuffix(inner, "。") || isGroup(inner) || strings.HasPrefix(inner, "此件")
	}
	return false
}

// stream is the whole text in one piece. "\n" ends a paragraph. "\v" stands
// before what looks like a heading in mid-sentence: it is one or it is not.
type stream struct {
	text   string
	starts []int // offset of each line, ascending
	lines  []line
	unit   string
}

const (
	paragraph = '\n'
	perhaps   = '\v'
)

// join makes one stream of the lines. A break in the middle of a sentence goes,
// one between paragraphs stays.
func (s *source) join() *stream {
	out := &stream{lines: s.lines, unit: s.unit, starts: make([]int, len(s.lines))}
	page := s.measurePage()
	var b strings.Builder
	open := 0 // how far back an open parenthesis is, in characters; 0 for none
	for i, l := range s.lines {
		if i > 0 {
			sep := page.separator(s.lines[i-1], l, open > 0)
			if sep != 0 {
				b.WriteRune(sep)
			}
			if sep == paragraph {
				open = 0
			}
		}
		out.starts[i] = b.Len()
		b.WriteString(l.text)
		open = openAfter(open, l.text)
	}
	out.text = b.String()
	return out
}

// openAfter follows parentheses. One that is not closed within 600 characters
// was never meant to be.
func openAfter(open int, s string) int {
	for _, r := range s {
		switch {
		case r == '（':
			open = max(open, 1)
		case r == '）':
			open = 0
		case open > 600:
			open = 0
		case open > 0:
			open++
		}
	}
	return open
}

// page is what the breaks of a text tell about where they come from.
type page struct {
	wrapped  bool    // lines end where the page did
	even     bool    // and all at about the same width
	width    float64 // which is this
	indented bool    // paragraphs are marked by room at their beginning
}

func (s *source) measurePage() page {
	var p page
	var widths []float64
	plain, indents := 0, 0
	for i, l := range s.lines {
		if l.indent {
			indents++
		}
		if i+1 == len(s.lines) || leadMark.MatchString(l.text) {
			continue
		}
		plain++
		if next := s.lines[i+1].text; !ends(l.text) && !leadMark.MatchString(next) && !labelLine.MatchString(next) {
			widths = append(widths, width(l.text))
		}
	}
	p.indented = indents >= 3 && indents*5 <= len(s.lines)*4
	if p.wrapped = len(widths) >= 3 && len(widths)*5 >= plain*2; p.wrapped {
		slices.Sort(widths)
		p.width = widths[len(widths)*3/4]
		full := len(widths) - sort.SearchFloat64s(widths, p.width-3.5)
		p.even = full*10 >= len(widths)*6
	}
	return p
}

// separator decides what stands between two lines: a paragraph's end, perhaps
// a heading's beginning, or (0) nothing.
func (p page) separator(a, b line, open bool) rune {
	full := ends(a.text)
	switch {
	case leadMark.MatchString(b.text):
		if full && !open || headingOnly(a.text) {
			return paragraph
		}
		return perhaps
	case open, strings.ContainsRune("，。、；：）》”！？", first(b.text)):
		return 0
	case full, labelLine.MatchString(b.text):
		return paragraph
	case labelEnd.MatchString(a.text):
		return 0
	case p.indented && b.indent && !a.indent, p.indented && b.indent && leadMark.MatchString(a.text):
		return paragraph
	case p.even && width(a.text) < p.width-3.5:
		return paragraph
	case leadMark.MatchString(a.text) && (!p.wrapped && runes(a.text) <= 45 || headingOnly(a.text)):
		return paragraph
	}
	return 0
}

func first(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

// place names where an offset of the stream is in the document.
func (s *stream) place(off int) string {
	i := sort.SearchInts(s.starts, off+1) - 1
	if i < 0 || off >= len(s.text) {
		i = max(min(i, len(s.lines)-1), 0)
	}
	if i >= len(s.lines) {
		return "全文"
	}
	return at(s.lines[i].no, s.unit, s.text[min(off, len(s.text)):min(off+120, len(s.text))])
}

func at(no int, unit, text string) string {
	text = strings.Map(func(r rune) rune {
		switch r {
		case perhaps, utf8.RuneError:
			return -1
		case paragraph:
			return ' '
		}
		return r
	}, text)
	return fmt.Sprintf("第%d%s“%s”", no, unit, excerpt(text, 14))
}
