package ledger

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// madePlan is a plan that a generator made up, with what reading it should give.
type madePlan struct {
	pieces []made // headings and measures in order
	want   string
}

// made is one heading or measure, written out.
type made struct{ text string }

var (
	someUnits  = []string{"省民政厅", "省卫生健康委", "省文化和旅游厅", "省工业和信息化厅", "人行云泽中心支行", "省残联", "省通信管理局", "云泽银保监局", "省总工会", "省委网信办", "团省委", "云泽铁路办事处"}
	localUnits = []string{"各市县政府", "各设区市政府", "各市、县（市、区）人民政府", "各县（市、区）政府"}
	mustDo     = []string{"把台阶修平", "各窗口应有人值守", "做好日常照看，有事能找到人", "不得拒收现金", "完善代办办法"}
	mayDo      = []string{"鼓励邻里互助", "引导企业改进手机软件", "支持社区开班"}
	tryDo      = []string{"探索夜间值守", "积极探索线上陪诊"}
	someDues   = []struct{ text, day string }{{"2024年底前", "2024-12-31"}, {"2025年3月底前", "2025-03-31"}, {"到2024年6月30日前", "2024-06-30"}, {"2025年上半年", "2025-06-30"}}
	someGoals  = []struct{ text, out string }{
		{"新增座椅300张", "{=300张}"}, {"覆盖率达到90%以上", "{>=90%}"}, {"等候不超过15分钟", "{<=15分钟}"}, {"每处至少保留一个人工窗口", "{>=1个}"},
		{"满意度不低于百分之八十五", "{>=85%}"}, {"建设服务站二十个", "{=20个}"},
	}
	headWords = []string{"看病", "出门", "办事", "消费", "学习", "文体", "养老", "应急", "居家", "通信"}
)

func pick[T any](t *rapid.T, s []T, what string) T {
	return s[rapid.IntRange(0, len(s)-1).Draw(t, what)]
}

// makePlan makes up a plan of two or three levels.
func makePlan(t *rapid.T) madePlan {
	var p madePlan
	levels := rapid.IntRange(2, 3).Draw(t, "levels")
	runOn := rapid.Bool().Draw(t, "numbers run on")
	dot := pick(t, []string{".", "、", "．"}, "sign after a number")
	item := func(n int) string { return itoa(n) + dot }
	group := func(n int) string { return "（" + chineseOrdinal(n) + "）" }
	leaf := pick(t, []bool{true, false}, "leaves have Arabic numbers") || levels == 3
	chapters := rapid.IntRange(2, 3).Draw(t, "chapters")
	n, groups := 0, 0
	var b strings.Builder
	for c := 1; c <= chapters; c++ {
		kind, name := Task, pick(t, headWords, "chapter")+"任务"
		if c == chapters {
			kind, name = Safeguard, "保障措施"
		}
		p.pieces = append(p.pieces, made{chineseOrdinal(c) + "、" + name})
		subs := 1
		if levels == 3 {
			subs = rapid.IntRange(1, 3).Draw(t, "groups")
		}
		for s := 1; s <= subs; s++ {
			if levels == 3 {
				if groups++; !runOn {
					groups = s
				}
				p.pieces = append(p.pieces, made{group(groups) + "让" + pick(t, headWords, "group") + "方便"})
			}
			items := rapid.IntRange(1, 4).Draw(t, "items")
			for i := 1; i <= items; i++ {
				if n++; !runOn {
					n = i
				}
				mark := group(n)
				if leaf {
					mark = item(n)
				}
				head := pick(t, headWords, "heading") + "有保障"
				text, out, force := makeActions(t)
				p.pieces = append(p.pieces, made{mark + head + "。" + text})
				fmt.Fprintf(&b, "%s %s %s\n%s", kind, force, head, out)
			}
		}
	}
	p.want = b.String()
	return p
}

func makeActions(t *rapid.T) (text, out string, best Force) {
	for range rapid.IntRange(1, 3).Draw(t, "actions") {
		f := rapid.IntRange(0, 2).Draw(t, "force")
		said := []string{pick(t, tryDo, "try"), pick(t, mayDo, "may"), pick(t, mustDo, "must")}[f]
		force := []Force{Explored, Encouraged, Must}[f]
		units, names, day := makeGroup(t)
		target := ""
		if rapid.Bool().Draw(t, "has a target") {
			g := pick(t, someGoals, "target")
			said, target, force = said+"。"+g.text, " "+g.out, Must
		}
		if strength(force) > strength(best) {
			best = force
		}
		text += said + "。" + units
		out += "  " + strings.TrimSpace(names+" "+day) + target + "\n"
	}
	return text, out, best
}

