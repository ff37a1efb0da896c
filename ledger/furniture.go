package ledger

import (
	"regexp"
	"strings"
)

// What stands on a page and is no part of the document. All patterns are for
// folded lines.
var (
	pageMark  = regexp.MustCompile(`^(?:[-—–―－·~•]+\d{1,4}[-—–―－·~•]+|第\d{1,4}页(?:[，/]?共\d{1,4}页)?|\d{1,4}/\d{1,4})$`)
	bareMark  = regexp.MustCompile(`^\d{1,4}$`)
	address   = regexp.MustCompile(`^(?:(?:https?|file)[：:]/{2,3}|www\.)\S*(?: ?\d{1,4}/\d{1,4})?$`)
	printHead = regexp.MustCompile(`^(?:\d{4}/\d{1,2}/\d{1,2}|\d{1,2}/\d{1,2}/\d{2,4})，? ?(?:上午|下午)?\d{1,2}:\d{2}(?::\d{2})?`) // what browsers print above a page
	endURL    = regexp.MustCompile(`(?:(?:https?|file)[：:]/{2,3}|www\.)[\x21-\x7e]+$`)
	// A banner says that the rest of the text is elsewhere.
	banner  = regexp.MustCompile(`预览已?结束|试读已?结束|(?:剩余|余下|其余|还有)(?:全文|部分|内容|\d+页)?(?:未读|未展示|内容请|请(?:下载|购买|登录))|完整(?:报告|版|内容|文档)(?:链接|请|需|可)|(?:购买|付费|开通会员|登录)后(?:可)?(?:查看|阅读|下载)(?:全文|完整|余下|剩余)|未完(?:待续|，)`)
	clutter = regexp.MustCompile(`^(?:[【\[]?(?:打印(?:本页|此页|文章)?|关闭(?:窗口|本页|页面)?|收藏(?:本页)?|分享(?:到)?：?|返回(?:顶部|首页|列表)?|首页|(?:字体|字号)：?|大|中|小|微信|微博|扫一扫.{0,20}|下载(?:全文|文件|附件)?|[|>»]|A[+-]?)[】\]]?)+$` +
		`|^(?:浏览次数|阅读次数|点击数?|访问量|责任编辑|编辑|来源|信息来源|上一篇|下一篇|当前位置|您(?:当前|现在)?(?:所在)?的?位置|版权所有|网站标识码|技术支持|主办单位|承办单位|联系我们|网站地图)[：|].{0,60}$|ICP备|公网安备`)
)

// strip takes the furniture off the lines of a source and notes a banner.
func (s *source) strip() {
	numbered := s.pageNumbers()
	repeated := s.runningHeads(numbered)
	kept := s.lines[:0]
	for i, l := range s.lines {
		switch {
		case numbered[i] || pageMark.MatchString(l.text) || repeated[l.text] && s.besidePage(i, numbered):
			continue
		case address.MatchString(l.text), runes(l.text) <= 80 && printHead.MatchString(l.text), runes(l.text) <= 80 && clutter.MatchString(l.text):
			continue
		}
		if at := banner.FindStringIndex(l.text); at != nil && (at[0] == 0 || runes(l.text[at[0]:]) <= 120) {
			s.truncated, s.banner = true, append(s.banner, l)
			l.text = l.text[:at[0]]
		}
		l.text = endURL.ReplaceAllString(l.text, "")
		if l.text = strings.TrimSpace(l.text); l.text != "" {
			kept = append(kept, l)
		}
	}
	s.lines = kept
}

// pageNumbers finds lines of digits alone that count pages: beside a form feed,
// or at least two that count up by one.
func (s *source) pageNumbers() map[int]bool {
	found := map[int]bool{}
	before, n := -1, -1
	for i, l := range s.lines {
		if !bareMark.MatchString(l.text) {
			continue
		}
		v := smallInt(l.text)
		if l.page || i+1 < len(s.lines) && s.lines[i+1].page {
			found[i] = true
		}
		if before >= 0 && v == n+1 {
			found[before], found[i] = true, true
		}
		before, n = i, v
	}
	return found
}

// runningHeads finds short lines that stand three times or more.
func (s *source) runningHeads(skip map[int]bool) map[string]bool {
	count := map[string]int{}
	for i, l := range s.lines {
		if !skip[i] && runes(l.text) <= 30 && !leadMark.MatchString(l.text) && !labelLine.MatchString(l.text) && !ends(l.text) {
			count[l.text]++
		}
	}
	heads := map[string]bool{}
	for t, n := range count {
		if n >= 3 {
			heads[t] = true
		}
	}
	return heads
}

// besidePage reports whether line i stands next to a page number or page break.
func (s *source) besidePage(i int, numbered map[int]bool) bool {
	at := func(j int) bool {
		return j >= 0 && j < len(s.lines) && (numbered[j] || pageMark.MatchString(s.lines[j].text))
	}
	return s.lines[i].page || at(i-1) || at(i+1) || i+1 < len(s.lines) && s.lines[i+1].page
}
