package api

import (
	"context"
	"net/http"

	"yinqiao/civic"
	"yinqiao/people"
)

func (s *server) facts() {
	nf := []civic.Kind{civic.NotFound}
	handle(s, route{id: "people-facts", method: http.MethodGet, path: "/people/{person}/facts", tag: tagPeople, kinds: nf,
		summary: "一位老人的标签、住在一起的人、服务习惯", more: "限本人、全权代办的家人和打开了资料的工作人员。失能、重残、特困等只给本人和打开了资料的工作人员。"}, s.getFacts)
	handle(s, route{id: "people-tag", method: http.MethodPost, path: "/people/{person}/tags", tag: tagPeople, status: http.StatusCreated, kinds: nf,
		summary: "登记一个标签，写明来源和起止日期", more: "限打开了资料的工作人员。失能、重残要写明按哪种标准评的几级；再评一次，前一次自动结束。"}, s.tag)
	handle(s, route{id: "people-untag", method: http.MethodPost, path: "/people/{person}/tags/{tag}/end", tag: tagPeople, kinds: nf,
		summary: "结束一个标签，历史保留"}, s.untag)
	handle(s, route{id: "people-contact-add", method: http.MethodPost, path: "/people/{person}/contacts", tag: tagPeople, status: http.StatusCreated, kinds: []civic.Kind{civic.NotFound, civic.Exhausted},
		summary: "登记一个电话", more: "同一个号码再登记一次，就改是谁的、谁接。一个电话可以是好几位老人的。"}, s.addContact)
	handle(s, route{id: "people-contact-first", method: http.MethodPost, path: "/people/{person}/contacts/{contact}/first", tag: tagPeople, kinds: nf, summary: "先打这个电话"}, s.callFirst)
	handle(s, route{id: "people-contact-confirm", method: http.MethodPost, path: "/people/{person}/contacts/{contact}/confirm", tag: tagPeople, kinds: nf,
		summary: "核实是本人自己的电话", more: "没有看着证件登记的本人电话，要本人登录后说，或带证件到窗口说；在这以前登录口令不打过去。"}, s.confirmContact)
	handle(s, route{id: "people-contact-end", method: http.MethodDelete, path: "/people/{person}/contacts/{contact}", tag: tagPeople, kinds: nf, summary: "停用一个电话"}, s.endContact)
	handle(s, route{id: "people-join", method: http.MethodPost, path: "/people/{person}/household", tag: tagPeople, kinds: []civic.Kind{civic.NotFound, civic.Conflict},
		summary: "登记住在一起的人", more: "限打开了资料的工作人员。另一个人凭手里的证件号码，或者资料也打开着。"}, s.join)
	handle(s, route{id: "people-leave", method: http.MethodDelete, path: "/people/{person}/household", tag: tagPeople, kinds: nf, summary: "登记搬出去住，从今天起"}, s.leave)
	handle(s, route{id: "people-prefer", method: http.MethodPut, path: "/people/{person}/preferences", tag: tagPeople, kinds: nf,
		summary: "登记服务习惯：说什么话、怎么联系、听得清吗", more: "没写的不变，写空的就是去掉。"}, s.prefer)
	handle(s, route{id: "people-birth", method: http.MethodPut, path: "/people/{person}/births/{service}", tag: tagPeople, kinds: nf,
		summary: "登记某项服务的档案出生日期", more: "限打开了资料的工作人员。日期写空的，就按证件上的。"}, s.setBirth)
	handle(s, route{id: "people-correct", method: http.MethodPost, path: "/people/{person}/corrections", tag: tagPeople, kinds: nf,
		summary: "更正姓名、性别、出生日期、住处", more: "限打开了资料的工作人员，写明原因和凭什么。只写要改的项。原来的内容不再保留。"}, s.correct)
}

// TagOut is one tag of a person.
type TagOut struct {
	ID       string `json:"id,omitempty" doc:"按年龄算的没有编号"`
	Kind     string `json:"kind"`
	Words    string `json:"words"`
	Variant  string `json:"variant,omitempty"`
	Scale    string `json:"scale,omitempty" doc:"按哪种标准评的"`
	Level    int    `json:"level" doc:"评成几级；没有标准的是 -1"`
	Source   string `json:"source"`
	From     string `json:"from,omitempty"`
	To       string `json:"to,omitempty"`
	Reassess string `json:"reassess,omitempty" doc:"最晚哪天再评一次"`
}

