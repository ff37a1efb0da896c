package speech

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"yinqiao/civic"
)

var numberPattern = regexp.MustCompile(`^` + num)

// The rules for what begins with a digit, in order: the more particular first.
var digitRules = []rule{
	idNumber, masked, mobile, landline, freephone, fullDate, years, year, shortYear, requestNumber, grouped, standard,
	barYears, yearMonth, clock, address, flat, slashed, ratio, dotted,
	named, hotline, yuanAfter, percentRange, percent, (*scan).withUnit, (*scan).anyNumber,
}

// The rules for signs before digits.
var signRules = []rule{bracketed, abroad, yuanBefore, currency, masked}

// The rules for characters that begin something with digits or letters.
var hanRules = []rule{plate}

// Numbers that are names, and are said digit by digit.
var (
	idNumber = find(`\d{17}[\dXx]|\d{6} \d{8} \d{3}[\dXx]`, func(s *scan, m []string, rest string) bool {
		if startsDigit(rest) {
			return false
		}
		s.groups(onlyDigits(m[0]), 6, 4, 4, 4)
		return true
	})
	masked = find(`(\d*)(\*{2,})(\d*[Xx]?)`, func(s *scan, m []string, rest string) bool {
		if m[1]+m[3] == "" && isHan(s.prev()) {
			return false // 王** hides a name, not a number
		}
		s.mask(m)
		return true
	})
	mobile = find(`(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})`, func(s *scan, m []string, rest string) bool {
		if startsDigit(rest) {
			return false
		}
		s.groups(m[1]+m[2]+m[3], 3, 4, 4)
		return true
	})
	landline  = find(`(0(?:10|2\d|[3-9]\d\d))[- ]?(\d{7,8})(?:[-转](\d{1,6}))?`, (*scan).landline)
	bracketed = find(`\((0\d{2,3})\) ?-?(\d{7,8})(?:[-转](\d{1,6}))?`, (*scan).landline)
	freephone = find(`([48]00)-?(\d{3})-?(\d{4})|([48]00)-(\d{4})-(\d{3})`, func(s *scan, m []string, rest string) bool {
		if startsDigit(rest) {
			return false
		}
		if m[1] != "" {
			s.groups(m[1]+m[2]+m[3], 3, 3, 4)
		} else {
			s.groups(m[4]+m[5]+m[6], 3, 4, 3)
		}
		return true
	})
	requestNumber = find(`(\d{3})([ -]?)(\d{3})([ -]?)(\d{4})`, func(s *scan, m []string, rest string) bool {
		digits := m[1] + m[3] + m[5]
		if m[2] != m[4] || startsDigit(rest) || strings.HasPrefix(rest, ".") && startsDigit(rest[1:]) {
			return false
		}
		if _, err := civic.ParseNumber(digits); err != nil && m[2] == "" && countable(rest) {
			return false
		}
		s.groups(digits, 3, 3, 4)
		return true
	})
	// Groups of digits with blanks between them are a name wherever they stand: a code, a card,
	// the second time that either is said.
	grouped = find(`\d{3,8}(?: \d{3,8})+`, func(s *scan, m []string, rest string) bool {
		if startsDigit(rest) || countable(rest) || measured(rest) || strings.HasPrefix(rest, ".") && startsDigit(rest[1:]) {
			return false
		}
		for i, part := range strings.Fields(m[0]) {
			if i > 0 {
				s.pause(Group)
			}
			s.spell(part)
		}
		return true
	})
	abroad = find(`\+?(86)[- ]?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})`, func(s *scan, m []string, rest string) bool {
		if startsDigit(rest) {
			return false
		}
		s.words("加", false)
		s.digits(m[1])
		s.pause(Group)
		s.groups(m[2]+m[3]+m[4], 3, 4, 4)
		return true
	})
	address = find(`\d+(?:-\d+)+`, func(s *scan, m []string, rest string) bool {
		code := namedBefore.MatchString(s.before(12))
		parts := strings.Split(m[0], "-")
		if len(parts) < 3 && !code {
			return false
		}
		for i, part := range parts {
			if i > 0 {
				s.pause(Group)
			}
			if code || len(part) > 2 || part[0] == '0' {
				s.spell(part)
			} else {
				s.integer(part, false)
			}
		}
		return true
	})
	// A flat behind its house, 5-301室, 3号楼2-501, is named: the house as a number, the flat digit by
	// digit. Without a word around it, only where both can be: 8-502, but not 60-100.
	flat = find(`(\d{1,3})-(\d{1,4})`, func(s *scan, m []string, rest string) bool {
		if startsDigit(rest) || countable(rest) || strings.HasPrefix(rest, ".") && startsDigit(rest[1:]) {
			return false
		}
		house, door := m[1], m[2]
		door3 := len(door) >= 3 && len(house) <= 2 && house[0] != '0' && door[0] != '0'
		last := small(door[max(0, len(door)-2):])
		switch {
		case door3 && (strings.HasPrefix(rest, "室") || houseBefore.MatchString(s.before(2))):
		case door3 && small(house) <= 40 && last >= 1 && last <= 12 && !rangeWords.MatchString(s.before(6)) && !hasAny(rest, "-", "~", "号", "页"):
		case strings.HasPrefix(rest, "号") && len(door) < 3 && (len(house) > len(door) || len(house) == len(door) && house > door):
			// 文三路12-3号: no range runs downwards
			s.integer(house, false)
			s.pause(Group)
			s.integer(door, false)
			return true
		default:
			return false
		}
		s.integer(house, false)
		s.pause(Group)
		s.spell(door)
		return true
	})
	standard = find(`(\d{3,6})-((?:19|20)\d\d)`, func(s *scan, m []string, rest string) bool {
		if !afterLatin.MatchString(s.before(4)) || startsDigit(rest) {
			return false
		}
		s.spell(m[1])
		s.pause(Group)
		s.plainDigits(m[2])
		s.words("年", false)
		return true
	})
	dotted = find(`\d+(?:\.\d+){2,}`, func(s *scan, m []string, rest string) bool {
		for i, part := range strings.Split(m[0], ".") {
			if i > 0 {
				s.words("点", true)
			}
			s.plainDigits(part)
		}
		return true
	})
	plate = find(`([京津沪渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新])([A-Za-z])([·.\- ]?)([A-Za-z0-9]{4,6})([学警挂领港澳超试]?)`, (*scan).plate)
)

