package notify

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
)

// Heed is the job that an act wakes: what the act makes people be told, and what it
// makes needless.
type Heed struct {
	Entry string   `json:"entry"`
	Only  Audience `json:"only,omitempty"` // of an act that was heeded before: whom alone it is to reach now; it settles nothing again
}

// Kind implements jobs.Args.
func (Heed) Kind() string { return "notify.heed" }

// Walk is the job that takes the next step of every message that is due.
type Walk struct{}

// Kind implements jobs.Args.
func (Walk) Kind() string { return "notify.walk" }

// Heed makes and ends messages by what an act says. It may run twice: a message is
// made once for each act and receiver.
func (s *Service) Heed(ctx context.Context, job Heed) error {
	return s.j.Write(ctx, civic.System("notify"), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{})
		if err != nil {
			return err
		}
		line, about, err := journal.One(tx, auth, job.Entry)
		if errors.Is(err, db.ErrNoRows) {
			return journal.ErrUnchanged
		}
		if err != nil {
			return err
		}
		h := heeding{s: s, tx: tx, line: line, about: about, only: job.Only}
		if !h.matters() {
			return journal.ErrUnchanged
		}
		if err := h.who(); err != nil || h.self.Root == "" {
			if err == nil {
				err = journal.ErrUnchanged
			}
			return err
		}
		if h.only == "" {
			if err := h.settle(); err != nil {
				return err
			}
		}
		made, err := h.make()
		if err != nil {
			return err
		}
		if made > 0 {
			return tx.Enqueue(Walk{}, time.Time{})
		}
		if len(tx.Recorded()) == 0 {
			return journal.ErrUnchanged
		}
		return nil
	})
}

// heeding is one act as it is turned into messages.
type heeding struct {
	s     *Service
	tx    *journal.Tx
	line  journal.Line
	about []journal.About
	only  Audience
	self  people.Self
	auth  civic.Authority
	elder people.Person
}

// matters reports whether the act can make or end a message: for the rest nobody's row
// is held.
func (h *heeding) matters() bool {
	act := h.line.Act
	return act == grant.ActDied || act == grant.ActAlive || len(h.s.book.ends[act]) > 0 || slices.ContainsFunc(h.s.book.byAct[act], h.applies)
}

// who finds whom the act is for. Nobody is told of what concerns somebody who had
// everything erased.
func (h *heeding) who() error {
	id := h.line.Subject
	for _, a := range h.about {
		if id == "" && a.Kind == "person" && a.Role == "subject" {
			id = civic.PersonID(a.ID)
		}
	}
	if id == "" {
		return nil
	}
	// Two acts for one person are heeded one after the other, whichever comes first.
	self, err := people.HoldSelf(h.tx, id)
	if civic.Is(err, civic.NotFound) || err == nil && self.State != "active" {
		return nil
	}
	if err != nil {
		return err
	}
	if h.auth, err = over(h.tx, self.Root, self.Division, self.Selves()); err != nil {
		return err
	}
	h.self = self
	h.elder, err = people.Brief(h.tx, h.auth, self.Root)
	return err
}

// object is the ID of what the act is about, of a kind.
func (h *heeding) object(kind string) string {
	for _, a := range h.about {
		if a.Kind == kind && a.Role == "object" {
			return a.ID
		}
	}
	return ""
}

// make makes the messages of the act. It returns how many.
func (h *heeding) make() (int, error) {
	made := 0
	for _, t := range h.s.book.byAct[h.line.Act] {
		if !h.applies(t) || h.only != "" && t.To != h.only {
			continue
		}
		over, err := h.isOver(t)
		if err != nil {
			return made, err
		}
		if over {
			continue
		}
		to, err := h.receivers(t)
		if err != nil {
			return made, err
		}
		n, err := h.s.Queue(h.tx, h.auth, t.Name, h.line.ID, to)
		if err != nil {
			return made, err
		}
		made += n
	}
	return made, nil
}

// applies reports whether the conditions of a message hold.
func (h *heeding) applies(t *Template) bool {
	for k, v := range t.When {
		if h.line.Detail[k] != v {
			return false
		}
	}
	other, platform := h.line.OperatorID != string(h.line.Subject), h.line.OperatorKind == civic.PartySystem
	switch t.By {
	case "other":
		return other
	case "asked":
		return !platform
	case "helper":
		return other && !platform
	}
	return true
}

// receivers lists who is told, with the values of the words for each.
func (h *heeding) receivers(t *Template) ([]Receiver, error) {
	about := ""
	if t.About != "" {
		about = h.object(t.About)
	}
	var ids []string
	switch {
	case t.To == Elder:
		if h.self.Died != "" {
			return nil, nil
		}
		ids = []string{string(h.self.Root)}
	case t.To == Staff:
		// Never their own act. Where nobody else has one of the roles, as with one administrator and no supervisor, it is
		// for whoever is told of what nobody was reached about: a second pair of eyes before none.
		roles := t.Roles
		if told := h.s.book.byName[string(ActExpired)+"/"+string(Staff)]; told != nil {
			roles = slices.Concat(roles, told.Roles)
		}
		who, err := named(h.tx, h.self.Root, h.self.Division, roles, civic.StaffID(h.line.OperatorID))
		if err != nil || who == "" {
			return nil, err
		}
		ids = []string{string(who)}
	default:
		var err error
		if ids, err = h.relatives(t); err != nil {
			return nil, err
		}
	}
	var out []Receiver
	for _, id := range ids {
		c, err := h.values(t, id)
		if err != nil {
			return nil, err
		}
		out = append(out, Receiver{Person: h.self.Root, ID: id, About: about, Division: h.self.Division, content: c})
	}
	return out, nil
}

