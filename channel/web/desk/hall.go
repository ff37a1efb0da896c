package desk

import (
	"context"
	"net/http"
	"slices"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/staff"
)

func (f face) hallRoutes() []kit.Route {
	act := func(do func(context.Context, civic.Actor, civic.RequestID) error) kit.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			return f.called(w, r, do(r.Context(), f.actor(r), requestOf(r)))
		}
	}
	return []kit.Route{
		{Pattern: "GET /desk/line", Do: f.line},
		{Pattern: "POST /desk/line/{resource}/next", Do: f.callNext},
		{Pattern: "POST /desk/line/requests/{request}/again", Do: act(f.Booking.CallAgain)},
		{Pattern: "POST /desk/line/requests/{request}/pass", Do: act(f.Booking.Pass)},
		{Pattern: "POST /desk/line/requests/{request}/return", Do: act(f.Booking.Return)},
	}
}

// line is who waits today before the doors of one's own office.
func (f face) line(w http.ResponseWriter, r *http.Request) error {
	return f.showLine(w, r, nil)
}

func (f face) showLine(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, _, err := f.frame(r, "叫号")
	if err != nil {
		return err
	}
	lines, err := f.Booking.Lines(r.Context(), a)
	if err != nil {
		return err
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, linePage(fr, lines, r.PathValue("resource"), kit.Field(r, "room")))
}

func (f face) callNext(w http.ResponseWriter, r *http.Request) error {
	return f.called(w, r, f.Booking.CallNext(r.Context(), f.actor(r), r.PathValue("resource"), kit.Field(r, "room")))
}

// called shows the line again, with what was wrong.
func (f face) called(w http.ResponseWriter, r *http.Request, err error) error {
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) {
		return f.showLine(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/line")
}

// bookedHere lists what the person who is open has booked today at the clerk's own
// office, so that whoever lays their card down gets a number with one press.
func (f face) bookedHere(ctx context.Context, a civic.Actor, m staff.Member) ([]booking.Item, error) {
	if !works(m) {
		return nil, nil
	}
	coming, err := f.Booking.Coming(ctx, a, a.Subject)
	today := day(f.Now())
	return slices.DeleteFunc(coming, func(b booking.Item) bool { return b.Office != m.Office || b.Day != today }), err
}
