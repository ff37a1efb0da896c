package request

import (
	"embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/ruledata"
)

// offeredDays is how many days a when offers by themselves; others are typed or
// said. Seven rows are what a page shows at once.
const offeredDays = 7

// bounds are the first and the last day that a when takes.
func bounds(a *catalog.Ahead, now time.Time) (from, to time.Time) {
	if a == nil {
		a = &catalog.Ahead{From: 0, To: 30, By: "day"}
	}
	y, m, d := now.In(civic.Shanghai).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, civic.Shanghai)
	return today.AddDate(0, 0, a.From), today.AddDate(0, 0, a.To)
}

//go:embed data/when.yaml
var whenFile embed.FS

var whenData = ruledata.Must[struct {
	Version   int
	Source    string
	Morning   int64 `yaml:"morning_ends"`   // minutes from midnight
	Afternoon int64 `yaml:"afternoon_ends"` // minutes from midnight
}](whenFile, "data/when.yaml")

// halfOver reports whether a half of a day is over, for a when that looks ahead.
func halfOver(a *catalog.Ahead, day time.Time, pm bool, now time.Time) bool {
	ends := whenData.Morning
	if pm {
		ends = whenData.Afternoon
	}
	return a.From >= 0 && !day.Add(time.Duration(ends)*time.Minute).After(now)
}

// days offers the days nearest to today within the bounds, and of each the halves
// where those are asked for. A time of day is typed or said.
func days(a *catalog.Ahead, now time.Time) []catalog.Option {
	if a != nil && a.By == "time" || now.IsZero() {
		return nil
	}
	from, to := bounds(a, now)
	step, day := 1, from
	if a != nil && a.To <= 0 { // in the past: the newest first
		step, day = -1, to
	}
	var out []catalog.Option
	for len(out) < offeredDays && !day.Before(from) && !day.After(to) {
		code, text := day.Format(time.DateOnly), sayDay(day, now)
		if a != nil && a.By == "half" {
			if !halfOver(a, day, false, now) {
				out = append(out, catalog.Option{Code: code + "/am", Text: text + "上午"})
			}
			if !halfOver(a, day, true, now) {
				out = append(out, catalog.Option{Code: code + "/pm", Text: text + "下午"})
			}
		} else {
			out = append(out, catalog.Option{Code: code, Text: text})
		}
		day = day.AddDate(0, 0, step)
	}
	return out[:min(len(out), offeredDays)]
}

// sayDay says a day in full, with its name when it is near: 明天，11月24日星期二.
func sayDay(day, now time.Time) string {
	y, m, d := now.In(civic.Shanghai).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, civic.Shanghai)
	near := map[int]string{-2: "前天，", -1: "昨天，", 0: "今天，", 1: "明天，", 2: "后天，"}[int(day.Sub(today)/(24*time.Hour))]
	year := ""
	if day.Year() != y {
		year = fmt.Sprintf("%d年", day.Year())
	}
	return near + year + fmt.Sprintf("%d月%d日星期%s", day.Month(), day.Day(), []string{"日", "一", "二", "三", "四", "五", "六"}[day.Weekday()])
}