func (s *scan) landline(m []string, rest string) bool {
	if startsDigit(rest) {
		return false
	}
	s.digits(m[1])
	s.pause(Group)
	s.spell(m[2])
	if m[3] != "" {
		s.pause(Group)
		s.words("转", false)
		s.spell(m[3])
	}
	return true
}

// plate says a number plate: the province, the letter, and the rest sign by sign.
func (s *scan) plate(m []string, rest string) bool {
	if !strings.ContainsAny(m[4], "0123456789") || len(m[4]) == 4 && m[5] == "" || startsDigit(rest) {
		return false
	}
	if m[1] == "藏" {
		s.put(unit{r: '藏', say: "zang4"})
	} else {
		s.words(m[1], false)
	}
	s.letter(rune(m[2][0]))
	s.pause(Group)
	for _, r := range m[4] {
		if isDigit(r) {
			s.digits(string(r))
		} else {
			s.letter(r)
		}
	}
	s.words(m[5], false)
	return true
}

// mask says a number with its middle hidden: what is shown, and how much isn't.
func (s *scan) mask(m []string) {
	if m[1] != "" {
		s.spell(m[1])
		s.pause(Group)
	}
	s.words("隐去", false)
	s.integer(decimal(len(m[2])), true)
	s.words("位", false)
	if m[3] != "" {
		s.pause(Group)
		s.spell(m[3])
	}
}

