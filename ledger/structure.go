package ledger

import (
	"regexp"
	"strings"
	"unicode"
)

// The ranks of headings, as official documents nest them.
const (
	rankRoot    = -1
	rankChapter = 0 // 第一章
	rankTop     = 1 // 一、
	rankGroup   = 2 // （一）
	rankItem    = 3 // 1.
	rankPoint   = 4 // （1）, which is a heading only where the two first are missing
)

// node is a heading and what stands under it.
type node struct {
	rank, n   int
	off, body int // where its number begins and ends in the stream
	stop      int // where its text, with all that is under it, ends
	part      int // counts up when the numbering of the top begins anew
	parent    *node
	kids      []*node
}

// intro is the text of the node before its first child.
func (nd *node) intro(s *stream) string {
	end := nd.stop
	if len(nd.kids) > 0 {
		end = nd.kids[0].off
	}
	return s.clean(nd.body, end)
}

// text is the whole text under the node.
func (nd *node) text(s *stream) string { return s.clean(nd.body, nd.stop) }

// clean is the text of a stretch without the breaks that were none.
func (s *stream) clean(from, to int) string {
	return strings.TrimSpace(strings.ReplaceAll(s.text[from:max(from, to)], string(perhaps), ""))
}

// mark writes the number of the node as its rank does.
func (nd *node) mark() string {
	switch nd.rank {
	case rankChapter:
		return "第" + chineseOrdinal(nd.n) + "章"
	case rankTop:
		return chineseOrdinal(nd.n) + "、"
	case rankGroup:
		return "（" + chineseOrdinal(nd.n) + "）"
	}
	return itoa(nd.n) + "."
}

var markRe = regexp.MustCompile(`第([一二三四五六七八九十]{1,3})章|([一二三四五六七八九十]{1,3})[、.]|（([一二三四五六七八九十]{1,3})）[、.]?|(\d{1,2})[.、]|（(\d{1,2})）`)

// candidate is what looks like a heading's number.
type candidate struct {
	rank, n, off, end int
	line              bool // begins a line
	hard              bool // and the line before it had ended
}

// build reads the tree of headings up to the offset end.
func (s *stream) build(p *Policy, end int) *node {
	b := builder{s: s, p: p, root: &node{rank: rankRoot, stop: end}, last: map[int]int{}}
	b.stack = []*node{b.root}
	found := b.candidates(end)
	for _, c := range found {
		b.offer(c)
	}
	for len(b.stack) > 0 {
		b.pop(end)
	}
	return b.root
}

type builder struct {
	s     *stream
	p     *Policy
	root  *node
	stack []*node
	last  map[int]int // the last number of each rank
	part  int
	// attached is the end of the last line that lists attachments: what follows
	// it at once with a number is listed too.
	attached int
}

func (b *builder) candidates(end int) []candidate {
	text := b.s.text[:end]
	var out []candidate
	high := false
	for _, m := range markRe.FindAllStringSubmatchIndex(text, -1) {
		for rank := rankChapter; rank <= rankPoint; rank++ {
			if m[2+2*rank] < 0 {
				continue
			}
			c := candidate{rank: rank, n: smallInt(text[m[2+2*rank]:m[3+2*rank]]), off: m[0], end: m[1]}
			if b.plausible(text, &c) {
				high = high || rank <= rankGroup && (c.line || rank == rankTop)
				out = append(out, c)
			}
		}
	}
	kept := out[:0]
	for _, c := range out {
		if c.rank != rankPoint || !high {
			kept = append(kept, c)
		}
	}
	return kept
}

// plausible looks at what stands around a number.
func (b *builder) plausible(text string, c *candidate) bool {
	before := lastRune(text[:c.off])
	after := first(text[c.end:])
	c.hard = c.off == 0 || before == paragraph
	c.line = c.hard || before == perhaps
	if c.rank == rankItem && (digit(after) || digit(before) || before == '.' || latin(before)) {
		return false
	}
	if (c.rank == rankTop || c.rank == rankItem) && text[c.end-1] != '.' && strings.ContainsRune("一二三四五六七八九十", after) && strings.ContainsRune("级类等线期批次产档", second(text[c.end:])) {
		return false // 二、三级医院
	}
	return c.line || strings.ContainsRune("。；！？）”：，", before) || unicode.Is(unicode.Han, before)
}

