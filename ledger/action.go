package ledger

import (
	"slices"
	"strings"
)

// measure reads one leaf.
func (r *reader) measure(l *leaf, ref string) Measure {
	m := Measure{Ref: ref, Section: r.section(l.node), Heading: l.head, Kind: l.kind, Text: flat(l.text)}
	for i, st := range r.stretches(l) {
		a := Action{Text: flat(st.text)}
		if st.group != nil {
			a.Units, a.OpenEnded, a.Deadline = st.group.units, st.group.openEnded, st.group.day
			for _, d := range st.group.doubts {
				r.warn(l.node, d, d)
			}
		}
		dues := deadlines(a.Text, r.year)
		day, doubts := latest(dues, a.Text)
		if a.Deadline == "" {
			a.Deadline = day
		} else {
			doubts = nil
		}
		found, unsure := targets(a.Text, dues)
		if i == 0 && l.head != l.text {
			r.fromHeading(&a, l, &found)
		}
		a.Targets = found
		for _, d := range append(doubts, unsure...) {
			r.warn(l.node, a.Text, d)
		}
		if st.group == nil {
			r.unassigned = true
			if len(l.groups) > 0 {
				r.warn(l.node, a.Text, "这一段没有读到责任单位。")
			}
		}
		m.Actions = append(m.Actions, a)
	}
	m.Force = measureForce(m)
	return m
}

// maxTargets keeps a text of nothing but numbers from becoming a book.
const maxTargets = 100

// fromHeading adds a deadline and targets that stand in the heading itself.
func (r *reader) fromHeading(a *Action, l *leaf, found *[]Target) {
	dues := deadlines(l.head, r.year)
	if day, _ := latest(dues, l.head); a.Deadline == "" {
		a.Deadline = day
	}
	t, _ := targets(l.head, dues)
	for _, one := range t {
		if !slices.ContainsFunc(*found, func(o Target) bool {
			return o.Value == one.Value && o.Unit == one.Unit && o.Direction == one.Direction
		}) {
			*found = append(*found, one)
		}
	}
}

func measureForce(m Measure) Force {
	best := Force("")
	for _, a := range m.Actions {
		if f := force(a.Text); strength(f) > strength(best) {
			best = f
		}
	}
	if best == "" {
		return force(m.Heading)
	}
	return best
}

