package api

import (
	"context"
	"net/http"

	"yinqiao/civic"
)

// caseSteps are what an office and the person do with a case, one step at a time.
func (s *server) caseSteps() {
	step := func(id, path, summary, more string) route {
		return route{id: "cases-" + id, method: http.MethodPost, path: "/cases/{request}/" + path, tag: tagCase, summary: summary, more: more,
			kinds: []civic.Kind{civic.NotFound, civic.Conflict, civic.Exhausted}}
	}
	bare := func(do func(context.Context, civic.Actor, civic.RequestID) error) func(context.Context, *OnCase) (*struct{}, error) {
		return func(ctx context.Context, in *OnCase) (*struct{}, error) {
			return nil, do(ctx, actorOf(ctx), in.Request)
		}
	}
	handle(s, step("take", "take", "单位开始办这件事", ""), bare(s.Casework.Take))
	handle(s, step("release", "release", "放回单位，请同事办", ""), bare(s.Casework.Release))
	handle(s, step("take-over", "take-over", "从同事手里接过来办", ""), bare(s.Casework.TakeOver))
	handle(s, step("assign", "assign", "交给一位同事办", ""), s.assignCase)
	handle(s, step("ask", "ask", "请老人补充", "期限从现在起停着，老人补充以后接着算。"), s.askCase)
	handle(s, step("answer", "answer", "老人的补充", "限本人、能替老人办事的人，和打开了老人资料的工作人员。"), s.answerCase)
	handle(s, step("go-on", "go-on", "不等补充，接着办", ""), bare(s.Casework.GoOn))
	handle(s, step("transfer", "transfer", "转给别的单位", "期限不变；保管着的材料和钱一起转去。"), s.transferCase)
	handle(s, step("extend", "extend", "延长期限", "一件事只能延一次，原因老人看得到。"), s.extendCase)
	handle(s, step("resolve", "resolve", "单位写明办理结果", "写给老人看的话。办好没有，由老人说了算。"), s.resolveCase)
	handle(s, step("reject", "reject", "这次办不成", "要写明原因，和老人接下来可以怎么办。"), s.rejectCase)
	handle(s, step("confirm", "confirm", "老人说办好了，或者没有办好", "没有办好的，重新交给单位办。"), s.confirmCase)
	handle(s, step("try", "try", "联系过老人，没有联系上", "隔几个小时、两次都联系不上，按未确认办结单独统计。"), s.tryCase)
	handle(s, step("appeal", "appeal", "老人不同意结果，请上一级再看", ""), s.appealCase)
	handle(s, step("withdraw", "withdraw", "老人说不办了", ""), bare(s.Casework.Withdraw))
	handle(s, route{id: "cases-offices", method: http.MethodGet, path: "/cases/{request}/offices", tag: tagCase, kinds: []civic.Kind{civic.NotFound},
		summary: "这件事可以转给哪些单位"}, s.caseOffices)
}

type assignIn struct {
	OnCase
	Body struct {
		To civic.StaffID `json:"to" minLength:"1" maxLength:"64" doc:"同事的编号"`
	}
}

func (s *server) assignCase(ctx context.Context, in *assignIn) (*struct{}, error) {
	return nil, s.Casework.Assign(ctx, actorOf(ctx), in.Request, in.Body.To)
}

type askMoreIn struct {
	OnCase
	Body struct {
		Ask string `json:"ask" minLength:"1" maxLength:"500" doc:"要老人补充什么，写给老人看"`
	}
}

func (s *server) askCase(ctx context.Context, in *askMoreIn) (*struct{}, error) {
	return nil, s.Casework.Ask(ctx, actorOf(ctx), in.Request, in.Body.Ask)
}

type answerAskedIn struct {
	OnCase
	Body struct {
		Answer string `json:"answer" minLength:"1" maxLength:"500" doc:"老人的补充"`
	}
}

func (s *server) answerCase(ctx context.Context, in *answerAskedIn) (*struct{}, error) {
	return nil, s.Casework.Answer(ctx, actorOf(ctx), in.Request, in.Body.Answer)
}

type transferIn struct {
	OnCase
	Body struct {
		Office civic.OfficeID `json:"office" minLength:"1" maxLength:"64" doc:"转给哪个单位"`
		Reason string         `json:"reason" minLength:"1" maxLength:"500" doc:"为什么转，老人看得到"`
	}
}

func (s *server) transferCase(ctx context.Context, in *transferIn) (*struct{}, error) {
	return nil, s.Casework.Transfer(ctx, actorOf(ctx), in.Request, in.Body.Office, in.Body.Reason)
}

type extendIn struct {
	OnCase
	Body struct {
		Days   int    `json:"days" minimum:"1" maximum:"250" doc:"延长几个工作日"`
		Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"为什么，老人看得到"`
	}
}

func (s *server) extendCase(ctx context.Context, in *extendIn) (*struct{}, error) {
	return nil, s.Casework.Extend(ctx, actorOf(ctx), in.Request, in.Body.Days, in.Body.Reason)
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

type rejectIn struct {
	OnCase
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"300" doc:"为什么办不成"`
		Next   string `json:"next" minLength:"1" maxLength:"300" doc:"老人接下来可以怎么办"`
	}
}

func (s *server) rejectCase(ctx context.Context, in *rejectIn) (*struct{}, error) {
	return nil, s.Casework.Reject(ctx, actorOf(ctx), in.Request, in.Body.Reason, in.Body.Next)
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

type tryIn struct {
	OnCase
	Body struct {
		Note string `json:"note" minLength:"1" maxLength:"500" doc:"怎么联系的"`
	}
}

func (s *server) tryCase(ctx context.Context, in *tryIn) (*struct{}, error) {
	return nil, s.Casework.Try(ctx, actorOf(ctx), in.Request, in.Body.Note)
}

type appealIn struct {
	OnCase
	Body struct {
		Why string `json:"why" minLength:"1" maxLength:"500" doc:"为什么不同意"`
	}
}

func (s *server) appealCase(ctx context.Context, in *appealIn) (*struct{}, error) {
	return nil, s.Casework.Appeal(ctx, actorOf(ctx), in.Request, in.Body.Why)
}

// OfficeName is an office with its name.
type OfficeName struct {
	ID   civic.OfficeID `json:"id"`
	Name string         `json:"name"`
}

func (s *server) caseOffices(ctx context.Context, in *OnCase) (*struct {
	Body struct {
		Offices []OfficeName `json:"offices"`
	}
}, error) {
	list, err := s.Casework.Elsewhere(ctx, actorOf(ctx), in.Request)
	if err != nil {
		return nil, err
	}
	var out struct {
		Body struct {
			Offices []OfficeName `json:"offices"`
		}
	}
	out.Body.Offices = make([]OfficeName, len(list))
	for i, o := range list {
		out.Body.Offices[i] = OfficeName{o.ID, o.Name}
	}
	return &out, nil
}
