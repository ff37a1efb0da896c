// Package field is the pages of staff out of the house, on their own enrolled phone:
// who I am, whom I visit, my duty. Its sessions are bound to the phone and good on no
// other face.
package field

import (
	"net/http"
	"slices"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/grant"
	"yinqiao/notify"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/staff"
)

type face struct{ *kit.Rooms }

// Routes are the pages of this face.
func Routes(rm *kit.Rooms) []kit.Route {
	f := face{rm}
	return append(f.taskRoutes(), []kit.Route{
		{Pattern: "GET /field/sign-in", Open: true, Do: f.signInPage},
		{Pattern: "POST /field/sign-in", Open: true, Do: f.signIn},
		{Pattern: "POST /field/sign-out", Open: true, Do: f.signOut},
		{Pattern: "GET /field/enrol", Open: true, Do: f.enrolPage},
		{Pattern: "POST /field/enrol", Open: true, Do: f.enrol},
		{Pattern: "GET /field", Do: f.home},
		{Pattern: "POST /field/find", Do: f.find},
		{Pattern: "GET /field/people/{person}", Do: f.person},
		{Pattern: "POST /field/people/{person}/open", Do: f.open},
		{Pattern: "POST /field/people/{person}/glass", Do: f.glass},
	}...)
}

// deviceCookie keeps the phone's token; only its hash is in the database.
const (
	deviceCookie = "yinqiao_device"
	cookieDays   = 400 // as long as browsers keep one
)

func token(r *http.Request) string {
	c, err := r.Cookie(deviceCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

func (f face) actor(r *http.Request) civic.Actor {
	p, device := f.Sessions.WhoOn(r.Context())
	if p.Kind != civic.PartyStaff {
		return civic.Actor{Channel: civic.ChannelField}
	}
	return civic.Actor{Operator: p, Channel: civic.ChannelField, Device: device}
}

func (f face) plain(r *http.Request, title string) kit.Frame {
	fr := kit.FrameOf(r, kit.FieldFace)
	fr.Title, fr.Demo = title, f.Demo != nil
	return fr
}

// frame is the page's frame, with who is signed in. It asks each time whether the
// phone is still theirs.
func (f face) frame(r *http.Request, title string) (kit.Frame, civic.Actor, staff.Member, error) {
	fr, a := f.plain(r, title), f.actor(r)
	m, err := f.Staff.OnPhone(r.Context(), a)
	fr.Who, fr.Phone = m.Name, place.HelpPhone(m.Division)
	return fr, a, m, err
}

func (f face) signInPage(w http.ResponseWriter, r *http.Request) error {
	fr := f.plain(r, "登录工作手机")
	if token(r) == "" {
		return f.Render(w, r, signInPage(fr, false))
	}
	if _, err := f.Staff.ByToken(r.Context(), token(r)); civic.Is(err, civic.Denied) {
		fr.Wrong = []*civic.Error{civic.As(err)}
		return f.Render(w, r, signInPage(fr, false))
	} else if err != nil {
		return err
	}
	return f.Render(w, r, signInPage(fr, true))
}

func (f face) signIn(w http.ResponseWriter, r *http.Request) error {
	d, err := f.Staff.SignInByPIN(r.Context(), token(r), r.PostFormValue("pin"))
	if e := civic.As(err); err != nil && e.Kind == civic.Denied {
		fr := f.plain(r, "登录工作手机")
		fr.Wrong = []*civic.Error{e}
		return f.RenderAs(w, r, kit.Status(err), signInPage(fr, e.Field == "pin"))
	}
	if err != nil {
		return err
	}
	return f.enter(w, r, d)
}

func (f face) enter(w http.ResponseWriter, r *http.Request, d staff.Device) error {
	if err := f.Sessions.EnterOn(r.Context(), d.Staff, d.ID); err != nil {
		return err
	}
	return kit.Go(w, r, "/field")
}

func (f face) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := f.Sessions.Leave(r.Context()); err != nil {
		return err
	}
	return kit.Go(w, r, "/field/sign-in")
}

func (f face) enrolPage(w http.ResponseWriter, r *http.Request) error {
	return f.Render(w, r, enrolPage(f.plain(r, "登记工作手机"), ""))
}

func (f face) enrol(w http.ResponseWriter, r *http.Request) error {
	fail := func(e *civic.Error) error {
		fr := f.plain(r, "登记工作手机")
		fr.Wrong = []*civic.Error{e}
		return f.RenderAs(w, r, kit.Status(e), enrolPage(fr, r.PostFormValue("code")))
	}
	if r.PostFormValue("pin") != r.PostFormValue("again") {
		return fail(civic.E(civic.Invalid, "field.again", "两次输的密码不一样，请再输一遍。").On("pin"))
	}
	d, token, err := f.Staff.Enrol(r.Context(), r.PostFormValue("code"), r.PostFormValue("pin"))
	if e := civic.As(err); err != nil && (e.Kind == civic.Denied || e.Kind == civic.Invalid) {
		return fail(e)
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: deviceCookie, Value: token, Path: "/field", MaxAge: int((cookieDays * 24 * time.Hour).Seconds()),
		HttpOnly: true, Secure: f.Sessions.Cookie.Secure, SameSite: http.SameSiteLaxMode})
	return f.enter(w, r, d)
}

