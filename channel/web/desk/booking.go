package desk

import (
	"context"
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/staff"
)

func (f face) bookingRoutes() []kit.Route {
	act := func(do func(context.Context, civic.Actor, civic.RequestID) error) kit.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			return f.step(w, r, do(r.Context(), f.actor(r), requestOf(r)))
		}
	}
	b := kit.Booker{Rooms: f.Rooms, Face: kit.Desk, Waits: "/desk/people/{person}/waits",
		Frame: func(r *http.Request, title string) (kit.Frame, civic.Actor, error) {
			fr, a, _, err := f.frame(r, title)
			return fr, a, err
		},
		Person: func(r *http.Request, _ civic.Actor) civic.PersonID { return civic.PersonID(r.PathValue("person")) },
		Else:   f.orOpen}
	return append(b.Routes(), []kit.Route{
		{Pattern: "GET /desk/roll", Do: f.roll},
		{Pattern: "POST /desk/requests/{request}/cancel", Do: act(f.Booking.Cancel)},
		{Pattern: "POST /desk/requests/{request}/arrive", Do: act(f.Booking.Arrive)},
		{Pattern: "POST /desk/requests/{request}/miss", Do: act(f.Booking.Miss)},
	}...)
}

// booking shows a time that is booked: to its office, or to who serves its person.
func (f face) booking(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor) error {
	b, err := f.Booking.Read(r.Context(), a, requestOf(r))
	if civic.Is(err, civic.Denied) {
		return f.orOpen(w, r, fr, a, civic.E(civic.Denied, "grant.not_open", civic.As(err).Say))
	}
	if err != nil {
		return err
	}
	fr.Title = b.Title
	return f.RenderAs(w, r, status, bookingPage(fr, b, r.URL.Query()))
}

// works reports whether a member works on what comes in, and may open it.
func works(m staff.Member) bool {
	_, may := m.May(civic.MayWorkCases)
	return may
}

// roll lists who has booked a day at one's own office.
func (f face) roll(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "今天谁约了")
	if err != nil {
		return err
	}
	day := r.URL.Query().Get("day")
	d, err := f.Booking.Day(r.Context(), a, day)
	if err != nil {
		return err
	}
	if !d.Today {
		fr.Title = dayWords(d.Day) + "谁约了"
	}
	return f.Render(w, r, rollPage(fr, d, works(m), r))
}
