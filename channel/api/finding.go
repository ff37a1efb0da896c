package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/ledger/finding"
)

const tagFinding = "没有做到的"

func (s *server) findings() {
	handle(s, route{id: "findings-list", method: http.MethodGet, path: "/divisions/{division}/findings", tag: tagFinding,
		summary: "一个地方没有做到的(SX三(二))", more: "限监督人员和管理员。开关窗口、入口、付款方式、服务以后马上重查。新查出来的在前，每页五十条。"}, s.listFindings)
	handle(s, route{id: "findings-get", method: http.MethodGet, path: "/findings/{finding}", tag: tagFinding, kinds: []civic.Kind{civic.NotFound},
		summary: "一条没有做到的：哪一条规定、谁负责、怎样才算做到"}, s.getFinding)
	handle(s, route{id: "findings-answer", method: http.MethodPost, path: "/findings/{finding}/answer", tag: tagFinding, kinds: []civic.Kind{civic.NotFound, civic.Conflict},
		summary: "负责的单位答复", more: "答复以后马上再查一次；只有真的做到了才会清掉。"}, s.answerFinding)
	handle(s, route{id: "findings-ask", method: http.MethodPost, path: "/findings/{finding}/ask", tag: tagFinding, kinds: []civic.Kind{civic.NotFound, civic.Conflict},
		summary: "监督人员要求答复"}, s.askFinding)
}

// Finding is a duty of the plans that is not met, or was not.
type Finding struct {
	Finding  string         `json:"finding"`
	Rule     string         `json:"rule"`
	Title    string         `json:"title"`
	Clauses  []string       `json:"clauses"`
	Force    civic.Force    `json:"force" enum:"must,encouraged" doc:"must 必须做到，encouraged 鼓励做"`
	Duty     string         `json:"duty" doc:"条款的白话"`
	Clears   string         `json:"clears" doc:"怎样才算做到"`
	Say      string         `json:"say" doc:"现在怎么不对"`
	Division civic.Division `json:"division"`
	Office   civic.OfficeID `json:"office,omitempty"`
	Place    string         `json:"place,omitempty"`
	Owners   []string       `json:"owners" doc:"谁负责：岗位和姓名"`
	Since    time.Time      `json:"since"`
	Due      time.Time      `json:"due" doc:"最晚什么时候答复"`
	Wanted   bool           `json:"wanted" doc:"还等着答复"`
	Asked    string         `json:"asked,omitempty" doc:"监督人员问的话"`
	Answer   string         `json:"answer,omitempty"`
	Answered *time.Time     `json:"answered,omitempty"`
	Checked  time.Time      `json:"checked" doc:"上一次查的时间"`
	Cleared  *time.Time     `json:"cleared,omitempty" doc:"什么时候做到了"`
}

func findingOf(f finding.Finding) Finding {
	out := Finding{Finding: f.ID, Rule: f.Rule, Title: f.Of.Title, Clauses: append([]string{}, f.Clauses()...), Force: f.Force, Duty: f.Of.Duty, Clears: f.Of.Clears,
		Say: f.Say, Division: f.Division, Office: f.Office, Place: f.Place, Owners: []string{}, Since: f.Since.In(civic.Shanghai), Due: f.Due.In(civic.Shanghai),
		Wanted: f.Wanted(), Asked: f.Asked, Answer: f.Answer, Answered: shownMoment(f.AnsweredAt), Checked: f.CheckedAt.In(civic.Shanghai), Cleared: shownMoment(f.ClearedAt)}
	for _, o := range f.Owners {
		out.Owners = append(out.Owners, o.Role+" "+o.Name)
	}
	return out
}

type findingsIn struct {
	Division civic.Division `path:"division" pattern:"^[0-9]{2,12}$" patternDescription:"2到12位行政区划代码，例如 140105"`
	State    string         `query:"state" maxLength:"10" enum:"open,late,cleared" default:"open" doc:"open 还没有做到，late 过了日子没答复，cleared 已经做到"`
	Force    civic.Force    `query:"force" maxLength:"20" doc:"must 或 encouraged；不写就是都要"`
	Rule     string         `query:"rule" maxLength:"40" doc:"哪一条规矩"`
	Before   string         `query:"before" maxLength:"64" doc:"上一页最后一条的编号"`
}

// Findings are a page of a list.
type Findings struct {
	Findings []Finding `json:"findings"`
	More     bool      `json:"more" doc:"后面还有"`
}

func (s *server) listFindings(ctx context.Context, in *findingsIn) (*struct{ Body Findings }, error) {
	list, more, err := s.Findings.List(ctx, actorOf(ctx), finding.Ask{Division: in.Division, State: in.State, Force: in.Force, Rule: in.Rule, Before: in.Before})
	if err != nil {
		return nil, err
	}
	out := Findings{Findings: make([]Finding, len(list)), More: more}
	for i, f := range list {
		out.Findings[i] = findingOf(f)
	}
	return &struct{ Body Findings }{out}, nil
}

// OneFinding names a finding in a path.
type OneFinding struct {
	Finding string `path:"finding" maxLength:"64" doc:"编号"`
}

func (s *server) getFinding(ctx context.Context, in *OneFinding) (*struct{ Body Finding }, error) {
	f, err := s.Findings.Show(ctx, actorOf(ctx), in.Finding)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Finding }{findingOf(f)}, nil
}

type findingWords struct {
	OneFinding
	Body struct {
		Words string `json:"words" minLength:"1" maxLength:"200" doc:"一两句话，不写证件号和电话"`
	}
}

func (s *server) answerFinding(ctx context.Context, in *findingWords) (*struct{ Body Finding }, error) {
	if err := s.Findings.Answer(ctx, actorOf(ctx), in.Finding, in.Body.Words); err != nil {
		return nil, under("body", err)
	}
	return s.getFinding(ctx, &in.OneFinding)
}

func (s *server) askFinding(ctx context.Context, in *findingWords) (*struct{ Body Finding }, error) {
	if err := s.Findings.RequireAnswer(ctx, actorOf(ctx), in.Finding, in.Body.Words); err != nil {
		return nil, under("body", err)
	}
	return s.getFinding(ctx, &in.OneFinding)
}
