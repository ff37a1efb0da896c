package booking

import (
	"fmt"
	"strconv"
	"time"

	"yinqiao/civic"
)

// Tables are lists as people keep them in spreadsheets. Names are masked as on the page,
// and numbers are texts: see sheet.Make.

var itemHeads = []string{"日期", "时间", "科室", "找谁", "老人", "号码", "办什么", "状态", "用的哪种号", "说明"}

func itemTable(items []Item) [][]string {
	out := [][]string{itemHeads}
	for _, it := range items {
		out = append(out, []string{it.Day, sayClockOf(it.StartsAt), it.Department, it.What, it.Who, it.Number.Grouped(), it.Title, it.Booking.Words(), causeWords[it.Cause], it.Reason})
	}
	return out
}

var causeWords = map[Cause]string{Own: "自己的号池", Released: "到时间放出来的", Borrowed: "借的", Extra: "加的号"}

// Words says why a place of a pool went to somebody.
func (c Cause) Words() string { return causeWords[c] }

func sayClockOf(t time.Time) string {
	t = t.In(civic.Shanghai)
	return sayClock(t.Hour()*60 + t.Minute())
}

// Table is the list of a day.
func (f DayFile) Table() [][]string { return itemTable(f.Items) }

// Table is the list of a session.
func (f SessionFile) Table() [][]string { return itemTable(f.Items) }

// Table is a week: one row for each pool of each session.
func (g Grid) Table() [][]string {
	out := [][]string{{"科室", "名称", "日期", "星期", "从", "到", "号池", "给不用手机的人留的", "号数", "该用的人用了", "放出来别人用了", "借给别人用了", "正在选", "没有用", "什么时候放", "为什么放", "候补", "说明"}}
	for _, r := range g.Rows {
		for _, cells := range r.Days {
			for _, c := range cells {
				out = append(out, c.table(r.Resource)...)
			}
		}
	}
	return out
}

func (c Cell) table(r Resource) [][]string {
	var out [][]string
	for _, b := range c.Bars {
		kept, when := "", ""
		if b.Kept {
			kept = "是"
		}
		if b.ReleaseAt != nil {
			when = b.ReleaseAt.In(civic.Shanghai).Format("2006-01-02 15:04")
		}
		row := []string{r.Department, r.Name, c.Day, "周" + string(weekdayRunes[c.StartsAt.In(civic.Shanghai).Weekday()]), sayClockOf(c.StartsAt), sayClockOf(c.EndsAt), b.Words, kept}
		for _, n := range []int{b.Quota, b.Own, b.Released, b.Borrowed, b.Held, b.Unused()} {
			row = append(row, strconv.Itoa(n))
		}
		out = append(out, append(row, when, b.Why, strconv.Itoa(c.Waits), c.stopped()))
	}
	return out
}

// stopped says why a session does not take place, "" if it does.
func (c Cell) stopped() string {
	if c.State == "open" {
		return ""
	}
	return "停了：" + c.Reason
}

// SayWait says how long somebody waited, in whole minutes begun: 12分钟.
func SayWait(d time.Duration) string {
	m := max(1, int((d+time.Minute-1)/time.Minute))
	if m < 60 {
		return strconv.Itoa(m) + "分钟"
	}
	return fmt.Sprintf("%d小时%02d分", m/60, m%60)
}
