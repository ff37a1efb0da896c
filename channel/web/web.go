package web

import (
	"net/http"

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
	mux.Handle("GET /static/", static())
}

func static() http.Handler {
	files := http.StripPrefix("/static/", http.FileServerFS(kit.Static()))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=3600")
		files.ServeHTTP(w, r)
	})
}
