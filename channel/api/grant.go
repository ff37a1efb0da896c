package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/grant"
)

// scanBody bounds a body that brings a scan in base64.
const scanBody = grant.ScanMost*4/3 + 64<<10

func (s *server) grants() {
	handle(s, route{id: "people-agents", method: http.MethodGet, path: "/people/{person}/agents", tag: tagPeople, kinds: []civic.Kind{civic.NotFound},
		summary: "谁能替这位老人办事(SX14)", more: "也列先停下的和家人请求的，看 state 和 held。名字遮住中间的字。"}, s.agents)
	handle(s, route{id: "people-issue-code", method: http.MethodPost, path: "/people/{person}/access-codes", tag: tagPeople, status: http.StatusCreated, kinds: []civic.Kind{civic.NotFound},
		summary: "开一张登录口令给老人本人(SX14)", more: "限打开了资料的工作人员。30分钟内用一次，请当面交给老人。"}, s.issueCode)
	handle(s, route{id: "people-grant", method: http.MethodPost, path: "/people/{person}/grants", tag: tagPeople, status: http.StatusCreated, kinds: []civic.Kind{civic.NotFound},
		bytes: scanBody, summary: "老人委托别人代办(SX14)", more: "由老人本人，或由打开了资料的工作人员当面办理。受委托的人不能再转委托。"}, s.give)
	handle(s, route{id: "people-revoke", method: http.MethodDelete, path: "/people/{person}/grants/{grant}", tag: tagPeople, kinds: []civic.Kind{civic.NotFound},
		summary: "停止一份委托，立刻生效(SX14)"}, s.revoke)
}

// Agent is somebody who may act for a person.
type Agent struct {
	Grant    string         `json:"grant"`
	Agent    civic.PersonID `json:"agent,omitempty" doc:"受托人;委托给岗位时没有"`
	Office   civic.OfficeID `json:"office,omitempty" doc:"委托给岗位时：哪个单位"`
	Role     string         `json:"role,omitempty" doc:"委托给岗位时：哪个岗位"`
	Guardian bool           `json:"guardian" doc:"是监护人"`
	State    string         `json:"state" enum:"active,asked" doc:"asked 是家人请求了、老人还没有答复"`
	Held     string         `json:"held,omitempty" doc:"为什么先停下;没有就是有效"`
	Untold   bool           `json:"untold" doc:"还没有问过老人本人，先不能用"`
	Name     string         `json:"name" doc:"遮住中间的字"`
	Relation string         `json:"relation"`
	Services []string       `json:"services" doc:"能办哪些事,* 是全部,@ 开头是一类"`
	Starts   time.Time      `json:"starts"`
	Ends     *time.Time     `json:"ends,omitempty"`
}

// Agents are all who may act for a person now.
type Agents struct {
	Agents []Agent `json:"agents"`
}

func (s *server) agents(ctx context.Context, in *OnPerson) (*struct{ Body Agents }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	as, err := s.Grant.Agents(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Agents }{Agents{agentsOf(as)}}, nil
}

func agentsOf(as []grant.Agent) []Agent {
	out := make([]Agent, len(as))
	for i, g := range as {
		out[i] = agentOf(g)
	}
	return out
}

func agentOf(g grant.Agent) Agent {
	return Agent{Grant: g.ID, Agent: g.Grant.Agent, Office: g.Office, Role: string(g.Role), Guardian: g.Kind == "guardian", State: g.State,
		Held: grant.HeldWords(g.Held), Untold: g.Notice == "pending", Name: g.Name, Relation: g.Relation, Services: strings.Fields(g.Services),
		Starts: shownTime(g.Starts), Ends: g.Ends}
}

// AccessCode is what is printed on the slip.
type AccessCode struct {
	Code    string `json:"code"`
	Minutes int    `json:"minutes" doc:"多少分钟内有效"`
}

func (s *server) issueCode(ctx context.Context, in *OnPerson) (*struct{ Body AccessCode }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	code, err := s.Grant.IssueCode(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &struct{ Body AccessCode }{AccessCode{code.Digits, 30}}, nil
}

type giveIn struct {
	OnPerson
	Body struct {
		Agent       civic.PersonID `json:"agent" minLength:"1" maxLength:"64" doc:"受托人的编号"`
		Relation    string         `json:"relation" minLength:"1" maxLength:"20" pattern:"^[^0-9０-９]+$" patternDescription:"关系，不要写号码" doc:"是老人的什么人" example:"女儿"`
		Services    []serviceName  `json:"services" minItems:"1" maxItems:"50" doc:"能办哪些事;* 是全部"`
		How         string         `json:"how,omitempty" enum:"in_person,phone,witness,paper" doc:"工作人员办理时：老人是怎么委托的;不写就是本人带证件当面委托"`
		Scan        []byte         `json:"scan,omitempty" maxLength:"1398104" doc:"纸质委托书的扫描件：jpg、png 或 pdf，base64，原文不超过1兆"`
		ReadBack    string         `json:"read_back,omitempty" maxLength:"500" doc:"电话委托：念给老人听、老人说对的话"`
		Witness     string         `json:"witness,omitempty" maxLength:"50" doc:"见证人姓名"`
		WitnessRole string         `json:"witness_role,omitempty" maxLength:"20" doc:"见证人身份"`
		Starts      time.Time      `json:"starts,omitempty" doc:"从什么时候起，不写就是现在"`
		Ends        *time.Time     `json:"ends,omitempty" doc:"到什么时候止，不写就是一直有效"`
	}
}

// GrantGiven is a new grant.
type GrantGiven struct {
	Grant string `json:"grant"`
}

func (s *server) give(ctx context.Context, in *giveIn) (*struct{ Body GrantGiven }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	b := in.Body
	g := grant.Grant{Person: id, Agent: b.Agent, Relation: strings.TrimSpace(b.Relation), Services: joined(b.Services), Starts: b.Starts, Ends: b.Ends, GivenHow: "own"}
	if a.Staff() != "" {
		g.GivenHow = "in_person"
		if b.How != "" {
			g.GivenHow = b.How
		}
		g.Evidence = grant.Evidence{Scan: b.Scan, ReadBack: b.ReadBack, Witness: b.Witness, WitnessRole: b.WitnessRole}
	}
	if g.Starts.IsZero() {
		g.Starts = s.Now()
	}
	gid, err := s.Grant.Give(ctx, a, g)
	if err != nil {
		return nil, err
	}
	return &struct{ Body GrantGiven }{GrantGiven{gid}}, nil
}

func joined(names []serviceName) string {
	out := make([]string, len(names))
	for i, n := range names {
		if n == "*" {
			return "*"
		}
		out[i] = string(n)
	}
	return strings.Join(out, " ")
}

func (s *server) revoke(ctx context.Context, in *OnGrant) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Grant.Revoke(ctx, a, id, in.Grant)
}
