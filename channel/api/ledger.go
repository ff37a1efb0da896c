package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/ledger"
	"yinqiao/ledger/task"
)

const tagLedger = "台账"

func (s *server) ledger() {
	nf := []civic.Kind{civic.NotFound}
	handle(s, route{id: "plans-list", method: http.MethodGet, path: "/divisions/{division}/plans", tag: tagLedger,
		summary: "一个地方的方案(SX三(二))", more: "连同上级的方案；只列进了台账的。"}, s.listPlans)
	handle(s, route{id: "plans-get", method: http.MethodGet, path: "/divisions/{division}/plans/{policy}", tag: tagLedger, kinds: nf,
		summary: "一份方案按条款、按地方做到了哪一步"}, s.getPlan)
	handle(s, route{id: "duties-list", method: http.MethodGet, path: "/divisions/{division}/duties", tag: tagLedger,
		summary: "一个地方的任务", more: "每个单位一项，按方案里的先后，每页五十条。"}, s.listDuties)
	handle(s, route{id: "duties-get", method: http.MethodGet, path: "/ledger/duties/{duty}", tag: tagLedger, kinds: nf,
		summary: "一项任务，和前前后后说过的"}, s.getDuty)
	handle(s, route{id: "duties-report", method: http.MethodPost, path: "/ledger/duties/{duty}/reports", tag: tagLedger, kinds: append(nf, civic.Conflict),
		summary: "责任单位报进展", more: "以前报的都留着。照片和文件在网页上附。"}, s.reportDuty)
	handle(s, route{id: "duties-reply", method: http.MethodPost, path: "/ledger/duties/{duty}/replies", tag: tagLedger, kinds: append(nf, civic.Conflict),
		summary: "责任单位答复督办"}, s.replyDuty)
	handle(s, route{id: "targets-get", method: http.MethodGet, path: "/divisions/{division}/targets/{target}", tag: tagLedger, kinds: nf,
		summary: "一个目标的数，和每一笔凭据", more: "改正过的不算在内，每页五十条。"}, s.getTarget)
}

// planIn names a plan of a division in a path.
type planIn struct {
	LedgerOf
	Plan string `path:"policy" maxLength:"64" doc:"编号"`
}

// LedgerOf names the division whose ledger it is.
type LedgerOf struct {
	Division civic.Division `path:"division" pattern:"^[0-9]{2,12}$" patternDescription:"2到12位行政区划代码，例如 140105"`
}

// Plan is a policy document in the ledger.
type Plan struct {
	Plan     string         `json:"plan" doc:"编号"`
	Code     string         `json:"code" doc:"条款怎么叫：SX，就有SX1、SX2"`
	Title    string         `json:"title"`
	Number   string         `json:"number" doc:"文号"`
	IssuedOn string         `json:"issued_on,omitempty"`
	Division civic.Division `json:"division" doc:"哪里的方案"`
}

func planOf(p task.Policy) Plan {
	return Plan{p.ID, p.Code, p.Title, p.Number, p.IssuedOn, p.Division}
}

// Plans are those of a division.
type Plans struct {
	Plans []Plan `json:"plans"`
}

func (s *server) listPlans(ctx context.Context, in *LedgerOf) (*struct{ Body Plans }, error) {
	list, err := s.Ledger.Policies(ctx, actorOf(ctx), in.Division)
	if err != nil {
		return nil, err
	}
	out := Plans{Plans: []Plan{}}
	for _, p := range list {
		if p.State == task.PolicyAdopted {
			out.Plans = append(out.Plans, planOf(p))
		}
	}
	return &struct{ Body Plans }{out}, nil
}

// DutyCount is how many tasks there are, and how far they are.
type DutyCount struct {
	All    int64 `json:"all" doc:"一共几项"`
	Done   int64 `json:"done" doc:"做完几项"`
	Late   int64 `json:"late" doc:"过期没有做完几项"`
	Stuck  int64 `json:"stuck" doc:"遇到困难几项"`
	Silent int64 `json:"silent" doc:"一次也没有报过几项"`
}

func dutyCount(t task.Tally) DutyCount { return DutyCount{t.All, t.Done, t.Late, t.Stuck, t.Silent} }

