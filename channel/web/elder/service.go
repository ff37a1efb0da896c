package elder

import (
	"net/http"
	"strconv"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
)

func (f face) serviceRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /elder/services", Do: f.groups},
		{Pattern: "GET /elder/services/{group}", Do: f.services},
		{Pattern: "GET /elder/about/{service}", Do: f.about},
	}
}

// tilesMost is how many tiles a page has.
const tilesMost = 8

// groups shows what kinds of services there are.
func (f face) groups(w http.ResponseWriter, r *http.Request) error {
	fr, a, p, err := f.frame(r, "办事")
	if err != nil {
		return err
	}
	list, err := f.Catalog.List(r.Context(), p.Division, a.Channel)
	if err != nil {
		return err
	}
	fr.Back = "/elder"
	return f.Render(w, r, groupsPage(fr, catalog.Bundles(list)))
}

var errNoGroup = civic.E(civic.NotFound, "group.unknown", "没有这一类事，请回到「办事」再选。")

// services shows the services of one kind, a page at a time.
func (f face) services(w http.ResponseWriter, r *http.Request) error {
	fr, a, p, err := f.frame(r, "办事")
	if err != nil {
		return err
	}
	list, err := f.Catalog.List(r.Context(), p.Division, a.Channel)
	if err != nil {
		return err
	}
	for _, b := range catalog.Bundles(list) {
		if b.Code != r.PathValue("group") {
			continue
		}
		from, err := strconv.Atoi(r.URL.Query().Get("from"))
		if err != nil || from < 0 || from >= len(b.Services) {
			from = 0
		}
		next := 0
		if b.Services = b.Services[from:]; len(b.Services) > tilesMost {
			b.Services, next = b.Services[:tilesMost-1], from+tilesMost-1
		}
		fr.Title, fr.Back = b.Words, "/elder/services"
		return f.Render(w, r, servicesPage(fr, b, next))
	}
	return errNoGroup
}

// about tells what to know before one begins.
func (f face) about(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "办事")
	if err != nil {
		return err
	}
	l, err := f.Requests.About(r.Context(), a, r.PathValue("service"), a.Subject)
	if err != nil {
		return err
	}
	fr.Title, fr.Back = l.Def.Title, "/elder/services"
	if l.Def.Group != "" {
		fr.Back += "/" + l.Def.Group
	}
	return f.Render(w, r, aboutPage(fr, l))
}
