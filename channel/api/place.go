package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/place"
)

// tagPlace groups the operations on places.
const tagPlace = "地点"

func (s *server) places() {
	handle(s, route{id: "places-near", method: http.MethodGet, path: "/places", tag: tagPlace,
		summary: "去哪里办，近的在前面(SX15)", more: "不用登录。有经纬度按直线距离，没有就按同村、同街道、同区县、同市、同省。管一片的单位(民政局、社保局等)先给管这里的。"}, s.nearPlaces)
	handle(s, route{id: "places-get", method: http.MethodGet, path: "/places/{place}", tag: tagPlace, kinds: []civic.Kind{civic.NotFound},
		summary: "一个地方：几点开门、有什么窗口、有什么服务(SX15)", more: "不用登录。"}, s.getPlace)
}

// Point is a place on earth.
type Point struct {
	Lat float64 `json:"lat" doc:"纬度，WGS-84"`
	Lon float64 `json:"lon" doc:"经度，WGS-84"`
}

// Doors says whether a place is open.
type Doors struct {
	Known bool       `json:"known" doc:"开门时间登记了没有"`
	Open  bool       `json:"open"`
	Today bool       `json:"today" doc:"现在开着，或者今天还会开"`
	Until *time.Time `json:"until,omitempty" doc:"几点关门；不写就是不知道或不关"`
	Next  *time.Time `json:"next,omitempty" doc:"下次几点开门"`
	Words string     `json:"words" doc:"可以直接念给人听的一句话"`
}

// Place is what anybody may know of a place.
type Place struct {
	ID       civic.OfficeID `json:"id"`
	Kind     string         `json:"kind"`
	KindName string         `json:"kind_name"`
	Name     string         `json:"name"`
	Division civic.Division `json:"division"`
	Village  string         `json:"village,omitempty"`
	Address  string         `json:"address"`
	Landmark string         `json:"landmark,omitempty" doc:"怎么找"`
	Phone    string         `json:"phone,omitempty"`
	Hours    string         `json:"hours,omitempty" doc:"门上写的开门时间"`
	At       *Point         `json:"at,omitempty"`
	Services []string       `json:"services" doc:"能办平台上的哪些事"`
	Can      string         `json:"can,omitempty"`
	Cannot   string         `json:"cannot,omitempty"`
	Doors    Doors          `json:"doors"`
}

func placeOf(o place.Office, st place.Status, now time.Time) Place {
	p := Place{ID: o.ID, Kind: o.Kind, KindName: place.KindWords(o.Kind), Name: o.Name, Division: o.Division, Village: o.Village, Address: o.Address,
		Landmark: o.Landmark, Phone: o.Phone, Hours: o.Hours, Services: strings.Fields(o.Services), Can: o.Can, Cannot: o.Cannot,
		Doors: Doors{Known: st.Known, Open: st.Open, Today: st.Today, Words: st.Words(now)}}
	if o.At.Known() {
		p.At = &Point{o.At.Lat, o.At.Lon}
	}
	for _, x := range []struct {
		from time.Time
		to   **time.Time
	}{{st.Until, &p.Doors.Until}, {st.Next, &p.Doors.Next}} {
		if !x.from.IsZero() {
			t := x.from.In(civic.Shanghai)
			*x.to = &t
		}
	}
	return p
}

// NearPlace is a place with how far it is.
type NearPlace struct {
	Place
	Metres  float64 `json:"metres" doc:"直线距离，米"`
	Guessed bool    `json:"guessed" doc:"true 是按行政区划估的，不是量的"`
}

