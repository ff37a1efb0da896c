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
	b, err := f.Booking.Read(r.Context(), a, requestOf(r))
	if err != nil {
		return err
	}
	fr.Title, fr.Back = b.Title, "/elder/mine"
	return f.RenderAs(w, r, status, bookingPage(fr, b, r.URL.Query().Get("new") != ""))
}

func (f face) cancelBooking(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Booking.Cancel(r.Context(), f.actor(r), requestOf(r)))
}
