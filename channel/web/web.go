package web

import (
	"cmp"
	"io/fs"
	"net/http"
	"strings"

	"yinqiao/channel/web/desk"
	"yinqiao/channel/web/elder"
	"yinqiao/channel/web/field"
	"yinqiao/channel/web/kit"
	"yinqiao/channel/web/public"
)

// Rooms are the services that pages use.
type Rooms = kit.Rooms

// Demo and DemoAccount are what the pages show in a demonstration only.
type (
	Demo        = kit.Demo
	DemoAccount = kit.DemoAccount
)

// shownAt are the acts whose page needs a query to show the same: the form as it
// was being filled in, the question that was being answered.
var shownAt = map[string]string{
	"POST /desk/drafts/{draft}":  "/desk/drafts/{draft}?edit=1",
	"POST /elder/drafts/{draft}": "/elder/drafts/{draft}?q={key}",
}

// Routes lists every page and act by face. Tests walk this list.
func Routes(rm *Rooms) map[kit.Face][]kit.Route {
	all := map[kit.Face][]kit.Route{
		kit.Public:    public.Routes(rm),
		kit.Elder:     elder.Routes(rm),
		kit.Desk:      desk.Routes(rm),
		kit.FieldFace: field.Routes(rm),
	}
	for face, routes := range all {
		for i := range routes {
			routes[i].Page = cmp.Or(routes[i].Page, shownAt[routes[i].Pattern])
		}
		all[face] = kit.Paged(routes)
	}
	return all
}

// Refuse renders an error as a page of the face that an address belongs to, for
// what is stopped before any route.
func Refuse(rm *Rooms, w http.ResponseWriter, r *http.Request, err error) {
	face := kit.Public
	for _, f := range []kit.Face{kit.Elder, kit.Desk, kit.FieldFace} {
		if r.URL.Path == f.Home() || strings.HasPrefix(r.URL.Path, f.Home()+"/") {
			face = f
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	rm.Fail(w, r, face, err)
}

// Mount serves all pages and their static files.
func Mount(mux *http.ServeMux, rooms Rooms) {
	rm := &rooms
	for face, routes := range Routes(rm) {
		for _, rt := range routes {
			mux.Handle(rt.Pattern, rm.Serve(face, rt))
		}
	}
	mux.Handle("GET /static/", static(rm))
}

// static serves the files of the pages, without a session; a folder is not listed.
func static(rm *Rooms) http.Handler {
	dir := kit.Static()
	files := http.StripPrefix("/static/", http.FileServerFS(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if st, err := fs.Stat(dir, strings.TrimPrefix(r.URL.Path, "/static/")); err != nil || st.IsDir() {
			Refuse(rm, w, r, kit.ErrNoPage)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=3600")
		files.ServeHTTP(w, r)
	})
}
