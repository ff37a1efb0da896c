package elder

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
)

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
		return err
	}
	fr.Title, fr.Back = file.Title, "/elder/mine"
	return f.RenderAs(w, r, status, requestPage(fr, file, r, r.URL.Query().Get("new") != ""))
}

// step goes back to the matter after one step of it; what can be mended is shown on
// it, with what was typed.
func (f face) step(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil {
		return kit.Go(w, r, "/elder/requests/"+r.PathValue("request"))
	}
	if !civic.Is(err, civic.Invalid) && !civic.Is(err, civic.Conflict) && !civic.Is(err, civic.Exhausted) {
		return err
	}
	fr, a, _, frameErr := f.frame(r, "办的事")
	if frameErr != nil {
		return frameErr
	}
	fr.Wrong = []*civic.Error{civic.As(err)}
	return f.showRequest(w, r, kit.Status(err), fr, a)
}

func (f face) confirm(w http.ResponseWriter, r *http.Request) error {
	var solved bool
	switch r.PostFormValue("solved") {
	case "yes":
		solved = true
	case "no":
	default:
		return civic.E(civic.Invalid, "confirm.choose", "请选「办好了」或「还没办好」。")
	}
	return f.step(w, r, f.Casework.Confirm(r.Context(), f.actor(r), requestOf(r), solved))
}

func requestOf(r *http.Request) civic.RequestID { return civic.RequestID(r.PathValue("request")) }
