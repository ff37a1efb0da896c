package ledger

import (
	"context"
	"regexp"
	"strings"
)

// Headings that tell what stands under them.
var (
	goalHead  = regexp.MustCompile(`^(?:总体要求|总体目标|工作目标|主要目标|目标要求|发展目标|行动目标|目标任务|任务目标|目标|指导思想|基本原则|工作原则|总体思路|工作思路|基本思路|总体考虑|工作要求和目标|起草背景|编制背景|背景)(?:和.{2,8})?$`)
	aimHead   = regexp.MustCompile(`目标`)
	plainHead = regexp.MustCompile(`^(?:指导思想|基本原则|工作原则|总体思路|工作思路|基本思路|起草背景|编制背景|背景)$`)
	guardHead = regexp.MustCompile(`^(?:(?:强化|加强|完善|健全|落实|切实|做好|有关|相关|其他|实施|工作|推进|政策|组织)*(?:保障措施|组织保障|组织实施|组织领导|实施保障|工作保障|保障机制|工作要求|有关要求|相关要求|推进机制|落实机制|推进措施|实施要求|组织推进|工作机制|统筹协调|督促落实|监督检查|保障|要求))$`)
	annexText = regexp.MustCompile(`自(?:发布|印发|公布|\d{4}年).{0,12}起(?:施行|实施|执行)|有效期`)
	runInHead = regexp.MustCompile(`^(总体要求|总体目标|工作目标|主要目标|目标要求|指导思想)(?:到|至|以|按|20|二〇|力争|通过|坚持|为|全面|深入|围绕|紧紧|通过)`)
	knownHead = regexp.MustCompile(`^(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|\d{1,2}[.、])(?:总体要求|总体目标|工作目标|主要目标|指导思想|基本原则|工作原则|重点任务|主要任务|工作任务|重点工作|主要措施|工作措施|保障措施|组织保障|组织实施|实施保障|工作要求|有关要求)$`)
)

func headingOnly(s string) bool { return knownHead.MatchString(s) }

// heading divides the text of an item into its heading and the rest. The
// heading is a first line of its own, or a short first sentence with more behind
// it; a text of one short sentence is both.
func heading(text string, most int) (head, rest string) {
	cut := -1
	if m := runInHead.FindStringSubmatch(text); m != nil {
		return m[1], strings.TrimPrefix(text, m[1])
	}
	for i, r := range text {
		if r == '\n' || r == '。' || r == '：' && i < 3*25 {
			cut = i
			break
		}
		if r == '（' && isGroupAt(text, i) {
			cut = i
			break
		}
		if i > 3*most {
			return "", text
		}
	}
	if cut < 0 || runes(text[:cut]) > most {
		if cut < 0 && runes(text) <= most {
			return text, text
		}
		return "", text
	}
	head = strings.TrimSpace(text[:cut])
	rest = strings.TrimLeft(text[cut:], "。：\n ")
	if rest == "" {
		return head, text
	}
	return head, rest
}

func isGroupAt(text string, open int) bool {
	end := strings.Index(text[open:min(len(text), open+3*maxGroup)], "）")
	inner := strings.TrimPrefix(text[open:], "（")
	if end > 0 {
		inner = text[open+len("（") : open+end]
	}
	return labelAt.MatchString(inner) || end > 0 && isGroup(inner)
}

// reader turns the tree of headings into goals and measures.
type reader struct {
	p          *Policy
	s          *stream
	year       int // of issue; 0 if unknown
	onward     int // offset from which the first unit of each group leads; -1 for none
	leaves     []*leaf
	unassigned bool
}

// leaf is a node that is a measure.
type leaf struct {
	*node
	head, text string
	kind       Kind
	groups     []group
}

// measures reads all measures below the root.
func (r *reader) measures(ctx context.Context, root *node) error {
	r.findLeadRule()
	for _, top := range r.tops(root) {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.walk(top, Task)
	}
	refs := r.refs()
	for i, l := range r.leaves {
		if i%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r.p.Measures = append(r.p.Measures, r.measure(l, refs[i]))
	}
	return nil
}

// tops are the headings at the top. What stands before the first of the highest
// rank was something else, such as a list of attachments.
func (r *reader) tops(root *node) []*node {
	best := rankPoint
	for _, k := range root.kids {
		best = min(best, k.rank)
	}
	for i, k := range root.kids {
		if k.rank == best {
			return root.kids[i:]
		}
		r.p.warn(r.s.place(k.off), "这个编号在第一章之前，没有作为措施。")
	}
	return nil
}

var onwardWords = regexp.MustCompile(`下同|以下|均|各项|各条`)

