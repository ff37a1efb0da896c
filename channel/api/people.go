package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/people"
)

// OnPerson is the path of everything that is about one person. It and its like
// are exported because the framework passes over embedded types that are not.
type OnPerson struct {
	Person civic.PersonID `path:"person" maxLength:"64" doc:"老人的编号；本人登录时可以写 me"`
}

func (s *server) people() {
	handle(s, route{id: "people-search", method: http.MethodPost, path: "/people/search", tag: tagPeople, kinds: []civic.Kind{civic.NotFound},
		summary: "找人：证件号、身份证后六位、电话、姓名、拼音首字母，只显示遮住的信息(SX1、ZJ1.1)", more: "限工作人员。号码放在内容里，不放在网址里。拼音首字母后面可以加出生年份和地方，例如 wgy45 坞城。最多返回十位，本区县的在前。"}, s.search)
	handle(s, route{id: "people-register", method: http.MethodPost, path: "/people", tag: tagPeople, status: http.StatusCreated, kinds: []civic.Kind{civic.Conflict},
		summary: "登记一位老人(SX1、ZJ1.1)", more: "限工作人员。姓名和一种证件就够；有身份证号时，性别和出生日期从号码里读。可能已经登记过的，返回 register.alike；核对过不是同一位，再写 distinct。"}, s.register)
	handle(s, route{id: "people-twins", method: http.MethodPost, path: "/people/twins", tag: tagPeople,
		summary: "登记以前，看看是不是已经登记过(SX1、ZJ1.1)", more: "限工作人员。内容和登记时一样。返回可能是同一位的人和理由；都不是的话，登记时写 distinct。"}, s.twins)
	handle(s, route{id: "people-open", method: http.MethodPost, path: "/people/{person}/open", tag: tagPeople, kinds: []civic.Kind{civic.NotFound},
		summary: "打开一位老人的资料，半小时内有效(SX1、ZJ1.1)", more: "限工作人员。辖区内写明理由；不在辖区的，要证件在手。家人来办的写明是谁，这半小时里办的事都记在他名下。"}, s.open)
	handle(s, route{id: "people-get", method: http.MethodGet, path: "/people/{person}", tag: tagPeople, kinds: []civic.Kind{civic.NotFound},
		summary: "一位老人的资料", more: "限本人、受委托的家人和打开了资料的工作人员。号码只给后四位。"}, s.getPerson)
	handle(s, route{id: "people-story", method: http.MethodGet, path: "/people/{person}/story", tag: tagPeople, kinds: []civic.Kind{civic.NotFound},
		summary: "谁替我办过事、看过我的资料(ZJ1.1)", more: "新的在前，每页一百条。每一条有一句可以念给老人听的话。还有更早的，就有 next：下次用 before 带上。"}, s.story)
	handle(s, route{id: "people-requests", method: http.MethodGet, path: "/people/{person}/requests", tag: tagPeople, kinds: []civic.Kind{civic.NotFound},
		summary: "这位老人办过和正在办的事", more: "最近五十件，新的在前。"}, s.listRequests)
	s.grants()
	s.proxies()
	s.standings()
	s.cards()
	s.facts()
	s.names()
	s.rights()
	s.messages()
}

