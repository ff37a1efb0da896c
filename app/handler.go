package app

import (
	"net/http"
	"time"

	"yinqiao/channel/api"
	"yinqiao/channel/web"
)

// Handler is everything that is served: pages, the API, health and metrics.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	m := newMetrics(a)
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.Handle("GET /metrics", m.handler())
	web.Mount(mux, web.Rooms{People: a.People, Staff: a.Staff, Sessions: a.Sessions, Place: a.Place, Grant: a.Grant, Catalog: a.Catalog,
		Requests: a.Requests, Casework: a.Casework, Log: a.Log, Demo: a.demoAccounts(), Ping: a.DB.Ping, Version: Version(), Now: a.Journal.Now})
	api.Mount(mux, api.Rooms{People: a.People, Staff: a.Staff, Sessions: a.Sessions, Grant: a.Grant, Catalog: a.Catalog,
		Requests: a.Requests, Casework: a.Casework, Log: a.Log, Now: a.Journal.Now})
	limit := newLimiter(30, time.Minute, "POST /desk/sign-in", "POST /elder/sign-in", "POST /api/v1/sessions")
	return secure(limit.guard(mux, sameSite().Handler(m.watch(mux))))
}

// secure sets the headers that every answer has. Pages run no inline script and
// no inline style, and load nothing from elsewhere.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}
