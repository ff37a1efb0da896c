package fhir

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"

	"yinqiao/civic"
)

// ContentType is the media type of everything that is sent here.
const ContentType = "application/fhir+json; charset=utf-8"

// The systems of codes of our own.
const (
	systemError   = "urn:x-yinqiao:error"   // codes of errors
	systemKind    = "urn:x-yinqiao:kind"    // what can be booked: clinic, venue, class
	systemService = "urn:x-yinqiao:service" // services of the catalogue
	systemPlace   = "urn:x-yinqiao:place"   // kinds of places
	systemNumber  = "urn:x-yinqiao:number"  // spoken numbers of bookings
)

// refusal is how a kind of error is told in HTTP and in FHIR's issue types
// (hl7.org/fhir/R4/valueset-issue-type.html).
type refusal struct {
	status int
	issue  string
}

// refusals is the one table from kinds of error. What ran out is a rule of business
// here: a session that is full does not fill again by trying later, as 429 would say.
var refusals = map[civic.Kind]refusal{
	civic.Invalid:     {http.StatusUnprocessableEntity, "invalid"},
	civic.NotFound:    {http.StatusNotFound, "not-found"},
	civic.Denied:      {http.StatusForbidden, "forbidden"},
	civic.Conflict:    {http.StatusConflict, "conflict"},
	civic.Exhausted:   {http.StatusConflict, "business-rule"},
	civic.Unavailable: {http.StatusServiceUnavailable, "transient"},
	civic.Internal:    {http.StatusInternalServerError, "exception"},
}

// byCode are the errors that are told otherwise than their kind.
var byCode = map[string]refusal{
	"sign_in":           {http.StatusUnauthorized, "login"},
	errPath.Code:        {http.StatusNotFound, "not-supported"},
	errMethod.Code:      {http.StatusMethodNotAllowed, "not-supported"},
	errFormat.Code:      {http.StatusNotAcceptable, "not-supported"},
	errMedia.Code:       {http.StatusUnsupportedMediaType, "not-supported"},
	errBody.Code:        {http.StatusBadRequest, "structure"},
	errBig.Code:         {http.StatusRequestEntityTooLarge, "too-long"},
	errSearch.Code:      {http.StatusBadRequest, "not-supported"},
	errValue.Code:       {http.StatusBadRequest, "value"},
	errRequired.Code:    {http.StatusBadRequest, "required"},
	errInURL.Code:       {http.StatusBadRequest, "value"},
	errMatch.Code:       {http.StatusPreconditionFailed, "conflict"},
	errOnlyCancel.Code:  {http.StatusUnprocessableEntity, "business-rule"},
	"find.hour":         {http.StatusTooManyRequests, "throttled"}, // look-ups by whole numbers do come again
	"find.day":          {http.StatusTooManyRequests, "throttled"},
	"http.cross_origin": {http.StatusForbidden, "security"},
}

// statusOf is how an error is told.
func statusOf(e *civic.Error) refusal {
	if r, ok := byCode[e.Code]; ok {
		return r
	}
	if r, ok := refusals[e.Kind]; ok {
		return r
	}
	return refusals[civic.Internal]
}

// outcomeOf words an error. What would be accepted instead follows in the diagnostics.
func outcomeOf(e *civic.Error) *OperationOutcome {
	d := coded(systemError, e.Code, "")
	d.Text = e.Say
	i := Issue{Severity: "error", Code: statusOf(e).issue, Details: &d, Diagnostics: e.Say}
	if e.Accept != "" {
		i.Diagnostics += "（这样就可以：" + e.Accept + "）"
	}
	if e.Field != "" {
		i.Expression = []string{e.Field}
	}
	return &OperationOutcome{head{ResourceType: "OperationOutcome"}, []Issue{i}}
}

// passedOver warns of parameters that are not known and were passed over: what was found is more
// than was asked for.
func passedOver(n int) *OperationOutcome {
	d := coded(systemError, errSearch.Code, "")
	d.Text = fmt.Sprintf("有%d个查找条件这里不支持，没有用上，找到的可能比要的多。请对照 /fhir/metadata；要一有不支持的就拒绝，请加上 Prefer: handling=strict。", n)
	return &OperationOutcome{head{ResourceType: "OperationOutcome"}, []Issue{{Severity: "warning", Code: "not-supported", Details: &d, Diagnostics: d.Text}}}
}

// Refuse answers with an error as this channel does, for what is stopped before it.
func Refuse(w http.ResponseWriter, e *civic.Error) {
	r := statusOf(e)
	if r.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	send(w, r.status, outcomeOf(e))
}

// refuse logs what is ours to mend, and answers.
func (s *server) refuse(ctx context.Context, w http.ResponseWriter, route string, err error) {
	e := civic.As(err)
	if e.Kind == civic.Internal || e.Kind == civic.Unavailable {
		level := slog.LevelError
		if e.Kind == civic.Unavailable {
			level = slog.LevelWarn
		}
		s.Log.Log(ctx, level, "fhir: "+e.Kind.String(), "route", route, "code", e.Code, "cause", civic.Scrub(err.Error()))
	}
	Refuse(w, e)
}

func send(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", ContentType)
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(body) // the client has gone
}
