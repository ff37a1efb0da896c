package ledger

import (
	"math"
	"regexp"
	"slices"
	"strings"
)

// A target is a number with a unit that can be counted. It counts as one where
// it is compared (至少、不低于、以上、不超过…) or stands after a verb that brings
// something about (新增、建设、培训…); then it is read as Exactly. Years, clauses,
// levels, ages, phone numbers and names such as 5G have no such unit.
const (
	numeral    = `(?:\d+(?:,\d{3})*(?:\.\d+)?[万亿]?|[一二两三四五六七八九十百千〇零]+(?:点[一二三四五六七八九〇零]+)?[万亿]?)`
	countUnits = `个百分点|百分点|个工作日|工作日|个小时|小时|分钟|秒|个月|万人次|人次|万人|万户|个|条|家|座|台|辆|名|人|场|次|所|处|套|件|项|户|间|部|支|块|张|份|门|期|课时|学时|公里|千米|平方米|米|天|日|周|元|岁|周岁|级|倍|层|号|代|线|位|种|类|栋|艘|架|只|组|对|顶|册|本|例|盏|把|副|根|双|亩|吨|床|班|批|线路`
	upTo       = `[^\d，。；、：（）]{0,12}$` // what may stand between a comparison and its number
	moreRe     = `至少|超过|突破|高于|大于|达到|达|力争达|提高到|提高至|提升到|提升至|增加到|增加至|扩大到|扩大至|恢复到|增至|升至`
	lessRe     = `至多|最多|最长|低于|少于|小于|控制在|压缩到|压缩至|压减到|压减至|缩短到|缩短至|减少到|减少至|降低到|降低至|降到|降至`
)

var (
	percentRe  = regexp.MustCompile(`百分之([一二三四五六七八九十百〇零]+(?:点[一二三四五六七八九〇零]+)?)|(\d+(?:\.\d+)?)(?:[%％]?[-—~～至到](\d+(?:\.\d+)?))?[%％]|([二三四五六七八九十]|\d{1,2})分之([一二三四五六七八九]|\d{1,2})`)
	amountRe   = regexp.MustCompile(`(` + numeral + `)(?:[-—~～至到](` + numeral + `))?余?(` + countUnits + `)`)
	coverageRe = regexp.MustCompile(`全覆盖`)
	notLess    = regexp.MustCompile(`不(?:得)?(?:少于|低于|小于|短于)` + upTo)
	notMore    = regexp.MustCompile(`不(?:得)?(?:超过|多于|高于|大于|长于)` + upTo)
	moreEnd    = regexp.MustCompile(`(?:` + moreRe + `)` + upTo)
	lessEnd    = regexp.MustCompile(`(?:` + lessRe + `)` + upTo)
	aboveStart = regexp.MustCompile(`^(?:及|或)?(?:以上|之上)`)
	belowStart = regexp.MustCompile(`^(?:及|或)?(?:以下|以内|之内|之下)`)
	bringAbout = regexp.MustCompile(`新增|加装|更换|开办|举行|修建|修缮|投入|走访|帮扶|救助|化解|排查|检查|抽查|开行|调整|整治|治理|引进|评定|命名|选派|发展|试点|新建|建设|建成|建立|改建|扩建|改造|优化|完成|培训|设立|设置|配置|配备|安装|打造|开展|举办|组织|增加|增设|开设|开通|发放|采购|购置|投放|创建|培育|培养|认定|推出|布设|新设|改善|更新|实现|覆盖|服务|提供|保留|提高|降低|提升|减少|下降|增长|编制|制定|评选|遴选|推广|招募|启用|上线|建`)
	// what follows a Chinese numeral that is a way of speaking, not a count
	phrase = regexp.MustCompile(`^(?:方面|环节|意识|自信|维护|阶段|层面|角度|领域|文明|关键|原则|结合|坚持|体系|平台|机制|格局)`)
	never  = map[string]bool{"岁": true, "周岁": true, "级": true, "号": true, "代": true, "线": true, "期": true, "位": true, "种": true, "类": true, "批": true, "日": true, "班": true, "对": true, "层": true, "本": true}
	// units that are a target only where they are compared
	compared = map[string]bool{"天": true, "小时": true, "个小时": true, "分钟": true, "秒": true, "个工作日": true, "工作日": true, "个月": true, "周": true, "元": true, "倍": true, "米": true, "公里": true, "平方米": true}
)

