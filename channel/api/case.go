package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/casework"
	"yinqiao/people"
)

func (s *server) cases() {
	handle(s, route{id: "cases-list", method: http.MethodGet, path: "/cases", tag: tagCase,
		summary: "本单位要办的事，急的在前", more: "限承办单位的工作人员。最多一百件。done=true 列出办完的。"}, s.listCases)
	handle(s, route{id: "cases-get", method: http.MethodGet, path: "/cases/{request}", tag: tagCase, kinds: []civic.Kind{civic.NotFound},
		summary: "一件事的内容、结果和经过", more: "限承办单位、本人和能替老人办事的人。"}, s.getCase)
	kinds := []civic.Kind{civic.NotFound, civic.Conflict}
	handle(s, route{id: "cases-take", method: http.MethodPost, path: "/cases/{request}/take", tag: tagCase, kinds: kinds,
		summary: "单位开始办这件事"}, s.takeCase)
	handle(s, route{id: "cases-resolve", method: http.MethodPost, path: "/cases/{request}/resolve", tag: tagCase, kinds: kinds,
		summary: "单位写明办理结果", more: "写给老人看的话。办好没有，由老人说了算。"}, s.resolveCase)
	handle(s, route{id: "cases-confirm", method: http.MethodPost, path: "/cases/{request}/confirm", tag: tagCase, kinds: kinds,
		summary: "老人说办好了，或者没有办好", more: "没有办好的，重新交给单位办。"}, s.confirmCase)
}

// Case is one case in a queue.
type Case struct {
	Request   civic.RequestID `json:"request"`
	Number    civic.Number    `json:"number"`
	Grouped   string          `json:"grouped" doc:"分组的号码，好念"`
	Service   string          `json:"service"`
	Title     string          `json:"title"`
	Who       string          `json:"who" doc:"为谁办；在列表里遮住中间的字"`
	State     casework.State  `json:"state" enum:"open,taken,asked,resolved,confirmed,unconfirmed,rejected,withdrawn"`
	Words     string          `json:"words" doc:"状态，说给人听"`
	Assignee  civic.StaffID   `json:"assignee,omitempty"`
	Assigned  string          `json:"assigned,omitempty" doc:"经办人"`
	Reopened  int64           `json:"reopened" doc:"老人说没办好、重新办过几次"`
	OpenedAt  time.Time       `json:"opened_at"`
	DueAt     time.Time       `json:"due_at"`
	OverdueAt *time.Time      `json:"overdue_at,omitempty"`
}

func caseOf(c casework.Case, title, who string) Case {
	return Case{c.Request, c.Number, c.Number.Grouped(), c.Service, title, who, c.State, c.State.Words(), c.Assignee, "", c.Reopened,
		c.OpenedAt.In(civic.Shanghai), c.DueAt.In(civic.Shanghai), c.OverdueAt}
}

type listCasesIn struct {
	Done bool `query:"done" doc:"true 列出办完的"`
}

// Queue is an office's cases.
type Queue struct {
	Cases []Case `json:"cases"`
}

func (s *server) listCases(ctx context.Context, in *listCasesIn) (*struct{ Body Queue }, error) {
	items, err := s.Casework.Queue(ctx, actorOf(ctx), in.Done)
	if err != nil {
		return nil, err
	}
	out := Queue{Cases: make([]Case, len(items))}
	for i, it := range items {
		out.Cases[i] = caseOf(it.Case, it.Title, it.Who)
		out.Cases[i].Assigned = it.Assigned
	}
	return &struct{ Body Queue }{out}, nil
}

// CaseFile is a case with all that its reader may know.
type CaseFile struct {
	Case
	Person     civic.PersonID `json:"person"`
	Sex        people.Sex     `json:"sex"`
	Birth      string         `json:"birth"`
	Office     civic.OfficeID `json:"office"`
	OfficeName string         `json:"office_name"`
	Lines      []Line         `json:"lines" doc:"申请的内容"`
	Outcome    string         `json:"outcome,omitempty" doc:"办理结果"`
	Done       string         `json:"done" doc:"办完时要写明什么"`
	Story      []StoryLine    `json:"story"`
	MayWork    bool           `json:"may_work" doc:"能办这件事"`
	MayConfirm bool           `json:"may_confirm" doc:"能说办好没有"`
}

// OnCase is the path of everything that is about one case.
type OnCase struct {
	Request civic.RequestID `path:"request" maxLength:"64" doc:"这件事的编号"`
}

func (s *server) getCase(ctx context.Context, in *OnCase) (*struct{ Body CaseFile }, error) {
	f, err := s.Casework.Read(ctx, actorOf(ctx), in.Request)
	if err != nil {
		return nil, err
	}
	out := CaseFile{Case: caseOf(f.Case, f.Title, f.Who.Name), Person: f.Person, Sex: f.Who.Sex, Birth: f.Who.Birth, Office: f.Office.ID, OfficeName: f.Office.Name,
		Lines: make([]Line, len(f.Lines)), Outcome: f.Outcome, Done: f.Done, Story: make([]StoryLine, len(f.Story)), MayWork: f.MayWork, MayConfirm: f.MaySay}
	for i, l := range f.Lines {
		out.Lines[i] = Line(l)
	}
	for i, l := range f.Story {
		out.Story[i] = StoryLine(l)
	}
	return &struct{ Body CaseFile }{out}, nil
}

func (s *server) takeCase(ctx context.Context, in *OnCase) (*struct{}, error) {
	return nil, s.Casework.Take(ctx, actorOf(ctx), in.Request)
}

type resolveIn struct {
	OnCase
	Body struct {
		Outcome string `json:"outcome" minLength:"1" maxLength:"500" doc:"办理结果，让老人看得懂"`
	}
}

func (s *server) resolveCase(ctx context.Context, in *resolveIn) (*struct{}, error) {
	return nil, s.Casework.Resolve(ctx, actorOf(ctx), in.Request, in.Body.Outcome)
}

type confirmIn struct {
	OnCase
	Body struct {
		Solved bool `json:"solved" doc:"true 办好了；false 没有办好，重新办"`
	}
}

func (s *server) confirmCase(ctx context.Context, in *confirmIn) (*struct{}, error) {
	return nil, s.Casework.Confirm(ctx, actorOf(ctx), in.Request, in.Body.Solved)
}
