package ledger

import (
	"regexp"
	"strings"
)

// findGroups finds every statement of who answers in the text of a measure:
// in parentheses, behind a label, or as a sentence that is a list of bodies.
//
// doubts are parentheses that seem to say so and could not be read.
func findGroups(text string, year int) (out []group, doubts []string) {
	from := 0
	for _, p := range parentheses(text) {
		if p.open < from || p.height > 3 || p.close-p.open > 3*maxGroup {
			continue
		}
		inner := text[p.open+len("（") : p.close]
		if !isGroup(inner) || !p.closed && labelAt.FindString(inner) == "" || !belongs(text, p) {
			if p.closed && len(inner) < 600 && roleEnd.MatchString(inner) {
				doubts = append(doubts, "“"+excerpt(inner, 30)+"”像是责任单位，没有读懂。")
			}
			continue
		}
		out = append(out, bareGroups(text, from, p.open, year)...)
		g := parseGroup(inner, year)
		if g.from, g.to = p.open, p.close; p.closed {
			g.to += len("）")
		} else {
			g.doubts = append(g.doubts, "括号没有闭合。")
		}
		out = append(out, g)
		from = g.to
	}
	out = append(out, bareGroups(text, from, len(text), year)...)
	return merge(out, text), doubts
}

// parenthesis is one pair, or an opening whose sentence ends before it closes.
type parenthesis struct {
	open, close int // offsets of the two signs, or of the sentence's end
	closed      bool
	height      int // how deep others are nested in it, with itself
}

// parentheses finds all of them in the order in which they open.
func parentheses(text string) []parenthesis {
	var out []parenthesis
	var stack []int
	for i, r := range text {
		switch r {
		case '（':
			stack = append(stack, len(out))
			out = append(out, parenthesis{open: i, height: 1})
		case '）':
			if n := len(stack) - 1; n >= 0 {
				p := &out[stack[n]]
				p.close, p.closed = i, true
				if n > 0 {
					outer := &out[stack[n-1]]
					outer.height = max(outer.height, p.height+1)
				}
				stack = stack[:n]
			}
		}
	}
	for _, i := range stack {
		p := &out[i]
		rest := text[p.open:min(len(text), p.open+3*maxGroup)]
		if labelAt.FindString(strings.TrimPrefix(rest, "（")) == "" {
			p.close = len(text) + 9*maxGroup // nothing that could be read
			continue
		}
		if p.close = p.open + len(rest); strings.ContainsAny(rest, "。\n") {
			p.close = p.open + strings.IndexAny(rest, "。\n")
		}
		for p.close < len(text) && text[p.close]&0xc0 == 0x80 {
			p.close++
		}
	}
	return out
}

// belongs reports whether a parenthesis is a statement of its own and no part
// of a name: it has a label or a role, or stands at the end of a sentence.
func belongs(text string, p parenthesis) bool {
	inner := text[p.open+len("（") : p.close]
	if labelAt.MatchString(inner) || roleEnd.MatchString(strings.TrimRight(inner, "。；")) {
		return true
	}
	start := strings.LastIndexAny(text[:p.open], "。；\n") + 1
	if p.open-start < 3*maxGroup && strings.Contains(text[start:p.open], "单位：") {
		return false
	}
	after := first(text[min(len(text), p.close+len("）")):])
	return strings.ContainsRune("。；！\n", lastRune(text[:p.open])) || strings.ContainsRune("。；\n", after) || p.close+len("）") >= len(text)
}

var sentenceRe = regexp.MustCompile(`[^。；！？\n]+[。；！？\n]?`)

// bareGroups finds groups that stand without parentheses between two offsets.
func bareGroups(text string, from, to, year int) []group {
	var out []group
	labelled := false
	for _, at := range sentenceRe.FindAllStringIndex(text[from:to], -1) {
		s := strings.TrimRight(strings.TrimSpace(text[from+at[0]:from+at[1]]), "。；！？")
		s = strings.TrimLeft(s, "。；，）")
		isLabel := labelLine.MatchString(s) && len(s) <= 3*maxGroup
		// after "牵头单位：A；" the list may go on without a label
		if isLabel || len(s) <= 3*maxGroup && (roleEnd.MatchString(s) || labelled || surelyUnit(lastName(s)) && strings.Contains(s, "、")) && isRoll(s) {
			g := parseGroup(s+"。", year)
			g.from, g.to = from+at[0], from+at[1]
			out = append(out, g)
			labelled = isLabel
			continue
		}
		labelled = false
	}
	return out
}

func lastName(s string) string {
	if i := strings.LastIndex(s, "、"); i >= 0 {
		return s[i+len("、"):]
	}
	return s
}

// merge joins groups with nothing between them: 牵头单位：A。配合单位：B。
func merge(gs []group, text string) []group {
	var out []group
	for _, g := range gs {
		if n := len(out) - 1; n >= 0 && strings.Trim(text[out[n].to:g.from], "。；，、 \n") == "" {
			last := &out[n]
			last.to = g.to
			for _, u := range g.units {
				last.put(u)
			}
			last.openEnded = last.openEnded || g.openEnded
			last.day = max(last.day, g.day)
			last.doubts = append(last.doubts, g.doubts...)
			last.firstLeads, last.onward = last.firstLeads || g.firstLeads, last.onward || g.onward
			continue
		}
		out = append(out, g)
	}
	return out
}

func (g *group) put(u Unit) {
	for i := range g.units {
		if g.units[i].Name == u.Name {
			g.units[i].Lead = g.units[i].Lead || u.Lead
			return
		}
	}
	g.units = append(g.units, u)
}
