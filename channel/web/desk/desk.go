// Package desk is the workbench of the staff: one box that finds anything, a
// person's page, all questions of a service on one form, and the office's queue.
package desk

import (
	"net/http"
	"strings"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/people"
	"yinqiao/staff"
)

type face struct{ *kit.Rooms }

// Routes are the pages of this face.
func Routes(rm *kit.Rooms) []kit.Route {
	f := face{rm}
	return []kit.Route{
		{Pattern: "GET /desk/sign-in", Open: true, Do: f.signInPage},
		{Pattern: "POST /desk/sign-in", Open: true, Do: f.signIn},
		{Pattern: "POST /desk/sign-out", Open: true, Do: f.signOut},
		{Pattern: "GET /desk", Do: f.home},
		{Pattern: "POST /desk/find", Do: f.find},
		{Pattern: "GET /desk/register", Do: f.registerPage},
		{Pattern: "POST /desk/register", Do: f.register},
		{Pattern: "GET /desk/people/{person}", Do: f.person},
		{Pattern: "POST /desk/people/{person}/open", Do: f.open},
		{Pattern: "POST /desk/people/{person}/code", Do: f.code},
		{Pattern: "GET /desk/people/{person}/grants", Do: f.grantPage},
		{Pattern: "POST /desk/people/{person}/grants", Do: f.give},
		{Pattern: "POST /desk/people/{person}/grants/{grant}/revoke", Do: f.endGrant},
		{Pattern: "POST /desk/people/{person}/drafts", Do: f.start},
		{Pattern: "GET /desk/drafts/{draft}", Do: f.form},
		{Pattern: "POST /desk/drafts/{draft}", Do: f.answer},
		{Pattern: "POST /desk/drafts/{draft}/submit", Do: f.submit},
		{Pattern: "GET /desk/queue", Do: f.queue},
		{Pattern: "GET /desk/requests/{request}", Do: f.request},
		{Pattern: "POST /desk/requests/{request}/take", Do: f.take},
		{Pattern: "POST /desk/requests/{request}/release", Do: f.release},
		{Pattern: "POST /desk/requests/{request}/take-over", Do: f.takeOver},
		{Pattern: "POST /desk/requests/{request}/resolve", Do: f.resolve},
		{Pattern: "POST /desk/requests/{request}/confirm", Do: f.confirm},
	}
}

func (f face) actor(r *http.Request) civic.Actor {
	p := f.Party(r)
	if p.Kind != civic.PartyStaff {
		p = civic.Party{} // people use their own pages
	}
	return civic.Actor{Operator: p, Channel: civic.ChannelDesk}
}

var errSignIn = civic.E(civic.Denied, "sign_in", "请先登录工作台。").Accepting("用单位发的账号登录")

// frame is the page's frame, with who is signed in and where they work.
func (f face) frame(r *http.Request, title string) (kit.Frame, civic.Actor, staff.Member, error) {
	fr := kit.FrameOf(r, kit.Desk)
	fr.Title, fr.Demo = title, f.Demo != nil
	a := f.actor(r)
	if a.Operator.None() {
		return fr, a, staff.Member{}, errSignIn
	}
	m, err := f.Staff.Find(r.Context(), a.Staff())
	if civic.Is(err, civic.NotFound) {
		err = errSignIn
	}
	if err != nil {
		return fr, a, m, err
	}
	fr.Who = m.Name
	words := []string{}
	for _, p := range m.Roles {
		words = append(words, p.Role.Words())
	}
	fr.Office = kit.Division(m.Division) + " " + strings.Join(words, "、")
	return fr, a, m, nil
}

func (f face) signInPage(w http.ResponseWriter, r *http.Request) error {
	return f.Render(w, r, signInPage(f.signFrame(r), f.Demo, ""))
}

func (f face) signFrame(r *http.Request) kit.Frame {
	fr := kit.FrameOf(r, kit.Desk)
	fr.Title, fr.Demo = "工作人员登录", f.Demo != nil
	return fr
}

