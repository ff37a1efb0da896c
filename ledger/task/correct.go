package task

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/ledger"
)

// Facts are what a reviewer writes over the document's own facts.
type Facts struct {
	Title, Number, Issuer, IssuedOn string
	Status                          ledger.Status
	Deadline                        string // of the whole plan; "" where the document names none
}

// MeasureEdit is what a reviewer writes over one measure. Ref names the measure; a
// reference that is none yet is a measure that the importer has missed.
type MeasureEdit struct {
	Ref     string
	Heading string
	Kind    ledger.Kind
	Force   ledger.Force
	Actions []ActionEdit // as many as the reading has, or fewer to leave the last ones out
	Drop    bool         // it is no measure
}

// ActionEdit is one part of a measure, as it is typed.
type ActionEdit struct {
	Text      string
	Units     string // one after another; a lead is followed by （牵头）
	OpenEnded bool
	Deadline  string // YYYY-MM-DD
	Targets   string // one a line: 至少200个 电子站牌
}

const lead = "（牵头）"

var (
	errRef     = civic.E(civic.Invalid, "policy.ref", "请写上这一条的编号，例如14、2.3、三(一)；不能和别的条重复。").On("ref")
	errHeading = civic.E(civic.Invalid, "policy.heading", "请写上这一条的名称，不超过200个字。").On("heading")
	errKind    = civic.E(civic.Invalid, "policy.kind", "请选这一条是任务还是保障措施，是必须做、鼓励做还是探索做。").On("kind")
	errUnits   = civic.E(civic.Invalid, "policy.units", "单位一个一个用顿号隔开，每个不超过40个字；牵头的后面写（牵头），一组里只有一个牵头。").On("units")
	errDue     = civic.E(civic.Invalid, "policy.deadline", "期限要写成2021-12-31这样；原文没有写就空着。").On("deadline")
	errTargets = civic.E(civic.Invalid, "policy.targets", "目标一行写一个，例如「至少200个 电子站牌」「不超过5% 差错」「正好100条 线路」。").On("targets")
	errFacts   = civic.E(civic.Invalid, "policy.facts", "请写上方案的题目和文号；印发的日子写成2021-03-10这样，没有就空着。").On("title")
)

const (
	headingMost = 200
	partMost    = 20000
	partsMost   = 40
	unitMost    = 40
	unitsMost   = 60
)

// unitsOf reads the names of units.
func unitsOf(text string) ([]ledger.Unit, error) {
	out := []ledger.Unit{}
	leads := 0
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、，,;；\n", r) }) {
		name = strings.TrimSpace(strings.NewReplacer("(牵头)", lead).Replace(name))
		u := ledger.Unit{Name: strings.TrimSpace(strings.TrimSuffix(name, lead)), Lead: strings.HasSuffix(name, lead)}
		if u.Lead {
			leads++
		}
		switch {
		case u.Name == "" && !u.Lead:
			continue
		case u.Name == "", len([]rune(u.Name)) > unitMost, leads > 1, len(out) >= unitsMost,
			slices.ContainsFunc(out, func(x ledger.Unit) bool { return x.Name == u.Name }):
			return nil, errUnits
		}
		out = append(out, u)
	}
	return out, nil
}

// UnitsText is how units are typed.
func UnitsText(us []ledger.Unit) string {
	var out []string
	for _, u := range us {
		if u.Lead {
			u.Name += lead
		}
		out = append(out, u.Name)
	}
	return strings.Join(out, "、")
}

var directions = []struct {
	words string
	is    ledger.Direction
}{{"至少", ledger.AtLeast}, {"不低于", ledger.AtLeast}, {"不超过", ledger.AtMost}, {"正好", ledger.Exactly}}

var targetLine = regexp.MustCompile(`^(至少|不低于|不超过|正好)\s*(\d{1,9}(?:\.\d{1,4})?)\s*([^\s\d]{1,8})\s+(\S.{0,199})$`)

