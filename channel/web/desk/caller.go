package desk

import (
	"context"
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/engine/calls"
	"yinqiao/people"
	"yinqiao/request"
)

// callerView is one call, with what is known of whoever calls.
type callerView struct {
	calls.Live
	Over      bool
	Bare      bool // only how the call stands is asked for
	Browser   bool // the member may answer here
	Extension string
	Skills    []calls.Skill
	Match     *people.Match // masked, until they are open
	Person    *personView   // once they are open
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
	v := callerView{Extension: f.Sessions.GetString(r.Context(), extensionKey), Skills: calls.Skills(), Bare: kit.Live(r)}
	v.Live, err = f.Calls.One(r.Context(), a, r.PathValue("call"))
	if civic.Is(err, civic.NotFound) {
		v.Over = true
		return f.RenderAs(w, r, max(status, http.StatusOK), callerPage(fr, v))
	}
	if err != nil {
		return err
	}
	fr.Rings = fr.OnCall == nil && waitsForMe(v.Live)
	fr.Title, fr.OnCall = whoCalls(v.Live), nil // the page has it itself
	if v.Live.Person != "" && !v.Bare {
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
	a.Subject = id
	p, err := f.opened(ctx, a, o)
	if err != nil {
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
	v.Person = &p
	return nil
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
