package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/rights"
)

func (s *server) rights() {
	nf := []civic.Kind{civic.NotFound}
	handle(s, route{id: "people-consents", method: http.MethodGet, path: "/people/{person}/consents", tag: tagPeople, kinds: nf,
		summary: "资料用来做什么，老人同意了哪些", more: "念给老人听的话也在里面。"}, s.consents)
	handle(s, route{id: "people-consent", method: http.MethodPost, path: "/people/{person}/consents", tag: tagPeople, status: http.StatusCreated, kinds: []civic.Kind{civic.NotFound, civic.Conflict},
		summary: "登记老人同意一项用途", more: "本人登录时就是本人同意。单独同意的用途，代办的人不能替老人同意。说法改过了的，要按新的再问。"}, s.consent)
	handle(s, route{id: "people-consent-code", method: http.MethodPost, path: "/people/{person}/consents/code", tag: tagPeople, kinds: []civic.Kind{civic.NotFound, civic.Conflict, civic.Exhausted},
		summary: "把确认口令发到老人自己的电话，问同不同意一项用途", more: "限打开了资料、正和老人通电话的工作人员。老人同意就把口令念出来，由同一位工作人员登记同意时写在 code 里。口令不在回答里。"}, s.consentCode)
	handle(s, route{id: "people-withdraw", method: http.MethodDelete, path: "/people/{person}/consents/{consent}", tag: tagPeople, kinds: nf,
		summary: "收回同意，立刻生效"}, s.withdraw)
	handle(s, route{id: "people-copy", method: http.MethodPost, path: "/people/{person}/copy", tag: tagPeople, kinds: nf,
		summary: "一份全部资料，号码是完整的", more: "只给本人，和打开了资料、要打给本人的工作人员。每拿一次都记下来。"}, s.copy)
	handle(s, route{id: "people-erasure-plan", method: http.MethodGet, path: "/people/{person}/erasure", tag: tagPeople, kinds: nf,
		summary: "删除资料会删什么、留什么、留到什么时候"}, s.erasurePlan)
	handle(s, route{id: "people-erase-wish", method: http.MethodPost, path: "/people/{person}/erasure/wish", tag: tagPeople, kinds: nf,
		summary: "请求删除个人资料", more: "本人登录后请求，或带证件在窗口请求；有监护人的，由监护人请求。"}, s.eraseWish)
	handle(s, route{id: "people-erase-unwish", method: http.MethodPost, path: "/people/{person}/erasure/unwish", tag: tagPeople, kinds: nf,
		summary: "不要删除个人资料了", more: "到期以前，本人、监护人或给本人办事的工作人员都能说；家里人代办的不能。"}, s.eraseUnwish)
	handle(s, route{id: "people-erase", method: http.MethodPost, path: "/people/{person}/erasure", tag: tagPeople, kinds: []civic.Kind{civic.NotFound, civic.Conflict},
		summary: "删除个人资料，不能恢复", more: "限有这项职责的工作人员，凭别人登记的本人请求。还有没办完的事、没处理的争议、没复核的紧急打开，不能删。"}, s.erase)
}

// Purpose is one use of the data and how the person stands to it.
type Purpose struct {
	Purpose   string     `json:"purpose"`
	Version   int64      `json:"version" doc:"说法的版本；登记同意时要写"`
	Statutory bool       `json:"statutory" doc:"法定职责，不用同意"`
	Separate  bool       `json:"separate" doc:"要单独同意，代办的人不能替老人同意"`
	Title     string     `json:"title"`
	Data      string     `json:"data" doc:"用哪些资料"`
	Need      string     `json:"need" doc:"为什么要用"`
	Effect    string     `json:"effect" doc:"对老人有什么影响"`
	Keep      string     `json:"keep" doc:"留多久"`
	Source    string     `json:"source" doc:"依据"`
	Holds     bool       `json:"holds" doc:"现在能不能用"`
	Consent   string     `json:"consent,omitempty" doc:"现在有效的那份同意的编号"`
	GivenAt   *time.Time `json:"given_at,omitempty"`
}

// Consents are all purposes and how the person stands to each.
type Consents struct {
	Purposes []Purpose `json:"purposes"`
}