// targetsOf reads targets, one a line.
func targetsOf(text string) ([]ledger.Target, error) {
	out := []ledger.Target{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(strings.ReplaceAll(line, "　", " "))
		if line == "" {
			continue
		}
		m := targetLine.FindStringSubmatch(line)
		if m == nil || len(out) >= partsMost {
			return nil, errTargets
		}
		t := ledger.Target{Unit: m[3], Text: m[4]}
		t.Value, _ = strconv.ParseFloat(m[2], 64) // the pattern is a number
		for _, d := range directions {
			if d.words == m[1] {
				t.Direction = d.is
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// TargetText is how a target is typed.
func TargetText(t ledger.Target) string {
	words := "正好"
	for _, d := range slices.Backward(directions) {
		if d.is == t.Direction && d.words != "不低于" {
			words = d.words
		}
	}
	return words + strconv.FormatFloat(t.Value, 'f', -1, 64) + t.Unit + " " + strings.Join(strings.Fields(t.Text), " ")
}

// TargetsText is how the targets of a part are typed.
func TargetsText(ts []ledger.Target) string {
	var out []string
	for _, t := range ts {
		out = append(out, TargetText(t))
	}
	return strings.Join(out, "\n")
}

// CorrectFacts writes over the document's own facts. It needs ledger.keep in the division.
// Conflict when it is in the ledger, or was corrected since rev.
func (s *Service) CorrectFacts(ctx context.Context, actor civic.Actor, id string, rev int64, in Facts) error {
	in.Title, in.Number, in.Issuer = strings.TrimSpace(in.Title), strings.TrimSpace(in.Number), strings.TrimSpace(in.Issuer)
	for _, text := range []string{in.Title, in.Number, in.Issuer} {
		if len([]rune(text)) > headingMost {
			return errFacts
		}
	}
	if in.Title == "" || in.Status != ledger.InForce && in.Status != ledger.Draft {
		return errFacts
	}
	for _, day := range []*string{&in.IssuedOn, &in.Deadline} {
		if *day = strings.TrimSpace(*day); *day == "" {
			continue
		}
		d, ok := dayOf(*day)
		if !ok {
			return errFacts
		}
		*day = d
	}
	return s.changePolicy(ctx, actor, id, rev, func(tx *journal.Tx, auth civic.Authority, p Policy) error {
		var log corrections
		r := p.Reading
		log.text("", "题目", &r.Title, in.Title)
		log.text("", "文号", &r.Number, in.Number)
		log.text("", "印发单位", &r.Issuer, in.Issuer)
		log.text("", "印发日期", &r.IssuedOn, in.IssuedOn)
		status := string(r.Status)
		log.text("", "是否生效", &status, string(in.Status))
		r.Status = in.Status
		if end := r.End(); end != in.Deadline {
			log.add("", "总期限", end, in.Deadline)
			setEnd(r, in.Deadline)
		}
		return log.keep(tx, auth, p)
	})
}

// setEnd writes over the last day of the whole plan: goals that lie after it go.
func setEnd(r *ledger.Policy, day string) {
	end := r.End()
	r.Goals = slices.DeleteFunc(r.Goals, func(g ledger.Goal) bool { return day != "" && g.Deadline > day && g.Deadline != end })
	for i := range r.Goals {
		if r.Goals[i].Deadline == end {
			r.Goals[i].Deadline = day
			return
		}
	}
	r.Goals = append(r.Goals, ledger.Goal{Deadline: day})
}

// CorrectMeasure writes over one measure, adds one that was missed, or takes out what is
// none. It needs ledger.keep in the division. Conflict when the document is in the ledger, or
// was corrected since rev.
func (s *Service) CorrectMeasure(ctx context.Context, actor civic.Actor, id string, rev int64, in MeasureEdit) error {
	in.Ref, in.Heading = strings.TrimSpace(in.Ref), strings.TrimSpace(in.Heading)
	if in.Ref == "" || len([]rune(in.Ref)) > 20 {
		return errRef
	}
	var actions []ledger.Action
	if !in.Drop {
		var err error
		if actions, err = in.check(); err != nil {
			return err
		}
	}
	return s.changePolicy(ctx, actor, id, rev, func(tx *journal.Tx, auth civic.Authority, p Policy) error {
		var log corrections
		i := slices.IndexFunc(p.Reading.Measures, func(m ledger.Measure) bool { return m.Ref == in.Ref })
		switch {
		case in.Drop && i < 0:
			return errNone
		case in.Drop:
			log.add(in.Ref, "整条去掉", p.Reading.Measures[i].Heading, "")
			p.Reading.Measures = slices.Delete(p.Reading.Measures, i, i+1)
			return log.keep(tx, auth, p)
		case i < 0:
			log.add(in.Ref, "整条补上", "", in.Heading)
			p.Reading.Measures = append(p.Reading.Measures, ledger.Measure{Ref: in.Ref, Heading: in.Heading, Kind: in.Kind, Force: in.Force, Actions: actions})
			return log.keep(tx, auth, p)
		}
		m := &p.Reading.Measures[i]
		log.text(in.Ref, "名称", &m.Heading, in.Heading)
		kind, force := string(m.Kind), string(m.Force)
		log.text(in.Ref, "任务或保障", &kind, string(in.Kind))
		log.text(in.Ref, "力度", &force, string(in.Force))
		m.Kind, m.Force = in.Kind, in.Force
		for n := range max(len(m.Actions), len(actions)) {
			at := in.Ref + "第" + strconv.Itoa(n+1) + "段"
			switch {
			case n >= len(actions):
				log.add(at, "这一段去掉", m.Actions[n].Text, "")
			case n >= len(m.Actions):
				log.add(at, "这一段补上", "", actions[n].Text)
			default:
				log.action(at, m.Actions[n], actions[n])
			}
		}
		m.Actions = actions
		return log.keep(tx, auth, p)
	})
}

// check reads the parts of a measure as they were typed.
func (in MeasureEdit) check() ([]ledger.Action, error) {
	if n := len([]rune(in.Heading)); n == 0 || n > headingMost {
		return nil, errHeading
	}
	if in.Kind != ledger.Task && in.Kind != ledger.Safeguard || !slices.Contains([]ledger.Force{ledger.Must, ledger.Encouraged, ledger.Explored}, in.Force) {
		return nil, errKind
	}
	if len(in.Actions) == 0 || len(in.Actions) > partsMost {
		return nil, errUnits
	}
	out := make([]ledger.Action, len(in.Actions))
	for i, a := range in.Actions {
		x := ledger.Action{Text: strings.TrimSpace(a.Text), OpenEnded: a.OpenEnded, Deadline: strings.TrimSpace(a.Deadline)}
		if len([]rune(x.Text)) > partMost {
			return nil, errHeading
		}
		if x.Deadline != "" {
			d, ok := dayOf(x.Deadline)
			if !ok {
				return nil, errDue
			}
			x.Deadline = d
		}
		var err error
		if x.Units, err = unitsOf(a.Units); err != nil {
			return nil, err
		}
		if x.Targets, err = targetsOf(a.Targets); err != nil {
			return nil, err
		}
		out[i] = x
	}
	return out, nil
}

// corrections are the fields that one act has changed.
type corrections struct{ list []Correction }

func (c *corrections) add(at, field, was, now string) {
	c.list = append(c.list, Correction{AtRef: at, Field: field, Was: was, Now: now})
}

func (c *corrections) text(at, field string, is *string, now string) {
	if *is != now {
		c.add(at, field, *is, now)
		*is = now
	}
}

func (c *corrections) action(at string, was, now ledger.Action) {
	yes := map[bool]string{true: "是", false: "否"}
	for _, f := range []struct{ field, was, now string }{
		{"原文", was.Text, now.Text}, {"责任单位", UnitsText(was.Units), UnitsText(now.Units)}, {"还有别的单位", yes[was.OpenEnded], yes[now.OpenEnded]},
		{"期限", was.Deadline, now.Deadline}, {"目标", TargetsText(was.Targets), TargetsText(now.Targets)},
	} {
		if f.was != f.now {
			c.add(at, f.field, f.was, f.now)
		}
	}
}

// keep writes the reading as it is now, with what was changed in it.
func (c *corrections) keep(tx *journal.Tx, auth civic.Authority, p Policy) error {
	if len(c.list) == 0 {
		return journal.ErrUnchanged
	}
	reading, err := json.Marshal(p.Reading)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE ledger_policy SET rev = rev + 1, reading = $1, title = $2, number = $3, issued_on = $4 WHERE id = $5`,
		reading, p.Reading.Title, p.Reading.Number, p.Reading.IssuedOn, p.ID); err != nil {
		return err
	}
	rows := make([][]any, len(c.list))
	for i, x := range c.list {
		rows[i] = []any{p.ID, p.Rev + 1, i + 1, x.AtRef, x.Field, x.Was, x.Now, tx.Actor.Operator.ID, tx.Now}
	}
	if err := tx.InsertRows("ledger_correction", []string{"policy", "rev", "seq", "at_ref", "field", "was", "now", "by", "at"}, rows); err != nil {
		return err
	}
	return tx.Record(auth, journal.Event{Act: ActCorrected, Detail: map[string]string{"title": short(p.Reading.Title), "fields": strconv.Itoa(len(c.list))}, About: about("policy", p.ID)})
}
