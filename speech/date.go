package speech

import "strings"

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
	years = find(`(\d{4})年?[-~–—](\d{4})年`, func(s *scan, m []string, rest string) bool {
		s.plainDigits(m[1])
		if strings.Contains(m[0][:len(m[0])-3], "年") {
			s.words("年", false)
		}
		s.words("到", false)
		s.plainDigits(m[2])
		s.words("年", false)
		return true
	})
	year = find(`(\d{4})年`, func(s *scan, m []string, rest string) bool {
		s.plainDigits(m[1])
		s.words("年", false)
		return true
	})
	yearMonth = find(`((?:19|20)\d\d)[-/](0[1-9]|1[0-2])`, func(s *scan, m []string, rest string) bool {
		if startsDigit(rest) || strings.HasPrefix(rest, "-") {
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
		switch {
		case len(a) <= 2 && len(b) <= 2 && !(a < b && len(a) == 1 && len(b) == 1) && day(a, b):
			s.monthDay(a, b)
		case a[0] == '0' || b[0] == '0' || len(a) > 2 || len(b) > 3:
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