// PreferenceOut is one way in which a person wants to be served.
type PreferenceOut struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
	Words string `json:"words"`
	Badge string `json:"badge,omitempty" doc:"工作人员一定要看到的提醒"`
}

// HousemateOut is somebody who lives with a person.
type HousemateOut struct {
	Name  string `json:"name" doc:"遮住中间的字"`
	Since string `json:"since"`
}

// BirthOut is the birth date of a service's own file.
type BirthOut struct {
	Service string `json:"service"`
	Birth   string `json:"birth"`
	Source  string `json:"source"`
}

// Facts are what is known of a person beyond their profile.
type Facts struct {
	Tags        []TagOut        `json:"tags"`
	Household   []HousemateOut  `json:"household"`
	Preferences []PreferenceOut `json:"preferences"`
	Births      []BirthOut      `json:"births"`
	Village     string          `json:"village,omitempty"`
}

func (s *server) getFacts(ctx context.Context, in *OnPerson) (*struct{ Body Facts }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	f, err := s.People.Facts(ctx, a, id)
	if err != nil {
		return nil, err
	}
	out := Facts{Tags: []TagOut{}, Household: []HousemateOut{}, Preferences: []PreferenceOut{}, Births: []BirthOut{}, Village: f.Village}
	for _, t := range f.Tags {
		out.Tags = append(out.Tags, TagOut{t.ID, t.Kind, t.Words(), t.Variant, t.Scale, t.Level, t.Source, t.From, t.To, t.Reassess})
	}
	for _, h := range f.Household {
		out.Household = append(out.Household, HousemateOut{h.Name, h.Since})
	}
	for _, p := range f.Preferences {
		out.Preferences = append(out.Preferences, PreferenceOut{p.Kind, p.Value, p.Words(), p.Badge()})
	}
	for _, b := range f.Births {
		out.Births = append(out.Births, BirthOut(b))
	}
	return &struct{ Body Facts }{out}, nil
}

type tagIn struct {
	OnPerson
	Body struct {
		Kind    string `json:"kind" minLength:"1" maxLength:"40" doc:"标签的种类，例如 alone"`
		Variant string `json:"variant,omitempty" maxLength:"40"`
		Scale   string `json:"scale,omitempty" maxLength:"40" doc:"按哪种标准评的，例如 gbt42195-2022"`
		Level   int    `json:"level,omitempty" minimum:"0" maximum:"9"`
		Source  string `json:"source" minLength:"1" maxLength:"50" doc:"从哪里知道的"`
		From    string `json:"from,omitempty" maxLength:"10" doc:"从哪天起，不写就是今天"`
		To      string `json:"to,omitempty" maxLength:"10" doc:"到哪天为止，不写就是一直有效"`
	}
}

// Made is something new.
type Made struct {
	ID string `json:"id"`
}

func (s *server) tag(ctx context.Context, in *tagIn) (*struct{ Body Made }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	b := in.Body
	made, err := s.People.Tag(ctx, a, id, people.Tag{Kind: b.Kind, Variant: b.Variant, Scale: b.Scale, Level: b.Level, Source: b.Source, From: b.From, To: b.To})
	if err != nil {
		return nil, err
	}
	return &struct{ Body Made }{Made{made}}, nil
}

type untagIn struct {
	OnPerson
	Tag  string `path:"tag" maxLength:"64" doc:"标签的编号"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"50" doc:"为什么结束；请不要写证件号和电话"`
	}
}

func (s *server) untag(ctx context.Context, in *untagIn) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.People.Untag(ctx, a, id, in.Tag, in.Body.Reason)
}

type contactIn struct {
	OnPerson
	Body struct {
		Phone
		Answers   string `json:"answers,omitempty" maxLength:"50" doc:"谁接电话"`
		Emergency bool   `json:"emergency,omitempty" doc:"紧急情况找这个人"`
		First     bool   `json:"first,omitempty" doc:"先打这个电话"`
	}
}

func (s *server) addContact(ctx context.Context, in *contactIn) (*struct{ Body Made }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	b := in.Body
	made, err := s.People.AddContact(ctx, a, id, people.NewContact{Number: b.Number, Whose: b.Whose, Answers: b.Answers, Emergency: b.Emergency, First: b.First})
	if err != nil {
		if e := civic.As(err); e.Field == "phone" {
			return nil, e.On("number")
		}
		return nil, err
	}
	return &struct{ Body Made }{Made{made}}, nil
}