func (f face) signIn(w http.ResponseWriter, r *http.Request) error {
	login, password := r.PostFormValue("login"), r.PostFormValue("password")
	if demo := r.PostFormValue("demo"); demo != "" && f.Demo != nil {
		login, password = demo, f.Demo.Password
	}
	m, err := f.Staff.SignIn(r.Context(), login, password, r.PostFormValue("code"))
	if err != nil {
		e := civic.As(err)
		if e.Kind != civic.Denied && e.Kind != civic.Exhausted {
			return err
		}
		fr := f.signFrame(r)
		fr.Wrong = []*civic.Error{e.On("login")}
		return f.RenderAs(w, r, kit.Status(err), signInPage(fr, f.Demo, login))
	}
	if err := f.Sessions.Enter(r.Context(), civic.Party{Kind: civic.PartyStaff, ID: string(m.ID)}); err != nil {
		return err
	}
	return kit.Go(w, r, "/desk")
}

func (f face) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := f.Sessions.Leave(r.Context()); err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/sign-in")
}

// home is the box, with what is due below it.
func (f face) home(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "找人、办事")
	if err != nil {
		return err
	}
	v := homeView{}
	if _, v.Clerk = m.May(civic.MayWorkCases); v.Clerk {
		if v.Due, err = f.Casework.Queue(r.Context(), a, false); err != nil {
			return err
		}
		if len(v.Due) > 8 {
			v.More, v.Due = len(v.Due)-8, v.Due[:8]
		}
	}
	v.Now = f.Now()
	return f.Render(w, r, homePage(fr, v))
}

// find takes anything typed, scanned or swiped. One exact hit opens at once; a
// few are listed. It is a POST, so that no number gets into an address.
func (f face) find(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "找到的人")
	if err != nil {
		return err
	}
	text := kit.Field(r, "text")
	if _, err := civic.ParseNumber(text); err == nil {
		found, err := f.Requests.Find(r.Context(), a, text)
		switch {
		case err == nil && found.Draft:
			return kit.Go(w, r, "/desk/drafts/"+string(found.ID))
		case err == nil:
			return kit.Go(w, r, "/desk/requests/"+string(found.ID))
		case !civic.Is(err, civic.NotFound):
			return err
		}
	}
	ms, err := f.People.Find(r.Context(), a, text)
	if civic.Is(err, civic.NotFound) || civic.Is(err, civic.Invalid) {
		v := homeView{Typed: text, Now: f.Now()}
		_, v.Clerk = m.May(civic.MayWorkCases)
		fr.Wrong = []*civic.Error{civic.As(err).On("text")}
		return f.RenderAs(w, r, kit.Status(err), homePage(fr, v))
	}
	if err != nil {
		return err
	}
	if len(ms) == 1 && ms[0].State == "active" {
		return kit.Go(w, r, "/desk/people/"+string(ms[0].Person))
	}
	return f.Render(w, r, matchesPage(fr, ms, text))
}

func (f face) registerPage(w http.ResponseWriter, r *http.Request) error {
	fr, _, m, err := f.frame(r, "登记新人")
	if err != nil {
		return err
	}
	if _, ok := m.May(civic.MayRegisterPeople); !ok {
		return civic.E(civic.Denied, "grant.role", "您的岗位不能登记新人。").Accepting("请找窗口人员登记")
	}
	return f.Render(w, r, registerPage(fr, streets(m.Division), nil))
}

func (f face) register(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "登记新人")
	if err != nil {
		return err
	}
	in := people.Registration{Name: r.PostFormValue("name"), Division: civic.Division(r.PostFormValue("division")), Address: kit.Field(r, "address"),
		Credentials: []people.Card{{Kind: people.CredentialKind(r.PostFormValue("kind")), Number: r.PostFormValue("card")}}}
	if phone := kit.Field(r, "phone"); phone != "" {
		in.Phones = []people.Phone{{Number: phone, Whose: "own"}}
	}
	id, err := f.People.Register(r.Context(), a, in)
	if e := civic.As(err); err != nil && (e.Kind == civic.Invalid || e.Kind == civic.Conflict) {
		if e.Field == "" {
			e = e.On("card")
			if e.Code == "phone.form" {
				e = e.On("phone")
			}
		}
		fr.Wrong = []*civic.Error{e}
		return f.RenderAs(w, r, kit.Status(err), registerPage(fr, streets(m.Division), r))
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/people/"+string(id))
}
