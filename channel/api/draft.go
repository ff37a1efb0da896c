package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/request"
)

func (s *server) drafts() {
	handle(s, route{id: "drafts-start", method: http.MethodPost, path: "/drafts", tag: tagDraft, status: http.StatusCreated,
		kinds:   []civic.Kind{civic.NotFound, civic.Conflict, civic.Unavailable},
		summary: "开始办一件事，得到号码(SX14)", more: "同一个 Idempotency-Key 再发一次，得到同一份单子。号码在别的渠道也能接着办。"}, s.startDraft)
	handle(s, route{id: "drafts-get", method: http.MethodGet, path: "/drafts/{draft}", tag: tagDraft, kinds: []civic.Kind{civic.NotFound},
		summary: "一份单子现在办到哪里、接着问什么"}, s.getDraft)
	handle(s, route{id: "drafts-answer", method: http.MethodPatch, path: "/drafts/{draft}", tag: tagDraft, kinds: []civic.Kind{civic.NotFound, civic.Conflict},
		summary: "回答一个或几个问题", more: "rev 是看到的单子的 rev。对的答案会留下；有不对的就返回422，每一项说明怎么改，单子的 rev 也会变，请先重新读取再改。" +
			"空列表是跳过可以不答的问题。"}, s.answerDraft)
	handle(s, route{id: "drafts-submit", method: http.MethodPost, path: "/drafts/{draft}/submit", tag: tagDraft, kinds: []civic.Kind{civic.NotFound, civic.Conflict},
		summary: "交上去，得到回执", more: "再交一次得到同一张回执。"}, s.submitDraft)
	handle(s, route{id: "numbers-find", method: http.MethodPost, path: "/numbers/find", tag: tagDraft, kinds: []civic.Kind{civic.NotFound},
		summary: "凭号码找到那件事", more: "号码本身打不开任何资料，只说明它是哪件事。"}, s.findNumber)
}

// Draft is a half-done dialogue: what was answered and what is asked next.
type Draft struct {
	ID        civic.DraftID      `json:"id"`
	Number    civic.Number       `json:"number"`
	Grouped   string             `json:"grouped" doc:"分组的号码，好念"`
	Rev       int64              `json:"rev" doc:"回答时要带上"`
	State     string             `json:"state" enum:"open,submitted,dropped"`
	Person    civic.PersonID     `json:"person"`
	Service   string             `json:"service"`
	Title     string             `json:"title"`
	Step      string             `json:"step" enum:"ask,human,review" doc:"ask 接着问；human 要请人帮忙；review 念一遍，没错就交"`
	Questions []Question         `json:"questions" doc:"还没有回答的问题，第一个最先问"`
	Human     string             `json:"human,omitempty" doc:"为什么要请人帮忙"`
	Review    []Line             `json:"review,omitempty" doc:"念给老人听的内容"`
	Answers   map[string][]Given `json:"answers"`
	Dropped   []string           `json:"dropped,omitempty" doc:"因为改了别的答案而作废、要重新回答的"`
	Schema    Schema             `json:"schema"`
}

// Question is a question and what may be answered to it.
type Question struct {
	Key      string       `json:"key"`
	Kind     catalog.Kind `json:"kind"`
	Ask      string       `json:"ask"`
	Say      string       `json:"say" doc:"念出来的话"`
	Label    string       `json:"label"`
	Hint     string       `json:"hint,omitempty"`
	Optional bool         `json:"optional"`
	Options  []Option     `json:"options,omitempty" doc:"按顺序列出"`
}

// Option is one possible answer; its code is what is sent.
type Option struct {
	Code string `json:"code"`
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
}

// Given is an answer: the text that gives it again, and how it is shown.
type Given struct {
	Text  string `json:"text"`
	Shown string `json:"shown"`
}

// Line is one line of a read-back.
type Line struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Shown string `json:"shown"`
	Note  string `json:"note,omitempty" doc:"办事的单位要留意的"`
}

// free is the code of an answer in the person's own words.
const free = "~"

func draftOf(v *request.View) Draft {
	d := Draft{ID: v.ID, Number: v.Number, Grouped: v.Number.Grouped(), Rev: v.Rev, State: v.State, Person: v.Person, Service: v.Service,
		Title: v.Def.Title, Step: "ask", Questions: make([]Question, len(v.Step.Ask)), Human: v.Step.Human, Answers: map[string][]Given{}, Schema: openSchema(v.Step.Ask)}
	for i, p := range v.Step.Ask {
		d.Questions[i] = questionOf(p)
	}
	for _, l := range v.Step.Review {
		d.Review = append(d.Review, Line(l))
	}
	switch {
	case v.Step.Human != "":
		d.Step = "human"
	case len(v.Step.Ask) == 0:
		d.Step = "review"
	}
	for _, p := range v.Form {
		if !p.Answered {
			continue
		}
		d.Answers[p.Key] = make([]Given, len(p.Given))
		for i, g := range p.Given {
			d.Answers[p.Key][i] = Given{g.Code, g.Shown}
			if g.Code == free {
				d.Answers[p.Key][i].Text = g.Shown
			}
		}
	}
	for _, x := range v.Drops {
		d.Dropped = append(d.Dropped, x.Key)
	}
	return d
}

func questionOf(p request.Prompt) Question {
	q := Question{Key: p.Key, Kind: p.Kind, Ask: p.Ask, Say: p.Say, Label: p.Label, Hint: p.Hint, Optional: p.Optional}
	if q.Say == "" {
		q.Say = p.Ask
	}
	for _, o := range p.Options {
		q.Options = append(q.Options, Option(o))
	}
	return q
}

