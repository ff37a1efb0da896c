package task

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/ledger"
	"yinqiao/place"
)

// Adoption is how a document is taken into the ledger.
type Adoption struct {
	Code string // names its clauses, as rules and services cite them: SX14
	// Governments are the cities and counties that answer where the document says "各市县政府".
	// With none, those words are one unit of the plan's own division.
	Governments []civic.Division
}

var (
	errCode        = civic.E(civic.Invalid, "policy.code", "请给这份方案起一个简称，一到六个大写字母，例如SX；不能和别的方案相同。").On("code")
	errDraft       = civic.E(civic.Invalid, "policy.draft", "这是征求意见稿，还不能进台账。正式印发以后，在上面把「征求意见」改成「已经生效」。").On("status")
	errNoMeasures  = civic.E(civic.Invalid, "policy.empty", "这份方案里还没有一条措施。请先把措施补上。").On("ref")
	errGovernments = civic.E(civic.Invalid, "policy.governments", "市县只能选方案所在地方里面的。").On("governments")
	codeForm       = regexp.MustCompile(`^[A-Z]{1,6}$`)
)

// AdoptPolicy takes a corrected document into the ledger: each part of each measure becomes
// a task of every unit named. It needs ledger.keep in the division. Invalid for a draft, for
// one without measures and for a code that another document has; Conflict when it is in the
// ledger already, or was corrected since rev.
func (s *Service) AdoptPolicy(ctx context.Context, actor civic.Actor, id string, rev int64, in Adoption) error {
	if !codeForm.MatchString(in.Code) {
		return errCode
	}
	return s.changePolicy(ctx, actor, id, rev, func(tx *journal.Tx, auth civic.Authority, p Policy) error {
		switch {
		case p.Reading.Status == ledger.Draft:
			return errDraft
		case len(p.Reading.Measures) == 0:
			return errNoMeasures
		}
		p.Code = in.Code
		return adopt(tx, auth, p, in.Governments)
	})
}

// EnterPlan takes a plan that comes with the release, in our own words, into the ledger:
// for an installation that begins with it. It does nothing where the plan is there.
func (s *Service) EnterPlan(ctx context.Context, actor civic.Actor, plan *ledger.Plan, division civic.Division, governments []civic.Division) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(keeping(division))
		if err != nil {
			return err
		}
		if is, err := isAdopted(tx, plan.Code); err != nil {
			return err
		} else if is {
			return journal.ErrUnchanged
		}
		p := Policy{ID: db.NewID(), Division: division, Code: plan.Code, Reading: ofPlan(plan)}
		if err := enterPolicy(tx, p); err != nil {
			return err
		}
		return adopt(tx, auth, p, governments)
	})
}

// ofPlan is a plan in our own words as a reading: its measures have no text of the document.
func ofPlan(plan *ledger.Plan) *ledger.Policy {
	out := &ledger.Policy{Title: plan.Title, Number: plan.Number, Issuer: plan.Issuer, IssuedOn: plan.IssuedOn, Status: plan.Status, Truncated: plan.Truncated}
	for _, g := range plan.Goals {
		out.Goals = append(out.Goals, ledger.Goal{Text: g.Zh, Deadline: g.Deadline})
	}
	for _, m := range plan.Measures {
		x := ledger.Measure{Ref: m.Ref, Section: m.Section, Heading: m.Zh, Kind: m.Kind, Force: m.Force}
		for _, a := range m.Actions {
			y := ledger.Action{Text: a.Zh, OpenEnded: a.OpenEnded, Deadline: a.Deadline}
			for _, u := range a.Units {
				y.Units = append(y.Units, ledger.Unit{Name: u, Lead: u == a.Lead})
			}
			for _, t := range a.Targets {
				y.Targets = append(y.Targets, ledger.Target{Text: t.Zh, Value: t.Value, Unit: t.Unit, Direction: t.Direction})
			}
			x.Actions = append(x.Actions, y)
		}
		out.Measures = append(out.Measures, x)
	}
	return out
}

// everyGovernment tells which governments below the name of a unit stands for: cities,
// counties, or both; neither for a unit that is one.
func everyGovernment(name string) (cities, counties bool) {
	all, has := strings.CutPrefix(name, "各")
	if !has || !strings.Contains(all, "政府") && !slices.ContainsFunc([]string{"市", "县", "区", "）"}, func(end string) bool { return strings.HasSuffix(all, end) }) {
		return false, false
	}
	bare := strings.NewReplacer("（市、区）", "", "（市区）", "", "(市、区)", "", "（区、市）", "").Replace(all)
	cities = strings.Contains(strings.ReplaceAll(bare, "县市区", "县"), "市") || strings.HasPrefix(bare, "地")
	counties = strings.Contains(strings.ReplaceAll(bare, "设区", ""), "县") || strings.HasPrefix(bare, "区") || strings.HasPrefix(bare, "地")
	return cities, counties
}

