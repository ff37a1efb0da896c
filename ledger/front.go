package ledger

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Facts about the document stand before its first heading and after its last
// sentence. All patterns are for folded lines.
const (
	yearRe  = `((?:19|20)\d{2}|[一二三四五六七八九〇零○]{4})`
	partRe  = `(\d{1,2}|[一二三四五六七八九十]{1,3})`
	dateRe  = yearRe + `年` + partRe + `月` + partRe + `日`
	planRe  = `(?:方案|计划|意见|办法|措施|规划|清单|要点|细则|规定|通知|行动|纲要|分工|分工表|台账|责任书|公告|通告|[一二三四五六七八九十]条)`
	draftRe = `（?(?:公开)?(?:征求意见(?:稿|函)?|草案|讨论稿|送审稿)）?`
)

var (
	codeRe    = regexp.MustCompile(`(\p{Han}{1,24})[〔\[【（]((?:19|20)\d{2})[〕\]】）](?:第)?(\d{1,4})号`)
	codeHead  = regexp.MustCompile(`^.*(?:文件|文号|字号|编号|通知|意见|公告|函)：?`)
	codeStart = regexp.MustCompile(`[国京津冀晋蒙内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔贵云藏陕秦甘陇青宁新兵][^厅]{1,8}$`)
	dateLine  = regexp.MustCompile(`^(.{0,60}?)` + dateRe + `$`)
	dateIn    = regexp.MustCompile(`([\p{Han}、]{4,60}(?:厅|府|委|局|部|会|办公室|院))` + dateRe + `(?:（此件|印发|$|[^前底起至，。、])`)
	printLine = regexp.MustCompile(dateRe + `印发$`)
	factDate  = regexp.MustCompile(`(?:成文日期|发文日期|印发日期)：?(?:` + dateRe + `|(\d{4})[-/.](\d{1,2})[-/.](\d{1,2}))`)
	factBody  = regexp.MustCompile(`(?:发文机关|发文机构|发布机构|制发机关)：?(\p{Han}{4,30})`)
	tailLine  = regexp.MustCompile(`^(?:附件|附表|附：|抄送|抄报|主题词|信息公开(?:选项|类别|形式)|政策解读|相关(?:文章|链接|文件|阅读)|（此件.{0,12}公开)`)
	tailIn    = regexp.MustCompile(`[。）；](抄送：|附件：|（此件.{0,12}公开)`)

	titleQuoted = []*regexp.Regexp{
		regexp.MustCompile(`《([^《》]{4,80}?)》(?:（[^（）]{1,20}）)?(?:已经|业经|已|印发)`),
		regexp.MustCompile(`(?:现将|现就|征求)《([^《》]{4,80}?)》`),
		regexp.MustCompile(`关于印发《?([^《》]{4,80}?)》?的通知`),
	}
	titleLine  = regexp.MustCompile(planRe + `(?:` + draftRe + `|（[^（）]{2,12}）)?$`)
	titleStart = regexp.MustCompile(`^([^。；，：]{4,80}?` + planRe + `(?:` + draftRe + `)?)(?:为|一、|（一）|第一章|根据|各[市县区])`)
	draftEnd   = regexp.MustCompile(draftRe + `$`)
	draftIn    = regexp.MustCompile(`（` + `(?:公开)?征求意见(?:稿|函)?|（草案|（讨论稿|（送审稿|征求意见稿|公开征求.{0,40}意见`)
)

// tail finds where the document's text ends and what follows it begins.
func (s *stream) tail() (off int, lines []line) {
	begun, last := -1, -1
	for i, l := range s.lines {
		if topMark.MatchString(l.text) {
			last = i
			if begun < 0 {
				begun = i
			}
		}
	}
	for i := last; i >= 0 && i < len(s.lines); i++ {
		if i == begun || i <= last && begun != last {
			continue
		}
		if s.endsBefore(i) {
			return s.starts[i], s.lines[i:]
		}
	}
	from := max(0, len(s.text)-6000)
	if m := tailIn.FindStringSubmatchIndex(s.text[from:]); m != nil && begun >= 0 && s.starts[begun] < from+m[2] || m != nil && begun < 0 {
		if !topIn.MatchString(s.text[from+m[2]:]) {
			return from + m[2], []line{{text: s.text[from+m[2]:]}}
		}
	}
	if m := dateIn.FindStringSubmatchIndex(s.text[from:]); m != nil && len(s.text)-from-m[1] < 60 {
		return from + m[2], []line{{text: s.text[from+m[2]:]}}
	}
	return len(s.text), nil
}

var (
	topMark = regexp.MustCompile(`^(?:第[一二三四五六七八九十]{1,3}章|[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|1[.、])`)
	topIn   = regexp.MustCompile(`[一二三四五六七八九十]、|（[一二三四五六七八九十]{1,3}）`)
)

// endsBefore reports whether the text is over before line i.
func (s *stream) endsBefore(i int) bool {
	l, before := s.lines[i].text, ends(s.lines[i-1].text)
	switch {
	case tailLine.MatchString(l):
		return before || len(s.lines)-i <= 12 && strings.HasPrefix(l, "抄送")
	case printLine.MatchString(l):
		return true
	case dateLine.MatchString(l):
		m := dateLine.FindStringSubmatch(l)
		return before && (m[1] == "" || unitLike(m[1]))
	}
	return before && i+1 < len(s.lines) && runes(l) <= 60 && dateLine.MatchString(s.lines[i+1].text) && unitLike(l)
}