// PlanMeasure is one measure of a plan with its tasks by place.
type PlanMeasure struct {
	Measure string               `json:"measure" doc:"编号"`
	Clause  string               `json:"clause" doc:"SX14、ZJ2.3"`
	Words   string               `json:"words"`
	Kind    ledger.Kind          `json:"kind" doc:"task 任务，safeguard 保障措施"`
	Force   ledger.Force         `json:"force" doc:"must 必须，encouraged 鼓励，explored 探索"`
	Total   DutyCount            `json:"total"`
	Places  map[string]DutyCount `json:"places" doc:"按下一级的行政区划代码；本级是它自己的代码"`
}

// PlanBoard is a plan by measure and place.
type PlanBoard struct {
	Plan
	Total    DutyCount     `json:"total"`
	Measures []PlanMeasure `json:"measures"`
}

func (s *server) getPlan(ctx context.Context, in *planIn) (*struct{ Body PlanBoard }, error) {
	m, err := s.Ledger.Board(ctx, actorOf(ctx), in.Plan, in.Division)
	if err != nil {
		return nil, err
	}
	out := PlanBoard{Plan: planOf(m.Policy), Total: dutyCount(m.Total), Measures: make([]PlanMeasure, len(m.Rows))}
	for i, r := range m.Rows {
		x := PlanMeasure{Measure: r.ID, Clause: m.Policy.Code + r.Ref, Words: r.Words, Kind: r.Kind, Force: r.Force, Total: dutyCount(r.Total), Places: map[string]DutyCount{}}
		for d, t := range r.Cells {
			x.Places[string(d)] = dutyCount(t)
		}
		out.Measures[i] = x
	}
	return &struct{ Body PlanBoard }{out}, nil
}

// Duty is one part of a measure, or one decision of a meeting, for one unit.
type Duty struct {
	Duty     string         `json:"duty" doc:"编号"`
	Clause   string         `json:"clause,omitempty" doc:"会议决定的没有"`
	Words    string         `json:"words"`
	Unit     string         `json:"unit"`
	Leads    bool           `json:"leads" doc:"方案写明牵头的"`
	Division civic.Division `json:"division"`
	Due      string         `json:"due,omitempty" doc:"最后一天"`
	State    task.State     `json:"state" doc:"silent 没有报过，under_way 正在做，stuck 有困难，done 报了做完，accepted 核实做完"`
	Late     int            `json:"late_days" doc:"过期几天，没有过期是0"`
	Said     string         `json:"said,omitempty" doc:"最近一次报的"`
	Urged    bool           `json:"urged" doc:"正在督办，等答复"`
}

func (s *server) dutyOf(t task.Task) Duty {
	return Duty{t.ID, t.Clause(), t.Words, t.Unit, t.Leads, t.Division, t.Due, t.State, t.Late(s.Now()), t.Said, t.Urged}
}

type dutiesIn struct {
	LedgerOf
	State  string `query:"state" maxLength:"20" enum:",silent,under_way,stuck,done,accepted,late,urged,asked" doc:"到了哪一步；late 过期没有做完，urged 正在督办，asked 申请延期"`
	Unit   string `query:"unit" maxLength:"60" doc:"方案里的单位名称"`
	Plan   string `query:"plan" maxLength:"64"`
	Before string `query:"before" maxLength:"64" doc:"上一页最后一条的编号"`
}

// Duties are a page of a list.
type Duties struct {
	Duties []Duty `json:"duties"`
	More   bool   `json:"more" doc:"后面还有"`
}

func (s *server) listDuties(ctx context.Context, in *dutiesIn) (*struct{ Body Duties }, error) {
	list, more, err := s.Ledger.Tasks(ctx, actorOf(ctx), task.Ask{Division: in.Division, State: in.State, Unit: in.Unit, Policy: in.Plan, Before: in.Before})
	if err != nil {
		return nil, err
	}
	out := Duties{Duties: make([]Duty, len(list)), More: more}
	for i, t := range list {
		out.Duties[i] = s.dutyOf(t)
	}
	return &struct{ Body Duties }{out}, nil
}

// OneDuty names a task in a path.
type OneDuty struct {
	Duty string `path:"duty" maxLength:"64" doc:"编号"`
}

