package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/grant"
)

// proxies are what comes before and after a grant: a relative's ask, the person's
// word, a quarrel in the family and its end.
func (s *server) proxies() {
	nf, both := []civic.Kind{civic.NotFound}, []civic.Kind{civic.NotFound, civic.Conflict}
	handle(s, route{id: "asks-create", method: http.MethodPost, path: "/asks", tag: tagPeople, status: http.StatusCreated, kinds: []civic.Kind{civic.NotFound, civic.Exhausted},
		summary: "家人请求替老人办事(SX14)", more: "限本人登录的家人。老人同意以前什么都不能替老人办。一次说清老人的证件和姓名，两样都对才找得到；或者写老人从窗口领的8位口令。"}, s.ask)
	handle(s, route{id: "held-grants", method: http.MethodGet, path: "/grants/held", tag: tagPeople,
		summary: "先停下了、要处理的委托", more: "限能处理争议的工作人员，列出辖区里的，最多两百份。"}, s.heldGrants)
	handle(s, route{id: "grants-get", method: http.MethodGet, path: "/people/{person}/grants/{grant}", tag: tagPeople, kinds: nf,
		summary: "一份委托是凭什么办的，念给老人听的话", more: "限本人和打开了资料的工作人员。"}, s.paper)
	handle(s, route{id: "grants-scan", method: http.MethodGet, path: "/people/{person}/grants/{grant}/scan", tag: tagPeople, kinds: nf,
		summary: "委托书的扫描件", more: "看过会记下来。"}, s.scan)
	handle(s, route{id: "grants-answer", method: http.MethodPost, path: "/people/{person}/grants/{grant}/answer", tag: tagPeople, kinds: both,
		summary: "老人怎么说：同意不同意", more: "限本人，和打开了资料、单独问过老人的工作人员。家人请求的，同意了才开始；已经登记的，说不是自己的意思就马上停下。"}, s.answerGrant)
	handle(s, route{id: "grants-code", method: http.MethodPost, path: "/people/{person}/grants/{grant}/code", tag: tagPeople, kinds: append(both, civic.Exhausted),
		summary: "把确认口令发到老人自己的电话，问委托是不是自己的意思", more: "限打开了资料、正和老人通电话的工作人员。老人愿意就把口令念出来，由同一位工作人员用 grants-answer 写在 code 里。口令不在回答里。"}, s.grantCode)
	handle(s, route{id: "grants-freeze", method: http.MethodPost, path: "/people/{person}/grants/freeze", tag: tagPeople, kinds: nf,
		summary: "家里人意见不一致，委托都先停下", more: "限本人、受委托的家人和打开了资料的工作人员。监护人的不停。"}, s.freeze)
	handle(s, route{id: "grants-settle", method: http.MethodPost, path: "/people/{person}/grants/{grant}/settle", tag: tagPeople, kinds: both,
		summary: "恢复或停掉一份先停下的委托", more: "限本人、监护人、证件在手的窗口，和在辖区能处理争议的工作人员。"}, s.settleGrant)
}

type askIn struct {
	Body struct {
		Card     string        `json:"card" minLength:"1" maxLength:"40" doc:"老人的证件号码，或老人的8位口令"`
		Name     string        `json:"name,omitempty" maxLength:"60" doc:"老人的姓名；写证件号码时要写"`
		Relation string        `json:"relation" minLength:"1" maxLength:"20" pattern:"^[^0-9０-９]+$" patternDescription:"关系，不要写号码" doc:"您是老人的什么人" example:"女儿"`
		Services []serviceName `json:"services" minItems:"1" maxItems:"50" doc:"想办哪些事;* 是全部"`
		Ends     *time.Time    `json:"ends,omitempty" doc:"到什么时候止，不写就是一直有效"`
	}
}

// Asked says whom was asked.
type Asked struct {
	Person civic.PersonID `json:"person"`
	Name   string         `json:"name" doc:"遮住中间的字，给家人核对"`
}

func (s *server) ask(ctx context.Context, in *askIn) (*struct{ Body Asked }, error) {
	a, b := actorOf(ctx), in.Body
	who, err := s.Grant.Named(ctx, a, b.Card, b.Name)
	if err != nil {
		return nil, err
	}
	g := grant.Grant{Person: who.Person, Relation: strings.TrimSpace(b.Relation), Services: joined(b.Services), Starts: s.Now(), Ends: b.Ends}
	if err := s.Grant.Ask(ctx, a, g); err != nil {
		return nil, err
	}
	return &struct{ Body Asked }{Asked{who.Person, who.Name}}, nil
}