// flat is a text in one line.
func flat(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\n", "")) }

// stretch is a piece of a measure and the group that answers for it.
type stretch struct {
	text  string
	group *group
}

// stretches cuts a measure at its groups. A group ends what it answers for;
// only where the first stands right after the heading and text follows the
// last, they stand before it.
func (r *reader) stretches(l *leaf) []stretch {
	leads := r.onward >= 0 && l.off > r.onward
	for i := range l.groups {
		g := &l.groups[i]
		marked := slices.ContainsFunc(g.units, func(u Unit) bool { return u.Lead })
		if (leads || g.firstLeads) && !marked && len(g.units) > 0 {
			g.units[0].Lead = true
		}
		leads = leads || g.onward
	}
	if len(l.groups) == 0 {
		return []stretch{{text: l.text}}
	}
	var out []stretch
	between := func(i int) string { // the text before group i
		from, to := 0, len(l.text)
		if i > 0 {
			from = l.groups[i-1].to
		}
		if i < len(l.groups) {
			to = l.groups[i].from
		}
		return strings.Trim(l.text[from:to], " \n")
	}
	n := len(l.groups)
	if empty(between(0)) && !empty(between(n)) {
		for i := range l.groups {
			out = append(out, stretch{trimStart(between(i + 1)), &l.groups[i]})
		}
		return out
	}
	for i := range l.groups {
		text := trimStart(between(i))
		if text == "" && i == 0 {
			text = l.head
		}
		out = append(out, stretch{text, &l.groups[i]})
	}
	if rest := trimStart(between(n)); !empty(rest) {
		out = append(out, stretch{text: rest})
	}
	return out
}

func empty(s string) bool { return strings.Trim(s, "。，；、：） \n") == "" }

// trimStart takes the sign off that ended the group before.
func trimStart(s string) string { return strings.TrimLeft(s, "。，；、） \n") }

// section is the heading above a node, with its number.
func (r *reader) section(nd *node) string {
	if nd.parent == nil || nd.parent.rank == rankRoot {
		return ""
	}
	head, _ := heading(nd.parent.intro(r.s), 60)
	return nd.parent.mark() + flat(head)
}

// warn names the place of some words of a node.
func (r *reader) warn(nd *node, words, text string) {
	off := nd.off
	if i := strings.Index(r.s.text[nd.body:nd.stop], prefix(words, 24)); i >= 0 {
		off = nd.body + i
	}
	r.p.warn(r.s.place(off), "%s", text)
}

func prefix(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}

// refs names every leaf. A number that runs on through the document is enough;
// one that begins anew in each section gets that of the section, and where this
// is not unique either, those of all sections above.
func (r *reader) refs() []string {
	again := r.restarts()
	refs := make([]string, len(r.leaves))
	seen := map[string]int{}
	for i, l := range r.leaves {
		refs[i] = shortRef(l.node, again[l.rank])
		seen[refs[i]]++
	}
	used := map[string]int{}
	for i, l := range r.leaves {
		if seen[refs[i]] > 1 {
			refs[i] = longRef(l.node)
		}
		if ref := unused(used, refs[i]); ref != refs[i] {
			r.p.warn(r.s.place(l.off), "编号重复，引用改为%s。", ref)
			refs[i] = ref
		}
	}
	return refs
}

// unused marks a reference as used, with a mark and a count if it was already.
func unused(used map[string]int, ref string) string {
	was := ref
	for used[ref] > 0 {
		used[was]++
		ref = was + "′" + itoa(used[was])
	}
	used[ref]++
	return ref
}

// restarts tells for each rank whether any number of it stands twice, in a
// measure or as the heading of measures.
func (r *reader) restarts() map[int]bool {
	again := map[int]bool{}
	type numbered struct{ rank, n int }
	owner := map[numbered]*node{}
	for _, l := range r.leaves {
		for nd := l.node; nd.rank != rankRoot; nd = nd.parent {
			k := numbered{nd.rank, nd.n}
			if o := owner[k]; o != nil && o != nd {
				again[nd.rank] = true
			}
			owner[k] = nd
		}
	}
	return again
}

func shortRef(nd *node, again bool) string {
	up := nd.parent
	switch {
	case nd.rank >= rankItem && (!again || up.rank == rankRoot):
		return itoa(nd.n)
	case nd.rank >= rankItem && up.rank == rankGroup:
		return itoa(up.n) + "." + itoa(nd.n)
	case nd.rank >= rankItem:
		return chineseOrdinal(up.n) + "." + itoa(nd.n)
	case nd.rank == rankGroup && up.rank == rankRoot:
		return itoa(nd.n)
	case nd.rank == rankGroup && !again && distinctParents(nd):
		return itoa(nd.n)
	case nd.rank == rankGroup:
		return chineseOrdinal(up.n) + "(" + chineseOrdinal(nd.n) + ")"
	}
	return chineseOrdinal(nd.n)
}

// distinctParents reports whether the numbering of a group runs on from another
// chapter, so that its number is enough.
func distinctParents(nd *node) bool {
	tops := nd.parent.parent
	with := 0
	for _, k := range tops.kids {
		if len(k.kids) > 0 && k.kids[0].rank == nd.rank {
			with++
		}
	}
	return with > 1
}

func longRef(nd *node) string {
	ref := ""
	for ; nd.rank != rankRoot; nd = nd.parent {
		part := itoa(nd.n)
		switch nd.rank {
		case rankChapter, rankTop:
			part = chineseOrdinal(nd.n)
		case rankGroup:
			part = "(" + chineseOrdinal(nd.n) + ")"
		}
		ref = part + ref
		if nd.parent.rank == rankRoot && nd.part > 0 {
			ref = itoa(nd.part+1) + "-" + ref
		}
	}
	return ref
}
