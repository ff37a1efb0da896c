package api

import (
	"context"
	"net/http"

	"yinqiao/civic"
	"yinqiao/engine/eligibility"
)

// eligibility is who draws a benefit and until when it is known that they rightly do.
func (s *server) eligibility() {
	kinds := []civic.Kind{civic.NotFound}
	handle(s, route{id: "people-eligibility", method: http.MethodGet, path: "/people/{person}/eligibility", tag: tagPeople, kinds: kinds,
		summary: "老人领的待遇，资格认证到哪一天", more: "条款 SX14。查得到记录的人什么都不用做。"}, s.getEligibility)
	handle(s, route{id: "eligibility-list", method: http.MethodGet, path: "/offices/{office}/eligibility", tag: tagCase, kinds: kinds,
		summary: "本单位发放待遇的人，认证到哪一天", more: "限发放待遇的单位。姓名遮住一部分。"}, s.listEligibility)
	handle(s, route{id: "eligibility-bring", method: http.MethodPost, path: "/offices/{office}/eligibility", tag: tagCase, kinds: kinds,
		summary: "比对一份名单", more: "领待遇的名单写身份证号、认证到期日；看病、坐车等记录写身份证号、日期。同一份再来一次没有变化。"}, s.bringEligibility)
}

// EligibilityStanding is how somebody stands with one benefit.
type EligibilityStanding struct {
	Benefit string            `json:"benefit" doc:"待遇，例如 pension"`
	State   eligibility.State `json:"state" enum:"good,asked,refused"`
	Until   string            `json:"until" format:"date" doc:"认证到这一天，含当天"`
	Due     bool              `json:"due" doc:"快到期，还没有查到记录"`
	Basis   string            `json:"basis" enum:"list,data,officer"`
	Words   string            `json:"words" doc:"说给人听"`
	Request civic.RequestID   `json:"request,omitempty" doc:"上门认证的事"`
}

func standingOf(s eligibility.Standing) EligibilityStanding {
	return EligibilityStanding{s.Benefit, s.State, s.GoodUntil, s.Due, s.Basis, s.Words(), s.Request}
}

// EligibilityStandings are how somebody stands with all they draw.
type EligibilityStandings struct {
	Standings []EligibilityStanding `json:"standings"`
}

func (s *server) getEligibility(ctx context.Context, in *OnPerson) (*struct{ Body EligibilityStandings }, error) {
	list, err := s.Eligible.Of(ctx, actorOf(ctx), in.Person)
	if err != nil {
		return nil, err
	}
	out := EligibilityStandings{Standings: make([]EligibilityStanding, len(list))}
	for i, st := range list {
		out.Standings[i] = standingOf(st)
	}
	return &struct{ Body EligibilityStandings }{out}, nil
}

// EligibilityRow is one person of a list.
type EligibilityRow struct {
	EligibilityStanding
	Person civic.PersonID `json:"person"`
	Name   string         `json:"name" doc:"遮住一部分"`
}

// EligibilityRoll is one page of who draws a benefit.
type EligibilityRoll struct {
	Good    int              `json:"good" doc:"认证好了的人数"`
	Due     int              `json:"due"`
	Asked   int              `json:"asked"`
	Refused int              `json:"refused"`
	Rows    []EligibilityRow `json:"rows"`
	Next    string           `json:"next,omitempty"`
}

type listEligibilityIn struct {
	Office  civic.OfficeID `path:"office" maxLength:"64"`
	Benefit string         `query:"benefit" default:"pension" maxLength:"40"`
	View    string         `query:"view" default:"due" maxLength:"7" enum:"good,due,asked,refused"`
	After   string         `query:"after" maxLength:"10" pattern:"^[0-9]*$" patternDescription:"上一页给的 next"`
}

func (s *server) listEligibility(ctx context.Context, in *listEligibilityIn) (*struct{ Body EligibilityRoll }, error) {
	r, err := s.Eligible.Roll(ctx, actorOf(ctx), in.Office, in.Benefit, eligibility.State(in.View), in.After)
	if err != nil {
		return nil, err
	}
	out := EligibilityRoll{Good: r.Good, Due: r.Due, Asked: r.Asked, Refused: r.Refused, Next: r.Next, Rows: make([]EligibilityRow, len(r.Rows))}
	for i, p := range r.Rows {
		out.Rows[i] = EligibilityRow{standingOf(p.Standing), p.Person, p.Name}
	}
	return &struct{ Body EligibilityRoll }{out}, nil
}

type bringEligibilityIn struct {
	Office civic.OfficeID `path:"office" maxLength:"64"`
	Body   struct {
		Benefit string `json:"benefit" minLength:"1" maxLength:"40" example:"pension"`
		Source  string `json:"source,omitempty" maxLength:"40" doc:"记录从哪里来：hospital、transit、vaccine、checkup、visit；不再领的人写 leaving；领待遇的名单不写"`
		Text    string `json:"text" minLength:"1" maxLength:"1000000" doc:"CSV，连表头"`
		Try     bool   `json:"try,omitempty" doc:"只看结果，不登记"`
	}
}

// EligibilityResult is what became of a list.
type EligibilityResult struct {
	Rows    int              `json:"rows"`
	Done    int              `json:"done" doc:"登记了或者认证好了的人数"`
	Same    int              `json:"same" doc:"没有变化的人数"`
	Early   int              `json:"early" doc:"记录太早、用不上的人数"`
	Off     int              `json:"off" doc:"记录里不在本单位名单上的人数"`
	Unknown []int            `json:"unknown" doc:"号码没有登记过的行"`
	Wrong   []EligibilityBad `json:"wrong" doc:"不能用的行"`
}

// EligibilityBad is a row that can't be used.
type EligibilityBad struct {
	Row int    `json:"row"`
	Say string `json:"say"`
}

func (s *server) bringEligibility(ctx context.Context, in *bringEligibilityIn) (*struct{ Body EligibilityResult }, error) {
	r, err := s.Eligible.Bring(ctx, actorOf(ctx), eligibility.Batch{Office: in.Office, Benefit: in.Body.Benefit, Source: in.Body.Source, Bytes: []byte(in.Body.Text), Try: in.Body.Try})
	if err != nil {
		return nil, err
	}
	out := EligibilityResult{Rows: r.Rows, Done: r.Done, Same: r.Same, Early: r.Early, Off: r.Off, Unknown: r.Unknown, Wrong: []EligibilityBad{}}
	if out.Unknown == nil {
		out.Unknown = []int{}
	}
	for _, w := range r.Wrong {
		out.Wrong = append(out.Wrong, EligibilityBad{w.Row, w.Say})
	}
	return &struct{ Body EligibilityResult }{out}, nil
}
