package kit

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/request"
)

// Booker is a face on which people move what they booked and wait for what is full. The
// pages are the same: older people meet one question a page, the desk all at once.
type Booker struct {
	*Rooms
	Face   Face
	Frame  func(r *http.Request, title string) (Frame, civic.Actor, error)
	Person func(r *http.Request, a civic.Actor) civic.PersonID // whose waits the page is about
	Waits  string                                              // the address of their list, with {person} where it names one
	// Else answers what can't be shown: the desk offers to open the person.
	Else func(w http.ResponseWriter, r *http.Request, f Frame, a civic.Actor, err error) error
}

// Routes are the pages and acts.
func (b Booker) Routes() []Route {
	home := b.Face.Home()
	return []Route{
		{Pattern: "GET " + home + "/requests/{request}/change", Do: b.change},
		{Pattern: "POST " + home + "/requests/{request}/change", Do: b.move},
		{Pattern: "POST " + home + "/requests/{request}/restore", Do: b.restore},
		{Pattern: "GET " + home + "/drafts/{draft}/full", Do: b.full},
		{Pattern: "POST " + home + "/drafts/{draft}/wait", Do: b.wait, Page: home + "/drafts/{draft}/full"},
		{Pattern: "GET " + b.Waits, Do: b.waits},
		{Pattern: "POST " + b.Waits + "/{time}/take", Do: b.take, Page: b.Waits},
		{Pattern: "POST " + b.Waits + "/{time}/leave", Do: b.leave, Page: b.Waits},
	}
}

func requestIn(r *http.Request) civic.RequestID { return civic.RequestID(r.PathValue("request")) }

// moveView is the page on which another time is chosen: the day, then the time, then
// whether it is right.
type moveView struct {
	*booking.Others
	At     string // the address of the page
	Other  bool   // with another doctor
	Day    string
	Chosen *booking.Choice
}

func (v moveView) choices() []booking.Choice {
	if v.Other {
		return v.Else
	}
	return v.Same
}

// ofDay are the times of the day that was chosen.
func (v moveView) ofDay() []booking.Choice {
	return slices.DeleteFunc(slices.Clone(v.choices()), func(c booking.Choice) bool { return c.Day != v.Day })
}

// link is the address of a step of the page.
func (v moveView) link(day, time string) string {
	q := url.Values{}
	if v.Other {
		q.Set("other", "1")
	}
	if day != "" {
		q.Set("day", day)
	}
	if time != "" {
		q.Set("time", time)
	}
	return v.At + "?" + q.Encode()
}

// dayOf gathers choices by day, in their order.
type dayOf struct {
	Day, Words string
	Free       int
}

func days(cs []booking.Choice) []dayOf {
	var out []dayOf
	for _, c := range cs {
		if n := len(out); n > 0 && out[n-1].Day == c.Day {
			out[n-1].Free += c.Free
		} else {
			out = append(out, dayOf{c.Day, Day(c.StartsAt), c.Free})
		}
	}
	return out
}

func (b Booker) change(w http.ResponseWriter, r *http.Request) error {
	return b.showMove(w, r, nil)
}

func (b Booker) showMove(w http.ResponseWriter, r *http.Request, wrong error) error {
	f, a, err := b.Frame(r, "改到别的时间")
	if err != nil {
		return err
	}
	o, err := b.Booking.Others(r.Context(), a, requestIn(r))
	if err != nil {
		return b.Else(w, r, f, a, err)
	}
	at := b.Face.Home() + "/requests/" + string(o.ID)
	v := moveView{Others: o, At: at + "/change"}
	status, q := http.StatusOK, r.URL.Query()
	f.Back = at
	if wrong != nil { // the time has gone: the list begins anew, without what was chosen
		f.Wrong, status, q = []*civic.Error{civic.As(wrong)}, Status(wrong), url.Values{}
	}
	v.Other, v.Day = q.Get("other") != "" && len(o.Else) > 0, q.Get("day")
	for _, c := range v.choices() {
		if c.ID == q.Get("time") {
			v.Chosen, v.Day = &c, c.Day
		}
	}
	if len(v.ofDay()) == 0 {
		v.Day = ""
	}
	switch { // back is the question before
	case v.Chosen != nil:
		f.Back, f.Path = v.link(v.Day, ""), v.link(v.Day, v.Chosen.ID)
	case v.Day != "":
		f.Back, f.Path = v.link("", ""), v.link(v.Day, "")
	case v.Other:
		f.Back = v.At
	}
	return b.RenderAs(w, r, status, movePage(f, v))
}