// relatives lists who holds or asks for the grant, or who may look after a death; never
// whoever did the act.
func (h *heeding) relatives(t *Template) ([]string, error) {
	var found []civic.PersonID
	if t.Receiver == "kin" {
		kin, err := grant.KinOf(h.tx, h.auth, h.tx.Now, h.self.Root)
		if err != nil {
			return nil, err
		}
		for _, k := range kin {
			found = append(found, k.Agent)
		}
	} else {
		for _, a := range h.about {
			if a.Kind == "person" && a.Role == "agent" && a.ID != h.line.AgentID {
				found = append(found, civic.PersonID(a.ID))
			}
		}
	}
	var out []string
	for _, id := range found {
		self, err := people.Resolve(h.tx, id)
		if civic.Is(err, civic.NotFound) || err == nil && (self.State != "active" || self.Died != "" || self.Root == h.self.Root || string(self.Root) == h.line.OperatorID) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, string(self.Root))
	}
	return out, nil
}

// values are what stands in the braces of a message for one receiver.
func (h *heeding) values(t *Template, receiver string) (content, error) {
	d := h.line.Detail
	v := Values{"phone": h.s.book.chains.Phone, "elder": people.Masked(h.elder.Name), "agent": d["agent"], "relation": d["relation"], "office": d["office"]}
	c := content{Lang: Chinese, Values: v, Code: d["code_id"]}
	if d["minutes"] != "" {
		v["minutes"] = d["minutes"]
	}
	if d["what"] != "" {
		v["what"] = d["what"]
	}
	if d["until"] != "" {
		v["until"] = d["until"]
	}
	if t.To != Staff {
		who, lang, err := h.address(civic.PersonID(receiver))
		if err != nil {
			return c, err
		}
		v["who"], c.Lang = who, lang
	}
	if due, err := time.Parse(time.RFC3339, d["due"]); err == nil {
		form := "1月2日"
		if c.Lang == English {
			form = "2 Jan"
		}
		v["due"] = due.In(civic.Shanghai).Format(form)
	}
	if t.About == "request" {
		if err := h.matter(v, c.Lang); err != nil {
			return c, err
		}
	}
	if v["agent"] == "" && h.line.OperatorID != string(h.self.Root) {
		if err := h.doer(v); err != nil {
			return c, err
		}
	}
	if c.Lang == English {
		h.s.book.inEnglish(v)
	}
	for name, text := range v {
		v[name] = civic.Cut(text, max(1, h.s.book.params[name]))
	}
	return c, nil
}

// address says how a receiver is spoken to, and in which language.
func (h *heeding) address(id civic.PersonID) (who, lang string, err error) {
	self, err := people.Resolve(h.tx, id)
	if err != nil {
		return "", "", err
	}
	auth, err := over(h.tx, self.Root, self.Division, self.Selves())
	if err != nil {
		return "", "", err
	}
	p, err := people.Brief(h.tx, auth, self.Root)
	if err != nil {
		return "", "", err
	}
	wishes, err := h.s.people.Preferences(h.tx, auth, self.Root)
	if err != nil {
		return "", "", err
	}
	lang = Chinese
	for _, w := range wishes {
		if w.Kind == "language" && w.Value == "english" {
			return p.Name, English, nil
		}
	}
	return p.Polite(h.tx.Now), lang, nil
}

// matter fills in what a request is, where it is and its number.
func (h *heeding) matter(v Values, lang string) error {
	id := civic.RequestID(h.object("request"))
	if id == "" {
		return nil
	}
	for _, p := range h.self.Selves() {
		st, err := h.s.requests.Read(h.tx, h.auth, p, id)
		if civic.Is(err, civic.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		v["service"], v["number"] = st.Def.Title, st.Number.Grouped()
		if lang == English {
			v["service"] = cmp.Or(st.Def.English, st.Def.Title)
		}
		break
	}
	for _, a := range h.about {
		if a.Kind == "office" && v["office"] == "" {
			o, err := place.Read(h.tx, civic.OfficeID(a.ID))
			if err != nil {
				return err
			}
			v["office"] = o.Name
		}
	}
	return nil
}

// doer fills in who did an act for somebody: a relative by name and what they are, or
// the word for staff.
func (h *heeding) doer(v Values) error {
	kind, id := h.line.OperatorKind, h.line.OperatorID
	if h.line.AgentKind != "" {
		kind, id = h.line.AgentKind, h.line.AgentID
	}
	if kind != civic.PartyPerson || civic.PersonID(id) == h.self.Root {
		v["relation"], v["agent"] = "", "工作人员"
		return nil
	}
	name, err := h.s.people.Name(h.tx, civic.Authority{}, civic.PersonID(id))
	if err != nil && !civic.Is(err, civic.NotFound) {
		return err
	}
	v["agent"] = name
	kin, err := grant.KinOf(h.tx, h.auth, h.tx.Now, h.self.Root)
	for _, k := range kin {
		if k.Agent == civic.PersonID(id) {
			v["relation"] = k.Relation
		}
	}
	return err
}
