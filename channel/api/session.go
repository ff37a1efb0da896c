package api

import (
	"context"
	"net"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yinqiao/civic"
	"yinqiao/grant"
	"yinqiao/people"
	"yinqiao/staff"
)

type actorKey struct{}

// guard finds out who is asking. Whoever has no session gets no further than the
// public operations.
func (s *server) guard(ctx huma.Context, next func(huma.Context)) {
	r, _ := humago.Unwrap(ctx)
	actor := civic.Actor{Channel: civic.ChannelAPI, Device: host(r.RemoteAddr)}
	id := ctx.Operation().OperationID
	if public[id] {
		next(huma.WithValue(ctx, actorKey{}, actor))
		return
	}
	if byDevice[id] {
		device, err := s.deviceActor(ctx.Context(), grant.Token(r.Header.Get("Authorization")))
		if civic.Is(err, civic.Denied) {
			err = grant.Nobody()
		}
		if err != nil {
			write(s.api, ctx, s.problem(ctx.Context(), id, err))
			return
		}
		next(huma.WithValue(ctx, actorKey{}, device))
		return
	}
	inner, who, err := grant.Bearer(ctx.Context(), s.Sessions, s.People, r.Header.Get("Authorization"))
	if err != nil {
		write(s.api, ctx, s.problem(ctx.Context(), id, err))
		return
	}
	actor.Operator = who
	next(huma.WithContext(ctx, context.WithValue(inner, actorKey{}, actor)))
}

func host(addr string) string {
	h, _, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	return h
}

func actorOf(ctx context.Context) civic.Actor {
	a, _ := ctx.Value(actorKey{}).(civic.Actor)
	return a
}

// me is what a person may write in a path for their own ID.
const me = "me"

// subject returns whom a request is about: for a person themselves unless they
// name somebody else. Invalid when staff name nobody.
func subject(ctx context.Context, named civic.PersonID) (civic.PersonID, error) {
	own := actorOf(ctx).Person()
	switch {
	case named != "" && (named != me || own == ""):
		return named, nil
	case own != "":
		return own, nil
	}
	return "", errWhom
}

var errWhom = civic.E(civic.Invalid, "person.missing", "请写明是为哪位老人办。").On("person")

// SignIn is one of two ways in: a member of staff's login, or the code on an
// older person's slip.
type SignIn struct {
	Login      string `json:"login,omitempty" maxLength:"60" doc:"工作人员的登录名"`
	Password   string `json:"password,omitempty" maxLength:"200" doc:"工作人员的密码"`
	Code       string `json:"code,omitempty" maxLength:"20" doc:"工作人员的动态码"`
	AccessCode string `json:"access_code,omitempty" maxLength:"40" doc:"窗口开出的8位登录口令，30分钟内用一次"`
}

// Session is what a program keeps after signing in.
type Session struct {
	Token string `json:"token" doc:"放在以后每个请求的 Authorization: Bearer 里"`
	Kind  string `json:"kind" enum:"staff,person"`
	ID    string `json:"id"`
	Name  string `json:"name"`
}

var errWay = civic.E(civic.Invalid, "session.way", "请写 login 和 password（工作人员）,或只写 access_code（窗口开出的口令）,不要两种都写。")

func (s *server) sessions() {
	handle(s, route{id: "sessions-create", method: http.MethodPost, path: "/sessions", tag: tagSession, status: http.StatusCreated,
		summary: "登录：工作人员用账号，老人用窗口开出的口令(SX14)", kinds: []civic.Kind{civic.Denied, civic.Exhausted},
		more: "同一个地址试得太多会暂时不让再试。token 只给这一次，请妥善保存。"}, s.signIn)
	handle(s, route{id: "sessions-delete", method: http.MethodDelete, path: "/sessions", tag: tagSession,
		summary: "退出登录", more: "token 立刻作废。"}, s.signOut)
	handle(s, route{id: "me", method: http.MethodGet, path: "/me", tag: tagSession,
		summary: "我是谁，能替谁办事(SX14)"}, s.me)
}

