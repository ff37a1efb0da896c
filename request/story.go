package request

import (
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// StoryLine tells one act in words: when, what, who was at the controls, who
// asked, for whom, and why they could.
type StoryLine struct {
	ID      string
	Says    string // all of it in one sentence
	Part    Only   // of the story, "" for none
	Own     bool   // they did it themselves
	At      string // 2026年11月23日 上午9点05分
	What    string
	Who     string // who was at the controls
	Asked   string // who asked, when that was somebody else
	Why     string // by what authority
	Channel string
}

// teller reads each name, and the titles, once for a whole story.
type teller struct {
	s      *Service
	q      db.Q
	auth   civic.Authority
	now    time.Time
	you    string
	names  map[civic.Party]string
	titles map[string]string

	doers     map[civic.Party]string
	offices   map[civic.OfficeID]string
	services  map[string]string // of the lines' requests, by entry
	relations map[string]string // by grant and by its holder
}

// Shown leaves out of what was told how messages found their way: who was reached stays.
func Shown(lines []StoryLine) []StoryLine {
	return slices.DeleteFunc(lines, func(l StoryLine) bool { return l.Part == Behind })
}

// Tell turns entries into words, oldest first.
func (s *Service) Tell(q db.Q, auth civic.Authority, lines []journal.Line) ([]StoryLine, error) {
	out, err := s.tell(q, auth, lines, auth.Basis() == civic.BasisOwn)
	slices.Reverse(out)
	return out, err
}

// tell turns entries into words in their order; toThem speaks to the person.
func (s *Service) tell(q db.Q, auth civic.Authority, lines []journal.Line, toThem bool) ([]StoryLine, error) {
	t := &teller{s: s, q: q, auth: auth, now: s.j.Now(), you: "老人", names: map[civic.Party]string{}, doers: map[civic.Party]string{}, offices: map[civic.OfficeID]string{}}
	if toThem {
		t.you = "您"
	}
	if err := t.prepare(lines); err != nil {
		return nil, err
	}
	out := make([]StoryLine, 0, len(lines))
	for _, l := range lines {
		sl, err := t.line(l)
		if err != nil {
			return nil, err
		}
		out = append(out, sl)
	}
	return out, nil
}

func (t *teller) line(l journal.Line) (StoryLine, error) {
	who, err := t.party(civic.Party{Kind: l.OperatorKind, ID: l.OperatorID}, l.Subject)
	if err != nil {
		return StoryLine{}, err
	}
	sl := StoryLine{ID: l.ID, Part: phrases[l.Act].only, At: l.At.In(civic.Shanghai).Format("2006年1月2日 ") + civic.SayTime(l.At), What: l.Act.Words(), Who: who,
		Why: why(l.Basis), Channel: channelWords[l.Channel]}
	if l.AgentKind != "" && l.AgentID != string(l.Subject) {
		if sl.Asked, err = t.party(civic.Party{Kind: l.AgentKind, ID: l.AgentID}, l.Subject); err != nil {
			return sl, err
		}
	} else if l.OperatorKind == civic.PartyStaff && l.Basis == civic.BasisPresented && l.Subject != "" /* by the role alone, nobody need have come */ {
		sl.Asked = "本人"
	}
	d, err := t.details(l)
	if err != nil {
		return sl, err
	}
	if d != "" {
		sl.What += "（" + d + "）"
	}
	said, err := t.told(l)
	if err != nil {
		return sl, err
	}
	sl.Own, sl.Says = said.own() || said.Agent.Kind != "" && said.Agent.Me || said.Operator.Me, Sentence(said)
	return sl, nil
}

// details says what of an entry's detail a person should read.
func (t *teller) details(l journal.Line) (string, error) {
	var parts []string
	for _, k := range []string{"office", "what", "reason", "relation", "agent"} {
		if l.Detail[k] != "" {
			parts = append(parts, l.Detail[k])
		}
	}
	if list := l.Detail["services"]; list == "*" {
		parts = append(parts, "什么事都能办")
	} else if list != "" {
		for _, name := range strings.Fields(list) {
			parts = append(parts, "能办"+t.titles[name])
		}
	}
	if l.Detail["answered"] != "" {
		for _, a := range strings.Split(l.Detail["answered"], ";") {
			label, by, _ := strings.Cut(a, ":")
			kind, id, _ := strings.Cut(by, "/")
			who, err := t.party(civic.Party{Kind: civic.PartyKind(kind), ID: id}, l.Subject)
			if err != nil {
				return "", err
			}
			parts = append(parts, label+"由"+who+"填写")
		}
	}
	return strings.Join(parts, "；"), nil
}

// party names somebody as the reader may know them.
func (t *teller) party(p civic.Party, subject civic.PersonID) (string, error) {
	if p.Kind == civic.PartyPerson && (p.ID == string(subject) || t.auth.Over(subject) && t.auth.Over(civic.PersonID(p.ID))) {
		return "本人", nil
	}
	if name, ok := t.names[p]; ok {
		return name, nil
	}
	name, err := t.name(p)
	if err == nil {
		t.names[p] = name
	}
	return name, err
}

func (t *teller) name(p civic.Party) (string, error) {
	switch p.Kind {
	case civic.PartyPerson:
		name, err := t.s.people.Name(t.q, t.auth, civic.PersonID(p.ID))
		if civic.Is(err, civic.NotFound) {
			return people.Masked("某人"), nil
		}
		return name, err
	case civic.PartyStaff:
		name, err := staff.Name(t.q, civic.StaffID(p.ID))
		return "工作人员 " + name, err
	case civic.PartyDevice:
		return "自助设备", nil
	}
	return "系统", nil
}

func why(b civic.Basis) string {
	switch b {
	case civic.BasisOwn:
		return "本人办理"
	case civic.BasisGrant:
		return "老人的委托"
	case civic.BasisGuardian:
		return "监护人的职责"
	case civic.BasisRole:
		return "辖区窗口职责"
	case civic.BasisPresented:
		return "当场出示了证件"
	case civic.BasisOffice:
		return "单位承办职责"
	case civic.BasisGlass:
		return "紧急情况，事后复核"
	}
	return "系统自动"
}

// ChannelWords names a channel.
func ChannelWords(c civic.Channel) string { return channelWords[c] }

var channelWords = map[civic.Channel]string{
	civic.ChannelDesk: "窗口", civic.ChannelField: "上门", civic.ChannelElder: "网页", civic.ChannelFamily: "家人网页", civic.ChannelAPI: "系统接口",
	civic.ChannelPhone: "电话", civic.ChannelKiosk: "自助机", civic.ChannelTV: "电视", civic.ChannelSystem: "系统",
}
