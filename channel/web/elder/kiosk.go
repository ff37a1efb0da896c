package elder

import (
	"net/http"
	"strconv"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/place"
)

// kioskClears is after how many seconds a self-service machine forgets whom it served.
const kioskClears = 120

// kioskRoutes are the pages of a self-service machine. It is signed in by the token of
// the device, and its session is good for nothing else: whoever stands before it is known
// by the card in their hand, for one act.
func (f face) kioskRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /elder/kiosk", Open: true, Do: f.kiosk},
		{Pattern: "POST /elder/kiosk/on", Open: true, Do: f.kioskOn, Page: "/elder/kiosk"},
		{Pattern: "POST /elder/kiosk", Do: f.checkIn},
	}
}

func (f face) kioskActor(r *http.Request) civic.Actor {
	p := f.Party(r)
	if p.Kind != civic.PartyDevice {
		p = civic.Party{}
	}
	return civic.Actor{Operator: p, Channel: civic.ChannelKiosk, Device: p.ID}
}

func (f face) kioskFrame(r *http.Request) kit.Frame {
	fr := kit.FrameOf(r, kit.Elder)
	fr.Title, fr.Demo, fr.Home, fr.Phone = "到了，取号", f.Demo != nil, "/elder/kiosk", place.HelpPhone("")
	return fr
}

func (f face) kiosk(w http.ResponseWriter, r *http.Request) error {
	fr := f.kioskFrame(r)
	if f.kioskActor(r).Operator.None() {
		fr.Title = "装一台自助机"
		return f.Render(w, r, kioskOnPage(fr))
	}
	return f.Render(w, r, kioskPage(fr, nil))
}

// kioskOn signs a machine in.
func (f face) kioskOn(w http.ResponseWriter, r *http.Request) error {
	d, err := f.Staff.ByToken(r.Context(), kit.Field(r, "token"))
	if civic.Is(err, civic.Denied) {
		fr := f.kioskFrame(r)
		fr.Title, fr.Wrong = "装一台自助机", []*civic.Error{civic.As(err).On("token")}
		return f.RenderAs(w, r, kit.Status(err), kioskOnPage(fr))
	}
	if err != nil {
		return err
	}
	if err := f.Sessions.Enter(r.Context(), civic.Party{Kind: civic.PartyDevice, ID: d.ID}); err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/kiosk")
}

// checkIn gives a number to whoever laid their card down, or typed what is on their slip.
func (f face) checkIn(w http.ResponseWriter, r *http.Request) error {
	fr := f.kioskFrame(r)
	list, err := f.Booking.CheckIn(r.Context(), f.kioskActor(r), kit.Field(r, "card"))
	if e := civic.As(err); err != nil && e.Code != "sign_in" && e.Kind != civic.Internal && e.Kind != civic.Unavailable {
		clears(w)
		return f.RenderAs(w, r, kit.Status(err), kioskPage(fr, e))
	}
	if err != nil {
		return err
	}
	fr.Title = "您的号"
	clears(w)
	return f.Render(w, r, checkedInPage(fr, list))
}

// clears lets the next one find nothing of this one. A header, as on the screen of the hall.
func clears(w http.ResponseWriter) {
	w.Header().Set("Refresh", strconv.Itoa(kioskClears)+"; url=/elder/kiosk")
}
