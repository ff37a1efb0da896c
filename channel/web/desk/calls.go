package desk

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/engine/calls"
	"yinqiao/grant"
	"yinqiao/people"
	"yinqiao/request"
)

const (
	// streamFor is how long one answer tells of changes: the browser asks again by itself, and no
	// server waits for it when it ends.
	streamFor = 25 * time.Second
	// extensionKey is where the session keeps which desk phone is the member's.
	extensionKey = "desk phone"
	// latestMost is how many matters stand on the page of a call.
	latestMost = 5
)

func (f face) phoneRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/calls", Do: f.callers},
		{Pattern: "GET /desk/calls/changes", Do: f.changes},
		{Pattern: "GET /desk/calls/watch", Do: f.watchCalls},
		{Pattern: "POST /desk/calls/on", Do: f.signOn},
		{Pattern: "POST /desk/calls/off", Do: f.signOff},
		{Pattern: "GET /desk/calls/{call}", Do: f.caller},
		{Pattern: "GET /desk/calls/{call}/phone", Do: f.softPhone},
		{Pattern: "POST /desk/calls/{call}/browser", Do: f.takeInBrowser},
		{Pattern: "POST /desk/calls/{call}/desk", Do: f.takeAtDesk},
		{Pattern: "POST /desk/calls/{call}/hangup", Do: f.hangUp},
		{Pattern: "POST /desk/calls/{call}/pass", Do: f.passCaller},
		{Pattern: "POST /desk/call-backs/{back}", Page: "/desk/calls", Do: f.callBack},
		{Pattern: "POST /desk/call-backs/{back}/kept", Page: "/desk/calls", Do: f.keepCallBack},
		{Pattern: "GET /desk/call-backs/{back}/phone", Do: f.backPhone},
		{Pattern: "POST /desk/call-backs/{back}/call", Page: "/desk/calls", Do: f.callInBrowser},
	}
}

// whoCalls says who calls, as far as is known.
func whoCalls(l calls.Live) string {
	switch {
	case l.Polite != "":
		return l.Polite
	case l.Tail != "":
		return "尾号" + l.Tail + "的来电"
	}
	return "没有显示号码的来电"
}

// callersView is the table of whoever answers calls.
type callersView struct {
	May       []calls.Skill
	On        []string
	Extension string
	Live      []calls.Live
	Backs     []calls.CallBack
	Now       timeNow
}

func (v callersView) waiting() int {
	n := 0
	for _, l := range v.Live {
		if l.State == calls.Waiting {
			n++
		}
	}
	return n
}

// callers is who calls now, who is to be called back, and whether the member answers calls.
func (f face) callers(w http.ResponseWriter, r *http.Request) error {
	return f.showCallers(w, r, nil)
}

func (f face) showCallers(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, _, err := f.frame(r, "来电")
	if err != nil {
		return err
	}
	status := fr.Shows(wrong)
	v := callersView{Now: f.Now(), Extension: f.Sessions.GetString(r.Context(), extensionKey)}
	if v.May, v.On, err = f.Calls.MySkills(r.Context(), a); err != nil {
		return err
	}
	if wrong != nil { // what they typed stays
		v.Extension = r.PostFormValue("extension")
	}
	if v.Live, err = f.Calls.Calls(r.Context(), a); err != nil {
		return err
	}
	if v.Backs, err = f.Calls.CallBacks(r.Context(), a); err != nil {
		return err
	}
	if n := v.waiting(); n > 0 {
		fr.Title = fmt.Sprintf("来电（%d个在等）", n)
	}
	return f.RenderAs(w, r, status, callersPage(fr, v))
}

// changes tells a page that something has changed on the telephone, as it happens
// (server-sent events). What changed, the page asks for itself.
func (f face) changes(w http.ResponseWriter, r *http.Request) error {
	if err := f.mayListen(r.Context(), f.actor(r)); err != nil {
		return err
	}
	changed, stop := f.Calls.Watch()
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	if !strings.Contains(r.Header.Get("Accept"), "text/event-stream") { // who can't wait is told that there may be news
		_, err := fmt.Fprint(w, "data: changed\n\n")
		return err
	}
	out := http.NewResponseController(w)
	if _, err := fmt.Fprint(w, "retry: 300\n\n"); err != nil {
		return nil // they have gone
	}
	end := time.NewTimer(streamFor)
	defer end.Stop()
	for {
		if out.Flush() != nil {
			return nil
		}
		select {
		case <-changed:
			if _, err := fmt.Fprint(w, "data: changed\n\n"); err != nil {
				return nil
			}
		case <-end.C:
			return nil
		case <-f.Stopping:
			return nil
		case <-r.Context().Done():
			return nil
		}
	}
}

