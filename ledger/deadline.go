package ledger

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// date checks a day that is written in either script.
func date(y, m, d string) (string, bool) {
	t := time.Date(smallInt(y), time.Month(smallInt(m)), smallInt(d), 0, 0, 0, 0, time.UTC)
	if t.Year() != smallInt(y) || int(t.Month()) != smallInt(m) || t.Year() < 1950 || t.Year() > 2099 {
		return "", false
	}
	return t.Format(time.DateOnly), true
}

// endOf is the last day of a month.
func endOf(year, month int) string {
	if year < 1950 || year > 2099 || month < 1 || month > 12 {
		return ""
	}
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// due is a deadline in a text.
type due struct {
	from, to int
	day      string // empty if it can't be told
	doubt    string // what a reviewer should look at
}

// dueForm is one way to write a deadline. read gets the submatches and the year
// that relative words start from, 0 if it is unknown.
type dueForm struct {
	re   *regexp.Regexp
	read func(m []string, year int) (day, doubt string)
}

const (
	yearWord = `(?:` + yearRe + `年|(今年|本年度?|当年|明年))`
	until    = `(?:之前|以前|前|止)`
	by       = `(?:到|至|截至|力争(?:到|至|在)?|于|在)?`
)

// quarterEnd is the month that ends a part of the year.
var quarterEnd = map[string]int{"一": 3, "1": 3, "二": 6, "2": 6, "三": 9, "3": 9, "四": 12, "4": 12, "上": 6, "下": 12}

// dueForms are tried in this order; what one has read, the next don't see.
var dueForms = []dueForm{
	{regexp.MustCompile(by + yearWord + partRe + `月` + partRe + `日(?:` + until + `|底前)`), func(m []string, year int) (string, string) {
		y, doubt := yearOf(m[1], m[2], year)
		day, ok := date(itoa(y), m[3], m[4])
		if !ok && doubt == "" {
			doubt = "日期不存在"
		}
		return day, doubt
	}},
	{regexp.MustCompile(`(?:到|至|截至)` + yearWord + partRe + `月` + partRe + `日`), func(m []string, year int) (string, string) {
		y, doubt := yearOf(m[1], m[2], year)
		day, _ := date(itoa(y), m[3], m[4])
		return day, doubt
	}},
	{regexp.MustCompile(by + yearWord + partRe + `月份?(?:底|末|内)` + until + `?`), monthEnd},
	{regexp.MustCompile(by + yearWord + partRe + `月份?` + until), func(m []string, year int) (string, string) {
		day, doubt := monthEnd(m, year)
		if doubt == "" {
			doubt = "“几月前”按当月最后一天读"
		}
		return day, doubt
	}},
	{regexp.MustCompile(`(?:到|至|截至)` + yearWord + partRe + `月`), monthEnd},
	{regexp.MustCompile(by + yearWord + `(?:(上|下)半年|第?([一二三四1-4])季度)(?:底|末|内)?` + until + `?`), func(m []string, year int) (string, string) {
		y, doubt := yearOf(m[1], m[2], year)
		return endOf(y, quarterEnd[m[3]+m[4]]), doubt
	}},
	{regexp.MustCompile(by + yearWord + `年?(?:底|末|内)` + until + `?`), yearEnd},
	{regexp.MustCompile(`(?:到|至|截至)` + yearRe + `年()` + until + `?`), yearEnd},
	{regexp.MustCompile(by + `(?:“?(十三|十四|十五|十六)五”?)(?:时期|期间)?(?:期)?末(?:期)?` + until + `?`), func(m []string, _ int) (string, string) {
		return endOf(2020+5*(smallInt(m[1])-13), 12), ""
	}},
	{regexp.MustCompile(by + `年(?:内|底|末)` + until + `?`), func(m []string, year int) (string, string) {
		return yearEnd([]string{m[0], "", "今年"}, year)
	}},
	{regexp.MustCompile(by + partRe + `月份?(?:底|末)` + until + `?`), func(m []string, year int) (string, string) {
		y, doubt := yearOf("", "今年", year)
		return endOf(y, smallInt(m[1])), doubt
	}},
}

func monthEnd(m []string, year int) (string, string) {
	y, doubt := yearOf(m[1], m[2], year)
	return endOf(y, smallInt(m[3])), doubt
}

func yearEnd(m []string, year int) (string, string) {
	y, doubt := yearOf(m[1], m[2], year)
	return endOf(y, 12), doubt
}

// yearOf reads a year, or a word that starts from the year of the document.
func yearOf(written, word string, year int) (int, string) {
	switch {
	case written != "":
		return smallInt(written), ""
	case year == 0:
		return 0, "没有成文日期，算不出是哪一年"
	case word == "明年":
		return year + 1, ""
	}
	return year, ""
}

// deadlines finds every deadline of a text, in order. year is the one in which
// the document was issued, 0 if that is unknown.
func deadlines(text string, year int) []due {
	if !strings.Contains(text, "年") && !strings.Contains(text, "月") && !strings.Contains(text, "五") {
		return nil
	}
	var out []due
	rest := []byte(text)
	for _, f := range dueForms {
		for _, m := range f.re.FindAllSubmatchIndex(rest, -1) {
			if r := lastRune(text[:m[0]]); strings.ContainsRune("0123456789一二三四五六七八九十两半每几数", r) {
				continue // 三年内 is a duration
			}
			parts := make([]string, len(m)/2)
			for i := range parts {
				if m[2*i] >= 0 {
					parts[i] = string(rest[m[2*i]:m[2*i+1]])
				}
			}
			d := due{from: m[0], to: m[1]}
			if d.day, d.doubt = f.read(parts, year); d.day == "" && d.doubt == "" {
				d.doubt = "日期不存在"
			}
			out = append(out, d)
			for i := m[0]; i < m[1]; i++ {
				rest[i] = ' '
			}
		}
	}
	slices.SortFunc(out, func(a, b due) int { return a.from - b.from })
	return out
}

// latest picks the day by which all of a text is due. doubts says what to check.
func latest(ds []due, text string) (day string, doubts []string) {
	days := map[string]bool{}
	for _, d := range ds {
		if d.doubt != "" {
			doubts = append(doubts, fmt.Sprintf("期限“%s”：%s。", text[d.from:d.to], d.doubt))
		}
		if d.day != "" {
			days[d.day] = true
			day = max(day, d.day)
		}
	}
	if len(days) > 1 {
		doubts = append(doubts, fmt.Sprintf("有%d个不同的期限，取最晚的%s。", len(days), day))
	}
	return day, doubts
}
