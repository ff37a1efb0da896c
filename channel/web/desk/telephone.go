package desk

import (
	"context"
	"net/http"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/calls"
)

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

var (
	errTaken       = civic.E(civic.Conflict, "call.taken", "这个电话已经有人在接，或者老人又在自己按键办。请回到来电台，接名单上的下一个。")
	errNoExtension = civic.E(civic.Conflict, "call.no_extension", "还没有写您桌上电话的分机号。请回到来电台，写上分机号再接。")
	// errStillOn stands above what could not be saved when the member wanted to hang up on it.
	errStillOn = civic.E(civic.Conflict, "call.still_on", "还没有存好，所以电话没有挂。请趁老人还在，问清楚改好，再点「存好，挂机」；不改了，就点「回到这个电话」去挂。")
)

// mayTake reports whether a call can be taken: whoever is answering it already, in a window that does not work, may do so again.
func mayTake(l calls.Live) bool { return l.State == calls.Waiting && (!l.Coming || l.Mine) }

// waits reports whether a call that the member may take is still to be taken.
func (f face) waits(ctx context.Context, a civic.Actor, call string) error {
	l, err := f.Calls.One(ctx, a, call)
	if err == nil && !mayTake(l) {
		err = errTaken
	}
	return err
}

// takeInBrowser takes a call in the member's browser: its offer comes in, the answer goes out.
func (f face) takeInBrowser(w http.ResponseWriter, r *http.Request) error {
	call, a := r.PathValue("call"), f.actor(r)
	if err := f.waits(r.Context(), a, call); err != nil {
		return answered(w, "", err) // nobody gets a telephone who may not take it
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
	extension := f.Sessions.GetString(r.Context(), extensionKey)
	ctx, cancel := context.WithTimeout(r.Context(), calls.RuledWaits().HumanFirst)
	defer cancel()
	err := f.waits(ctx, a, call) // nobody's phone rings for who may not take it
	if err == nil && extension == "" {
		err = errNoExtension
	}
	if err == nil {
		var leg calls.Leg
		if leg, err = f.Line.Ring(ctx, call, extension); err == nil {
			_, err = f.Calls.Take(r.Context(), a, call, leg)
		}
	}
	if civic.Is(err, civic.Conflict) || civic.Is(err, civic.Unavailable) || civic.Is(err, civic.Exhausted) {
		return f.showCaller(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/calls/"+call)
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

func (f face) hangUp(w http.ResponseWriter, r *http.Request) error {
	return f.hangUpOn(w, r, r.PathValue("call"))
}

// hangUpOn ends a call, and goes back to those who call.
func (f face) hangUpOn(w http.ResponseWriter, r *http.Request, call string) error {
	if err := f.ends(r.Context(), f.actor(r), call); err != nil {
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
