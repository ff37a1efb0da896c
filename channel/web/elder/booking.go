package elder

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
)

func (f face) bookingRoutes() []kit.Route {
	b := kit.Booker{Rooms: f.Rooms, Face: kit.Elder, Waits: "/elder/waits",
		Frame: func(r *http.Request, title string) (kit.Frame, civic.Actor, error) {
			fr, a, _, err := f.frame(r, title)
			fr.Back = "/elder/mine"
			return fr, a, err
		},
		Person: func(_ *http.Request, a civic.Actor) civic.PersonID { return a.Subject },
		Else:   func(_ http.ResponseWriter, _ *http.Request, _ kit.Frame, _ civic.Actor, err error) error { return err }}
	return append(b.Routes(), kit.Route{Pattern: "POST /elder/requests/{request}/cancel", Do: f.cancelBooking})
}

// booking shows a time that is booked.
func (f face) booking(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor) error {
	b, err := f.Booking.Read(r.Context(), a, requestOf(r))
	if err != nil {
		return err
	}
	fr.Title, fr.Back = b.Title, "/elder/mine"
	return f.RenderAs(w, r, status, bookingPage(fr, b, done(r)))
}

func (f face) cancelBooking(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Booking.Cancel(r.Context(), f.actor(r), requestOf(r)))
}

// done says what was just done, "" if nothing was.
func done(r *http.Request) string {
	switch q := r.URL.Query(); {
	case q.Get("new") != "":
		return "已经约好了"
	case q.Get("moved") != "":
		return "已经改好了"
	}
	return ""
}
