package desk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/engine/casework"
	"yinqiao/engine/eligibility"
	"yinqiao/grant"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
)

func (f face) personRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/people/{person}", Do: f.person},
		{Pattern: "POST /desk/people/{person}/open", Do: f.open},
		{Pattern: "POST /desk/people/{person}/code", Do: f.code},
	}
}

type homeView struct {
	Clerk bool // works cases
	Finds bool // may look for people
	Desk  readerView
	Links []kit.Link
	Due   []casework.Item
	More  bool // cases to do than are shown
	Typed string
	Now   timeNow
}

// streets lists where a new person may live: the streets of the clerk's county.
func streets(in civic.Division) []place.Division {
	var out []place.Division
	for _, d := range place.Divisions() {
		if d.Level == place.LevelStreet && in.County().Covers(d.Code) {
			out = append(out, d)
		}
	}
	return out
}

// personView is a person opened at the desk.
type personView struct {
	people.Profile
	people.Facts
	Age      int
	Opening  grant.Opening
	Asked    string // who came for them, if somebody did
	Services []*catalog.Definition
	Matters  []request.Summary
	Here     []booking.Item // booked today at the clerk's own office
	Adds     bool           // who serves them may make an extra place
	Waits    []booking.Waited
	Agents   []grant.Agent
	Draws    []eligibility.Standing
	Story    []request.StoryLine
	Why      string // typed
	Settles  bool   // the clerk settles matters between people too
}

// firstMost is how many services stand on the page unfolded: one for each key.
const firstMost = 9

// open are the services that can be begun, by kind; what is left to do after a death
// comes last while the person is alive.
func (v personView) open() []*catalog.Definition {
	var out, after []*catalog.Definition
	for _, b := range catalog.Bundles(open(v.Services, v.Opening.Died != "")) {
		for _, d := range b.Services {
			if d.AfterDeath {
				after = append(after, d)
			} else {
				out = append(out, d)
			}
		}
	}
	return append(out, after...)
}

// first are the services that are offered at once: what the person used, and what is
// asked for most.
func (v personView) first() []*catalog.Definition {
	var used []string
	for _, m := range v.Matters {
		used = append(used, m.Service)
	}
	return catalog.Front(v.open(), used, firstMost)
}

// rest are the others.
func (v personView) rest() []*catalog.Definition {
	first := v.first()
	return slices.DeleteFunc(v.open(), func(d *catalog.Definition) bool { return slices.Contains(first, d) })
}

// waits reports whether the person is to be asked about a grant.
func (v personView) waits() bool {
	return slices.ContainsFunc(v.Agents, func(g grant.Agent) bool { return g.Held != "" || g.Notice == "pending" })
}

// onlyLooks reports an opening in an emergency, in which nothing may be done.
func (v personView) onlyLooks() bool { return v.Opening.Basis == civic.BasisGlass }

// person shows a person who is open, or asks for the reason to open them.
func (f face) person(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "老人资料")
	if err != nil {
		return err
	}
	return f.showPerson(w, r, http.StatusOK, fr, a, civic.PersonID(r.PathValue("person")))
}

func (f face) showPerson(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor, id civic.PersonID) error {
	ctx := r.Context()
	m, err := f.Staff.Find(ctx, a.Staff())
	if err != nil {
		return err
	}
	if _, serves := m.May(civic.MayServePeople); !serves {
		if settles, erases := mayOversee(m); settles || erases {
			return f.oversee(w, r, status, fr, a, id, settles, erases)
		}
	}
	o, err := f.Grant.Opened(ctx, a, id)
	if civic.As(err).Code == "grant.not_open" && err != nil {
		return f.askToOpen(w, r, status, fr, a, id)
	}
	if err != nil {
		return err
	}
	a.Subject = id
	v, err := f.opened(ctx, a, o)
	if err != nil {
		return err
	}
	v.Why = r.PostFormValue("why")
	_, v.Settles = m.May(civic.MaySettlePeople)
	if v.Facts, err = f.People.Facts(ctx, a, id); err != nil {
		return err
	}
	if v.Draws, err = f.Eligible.Of(ctx, a, id); err != nil && !civic.Is(err, civic.Denied) {
		return err
	}
	if v.Waits, err = f.Booking.Waits(ctx, a, id); err != nil {
		return err
	}
	if v.Here, err = f.bookedHere(ctx, a, m); err != nil {
		return err
	}
	if _, v.Adds = m.May(civic.MayKeepSessions); !v.Adds {
		if err = f.Booking.Adds(ctx, a); err != nil && !civic.Is(err, civic.Denied) {
			return err
		}
		v.Adds = err == nil
	}
	for _, g := range v.Agents {
		if o.Agent != "" && g.Grant.Agent == o.Agent {
			v.Asked = g.Name + "（" + g.Relation + "）"
		}
	}
	story, err := f.Requests.Story(ctx, a, id, request.StoryAsk{Most: 5})
	if err != nil {
		return err
	}
	v.Story = story.Lines
	fr.Title = v.Name
	return f.RenderAs(w, r, status, personPage(fr, v))
}

