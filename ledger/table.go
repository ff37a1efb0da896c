package ledger

import (
	"fmt"
	"regexp"
	"strings"
)

// table is a table of measures: a header that says which column is what, and
// rows. Merged cells are repeated in every row and column that they cover.
type table struct {
	no   int
	rows []row
}

type row struct {
	no    int // of the row, from 1, or of the line in a text
	cells []cell
}

type cell struct {
	text string // folded; "\n" between paragraphs
	more bool   // continues the cell above
}

// column says what a column of a table is about.
type column uint8

const (
	colOther column = iota
	colNumber
	colSection
	colTask
	colUnits
	colLead
	colSupport
	colDue
	colTarget
)

var columnNames = []struct {
	re  *regexp.Regexp
	col column
}{
	{regexp.MustCompile(`^(?:序号|编号|项次|号)$`), colNumber},
	{regexp.MustCompile(`(?:牵头|主责|主办).*(?:及|和|、|/)|^(?:责任|负责|落实|实施|承办).{0,2}(?:单位|部门|主体|处室)|^分工$`), colUnits},
	{regexp.MustCompile(`牵头|主责|主办`), colLead},
	{regexp.MustCompile(`配合|协同|协办|参与|参加|支持单位|协助`), colSupport},
	{regexp.MustCompile(`时限|期限|完成时间|时间|完成日期|进度`), colDue},
	{regexp.MustCompile(`类别|领域|分类|板块|方面`), colSection},
	{regexp.MustCompile(`^(?:工作|预期|主要|年度)?(?:目标|指标|成效).{0,3}$`), colTarget},
	{regexp.MustCompile(`任务|措施|内容|事项|举措|项目|工作`), colTask},
}

// header reads what the columns are. ok is false if the row is no header of
// measures: it needs a column of tasks and one of units.
func header(cells []cell) (cols []column, ok bool) {
	tasks, units := false, false
	for _, c := range cells {
		name := strings.ReplaceAll(c.text, "\n", "")
		col := colOther
		if runes(name) <= 14 {
			for _, n := range columnNames {
				if n.re.MatchString(name) {
					col = n.col
					break
				}
			}
		}
		tasks = tasks || col == colTask
		units = units || col == colUnits || col == colLead || col == colSupport
		cols = append(cols, col)
	}
	return cols, tasks && units
}

// isPlan reports whether one of the first rows is a header, and where the rows
// of measures begin.
func (t *table) isPlan() (cols []column, from int, ok bool) {
	for i := 0; i < min(4, len(t.rows)); i++ {
		if c, is := header(t.rows[i].cells); is {
			cols, from, ok = c, i+1, true
		} else if ok {
			break
		}
	}
	return cols, from, ok
}

// addTable keeps a table of measures as one. Any other is text: what is laid
// out as a table on a page often holds the document itself.
func (s *source) addTable(t table, next func() int) {
	if _, _, ok := t.isPlan(); ok {
		t.no = len(s.tables) + 1
		s.tables = append(s.tables, t)
		return
	}
	for _, r := range t.rows {
		for i, c := range r.cells {
			if c.more || i > 0 && r.cells[i-1] == c {
				continue
			}
			for _, text := range strings.Split(c.text, "\n") {
				if text != "" {
					s.lines = append(s.lines, line{text: text, no: next()})
				}
			}
		}
	}
}

// tableMeasures reads the rows of a table as measures.
func (r *reader) tableMeasures(t table) {
	cols, from, _ := t.isPlan()
	alone := len(r.p.Measures) == 0 || strings.HasPrefix(r.p.Measures[0].Ref, "#")
	section, used := "", map[string]int{}
	for _, m := range r.p.Measures {
		used[m.Ref]++
	}
	count := 0
	for _, rw := range t.rows[from:] {
		place := fmt.Sprintf("表%d第%d行", t.no, rw.no)
		if title, is := banding(rw); is {
			section = title
			continue
		}
		f := fields(rw, cols)
		if f.text == "" {
			if f.units != "" || f.lead != "" {
				r.p.warn(place, "这一行没有任务内容。")
			}
			continue
		}
		a := r.rowAction(f, place)
		if n := len(r.p.Measures) - 1; f.more && count > 0 {
			r.p.Measures[n].Actions = append(r.p.Measures[n].Actions, a)
			continue
		}
		count++
		ref := f.number
		if ref == "" {
			ref = itoa(count)
		}
		if !alone || t.no > 1 {
			ref = fmt.Sprintf("表%d-%s", t.no, ref)
		}
		if free := unused(used, ref); free != ref {
			r.p.warn(place, "序号重复，引用改为%s。", free)
			ref = free
		}
		m := Measure{Ref: ref, Section: f.section, Heading: f.heading, Kind: Task, Text: f.text, Actions: []Action{a}}
		if m.Section == "" {
			m.Section = section
		}
		if guardHead.MatchString(leadMark.ReplaceAllString(m.Section, "")) {
			m.Kind = Safeguard
		}
		m.Force = force(f.text)
		r.p.Measures = append(r.p.Measures, m)
	}
}