// Words after which a number is a name: 尾号0357, 验证码 204816, 电话是65432109.
var namedBefore = regexp.MustCompile(`(?:尾号|尾数|[后末前][一二两三四五六七八]位|[后末前]\d位|验证码|校验码|取件码|取票码|提货码|密码|口令|编号|编码|单号|订单号|卡号|证号|账号|帐号|户号|工号|邮编|邮政编码|电话|手机|手机号|座机|热线|专线|号码|代码|房号|车次|航班|车牌|身份证)[是为号码:, "“(]*$`)

// What is paid or counted is no name, however many digits it has: 手机12000元. 个人 counts nobody.
var paidAfter = regexp.MustCompile(`^ ?[多余来]?[万亿]?(?:[元块件]|个(?:[^人]|$))`)

var named = find(`(\d{2,})`, func(s *scan, m []string, rest string) bool {
	if len(m[1]) < 3 && !strings.HasPrefix(s.before(3), "尾号") && !strings.Contains(s.before(5), "码") || !namedBefore.MatchString(s.before(12)) {
		return false
	}
	if strings.HasPrefix(rest, ".") && startsDigit(rest[1:]) || measured(rest) && len(m[1]) < 5 || strings.HasPrefix(rest, "%") || len(m[1]) < 10 && paidAfter.MatchString(rest) {
		return false
	}
	s.spell(m[1])
	return true
})

// Service numbers by their form, and the words by which a short one is known to be one.
var (
	serviceForm = regexp.MustCompile(`^(?:95\d{3}|96\d{3,4}|12[1-9](?:\d[1-9]|[1-9]0)|100(?:10|86|00|01|50)|116\d{3}|11[0249]|12[02])$`)
	callBefore  = regexp.MustCompile(`(?:拨打?|打了?|呼|叫|找|致电|电话|热线|急救|报警|求助|火警|转)[是为: ]*$`)
	joined      = regexp.MustCompile(`(?:^|\D)(\d{3,6})[和或、/与及] ?$`)
	joins       = regexp.MustCompile(`^ ?[和或、/与及] ?(\d{3,6})`)
	callAfter   = regexp.MustCompile(`^ ?(?:急救|报警|电话|热线|火警|中心|指挥|调度|平台|接警|工单|服务|专线|政务|查号|打)`)
)

var hotline = find(`(\d{3,6})`, func(s *scan, m []string, rest string) bool {
	if startsDigit(rest) || !serviceForm.MatchString(m[1]) || countable(rest) {
		return false
	}
	short := len(m[1]) == 3 || m[1] == "10000"
	alone := s.i == 0 && rest == "" && len(m[1]) == 3
	if short && !alone && !callBefore.MatchString(s.before(5)) && !callAfter.MatchString(rest) && !s.joinsService(rest) {
		return false
	}
	if short && strings.HasPrefix(rest, ".") && startsDigit(rest[1:]) {
		return false
	}
	s.digits(m[1])
	return true
})

// joinsService reports whether another service number stands beside the current one: 110和120, but not
// 80和110.
func (s *scan) joinsService(rest string) bool {
	if m := joined.FindStringSubmatch(s.before(8)); m != nil && serviceForm.MatchString(m[1]) {
		return true
	}
	m := joins.FindStringSubmatch(rest)
	return m != nil && serviceForm.MatchString(m[1]) && !countable(rest[len(m[0]):])
}

// countable reports whether what follows a number shows it to be an amount.
func countable(rest string) bool {
	if measured(rest) || strings.HasPrefix(rest, "%") || strings.HasPrefix(rest, ".") && startsDigit(rest[1:]) || strings.HasPrefix(rest, ",") && startsDigit(rest[1:]) {
		return true
	}
	_, n := unitAfter(rest)
	return n > 0
}