type onContact struct {
	OnPerson
	Contact string `path:"contact" maxLength:"64" doc:"电话的编号"`
}

func (s *server) callFirst(ctx context.Context, in *onContact) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.People.CallFirst(ctx, a, id, in.Contact)
}

func (s *server) confirmContact(ctx context.Context, in *onContact) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.People.ConfirmContact(ctx, a, id, in.Contact)
}

func (s *server) endContact(ctx context.Context, in *onContact) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.People.EndContact(ctx, a, id, in.Contact)
}

type joinIn struct {
	OnPerson
	Body struct {
		Other civic.PersonID `json:"other,omitempty" maxLength:"64" doc:"住在一起的另一个人的编号，资料也要打开着；和 card 二选一"`
		Card  string         `json:"card,omitempty" maxLength:"60" doc:"另一个人的证件号码，证件在手里"`
		Since string         `json:"since,omitempty" maxLength:"10" doc:"从哪天起，不写就是今天"`
	}
}

func (s *server) join(ctx context.Context, in *joinIn) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	if in.Body.Card != "" {
		return nil, s.People.JoinByCard(ctx, a, id, in.Body.Card, in.Body.Since)
	}
	return nil, s.People.Join(ctx, a, id, in.Body.Other, in.Body.Since)
}

func (s *server) leave(ctx context.Context, in *OnPerson) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.People.Leave(ctx, a, id, "")
}

type preferIn struct {
	OnPerson
	Body struct {
		Language *string `json:"language,omitempty" maxLength:"40" doc:"说什么话"`
		Hearing  *string `json:"hearing,omitempty" maxLength:"40" doc:"听得清吗"`
		Sight    *string `json:"sight,omitempty" maxLength:"40" doc:"看得清吗"`
		Reach    *string `json:"reach,omitempty" maxLength:"40" doc:"怎么联系"`
		Reading  *string `json:"reading,omitempty" maxLength:"40" doc:"认字、写字"`
		Hands    *string `json:"hands,omitempty" maxLength:"40" doc:"手脚方便吗"`
	}
}

func (s *server) prefer(ctx context.Context, in *preferIn) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	b, want := in.Body, map[string]string{}
	for kind, v := range map[string]*string{"language": b.Language, "hearing": b.Hearing, "sight": b.Sight, "reach": b.Reach, "reading": b.Reading, "hands": b.Hands} {
		if v != nil {
			want[kind] = *v
		}
	}
	return nil, s.People.Prefer(ctx, a, id, want)
}

type birthIn struct {
	OnPerson
	Service serviceName `path:"service" doc:"服务的名字"`
	Body    struct {
		Birth  string `json:"birth" maxLength:"10" doc:"档案上的出生日期，空的就是按证件上的"`
		Source string `json:"source" minLength:"1" maxLength:"50" doc:"从哪里看到的"`
	}
}

func (s *server) setBirth(ctx context.Context, in *birthIn) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.People.SetServiceBirth(ctx, a, id, string(in.Service), in.Body.Birth, in.Body.Source)
}

type correctIn struct {
	OnPerson
	Body struct {
		Name     *string         `json:"name,omitempty" maxLength:"60"`
		Sex      *people.Sex     `json:"sex,omitempty" enum:"male,female,unknown"`
		Birth    *string         `json:"birth,omitempty" maxLength:"10"`
		Division *civic.Division `json:"division,omitempty" pattern:"^[0-9]{2,12}$" patternDescription:"2到12位行政区划代码，例如 140105001"`
		Village  *string         `json:"village,omitempty" maxLength:"50"`
		Address  *string         `json:"address,omitempty" maxLength:"200"`
		Reason   string          `json:"reason" minLength:"1" maxLength:"50" doc:"为什么更正；请不要写证件号和电话"`
		Evidence string          `json:"evidence" minLength:"1" maxLength:"40" doc:"凭什么，例如 household_register"`
	}
}

func (s *server) correct(ctx context.Context, in *correctIn) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	b := in.Body
	return nil, s.People.Correct(ctx, a, id, people.Correction{Name: b.Name, Sex: b.Sex, Birth: b.Birth, Division: b.Division, Village: b.Village, Address: b.Address,
		Reason: b.Reason, Evidence: b.Evidence})
}