// opened reads of a person who is open (the actor's subject) what their page and that of their call begin with.
func (f face) opened(ctx context.Context, a civic.Actor, o grant.Opening) (v personView, err error) {
	v.Opening = o
	if v.Profile, err = f.People.Show(ctx, a, a.Subject); err != nil {
		return v, err
	}
	v.Age = v.Profile.Age(f.Now())
	if v.Services, err = f.Catalog.List(ctx, v.Division, civic.ChannelDesk); err != nil {
		return v, err
	}
	if v.Matters, err = f.Requests.Of(ctx, a, a.Subject); err != nil {
		return v, err
	}
	v.Agents, err = f.Grant.Agents(ctx, a, a.Subject)
	return v, err
}

// askToOpen shows the masked minimum and asks why the person is to be opened.
func (f face) askToOpen(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor, id civic.PersonID) error {
	m, err := f.People.Glance(r.Context(), a, id)
	if err != nil {
		return err
	}
	agents, err := f.Grant.Agents(r.Context(), a, id)
	if err != nil && !civic.Is(err, civic.Denied) { // from elsewhere: open the person first
		return err
	}
	shown, err := f.Grant.Shown(r.Context(), a, id)
	if err != nil && !civic.Is(err, civic.Denied) { // who opens nobody may still look into an emergency
		return err
	}
	fr.Title = "打开资料"
	return f.RenderAs(w, r, status, openPage(fr, m, agents, shown, r))
}

// askedFor is the page of the desk that the person is opened for; "" is their own.
func askedFor(r *http.Request) string {
	to := r.PostFormValue("to")
	if r.Method == http.MethodGet {
		to = r.URL.EscapedPath()
	}
	if !strings.HasPrefix(to, "/desk/") {
		return ""
	}
	return kit.SafePath(to, "")
}

func (f face) open(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "打开资料")
	if err != nil {
		return err
	}
	id := civic.PersonID(r.PathValue("person"))
	agent := civic.PersonID(r.PostFormValue("agent"))
	if number := kit.Field(r, "agent-card"); number != "" {
		var came people.Match
		if came, err = f.People.FindCard(r.Context(), a, number); err == nil && agent == "" {
			agent = came.Person // whose card it is came
		}
		if k := civic.KindOf(err); err != nil && k != civic.Internal && k != civic.Unavailable {
			err = civic.As(err).On("agent-card")
		}
	}
	if err == nil {
		err = f.Grant.Open(r.Context(), a, id, r.PostFormValue("presented") != "", kit.Field(r, "reason"), agent)
	}
	if err != nil && civic.As(err).Code == "grant.agent" {
		err = civic.As(err).On("agent-card")
	}
	if e := civic.As(err); err != nil && (e.Kind == civic.Invalid || e.Field == "agent-card" || e.Code == "grant.division" || e.Code == "opening.card") {
		if e.Code == "grant.division" {
			e = civic.E(e.Kind, e.Code, "老人不住在您的辖区。老人来了的话，请把证件放到读卡器上，或输入证件的整个号码，再打开。").On("presented")
		}
		fr.Wrong = []*civic.Error{e}
		return f.askToOpen(w, r, kit.Status(err), fr, a, id)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, cmp.Or(askedFor(r), "/desk/people/"+string(id)))
}

// code prints a slip with which the person signs in to their own pages.
func (f face) code(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "登录口令")
	if err != nil {
		return err
	}
	id := civic.PersonID(r.PathValue("person"))
	code, err := f.Grant.IssueCode(r.Context(), a, id)
	if err != nil {
		return err
	}
	return f.Render(w, r, codePage(fr, id, code, f.Reader != nil && f.Reader.Speech.Available(), r.Host))
}