// makeGroup writes who answers, in one of the ways that documents do.
func makeGroup(t *rapid.T) (text, names, day string) {
	first := rapid.IntRange(0, len(someUnits)-1).Draw(t, "unit")
	var units []string
	for i := range rapid.IntRange(1, 4).Draw(t, "units") {
		units = append(units, someUnits[(first+i)%len(someUnits)])
	}
	local, open, due := "", "", ""
	if rapid.Bool().Draw(t, "local government") {
		local = pick(t, localUnits, "local government")
	}
	if rapid.Bool().Draw(t, "and others") {
		open = pick(t, []string{"等相关部门", "等有关单位", "等部门", "等"}, "others")
	}
	if rapid.Bool().Draw(t, "due") {
		d := pick(t, someDues, "due")
		due, day = "，"+d.text+"完成", d.day
	}
	join := func(u []string, sep string) string { return strings.Join(u, sep) }
	end := open
	if local != "" {
		end += pick(t, []string{"和", "，", "、"}, "before the local government") + local
	}
	list := func(u []string) string {
		out := strings.Join(u, " ")
		if local != "" {
			out += " " + local
		}
		if open != "" {
			out += " +"
		}
		return out
	}
	switch form := rapid.IntRange(0, 3).Draw(t, "form"); {
	case form == 0 && len(units) > 1:
		return "（" + units[0] + "牵头；" + join(units[1:], "、") + end + "按职责分工负责" + due + "）", list(append([]string{units[0] + "*"}, units[1:]...)), day
	case form == 1 && len(units) > 1:
		return "（牵头单位：" + units[0] + "；配合单位：" + join(units[1:], "、") + end + due + "）", list(append([]string{units[0] + "*"}, units[1:]...)), day
	case form == 2:
		return "（" + join(units, "、") + end + "负责" + due + "）", list(units), day
	}
	return "（责任单位：" + join(units, pick(t, []string{"、", "，"}, "separator")) + end + due + "）", list(units), day
}

func gist(p *Policy) string {
	var b strings.Builder
	for _, m := range p.Measures {
		fmt.Fprintf(&b, "%s %s %s\n", m.Kind, m.Force, m.Heading)
		for _, a := range m.Actions {
			b.WriteString("  " + actionOutline(a) + targetOutline(a) + "\n")
		}
	}
	return b.String()
}

// printed writes a plan as it may come out of a file: whole paragraphs, pages
// of one width, lines broken anywhere, or all in one line.
func printed(p madePlan, way int, rnd *rand.Rand) string {
	var lines []string
	width := 18 + rnd.Intn(30)
	if way == 3 {
		all := ""
		for _, m := range p.pieces {
			all += m.text
		}
		return "云泽省助老方案为方便办事，制定本方案。" + all
	}
	for _, m := range p.pieces {
		r := []rune(m.text)
		for way != 0 && len(r) > width {
			n := width
			if way == 2 {
				n = 8 + rnd.Intn(width)
			}
			if n >= len(r) {
				break
			}
			lines, r = append(lines, string(r[:n])), r[n:]
		}
		lines = append(lines, string(r))
	}
	sep := []string{"\n", "\n\n", "\r\n"}[rnd.Intn(3)]
	return "云泽省助老方案" + sep + strings.Join(lines, sep) + sep
}

// mixed writes signs and digits in either width, as they come.
func mixed(s string, rnd *rand.Rand) string {
	other := map[rune]rune{'，': ',', '；': ';', '：': ':', '（': '(', '）': ')'}
	for d := '0'; d <= '9'; d++ {
		other[d] = d - '0' + '０'
	}
	return strings.Map(func(r rune) rune {
		if o, ok := other[r]; ok && rnd.Intn(2) == 0 {
			return o
		}
		return r
	}, s)
}

func TestAnyPlanIsReadBackHoweverItIsPrinted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := makePlan(t)
		way := rapid.IntRange(0, 3).Draw(t, "way of printing")
		rnd := rand.New(rand.NewSource(int64(rapid.Uint32().Draw(t, "seed"))))
		text := mixed(printed(p, way, rnd), rnd)
		read := Parse(text)
		if got := gist(read); got != p.want {
			t.Fatalf("%s\nwas read as\n%s\ninstead of\n%s\n%v", text, got, p.want, read.Warnings)
		}
	})
}