// targets finds the numbers that a text sets. doubts are numbers that may be
// targets and were not taken.
func targets(text string, dues []due) (out []Target, doubts []string) {
	masked := mask(text, dues)
	counting := false // the clause before set a number, and its verb goes on
	for from := 0; from < len(masked); {
		to := from
		for to < len(masked) && !clauseEnd(masked, to) {
			to++
		}
		t, d := clauseTargets(text[from:to], masked[from:to], counting)
		counting = slices.ContainsFunc(t, func(t Target) bool { return t.Direction == Exactly }) && strings.HasPrefix(text[to:], "，")
		if out, doubts = append(out, t...), append(doubts, d...); len(out)+len(doubts) >= maxTargets {
			return out[:min(len(out), maxTargets)], append(doubts, "数字太多，后面的没有作为指标。")
		}
		for from = to + 1; from < len(masked) && masked[from]&0xc0 == 0x80; from++ {
		}
	}
	return out, doubts
}

// clauseEnd reports whether a sign that ends a clause begins at i.
func clauseEnd(s string, i int) bool {
	if s[i] == '\n' {
		return true
	}
	return s[i]&0xc0 == 0xc0 && strings.ContainsRune("，。；：！？（）", first(s[i:min(len(s), i+4)]))
}

// mask blanks what holds numbers but sets none: deadlines, quotations and names
// of documents. Lengths stay.
func mask(text string, dues []due) string {
	b := []byte(text)
	blank := func(from, to int) {
		for i := from; i < to; i++ {
			b[i] = ' '
		}
	}
	for _, d := range dues {
		blank(d.from, d.to)
	}
	for _, q := range quoted.FindAllStringIndex(text, -1) {
		blank(q[0], q[1])
	}
	return string(b)
}

var quoted = regexp.MustCompile(`《[^《》]{1,80}》|“[^“”]{1,40}”|〔\d{4}〕\d+号|第` + numeral)

// near is how many bytes around a number are looked at, and long what a clause
// may have before only a part of it is quoted.
const (
	near = 54
	long = 240
)

// around is the clause, or what is near the number where the clause is long.
func around(clause string, from, to int) string {
	if len(clause) > long {
		clause = strings.ToValidUTF8(clause[max(0, from-long/2):min(len(clause), to+long/2)], "")
	}
	return strings.TrimSpace(clause)
}

func clauseTargets(text, masked string, counting bool) (out []Target, doubts []string) {
	pos := [2]int{}
	add := func(v float64, unit string, d Direction) {
		out = append(out, Target{Text: around(text, pos[0], pos[1]), Value: v, Unit: unit, Direction: d})
	}
	rest := []byte(masked)
	for _, m := range percentRe.FindAllStringSubmatchIndex(masked, maxTargets) {
		v, high, ok := share(masked, m)
		pos = [2]int{m[0], m[1]}
		for i := m[0]; i < m[1]; i++ {
			rest[i] = ' '
		}
		if !ok {
			continue
		}
		if high > 0 {
			add(v, "%", AtLeast)
			add(high, "%", AtMost)
			continue
		}
		d, _ := direction(masked[max(0, m[0]-near):m[0]], masked[m[1]:min(len(masked), m[1]+near)])
		add(v, "%", d)
	}
	if at := coverageRe.FindStringIndex(masked); at != nil && !strings.Contains(masked, "未全覆盖") {
		pos = [2]int{at[0], at[1]}
		add(100, "%", Exactly)
	}
	masked = string(rest)
	verb := bringAbout.FindStringIndex(masked)
	for _, m := range amountRe.FindAllStringSubmatchIndex(masked, maxTargets) {
		t, doubt := amount(text, masked, m, (counting || len(out) > 0) && digit(rune(masked[m[0]])) || verb != nil && verb[0] < m[0])
		out = append(out, t...)
		if doubt != "" {
			doubts = append(doubts, doubt)
		}
	}
	return out, doubts
}

