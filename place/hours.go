package place

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
)

// Span is from one minute of a day to another, To not included. After midnight
// To goes on counting: 18:00 to 2:00 of the next day is 1080 to 1560.
type Span struct{ From, To int }

const dayMinutes = 24 * 60

// Hours are when a place is open, as it says on its door.
type Hours struct {
	Days [7][]Span // by time.Weekday
	// Holidays says what holds on public holidays: usual hours, closed, or Off; ""
	// leaves it to the kind of the place.
	Holidays HolidayRule
	Off      []Span // the hours on public holidays
}

// HolidayRule says what holds on public holidays.
type HolidayRule string

// What may hold on public holidays.
const (
	ByKind    HolidayRule = ""
	AsUsual   HolidayRule = "usual"
	IsClosed  HolidayRule = "closed"
	OffHours  HolidayRule = "own"
	spansMost             = 8   // intervals a day
	hoursMost             = 300 // characters
)

// errHours is what is wrong with hours that can't be read.
var errHours = civic.E(civic.Invalid, "place.hours", "这样写系统看不懂。请照这个样子写：周一至周五 8:30-12:00，14:00-17:30；周六 9:00-12:00；法定节假日休息。").On("hours")

// ParseHours reads hours as people write them on a door: days, then times, the
// parts divided by ；. Days are 周一 … 周日, 每天, 工作日, 周末, 法定节假日, joined by 至 or
// 、; times are 8:30-12:00 divided by ，, or 24小时, 休息, 照常 (holidays only);
// 次日2:00 is after midnight. A day that is named twice keeps the last. It is Invalid if
// anything else is said, so that nothing is taken for data that isn't.
func ParseHours(text string) (Hours, error) {
	var h Hours
	text = strings.TrimSpace(normal.Replace(civic.FoldWords(text)))
	text = strings.TrimRight(text, ";.")
	if text == "" || len([]rune(text)) > hoursMost {
		return h, errHours
	}
	for _, part := range strings.Split(text, ";") {
		days, off, rest, ok := parseDays(strings.TrimSpace(part))
		if !ok {
			return Hours{}, errHours
		}
		if off && (rest == "照常" || rest == "正常" || rest == "照常开放") {
			h.Holidays = AsUsual
			continue
		}
		spans, ok := parseSpans(rest)
		if !ok {
			return Hours{}, errHours
		}
		for _, d := range days {
			h.Days[d] = spans
		}
		if off {
			h.Off, h.Holidays = spans, OffHours
			if len(spans) == 0 {
				h.Holidays = IsClosed
			}
		}
	}
	if !h.fits() {
		return Hours{}, errHours
	}
	return h, nil
}

// normal brings the many signs of people to one each.
var normal = strings.NewReplacer("：", ":", "；", ";", "，", ",", "。", ".", "–", "-", "—", "-", "－", "-", "~", "-", "～", "-", "到", "至", "星期", "周",
	"礼拜", "周", "周天", "周日", "、", "、", " ", " ", "\n", ";", "\t", " ", "\r", "")

var dayWords = []struct {
	word string
	days []time.Weekday
	off  bool
}{
	{"法定节假日", nil, true}, {"节假日", nil, true},
	{"每天", everyDay, false}, {"每日", everyDay, false}, {"工作日", everyDay[1:6], false}, {"周末", []time.Weekday{6, 0}, false},
}

var everyDay = []time.Weekday{0, 1, 2, 3, 4, 5, 6}

const weekWords = "日一二三四五六"

// parseDays reads the days at the beginning of a part and returns the rest.
func parseDays(s string) (days []time.Weekday, off bool, rest string, ok bool) {
next:
	for {
		for _, w := range dayWords {
			if after, found := strings.CutPrefix(s, w.word); found {
				days, off, s = append(days, w.days...), off || w.off, after
				if s, ok = strings.CutPrefix(s, "、"); ok {
					continue next
				}
				return days, off, trimDay(s), true
			}
		}
		from, after, found := weekday(s)
		if !found {
			return nil, false, "", false
		}
		s = after
		to := from
		for _, sign := range []string{"至", "-"} {
			if after, found := strings.CutPrefix(s, sign); found {
				if to, s, found = weekday(after); !found {
					return nil, false, "", false
				}
				break
			}
		}
		for d := from; ; d = (d + 1) % 7 {
			days = append(days, d)
			if d == to {
				break
			}
		}
		if s, ok = strings.CutPrefix(s, "、"); !ok {
			return days, off, trimDay(s), true
		}
	}
}

// trimDay drops the sign between days and times.
func trimDay(s string) string { return strings.TrimLeft(s, " :,") }

func weekday(s string) (time.Weekday, string, bool) {
	s = strings.TrimPrefix(s, "周")
	for i, r := range []rune(weekWords) {
		if after, found := strings.CutPrefix(s, string(r)); found {
			return time.Weekday(i), after, true
		}
	}
	return 0, "", false
}