// Collective reports whether a document names all governments below it anywhere.
func Collective(p *ledger.Policy) bool {
	for _, m := range p.Measures {
		for _, a := range m.Actions {
			for _, u := range a.Units {
				if cities, counties := everyGovernment(u.Name); cities || counties {
					return true
				}
			}
		}
	}
	return false
}

// isAdopted reports whether a document of a code is in the ledger.
func isAdopted(tx *journal.Tx, code string) (bool, error) {
	var n int
	err := tx.Get(&n, `SELECT COUNT(*) FROM ledger_policy WHERE code = $1 AND state = 'adopted'`, code)
	return n > 0, err
}

// taskWords bounds what a task says of itself.
const taskWords = 200

func adopt(tx *journal.Tx, auth civic.Authority, p Policy, governments []civic.Division) error {
	governments = known(governments)
	for _, g := range governments {
		if !p.Division.Covers(g) || g == p.Division || place.DivisionName(g) == "" {
			return errGovernments
		}
	}
	if is, err := isAdopted(tx, p.Code); err != nil {
		return err
	} else if is {
		return errCode
	}
	var measures, targets, tasks [][]any
	all := p.Reading.End()
	for i, m := range p.Reading.Measures {
		id := db.NewID()
		measures = append(measures, []any{id, p.ID, i + 1, m.Ref, m.Section, m.Kind, m.Force, civic.Cut(m.Heading, headingMost), m.Text})
		for k, a := range m.Actions {
			for n, t := range a.Targets {
				targets = append(targets, []any{db.NewID(), id, k + 1, n + 1, civic.Cut(t.Text, taskWords), t.Value, t.Unit, t.Direction})
			}
			words := m.Heading
			if len(m.Actions) > 1 && a.Text != "" {
				words = a.Text
			}
			due := a.Deadline
			if due == "" {
				due = all
			}
			for _, w := range who(p.Division, a, governments) {
				tasks = append(tasks, []any{db.NewID(), p.ID, id, k + 1, "", w.in, w.unit, w.leads, m.Force, civic.Cut(words, taskWords), due, "silent", "", "", "", false})
			}
		}
	}
	if err := tx.InsertRows("ledger_measure", []string{"id", "policy", "seq", "ref", "section", "kind", "force", "words", "source"}, measures); err != nil {
		return err
	}
	if err := tx.InsertRows("ledger_target", []string{"id", "measure", "action", "seq", "words", "value", "unit", "direction"}, targets); err != nil {
		return err
	}
	if err := tx.InsertRows("ledger_task", taskInsert, tasks); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE ledger_policy SET state = $1, code = $2, adopted_by = $3, adopted_at = $4 WHERE id = $5`, PolicyAdopted, p.Code, tx.Actor.Operator.ID, tx.Now, p.ID); err != nil {
		return err
	}
	return tx.Record(auth, journal.Event{Act: ActAdopted, Detail: map[string]string{"title": short(p.Reading.Title), "code": p.Code, "measures": strconv.Itoa(len(measures)), "tasks": strconv.Itoa(len(tasks))},
		About: about("policy", p.ID)})
}

var taskInsert = []string{"id", "policy", "measure", "action", "meeting", "division", "unit", "leads", "force", "words", "due", "state", "said", "done_on", "late_on", "urged"}

// doer is a unit that does a part of a measure, and where.
type doer struct {
	in    civic.Division
	unit  string
	leads bool
}

// who lists the units of a part, each once: all governments below become one each.
func who(in civic.Division, a ledger.Action, governments []civic.Division) []doer {
	var out []doer
	seen := map[doer]bool{}
	add := func(d doer) {
		key := d
		key.leads = false
		if !seen[key] {
			seen[key] = true
			out = append(out, d)
		}
	}
	for _, u := range a.Units {
		cities, counties := everyGovernment(u.Name)
		some := slices.DeleteFunc(slices.Clone(governments), func(g civic.Division) bool { return !(cities && len(g) == 4 || counties && len(g) == 6) })
		if len(some) == 0 {
			add(doer{in, civic.Cut(u.Name, unitMost), u.Lead})
		}
		for _, g := range some {
			add(doer{g, Government(g), u.Lead})
		}
	}
	if len(a.Units) == 0 {
		add(doer{in: in, unit: NoUnit})
	}
	return out
}

// NoUnit stands where a document names nobody for a part.
const NoUnit = "没有写明单位"

// Government is the unit that a city's or county's government is in the ledger.
func Government(in civic.Division) string { return place.DivisionName(in) + "政府" }