func (s *server) consents(ctx context.Context, in *OnPerson) (*struct{ Body Consents }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	list, err := s.Rights.Consents(ctx, a, id)
	if err != nil {
		return nil, err
	}
	out := Consents{Purposes: make([]Purpose, len(list))}
	for i, st := range list {
		p := st.Purpose
		out.Purposes[i] = Purpose{Purpose: p.Purpose, Version: p.Version, Statutory: p.Statutory, Separate: p.Separate, Title: p.Title, Data: p.Data,
			Need: p.Need, Effect: p.Effect, Keep: p.Keep, Source: p.Source, Holds: st.Holds()}
		if st.Given != nil {
			at := st.Given.GivenAt.In(civic.Shanghai)
			out.Purposes[i].Consent, out.Purposes[i].GivenAt = st.Given.ID, &at
		}
	}
	return &struct{ Body Consents }{out}, nil
}

type consentIn struct {
	OnPerson
	Body struct {
		Purpose string `json:"purpose" minLength:"1" maxLength:"40" doc:"用途，例如 share-doctor"`
		Version int64  `json:"version" minimum:"1" maximum:"100000" doc:"念给老人听的说法的版本"`
		How     string `json:"how,omitempty" enum:"paper,voice,face_to_face" doc:"怎么同意的；本人登录时不写"`
		By      string `json:"by,omitempty" enum:"self,guardian,agent" doc:"谁同意的；本人登录时不写"`
		Witness string `json:"witness,omitempty" maxLength:"50" doc:"见证人的姓名；电话里说的要写，或写 code；监护人同意的要写"`
		Code    string `json:"code,omitempty" maxLength:"20" doc:"电话里说的：老人念的确认口令，见 people-consent-code"`
	}
}

type consentCodeIn struct {
	OnPerson
	Body struct {
		Purpose string `json:"purpose" minLength:"1" maxLength:"40" doc:"用途，例如 share-doctor"`
		Version int64  `json:"version" minimum:"1" maximum:"100000" doc:"念给老人听的说法的版本"`
	}
}

func (s *server) consentCode(ctx context.Context, in *consentCodeIn) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Rights.SendCode(ctx, a, id, in.Body.Purpose, in.Body.Version)
}

func (s *server) consent(ctx context.Context, in *consentIn) (*struct{ Body Made }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	b := in.Body
	made, err := s.Rights.Give(ctx, a, id, rights.Giving{Purpose: b.Purpose, Version: b.Version, How: b.How, By: b.By, Witness: b.Witness, Code: b.Code})
	if err != nil {
		return nil, err
	}
	return &struct{ Body Made }{Made{made}}, nil
}

type onConsent struct {
	OnPerson
	Consent string `path:"consent" maxLength:"64" doc:"同意的编号"`
}

func (s *server) withdraw(ctx context.Context, in *onConsent) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Rights.Withdraw(ctx, a, id, in.Consent)
}

func (s *server) copy(ctx context.Context, in *OnPerson) (*struct{ Body rights.Copy }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	c, err := s.Rights.Copy(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &struct{ Body rights.Copy }{*c}, nil
}

// ErasurePlan says what goes, what stays, and until when.
type ErasurePlan struct {
	Wished bool      `json:"wished" doc:"本人或监护人已经请求删除"`
	Open   int       `json:"open" doc:"几件事还没办完；办完才能删"`
	Gone   []string  `json:"gone"`
	Stays  []Staying `json:"stays"`
	Erased string    `json:"erased,omitempty" doc:"哪天已经删除了"`
}

// Staying is something that stays.
type Staying struct {
	Words  string     `json:"words"`
	Why    string     `json:"why"`
	Source string     `json:"source,omitempty"`
	Until  *time.Time `json:"until,omitempty" doc:"最晚留到什么时候"`
}

func (s *server) erasurePlan(ctx context.Context, in *OnPerson) (*struct{ Body ErasurePlan }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	p, err := s.Rights.Plan(ctx, a, id)
	if err != nil {
		return nil, err
	}
	out := ErasurePlan{Open: p.Open, Wished: p.Wished, Gone: p.Gone, Stays: []Staying{}, Erased: p.Erased}
	for _, st := range p.Stays {
		x := Staying{Words: st.Words, Why: st.Why, Source: st.Source}
		if !st.Until.IsZero() {
			until := st.Until.In(civic.Shanghai)
			x.Until = &until
		}
		out.Stays = append(out.Stays, x)
	}
	return &struct{ Body ErasurePlan }{out}, nil
}

func (s *server) eraseWish(ctx context.Context, in *OnPerson) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Rights.Wish(ctx, a, id)
}

func (s *server) eraseUnwish(ctx context.Context, in *OnPerson) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Rights.Unwish(ctx, a, id)
}

type eraseIn struct {
	OnPerson
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"50" doc:"为什么删除；请不要写姓名、证件号和电话"`
	}
}

func (s *server) erase(ctx context.Context, in *eraseIn) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Rights.Erase(ctx, a, id, in.Body.Reason)
}
