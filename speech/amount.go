package speech

import (
	"strings"
	"unicode/utf8"
)

const num = `(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?`

// Amounts, percentages and measures.
var (
	yuanAfter = find(`(`+num+`) ?[元圆]`, func(s *scan, m []string, rest string) bool {
		if strings.HasPrefix(m[1], "0") && !strings.HasPrefix(m[1], "0.") && m[1] != "0" {
			return false
		}
		s.yuan(m[1])
		return true
	})
	yuanBefore = find(`(-?)[¥] ?(-?)(`+num+`)([万亿]*)(?: ?元)?`, func(s *scan, m []string, rest string) bool {
		if m[1]+m[2] != "" {
			s.words("负", false)
		}
		if m[4] != "" {
			s.number(m[3], true)
			s.words(m[4]+"元", false)
		} else {
			s.yuan(m[3])
		}
		return true
	})
	currency = find(`([$€£]) ?(`+num+`)`, func(s *scan, m []string, rest string) bool {
		s.number(m[2], true)
		s.words(map[string]string{"$": "美元", "€": "欧元", "£": "英镑"}[m[1]], false)
		return true
	})
	percentRange = find(`(`+num+`)[-~–—](`+num+`)([%‰])`, func(s *scan, m []string, rest string) bool {
		s.percent(m[1], m[3])
		s.words("到", false)
		s.number(m[2], false)
		return true
	})
	percent = find(`(`+num+`) ?([%‰])`, func(s *scan, m []string, rest string) bool {
		s.percent(m[1], m[2])
		return true
	})
)

// yuan says an amount of money by the coins it is counted in: 12.50 is 十二元五角.
func (s *scan) yuan(text string) {
	text = strings.ReplaceAll(text, ",", "")
	whole, decimals, _ := strings.Cut(text, ".")
	if len(decimals) > 2 {
		s.number(text, false)
		s.words("元", false)
		return
	}
	decimals = (decimals + "00")[:2]
	some := strings.Trim(whole, "0") != ""
	if some || decimals == "00" {
		s.integer(whole, true)
		s.words("元", false)
	}
	switch {
	case decimals[0] != '0':
		s.coin(decimals[:1], "角", !some)
	case some && decimals[1] != '0':
		s.words("零", false)
	}
	if decimals[1] != '0' {
		s.coin(decimals[1:], "分", !some && decimals[0] == '0')
	}
}

// coin says a digit of 角 or 分; only at the head of an amount 2 is 两.
func (s *scan) coin(digit, name string, head bool) {
	if head {
		s.integer(digit, true)
	} else {
		s.words(hanDigit(digit[0]), false)
	}
	s.words(name, false)
}

func (s *scan) percent(text, sign string) {
	of := "百分之"
	if sign == "‰" {
		of = "千分之"
	}
	s.words(of, false)
	if text == "100" && sign == "%" {
		s.words("百", false)
		return
	}
	s.number(text, false)
}

// withUnit says a number with a unit of measure after it.
func (s *scan) withUnit(rest string) int {
	m := numberPattern.FindString(rest)
	if m == "" || strings.HasPrefix(m, "0") && len(m) > 1 && m[1] != '.' {
		return 0
	}
	after := rest[len(m):]
	said, n := unitAfter(after)
	if n == 0 {
		return 0
	}
	s.number(m, measured(said))
	s.words(said, false)
	return utf8.RuneCountInString(rest[:len(m)+n])
}
