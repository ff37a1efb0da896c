package web

import (
	"io/fs"
	"net/http"
	"strings"

	"yinqiao/channel/web/desk"
	"yinqiao/channel/web/elder"
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

// Routes lists every page and act by face. Tests walk this list.
func Routes(rm *Rooms) map[kit.Face][]kit.Route {
	return map[kit.Face][]kit.Route{
		kit.Public: public.Routes(rm),
		kit.Elder:  elder.Routes(rm),
		kit.Desk:   desk.Routes(rm),
	}
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

// static serves the files of the pages; a folder is not listed.
func static(rm *Rooms) http.Handler {
	dir := kit.Static()
	files := http.StripPrefix("/static/", http.FileServerFS(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if st, err := fs.Stat(dir, strings.TrimPrefix(r.URL.Path, "/static/")); err != nil || st.IsDir() {
			w.Header().Set("Cache-Control", "no-store")
			rm.Fail(w, r, kit.Public, kit.ErrNoPage)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=3600")
		files.ServeHTTP(w, r)
	})
}