// share reads 85%, 百分之八十五, 三分之二 and 3-5%.
func share(s string, m []int) (v, high float64, ok bool) {
	group := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return s[m[2*i]:m[2*i+1]]
	}
	switch {
	case group(1) != "":
		v, ok = number(group(1))
	case group(2) != "":
		v, ok = number(group(2))
		high, _ = number(group(3))
	default:
		below, _ := number(group(4))
		above, good := number(group(5))
		if ok = good && below > 0; ok {
			v = math.Round(above/below*10000) / 100
		}
	}
	return v, high, ok
}

// direction reads the comparison around a number. ok is false if there is none.
func direction(before, after string) (Direction, bool) {
	switch {
	case notLess.MatchString(before):
		return AtLeast, true
	case notMore.MatchString(before):
		return AtMost, true
	case moreEnd.MatchString(before), aboveStart.MatchString(after):
		return AtLeast, true
	case lessEnd.MatchString(before), belowStart.MatchString(after):
		return AtMost, true
	}
	return Exactly, false
}

// compares reports whether what stands before a number compares it.
func compares(before string) bool {
	return notLess.MatchString(before) || moreEnd.MatchString(before)
}

// amount reads one number with its unit, as one target, as two if it is a
// range, or as none.
func amount(text, masked string, m []int, counting bool) (out []Target, doubt string) {
	before, after := masked[max(0, m[0]-near):m[0]], masked[m[1]:min(len(masked), m[1]+near)]
	written, unit := masked[m[2]:m[3]], masked[m[6]:m[7]]
	v, ok := number(written)
	r := lastRune(before)
	if !ok || never[unit] && !(unit == "日" && strings.HasPrefix(after, "内")) || strings.ContainsRune("第每前近逐同某另任唯统单.-—/", r) && r != 0 || latin(r) || unit == "个" && strings.HasPrefix(after, "月") {
		return nil, ""
	}
	arabic := digit(first(written))
	d, comparison := direction(before, after)
	if strings.HasPrefix(after, "内") && (compared[unit] || unit == "日") && !comparison {
		d, comparison = AtMost, true
	}
	clause := around(text, m[0], m[1])
	switch {
	case !arabic && strings.ContainsRune("十百千万亿", first(written)) && (v > 99 || written == "十" && !comparison):
		return nil, "" // 千家万户
	case comparison && !arabic && v <= 1 && aboveStart.MatchString(after) && !compares(before):
		return nil, ""
	case comparison && aboveStart.MatchString(after) && describes(after) && !compares(before):
		return nil, "“" + excerpt(clause, 20) + "”里的数字像是范围说明，没有作为指标。"
	case comparison:
	case phrase.MatchString(after) || !arabic && v <= 1 || compared[unit]:
		return nil, ""
	case !counting:
		if arabic {
			doubt = "“" + excerpt(clause, 20) + "”里的数字没有作为指标，请核对。"
		}
		return nil, doubt
	}
	if m[4] >= 0 {
		if high, ok := number(masked[m[4]:m[5]]); ok && high > v {
			return []Target{{clause, v, unit, AtLeast}, {clause, high, unit, AtMost}}, ""
		}
	}
	return []Target{{clause, v, unit, d}}, ""
}

// describes reports whether 以上 goes on to say whom or what it is about.
func describes(after string) bool {
	rest := aboveStart.ReplaceAllString(after, "")
	return strings.HasPrefix(rest, "的") || rest != "" && strings.ContainsAny(rest, "应要须")
}
