package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/calls"
)

const (
	// streamFor is how long one answer tells of changes: the browser asks again by itself, and no
	// server waits for it when it ends.
	streamFor = 25 * time.Second
	// restFor is how long nothing is told after something was: what changes meanwhile is told as one.
	restFor = 500 * time.Millisecond
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
	TurnEnds  time.Time // when the member's turn is over, where that is soon
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

func waitsForMe(l calls.Live) bool { return l.Mine && l.State == calls.Waiting && !l.Coming }

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
	v := callersView{Extension: f.Sessions.GetString(r.Context(), extensionKey), TurnEnds: f.Calls.TurnEnds(a.Staff())}
	if !kit.Live(r) {
		if v.May, v.On, err = f.Calls.MySkills(r.Context(), a); err != nil {
			return err
		}
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
	fr.Rings = fr.OnCall == nil && slices.ContainsFunc(v.Live, waitsForMe)
	if n := v.waiting(); n > 0 {
		fr.Title = fmt.Sprintf("来电（%d个在等）", n)
	}
	return f.RenderAs(w, r, status, callersPage(fr, v))
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
