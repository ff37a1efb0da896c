package app

import (
	"net/http"
	"time"

	"yinqiao/channel/api"
	"yinqiao/channel/fhir"
	"yinqiao/channel/hook"
	"yinqiao/channel/web"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/grant"
)

// Bounds of failed tries at the doors, for each window of time.
const (
	triesWindow = time.Minute
	triesEach   = 30  // of one address
	triesCodes  = 300 // with access codes, of all addresses
)

// Handler is everything that is served where no proxy is in front.
func (a *App) Handler() http.Handler {
	main, _ := a.Handlers(Edge{})
	return main
}

// Handlers are what is served at the main address, pages, the API, FHIR and health, and
// what is served at the address of the metrics, if they have one of their own.
func (a *App) Handlers(e Edge) (main, metrics http.Handler) {
	rooms := web.Rooms{People: a.People, Staff: a.Staff, Sessions: a.Sessions, Place: a.Place, Grant: a.Grant, Catalog: a.Catalog,
		Requests: a.Requests, Casework: a.Casework, Booking: a.Booking, Eligible: a.Eligible, Rights: a.Rights, Notify: a.Notify, Calls: a.Calls, Line: a.Phone, Stopping: a.stopping, Findings: a.Findings, Figures: a.Figures, Ledger: a.Ledger, Log: a.Log, Reader: &kit.Reader{Speech: a.Speech, Vault: a.Vault}, Demo: a.demoAccounts(), Ping: a.DB.Ping, Version: Version(), Now: a.Journal.Now}
	gate := gate{&rooms}
	m := newMetrics(a)
	mux := http.NewServeMux()
	a.health(mux)
	web.Mount(mux, rooms)
	hook.Mount(mux, a.Notify, a.reporters, a.Log)
	hook.MountHospitals(mux, a.Booking, a.hearers, a.Log)
	api.Mount(mux, api.Rooms{People: a.People, Staff: a.Staff, Place: a.Place, Sessions: a.Sessions, Grant: a.Grant, Catalog: a.Catalog,
		Requests: a.Requests, Casework: a.Casework, Booking: a.Booking, Eligible: a.Eligible, Rights: a.Rights, Findings: a.Findings, Figures: a.Figures, Ledger: a.Ledger, Notify: a.Notify, Log: a.Log, Now: a.Journal.Now})
	fhir.Mount(mux, fhir.Rooms{People: a.People, Place: a.Place, Sessions: a.Sessions, Catalog: a.Catalog, Requests: a.Requests, Booking: a.Booking,
		Version: Version(), Log: a.Log, Now: a.Journal.Now})
	if e.MetricsAddr == "" {
		mux.Handle("GET /metrics", gate.localOnly(m.handler()))
	} else {
		own := http.NewServeMux()
		a.health(own)
		own.Handle("GET /metrics", m.handler())
		metrics = secure(own)
	}
	refuse := gate.tooMany(triesWindow)
	inside := newLimiter(machineDoors, triesEach, 0, triesWindow).countedBy(a.fromMachine).guard(mux, m.watch(mux), refuse)
	inside = gate.sameSite().Handler(inside) // before a machine is asked for: another site does not make one be heard of
	return secure(e.named(newLimiter(doors, triesEach, triesCodes, triesWindow).guard(mux, inside, refuse))), metrics
}

// fromMachine is by what tries at a machine are counted: by the machine, where its session
// or its token says which it is. Several of them may share one address. Whoever brings
// neither is counted by their address.
func (a *App) fromMachine(r *http.Request) string {
	if token := grant.Token(r.Header.Get("Authorization")); token != "" {
		if d, err := a.Staff.ByToken(r.Context(), token); err == nil {
			return "device " + d.ID
		}
		return fromAddress(r)
	}
	c, err := r.Cookie(a.Sessions.Cookie.Name)
	if err != nil {
		return fromAddress(r)
	}
	ctx, err := a.Sessions.Load(r.Context(), c.Value)
	if err != nil {
		return fromAddress(r) // what is wrong the page will meet itself
	}
	if p := a.Sessions.Who(ctx); p.Kind == civic.PartyDevice {
		return "device " + p.ID
	}
	return fromAddress(r)
}

func (a *App) health(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
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
