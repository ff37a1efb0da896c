package request

import (
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
)

// Only is a part of somebody's story.
type Only string

// The parts of a story.
const (
	Everything Only = ""
	Acted      Only = "acted"  // somebody else did something for the person
	Seen       Only = "seen"   // somebody looked at the person's data
	Granted    Only = "grants" // who may act for the person has changed
	Behind     Only = "behind" // how a message found its way: in a person's copy, and in no story
)

// Onlys are the parts in the order in which they are offered.
var Onlys = []Only{Everything, Acted, Seen, Granted}

// Words names the part, as the person would.
func (o Only) Words() string {
	switch o {
	case Acted:
		return "替我办的"
	case Seen:
		return "看过我的"
	case Granted:
		return "我的委托有什么变化"
	}
	return "全部"
}

// Doer is one who took part in an act, as the reader may know them.
type Doer struct {
	Kind  civic.PartyKind
	Words string // 女儿李*兰, 坞城社区的窗口人员郝春燕
	Me    bool   // the person whose story it is
}

// Told is all that a sentence is made of.
type Told struct {
	At, Now  time.Time
	Act      journal.Act
	Operator Doer
	Agent    Doer   // who asked; without Kind when nobody else did
	You      string // what the person is called: 您, or 老人 when somebody else reads
	For      string // for whom, masked, when that is not the person
	Basis    civic.Basis
	Channel  civic.Channel
	Detail   map[string]string // in words: 事, 单位, 什么, 理由, 谁, 范围, 证件, 填写
}

// Sentence says an act in one sentence that can be read on paper, on a screen, and
// aloud: when, who, for whom, what, and why.
func Sentence(t Told) string {
	p, ok := phrases[t.Act]
	if !ok {
		p = phrase{body: "做了一件事：" + t.Act.Words()}
	}
	return t.when() + "，" + t.lead(p) + t.fill(t.body(p)) + "。"
}

// when says the day and the time; the year only of another year.
func (t Told) when() string {
	at, layout := t.At.In(civic.Shanghai), "1月2日"
	if at.Year() != t.Now.In(civic.Shanghai).Year() {
		layout = "2006年1月2日"
	}
	return at.Format(layout) + civic.SayTime(at)
}

// subject is the word for whom it was done.
func (t Told) subject() string {
	if t.For != "" {
		return t.For
	}
	return t.You
}

// own reports whether those whom the act was for did it themselves.
func (t Told) own() bool {
	if t.Agent.Kind != "" {
		return false
	}
	return t.Operator.Me && t.For == "" || t.Operator.Kind == civic.PartyPerson && !t.Operator.Me && t.Basis == civic.BasisOwn && t.For != ""
}

func (t Told) body(p phrase) string {
	body := p.body
	switch {
	case t.own() && p.own != "":
		body = p.own
	case !t.own() && p.lead == forThem && !t.passive(p):
		body = "替您" + body
	}
	return strings.ReplaceAll(body, "您", t.subject())
}

func (t Told) passive(p phrase) bool { return p.lead == nobody }

// lead names who did it, and by what right where that is not their office.
func (t Told) lead(p phrase) string {
	if t.passive(p) {
		return ""
	}
	who := t.Operator.Words
	if t.Operator.Me {
		who = t.You
	}
	byGrant := t.Basis == civic.BasisGrant && p.only != Granted
	switch {
	case t.own():
		return who + "自己" + where(t.Channel)
	case t.Agent.Kind != "":
		asked := t.Agent.Words
		if t.Agent.Me {
			asked = t.You
		}
		if byGrant && p.lead == forThem {
			return asked + "用" + t.subject() + "的委托，请" + who
		}
		return asked + "来办事，" + who
	case t.Operator.Kind == civic.PartyPerson && byGrant:
		return who + "用" + t.subject() + "的委托，" + away(t.Channel)
	case t.Operator.Kind == civic.PartyPerson && t.Basis == civic.BasisGuardian && p.only != Granted:
		return who + "是" + t.subject() + "的监护人，" + away(t.Channel)
	}
	return who + away(t.Channel)
}

// where says by what way somebody did a thing themselves.
func where(c civic.Channel) string {
	switch c {
	case civic.ChannelElder, civic.ChannelFamily, civic.ChannelAPI:
		return "在网页上"
	}
	return away(c)
}

// away says the way where it is not the usual one of a window or a page.
func away(c civic.Channel) string {
	switch c {
	case civic.ChannelField:
		return "上门时"
	case civic.ChannelPhone:
		return "在电话里"
	case civic.ChannelKiosk:
		return "在自助机上"
	case civic.ChannelTV:
		return "在电视上"
	}
	return ""
}

// fill puts the details in their places. What is not known is said in a general
// word, or left out.
func (t Told) fill(body string) string {
	d := t.Detail
	or := func(k, otherwise string) string {
		if d[k] != "" {
			return d[k]
		}
		return otherwise
	}
	clause := func(before, k, after string) string {
		if d[k] == "" {
			return ""
		}
		return before + strings.TrimRight(d[k], "。；，.;, ") + after
	}
	return strings.NewReplacer(
		"{事}", or("事", "一件事"), "{单位}", or("单位", "单位"), "{卡}", or("什么", "卡"), "{谁}", or("谁", "代办人"),
		"{什么}", clause("：", "什么", ""), "{尾号}", clause("（", "什么", "）"), "{理由}", clause("，理由：", "理由", ""),
		"{范围}", clause("，", "范围", ""), "{证件}", clause("，", "证件", ""), "{填写}", clause("，其中", "填写", ""),
	).Replace(body)
}