// mayListen asks whether a member may know that something changes: who answers calls, and who looks
// at the line from above.
func (f face) mayListen(ctx context.Context, a civic.Actor) error {
	_, err := f.Calls.Calls(ctx, a)
	if !civic.Is(err, civic.Denied) || a.Operator.None() {
		return err
	}
	m, err := f.Staff.Find(ctx, a.Staff())
	if err != nil {
		return err
	}
	_, err = f.Calls.Overview(ctx, a, m.At(civic.MaySeeFigures))
	return err
}

func (f face) signOn(w http.ResponseWriter, r *http.Request) error {
	extension := kit.Field(r, "extension")
	if len(extension) > 20 || strings.Trim(extension, "0123456789") != "" {
		return f.showCallers(w, r, civic.E(civic.Invalid, "call.extension", "分机号只有数字，例如801。没有桌上的电话就空着。").On("extension"))
	}
	err := f.Calls.SignOn(r.Context(), f.actor(r), r.PostForm["skills"])
	if civic.Is(err, civic.Invalid) {
		return f.showCallers(w, r, err)
	}
	if err != nil {
		return err
	}
	f.Sessions.Put(r.Context(), extensionKey, extension)
	return kit.Go(w, r, "/desk/calls")
}

func (f face) signOff(w http.ResponseWriter, r *http.Request) error {
	if err := f.Calls.SignOff(r.Context(), f.actor(r)); err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/mine#f-note") // what the next turn should know
}

// callerView is one call, with what is known of whoever calls.
type callerView struct {
	calls.Live
	Over      bool
	Browser   bool // the member may answer here
	Extension string
	Skills    []calls.Skill
	Match     *people.Match // masked, until they are open
	Agents    []grant.Agent
	Person    *personView // once they are open
	Coming    []booking.Item
	Begun     *request.Summary // begun by keys
}

// latest are the newest of their matters.
func (v callerView) latest() []request.Summary {
	return v.Person.Matters[:min(len(v.Person.Matters), latestMost)]
}

// caller shows one call: who it is, who may act for them, what is coming, what was last, and what
// can be begun.
func (f face) caller(w http.ResponseWriter, r *http.Request) error {
	return f.showCaller(w, r, nil)
}

func (f face) showCaller(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, _, err := f.frame(r, "来电")
	if err != nil {
		return err
	}
	status := fr.Shows(wrong)
	v := callerView{Extension: f.Sessions.GetString(r.Context(), extensionKey), Skills: calls.Skills()}
	v.Live, err = f.Calls.One(r.Context(), a, r.PathValue("call"))
	if civic.Is(err, civic.NotFound) {
		v.Over = true
		return f.RenderAs(w, r, max(status, http.StatusOK), callerPage(fr, v))
	}
	if err != nil {
		return err
	}
	fr.Title, fr.OnCall = whoCalls(v.Live), nil // the page has it itself
	if v.Live.Person != "" {
		if err := f.known(r.Context(), a, &v); err != nil {
			return err
		}
	}
	return f.RenderAs(w, r, status, callerPage(fr, v))
}

// known finds what the member may know of whoever calls: the masked minimum, and everything once
// they have opened them.
func (f face) known(ctx context.Context, a civic.Actor, v *callerView) error {
	id := v.Live.Person
	o, err := f.Grant.Opened(ctx, a, id)
	if civic.Is(err, civic.Denied) {
		m, err := f.People.Glance(ctx, a, id)
		if err != nil {
			return err
		}
		v.Match = &m
		return nil
	}
	if err != nil {
		return err
	}
	p := &personView{Opening: o}
	a.Subject = id
	if p.Profile, err = f.People.Show(ctx, a, id); err != nil {
		return err
	}
	p.Age = p.Profile.Age(f.Now())
	if p.Services, err = f.Catalog.List(ctx, p.Division, civic.ChannelDesk); err != nil {
		return err
	}
	if p.Matters, err = f.Requests.Of(ctx, a, id); err != nil {
		return err
	}
	if v.Agents, err = f.Grant.Agents(ctx, a, id); err != nil {
		return err
	}
	if v.Coming, err = f.Booking.Coming(ctx, a, id); err != nil {
		return err
	}
	for i, m := range p.Matters {
		if m.Draft && civic.DraftID(m.ID) == v.Draft {
			v.Begun = &p.Matters[i]
		}
	}
	v.Person = p
	return nil
}