var (
	isoDay    = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?`)
	monthDay  = regexp.MustCompile(`^(\d{1,2})[-/.月](\d{1,2})[日号]?`)
	dayOnly   = regexp.MustCompile(`^(\d{1,2})[日号]`)
	weekday   = regexp.MustCompile(`^(下下|下|这|本)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])`)
	clockTime = regexp.MustCompile(`^(\d{1,2})(?:[:点时](?:(\d{1,2})分?|(半)|(一刻|三刻))?(?:钟|整)?)$`)
	nearDays  = []struct {
		word string
		days int
	}{{"大后天", 3}, {"后天", 2}, {"明天", 1}, {"明日", 1}, {"明早", 1}, {"明晚", 1}, {"今天", 0}, {"今日", 0}, {"今晚", 0}, {"大前天", -3}, {"前天", -2}, {"昨天", -1}, {"昨晚", -1}}
	halves = []struct {
		word string
		pm   bool
	}{{"凌晨", false}, {"清早", false}, {"早上", false}, {"早晨", false}, {"上午", false}, {"中午", true}, {"下午", true}, {"傍晚", true}, {"晚上", true}, {"夜里", true}, {"am", false}, {"pm", true}}
)

// readWhen reads a day as people write and say it: 2026-11-24, 11月24日, 24号, 明天,
// 下周三, and where it is asked for a half (明天上午) or a time (明天上午九点半). A day
// without a year or month is the nearest within the bounds.
func readWhen(p Prompt, text string, now time.Time) ([]Value, error) {
	bad := func(code, say string) ([]Value, error) {
		return nil, civic.E(civic.Invalid, "answer."+code, say).On(p.Key)
	}
	by := "day"
	if p.Ahead != nil {
		by = p.Ahead.By
	}
	day, rest, ok := dayOf(strings.Join(strings.Fields(arabic(civic.Fold(text))), ""), p.Ahead, now)
	if !ok {
		return bad("when", "没有看懂是哪一天。可以写成「11月24日」「明天」或「下周三」。")
	}
	if from, to := bounds(p.Ahead, now); day.Before(from) || day.After(to) {
		return bad("when_range", fmt.Sprintf("日子要在%s到%s之间，请换一天。", sayDay(from, now), sayDay(to, now)))
	}
	v := Value{Code: day.Format(time.DateOnly), Shown: sayDay(day, now)}
	if by == "day" {
		return []Value{v}, nil
	}
	rest = strings.TrimPrefix(strings.TrimPrefix(rest, "/"), "T")
	half, pm := "", false
	for _, h := range halves {
		if after, found := strings.CutPrefix(strings.ToLower(rest), h.word); found {
			half, pm, rest = h.word, h.pm, after
			break
		}
	}
	m := clockTime.FindStringSubmatch(rest)
	if by == "half" {
		switch {
		case half == "" && m == nil:
			return bad("half", "请说明是上午还是下午，比如「明天上午」。")
		case half == "":
			h, _ := strconv.Atoi(m[1])
			pm = h >= 12
		}
		if halfOver(p.Ahead, day, pm, now) {
			return bad("past", "这个半天已经过了，请往后选。")
		}
		if pm {
			return []Value{{Code: v.Code + "/pm", Shown: v.Shown + "下午"}}, nil
		}
		return []Value{{Code: v.Code + "/am", Shown: v.Shown + "上午"}}, nil
	}
	if m == nil {
		return bad("time", "请写明几点，比如「明天上午9点半」。")
	}
	h, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2])
	switch {
	case m[3] != "":
		minute = 30
	case m[4] == "一刻":
		minute = 15
	case m[4] == "三刻":
		minute = 45
	}
	if pm && h < 12 && !(half == "中午" && h >= 11) {
		h += 12
	}
	if h > 23 || minute > 59 {
		return bad("time", "没有这个时间，请写成「上午9点半」这样。")
	}
	at := day.Add(time.Duration(h)*time.Hour + time.Duration(minute)*time.Minute)
	if p.Ahead.From >= 0 && at.Before(now) {
		return bad("past", "这个时间已经过了，请往后选。")
	}
	return []Value{{Code: at.Format("2006-01-02T15:04"), Shown: v.Shown + civic.SayTime(at)}}, nil
}

// dayOf reads the day that a text begins with, and returns what follows it.
func dayOf(s string, a *catalog.Ahead, now time.Time) (time.Time, string, bool) {
	from, to := bounds(a, now)
	y, m, d := now.In(civic.Shanghai).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, civic.Shanghai)
	date := func(year, month, day int) (time.Time, bool) {
		t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, civic.Shanghai)
		return t, int(t.Month()) == month && t.Day() == day
	}
	for _, n := range nearDays {
		if rest, ok := strings.CutPrefix(s, n.word); ok {
			switch n.word {
			case "明早":
				rest = "早上" + rest
			case "今晚", "明晚", "昨晚":
				rest = "晚上" + rest
			}
			return today.AddDate(0, 0, n.days), rest, true
		}
	}
	if g := isoDay.FindStringSubmatch(s); g != nil {
		t, ok := date(number(g[1]), number(g[2]), number(g[3]))
		return t, s[len(g[0]):], ok
	}
	if g := monthDay.FindStringSubmatch(s); g != nil {
		for _, year := range []int{y, y + 1, y - 1} {
			if t, ok := date(year, number(g[1]), number(g[2])); ok && !t.Before(from) && !t.After(to) {
				return t, s[len(g[0]):], true
			}
		}
		t, ok := date(y, number(g[1]), number(g[2]))
		return t, s[len(g[0]):], ok
	}
	if g := dayOnly.FindStringSubmatch(s); g != nil {
		for _, months := range []int{0, 1, -1} {
			first := time.Date(y, m+time.Month(months), 1, 0, 0, 0, 0, civic.Shanghai)
			if t, ok := date(first.Year(), int(first.Month()), number(g[1])); ok && !t.Before(from) && !t.After(to) {
				return t, s[len(g[0]):], true
			}
		}
		return today, "", false
	}
	if g := weekday.FindStringSubmatch(s); g != nil {
		want := strings.Index("一二三四五六日", strings.Replace(g[2], "天", "日", 1)) / len("一")
		monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
		t := monday.AddDate(0, 0, want+7*map[string]int{"": 0, "这": 0, "本": 0, "下": 1, "下下": 2}[g[1]])
		if g[1] == "" && t.Before(today) && (a == nil || a.To > 0) {
			t = t.AddDate(0, 0, 7) // who says 周三 on a Friday means the next one
		}
		return t, s[len(g[0]):], true
	}
	return today, s, false
}

func number(s string) int { n, _ := strconv.Atoi(s); return n }

// arabic writes the Chinese numbers from one to fifty-nine as figures: 九点半,
// 十一月二十四号. The day of the week stays as it is.
func arabic(s string) string {
	return chineseNumber.ReplaceAllStringFunc(s, func(w string) string {
		runes := []rune(w)
		if r := runes[0]; r == '周' || r == '期' || r == '拜' || runes[len(runes)-1] == '刻' {
			return w
		}
		n, ten := 0, false
		for _, r := range runes {
			switch {
			case r == '十':
				n, ten = max(n, 1)*10, true
			case ten:
				n += digitOf(r)
			default:
				n = n*10 + digitOf(r)
			}
		}
		return strconv.Itoa(n)
	})
}

var chineseNumber = regexp.MustCompile(`[周期拜][一二三四五六日]|[一三]刻|[零〇一二两三四五六七八九十]+`)

func digitOf(r rune) int {
	switch r {
	case '两':
		return 2
	case '〇':
		return 0
	}
	return strings.Index("零一二三四五六七八九", string(r)) / len("零")
}
