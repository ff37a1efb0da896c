// Package elder is 长辈版: the older person's own pages, one question a page. A
// relative who acts by a grant uses the same pages under a band that says so.
package elder

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/people"
	"yinqiao/place"
)

type face struct{ *kit.Rooms }

// Routes are the pages of this face.
func Routes(rm *kit.Rooms) []kit.Route {
	f := face{rm}
	return append(slices.Concat(f.meRoutes(), f.cardRoutes(), f.giveRoutes(), f.serviceRoutes(), f.storyRoutes(), f.stops(), f.bookingRoutes(), f.kioskRoutes(), f.hallRoutes(), f.messageRoutes(), f.DraftActs(kit.Elder, f.actor), f.WordActs(kit.Elder, f.actor, f.step)), []kit.Route{
		f.AloudRoute(kit.Elder),
		{Pattern: "GET /elder/sign-in", Open: true, Do: f.signInPage},
		{Pattern: "POST /elder/sign-in", Open: true, Do: f.signIn},
		{Pattern: "POST /elder/sign-out", Open: true, Do: f.signOut},
		{Pattern: "GET /elder", Do: f.home},
		{Pattern: "POST /elder/find", Do: f.find},
		{Pattern: "GET /elder/as", Do: f.elders},
		{Pattern: "POST /elder/as", Do: f.actFor},
		{Pattern: "GET /elder/mine", Do: f.mine},
		{Pattern: "GET /elder/agents", Do: f.agents},
		{Pattern: "POST /elder/drafts", Do: f.start},
		{Pattern: "GET /elder/drafts/{draft}", Do: f.question},
		{Pattern: "POST /elder/drafts/{draft}", Do: f.answer},
		{Pattern: "POST /elder/drafts/{draft}/submit", Do: f.submit},
		{Pattern: "GET /elder/requests/{request}", Do: f.request},
		{Pattern: "POST /elder/requests/{request}/confirm", Do: f.confirm},
	}...)
}

// actor says who is at the controls and for whom: the person themselves, or the
// elder for whom a relative has chosen to act.
func (f face) actor(r *http.Request) civic.Actor {
	p := f.Party(r)
	if p.Kind != civic.PartyPerson {
		p = civic.Party{} // staff use the desk
	}
	a := civic.Actor{Operator: p, Subject: civic.PersonID(p.ID), Channel: civic.ChannelElder}
	if as := f.Sessions.GetString(r.Context(), "as"); as != "" && !p.None() {
		a.Subject, a.Channel = civic.PersonID(as), civic.ChannelFamily
	}
	return a
}

// frame is the page's frame, with who is signed in and for whom they act. It
// reads the subject, and so refuses when the right to act has ended.
func (f face) frame(r *http.Request, title string) (kit.Frame, civic.Actor, people.Profile, error) {
	fr := kit.FrameOf(r, kit.Elder)
	fr.Title, fr.Demo = title, f.Demo != nil
	a := f.actor(r)
	p, err := f.People.Show(r.Context(), a, a.Subject)
	if err != nil {
		if a.Channel == civic.ChannelFamily && (civic.Is(err, civic.Denied) || civic.Is(err, civic.NotFound)) {
			f.Sessions.Remove(r.Context(), "as") // the grant has ended: back to oneself
		}
		return fr, a, p, err
	}
	fr.Phone = place.HelpPhone(p.Division)
	fr.Who = p.Name + greeting(p, f.Now())
	if a.Channel == civic.ChannelFamily {
		me, err := f.People.Show(r.Context(), civic.Actor{Operator: a.Operator, Channel: a.Channel}, a.Person())
		if err != nil {
			return fr, a, p, err
		}
		fr.Acting, fr.Who = p.Name, me.Name
	}
	return fr, a, p, nil
}

// greeting is a polite word after the name.
func greeting(p people.Profile, now time.Time) string {
	switch {
	case p.Age(now) < 60:
		return " 您好"
	case p.Sex == people.Female:
		return " 奶奶您好"
	}
	return " 爷爷您好"
}

func (f face) signInPage(w http.ResponseWriter, r *http.Request) error {
	return f.Render(w, r, signInPage(f.signFrame(r), f.Demo))
}

func (f face) signFrame(r *http.Request) kit.Frame {
	fr := kit.FrameOf(r, kit.Elder)
	fr.Title, fr.Demo, fr.Back = "登录长辈版", f.Demo != nil, "/"
	return fr
}

func (f face) signIn(w http.ResponseWriter, r *http.Request) error {
	id, err := f.enter(r)
	if err != nil {
		if e := civic.As(err); e.Kind == civic.Denied || e.Kind == civic.Invalid || e.Kind == civic.NotFound {
			fr := f.signFrame(r)
			fr.Wrong = []*civic.Error{e.On("code")}
			return f.RenderAs(w, r, http.StatusUnprocessableEntity, signInPage(fr, f.Demo))
		}
		return err
	}
	if err := f.Sessions.Enter(r.Context(), civic.Party{Kind: civic.PartyPerson, ID: string(id)}); err != nil {
		return err
	}
	f.Sessions.Remove(r.Context(), "as")
	return kit.Go(w, r, "/elder")
}

// enter checks the code from the window, or in a demonstration opens one of the
// people whom the page itself offers.
func (f face) enter(r *http.Request) (civic.PersonID, error) {
	if demo := r.PostFormValue("demo"); demo != "" && f.Demo != nil {
		for _, a := range f.Demo.Elders {
			if a.Login == demo {
				return civic.PersonID(a.Login), nil
			}
		}
	}
	return f.Grant.RedeemCode(r.Context(), r.PostFormValue("code"), civic.ChannelElder)
}

func (f face) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := f.Sessions.Leave(r.Context()); err != nil {
		return err
	}
	return kit.Go(w, r, "/")
}

// elders lists for whom the relative at the controls may act.
func (f face) elders(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "替家人办")
	if err != nil {
		return err
	}
	list, err := f.Grant.Elders(r.Context(), a)
	if err != nil {
		return err
	}
	return f.Render(w, r, eldersPage(fr, list))
}

// actFor begins to act for an elder, or with an empty person goes back to
// oneself. The right is checked now, and again at every act.
func (f face) actFor(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	person := civic.PersonID(strings.TrimSpace(r.PostFormValue("person")))
	if a.Operator.None() {
		_, err := f.People.Show(r.Context(), a, person)
		return err
	}
	if person == "" || person == a.Person() {
		f.Sessions.Remove(r.Context(), "as")
		return kit.Go(w, r, "/elder")
	}
	if _, err := f.People.Show(r.Context(), a, person); err != nil {
		return err
	}
	f.Sessions.Put(r.Context(), "as", string(person))
	return kit.Go(w, r, "/elder")
}
