package desk

import (
	"net/http"
	"strconv"
	"strings"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/casework"
	"yinqiao/place"
)

func (f face) caseRoutes() []kit.Route {
	return append(f.WordActs(kit.Desk, f.actor, f.step), []kit.Route{
		{Pattern: "GET /desk/requests/{request}", Do: f.request},
		{Pattern: "POST /desk/requests/{request}/take", Do: f.take},
		{Pattern: "POST /desk/requests/{request}/release", Do: f.release},
		{Pattern: "POST /desk/requests/{request}/take-over", Do: f.takeOver},
		{Pattern: "POST /desk/requests/{request}/resolve", Do: f.resolve},
		{Pattern: "POST /desk/requests/{request}/confirm", Do: f.confirm},
		{Pattern: "POST /desk/requests/{request}/assign", Do: f.assign},
		{Pattern: "POST /desk/requests/{request}/ask", Do: f.askMore},
		{Pattern: "POST /desk/requests/{request}/go-on", Do: f.goOn},
		{Pattern: "POST /desk/requests/{request}/transfer", Do: f.transfer},
		{Pattern: "POST /desk/requests/{request}/extend", Do: f.extend},
		{Pattern: "POST /desk/requests/{request}/reject", Do: f.reject},
		{Pattern: "POST /desk/requests/{request}/try", Do: f.try},
	}...)
}

// fileView is a case with what its page offers to do.
type fileView struct {
	*casework.File
	Me         civic.StaffID
	Fresh      bool
	Form       *http.Request // what was typed and not accepted
	Colleagues []casework.Colleague
	Offices    []place.Office // to hand the case over to
}

func (f face) request(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "办的事")
	if err != nil {
		return err
	}
	return f.showRequest(w, r, http.StatusOK, fr, a)
}

func (f face) showRequest(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor) error {
	file, err := f.Casework.Read(r.Context(), a, requestOf(r))
	if civic.Is(err, civic.NotFound) {
		return f.booking(w, r, status, fr, a) // no office works on it: it may be a time that is booked
	}
	if err != nil {
		if civic.Is(err, civic.Denied) {
			// Not this office's: a clerk may still serve the person, once opened.
			return f.orOpen(w, r, fr, a, civic.E(civic.Denied, "grant.not_open", civic.As(err).Say))
		}
		return err
	}
	fr.Title = file.Title
	v := fileView{File: file, Me: a.Staff(), Fresh: r.URL.Query().Get("new") != "", Form: r}
	if file.MayWork {
		if v.Colleagues, err = f.Casework.Colleagues(r.Context(), a); err != nil {
			return err
		}
		if v.Offices, err = f.Casework.Elsewhere(r.Context(), a, requestOf(r)); err != nil {
			return err
		}
	}
	return f.RenderAs(w, r, status, requestPage(fr, v))
}

func (f face) take(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Take(r.Context(), f.actor(r), requestOf(r)))
}

func (f face) release(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Release(r.Context(), f.actor(r), requestOf(r)))
}

func (f face) takeOver(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.TakeOver(r.Context(), f.actor(r), requestOf(r)))
}

func (f face) resolve(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Resolve(r.Context(), f.actor(r), requestOf(r), r.PostFormValue("outcome")))
}

func (f face) assign(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Assign(r.Context(), f.actor(r), requestOf(r), civic.StaffID(r.PostFormValue("to"))))
}

func (f face) askMore(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Ask(r.Context(), f.actor(r), requestOf(r), r.PostFormValue("ask")))
}

func (f face) goOn(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.GoOn(r.Context(), f.actor(r), requestOf(r)))
}

func (f face) transfer(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Transfer(r.Context(), f.actor(r), requestOf(r), civic.OfficeID(r.PostFormValue("office")), r.PostFormValue("reason")))
}

func (f face) extend(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(kit.Field(r, "days"))
	if err != nil {
		n = 0
	}
	return f.step(w, r, f.Casework.Extend(r.Context(), f.actor(r), requestOf(r), n, r.PostFormValue("reason")))
}

func (f face) reject(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Reject(r.Context(), f.actor(r), requestOf(r), r.PostFormValue("reason"), r.PostFormValue("next")))
}

func (f face) try(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Try(r.Context(), f.actor(r), requestOf(r), r.PostFormValue("note")))
}

func requestOf(r *http.Request) civic.RequestID { return civic.RequestID(r.PathValue("request")) }

// confirm records the person's own word, given at the window or by phone.
func (f face) confirm(w http.ResponseWriter, r *http.Request) error {
	solved := r.PostFormValue("solved")
	if solved != "yes" && solved != "no" {
		return civic.E(civic.Invalid, "confirm.choose", "请选老人说「办好了」还是「没办好」。")
	}
	return f.step(w, r, f.Casework.Confirm(r.Context(), f.actor(r), requestOf(r), solved == "yes"))
}

// step goes back to the case after one step of it; what can be mended is shown
// on the case itself.
func (f face) step(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil {
		return kit.Go(w, r, "/desk/requests/"+r.PathValue("request"))
	}
	if e := civic.As(err); !mendable(e) {
		return err
	}
	fr, a, _, frameErr := f.frame(r, "办的事")
	if frameErr != nil {
		return frameErr
	}
	fr.Wrong = []*civic.Error{civic.As(err)}
	return f.showRequest(w, r, kit.Status(err), fr, a)
}

// mendable reports whether an error of a step is shown on the case itself: what a case
// refuses by how it stands, and not by who one is.
func mendable(e *civic.Error) bool {
	switch e.Kind {
	case civic.Invalid, civic.Conflict, civic.Exhausted:
		return true
	case civic.Denied, civic.Unavailable:
		return strings.HasPrefix(e.Code, "case.")
	}
	return false
}