type startIn struct {
	Key  string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"128" doc:"每件事一个新的随机串；重发时不变"`
	Body struct {
		Service string         `json:"service" minLength:"1" maxLength:"40"`
		Person  civic.PersonID `json:"person,omitempty" maxLength:"64" doc:"为谁办；本人登录时不写就是自己"`
	}
}

type draftOut struct{ Body Draft }

func (s *server) startDraft(ctx context.Context, in *startIn) (*draftOut, error) {
	id, a, err := s.about(ctx, in.Body.Person)
	if err != nil {
		return nil, err
	}
	v, err := s.Requests.Start(ctx, a, in.Body.Service, id, in.Key)
	if err != nil {
		return nil, err
	}
	return &draftOut{draftOf(v)}, nil
}

// OnDraft is the path of everything that is about one draft.
type OnDraft struct {
	Draft civic.DraftID `path:"draft" maxLength:"64" doc:"单子的编号"`
}

func (s *server) getDraft(ctx context.Context, in *OnDraft) (*draftOut, error) {
	v, err := s.Requests.Look(ctx, actorOf(ctx), in.Draft)
	if err != nil {
		return nil, err
	}
	return &draftOut{draftOf(v)}, nil
}

type answerIn struct {
	OnDraft
	Body struct {
		Rev     int64            `json:"rev" minimum:"1" doc:"看到的单子的 rev"`
		Answers map[string]Texts `json:"answers" minProperties:"1" maxProperties:"100" doc:"问题的 key 和答案；选项写 code"`
	}
}

func (s *server) answerDraft(ctx context.Context, in *answerIn) (*draftOut, error) {
	given := make(map[string][]string, len(in.Body.Answers))
	for key, texts := range in.Body.Answers {
		given[key] = texts
	}
	v, err := s.Requests.Answer(ctx, actorOf(ctx), in.Draft, in.Body.Rev, given)
	if v == nil || err != nil && len(v.Wrong) == 0 {
		return nil, err
	}
	if p := wrongAnswers(v, given); p != nil {
		return nil, p
	}
	return &draftOut{draftOf(v)}, nil
}

// wrongAnswers reports what was wrong by question, and names that no question
// has; the right answers have been kept.
func wrongAnswers(v *request.View, given map[string][]string) *Problem {
	var faults []Fault
	for _, e := range v.Wrong {
		faults = append(faults, Fault{"body.answers." + e.Field, e.Say, e.Code})
	}
	for key := range given {
		if v.Def.Question(key) == nil {
			faults = append(faults, Fault{"body.answers." + safeSegment(key), "没有这个问题，请对照 questions 里的 key 改正。", "answer.unknown"})
		}
	}
	if len(faults) == 0 {
		return nil
	}
	slices.SortFunc(faults, func(a, b Fault) int { return strings.Compare(a.Location, b.Location) })
	p := problemOf(civic.E(civic.Invalid, "answer.wrong", "有的回答要改一改，别的已经记下了。请照下面每一项的说明改。"))
	if len(faults) == 1 {
		p.Detail, p.Code = faults[0].Message, faults[0].Code
	}
	p.Errors = faults
	return p
}

// Receipt is what the person takes away.
type Receipt struct {
	Request civic.RequestID `json:"request"`
	Number  civic.Number    `json:"number"`
	Grouped string          `json:"grouped" doc:"分组的号码，好念"`
	Title   string          `json:"title"`
	Takes   string          `json:"takes" doc:"要多久"`
	Fee     string          `json:"fee" doc:"多少钱、怎么付"`
	// Children are those that were made with it.
	Children []Child `json:"children" doc:"一起交的别的事，各有各的号码"`
}

// Child is a request that another one made.
type Child struct {
	Request civic.RequestID `json:"request"`
	Number  civic.Number    `json:"number"`
	Grouped string          `json:"grouped" doc:"分组的号码，好念"`
	Service string          `json:"service"`
	Title   string          `json:"title"`
}

type submitIn struct {
	OnDraft
	Rev int64 `query:"rev" minimum:"0" doc:"核对时看到的单子的 rev；单子后来改过就不交。0 是不管"`
}

func (s *server) submitDraft(ctx context.Context, in *submitIn) (*struct{ Body Receipt }, error) {
	r, err := s.Requests.Submit(ctx, actorOf(ctx), in.Draft, in.Rev)
	if err != nil {
		return nil, under("answers", err)
	}
	out := Receipt{r.Request, r.Number, r.Number.Grouped(), r.Def.Title, r.Def.Takes, r.Def.Fee, make([]Child, len(r.Made))}
	for i, k := range r.Made {
		out.Children[i] = Child{k.ID, k.Number, k.Number.Grouped(), k.Service, k.Title}
	}
	return &struct{ Body Receipt }{out}, nil
}

type findIn struct {
	Body struct {
		Number string `json:"number" minLength:"1" maxLength:"40" doc:"回执上的10位号码；空格、横线、全角数字都可以"`
	}
}

// Found is what a number stands for.
type Found struct {
	Kind    string         `json:"kind" enum:"draft,request"`
	ID      string         `json:"id"`
	Person  civic.PersonID `json:"person"`
	Service string         `json:"service,omitempty" doc:"只告诉本人和受委托的家人"`
}

func (s *server) findNumber(ctx context.Context, in *findIn) (*struct{ Body Found }, error) {
	f, err := s.Requests.Find(ctx, actorOf(ctx), in.Body.Number)
	if err != nil {
		return nil, err
	}
	out := Found{"request", string(f.ID), f.Person, f.Service}
	if f.Draft {
		out.Kind = "draft"
	}
	return &struct{ Body Found }{out}, nil
}
