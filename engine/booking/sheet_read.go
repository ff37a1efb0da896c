package booking

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/place"
	"yinqiao/sheet"
)

// The columns of a week's sheet, in its order.
const (
	colDepartment = "科室"
	colName       = "名称"
	colWeekday    = "星期"
	colFrom       = "从"
	colTo         = "到"
	colPlaces     = "号数"
	colHolidays   = "节假日也开"
	colKind       = "种类"
	colAbout      = "说明"
	colPlan       = "号源方案"
	colAhead      = "提前几天放号"
	colOne        = "一位医生"
)

var weekHeads = []string{colDepartment, colName, colWeekday, colFrom, colTo, colPlaces, colHolidays, colKind, colAbout, colPlan, colAhead, colOne}

// SheetBytes bounds a week's sheet.
func SheetBytes() int64 { return rules.Sheet.Bytes }

// Wrong is what is wrong with a cell of a sheet, in a sentence.
type Wrong struct {
	Row    int // as the spreadsheet shows it
	Column string
	Say    string
}

// sheetRow is one row: a session of every week, or with Off that there are none.
type sheetRow struct {
	n          int
	department string
	name       string
	off        bool
	days       []time.Weekday
	from, to   int
	places     int
	holidays   bool
	// Of something that is not entered yet.
	kind, about, plan, ahead, one string
}

var errWeekHeads = civic.E(civic.Invalid, "booking.sheet_heads", "表里没有找到表头。请先下载这一周的表，在上面改，表头不要动。").On("file")

// readSheet reads the rows of a week's sheet and says what is wrong with its cells.
func readSheet(b []byte) ([]sheetRow, []Wrong, error) {
	lines, err := sheet.Read(b, rules.Sheet.Limits)
	if err != nil {
		return nil, nil, err
	}
	if len(lines) == 0 {
		return nil, nil, sheet.ErrEmpty
	}
	head, at := -1, map[string]int{}
	for i, l := range lines[:min(len(lines), sheet.HeadsWithin)] {
		if slices.Contains(l.Cells, colName) && slices.Contains(l.Cells, colWeekday) {
			head = i
			for k, c := range l.Cells {
				if _, twice := at[c]; slices.Contains(weekHeads, c) && !twice {
					at[c] = k
				}
			}
			break
		}
	}
	if head < 0 {
		return nil, nil, errWeekHeads
	}
	for _, need := range []string{colName, colWeekday, colFrom, colTo, colPlaces} {
		if _, ok := at[need]; !ok {
			return nil, nil, civic.E(civic.Invalid, errWeekHeads.Code, "表头里少了「"+need+"」这一列。请先下载这一周的表，在上面改，表头不要动。").On("file")
		}
	}
	if len(lines)-head-1 > rules.Sheet.Rows {
		return nil, nil, rules.Sheet.TooMuch()
	}
	var rows []sheetRow
	var wrong []Wrong
	for _, l := range lines[head+1:] {
		r, w := readRow(l.N, func(col string) string {
			if i, ok := at[col]; ok && i < len(l.Cells) {
				return strings.TrimSpace(l.Cells[i])
			}
			return ""
		})
		rows, wrong = append(rows, r), append(wrong, w...)
	}
	return rows, wrong, nil
}

func readRow(n int, cell func(string) string) (sheetRow, []Wrong) {
	r := sheetRow{n: n, department: cell(colDepartment), name: cell(colName), kind: cell(colKind), about: cell(colAbout), plan: cell(colPlan), ahead: cell(colAhead), one: cell(colOne)}
	var wrong []Wrong
	bad := func(col, format string, args ...any) {
		wrong = append(wrong, Wrong{n, col, fmt.Sprintf(format, args...)})
	}
	if r.name == "" {
		bad(colName, "这一行没有写是哪位医生、哪个馆或哪门课，请补上。")
	}
	day, from, to, places := cell(colWeekday), cell(colFrom), cell(colTo), cell(colPlaces)
	if r.off = day == "" && from == "" && to == "" && places == ""; r.off {
		return r, wrong
	}
	var ok bool
	if r.days, ok = weekdays(day); !ok {
		bad(colWeekday, "「%s」看不出是星期几，请写周一、周二……，几天一样的可以写「周一、周三」或「周一到周五」。", short(day))
	}
	var okFrom, okTo bool
	if r.from, okFrom = clockCell(from); !okFrom {
		bad(colFrom, "「%s」看不出是几点，请写成 8:00 或 14:30 这样。", short(from))
	}
	if r.to, okTo = clockCell(to); !okTo {
		bad(colTo, "「%s」看不出是几点，请写成 12:00 或 17:30 这样。", short(to))
	}
	if okFrom && okTo && r.to <= r.from {
		bad(colTo, "结束的时间要比开始的晚，请核对「从」和「到」。")
	}
	if p, err := strconv.ParseFloat(civic.Fold(places), 64); err != nil || p != math.Trunc(p) || p < 1 || p > placesMost {
		bad(colPlaces, "「%s」不是号的个数，请写1到%d的整数。", short(places), placesMost)
	} else {
		r.places = int(p)
	}
	if r.holidays, ok = yesCell(cell(colHolidays)); !ok {
		bad(colHolidays, "「%s」看不明白，节假日也开的写「是」，不开的空着。", short(cell(colHolidays)))
	}
	return r, wrong
}

