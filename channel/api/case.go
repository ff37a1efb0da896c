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
		summary: "本单位要办的事，急的在前", more: "限承办单位的工作人员。一页最多一百件，还有就写 next。done=true 等于 view=said 加 view=ended 的第一页。"}, s.listCases)
	handle(s, route{id: "cases-get", method: http.MethodGet, path: "/cases/{request}", tag: tagCase, kinds: []civic.Kind{civic.NotFound},
		summary: "一件事的内容、结果和经过", more: "限承办单位、本人和能替老人办事的人。"}, s.getCase)
	s.caseSteps()
	s.queues()
	s.things()
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
	Skill     string          `json:"skill,omitempty" doc:"办的人要会什么"`
	NearAt    time.Time       `json:"near_at" doc:"从这时起算快到期"`
	StoppedAt *time.Time      `json:"stopped_at,omitempty" doc:"等老人补充，期限从这时起停着"`
	Attempts  int64           `json:"attempts,omitempty" doc:"办好以后，联系过老人几次没有联系上"`
	Appealed  int64           `json:"appealed,omitempty" doc:"老人不同意结果几次"`
}

func caseOf(c casework.Case, title, who string) Case {
	return Case{c.Request, c.Number, c.Number.Grouped(), c.Service, title, who, c.State, c.State.Words(), c.Assignee, "", c.Reopened,
		c.OpenedAt.In(civic.Shanghai), c.DueAt.In(civic.Shanghai), c.OverdueAt, c.Skill, c.NearAt.In(civic.Shanghai), c.StoppedAt, c.Attempts, c.Appealed}
}

type listCasesIn struct {
	Done    bool          `query:"done" doc:"true 列出办完的"`
	View    casework.View `query:"view" maxLength:"5" enum:"todo,mine,free,near,late,asked,said,ended" doc:"todo 要办的，mine 我手上的，free 没人接的，near 快到期的，late 超时的，asked 等老人补充，said 等老人确认，ended 办完的；不写是 todo"`
	Service string        `query:"service" maxLength:"60" doc:"只要这一种服务"`
	Skill   string        `query:"skill" maxLength:"40" doc:"只要这一种技能"`
	After   string        `query:"after" maxLength:"80" doc:"上一页的 next"`
}

// Queue is a page of an office's cases.
type Queue struct {
	Cases []Case `json:"cases"`
	Next  string `json:"next,omitempty" doc:"还有：下次写在 after 里"`
}

func (s *server) listCases(ctx context.Context, in *listCasesIn) (*struct{ Body Queue }, error) {
	var page casework.Page
	var err error
	if in.Done {
		page.Items, err = s.Casework.Queue(ctx, actorOf(ctx), true)
	} else {
		page, err = s.Casework.List(ctx, actorOf(ctx), casework.Filter{View: in.View, Service: in.Service, Skill: in.Skill, After: in.After})
	}
	if err != nil {
		return nil, err
	}
	return &struct{ Body Queue }{Queue{casesOf(page.Items), page.Next}}, nil
}

func casesOf(items []casework.Item) []Case {
	out := make([]Case, len(items))
	for i, it := range items {
		out[i] = caseOf(it.Case, it.Title, it.Who)
		out[i].Assigned = it.Assigned
	}
	return out
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
	Notes      []Note         `json:"notes" doc:"问的、补充的、转办和延期的原因、以前的答复、要另外办的"`
	Parent     *Related       `json:"parent,omitempty" doc:"是办哪一件事的时候一起交的"`
	Children   []Related      `json:"children" doc:"一起交的别的事"`
	Unasked    []string       `json:"unasked,omitempty" doc:"一起交的事：还没有问过老人的，由单位问"`
	Things     []Thing        `json:"things" doc:"材料和钱"`
	Story      []StoryLine    `json:"story"`
	MayWork    bool           `json:"may_work" doc:"能办这件事"`
	MayConfirm bool           `json:"may_confirm" doc:"能说办好没有"`
}

// Related is a matter that was told at once with another.
type Related struct {
	Request civic.RequestID `json:"request"`
	Number  civic.Number    `json:"number"`
	Grouped string          `json:"grouped" doc:"分组的号码，好念"`
	Service string          `json:"service"`
	Title   string          `json:"title"`
	State   casework.State  `json:"state" enum:"open,taken,asked,resolved,confirmed,unconfirmed,rejected,withdrawn"`
	Words   string          `json:"words" doc:"状态，说给人听"`
}

func relatedOf(k casework.Related) Related {
	return Related{k.ID, k.Number, k.Number.Grouped(), k.Service, k.Title, k.State, k.State.Words()}
}

// Note is what was said in the course of a case.
type Note struct {
	Kind  string    `json:"kind" enum:"asked,answered,noted,tried,appealed,moved,extended,former,left"`
	Words string    `json:"words"`
	At    time.Time `json:"at"`
	Text  string    `json:"text"`
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
		Lines: make([]Line, len(f.Lines)), Outcome: f.Outcome, Done: f.Done, Notes: make([]Note, len(f.Notes)), Things: make([]Thing, len(f.Things)), Story: make([]StoryLine, len(f.Story)), MayWork: f.MayWork, MayConfirm: f.MaySay}
	out.Children, out.Unasked = make([]Related, len(f.Made)), f.Unasked
	for i, k := range f.Made {
		out.Children[i] = relatedOf(k)
	}
	if f.Parent != nil {
		p := relatedOf(*f.Parent)
		out.Parent = &p
	}
	for i, l := range f.Lines {
		out.Lines[i] = Line(l)
	}
	for i, n := range f.Notes {
		out.Notes[i] = Note{n.Kind, n.Words(), n.At.In(civic.Shanghai), n.Text}
	}
	for i, t := range f.Things {
		out.Things[i] = thingOf(t)
	}
	for i, l := range f.Story {
		out.Story[i] = StoryLine(l)
	}
	return &struct{ Body CaseFile }{out}, nil
}
