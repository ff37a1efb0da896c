package speech

import (
	"regexp"
	"strings"
	"unicode"
)

// Signs that are said as words wherever they stand.
var spoken = map[rune]string{
	'@': "艾特", '#': "井号", '&': "和", '+': "加", '=': "等于", '<': "小于", '>': "大于", '≤': "小于等于", '≥': "大于等于",
	'≈': "约等于", '≠': "不等于", '÷': "除以", '±': "正负", '%': "百分号", '‰': "千分号", '℃': "摄氏度", '°': "度", '¥': "元", '$': "美元",
	'€': "欧元", '£': "英镑", '_': "下划线", '→': "到", '⇒': "到", '√': "对勾", '✓': "对勾", '✔': "对勾", '☑': "已勾选", '☐': "未勾选", '□': "方框",
	'㎡': "平方米", '㎏': "公斤", '№': "号", '½': "二分之一", '⅓': "三分之一", '⅔': "三分之二", '¼': "四分之一", '¾': "四分之三", '²': "平方", '³': "立方",
	'Ⅰ': "一", 'Ⅱ': "二", 'Ⅲ': "三", 'Ⅳ': "四", 'Ⅴ': "五", 'Ⅵ': "六", 'Ⅶ': "七", 'Ⅷ': "八", 'Ⅸ': "九", 'Ⅹ': "十", 'Ⅺ': "十一", 'Ⅻ': "十二",
	'\\': "反斜杠", '☎': "电话", '★': "星", '☆': "星", 'α': "阿尔法", 'β': "贝塔", 'γ': "伽马", 'μ': "微", 'Ω': "欧姆",
}

// Signs that are heard as silence.
var pauses = map[rune]Pause{
	',': Comma, '、': Group, ':': Comma, ';': Comma, '，': Comma, '；': Comma, '：': Comma, '﹑': Group,
	'。': Stop, '！': Stop, '？': Stop, '!': Stop, '?': Stop, '｡': Stop, '…': Stop, '⋯': Stop,
	'\n': Option, '\r': Option, '\u2028': Option, '\u2029': Option, '\v': Option, '\f': Option, '\t': Comma,
	'(': Comma, ')': Comma, '[': Comma, ']': Comma, '{': Comma, '}': Comma, '【': Comma, '】': Comma, '〔': Comma, '〕': Comma, '〖': Comma, '〗': Comma,
	'—': Comma, '–': Comma, '―': Comma, '|': Comma, '│': Comma, '•': Comma, '●': Comma, '■': Comma, '◆': Comma, '▪': Comma, '○': Comma, '▲': Comma, '►': Comma, '▶': Comma, '※': Comma,
	'·': NoPause, '"': NoPause, '\'': NoPause, '“': NoPause, '”': NoPause, '‘': NoPause, '’': NoPause, '《': NoPause, '》': NoPause, '〈': NoPause, '〉': NoPause,
	'「': NoPause, '」': NoPause, '『': NoPause, '』': NoPause, '«': NoPause, '»': NoPause, '`': NoPause,
}

// mark reads one sign and returns 1.
func (s *scan) mark() int {
	r := s.text[s.i]
	switch {
	case r == '-' || r == '~' || r == '–' || r == '—':
		s.dash(r)
	case r == ' ':
		if s.listed() {
			s.pause(Comma)
		} else if s.i > 0 && (isHan(s.prev()) && isHan(s.next()) || !isHan(s.prev()) && !isHan(s.next())) {
			s.pause(Group)
		}
		return 1 // a blank doesn't end what a key was
	case r == '/':
		s.slash()
	case r == '.':
		s.point()
	case r == '*' || r == '×' || r == '✕':
		s.cross()
	case circled(r) != "":
		s.pause(Comma)
		s.integer(circled(r), false)
		s.pause(Group)
	case r == '#' && isDigit(s.prev()) && (strings.ContainsRune("楼栋幢室", s.next()) || flatAfter.MatchString(string(s.text[s.i+1:min(len(s.text), s.i+6)]))):
		s.words("号", false) // 3#楼, 3#302
	case spoken[r] != "":
		s.words(spoken[r], true)
	default:
		p, ok := pauses[r]
		switch {
		case ok && s.key && (p == Comma || p == Stop):
			s.pause(Option) // time to decide, after the key of an option
		case ok && p != NoPause:
			s.pause(p)
		case !ok && !unicode.In(r, unicode.Cf, unicode.Mn, unicode.Cc, unicode.Zs):
			s.miss(r)
			s.pause(Group)
		}
	}
	s.key = (r == '*' || r == '#') && s.prev() == '按'
	return 1
}

// listed reports whether a numbered item follows a blank: 1、叫车 2、看病.
func (s *scan) listed() bool {
	rest := s.text[s.i+1:]
	return len(rest) > 2 && isDigit(rest[0]) && (rest[1] == '、' || (rest[1] == '.' || rest[1] == ')') && isHan(rest[2]))
}

// After these a dash before a number is a range: 1月-3月, 2万-3万元, 周一—周五, 20%-30%.
const rangeBefore = "月日号时点分半天年岁个周元块角米斤里克升度次人位楼层室栋幢座床排站页条期级百千万亿份户张件片粒笔瓶盒袋包套台%℃一二三四五六日"