// DutyStep is something that was said about a task.
type DutyStep struct {
	At    time.Time  `json:"at"`
	Kind  string     `json:"kind" doc:"report 报进展，verdict 核实，order 督办，reply 答复，extension 申请延期，decision 答复延期"`
	Words string     `json:"words"`
	State task.State `json:"state,omitempty"`
	Until string     `json:"until,omitempty"`
	Files int        `json:"files" doc:"几个凭据，在网页上看"`
}

// DutyAccount is a task with all that was said about it.
type DutyAccount struct {
	Duty
	Steps []DutyStep `json:"steps"`
}

func (s *server) getDuty(ctx context.Context, in *OneDuty) (*struct{ Body DutyAccount }, error) {
	a, err := s.Ledger.Show(ctx, actorOf(ctx), in.Duty)
	if err != nil {
		return nil, err
	}
	out := DutyAccount{Duty: s.dutyOf(a.Task), Steps: make([]DutyStep, len(a.Steps))}
	for i, x := range a.Steps {
		out.Steps[i] = DutyStep{x.At.In(civic.Shanghai), x.Kind, x.Words, x.State, x.Until, len(x.Files)}
	}
	return &struct{ Body DutyAccount }{out}, nil
}

type reportIn struct {
	OneDuty
	Body struct {
		State task.State `json:"state" enum:"under_way,stuck,done" doc:"正在做、有困难、做完了"`
		Words string     `json:"words" minLength:"1" maxLength:"1000" doc:"做了什么，还差什么"`
	}
}

func (s *server) reportDuty(ctx context.Context, in *reportIn) (*struct{ Body DutyAccount }, error) {
	if err := s.Ledger.Report(ctx, actorOf(ctx), in.Duty, task.Reporting{State: in.Body.State, Words: in.Body.Words}); err != nil {
		return nil, under("body", err)
	}
	return s.getDuty(ctx, &in.OneDuty)
}

type replyIn struct {
	OneDuty
	Body struct {
		Words string `json:"words" minLength:"1" maxLength:"1000" doc:"怎么回事、怎么办、什么时候好"`
	}
}

func (s *server) replyDuty(ctx context.Context, in *replyIn) (*struct{ Body DutyAccount }, error) {
	if err := s.Ledger.Reply(ctx, actorOf(ctx), in.Duty, in.Body.Words); err != nil {
		return nil, under("body", err)
	}
	return s.getDuty(ctx, &in.OneDuty)
}

type targetIn struct {
	LedgerOf
	Target string `path:"target" maxLength:"64" doc:"编号"`
	Before string `query:"before" maxLength:"64" doc:"上一页最后一条的编号"`
}

// TargetEntry is one thing that counts towards a target.
type TargetEntry struct {
	Words    string         `json:"words" doc:"哪一个、在哪里"`
	Day      string         `json:"day"`
	N        int64          `json:"n"`
	Unit     string         `json:"unit"`
	Division civic.Division `json:"division"`
	Files    int            `json:"files" doc:"几个凭据"`
}

// TargetSum is a target with what counts towards it.
type TargetSum struct {
	Target    string           `json:"target"`
	Clause    string           `json:"clause"`
	Words     string           `json:"words"`
	Value     float64          `json:"value"`
	Unit      string           `json:"unit"`
	Direction ledger.Direction `json:"direction" doc:"at_least 至少，at_most 不超过，exactly 正好"`
	Sum       int64            `json:"sum" doc:"已经多少；百分比是现在最低的单位"`
	Entries   []TargetEntry    `json:"entries"`
	More      bool             `json:"more"`
}

func (s *server) getTarget(ctx context.Context, in *targetIn) (*struct{ Body TargetSum }, error) {
	c, err := s.Ledger.Counted(ctx, actorOf(ctx), in.Target, in.Division, false, in.Before)
	if err != nil {
		return nil, err
	}
	out := TargetSum{c.Target.ID, c.Clause, c.Target.Words, c.Value, c.Target.Unit, c.Direction, c.Sum, make([]TargetEntry, len(c.List)), c.More}
	for i, x := range c.List {
		out.Entries[i] = TargetEntry{x.Words, x.Day, x.N, x.Unit, x.Division, len(x.Files)}
	}
	return &struct{ Body TargetSum }{out}, nil
}
