package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/grant"
)

// standings are deaths and guardians, which whoever settles matters enters.
func (s *server) standings() {
	nf, both := []civic.Kind{civic.NotFound}, []civic.Kind{civic.NotFound, civic.Conflict}
	handle(s, route{id: "standings-get", method: http.MethodGet, path: "/people/{person}/standing", tag: tagPeople, kinds: nf,
		summary: "去世、监护和委托现在怎样", more: "限在老人的辖区能处理争议的工作人员，不用打开资料。名字遮住中间的字。"}, s.standing)
	handle(s, route{id: "deaths-report", method: http.MethodPost, path: "/people/{person}/death", tag: tagPeople, kinds: both,
		summary: "登记去世", more: "委托两头都停，本人的登录也停；登记错了可以撤销，原来的都恢复。"}, s.death)
	handle(s, route{id: "deaths-withdraw", method: http.MethodPost, path: "/people/{person}/death/withdraw", tag: tagPeople, kinds: both,
		summary: "撤销登记错的去世"}, s.alive)
	handle(s, route{id: "guardians-appoint", method: http.MethodPost, path: "/people/{person}/guardians", tag: tagPeople, status: http.StatusCreated, kinds: both,
		bytes: scanBody, summary: "按文书录入监护人", more: "要有文书的扫描件；另一位能处理争议的同事核对以前，什么都不变。"}, s.appoint)
	handle(s, route{id: "guardians-confirm", method: http.MethodPost, path: "/people/{person}/guardians/{grant}/confirm", tag: tagPeople, kinds: both,
		summary: "核对过文书，监护生效", more: "由录入的人以外、看过扫描件的同事来核对。老人自己的委托先停下，等监护人认可。"}, s.confirmGuardian)
	handle(s, route{id: "guardians-end", method: http.MethodDelete, path: "/people/{person}/guardians/{grant}", tag: tagPeople, kinds: both,
		summary: "停止监护"}, s.endGuardian)
}

// Standing is how a person stands.
type Standing struct {
	Name   string  `json:"name" doc:"遮住中间的字"`
	Died   string  `json:"died,omitempty" doc:"哪一天去世的"`
	Ward   bool    `json:"ward" doc:"有监护人"`
	Agents []Agent `json:"agents"`
}

func (s *server) standing(ctx context.Context, in *OnPerson) (*struct{ Body Standing }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	st, err := s.Grant.Standing(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Standing }{Standing{st.Name, st.Died, st.Ward, agentsOf(st.Grants)}}, nil
}

type deathIn struct {
	OnPerson
	Body struct {
		Day    string `json:"day" format:"date" maxLength:"10" doc:"哪一天去世的" example:"2026-11-20"`
		Source string `json:"source" enum:"certificate,cremation,household,court" doc:"凭什么：死亡医学证明、火化证明、户籍注销证明、法院判决"`
	}
}

func (s *server) death(ctx context.Context, in *deathIn) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Grant.ReportDeath(ctx, a, id, in.Body.Day, in.Body.Source)
}

type aliveIn struct {
	OnPerson
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"100" doc:"为什么改回来；不要写号码"`
	}
}

func (s *server) alive(ctx context.Context, in *aliveIn) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Grant.WithdrawDeath(ctx, a, id, in.Body.Reason)
}

type appointIn struct {
	OnPerson
	Body struct {
		Guardian civic.PersonID `json:"guardian" minLength:"1" maxLength:"64" doc:"监护人的编号"`
		Document string         `json:"document" minLength:"1" maxLength:"100" doc:"哪一份文书：法院判决，或居委会、村委会、民政部门的决定"`
		Scan     []byte         `json:"scan" maxLength:"1398104" doc:"文书的扫描件：jpg、png 或 pdf，base64，原文不超过1兆"`
		Starts   time.Time      `json:"starts,omitempty" doc:"从什么时候起，不写就是现在"`
		Ends     *time.Time     `json:"ends,omitempty" doc:"到什么时候止；文书没写就不写"`
	}
}

func (s *server) appoint(ctx context.Context, in *appointIn) (*struct{ Body GrantGiven }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	g := grant.Guardianship{Person: id, Guardian: in.Body.Guardian, Document: in.Body.Document, Scan: in.Body.Scan, Starts: in.Body.Starts, Ends: in.Body.Ends}
	if g.Starts.IsZero() {
		g.Starts = s.Now()
	}
	made, err := s.Grant.Appoint(ctx, a, g)
	if err != nil {
		return nil, err
	}
	return &struct{ Body GrantGiven }{GrantGiven{made}}, nil
}

func (s *server) confirmGuardian(ctx context.Context, in *OnGrant) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Grant.ConfirmGuardian(ctx, a, id, in.Grant)
}

func (s *server) endGuardian(ctx context.Context, in *OnGrant) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Grant.EndGuardianship(ctx, a, id, in.Grant)
}
