package elder

import (
	"net/http"
	"slices"
	"strconv"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/place"
	"yinqiao/staff"
)

// hallEvery is after how many seconds the screen of a hall is asked for again.
const hallEvery = 10

// What is on the screen of a hall stays until it is read: nothing scrolls. Of many doors
// some are shown at a time, and of who waits before each the first; who is called is on every
// screen, the last called first.
const (
	hallDoors = 4
	hallMost  = 6
	hallCalls = 8
)

// hallRoutes are the screen that those who wait look at. It is signed in by the token of the
// device, once, and its session is good for nothing else.
func (f face) hallRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /elder/hall", Open: true, Do: f.hall},
		{Pattern: "POST /elder/hall/on", Open: true, Do: f.hallOn, Page: "/elder/hall"},
	}
}

// hallView is one screen of several, each after the other.
type hallView struct {
	booking.Hall
	Calls   []hallCall
	Doors   []booking.Line
	Nth, Of int
}

// hallCall is one who is called, and to whom.
type hallCall struct {
	booking.Ticket
	What string
}

// Next is the address of the screen that comes next.
func (v hallView) Next() string { return "/elder/hall?screen=" + strconv.Itoa(v.Nth%v.Of+1) }

func screenOf(h booking.Hall, nth int) hallView {
	v := hallView{Hall: h, Of: max(1, (len(h.Lines)+hallDoors-1)/hallDoors)}
	v.Nth = max(1, nth)
	if v.Nth > v.Of {
		v.Nth = 1
	}
	from := (v.Nth - 1) * hallDoors
	v.Doors = h.Lines[min(from, len(h.Lines)):min(from+hallDoors, len(h.Lines))]
	for _, l := range h.Lines {
		for _, t := range l.Called {
			v.Calls = append(v.Calls, hallCall{t, l.What})
		}
	}
	slices.SortStableFunc(v.Calls, func(a, b hallCall) int {
		if a.CalledAt == nil || b.CalledAt == nil {
			return 0
		}
		return b.CalledAt.Compare(*a.CalledAt)
	})
	v.Calls = v.Calls[:min(len(v.Calls), hallCalls)]
	return v
}

// soon are those who are named before a door.
func soon(l booking.Line) []booking.Ticket { return l.Waiting[:min(len(l.Waiting), hallMost)] }

func (f face) hall(w http.ResponseWriter, r *http.Request) error {
	a := f.kioskActor(r)
	a.Channel = civic.ChannelTV
	if a.Operator.None() {
		return f.showHallOn(w, r, nil)
	}
	h, err := f.Booking.Hall(r.Context(), a)
	if civic.Is(err, civic.Denied) {
		return f.showHallOn(w, r, err) // a machine of another kind
	}
	if err != nil {
		return err
	}
	nth, _ := strconv.Atoi(r.URL.Query().Get("screen"))
	return f.Render(w, r, hallPage(f.Demo != nil, screenOf(h, nth)))
}

func (f face) showHallOn(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr := kit.FrameOf(r, kit.Elder)
	fr.Title, fr.Demo, fr.Home, fr.Phone = "装一块大厅的屏幕", f.Demo != nil, "/elder/hall", place.HelpPhone("")
	status := http.StatusOK
	if wrong != nil {
		fr.Wrong, status = []*civic.Error{civic.As(wrong).On("token")}, kit.Status(wrong)
	}
	return f.RenderAs(w, r, status, hallOnPage(fr))
}

var errNoScreen = civic.E(civic.Denied, "device.kind", "这个令牌不是电视的。请在「管理」里登记一台电视，把它的令牌输在这里。")

// hallOn signs a screen in.
func (f face) hallOn(w http.ResponseWriter, r *http.Request) error {
	d, err := f.Staff.ByToken(r.Context(), kit.Field(r, "token"))
	if err == nil && d.Kind != staff.TV {
		err = errNoScreen
	}
	if civic.Is(err, civic.Denied) {
		return f.showHallOn(w, r, err)
	}
	if err != nil {
		return err
	}
	if err := f.Sessions.Enter(r.Context(), civic.Party{Kind: civic.PartyDevice, ID: d.ID}); err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/hall")
}
