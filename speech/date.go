package speech

import (
	"regexp"
	"strings"
)

// Dates and times of day.
var (
	fullDate = find(`(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})`, func(s *scan, m []string, rest string) bool {
		if !day(m[2], m[3]) || startsDigit(rest) {
			return false
		}
		s.plainDigits(m[1])
		s.words("年", false)
		s.monthDay(m[2], m[3])
		return true
	})
	years = find(`(\d{4})年?([-~–—至到])(\d{4})年`, func(s *scan, m []string, rest string) bool {
		s.plainDigits(m[1])
		if strings.HasPrefix(m[0][4:], "年") {
			s.words("年", false)
		}
		if m[2] == "至" {
			s.words("至", false)
		} else {
			s.words("到", false)
		}
		s.plainDigits(m[3])
		s.words("年", false)
		return true
	})
	year = find(`(\d{4})年`, func(s *scan, m []string, rest string) bool {
		s.plainDigits(m[1])
		s.words("年", false)
		return true
	})
	// 1948-1952 without 年 is a life or a time in office, unless what follows is counted.
	barYears = find(`((?:19|20)\d\d)[-~–—]((?:19|20)\d\d)`, func(s *scan, m []string, rest string) bool {
		if m[1] >= m[2] || startsDigit(rest) || countable(rest) || strings.HasPrefix(rest, "-") || hasAny(rest, "号", "大卡", "卡") ||
			strings.HasPrefix(rest, "/") || namedBefore.MatchString(s.before(12)) {
			return false
		}
		s.plainDigits(m[1])
		s.words("年到", false)
		s.plainDigits(m[2])
		s.words("年", false)
		return true
	})
	// A year of two digits is one before a month or a birth, and where a life is told; else it is a
	// number of years: 20年3个月, 10年生意.
	shortYear = find(`(\d\d)(?:年?([-~–—至到])(\d\d))?年`, func(s *scan, m []string, rest string) bool {
		switch {
		case bornAfter.MatchString(rest), m[2] == "" && m[1][0] == '0':
		case m[2] == "" && (monthAfter.MatchString(rest) || strings.HasPrefix(rest, "的") && saysWho.MatchString(s.before(2)) || eventAfter.MatchString(rest) && tellsLife.MatchString(s.before(1))):
		default:
			return false
		}
		s.plainDigits(m[1])
		if m[2] != "" {
			s.words("到", false)
			s.plainDigits(m[3])
		}
		s.words("年", false)
		return true
	})
	yearMonth = find(`((?:19|20)\d\d)[-/](0[1-9]|1[0-2]|[1-9])`, func(s *scan, m []string, rest string) bool {
		if startsDigit(rest) || strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, ".") && startsDigit(rest[1:]) {
			return false
		}
		if len(m[2]) == 1 && (countable(rest) || hasAny(rest, "号", "室") || namedBefore.MatchString(s.before(12))) {
			return false
		}
		s.plainDigits(m[1])
		s.words("年", false)
		s.integer(m[2], false)
		s.words("月", false)
		return true
	})
	clock = find(`(\d{1,2}):([0-5]\d)(?::([0-5]\d))?`, func(s *scan, m []string, rest string) bool {
		if len(m[1]) == 2 && m[1] > "24" || startsDigit(rest) || strings.HasPrefix(rest, ":") {
			return false
		}
		s.hour(m[1])
		if seconds := m[3] != "" && m[3] != "00"; m[2] != "00" || seconds {
			s.minute(m[2], "分")
		}
		if m[3] != "" && m[3] != "00" {
			s.minute(m[3], "秒")
		}
		return true
	})
	slashed = find(`(\d+)/(\d+)`, func(s *scan, m []string, rest string) bool {
		if startsDigit(rest) || strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, ".") && startsDigit(rest[1:]) {
			return false
		}
		a, b := m[1], m[2]
		_, unit := unitAfter(rest)
		several := s.prev() == '/' || eitherAfter.MatchString(rest) // 10/20/50元, 4/5号: one or the other
		pressure := unit > 0 || pressureBefore.MatchString(s.before(10))
		proper := len(a) <= 2 && len(b) <= 3 && a[0] != '0' && b[0] != '0' && (len(a) < len(b) || len(a) == len(b) && a < b)
		part := proper && (partAfter.MatchString(rest) || partBefore.MatchString(s.before(4)))
		small := a < b && len(a) == 1 && len(b) == 1 && !dateAfter.MatchString(rest)
		switch {
		case s.prev() == '第' && hasAny(rest, "页", "期", "集", "批"):
			s.integer(a, false)
			s.words(string([]rune(rest)[:1]), false)
			s.pause(Group)
			s.words("共", false)
			s.integer(b, false)
		case !pressure && !part && !small && !several && day(a, b):
			s.monthDay(a, b)
		case pressure || !proper || several:
			// 120/80 is two numbers, the upper and the lower, as a nurse says them
			s.number(a, false)
			s.pause(Group)
			s.number(b, false)
			if said, n := unitAfter(rest); n > 0 {
				s.words(said, false)
				s.i += len([]rune(rest[:n])) // taken here, with the second number
			}
		default:
			s.integer(b, false)
			s.words("分之", false)
			s.integer(a, false)
		}
		return true
	})
	ratio = find(`(\d+):(\d+)`, func(s *scan, m []string, rest string) bool {
		if strings.HasPrefix(rest, ":") {
			return false
		}
		s.number(m[1], false)
		s.words("比", false)
		s.number(m[2], false)
		return true
	})
)