func lastRune(s string) rune {
	r := rune(0)
	for i := len(s) - 1; i >= 0 && i >= len(s)-4; i-- {
		if s[i]&0xc0 != 0x80 {
			r = first(s[i:])
			break
		}
	}
	return r
}

func second(s string) rune {
	for i := range s {
		if i > 0 {
			return first(s[i:])
		}
	}
	return 0
}

// offer takes a candidate as a heading if its number is the one to come.
func (b *builder) offer(c candidate) {
	if b.inAttachments(c) {
		return
	}
	cur := b.at(c.rank)
	top := b.stack[len(b.stack)-1]
	next := cur == nil && (c.n == 1 || c.n == b.last[c.rank]+1) || cur != nil && c.n == cur.n+1
	switch {
	case next && (c.line || b.boundary(c, top)):
	case c.hard && cur != nil && c.n == 1:
		if c.rank != b.rootRank() {
			b.p.warn(b.s.place(c.off), "编号在这里重新从一开始，请核对层次。")
		} else {
			b.part++
			b.p.warn(b.s.place(c.off), "一级编号在这里重新从一开始，按另一部分读。")
		}
	case c.hard && c.n > 1 && b.gap(c, cur):
	default:
		return
	}
	for b.stack[len(b.stack)-1].rank >= c.rank {
		b.pop(c.off)
	}
	parent := b.stack[len(b.stack)-1]
	nd := &node{rank: c.rank, n: c.n, off: c.off, body: c.end, part: b.part, parent: parent}
	parent.kids = append(parent.kids, nd)
	b.stack = append(b.stack, nd)
	b.last[c.rank] = c.n
}

func (b *builder) pop(stop int) {
	last := len(b.stack) - 1
	b.stack[last].stop = stop
	b.stack = b.stack[:last]
}

func (b *builder) at(rank int) *node {
	for _, nd := range b.stack {
		if nd.rank == rank {
			return nd
		}
	}
	return nil
}

// rootRank is the rank of the headings at the top of this document.
func (b *builder) rootRank() int {
	if len(b.root.kids) == 0 {
		return rankRoot
	}
	return b.root.kids[0].rank
}

// boundary reports whether a number in mid-line stands where a heading may
// begin: after a sentence, or right after the heading above it.
func (b *builder) boundary(c candidate, top *node) bool {
	before := b.s.text[:c.off]
	if r := lastRune(before); strings.ContainsRune("。；！？）：", r) {
		return !strings.HasSuffix(before, "附件：")
	}
	if top.rank == rankRoot {
		return c.off < 6000 && titleLine.MatchString(prefixTail(before, 240))
	}
	if top.rank >= c.rank || c.off-top.body > 3*45 {
		return false
	}
	return !strings.ContainsAny(b.s.text[top.body:c.off], "。；：")
}

// prefixTail is the last line of what stands before, or its last n bytes.
func prefixTail(s string, n int) string {
	s = strings.ToValidUTF8(s[max(0, len(s)-n):], "")
	return s[strings.LastIndexAny(s, "\n\v")+1:]
}

// gap accepts a number at the beginning of a paragraph that leaves some out,
// and says so.
func (b *builder) gap(c candidate, cur *node) bool {
	from := b.last[c.rank]
	if cur != nil {
		from = cur.n
	}
	if c.n <= from || c.n > from+6 || from == 0 && len(b.root.kids) > 0 && c.rank <= b.rootRank() {
		return false
	}
	b.p.warn(b.s.place(c.off), "编号不连续：应当是%d，这里是%d。中间的内容可能缺失。", from+1, c.n)
	return true
}

// inAttachments reports whether the number belongs to a list such as 附件：1.…
func (b *builder) inAttachments(c candidate) bool {
	if c.rank != rankItem {
		return false
	}
	start := strings.LastIndexAny(b.s.text[max(0, c.off-200):c.off], "\n\v") + 1 + max(0, c.off-200)
	if start > c.off {
		start = c.off
	}
	lineEnd := c.end
	if i := strings.IndexAny(b.s.text[c.end:min(len(b.s.text), c.end+200)], "\n\v"); i >= 0 {
		lineEnd = c.end + i
	}
	attachment := strings.HasPrefix(b.s.text[start:], "附件") && c.off-start < 20
	listed := b.attached > 0 && start == b.attached+1 && c.n > 1 && !strings.ContainsAny(b.s.text[c.end:lineEnd], "。；")
	if attachment || listed {
		b.attached = lineEnd
		return true
	}
	return false
}
