package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"yinqiao/civic"
)

// Render writes a reading as "json" or, for a reviewer, as "text" with the
// warnings first. Another format is Invalid.
func Render(p *Policy, format string) ([]byte, error) {
	switch format {
	case "json":
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(p); err != nil {
			return nil, err
		}
		return b.Bytes(), nil
	case "text":
		return []byte(p.String()), nil
	}
	return nil, civic.E(civic.Invalid, "ledger.format_unknown", "没有这种格式。请用json或text。").On("format")
}

var (
	statusWords = map[Status]string{InForce: "已印发", Draft: "征求意见稿"}
	kindWords   = map[Kind]string{Task: "任务", Safeguard: "保障措施"}
	forceWords  = map[Force]string{Must: "必须做到", Encouraged: "鼓励", Explored: "探索"}
	sideWords   = map[Direction]string{AtLeast: "不少于", AtMost: "不超过", Exactly: "等于"}
)

// String is the reading as a reviewer reads it.
func (p *Policy) String() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	if len(p.Warnings) > 0 {
		line("请先核对这%d处：", len(p.Warnings))
		for _, w := range p.Warnings {
			line("  ! %s：%s", w.At, w.Text)
		}
		line("")
	}
	line("标题：%s", or(p.Title))
	line("文号：%s　发文机关：%s　成文日期：%s", or(p.Number), or(p.Issuer), or(p.IssuedOn))
	cut := ""
	if p.Truncated {
		cut = "，原文不完整"
	}
	line("状态：%s%s", statusWords[p.Status], cut)
	tasks := 0
	for _, m := range p.Measures {
		if m.Kind == Task {
			tasks++
		}
	}
	line("目标%d个，任务%d条，保障措施%d条", len(p.Goals), tasks, len(p.Measures)-tasks)
	for _, g := range p.Goals {
		line("  目标（%s）：%s", or(g.Deadline), excerpt(g.Text, 60))
	}
	section := "\x00"
	for _, m := range p.Measures {
		if m.Section != section {
			section = m.Section
			line("\n%s", or(section))
		}
		line("\n  [%s] %s（%s，%s）", m.Ref, or(m.Heading), kindWords[m.Kind], forceWords[m.Force])
		for _, a := range m.Actions {
			line("      · %s", a.Text)
			line("        单位：%s", unitWords(a))
			if a.Deadline != "" {
				line("        期限：%s", a.Deadline)
			}
			for _, t := range a.Targets {
				line("        指标：%s%s%s（%s）", sideWords[t.Direction], strconv.FormatFloat(t.Value, 'f', -1, 64), t.Unit, t.Text)
			}
		}
	}
	return b.String()
}

func or(s string) string {
	if s == "" {
		return "（没有读到）"
	}
	return s
}

func unitWords(a Action) string {
	var names []string
	for _, u := range a.Units {
		if u.Lead {
			u.Name += "（牵头）"
		}
		names = append(names, u.Name)
	}
	if a.OpenEnded {
		names = append(names, "等相关部门")
	}
	return or(strings.Join(names, "、"))
}