// softPhone is the telephone itself, in a window of its own, so that the member can go from
// page to page while they speak. It alone may use the microphone.
func (f face) softPhone(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "电话")
	if err != nil {
		return err
	}
	l, err := f.Calls.One(r.Context(), a, r.PathValue("call"))
	if err != nil {
		return err
	}
	return f.showPhone(w, r, fr, softPhoneView{Title: whoCalls(l), Answer: "/desk/calls/" + l.ID + "/browser", Hangup: "/desk/calls/" + l.ID + "/hangup"})
}

// softPhoneView is the telephone in a browser: where its offer goes, and where it hangs up; "" for by
// closing the window.
type softPhoneView struct{ Title, Answer, Hangup string }

func (f face) showPhone(w http.ResponseWriter, r *http.Request, fr kit.Frame, v softPhoneView) error {
	fr.Nav, fr.OnCall = nil, nil
	w.Header().Set("Permissions-Policy", "camera=(), microphone=(self), geolocation=()")
	return f.Render(w, r, softPhonePage(fr, v))
}

// backPhone is the telephone by which somebody is called back.
func (f face) backPhone(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "电话")
	if err != nil {
		return err
	}
	b, err := f.backOf(r.Context(), a, r.PathValue("back"))
	if err != nil {
		return err
	}
	return f.showPhone(w, r, fr, softPhoneView{Title: "给" + whoBack(b) + "回电话", Answer: "/desk/call-backs/" + b.ID + "/call"})
}

var errBackGone = civic.E(civic.NotFound, "call_back.gone", "没有这个要回的电话，或者同事已经回过了。请回到来电台看看。")

// backOf finds a call-back that is the member's to make.
func (f face) backOf(ctx context.Context, a civic.Actor, id string) (calls.CallBack, error) {
	all, err := f.Calls.CallBacks(ctx, a)
	for _, b := range all {
		if b.ID == id {
			return b, nil
		}
	}
	return calls.CallBack{}, cmp.Or(err, error(errBackGone))
}

// callInBrowser calls somebody back, who is spoken with in the member's browser. That the number was
// used is recorded.
func (f face) callInBrowser(w http.ResponseWriter, r *http.Request) error {
	number, err := f.Calls.CallBackNumber(r.Context(), f.actor(r), r.PathValue("back"))
	if err != nil {
		return err
	}
	answer, leg, err := f.Line.Browser(r.Context(), "", r.PostFormValue("offer"))
	if err == nil {
		err = f.Line.Reach(leg, number)
	}
	return answered(w, answer, err)
}

// takeInBrowser takes a call in the member's browser: its offer comes in, the answer goes out.
func (f face) takeInBrowser(w http.ResponseWriter, r *http.Request) error {
	call, a := r.PathValue("call"), f.actor(r)
	if _, err := f.Calls.One(r.Context(), a, call); err != nil {
		return err // nobody gets a telephone who may not take it
	}
	answer, leg, err := f.Line.Browser(r.Context(), call, r.PostFormValue("offer"))
	if err == nil {
		_, err = f.Calls.Take(r.Context(), a, call, leg)
	}
	return answered(w, answer, err)
}