type nearIn struct {
	InDivision
	Village  string   `query:"village" maxLength:"60" doc:"村或社区的名字"`
	Lat      float64  `query:"lat" minimum:"0" maximum:"54" doc:"纬度，WGS-84；0是不知道"`
	Lon      float64  `query:"lon" minimum:"0" maximum:"136" doc:"经度，WGS-84；0是不知道"`
	Kinds    []string `query:"kind" maxItems:"10" doc:"种类，例如 bank,post；不写就是都要"`
	Features []string `query:"feature" maxItems:"10" doc:"要有的服务，例如 cash,ramp"`
	Service  string   `query:"service" maxLength:"40" doc:"能办平台上的哪件事"`
	Open     bool     `query:"open" doc:"现在开着的在前面"`
	Limit    int      `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

// NearPlaces are the places that were found.
type NearPlaces struct {
	Places []NearPlace `json:"places"`
}

func (s *server) nearPlaces(ctx context.Context, in *nearIn) (*struct{ Body NearPlaces }, error) {
	now := s.Now()
	list, err := s.Place.Near(ctx, place.From{Division: in.Division, Village: in.Village, At: place.Point{Lat: in.Lat, Lon: in.Lon}},
		place.Want{Kinds: in.Kinds, Features: in.Features, Service: in.Service, OpenFirst: in.Open, At: now, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := NearPlaces{Places: make([]NearPlace, len(list))}
	for i, n := range list {
		out.Places[i] = NearPlace{placeOf(n.Office, n.Status, now), n.Metres, n.Guessed}
	}
	return &struct{ Body NearPlaces }{out}, nil
}

// PlaceWindow is a counter, a machine, a gate or a way to pay.
type PlaceWindow struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Serves    string     `json:"serves"`
	Kind      string     `json:"kind" enum:"manned,machine,gate,payment"`
	StaffedBy string     `json:"staffed_by,omitempty" doc:"岗位，不是人名"`
	Open      bool       `json:"open"`
	Reason    string     `json:"reason,omitempty" doc:"为什么关着"`
	Until     *time.Time `json:"until,omitempty" doc:"关到什么时候"`
}

// PlaceFeature is what a place has or lacks.
type PlaceFeature struct {
	Feature  string     `json:"feature"`
	Words    string     `json:"words"`
	Presence string     `json:"presence" enum:"present,absent,unknown"`
	Since    *time.Time `json:"since,omitempty" doc:"从什么时候起登记的"`
}

// PlaceDay is what holds on one day.
type PlaceDay struct {
	Day   string `json:"day" format:"date"`
	Words string `json:"words"`
	Other bool   `json:"other" doc:"是不是和平常不一样"`
}

// WholePlace is all that is known of a place.
type WholePlace struct {
	Place
	Windows  []PlaceWindow  `json:"windows"`
	Features []PlaceFeature `json:"features"`
	Days     []PlaceDay     `json:"days" doc:"今天起半个月"`
}

type onePlace struct {
	Place civic.OfficeID `path:"place" maxLength:"64" doc:"地点的编号"`
}

func (s *server) getPlace(ctx context.Context, in *onePlace) (*struct{ Body WholePlace }, error) {
	c, err := s.Place.Show(ctx, in.Place)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	out := WholePlace{Place: placeOf(c.Office, c.Status, now), Windows: []PlaceWindow{}, Features: []PlaceFeature{}, Days: []PlaceDay{}}
	for _, w := range c.Windows {
		x := PlaceWindow{ID: w.ID, Name: w.Name, Serves: w.Serves, Kind: string(w.Kind), StaffedBy: w.StaffedBy, Open: w.IsOpen(now)}
		if !x.Open {
			x.Reason, x.Until = w.Reason, w.Until
		}
		out.Windows = append(out.Windows, x)
	}
	for _, f := range c.Features {
		x := PlaceFeature{Feature: f.Feature, Words: f.Words, Presence: string(f.Presence)}
		if f.Presence != place.Unknown {
			x.Since = &f.Since
		}
		out.Features = append(out.Features, x)
	}
	for _, d := range c.Ahead {
		out.Days = append(out.Days, PlaceDay{d.Day.Format(time.DateOnly), d.Words(), d.Other})
	}
	return &struct{ Body WholePlace }{out}, nil
}
