// Package public is the pages for everybody: the first page, what services there
// are, and whether everything works.
package public

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/place"
)

type face struct{ *kit.Rooms }

// Routes are the pages of this face; all are open.
func Routes(rm *kit.Rooms) []kit.Route {
	f := face{rm}
	return append(append([]kit.Route{
		f.AloudRoute(kit.Public),
		{Pattern: "GET /{$}", Open: true, Do: f.home},
		{Pattern: "GET /services", Open: true, Do: f.services},
		{Pattern: "GET /status", Open: true, Do: f.status},
		{Pattern: "POST /look", Open: true, Do: f.look},
		{Pattern: "/", Open: true, Do: f.missing},
	}, f.placeRoutes()...), f.outboxRoutes()...)
}

func (f face) frame(r *http.Request, title string) kit.Frame {
	fr := kit.FrameOf(r, kit.Public)
	fr.Title, fr.Demo = title, f.Demo != nil
	return fr
}

func (f face) home(w http.ResponseWriter, r *http.Request) error {
	return f.Render(w, r, homePage(f.frame(r, "首页")))
}

// missing answers every address that is not ours.
func (f face) missing(http.ResponseWriter, *http.Request) error {
	return kit.ErrNoPage
}

// look keeps the text size and contrast that were chosen, and goes back.
func (f face) look(w http.ResponseWriter, r *http.Request) error {
	kit.SetLook(w, r)
	return kit.Go(w, r, kit.SafePath(r.PostFormValue("to"), "/"))
}

// provinces are those whose plans this release carries services for.
var provinces = []struct {
	Code civic.Division
	Name string
}{{"14", "山西省"}, {"33", "浙江省"}}

func (f face) services(w http.ResponseWriter, r *http.Request) error {
	var groups []group
	for _, p := range provinces {
		list, err := f.Catalog.List(r.Context(), p.Code, civic.ChannelDesk)
		if err != nil {
			return err
		}
		halts, err := f.Catalog.Halts(r.Context(), p.Code)
		if err != nil {
			return err
		}
		g := group{p.Name, list, nil}
		for _, h := range halts {
			g.Halts = append(g.Halts, halt{h, cmp.Or(place.DivisionName(h.Division), string(h.Division))})
		}
		groups = append(groups, g)
	}
	return f.Render(w, r, servicesPage(f.frame(r, "能办哪些事"), groups))
}

type group struct {
	Name  string
	List  []*catalog.Definition
	Halts []halt
}

// halt is a service that has stopped somewhere, with the name of the place.
type halt struct {
	catalog.Halt
	At string
}

// stopped are the words on where a service has stopped.
func (g group) stopped(service string) []string {
	var out []string
	for _, h := range g.Halts {
		if h.Service == service {
			out = append(out, h.At+"现在停办："+h.Why+"。")
		}
	}
	return out
}

// gone are those that have stopped everywhere in the province.
func (g group) gone() []halt {
	var out []halt
	for _, h := range g.Halts {
		if !slices.ContainsFunc(g.List, func(d *catalog.Definition) bool { return d.Service == h.Service }) {
			out = append(out, h)
		}
	}
	return out
}

// check is one line of the status page.
type check struct {
	Name, Words string
	OK          bool
}

func (f face) status(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	checks := []check{{"网页", "正常", true}}
	status := http.StatusOK
	db := check{"办事数据", "正常", true}
	if err := f.Ping(ctx); err != nil {
		db, status = check{"办事数据", "连不上。已经交上来的事都在，请过几分钟再试；急事请打电话或到窗口。", false}, http.StatusServiceUnavailable
	}
	checks = append(checks, db)
	return f.RenderAs(w, r, status, statusPage(f.frame(r, "系统现在好不好"), checks, kit.Moment(f.Now()), f.Version))
}