func (b Booker) move(w http.ResponseWriter, r *http.Request) error {
	_, a, err := b.Frame(r, "")
	if err != nil {
		return err
	}
	if r.PostFormValue("time") == "" {
		return b.showMove(w, r, civic.E(civic.Invalid, "booking.choose", "请先选改到哪个时间。").On("time"))
	}
	err = b.Booking.Change(r.Context(), a, requestIn(r), r.PostFormValue("time"))
	if Mendable(err) {
		return b.showMove(w, r, err)
	}
	if err != nil {
		return err
	}
	return Go(w, r, b.Face.Home()+"/requests/"+r.PathValue("request")+"?moved=1")
}

func (b Booker) restore(w http.ResponseWriter, r *http.Request) error {
	f, a, err := b.Frame(r, "没有恢复")
	if err != nil {
		return err
	}
	at := b.Face.Home() + "/requests/" + r.PathValue("request")
	err = b.Booking.Restore(r.Context(), a, requestIn(r))
	if Mendable(err) {
		return b.RenderAs(w, r, Status(err), notRestoredPage(f, at, civic.As(err).Say))
	}
	if err != nil {
		return err
	}
	return Go(w, r, at)
}

// fullView is the page on which a full time is chosen to wait for: with whom, then when.
type fullView struct {
	*request.View
	Face    Face
	All     []booking.Choice
	Who     string // a resource
	Chosen  *booking.Choice
	NoPlace bool // the office is not answered yet
}

func (v fullView) at() string { return v.Face.Home() + "/drafts/" + string(v.ID) + "/full" }

// whoOf are those who are full, each once.
func (v fullView) whoOf() []booking.Choice {
	var out []booking.Choice
	for _, c := range v.All {
		if !slices.ContainsFunc(out, func(o booking.Choice) bool { return o.Resource == c.Resource }) {
			out = append(out, c)
		}
	}
	return out
}

func (v fullView) times() []booking.Choice {
	return slices.DeleteFunc(slices.Clone(v.All), func(c booking.Choice) bool { return v.Who != "" && c.Resource != v.Who })
}

func (b Booker) full(w http.ResponseWriter, r *http.Request) error { return b.showFull(w, r, nil) }

func (b Booker) showFull(w http.ResponseWriter, r *http.Request, wrong error) error {
	f, a, err := b.Frame(r, "排队等候")
	if err != nil {
		return err
	}
	d, err := b.Requests.Look(r.Context(), a, civic.DraftID(r.PathValue("draft")))
	if err != nil {
		return b.Else(w, r, f, a, err)
	}
	v, status := fullView{View: d, Face: b.Face}, http.StatusOK
	f.Back = b.Face.Home() + "/drafts/" + string(d.ID)
	if wrong != nil {
		f.Wrong, status = []*civic.Error{civic.As(wrong)}, Status(wrong)
	}
	ask, ok := booking.AskOf(d.Def, d.Person, d.Answers)
	if v.NoPlace = !ok; ok {
		if v.All, err = b.Booking.Full(r.Context(), a, ask); err != nil {
			return err
		}
	}
	q := r.URL.Query()
	if who := v.whoOf(); len(who) == 1 {
		v.Who = who[0].Resource
	} else if slices.ContainsFunc(who, func(c booking.Choice) bool { return c.Resource == q.Get("who") }) {
		v.Who, f.Back, f.Path = q.Get("who"), v.at(), v.at()+"?who="+q.Get("who")
	}
	for _, c := range v.times() {
		if wrong == nil && c.ID == q.Get("time") && !c.Waiting {
			v.Chosen = &c
			f.Back, f.Path = v.at()+"?who="+c.Resource, v.at()+"?time="+c.ID
		}
	}
	return b.RenderAs(w, r, status, fullPage(f, v))
}

