package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
)

func (f face) caseRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/queue", Do: f.queue},
		{Pattern: "GET /desk/requests/{request}", Do: f.request},
		{Pattern: "POST /desk/requests/{request}/take", Do: f.take},
		{Pattern: "POST /desk/requests/{request}/release", Do: f.release},
		{Pattern: "POST /desk/requests/{request}/take-over", Do: f.takeOver},
		{Pattern: "POST /desk/requests/{request}/resolve", Do: f.resolve},
		{Pattern: "POST /desk/requests/{request}/confirm", Do: f.confirm},
	}
}

func (f face) queue(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "待办")
	if err != nil {
		return err
	}
	done := r.URL.Query().Get("done") != ""
	if done {
		fr.Title = "已办"
	}
	items, err := f.Casework.Queue(r.Context(), a, done)
	if err != nil {
		return err
	}
	return f.Render(w, r, queuePage(fr, items, done, f.Now()))
}

func (f face) request(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "办的事")
	if err != nil {
		return err
	}
	return f.showRequest(w, r, http.StatusOK, fr, a)
}

func (f face) showRequest(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor) error {
	file, err := f.Casework.Read(r.Context(), a, civic.RequestID(r.PathValue("request")))
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
	return f.RenderAs(w, r, status, requestPage(fr, file, a.Staff(), r.URL.Query().Get("new") != "", r.PostFormValue("outcome")))
}

func (f face) take(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Take(r.Context(), f.actor(r), civic.RequestID(r.PathValue("request"))))
}

func (f face) release(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Release(r.Context(), f.actor(r), civic.RequestID(r.PathValue("request"))))
}

func (f face) takeOver(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.TakeOver(r.Context(), f.actor(r), civic.RequestID(r.PathValue("request"))))
}

func (f face) resolve(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Resolve(r.Context(), f.actor(r), civic.RequestID(r.PathValue("request")), r.PostFormValue("outcome")))
}

// confirm records the person's own word, given at the window or by phone.
func (f face) confirm(w http.ResponseWriter, r *http.Request) error {
	id := civic.RequestID(r.PathValue("request"))
	solved := r.PostFormValue("solved")
	if solved != "yes" && solved != "no" {
		return civic.E(civic.Invalid, "confirm.choose", "请选老人说「办好了」还是「没办好」。")
	}
	return f.step(w, r, f.Casework.Confirm(r.Context(), f.actor(r), id, solved == "yes"))
}

// step goes back to the case after one step of it; what can be mended is shown
// on the case itself.
func (f face) step(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil {
		return kit.Go(w, r, "/desk/requests/"+r.PathValue("request"))
	}
	if !civic.Is(err, civic.Invalid) && !civic.Is(err, civic.Conflict) {
		return err
	}
	fr, a, _, frameErr := f.frame(r, "办的事")
	if frameErr != nil {
		return frameErr
	}
	fr.Wrong = []*civic.Error{civic.As(err)}
	return f.showRequest(w, r, kit.Status(err), fr, a)
}
