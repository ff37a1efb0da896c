package desk

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/ledger/finding"
	"yinqiao/place"
	"yinqiao/staff"
)

func (f face) findingRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/findings", Do: f.findings},
		{Pattern: "GET /desk/findings/{finding}", Do: f.finding},
		{Pattern: "POST /desk/findings/{finding}/ask", Do: f.askFinding},
		{Pattern: "POST /desk/findings/{finding}/answer", Do: f.answerFinding},
	}
}

// findingsView is what is not met in a division.
type findingsView struct {
	Ask        finding.Ask
	Open, Late int // duties
	List       []finding.Finding
	Next       string
	Rules      []civic.Rule
	Where      []place.Division
	Now        time.Time
}

var errNoFigures = civic.E(civic.Denied, "grant.role", "这张单子由监督人员和管理员看。").Accepting("本单位的事请看「本单位」")

// findings lists what the rules of the plans found, for whoever sees the figures.
func (f face) findings(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "没有做到的")
	if err != nil {
		return err
	}
	in := m.Where(civic.MaySeeFigures)
	if len(in) == 0 {
		return errNoFigures
	}
	v := findingsView{Now: f.Now(), Rules: f.Findings.Rules(), Where: below(in)}
	q := r.URL.Query()
	v.Ask = finding.Ask{Division: within(q.Get("division"), in), State: q.Get("state"), Force: civic.Force(q.Get("force")), Rule: q.Get("rule"), Before: q.Get("before")}
	if !slices.Contains([]string{finding.StateOpen, finding.StateLate, finding.StateCleared}, v.Ask.State) {
		v.Ask.State = finding.StateOpen
	}
	more := false
	if v.List, more, err = f.Findings.List(r.Context(), a, v.Ask); err != nil {
		return err
	}
	if more {
		v.Next = v.List[len(v.List)-1].ID
	}
	if v.Open, v.Late, err = f.Findings.Count(r.Context(), a, v.Ask.Division); err != nil {
		return err
	}
	return f.Render(w, r, findingsPage(fr, v))
}

// within is the division that somebody chose, if it lies in their own; else the first of
// their own.
func within(asked string, in []civic.Division) civic.Division {
	d := civic.Division(asked)
	if slices.ContainsFunc(in, func(own civic.Division) bool { return own.Covers(d) }) {
		return d
	}
	return in[0]
}

// address is the address of the list with one part of what is asked changed.
func (v findingsView) address(name, value string) string {
	q := url.Values{"division": {string(v.Ask.Division)}, "state": {v.Ask.State}}
	if v.Ask.Force != "" {
		q.Set("force", string(v.Ask.Force))
	}
	if v.Ask.Rule != "" {
		q.Set("rule", v.Ask.Rule)
	}
	q.Set(name, value)
	return "/desk/findings?" + q.Encode()
}

// findingView is one finding, with what the reader may do about it.
type findingView struct {
	finding.Finding
	Ask, Answer bool
	Now         time.Time
	Old         *http.Request
}

func (f face) finding(w http.ResponseWriter, r *http.Request) error {
	return f.showFinding(w, r, nil)
}

func (f face) showFinding(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, m, err := f.frame(r, "没有做到的")
	if err != nil {
		return err
	}
	v := findingView{Now: f.Now(), Old: r}
	if v.Finding, err = f.Findings.Show(r.Context(), a, r.PathValue("finding")); err != nil {
		return err
	}
	fr.Title, fr.Back = v.Of.Title, backOf(m, v.Finding)
	_, v.Ask = m.MayIn(civic.MaySupervise, v.Division)
	v.Answer = answers(m, v.Finding)
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, findingPage(fr, v))
}

// backOf is the page that leads to a finding: the place of its own staff, the list of
// the others.
func backOf(m staff.Member, x finding.Finding) string {
	if _, figures := m.MayIn(civic.MaySeeFigures, x.Division); !figures && x.Office != "" {
		return "/desk/places/" + string(x.Office)
	}
	return "/desk/findings"
}

// answers reports whether a member answers for a finding.
func answers(m staff.Member, x finding.Finding) bool {
	if _, keeps := m.May(civic.MayKeepPlace); keeps && x.Office != "" && m.Office == x.Office {
		return true
	}
	for _, p := range []civic.Permission{civic.MayManageStaff, civic.MayPublish} {
		if _, may := m.MayIn(p, x.Division); may {
			return true
		}
	}
	return false
}

func (f face) askFinding(w http.ResponseWriter, r *http.Request) error {
	return f.toldFinding(w, r, f.Findings.RequireAnswer(r.Context(), f.actor(r), r.PathValue("finding"), kit.Field(r, "words")))
}

func (f face) answerFinding(w http.ResponseWriter, r *http.Request) error {
	return f.toldFinding(w, r, f.Findings.Answer(r.Context(), f.actor(r), r.PathValue("finding"), kit.Field(r, "words")))
}

func (f face) toldFinding(w http.ResponseWriter, r *http.Request, err error) error {
	if civic.Is(err, civic.Invalid) {
		return f.showFinding(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/findings/"+r.PathValue("finding"))
}