// answered gives the browser's telephone its answer, or the sentence that it shows.
func answered(w http.ResponseWriter, answer string, err error) error {
	e := civic.As(err)
	if err != nil && (e.Kind == civic.Internal || e.Kind == civic.Denied) {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err != nil {
		answer = e.Say
		w.WriteHeader(kit.Status(err))
	}
	_, err = w.Write([]byte(answer))
	return err
}

// takeAtDesk rings the member's desk phone, and gives them the call when they pick up.
func (f face) takeAtDesk(w http.ResponseWriter, r *http.Request) error {
	call, a := r.PathValue("call"), f.actor(r)
	if _, err := f.Calls.One(r.Context(), a, call); err != nil {
		return err // nobody's phone rings for who may not take it
	}
	extension := f.Sessions.GetString(r.Context(), extensionKey)
	if extension == "" {
		return f.showCaller(w, r, civic.E(civic.Conflict, "call.no_extension", "还没有写您桌上电话的分机号。请回到来电台，写上分机号再接。"))
	}
	ctx, cancel := context.WithTimeout(r.Context(), calls.RuledWaits().HumanFirst)
	defer cancel()
	leg, err := f.Line.Ring(ctx, call, extension)
	if err == nil {
		_, err = f.Calls.Take(r.Context(), a, call, leg)
	}
	if civic.Is(err, civic.Conflict) || civic.Is(err, civic.Unavailable) || civic.Is(err, civic.Exhausted) {
		return f.showCaller(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/calls/"+call)
}

func (f face) hangUp(w http.ResponseWriter, r *http.Request) error {
	if err := f.ends(r.Context(), f.actor(r), r.PathValue("call")); err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/calls")
}

// overWithin is how long a page waits until a call that was hung up is over on the line too.
const overWithin = 2 * time.Second

// ends hangs up, and returns when the line has: the next page does not show the call any more.
func (f face) ends(ctx context.Context, a civic.Actor, call string) error {
	changed, stop := f.Calls.Watch()
	defer stop()
	if err := f.Calls.Hangup(ctx, a, call); err != nil {
		return err
	}
	late := time.NewTimer(overWithin)
	defer late.Stop()
	for {
		if l, on := f.Calls.Talking(a.Staff()); !on || l.ID != call {
			return nil
		}
		select {
		case <-changed:
		case <-late.C:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

func (f face) passCaller(w http.ResponseWriter, r *http.Request) error {
	err := f.Calls.Pass(r.Context(), f.actor(r), r.PathValue("call"), r.PostFormValue("skill"))
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) {
		return f.showCaller(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/calls")
}

// callBack shows the number of somebody who was promised a call; that it was seen is recorded.
func (f face) callBack(w http.ResponseWriter, r *http.Request) error {
	return f.showCallBack(w, r, nil)
}

func (f face) showCallBack(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, _, err := f.frame(r, "回电话")
	if err != nil {
		return err
	}
	status := fr.Shows(wrong)
	b, err := f.backOf(r.Context(), a, r.PathValue("back"))
	if err != nil {
		return err
	}
	number, err := f.Calls.CallBackNumber(r.Context(), a, b.ID)
	if err != nil {
		return err
	}
	return f.RenderAs(w, r, status, callBackPage(fr, b, number, f.Line.Reaches()))
}

func (f face) keepCallBack(w http.ResponseWriter, r *http.Request) error {
	err := f.Calls.KeepCallBack(r.Context(), f.actor(r), r.PathValue("back"), r.PostFormValue("outcome"))
	if civic.Is(err, civic.Invalid) {
		return f.showCallBack(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/calls")
}

// watchView is the telephone as a supervisor sees it.
type watchView struct {
	calls.Overview
	Day calls.Figures
	In  civic.Division
}

// watchCalls is the queue from above, and the figures of the day.
func (f face) watchCalls(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "电话线")
	if err != nil {
		return err
	}
	v := watchView{In: m.At(civic.MaySeeFigures)}
	if v.Overview, err = f.Calls.Overview(r.Context(), a, v.In); err != nil {
		return err
	}
	if v.Day, err = f.Calls.Figures(r.Context(), a, v.In, day(f.Now())); err != nil {
		return err
	}
	return f.Render(w, r, watchPage(fr, v))
}

// savedAs has a page's form be saved when the member hangs up on it.
func savedAs(f kit.Frame, form string) kit.Frame {
	if f.OnCall != nil {
		c := *f.OnCall
		c.Form = form
		f.OnCall = &c
	}
	return f
}

// hungUp ends the call whose button was pressed in a form that has been saved.
func (f face) hungUp(w http.ResponseWriter, r *http.Request) (done bool, err error) {
	call := r.PostFormValue("hangup")
	if call == "" {
		return false, nil
	}
	if err := f.ends(r.Context(), f.actor(r), call); err != nil {
		return true, err
	}
	return true, kit.Go(w, r, "/desk/calls")
}

// share is a part of a whole in words, with its denominator.
func share(n, of int) string {
	if of == 0 {
		return "没有"
	}
	return fmt.Sprintf("%d%%（%d/%d）", n*100/of, n, of)
}