// What stands around years of two digits.
var (
	monthAfter = regexp.MustCompile(`^ ?(?:0?[1-9]|1[0-2])月`)
	bornAfter  = regexp.MustCompile(`^(?:出?生人|出生|生的|生(?:[^\p{Han}]|$)|的?[，,]?属[鼠牛虎兔龙蛇马羊猴鸡狗猪])`)
	eventAfter = regexp.MustCompile(`^(?:入党|入伍|参军|参加工作|参加革命|下乡|退休|退伍|转业)`)
	saysWho    = regexp.MustCompile(`[我您你他她]是$`)
	tellsLife  = regexp.MustCompile(`^(?:[^\p{Han}]|[我他她您你是于在自从]|)$`)
)

// What stands around two numbers with a stroke between them.
var (
	pressureBefore = regexp.MustCompile(`(?:血压|高压|低压|收缩压|舒张压|BP)[^。，,;!?\d]{0,5}$`)
	partAfter      = regexp.MustCompile(`^(?:以上|以下|左右|片|粒|老人|老年人|居民|的(?:人|老|家庭|户|村|居民|群众|患者|病人|费|钱|量|药|剂|收入|工资|养老金|面积|地|长者|成本|时间))`)
	partBefore     = regexp.MustCompile(`(?:[占约近]|不到|超过|不足|达到?|承担|自付|支付|报销|减免|补助)$`)
	dateAfter      = regexp.MustCompile(`^(?:[ (]?(?:周|星期)|[上下中]午|早上|晚上|放假|开始|起|(?:妇女|植树|劳动|儿童|建党|建军|教师|国庆)节)`)
	eitherAfter    = regexp.MustCompile(`^(?:[号楼层栋幢岁室床座站路线排]|单元)`)
)

func startsDigit(s string) bool { return s != "" && isDigit(rune(s[0])) }

// day reports whether month and day can be a date of some year.
func day(month, d string) bool {
	if len(month) > 2 || len(d) > 2 {
		return false
	}
	m, n := small(month), small(d)
	return m >= 1 && m <= 12 && n >= 1 && n <= [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
}

// small is the value of one or two digits.
func small(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func (s *scan) monthDay(month, day string) {
	s.integer(month, false)
	s.words("月", false)
	s.integer(day, false)
	s.words("日", false)
}

// hour says 九点, and which part of the day it is in where the manner asks for it
// and the text hasn't just said so.
func (s *scan) hour(text string) {
	h := small(text)
	if s.manner.DayPart && !s.dayPartSaid() {
		part := "凌晨"
		switch {
		case h >= 24:
		case h >= 18:
			part = "晚上"
		case h >= 13:
			part = "下午"
		case h == 12:
			part = "中午"
		case h >= 6:
			part = "上午"
		}
		s.words(part, false)
		if h > 12 && h < 24 {
			h -= 12
		}
	}
	if h >= 10 {
		s.integer(string(rune('0'+h/10))+string(rune('0'+h%10)), true)
	} else {
		s.integer(string(rune('0'+h)), true)
	}
	s.words("点", false)
}

func (s *scan) dayPartSaid() bool {
	before := s.before(4)
	for _, part := range []string{"上午", "下午", "早上", "早晨", "清晨", "晚上", "夜里", "夜间", "凌晨", "中午", "傍晚", "午后"} {
		if strings.Contains(before, part) {
			return true
		}
	}
	return false
}

// minute says minutes or seconds with the zero that keeps 九点五分 from 九点五十.
func (s *scan) minute(text, name string) {
	if text[0] == '0' && text != "00" {
		s.words("零", true)
	}
	s.integer(text, false)
	s.words(name, false)
}
