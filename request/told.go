package request

import (
	"slices"
	"strings"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/place"
	"yinqiao/staff"
)

// prepare reads what all the lines need: the titles, which matters they are
// about, and what the holders of grants are to the person.
func (t *teller) prepare(lines []journal.Line) error {
	var err error
	if t.titles, err = t.s.catalog.Titles(t.q); err != nil {
		return err
	}
	if t.relations, err = grant.RelationsTo(t.q, t.auth); err != nil {
		return err
	}
	about, err := journal.Objects(t.q, t.auth, lines, "request")
	if err != nil {
		return err
	}
	persons, ids := map[civic.PersonID]bool{}, map[string]bool{}
	for _, l := range lines {
		if id := about[l.ID]; id != "" && l.Subject != "" {
			persons[l.Subject], ids[id] = true, true
		}
	}
	for _, p := range t.auth.Selves() {
		persons[p] = true
	}
	t.services = map[string]string{}
	if len(ids) == 0 {
		return nil
	}
	var rows []struct{ ID, Service string }
	ps, is := keysOf(persons), keysOf(ids)
	if err := t.q.Select(&rows, `SELECT id, service FROM request WHERE person IN `+db.In(1, len(ps))+` AND id IN `+db.In(1+len(ps), len(is)),
		append(db.Args(ps), db.Args(is)...)...); err != nil {
		return err
	}
	of := map[string]string{}
	for _, r := range rows {
		of[r.ID] = r.Service
	}
	for entry, id := range about {
		t.services[entry] = of[id]
	}
	return nil
}

func keysOf[K ~string](m map[K]bool) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// told gathers what a line's sentence is made of.
func (t *teller) told(l journal.Line) (Told, error) {
	out := Told{At: l.At, Now: t.now, Act: l.Act, You: t.you, Basis: l.Basis, Channel: l.Channel}
	var err error
	if out.Operator, err = t.doer(l, civic.Party{Kind: l.OperatorKind, ID: l.OperatorID}); err != nil {
		return out, err
	}
	if l.AgentKind != "" && l.AgentID != string(l.Subject) && l.AgentID != l.OperatorID {
		if out.Agent, err = t.doer(l, civic.Party{Kind: l.AgentKind, ID: l.AgentID}); err != nil {
			return out, err
		}
	}
	if l.Subject != "" && !t.auth.Over(l.Subject) {
		if out.For, err = t.party(civic.Party{Kind: civic.PartyPerson, ID: string(l.Subject)}, ""); err != nil {
			return out, err
		}
	}
	out.Detail, err = t.detail(l)
	return out, err
}

// doer names one who took part: a person masked, with what they are to the person
// of the story; a member of staff with office and role; a device by its name.
func (t *teller) doer(l journal.Line, p civic.Party) (Doer, error) {
	if p.Kind == civic.PartyPerson && t.auth.Over(civic.PersonID(p.ID)) {
		return Doer{Kind: p.Kind, Words: t.you, Me: true}, nil
	}
	if w, ok := t.doers[p]; ok && p.Kind != civic.PartyPerson {
		return Doer{Kind: p.Kind, Words: w}, nil
	}
	words, err := t.name(p)
	if err != nil {
		return Doer{}, err
	}
	switch p.Kind {
	case civic.PartyPerson:
		relation := t.relations[p.ID]
		if r := t.relations[l.BasisRef]; r != "" && l.OperatorID == p.ID {
			relation = r
		}
		words = relation + words
	case civic.PartyStaff:
		who, err := staff.ReadPublic(t.q, civic.StaffID(p.ID))
		if err != nil {
			return Doer{}, err
		}
		at := l.Office
		if at == "" || p.ID != l.OperatorID {
			at = who.Office
		}
		office, err := t.office(at)
		if err != nil {
			return Doer{}, err
		}
		role := "工作人员"
		if who.Role != "" {
			role = who.Role.Words()
		}
		words = office + role + who.Name
	case civic.PartyDevice:
		if d, err := staff.ReadDevice(t.q, p.ID); err == nil {
			words = d.Kind.Words() + "（" + d.Name + "）"
		} else if !civic.Is(err, civic.NotFound) {
			return Doer{}, err
		}
	}
	t.doers[p] = words
	return Doer{Kind: p.Kind, Words: words}, nil
}

func (t *teller) office(id civic.OfficeID) (string, error) {
	if name, ok := t.offices[id]; ok || id == "" {
		return name, nil
	}
	o, err := place.Read(t.q, id)
	if err != nil && !civic.Is(err, civic.NotFound) {
		return "", err
	}
	t.offices[id] = o.Name
	return o.Name, nil
}

// detail puts an entry's detail into words for its sentence.
func (t *teller) detail(l journal.Line) (map[string]string, error) {
	d := map[string]string{"单位": l.Detail["office"], "什么": l.Detail["what"], "理由": l.Detail["reason"], "谁": l.Detail["relation"] + l.Detail["agent"],
		"范围": t.scope(l.Detail["services"])}
	if s := t.titles[l.Detail["service"]]; s != "" {
		d["事"] = s
	} else {
		d["事"] = t.titles[t.services[l.ID]]
	}
	switch l.Detail["presented"] {
	case "declared": // before a card had to be read or typed
		d["证件"] = "说看了证件"
	case "typed":
		d["证件"] = "输入了证件号码"
	case "reader":
		d["证件"] = "用读卡器读了证件"
	}
	var given []string
	for a := range strings.SplitSeq(l.Detail["answered"], ";") {
		label, by, ok := strings.Cut(a, ":")
		if !ok {
			continue
		}
		kind, id, _ := strings.Cut(by, "/")
		who, err := t.doer(l, civic.Party{Kind: civic.PartyKind(kind), ID: id})
		if err != nil {
			return nil, err
		}
		given = append(given, "“"+label+"”由"+who.Words+"填写")
	}
	d["填写"] = strings.Join(given, "，")
	return d, nil
}

// scope says which services a grant is for.
func (t *teller) scope(services string) string {
	if services == "*" {
		return "什么事都能办"
	}
	var out []string
	for name := range strings.FieldsSeq(services) {
		words := t.titles[name]
		for _, g := range catalog.Areas() {
			if name == "@"+g.Code {
				words = g.Words + "这一类的事"
			}
		}
		if words != "" {
			out = append(out, words)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "能办" + strings.Join(out, "、")
}