type sessionOut struct{ Body Session }

func (s *server) signIn(ctx context.Context, in *struct{ Body SignIn }) (*sessionOut, error) {
	b := in.Body
	if byStaff, byCode := b.Login != "" && b.Password != "", b.AccessCode != ""; byStaff == byCode || byCode && b.Login+b.Password+b.Code != "" {
		return nil, errWay
	}
	var out Session
	if b.AccessCode != "" {
		id, err := s.Grant.RedeemCode(ctx, b.AccessCode, civic.ChannelAPI)
		if err != nil {
			return nil, err
		}
		out = Session{Kind: string(civic.PartyPerson), ID: string(id)}
		own := civic.Actor{Operator: civic.Party{Kind: civic.PartyPerson, ID: out.ID}, Channel: civic.ChannelAPI}
		p, err := s.People.Show(ctx, own, id)
		if err != nil {
			return nil, err
		}
		out.Name = p.Name
	} else {
		m, err := s.Staff.SignIn(ctx, b.Login, b.Password, b.Code)
		if err != nil {
			return nil, err
		}
		out = Session{Kind: string(civic.PartyStaff), ID: string(m.ID), Name: m.Name}
	}
	ctx, err := s.Sessions.Load(ctx, "")
	if err != nil {
		return nil, err
	}
	if err := s.Sessions.Enter(ctx, civic.Party{Kind: civic.PartyKind(out.Kind), ID: out.ID}); err != nil {
		return nil, err
	}
	if out.Token, _, err = s.Sessions.Commit(ctx); err != nil {
		return nil, err
	}
	return &sessionOut{out}, nil
}

func (s *server) signOut(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, s.Sessions.Leave(ctx)
}

// Me is who is signed in, and for whom they may act.
type Me struct {
	Kind     string         `json:"kind" enum:"staff,person"`
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Office   civic.OfficeID `json:"office,omitempty" doc:"工作人员的单位"`
	Division civic.Division `json:"division,omitempty" doc:"工作人员单位所在的行政区划"`
	Posts    []Post         `json:"posts,omitempty" doc:"工作人员的岗位"`
	Elders   []Elder        `json:"elders,omitempty" doc:"能替谁办事"`
}

// Post is a role of staff in a division.
type Post struct {
	Role     string         `json:"role"`
	Words    string         `json:"words"`
	Division civic.Division `json:"division"`
}

// Elder is somebody for whom the person signed in may act.
type Elder struct {
	Person   civic.PersonID `json:"person"`
	Name     string         `json:"name"`
	Relation string         `json:"relation"`
}

func (s *server) me(ctx context.Context, _ *struct{}) (*struct{ Body Me }, error) {
	a := actorOf(ctx)
	out := Me{Kind: string(a.Operator.Kind), ID: a.Operator.ID}
	if a.Staff() != "" {
		m, err := s.Staff.Find(ctx, a.Staff())
		if civic.Is(err, civic.NotFound) {
			return nil, grant.Nobody() // has left since
		}
		if err != nil {
			return nil, err
		}
		out.Name, out.Office, out.Division, out.Posts = m.Name, m.Office, m.Division, postsOf(m)
		return &struct{ Body Me }{out}, nil
	}
	p, err := s.ownProfile(ctx, a)
	if err != nil {
		return nil, err
	}
	out.Name = p.Name
	es, err := s.Grant.Elders(ctx, a)
	for _, e := range es {
		out.Elders = append(out.Elders, Elder{e.Person, e.Name, e.Relation})
	}
	return &struct{ Body Me }{out}, err
}

func (s *server) ownProfile(ctx context.Context, a civic.Actor) (people.Profile, error) {
	return s.People.Show(ctx, a, a.Person())
}

func postsOf(m staff.Member) []Post {
	out := make([]Post, len(m.Roles))
	for i, p := range m.Roles {
		out[i] = Post{string(p.Role), p.Role.Words(), p.Division}
	}
	return out
}
