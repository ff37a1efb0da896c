package fhir

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/grant"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
	"yinqiao/staff"
)

// Prefix is where the server's base address is.
const Prefix = "/fhir"

// bodyMost bounds what is sent at once, in bytes.
const bodyMost = 64 << 10

// Rooms are the services that the channel is a door to.
type Rooms struct {
	People   *people.Service
	Place    *place.Service
	Sessions *staff.Sessions
	Catalog  *catalog.Service
	Requests *request.Service
	Booking  *booking.Service
	Version  string
	Log      *slog.Logger
	Now      civic.Clock
}

var (
	errPath   = civic.E(civic.NotFound, "fhir.path", "没有这个地址，请对照 /fhir/metadata 改正。")
	errMethod = civic.E(civic.Invalid, "fhir.method", "这个地址不支持这种操作，请对照 /fhir/metadata 改正。")
	errFormat = civic.E(civic.Invalid, "fhir.format", "这里只有 JSON 格式，请把 Accept 或 _format 写成 application/fhir+json。")
	errMedia  = civic.E(civic.Invalid, "fhir.media", "内容的格式不对：资源请用 application/fhir+json，修改请用 application/json-patch+json，查找请用表单。")
	errBig    = civic.E(civic.Invalid, "fhir.big", "内容太大了，最多64KB，请去掉多余的部分。")
	errBody   = civic.E(civic.Invalid, "fhir.body", "内容读不懂，请对照 FHIR R4 的资源定义改正以后再发。")
)

type server struct{ Rooms }

// call is one request: who asks, by which address they know this server, and what.
type call struct {
	context.Context
	actor civic.Actor
	base  string
	w     http.ResponseWriter
	r     *http.Request
}

// answer is what is sent back.
type answer struct {
	status int
	body   any
}

// Route is one interaction at one address.
type Route struct {
	Pattern string // of http.ServeMux
	Open    bool   // needs no session
	do      func(*server, *call) (answer, error)
}

// Routes lists every interaction.
func Routes() []Route {
	out := []Route{{"GET " + Prefix + "/metadata", true, (*server).metadata}}
	add := func(method, path string, do func(*server, *call) (answer, error)) {
		out = append(out, Route{method + " " + Prefix + "/" + path, false, do})
	}
	for _, k := range kinds() {
		add("GET", k.name, func(s *server, c *call) (answer, error) { return s.search(c, k) })
		add("POST", k.name+"/_search", func(s *server, c *call) (answer, error) { return s.search(c, k) })
		add("GET", k.name+"/{id}", func(s *server, c *call) (answer, error) { return s.read(c, k) })
	}
	add("POST", typeAppointment, (*server).createAppointment)
	add("PUT", typeAppointment+"/{id}", (*server).updateAppointment)
	add("PATCH", typeAppointment+"/{id}", (*server).patchAppointment)
	return out
}

// Mount serves the interactions, and an OperationOutcome for all else below Prefix.
func Mount(mux *http.ServeMux, r Rooms) {
	s := &server{r}
	for _, rt := range Routes() {
		mux.HandleFunc(rt.Pattern, s.serve(rt))
	}
	for _, method := range methods {
		mux.HandleFunc(method+others, func(w http.ResponseWriter, r *http.Request) { unknown(mux, w, r) })
	}
}

var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// others is how the patterns of what no interaction answers end.
const others = " " + Prefix + "/"

// unknown answers what no interaction answers: 405 with what is allowed where the
// address exists, else 404.
func unknown(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, m := range methods {
		if _, pattern := mux.Handler(&http.Request{Method: m, URL: r.URL, Host: r.Host}); !strings.HasSuffix(pattern, others) {
			allow = append(allow, m)
		}
	}
	if len(allow) == 0 {
		Refuse(w, errPath)
		return
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	Refuse(w, errMethod)
}

// serve runs an interaction for whoever is signed in. What they may do, the verbs
// decide; a panic costs one answer only.
func (s *server) serve(rt Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				s.Log.ErrorContext(r.Context(), "fhir: panic", "route", rt.Pattern, "cause", civic.Scrub(fmt.Sprint(p)), "stack", string(debug.Stack()))
				Refuse(w, civic.As(errors.New("panic")))
			}
		}()
		c := &call{Context: r.Context(), actor: civic.Actor{Channel: civic.ChannelAPI, Device: address(r)}, base: baseOf(r), w: w, r: r}
		a, err := s.run(rt, c)
		if err != nil {
			s.refuse(r.Context(), w, rt.Pattern, err)
			return
		}
		send(w, a.status, a.body)
	}
}

func (s *server) run(rt Route, c *call) (answer, error) {
	if !rt.Open {
		ctx, who, err := grant.Bearer(c.Context, s.Sessions, s.People, c.r.Header.Get("Authorization"))
		if err != nil {
			return answer{}, err
		}
		c.Context, c.actor.Operator = ctx, who
	}
	if !wantsJSON(c.r) {
		return answer{}, errFormat
	}
	if id := c.r.PathValue("id"); id != "" && !isID(id) {
		return answer{}, errGone
	}
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, bodyMost)
	return rt.do(s, c)
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// baseOf is the address by which the client knows this server. A proxy that ends TLS
// says so; whoever lies about it lies to themselves.
func baseOf(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host + Prefix
}

// wantsJSON reports whether JSON will do.
func wantsJSON(r *http.Request) bool {
	if f := r.URL.Query().Get("_format"); f != "" {
		return strings.Contains(f, "json")
	}
	accept := r.Header.Get("Accept")
	return accept == "" || strings.Contains(accept, "json") || strings.Contains(accept, "*/*") || strings.Contains(accept, "application/*")
}

// read answers with one resource and, where it can change, its version.
func (s *server) read(c *call, k kind) (answer, error) {
	x, err := k.read(s, c, c.r.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	c.tag(x)
	return answer{http.StatusOK, x}, nil
}

// tag sends the version of a resource as its entity tag.
func (c *call) tag(x resource) {
	if m := x.self().Meta; m != nil && m.VersionID != "" {
		c.w.Header().Set("ETag", `W/"`+m.VersionID+`"`)
	}
}