// Rooms and routes of three digits and more are said digit by digit: 302室, 501路.
var roomAfter = regexp.MustCompile(`^(?:号?[室房]|号?房间|号?病[房区]|诊室|路|教室|包间|寝室|号?宿舍|医院|大院|部队|国道|省道|县道)`)

var heightBefore = regexp.MustCompile(`\d米$`)

// The bed of a ward is named by its room: 1508床. How many beds there are is counted: 共1508床, 200床.
var (
	bedAfter   = regexp.MustCompile(`^号?床(?:[^位]|$)`)
	bedsBefore = regexp.MustCompile(`[有共设增达约近计]$`)
	rangeWords = regexp.MustCompile(`(?:心率|心跳|脉搏|血压|高压|低压|血糖|正常|范围|参考值?)[^。，,;!?\d]{0,3}$`)
)

// A standard is numbered after letters: GB 11643-1999.
var afterLatin = regexp.MustCompile(`[A-Za-z] ?$`)

var hourBefore = regexp.MustCompile(`[点时分]$`)

// anyNumber says a number that no other rule knows. It always applies.
func (s *scan) anyNumber(rest string) int {
	m := numberPattern.FindString(rest)
	n := utf8.RuneCountInString(m)
	after := rest[len(m):]
	whole := !strings.ContainsAny(m, ".,")
	ordinal := s.prev() == '第' || strings.HasSuffix(s.before(2), "星期") || strings.HasSuffix(s.before(2), "礼拜") || s.prev() == '周' || s.prev() == '初'
	switch {
	case whole && len(m) == 2 && m[0] == '0' && hasAny(after, "月", "日", "时", "点", "号", "分", "秒", "年"):
		if m[1] != '0' && hasAny(after, "分", "秒") && hourBefore.MatchString(s.before(1)) {
			s.words("零", true)
		}
		s.integer(m, measured(after))
	case whole && len(m) == 2 && strings.ContainsRune("056789", rune(m[0])) && strings.HasPrefix(after, "后") && !strings.HasPrefix(after, "后天"):
		s.plainDigits(m) // those born in a decade: 90后
	case whole && len(m) > 1 && m[0] == '0':
		s.spell(m)
	case whole && len(m) == 4 && s.prev() == '〔':
		s.plainDigits(m) // the year of a document: 国办发〔2020〕45号
	case whole && len(m) >= 3 && (isLatin(s.prev()) || roomAfter.MatchString(after)):
		s.spell(m)
	case whole && len(m) >= 3 && len(m) <= 4 && houseBefore.MatchString(strings.TrimSuffix(s.before(3), "-")) && !countable(after) && !hasAny(after, "-", "~", "多"):
		s.spell(m) // 5号楼2单元301
	case whole && len(m) == 2 && heightBefore.MatchString(s.before(2)) && !countable(after):
		s.plainDigits(m) // 1米65
	case whole && (len(m) == 4 || len(m) == 3 && m[2] != '0') && bedAfter.MatchString(after) && !bedsBefore.MatchString(s.before(1)):
		s.spell(m)
	case whole && len(m) >= 7 && !countable(after) && !strings.HasSuffix(m, "0000"):
		s.spell(m)
	default:
		train := isLatin(s.prev()) && strings.HasPrefix(after, "次") // G2次 is named, not counted
		s.number(m, !ordinal && !train && (measured(after) || rangeMeasured(after)))
	}
	s.key = strings.HasSuffix(s.before(3), "按") || strings.HasSuffix(s.before(3), "按数字")
	return n
}

// rangeMeasured reports whether a range goes on to something countable: 2-3个.
func rangeMeasured(after string) bool {
	m := rangeAfter.FindString(after)
	return m != "" && measured(after[len(m):])
}

var rangeAfter = regexp.MustCompile(`^[-~–—至到]\d+`)

func hasAny(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func decimal(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return decimal(n/10) + decimal(n%10)
}
