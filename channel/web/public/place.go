package public

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/place"
)

func (f face) placeRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /places", Open: true, Do: f.places},
		{Pattern: "GET /places/in/{division}", Open: true, Do: f.placeStreets},
		{Pattern: "GET /places/kinds/{division}", Open: true, Do: f.placeKinds},
		{Pattern: "GET /places/list/{division}/{kind}", Open: true, Do: f.placeList},
		{Pattern: "GET /places/{place}", Open: true, Do: f.place},
		{Pattern: "GET /kept/{place}", Open: true, Do: f.kept},
	}
}

// city is the counties of one city in which there are places.
type city struct {
	Name     string
	Counties []place.Division
}

// places asks in which county the visitor is.
func (f face) places(w http.ResponseWriter, r *http.Request) error {
	with, err := f.Place.Divided(r.Context())
	if err != nil {
		return err
	}
	names := map[civic.Division]string{}
	var cities []city
	for _, d := range place.Divisions() {
		names[d.Code] = d.Name
		if d.Level == place.LevelCounty && slices.ContainsFunc(with, d.Code.Covers) {
			if n := len(cities); n == 0 || cities[n-1].Name != names[d.Parent] {
				cities = append(cities, city{Name: names[d.Parent]})
			}
			last := &cities[len(cities)-1]
			last.Counties = append(last.Counties, d)
		}
	}
	fr := f.frame(r, "去哪里办")
	return f.Render(w, r, placesPage(fr, cities))
}

var errNoDivision = civic.E(civic.NotFound, "place.division", "没有这个地方。请回到「去哪里办」重新选，或者打电话问一问。")

// divisionOf finds the division of the address, and those right below it.
func divisionOf(r *http.Request) (d place.Division, below []place.Division, err error) {
	code := civic.Division(r.PathValue("division"))
	for _, x := range place.Divisions() {
		switch code {
		case x.Code:
			d = x
		case x.Parent:
			below = append(below, x)
		}
	}
	if d.Code == "" {
		err = errNoDivision
	}
	return d, below, err
}

// placeStreets asks in which street the visitor is.
func (f face) placeStreets(w http.ResponseWriter, r *http.Request) error {
	d, below, err := divisionOf(r)
	if err != nil {
		return err
	}
	fr := f.frame(r, d.Name)
	fr.Back = "/places"
	return f.Render(w, r, placeStreetsPage(fr, d, below))
}

// kindGroup is the kinds under one heading, each with how many there are nearby.
type kindGroup struct {
	Name  string
	Kinds []kindCount
}

type kindCount struct {
	place.Kind
	N int
}

// placeKinds asks what the visitor looks for: what there is in the county, and
// what the city and the province have for everybody.
func (f face) placeKinds(w http.ResponseWriter, r *http.Request) error {
	d, _, err := divisionOf(r)
	if err != nil {
		return err
	}
	counts, err := f.Place.Count(r.Context(), d.Code[:2])
	if err != nil {
		return err
	}
	var groups []kindGroup
	for _, k := range place.Kinds() {
		if k.Hidden || counts[k.Code] == 0 {
			continue
		}
		i := slices.IndexFunc(groups, func(g kindGroup) bool { return g.Name == k.Group })
		if i < 0 {
			i, groups = len(groups), append(groups, kindGroup{Name: k.Group})
		}
		groups[i].Kinds = append(groups[i].Kinds, kindCount{k, counts[k.Code]})
	}
	fr := f.frame(r, "要去什么地方")
	fr.Back = "/places/in/" + string(d.Code.County())
	return f.Render(w, r, placeKindsPage(fr, d, groups))
}

var errNoKind = civic.E(civic.NotFound, "place.kind", "没有这一种地方。请回到上一页重新选，或者打电话问一问。")

// placeList lists the places of a kind, the nearest first.
func (f face) placeList(w http.ResponseWriter, r *http.Request) error {
	d, _, err := divisionOf(r)
	if err != nil {
		return err
	}
	k, ok := place.KindOf(r.PathValue("kind"))
	if !ok || k.Hidden {
		return errNoKind
	}
	open := r.URL.Query().Get("open") == "1"
	list, err := f.Place.Near(r.Context(), place.From{Division: d.Code}, place.Want{Kinds: []string{k.Code}, OpenFirst: open, At: f.Now()})
	if err != nil {
		return err
	}
	fr := f.frame(r, k.Words)
	fr.Back = "/places/kinds/" + string(d.Code)
	return f.Render(w, r, placeListPage(fr, d, k, list, open, f.Now()))
}

// placeView is a place's own page.
type placeView struct {
	place.Card
	Services []*catalog.Definition
	Changes  []place.DayPlan // of the coming days, those that are not as usual
	Instead  []place.Near    // where to go while no manned window is open here
	Now      time.Time
	Back     string
	Kept     bool // places are kept here, and there is a page that proves it
}

// place shows all that is known of one place.
func (f face) place(w http.ResponseWriter, r *http.Request) error {
	v := placeView{Now: f.Now()}
	var err error
	if v.Card, err = f.Place.Show(r.Context(), civic.OfficeID(r.PathValue("place"))); err != nil {
		return err
	}
	if v.Kept, err = f.Booking.Books(r.Context(), v.ID); err != nil {
		return err
	}
	defs, err := f.Catalog.List(r.Context(), v.Division, civic.ChannelDesk)
	if err != nil {
		return err
	}
	for _, d := range defs {
		if slices.Contains(strings.Fields(v.Card.Services), d.Service) || d.Casework != nil && d.Casework.OfficeKind == v.Kind {
			v.Services = append(v.Services, d)
		}
	}
	for _, d := range v.Ahead {
		if d.Other || d.Why != "" {
			v.Changes = append(v.Changes, d)
		}
	}
	if v.Instead, err = f.instead(r, v.Card, v.Now); err != nil {
		return err
	}
	fr := f.frame(r, v.Name)
	fr.Back = "/places/list/" + string(v.Division) + "/" + v.Kind
	return f.Render(w, r, placePage(fr, v))
}

// has lists the words of features that are present, or absent.
func has(fs []place.Has, p place.Presence) string {
	var out []string
	for _, x := range fs {
		if x.Presence == p {
			out = append(out, x.Words)
		}
	}
	return strings.Join(out, "、")
}

// insteadMost is how many other places are named.
const insteadMost = 2

// instead finds places of the same kind with a manned window, for whoever comes to a
// place whose manned windows are all shut, or that serves the public no more.
func (f face) instead(r *http.Request, c place.Card, now time.Time) ([]place.Near, error) {
	if c.Shut == "" && !noneManned(c.Windows, now) {
		return nil, nil
	}
	near, err := f.Place.Near(r.Context(), place.From{Division: c.Division, Village: c.Village, At: c.At}, place.Want{Kinds: []string{c.Kind}, At: now, Limit: 6})
	if err != nil {
		return nil, err
	}
	var out []place.Near
	for _, n := range near {
		if n.ID == c.ID || n.Shut != "" || len(out) == insteadMost {
			continue
		}
		other, err := f.Place.Show(r.Context(), n.ID)
		if err != nil {
			return nil, err
		}
		if !noneManned(other.Windows, now) {
			out = append(out, n)
		}
	}
	return out, nil
}

// noneManned reports whether there are manned windows and none of them is open.
func noneManned(ws []place.Window, now time.Time) bool {
	manned := false
	for _, w := range ws {
		if w.Kind == place.Manned {
			if manned = true; w.IsOpen(now) {
				return false
			}
		}
	}
	return manned
}