// facts reads title, number, issuer, day and status from what stands around the
// headings.
func (p *Policy) facts(s *source, front string, tail []line) {
	lines := strings.FieldsFunc(front, func(r rune) bool { return r == paragraph || r == perhaps })
	var head []string
	for _, l := range s.lines { // as they stood, where the front has them whole
		if !strings.Contains(front, l.text) || len(head) >= 80 {
			break
		}
		head = append(head, l.text)
	}
	if len(head) < len(lines) || len(head) == 0 {
		head = append(head, lines...)
	}
	all := strings.Join(head, "")
	var after []string
	for _, l := range tail {
		after = append(after, l.text)
	}
	p.readNumber(append(slices.Clone(head), s.aside...))
	p.readSignature(head, after, s.aside)
	p.readTitle(s, head, all)
	p.Status = InForce
	if draftIn.MatchString(all) || draftEnd.MatchString(p.Title) || draftIn.MatchString(s.title) {
		p.Status = Draft
	}
	p.Title = draftEnd.ReplaceAllString(p.Title, "")
	for _, f := range []struct{ value, say string }{
		{p.Title, "没有读到标题。"}, {p.Number, "没有读到文号。"}, {p.Issuer, "没有读到发文机关。"}, {p.IssuedOn, "没有读到成文日期。"},
	} {
		if f.value == "" && (p.Status == InForce || f.say == "没有读到标题。") {
			p.warn("文首", "%s", f.say)
		}
	}
}

func (p *Policy) readNumber(lines []string) {
	for _, l := range lines {
		for _, m := range codeRe.FindAllStringSubmatchIndex(l, -1) {
			if r := lastRune(l[:m[0]]); r == '（' || r == '《' || strings.LastIndex(l[:m[0]], "（") > strings.LastIndex(l[:m[0]], "）") {
				continue // the number of a document that is cited
			}
			code := codeHead.ReplaceAllString(l[m[2]:m[3]], "")
			if runes(code) > 8 || strings.ContainsAny(code, "厅") {
				code = codeStart.FindString(code)
			}
			if code != "" {
				p.Number = fmt.Sprintf("%s〔%s〕%s号", code, l[m[4]:m[5]], l[m[6]:m[7]])
				return
			}
		}
	}
}

// readSignature finds the body that issued the document and the day: the last
// lines of a letter, before the plan or after it.
func (p *Policy) readSignature(head, tail, aside []string) {
	for _, lines := range [][]string{head, tail} {
		for i, l := range lines {
			m := dateLine.FindStringSubmatch(l)
			if m == nil || p.IssuedOn != "" {
				continue
			}
			day, ok := date(m[2], m[3], m[4])
			signed := m[1]
			if signed == "" {
				signed = signers(lines[:i])
			}
			if ok && (signed == "" || unitLike(strings.TrimRight(signed, "、"))) {
				p.IssuedOn, p.Issuer = day, signed
			}
		}
		if m := dateIn.FindStringSubmatch(strings.Join(lines, "\n")); m != nil && p.IssuedOn == "" && !strings.Contains(m[0], "印发") {
			p.IssuedOn, _ = date(m[2], m[3], m[4])
			p.Issuer = m[1]
		}
	}
	for _, l := range append(slices.Clone(head), aside...) {
		if m := factDate.FindStringSubmatch(l); m != nil && p.IssuedOn == "" {
			p.IssuedOn, _ = date(m[1]+m[4], m[2]+m[5], m[3]+m[6])
		}
		if m := factBody.FindStringSubmatch(l); m != nil && p.Issuer == "" {
			p.Issuer = m[1]
		}
	}
	if p.Issuer == "" {
		p.Issuer = letterhead(head)
	}
}

// signers are the bodies on the lines right before a date.
func signers(lines []string) string {
	var out []string
	for i := len(lines) - 1; i >= 0 && len(out) < 8; i-- {
		if !unitLike(lines[i]) || strings.ContainsAny(lines[i], "。，：；《》") {
			break
		}
		out = append([]string{lines[i]}, out...)
	}
	return strings.Join(out, "、")
}

// letterhead is the body that a first line such as X文件 or X关于… names.
func letterhead(head []string) string {
	for _, l := range head[:min(len(head), 8)] {
		body, _, found := strings.Cut(l, "关于")
		if !found {
			body, found = strings.CutSuffix(l, "文件")
		}
		if found && unitLike(body) && runes(body) >= 4 {
			return body
		}
	}
	return ""
}

func (p *Policy) readTitle(s *source, head []string, all string) {
	for _, re := range titleQuoted {
		if m := re.FindStringSubmatch(all); m != nil {
			p.Title = m[1]
			return
		}
	}
	for i := range head {
		whole := ""
		for j := i; j < min(i+4, len(head)) && partOfTitle(head[j]); j++ {
			whole += head[j]
			if titleLine.MatchString(whole) && runes(whole) >= 6 && runes(whole) <= 80 {
				p.Title = whole
				if j+1 < len(head) && draftEnd.FindString(head[j+1]) == head[j+1] {
					p.Title += head[j+1]
				}
				return
			}
		}
	}
	if m := titleStart.FindStringSubmatch(all); m != nil {
		p.Title = m[1]
		return
	}
	if titleLine.MatchString(all) && runes(all) <= 80 {
		p.Title = all
		return
	}
	if titleLine.MatchString(s.title) {
		p.Title = s.title
	}
}

// partOfTitle reports whether a line of the front may belong to a title.
func partOfTitle(l string) bool {
	return runes(l) <= 45 && !ends(l) && !codeRe.MatchString(l) && !dateLine.MatchString(l) && !strings.HasSuffix(l, "文件") &&
		!strings.ContainsAny(l, "，。；：|") && !tailLine.MatchString(l) && (!unitLike(l) || strings.Contains(l, "关于")) && strings.ContainsFunc(l, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
