package desk

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/ledger"
	"yinqiao/ledger/finding"
	"yinqiao/ledger/indicator"
	"yinqiao/ledger/task"
	"yinqiao/place"
	"yinqiao/sheet"
	"yinqiao/staff"
)

func (f face) ledgerRoutes() []kit.Route {
	return slices.Concat([]kit.Route{
		{Pattern: "GET /desk/ledger", Do: f.ledger},
		{Pattern: "GET /desk/ledger/tasks", Do: f.ledgerTasks},
		{Pattern: "GET /desk/ledger/tasks.xlsx", Do: f.ledgerSheet},
		{Pattern: "GET /desk/ledger/measures/{measure}", Do: f.measure},
	}, f.ledgerTaskRoutes(), f.ledgerTargetRoutes(), f.ledgerUnitRoutes())
}

var errNoLedger = civic.E(civic.Denied, "grant.role", "台账由监督人员、管理员和责任单位的经办人看。").Accepting("请用责任单位或监督人员的账号登录")

// book is the frame of a page of the ledger, with where the reader sees it.
type book struct {
	Member  staff.Member
	In      []civic.Division // where the reader sees figures
	At      civic.Division   // which was chosen
	MayKeep bool             // the reader keeps the ledger there
	Reports bool             // the reader's office reports
	Where   []place.Division
	Now     time.Time
}

func (f face) book(r *http.Request, title string) (kit.Frame, civic.Actor, book, error) {
	fr, a, m, err := f.frame(r, title)
	if err != nil {
		return fr, a, book{}, err
	}
	in := m.Where(civic.MaySeeFigures)
	if len(in) == 0 {
		return fr, a, book{}, errNoLedger
	}
	b := book{Member: m, In: in, At: within(r.URL.Query().Get("division"), in), Where: below(in), Now: f.Now()}
	_, b.MayKeep = m.MayIn(civic.MayKeepLedger, b.At)
	_, b.Reports = m.May(civic.MayReportTasks)
	fr.Back = "/desk/ledger"
	return fr, a, b, nil
}

// ledgerView is a plan by measure and place.
type ledgerView struct {
	book
	Plans  []task.Policy
	Matrix task.Matrix
	Mine   []task.Task // what the reader's office has to do next
	More   bool
}

// ledger shows the tasks of a plan by measure and place, and whoever reports their own.
func (f face) ledger(w http.ResponseWriter, r *http.Request) error {
	fr, a, b, err := f.book(r, "台账")
	if err != nil {
		return err
	}
	fr.Back = "/desk"
	v := ledgerView{book: b}
	if b.Reports {
		if v.Mine, v.More, err = f.Ledger.Tasks(r.Context(), a, task.Ask{Office: b.Member.Office}); err != nil {
			return err
		}
		slices.SortStableFunc(v.Mine, func(x, y task.Task) int { return cmp.Compare(urgency(x, b.Now), urgency(y, b.Now)) })
	}
	all, err := f.Ledger.Policies(r.Context(), a, b.At)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.State == task.PolicyAdopted {
			v.Plans = append(v.Plans, p)
		}
	}
	if len(v.Plans) > 0 {
		chosen := v.Plans[0].ID
		if i := slices.IndexFunc(v.Plans, func(p task.Policy) bool { return p.ID == r.URL.Query().Get("policy") }); i >= 0 {
			chosen = v.Plans[i].ID
		}
		if v.Matrix, err = f.Ledger.Board(r.Context(), a, chosen, b.At); err != nil {
			return err
		}
	}
	return f.Render(w, r, ledgerPage(fr, v))
}

// urgency puts first what somebody waits for: an order, what is late, what is soon.
func urgency(t task.Task, now time.Time) int {
	switch {
	case t.Urged:
		return 0
	case t.Late(now) > 0:
		return 1
	case !t.Finished():
		return 2
	}
	return 3
}

// dutiesView is a list of tasks.
type dutiesView struct {
	book
	Ask  task.Ask
	Mine bool
	List []task.Task
	Next string
}

