package ledger

import (
	"strconv"
	"strings"
)

// chinese digits and multipliers, as they stand in numerals.
var digitOf = map[rune]int{'〇': 0, '零': 0, '○': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
var timesOf = map[rune]int{'十': 10, '百': 100, '千': 1000}

// number reads 1,200, 85.5, 三十五, 二〇二一, 两百, 3万 and 一点五. ok is false when s
// is anything else.
func number(s string) (v float64, ok bool) {
	times := 1.0
	for _, u := range []struct {
		suffix string
		times  float64
	}{{"亿", 1e8}, {"万", 1e4}} {
		if rest, cut := strings.CutSuffix(s, u.suffix); cut {
			s, times = rest, times*u.times
		}
	}
	if v, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64); err == nil && s[0] >= '0' && s[0] <= '9' && len(s) <= 16 {
		return v * times, true
	}
	whole, part, dot := strings.Cut(s, "点")
	n, ok := chineseInt(whole)
	if !ok {
		return 0, false
	}
	v = float64(n)
	if dot {
		scale := 0.1
		for _, r := range part {
			d, ok := digitOf[r]
			if !ok {
				return 0, false
			}
			v, scale = v+float64(d)*scale, scale/10
		}
	}
	return v * times, true
}

// chineseInt reads 十, 二十三, 一百零五, 两千 and plain rows of digits such as 二〇二一.
func chineseInt(s string) (int, bool) {
	if s == "" || len(s) > 36 {
		return 0, false
	}
	total, digit, row, ranks := 0, -1, 0, false
	for _, r := range s {
		if d, ok := digitOf[r]; ok {
			digit, row = d, row*10+d
			continue
		}
		t, ok := timesOf[r]
		if !ok {
			return 0, false
		}
		if digit < 0 {
			digit = 1
		}
		total, digit, ranks = total+digit*t, -1, true
	}
	if !ranks {
		return row, row < 1e9
	}
	return total + max(digit, 0), true
}

// smallInt reads an ordinal or a part of a date, in either script.
func smallInt(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	n, _ := chineseInt(s)
	return n
}

var chineseDigits = []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

// chineseOrdinal writes 1 to 99 as headings count: 一, 十, 十二, 二十三.
func chineseOrdinal(n int) string {
	switch {
	case n <= 0 || n > 99:
		return strconv.Itoa(n)
	case n < 10:
		return chineseDigits[n]
	case n < 20:
		return "十" + chineseDigits[n-10]
	}
	return chineseDigits[n/10] + "十" + chineseDigits[n%10]
}