// After a house a dash before three digits or more leads to its flat: 3栋-502.
var (
	houseBefore = regexp.MustCompile(`(?:[楼层栋幢座弄苑]|单元|小区|\d#)$`)
	flatAfter   = regexp.MustCompile(`^\d{3,4}(?:[^\d楼栋幢座]|$)`)
)

// A minus before these degrees is said 零下, also when a range stands between.
var belowZero = regexp.MustCompile(`^` + num + `(?:[-~–—至到]-?` + num + `)? ?(?:℃|°|度|摄氏度)`)

func (s *scan) dash(r rune) {
	prev, next := s.prev(), s.next()
	after := next
	if next == '¥' && s.i+2 < len(s.text) {
		after = s.text[s.i+2]
	}
	switch {
	case isDigit(next) && houseBefore.MatchString(s.before(2)) && flatAfter.MatchString(string(s.text[s.i+1:min(len(s.text), s.i+8)])):
		s.pause(Group)
	case isDigit(prev) && next == '零':
		s.words("到", false) // 零下12-零下5度
	case isDigit(after) && (isDigit(prev) || strings.ContainsRune(rangeBefore, prev) && prev != 0 && s.ranged()):
		s.words("到", false)
	case r == '~' && isDigit(after):
		s.words("约", false)
	case isDigit(after) && r == '-' && !isLatin(prev) && prev != '-':
		rest := string(s.text[s.i+1 : min(len(s.text), s.i+lookahead)])
		if belowZero.MatchString(rest) {
			s.words("零下", false)
		} else {
			s.words("负", false)
		}
	case isHan(prev) && isHan(next) && (r == '~' || strings.ContainsRune(rangeBefore, prev) && (next == '周' || next == '星' || strings.ContainsRune("晚下次凌夜", next) && s.ranged())):
		s.words("到", false)
	case r == '—' || r == '–':
		s.pause(Comma)
	default:
		s.pause(Group)
	}
}

// ranged reports whether the unit before a dash has a number before it.
func (s *scan) ranged() bool {
	for _, r := range s.before(4) {
		if isDigit(r) || r == '周' || r == '期' {
			return true
		}
	}
	return false
}

// slash says 每 in a price or dose, 斜杠 in an address of the net, and otherwise pauses.
func (s *scan) slash() {
	prev, next := s.prev(), s.next()
	switch {
	case prev != 0 && s.priced():
		s.words("每", false)
	case (isLatin(prev) || prev == '/' || prev == ':') && (isLatin(next) || next == '/'):
		s.words("斜杠", false)
	default:
		s.pause(Group)
	}
}

// What a price or a dose is for: 12元/次, 5mg/日. A number alone has a price for a time only, which
// ends there: 800/月, but not 5/日间照料.
var (
	perWhat = regexp.MustCompile(`^(?:[分次天人月年周片粒支瓶户床晚夜餐顿张份件度吨斤升克台辆套节课位亩平桌杯盒袋间]|日(?:[^间托常]|$)|小时|公[里斤平])(?:[^前后]|$)`)
	perTime = regexp.MustCompile(`^(?:[月年天日次周]|小时|分钟)(?:[^\p{Han}]|$)`)
)

func (s *scan) priced() bool {
	after := string(s.text[s.i+1 : min(len(s.text), s.i+5)])
	if isDigit(s.prev()) {
		return perTime.MatchString(after)
	}
	if !perWhat.MatchString(after) {
		return false
	}
	for _, r := range s.before(6) {
		if isDigit(r) {
			return true
		}
	}
	return false
}

// point says 点 within an address of the net or a number, and otherwise ends a sentence.
func (s *scan) point() {
	prev, next := s.prev(), s.next()
	switch {
	case isDigit(next) && !isHan(prev), isLatin(prev) && isLatin(next), isDigit(prev) && isLatin(next):
		s.words("点", false)
	case next == '.':
		s.pause(Comma)
	default:
		p := Stop
		if s.key {
			p = Option
		}
		s.pause(p)
	}
}

// cross says what * and × stand for: a hidden character of a name, a product, a key.
func (s *scan) cross() {
	r, prev, next := s.text[s.i], s.prev(), s.next()
	switch {
	case r == '*' && strings.ContainsRune("或和、", prev) && strings.Contains(s.before(6), "按"):
		s.words("星号", false)
	case r == '*' && (isHan(prev) && (prev != '按' && (isHan(next) || next == 0 || next == ',' || next == '*'))), r == '*' && prev == '*',
		r != '*' && (r == prev || r == next || isHan(next) && !isDigit(prev)):
		s.words("某", false)
	case r == '*' && !isDigit(prev):
		s.words("星号", false)
	case isDigit(prev) || isDigit(next) || isHan(prev):
		s.words("乘", false)
	default:
		s.words("叉", false)
	}
}

// circled returns the number in ①, ⑴, ㈠, ⒈ or ❶ as digits, or "".
func circled(r rune) string {
	for _, row := range []struct{ first, last rune }{{'①', '⑳'}, {'⑴', '⒇'}, {'⒈', '⒛'}, {'㈠', '㈩'}, {'㊀', '㊉'}, {'❶', '❿'}} {
		if r >= row.first && r <= row.last {
			return decimal(int(r-row.first) + 1)
		}
	}
	return ""
}