func (r *reader) findLeadRule() {
	r.onward = -1
	if at := leadRule.FindStringIndex(r.s.text); at != nil {
		near := r.s.text[max(0, at[0]-90):min(len(r.s.text), at[1]+30)]
		if onwardWords.MatchString(strings.ToValidUTF8(near, "")) {
			r.onward = at[0]
		}
	}
}

// walk collects the leaves below a node, and the goals.
func (r *reader) walk(nd *node, kind Kind) {
	intro := nd.intro(r.s)
	head, rest := heading(intro, 60)
	title := strings.TrimSpace(head)
	if nd.rank <= rankTop || nd.parent.rank == rankRoot {
		kind = Task
		if guardHead.MatchString(title) {
			kind = Safeguard
		}
	}
	if goalHead.MatchString(title) && !strings.Contains(nd.text(r.s), "单位：") {
		r.goals(nd, title)
		return
	}
	if len(nd.kids) > 0 && !r.collapses(nd, intro) {
		if r.rollOf(rest) && head != rest {
			r.p.warn(r.s.place(nd.off), "标题下直接写了责任单位，没有分到下面各条。")
		}
		for _, k := range nd.kids {
			r.walk(k, kind)
		}
		return
	}
	r.leaf(nd, kind)
}

func (r *reader) rollOf(text string) bool {
	gs, _ := findGroups(text, r.year)
	return len(gs) > 0
}

// collapses reports whether the numbered items below a node are one list within
// a measure rather than measures: the units stand once, before or after them.
func (r *reader) collapses(nd *node, intro string) bool {
	kids := nd.kids
	for _, k := range kids {
		if len(k.kids) > 0 {
			return false
		}
	}
	last := len(kids) - 1
	for _, k := range kids[:last] {
		if r.rollOf(k.text(r.s)) {
			return false
		}
	}
	if r.rollOf(intro) {
		return !r.rollOf(kids[last].text(r.s))
	}
	if nd.rank < rankGroup || last < 1 {
		return false
	}
	if text := kids[last].text(r.s); r.onItsOwn(text) {
		r.p.warn(r.s.place(nd.off), "责任单位只在这一组的最后单独写了一次，整组按一条读。")
		return true
	}
	for _, k := range kids[:last] {
		if t := k.text(r.s); !strings.HasSuffix(t, "；") && !strings.HasSuffix(t, "，") {
			return false
		}
	}
	return true
}

// onItsOwn reports whether the only group of a text is a last paragraph of its own.
func (r *reader) onItsOwn(text string) bool {
	gs, _ := findGroups(text, r.year)
	return len(gs) == 1 && empty(text[gs[0].to:]) && gs[0].from > 0 && strings.HasSuffix(strings.TrimRight(text[:gs[0].from], " "), "\n")
}

func (r *reader) leaf(nd *node, kind Kind) {
	text := strings.ReplaceAll(nd.text(r.s), "\n\n", "\n")
	if strings.Trim(text, "。：\n ") == "" {
		return
	}
	l := &leaf{node: nd, kind: kind}
	l.head, l.text = heading(text, 45)
	var doubts []string
	l.groups, doubts = findGroups(l.text, r.year)
	for _, d := range doubts {
		r.p.warn(r.s.place(nd.off), "%s", d)
	}
	if nd.rank <= rankTop && len(l.groups) == 0 {
		switch {
		case l.head == l.text: // a heading whose text is a table, or missing
			return
		case annexText.MatchString(text) && runes(text) < 120:
			r.p.warn(r.s.place(nd.off), "附则没有作为措施。")
			return
		}
	}
	r.leaves = append(r.leaves, l)
}

// goals reads what a chapter of aims is to reach by when: a goal begins with its
// day and goes on to the next one.
func (r *reader) goals(nd *node, title string) {
	if len(nd.kids) > 0 {
		for _, k := range nd.kids {
			head, _ := heading(k.intro(r.s), 60)
			if !plainHead.MatchString(head) {
				r.goals(k, head)
			}
		}
		return
	}
	for _, para := range strings.Split(nd.text(r.s), "\n") {
		dues := deadlines(para, r.year)
		for i, d := range dues {
			end := len(para)
			if i+1 < len(dues) {
				end = dues[i+1].from
			}
			if d.doubt != "" {
				r.p.warn(r.s.place(nd.off), "目标的期限“%s”：%s。", para[d.from:d.to], d.doubt)
			}
			if text := strings.Trim(para[d.from:end], " "); runes(text) > runes(para[d.from:d.to])+4 {
				r.p.Goals = append(r.p.Goals, Goal{text, d.day})
			}
		}
		if len(dues) == 0 && aimHead.MatchString(title) && runes(para) > runes(title)+6 {
			r.p.Goals = append(r.p.Goals, Goal{Text: strings.TrimSpace(para)})
		}
	}
}