// WaitingGrant is a grant that waits for a word.
type WaitingGrant struct {
	Person   civic.PersonID `json:"person"`
	Elder    string         `json:"elder" doc:"遮住中间的字"`
	Division civic.Division `json:"division"`
	May      string         `json:"may" doc:"能办什么"`
	Lasts    string         `json:"lasts" doc:"到什么时候"`
	Agent
}

// WaitingGrants are a list of staff.
type WaitingGrants struct {
	Grants []WaitingGrant `json:"grants"`
}

func waitingOf(list []grant.Waiting) *struct{ Body WaitingGrants } {
	out := WaitingGrants{Grants: make([]WaitingGrant, len(list))}
	for i, g := range list {
		out.Grants[i] = WaitingGrant{g.Grant.Person, g.Elder, g.Division, g.May, g.Lasts, agentOf(g.Agent)}
	}
	return &struct{ Body WaitingGrants }{out}
}

func (s *server) heldGrants(ctx context.Context, _ *struct{}) (*struct{ Body WaitingGrants }, error) {
	list, err := s.Grant.Unsettled(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	return waitingOf(list), nil
}

// OnGrant is the path of everything that is about one grant.
type OnGrant struct {
	OnPerson
	Grant string `path:"grant" maxLength:"64" doc:"委托的编号"`
}

// GrantPaper is what a grant was given on.
type GrantPaper struct {
	Agent
	May      string `json:"may" doc:"能办什么"`
	Lasts    string `json:"lasts" doc:"到什么时候"`
	How      string `json:"how" doc:"怎么来的"`
	Witness  string `json:"witness,omitempty"`
	ReadBack string `json:"read_back,omitempty" doc:"电话里念给老人听的话"`
	Document string `json:"document,omitempty" doc:"监护的文书"`
	Scanned  bool   `json:"scanned" doc:"有扫描件"`
	Note     string `json:"note,omitempty" doc:"先停下时说了什么"`
	Says     string `json:"says" doc:"念给老人听的一句话"`
}

func (s *server) paper(ctx context.Context, in *OnGrant) (*struct{ Body GrantPaper }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	p, err := s.Grant.Paper(ctx, a, id, in.Grant)
	if err != nil {
		return nil, err
	}
	return &struct{ Body GrantPaper }{GrantPaper{Agent: agentOf(p.Agent), May: p.May, Lasts: p.Lasts, How: grant.WayWords(p.GivenHow), Witness: p.Witness,
		ReadBack: p.ReadBack, Document: p.Document, Scanned: p.Scanned, Note: p.Note, Says: p.Says}}, nil
}

// Scan is a picture or a PDF of a paper.
type Scan struct {
	Media string `json:"media" enum:"image/jpeg,image/png,application/pdf"`
	Bytes []byte `json:"bytes" doc:"base64"`
}

func (s *server) scan(ctx context.Context, in *OnGrant) (*struct{ Body Scan }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	sc, err := s.Grant.Scan(ctx, a, id, in.Grant)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Scan }{Scan{sc.Media, sc.Bytes}}, nil
}

type answerGrantIn struct {
	OnGrant
	Body struct {
		Outcome string `json:"outcome" enum:"agreed,agreed_read,refused,unreached" doc:"agreed 是老人同意，agreed_read 是工作人员照着念了、老人说同意(家人请求的委托，工作人员只能这样答)，refused 是老人不同意，unreached 是没有找到老人(限工作人员)"`
		Code    string `json:"code,omitempty" maxLength:"20" doc:"agreed_read 时：老人在电话里念的确认口令，见 grants-code。念对了，录入的同事也可以这样答"`
	}
}

func (s *server) grantCode(ctx context.Context, in *OnGrant) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Grant.SendGrantCode(ctx, a, id, in.Grant)
}

func (s *server) answerGrant(ctx context.Context, in *answerGrantIn) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	if b := in.Body; b.Outcome == grant.Read && b.Code != "" {
		return nil, under("body", s.Grant.AnswerByCode(ctx, a, id, in.Grant, b.Code))
	}
	return nil, s.Grant.Answer(ctx, a, id, in.Grant, in.Body.Outcome)
}

type freezeIn struct {
	OnPerson
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"100" doc:"怎么回事；不要写号码"`
	}
}

func (s *server) freeze(ctx context.Context, in *freezeIn) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Grant.Dispute(ctx, a, id, in.Body.Reason)
}

type settleGrantIn struct {
	OnGrant
	Body struct {
		Resume bool `json:"resume" doc:"true 是恢复，false 是停掉"`
	}
}

func (s *server) settleGrant(ctx context.Context, in *settleGrantIn) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Grant.Settle(ctx, a, id, in.Grant, in.Body.Resume)
}