// parseSpans reads the times of a day.
func parseSpans(s string) ([]Span, bool) {
	switch s {
	case "休息", "不开", "不开门", "闭馆", "关门":
		return nil, true
	case "24小时", "全天", "全天24小时":
		return []Span{{0, dayMinutes}}, true
	}
	var out []Span
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '、' || r == '和' || r == ' ' }) {
		a, b, found := strings.Cut(strings.ReplaceAll(part, "至", "-"), "-")
		from, ok := Clock(a)
		if !found || !ok || from >= dayMinutes {
			return nil, false
		}
		next := false
		if b, next = strings.CutPrefix(b, "次日"); !next {
			b, next = strings.CutPrefix(b, "第二天")
		}
		to, ok := Clock(b)
		if !ok {
			return nil, false
		}
		if next {
			to += dayMinutes
		}
		if to <= from || to-from > dayMinutes {
			return nil, false
		}
		out = append(out, Span{from, to})
	}
	slices.SortFunc(out, func(a, b Span) int { return a.From - b.From })
	return out, len(out) > 0 && len(out) <= spansMost && apart(out)
}

// apart reports whether intervals in order leave no minute counted twice.
func apart(s []Span) bool {
	for i := 1; i < len(s); i++ {
		if s[i].From < s[i-1].To {
			return false
		}
	}
	return true
}

var clockSigns = strings.NewReplacer("点半", ":30", "点整", ":00", "点", ":", "时", ":", "分", "")

// Clock reads 8:30 and 8点30分 as minutes after midnight; 24:00 is the end.
func Clock(s string) (int, bool) {
	s = clockSigns.Replace(strings.TrimSpace(s))
	h, m, found := strings.Cut(s, ":")
	if !found || m == "" {
		m = "00"
	}
	if len(h) < 1 || len(h) > 2 || len(m) != 2 || strings.Trim(h+m, "0123456789") != "" {
		return 0, false
	}
	hours, _ := strconv.Atoi(h)
	minutes, _ := strconv.Atoi(m)
	if hours > 24 || minutes > 59 || hours == 24 && minutes > 0 {
		return 0, false
	}
	return hours*60 + minutes, true
}

// fits reports whether no day runs into the hours of the next one, and whether
// there are any hours at all.
func (h Hours) fits() bool {
	any := len(h.Off) > 0
	for d := range h.Days {
		next := h.Days[(d+1)%7]
		if n := len(h.Days[d]); n > 0 {
			any = true
			if over := h.Days[d][n-1].To - dayMinutes; over > 0 && len(next) > 0 && next[0].From < over {
				return false
			}
		}
	}
	return any
}

// String writes the hours as ParseHours reads them: days with the same hours
// together, beginning on Monday.
func (h Hours) String() string {
	var parts []string
	done := [7]bool{}
	for i := range 7 {
		d := (i + 1) % 7
		if done[d] {
			continue
		}
		var same []int // positions from Monday
		for j := i; j < 7; j++ {
			if e := (j + 1) % 7; !done[e] && slices.Equal(h.Days[d], h.Days[e]) {
				same, done[e] = append(same, j), true
			}
		}
		parts = append(parts, sayDays(same)+saySpans(h.Days[d]))
	}
	switch h.Holidays {
	case AsUsual:
		parts = append(parts, "法定节假日照常")
	case IsClosed:
		parts = append(parts, "法定节假日休息")
	case OffHours:
		parts = append(parts, "法定节假日"+saySpans(h.Off))
	}
	return strings.Join(parts, "；")
}

func sayDays(at []int) string {
	if len(at) == 7 {
		return "每天"
	}
	word := func(i int) string { return "周" + string([]rune(weekWords)[(i+1)%7]) }
	var out []string
	for i := 0; i < len(at); {
		j := i
		for j+1 < len(at) && at[j+1] == at[j]+1 {
			j++
		}
		switch {
		case j-i >= 2:
			out = append(out, word(at[i])+"至"+word(at[j]))
		case j > i:
			out = append(out, word(at[i]), word(at[j]))
		default:
			out = append(out, word(at[i]))
		}
		i = j + 1
	}
	return strings.Join(out, "、")
}

// saySpans writes the times of a day, with the blank before them.
func saySpans(s []Span) string {
	if len(s) == 0 {
		return "休息"
	}
	if len(s) == 1 && s[0] == (Span{0, dayMinutes}) {
		return "24小时"
	}
	out := make([]string, len(s))
	for i, x := range s {
		to := ""
		if x.To > dayMinutes {
			to, x.To = "次日", x.To-dayMinutes
		}
		out[i] = fmt.Sprintf("%d:%02d–%s%d:%02d", x.From/60, x.From%60, to, x.To/60, x.To%60)
	}
	return " " + strings.Join(out, "，")
}