// banding reports whether one cell spans the row, and so titles those below it.
func banding(rw row) (title string, is bool) {
	for _, c := range rw.cells {
		if c.text == "" || c.text == title {
			continue
		}
		if title != "" {
			return "", false
		}
		title = c.text
	}
	return flat(title), title != "" && (len(rw.cells) > 1 && rw.cells[0].text == title) && runes(title) <= 40
}

// rowFields are the cells of a row by what they are about.
type rowFields struct {
	number, section, heading, text, units, lead, support, due string
	more                                                      bool // the task is that of the row above
}

func fields(rw row, cols []column) rowFields {
	var f rowFields
	taskCol := -1
	for i, c := range rw.cells {
		if i >= len(cols) {
			break
		}
		text := strings.TrimSpace(c.text)
		switch cols[i] {
		case colNumber:
			f.number = strings.Trim(flat(text), ".、（）")
		case colSection:
			f.section = flat(text)
		case colTask:
			if taskCol >= 0 && f.text != "" && text != "" && text != f.text {
				f.heading = f.text
			}
			if text != "" {
				taskCol, f.text, f.more = i, flat(text), c.more
			}
		case colUnits:
			f.units = text
		case colLead:
			f.lead = text
		case colSupport:
			f.support = text
		case colDue:
			f.due = flat(text)
		case colTarget:
			if text != "" {
				f.text = strings.TrimLeft(strings.TrimRight(f.text, "。；")+"；"+flat(text), "；")
			}
		}
	}
	if m := leadMark.FindString(f.text); m != "" && !digit(lastRune(m)) {
		rest := f.text[len(strings.TrimRight(m, f.text[len(m):])):]
		if f.number == "" {
			f.number = strings.Trim(m, ".、（）")
		}
		f.text = strings.TrimLeft(rest, ".、）")
	}
	return f
}

// rowAction reads the units, the day and the targets of a row.
func (r *reader) rowAction(f rowFields, place string) Action {
	a := Action{Text: f.text}
	var g group
	for _, u := range []struct {
		text string
		lead bool
	}{{f.lead, true}, {f.units, false}, {f.support, false}} {
		list := strings.Trim(strings.ReplaceAll(u.text, "\n", "、"), "、")
		one := parseGroup(list, r.year)
		for _, unit := range one.units {
			unit.Lead = unit.Lead || u.lead
			g.put(unit)
		}
		g.openEnded = g.openEnded || one.openEnded
		g.doubts = append(g.doubts, one.doubts...)
		a.Deadline = max(a.Deadline, one.day)
	}
	a.Units, a.OpenEnded = g.units, g.openEnded
	dues := deadlines(f.text, r.year)
	day, doubts := latest(dues, f.text)
	if f.due != "" {
		given, more := latest(deadlines(f.due, r.year), f.due)
		if given == "" {
			given = wholeDate(f.due)
		}
		if given == "" && !finished.MatchString(f.due) && !strings.ContainsAny(f.due, "长持常") {
			more = append(more, "“"+excerpt(f.due, 20)+"”读不出期限。")
		}
		day, doubts = given, more
	}
	a.Deadline = max(a.Deadline, day)
	found, unsure := targets(f.text, dues)
	a.Targets = found
	for _, d := range append(append(g.doubts, doubts...), unsure...) {
		r.p.warn(place, "%s", d)
	}
	if len(a.Units) == 0 && !a.OpenEnded {
		r.p.warn(place, "这一行没有读到责任单位。")
	}
	return a
}

var (
	dottedDate = regexp.MustCompile(`^((?:19|20)\d{2})[-./](\d{1,2})(?:[-./](\d{1,2}))?$`)
	bareDate   = regexp.MustCompile(`^` + yearRe + `年(?:` + partRe + `月(?:` + partRe + `日)?)?(?:完成)?$`)
)

// wholeDate reads a day, month or year that fills a cell by itself: its last day.
func wholeDate(s string) string {
	for _, re := range []*regexp.Regexp{dottedDate, bareDate} {
		m := re.FindStringSubmatch(s)
		switch {
		case m == nil:
		case m[3] != "":
			day, _ := date(m[1], m[2], m[3])
			return day
		case m[2] != "":
			return endOf(smallInt(m[1]), smallInt(m[2]))
		default:
			return endOf(smallInt(m[1]), 12)
		}
	}
	return ""
}

// lines are the rows of the table to be read by a person, the cells side by side.
func (t table) lines() []string {
	var out []string
	for _, r := range t.rows {
		var cells []string
		for _, c := range r.cells {
			cells = append(cells, strings.ReplaceAll(c.text, "\n", " "))
		}
		out = append(out, strings.Join(cells, "｜"))
	}
	return out
}
