package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"runtime/debug"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/engine/casework"
	"yinqiao/engine/eligibility"
	"yinqiao/grant"
	"yinqiao/ledger/finding"
	"yinqiao/ledger/indicator"
	"yinqiao/ledger/task"
	"yinqiao/notify"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
	"yinqiao/rights"
	"yinqiao/staff"
)

// Prefix is where the operations of this version are served.
const Prefix = "/api/v1"

// Bounds of one request.
const (
	bodyMost = 1 << 20
	readFor  = 30 * time.Second
)

// Rooms are the services that the API is a door to.
type Rooms struct {
	People   *people.Service
	Staff    *staff.Service
	Place    *place.Service
	Sessions *staff.Sessions
	Grant    *grant.Service
	Catalog  *catalog.Service
	Requests *request.Service
	Casework *casework.Service
	Booking  *booking.Service
	Eligible *eligibility.Service
	Rights   *rights.Service
	Findings *finding.Service
	Ledger   *task.Service
	Figures  *indicator.Service
	Notify   *notify.Service
	Log      *slog.Logger
	Now      civic.Clock // nil is the real time
}

// public are the operations that need no session. All others are refused without
// one before their input is looked at; what a session may do, the verbs decide.
var public = map[string]bool{
	"sessions-create": true,
	"services-list":   true,
	"services-get":    true,
	"places-near":     true,
	"places-get":      true,
	"times-free":      true,
	"times-kept":      true,
}

// The tags by which operations are grouped in the document.
const (
	tagSession = "登录"
	tagService = "服务"
	tagPeople  = "老人"
	tagMessage = "通知"
	tagDraft   = "办事"
	tagCase    = "单位办理"
)

type server struct {
	Rooms
	api huma.API
}

// Mount serves the API, its OpenAPI document and a page that lists the
// operations, all under /api/.
func Mount(mux *http.ServeMux, r Rooms) huma.API {
	if r.Now == nil {
		r.Now = time.Now
	}
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "银桥 Yinqiao", Version: "1", Description: "任何老人，通过任何渠道，办任何公共服务。" +
				"说明里的 SX、ZJ 编号是所落实的政策条款。出错时返回 application/problem+json(RFC 9457),detail 是一句可以直接念给人听的话。"},
			Tags: []*huma.Tag{{Name: tagSession}, {Name: tagService}, {Name: tagPeople}, {Name: tagDraft}, {Name: tagCase}, {Name: tagPlace}, {Name: tagDevice}, {Name: tagRoster}, {Name: tagBooking}, {Name: tagFinding}, {Name: tagFigures}, {Name: tagLedger}, {Name: tagMessage}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{"session": {Type: "http", Scheme: "bearer",
					Description: "登录得到的 token，放在 Authorization: Bearer 里。"}},
			},
		},
		Formats:                      huma.DefaultFormats,
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
	s := &server{Rooms: r, api: humago.NewWithPrefix(mux, Prefix, config)}
	s.api.UseMiddleware(noStore, s.guard)
	s.sessions()
	s.services()
	s.people()
	s.drafts()
	s.cases()
	s.rosters()
	s.devices()
	s.places()
	s.bookings()
	s.eligibility()
	s.findings()
	s.figures()
	s.ledger()
	describeResponses(s.api.OpenAPI())
	s.documents(mux)
	s.unknown(mux)
	return s.api
}

// route is one operation: where it is, what it does in a sentence, and which
// kinds of error it can have beyond those that every operation has.
type route struct {
	id, method, path, tag, summary, more string
	kinds                                []civic.Kind
	status                               int
	bytes                                int64 // bounds the body; 0 is the bound of all others
}

// handle registers an operation. Its input is checked for characters that no
// text has, its errors become problems, and a panic costs one answer only.
func handle[I, O any](s *server, rt route, do func(context.Context, *I) (*O, error)) {
	op := huma.Operation{OperationID: rt.id, Method: rt.method, Path: rt.path, Tags: []string{rt.tag}, Summary: rt.summary,
		Description: rt.more, DefaultStatus: rt.status, MaxBodyBytes: cmp.Or(rt.bytes, bodyMost), BodyReadTimeout: readFor, Errors: errorsOf[I](rt)}
	if !public[rt.id] {
		op.Security = []map[string][]string{{"session": {}}}
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (out *O, err error) {
		defer func() {
			if r := recover(); r != nil {
				s.Log.ErrorContext(ctx, "api: panic", "operation", rt.id, "cause", civic.Scrub(fmt.Sprint(r)), "stack", string(debug.Stack()))
				out, err = nil, problemOf(civic.As(errors.New("panic")))
			}
		}()
		if at := unclean(reflect.ValueOf(in).Elem(), ""); at != "" {
			return nil, problemOf(errCharacters.On(at))
		}
		out, err = do(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, rt.id, err)
		}
		return out, nil
	})
}

// errorsOf lists the statuses that an operation can fail with.
func errorsOf[I any](rt route) []int {
	statuses := []int{http.StatusUnprocessableEntity, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if !public[rt.id] {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden)
	}
	if _, ok := reflect.TypeFor[I]().FieldByName("Body"); ok {
		statuses = append(statuses, http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	for _, k := range rt.kinds {
		statuses = append(statuses, statusByKind[k])
	}
	slices.Sort(statuses)
	return slices.Compact(statuses)
}

// describeResponses says in Chinese what each status means.
func describeResponses(doc *huma.OpenAPI) {
	for _, item := range doc.Paths {
		for _, op := range operationsOf(item) {
			for status, r := range op.Responses {
				if t := titles[status]; t != "" {
					r.Description = t
				} else {
					r.Description = "办好了"
				}
			}
		}
	}
}

func operationsOf(p *huma.PathItem) []*huma.Operation {
	return slices.DeleteFunc([]*huma.Operation{p.Get, p.Post, p.Put, p.Patch, p.Delete}, func(o *huma.Operation) bool { return o == nil })
}

// noStore keeps answers out of every cache: most hold personal data. The few
// public ones say otherwise themselves.
func noStore(ctx huma.Context, next func(huma.Context)) {
	ctx.SetHeader("Cache-Control", "no-store")
	next(ctx)
}