type homeView struct {
	Member    staff.Member
	Finds     bool
	Duty      []staff.Duty
	Visits    []notify.Task
	Reminders []notify.Task // what the member is told of
	Typed     string
	Now       time.Time
}

func (f face) home(w http.ResponseWriter, r *http.Request) error {
	return f.showHome(w, r, "", nil)
}

func (f face) showHome(w http.ResponseWriter, r *http.Request, typed string, wrong error) error {
	fr, a, m, err := f.frame(r, "我的工作")
	if err != nil {
		return err
	}
	v := homeView{Member: m, Typed: typed, Now: f.Now()}
	_, v.Finds = m.May(civic.MayFindPeople)
	if v.Duty, err = f.Staff.MyDuty(r.Context(), a); err != nil {
		return err
	}
	if v.Visits, err = f.visits(r, a); err != nil {
		return err
	}
	if v.Reminders, err = f.Notify.Tasks(r.Context(), a, notify.CarrierDesk); err != nil {
		return err
	}
	if wrong != nil {
		wrong = civic.As(wrong).On("text")
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, homePage(fr, v))
}

// find takes a card's number, a phone or a name; a POST, so that none of them gets
// into an address.
func (f face) find(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "找到的人")
	if err != nil {
		return err
	}
	text := kit.Field(r, "text")
	found, err := f.People.Find(r.Context(), a, text)
	if civic.Is(err, civic.NotFound) || civic.Is(err, civic.Invalid) {
		return f.showHome(w, r, text, err)
	}
	if err != nil {
		return err
	}
	return f.Render(w, r, matchesPage(fr, found.Matches))
}

type personView struct {
	people.Profile
	Age     int
	Opening grant.Opening
}

type closedView struct {
	people.Match
	Shown             []people.CredentialKind
	Glass             bool
	Reason, Emergency string
}

func (f face) person(w http.ResponseWriter, r *http.Request) error {
	return f.showPerson(w, r, nil)
}

func (f face) showPerson(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, m, err := f.frame(r, "老人资料")
	if err != nil {
		return err
	}
	id := civic.PersonID(r.PathValue("person"))
	status := fr.Shows(wrong)
	o, err := f.Grant.Opened(r.Context(), a, id)
	if err != nil && civic.As(err).Code == "grant.not_open" {
		v := closedView{Reason: r.PostFormValue("reason"), Emergency: r.PostFormValue("emergency")}
		_, v.Glass = m.May(civic.MayBreakGlass)
		if v.Match, err = f.People.Glance(r.Context(), a, id); err != nil {
			return err
		}
		if v.Shown, err = f.Grant.Shown(r.Context(), a, id); err != nil && !civic.Is(err, civic.Denied) {
			return err
		}
		return f.RenderAs(w, r, status, closedPage(fr, v))
	}
	if err != nil {
		return err
	}
	v := personView{Opening: o}
	if v.Profile, err = f.People.Show(r.Context(), a.For(id), id); err != nil {
		return err
	}
	v.Age = v.Profile.Age(f.Now())
	return f.RenderAs(w, r, status, personPage(fr, v))
}

// opened goes on to the person after an opening, or shows what is to be mended.
func (f face) opened(w http.ResponseWriter, r *http.Request, err error) error {
	if civic.Is(err, civic.Invalid) || err != nil && slices.Contains([]string{"grant.division", "opening.card"}, civic.As(err).Code) {
		return f.showPerson(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/field/people/"+r.PathValue("person"))
}

func (f face) open(w http.ResponseWriter, r *http.Request) error {
	return f.opened(w, r, f.Grant.Open(r.Context(), f.actor(r), civic.PersonID(r.PathValue("person")), r.PostFormValue("presented") != "", kit.Field(r, "reason"), ""))
}

func (f face) glass(w http.ResponseWriter, r *http.Request) error {
	return f.opened(w, r, f.Grant.BreakGlass(r.Context(), f.actor(r), civic.PersonID(r.PathValue("person")), r.PostFormValue("emergency"), r.PostFormValue("reason")))
}
