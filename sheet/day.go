package sheet

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
)

var (
	errLunar = civic.E(civic.Invalid, "sheet.lunar", "农历的日子不能直接登记，请写证件上的公历日期。")
	errDay   = civic.E(civic.Invalid, "sheet.day", "日期要写全年、月、日，年份写四位，比如1945-08-15。")
)

// chineseDigits are the digits of 一九四五年.
var chineseDigits = strings.NewReplacer("〇", "0", "零", "0", "○", "0", "一", "1", "二", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9")

var (
	dateParts = regexp.MustCompile(`^(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})\D?$`)
	serial    = regexp.MustCompile(`^\d{4,5}(\.\d+)?$`)
)

// Day reads a date as people and spreadsheets write it and returns it as
// YYYY-MM-DD, "" for an empty cell, and a sentence if it is none.
func Day(cell string) (string, error) {
	s := strings.TrimSpace(civic.Fold(cell))
	if s == "" {
		return "", nil
	}
	if strings.Contains(s, "农历") || strings.Contains(s, "阴历") || strings.ContainsAny(s, "腊闰") || strings.Contains(s, "正月") || strings.Contains(s, "初") {
		return "", errLunar
	}
	if i := strings.IndexAny(s, "T "); i >= 8 && strings.Contains(s[i:], ":") {
		s = s[:i] // a spreadsheet's midnight
	}
	s = strings.ReplaceAll(s, " ", "")
	s = chineseDigits.Replace(tens(s))
	if n, err := strconv.ParseFloat(s, 64); err == nil && serial.MatchString(s) && (n < 1880 || n > 2100) {
		// The day of a spreadsheet, counted from the last of 1899; 1945 is a year.
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n)).Format(time.DateOnly), nil
	}
	if len(s) == 8 && strings.Trim(s, "0123456789") == "" {
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	m := dateParts.FindStringSubmatch(s)
	if m == nil {
		return "", errDay
	}
	month, _ := strconv.Atoi(m[2])
	day, _ := strconv.Atoi(m[3])
	out := fmt.Sprintf("%s-%02d-%02d", m[1], month, day)
	if _, err := time.Parse(time.DateOnly, out); err != nil {
		return "", errDay
	}
	return out, nil
}

// tens turns 十五, 二十 and 三十一 into digits; the rest is left.
func tens(s string) string {
	rs := []rune(s)
	isDigit := func(i int) bool {
		return i >= 0 && i < len(rs) && slices.Contains([]rune("一二三四五六七八九"), rs[i])
	}
	var b strings.Builder
	for i, r := range rs {
		switch {
		case r != '十':
			b.WriteRune(r)
		case !isDigit(i-1) && !isDigit(i+1):
			b.WriteString("10")
		case !isDigit(i - 1):
			b.WriteString("1")
		case !isDigit(i + 1):
			b.WriteString("0")
		}
	}
	return b.String()
}