// wait puts the person of a draft on the waiting list of a time.
func (b Booker) wait(w http.ResponseWriter, r *http.Request) error {
	_, a, err := b.Frame(r, "")
	if err != nil {
		return err
	}
	d, err := b.Requests.Look(r.Context(), a, civic.DraftID(r.PathValue("draft")))
	if err != nil {
		return err
	}
	if r.PostFormValue("time") == "" {
		return b.showFull(w, r, civic.E(civic.Invalid, "booking.choose", "请先选等哪个时间。").On("time"))
	}
	err = b.Booking.Wait(r.Context(), a, booking.Order{Service: d.Service, Person: d.Person, Session: r.PostFormValue("time")})
	if Mendable(err) {
		return b.showFull(w, r, err)
	}
	if err != nil {
		return err
	}
	return Go(w, r, b.waitsOf(d.Person)+"?new=1")
}

// waitsOf is the address of a person's waits.
func (b Booker) waitsOf(p civic.PersonID) string {
	return fill(b.Waits, func(string) string { return url.PathEscape(string(p)) })
}

func (b Booker) waits(w http.ResponseWriter, r *http.Request) error { return b.showWaits(w, r, nil) }

func (b Booker) showWaits(w http.ResponseWriter, r *http.Request, wrong error) error {
	f, a, err := b.Frame(r, "排队等候的")
	if err != nil {
		return err
	}
	status := http.StatusOK
	if wrong != nil {
		f.Wrong, status = []*civic.Error{civic.As(wrong)}, Status(wrong)
	}
	person := b.Person(r, a)
	list, err := b.Booking.Waits(r.Context(), a, person)
	if err != nil {
		return b.Else(w, r, f, a, err)
	}
	return b.RenderAs(w, r, status, waitsPage(f, b.waitsOf(person), list, wrong == nil && r.URL.Query().Get("new") != ""))
}

// onWait is an act on what somebody waits for.
func (b Booker) onWait(w http.ResponseWriter, r *http.Request, do func(context.Context, civic.Actor, booking.Order) (to string, err error)) error {
	_, a, err := b.Frame(r, "")
	if err != nil {
		return err
	}
	person := b.Person(r, a)
	to, err := do(r.Context(), a, booking.Order{Service: r.PostFormValue("service"), Person: person, Session: r.PathValue("time"), Gives: civic.RequestID(r.PostFormValue("gives"))})
	if Mendable(err) {
		return b.showWaits(w, r, err)
	}
	if err != nil {
		return err
	}
	return Go(w, r, to)
}

func (b Booker) take(w http.ResponseWriter, r *http.Request) error {
	return b.onWait(w, r, func(ctx context.Context, a civic.Actor, o booking.Order) (string, error) {
		rc, err := b.Booking.TakeOffer(ctx, a, o)
		return b.Face.Home() + "/requests/" + string(rc.Request) + "?new=1", err
	})
}

func (b Booker) leave(w http.ResponseWriter, r *http.Request) error {
	return b.onWait(w, r, func(ctx context.Context, a civic.Actor, o booking.Order) (string, error) {
		return b.waitsOf(o.Person), b.Booking.Leave(ctx, a, o)
	})
}

// Books reports whether a draft books a time somewhere, and so may end in waiting for one.
func Books(v *request.View) bool {
	_, ok := booking.AskOf(v.Def, v.Person, v.Answers)
	return ok
}