type searchIn struct {
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"60" doc:"证件号、身份证后六位、电话、姓名或拼音首字母，照着写就行"`
	}
}

// Match is one person found: just enough to ask “are you …?”.
type Match struct {
	Person   civic.PersonID `json:"person"`
	Name     string         `json:"name" doc:"遮住中间的字"`
	Sex      people.Sex     `json:"sex"`
	Birth    string         `json:"birth" doc:"出生年份"`
	Division civic.Division `json:"division"`
	Village  string         `json:"village,omitempty" doc:"村或社区"`
	Phone    string         `json:"phone,omitempty" doc:"本人电话的末两位，用来核对"`
	Why      string         `json:"why" doc:"凭什么找到的"`
	State    string         `json:"state" doc:"找到的证件的状态"`
	Say      string         `json:"say,omitempty" doc:"证件不能用时，为什么不能用、还可以用什么"`
}

func matchOf(m people.Match) Match {
	out := Match{Person: m.Person, Name: m.Name, Sex: m.Sex, Birth: m.Birth, Division: m.Division, Village: m.Village, Phone: m.Phone, Why: m.Why, State: m.State}
	if err := m.Refuse(); err != nil {
		out.Say = civic.As(err).Say
	}
	return out
}

// Matches are the people found.
type Matches struct {
	Matches []Match `json:"matches"`
	More    bool    `json:"more,omitempty" doc:"还有更多没有列出"`
	Narrow  string  `json:"narrow,omitempty" doc:"再输入什么能分清是哪一位"`
}

func (s *server) search(ctx context.Context, in *searchIn) (*struct{ Body Matches }, error) {
	found, err := s.People.Find(ctx, actorOf(ctx), in.Body.Text)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Matches }{Matches{matchesOf(found.Matches), found.More, found.Narrow}}, nil
}

func matchesOf(ms []people.Match) []Match {
	out := make([]Match, len(ms))
	for i, m := range ms {
		out[i] = matchOf(m)
	}
	return out
}

// twins answers who may be the one about to be registered.
func (s *server) twins(ctx context.Context, in *struct{ Body Registration }) (*struct{ Body Matches }, error) {
	ms, err := s.People.Twins(ctx, actorOf(ctx), registrationOf(in.Body))
	if err != nil {
		return nil, onCredentials(err)
	}
	return &struct{ Body Matches }{Matches{Matches: matchesOf(ms)}}, nil
}

// Registration is what is known of a new person.
type Registration struct {
	Name        string         `json:"name" minLength:"1" maxLength:"60"`
	Sex         people.Sex     `json:"sex,omitempty" enum:"male,female,unknown"`
	Birth       string         `json:"birth,omitempty" format:"date" maxLength:"10"`
	Division    civic.Division `json:"division" pattern:"^[0-9]{2,12}$" patternDescription:"2到12位行政区划代码，例如 140105001" doc:"住在哪个街道或乡镇" example:"140105001"`
	Address     string         `json:"address,omitempty" maxLength:"200"`
	Village     string         `json:"village,omitempty" maxLength:"60" doc:"村或社区的名字" example:"柳湾社区"`
	Reading     string         `json:"reading,omitempty" maxLength:"300" doc:"姓名怎么念，一个字一个拼音，中间空格" example:"zeng1 gui4 ying1"`
	Credentials []Card         `json:"credentials" minItems:"1" maxItems:"5"`
	Phones      []Phone        `json:"phones,omitempty" maxItems:"5"`
	Dispute     bool           `json:"dispute,omitempty" doc:"号码在别人名下、核对无误时登记为重号"`
	Distinct    bool           `json:"distinct,omitempty" doc:"和可能相同的人核对过，不是同一位"`
}

// Card is a credential's number as it was read or typed.
type Card struct {
	Kind   people.CredentialKind `json:"kind" enum:"resident_id,social_security,senior_card,transit_card,park_card,printed_card,travel_permit"`
	Number string                `json:"number" minLength:"1" maxLength:"40"`
}

// Phone is a number and whose phone it is.
type Phone struct {
	Number string `json:"number" minLength:"1" maxLength:"40"`
	Whose  string `json:"whose" minLength:"1" maxLength:"20" doc:"own 是本人的；不是本人的写明关系，例如 daughter"`
}

// Registered is a new person.
type Registered struct {
	Person civic.PersonID `json:"person"`
}

func registrationOf(b Registration) people.Registration {
	r := people.Registration{Name: b.Name, Sex: b.Sex, Birth: b.Birth, Division: b.Division, Address: b.Address,
		Village: b.Village, Reading: b.Reading, Distinct: b.Distinct, Dispute: b.Dispute}
	for _, c := range b.Credentials {
		r.Credentials = append(r.Credentials, people.Card(c))
	}
	for _, p := range b.Phones {
		r.Phones = append(r.Phones, people.Phone(p))
	}
	return r
}

// onCredentials names the field of the body that an error about a card means.
func onCredentials(err error) error {
	if e := civic.As(err); e.Field == "card" {
		return e.On("credentials")
	}
	return err
}

func (s *server) register(ctx context.Context, in *struct{ Body Registration }) (*struct{ Body Registered }, error) {
	id, err := s.People.Register(ctx, actorOf(ctx), registrationOf(in.Body))
	if err != nil {
		return nil, onCredentials(err)
	}
	return &struct{ Body Registered }{Registered{id}}, nil
}

type openIn struct {
	OnPerson
	Body struct {
		Presented bool           `json:"presented,omitempty" doc:"老人的证件刚刚在读卡器上读过，或由同一位工作人员输入过整个号码；没有的话会被拒绝"`
		Reason    string         `json:"reason" minLength:"1" maxLength:"100" doc:"为什么打开；请不要写证件号和电话"`
		Agent     civic.PersonID `json:"agent,omitempty" maxLength:"64" doc:"来办事的家人的编号，本人来的不写；家人的证件也要刚刚读过或输入过整个号码"`
	}
}

// Opening is how long and on what ground a person is open.
type Opening struct {
	Basis civic.Basis    `json:"basis" doc:"role 是辖区职责，presented 是刚刚出示了证件"`
	Agent civic.PersonID `json:"agent,omitempty"`
	Until time.Time      `json:"until"`
}

func (s *server) open(ctx context.Context, in *openIn) (*struct{ Body Opening }, error) {
	a := actorOf(ctx)
	if err := s.Grant.Open(ctx, a, in.Person, in.Body.Presented, in.Body.Reason, in.Body.Agent); err != nil {
		return nil, err
	}
	o, err := s.Grant.Opened(ctx, a, in.Person)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Opening }{Opening{o.Basis, o.Agent, o.Until.In(civic.Shanghai)}}, nil
}

// Person is a person as shown to somebody with authority over them.
type Person struct {
	Person      civic.PersonID `json:"person"`
	Name        string         `json:"name"`
	Sex         people.Sex     `json:"sex"`
	Birth       string         `json:"birth"`
	Division    civic.Division `json:"division"`
	Address     string         `json:"address,omitempty"`
	Credentials []Credential   `json:"credentials"`
	Contacts    []Contact      `json:"contacts"`
}

// Credential is a card by its last four characters.
type Credential struct {
	ID      string                `json:"id"`
	Kind    people.CredentialKind `json:"kind"`
	Words   string                `json:"words"`
	Tail    string                `json:"tail" doc:"后四位"`
	State   string                `json:"state"`
	Issued  string                `json:"issued,omitempty"`
	Expires string                `json:"expires,omitempty"`
}

func credentialOf(c people.Credential) Credential {
	return Credential{c.ID, c.Kind, c.Kind.Words(), c.Tail, c.State, c.Issued, c.Expires}
}

// Contact is a phone by its last four digits.
type Contact struct {
	Kind  string `json:"kind"`
	Tail  string `json:"tail" doc:"后四位"`
	Whose string `json:"whose"`
}

func (s *server) getPerson(ctx context.Context, in *OnPerson) (*struct{ Body Person }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	p, err := s.People.Show(ctx, a, id)
	if err != nil {
		return nil, err
	}
	out := Person{Person: p.ID, Name: p.Name, Sex: p.Sex, Birth: p.Birth, Division: p.Division, Address: p.Address,
		Credentials: []Credential{}, Contacts: []Contact{}}
	for _, c := range p.Credentials {
		out.Credentials = append(out.Credentials, credentialOf(c))
	}
	for _, c := range p.Contacts {
		out.Contacts = append(out.Contacts, Contact{c.Kind, c.Tail, c.Whose})
	}
	return &struct{ Body Person }{out}, nil
}

// about resolves whom a path means, and the actor for them. Who came for the
// person is in the opening, where the judge finds it.
func (s *server) about(ctx context.Context, named civic.PersonID) (civic.PersonID, civic.Actor, error) {
	id, err := subject(ctx, named)
	if err != nil {
		return "", civic.Actor{}, err
	}
	return id, actorOf(ctx).For(id), nil
}

// Summary is one matter in a list.
type Summary struct {
	ID      civic.RequestID `json:"id" doc:"没办完时是 draft 的编号，交上去以后是 request 的编号"`
	Number  civic.Number    `json:"number"`
	Grouped string          `json:"grouped" doc:"分组的号码，好念"`
	Service string          `json:"service"`
	Title   string          `json:"title"`
	At      string          `json:"at"`
	Draft   bool            `json:"draft" doc:"还没有办完"`
}

// Summaries are a person's matters, newest first.
type Summaries struct {
	Requests []Summary `json:"requests"`
}

func (s *server) listRequests(ctx context.Context, in *OnPerson) (*struct{ Body Summaries }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	rs, err := s.Requests.Of(ctx, a, id)
	if err != nil {
		return nil, err
	}
	out := Summaries{Requests: make([]Summary, len(rs))}
	for i, r := range rs {
		out.Requests[i] = Summary{r.ID, r.Number, r.Number.Grouped(), r.Service, r.Title, r.At, r.Draft}
	}
	return &struct{ Body Summaries }{out}, nil
}
