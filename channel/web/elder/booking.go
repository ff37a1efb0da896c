package elder

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
)

func (f face) bookingRoutes() []kit.Route {
	return []kit.Route{{Pattern: "POST /elder/requests/{request}/cancel", Do: f.cancelBooking}}
}

// booking shows a time that is booked.
func (f face) booking(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor) error {
	b, err := f.Booking.Read(r.Context(), a, civic.RequestID(r.PathValue("request")))
	if err != nil {
		return err
	}
	fr.Title, fr.Back = b.Title, "/elder/mine"
	return f.RenderAs(w, r, status, bookingPage(fr, b, r.URL.Query().Get("new") != ""))
}

func (f face) cancelBooking(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	err := f.Booking.Cancel(r.Context(), a, civic.RequestID(r.PathValue("request")))
	if civic.Is(err, civic.Conflict) {
		fr, a, _, frameErr := f.frame(r, "办的事")
		if frameErr != nil {
			return frameErr
		}
		fr.Wrong = []*civic.Error{civic.As(err)}
		return f.booking(w, r, kit.Status(err), fr, a)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/requests/"+r.PathValue("request"))
}