func (f face) asksTasks(r *http.Request) (kit.Frame, civic.Actor, dutiesView, error) {
	fr, a, b, err := f.book(r, "任务")
	if err != nil {
		return fr, a, dutiesView{}, err
	}
	q := r.URL.Query()
	v := dutiesView{book: b, Mine: q.Get("mine") != "" && b.Reports, Ask: task.Ask{Division: b.At, Policy: q.Get("policy"), Measure: q.Get("measure"), Unit: q.Get("unit"), State: q.Get("state"), Before: q.Get("before")}}
	if v.Mine {
		v.Ask.Division, v.Ask.Office = "", b.Member.Office
	}
	return fr, a, v, nil
}

func (f face) ledgerTasks(w http.ResponseWriter, r *http.Request) error {
	fr, a, v, err := f.asksTasks(r)
	if err != nil {
		return err
	}
	more := false
	if v.List, more, err = f.Ledger.Tasks(r.Context(), a, v.Ask); err != nil {
		return err
	}
	if more {
		v.Next = v.List[len(v.List)-1].ID
	}
	return f.Render(w, r, dutiesPage(fr, v))
}

// address is the address of the list, or of its workbook, from after a task on.
func (v dutiesView) address(path, before string) string {
	q := url.Values{"division": {string(v.At)}}
	for name, value := range map[string]string{"policy": v.Ask.Policy, "measure": v.Ask.Measure, "unit": v.Ask.Unit, "state": v.Ask.State, "before": before} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if v.Mine {
		q.Set("mine", "1")
	}
	return path + "?" + q.Encode()
}

func (f face) ledgerSheet(w http.ResponseWriter, r *http.Request) error {
	_, a, v, err := f.asksTasks(r)
	if err != nil {
		return err
	}
	rows := [][]string{{"条款", "任务", "责任单位", "牵头", "地方", "要求", "期限", "到了哪一步", "最近一次说的", "最近一次报的时间", "是哪一家"}}
	rows, err = everyPage(rows, func(before string) (some [][]string, next string, err error) {
		v.Ask.Before = before
		list, more, err := f.Ledger.Tasks(r.Context(), a, v.Ask)
		for _, t := range list {
			at := ""
			if t.ReportedAt != nil {
				at = kit.Moment(*t.ReportedAt)
			}
			some = append(some, []string{cmp.Or(t.Clause(), "会议决定"), t.Words, t.Unit, map[bool]string{true: "牵头"}[t.Leads], divisionName(t.Division), planForce(t.Force), t.Due, progressWords(t, v.Now), t.Said, at, t.Place})
		}
		if more {
			next = list[len(list)-1].ID
		}
		return some, next, err
	})
	if err != nil {
		return err
	}
	book, err := sheet.Texts(rows)
	if err != nil {
		return err
	}
	return sendSheet(w, book, true, "tasks")
}

// measureView is one measure, with what the platform sees of it.
type measureView struct {
	book
	task.Leaf
	Board indicator.Board   // the figures that cite it
	Found []finding.Finding // the rules that cite it and are not kept
	Many  bool              // there are more
}

func (f face) measure(w http.ResponseWriter, r *http.Request) error {
	fr, a, b, err := f.book(r, "措施")
	if err != nil {
		return err
	}
	v := measureView{book: b}
	if v.Leaf, err = f.Ledger.Measure(r.Context(), a, r.PathValue("measure"), b.At); err != nil {
		return err
	}
	if v.Board, err = f.Figures.Board(r.Context(), a, indicator.Ask{Division: b.At, Clause: v.Clause()}); err != nil {
		return err
	}
	if v.Found, v.Many, err = f.Findings.List(r.Context(), a, finding.Ask{Division: b.At, Clause: v.Clause()}); err != nil {
		return err
	}
	if few := 5; len(v.Found) > few {
		v.Found, v.Many = v.Found[:few], true
	}
	fr.Title = v.Clause() + " " + v.Words
	fr.Back = "/desk/ledger?" + url.Values{"division": {string(b.At)}, "policy": {v.Policy.ID}}.Encode()
	return f.Render(w, r, measurePage(fr, v))
}

// planForce says how strongly a plan asks for something.
func planForce(x ledger.Force) string {
	switch x {
	case ledger.Must:
		return "必须做"
	case ledger.Encouraged:
		return "鼓励做"
	}
	return "探索做"
}

// cellWords says the tasks of a cell in numbers.
func cellWords(t task.Tally) string {
	words := fmt.Sprintf("%d/%d", t.Done, t.All)
	if t.Late > 0 {
		words += fmt.Sprintf("，过期%d", t.Late)
	}
	return words
}