// yesCell reads a cell that says yes or no; empty is no.
func yesCell(s string) (yes, ok bool) {
	switch s {
	case "是", "开", "√", "1":
		return true, true
	case "", "否", "不", "不开", "0":
		return false, true
	}
	return false, false
}

func sayYes(yes bool) string {
	if yes {
		return "是"
	}
	return "否"
}

// short cuts what somebody typed, for a sentence about it.
func short(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "……"
	}
	return s
}

var weekdayRunes = []rune("日一二三四五六")

var weekdayWords = strings.NewReplacer("星期", "", "礼拜", "", "周", "", "天", "日", "至", "-", "到", "-", "~", "-", "—", "-", "，", "、", ",", "、", ";", "、", "；", "、", " ", "",
	"1", "一", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "日", "0", "日")

// weekdays reads 周一, 星期一、三 and 周一到周五.
func weekdays(s string) ([]time.Weekday, bool) {
	var out []time.Weekday
	add := func(d int) {
		if w := time.Weekday(d % 7); !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	one := func(s string) int {
		if r := []rune(s); len(r) == 1 {
			if i := slices.Index(weekdayRunes, r[0]); i >= 0 {
				return (i+6)%7 + 1 // Monday is 1 and Sunday 7
			}
		}
		return 0
	}
	for _, part := range strings.Split(weekdayWords.Replace(civic.Fold(s)), "、") {
		a, b, span := strings.Cut(part, "-")
		from, to := one(a), one(b)
		switch {
		case from == 0, span && to < from:
			return nil, false
		case !span:
			to = from
		}
		for d := from; d <= to; d++ {
			add(d)
		}
	}
	return out, len(out) > 0
}

// clockCell reads a time of the day as people and spreadsheets write it.
func clockCell(s string) (int, bool) {
	s = civic.Fold(s)
	if f, err := strconv.ParseFloat(s, 64); err == nil && strings.Contains(s, ".") && f >= 0 && f <= 1 {
		return int(math.Round(f * dayMinutes)), true // a part of a day, as spreadsheets keep it
	}
	after := 0
	for word, hours := range map[string]int{"凌晨": 0, "上午": 0, "早上": 0, "中午": 0, "下午": 12, "晚上": 12} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			s, after = rest, hours
			break
		}
	}
	if h, m, ok := strings.Cut(s, ":"); ok {
		if m, sec, ok := strings.Cut(m, ":"); ok && sec == "00" {
			s = h + ":" + m
		}
	}
	m, ok := place.Clock(s)
	if ok && after > 0 && m < 12*60 {
		m += after * 60
	}
	return m, ok
}

func sayClock(minute int) string { return fmt.Sprintf("%d:%02d", minute/60, minute%60) }

// cells is a template as a row of the sheet.
func (t Template) cells() []string {
	return []string{"周" + string(weekdayRunes[t.Weekday]), sayClock(t.From), sayClock(t.To), strconv.Itoa(t.Places), sayYes(t.Holidays)}
}

// Words says a weekly session: 周一 8:00到12:00，20个号.
func (t Template) Words() string {
	out := "周" + string(weekdayRunes[t.Weekday]) + " " + sayClock(t.From) + "到" + sayClock(t.To) + "，" + strconv.Itoa(t.Places) + "个号"
	if t.Holidays {
		out += "，节假日也开"
	}
	return out
}
