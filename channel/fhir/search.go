package fhir

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

// Bounds of a search.
const (
	countEach = 20  // resources on a page, unless _count says otherwise
	countMost = 100 // _count above it is taken as this
	namedMost = 50  // values of one parameter
	valueMost = 4000
)

var (
	errSearch   = civic.E(civic.Invalid, "fhir.search", "不支持这个查找条件，请对照 /fhir/metadata 去掉或者改正。")
	errValue    = civic.E(civic.Invalid, "fhir.value", "这一项的值写得不对，请对照 FHIR R4 改正。")
	errRequired = civic.E(civic.Invalid, "fhir.required", "还缺少必要的内容，请补上这一项再发。")
	errInURL    = civic.E(civic.Invalid, "fhir.in_url", "证件号码不能写在网址里，请改用 POST /fhir/Patient/_search，把号码放在表单里。").On("identifier")
)

// param is a search parameter: its FHIR type and what it narrows.
type param struct{ name, typ, words string }

// The parameters of every search that need no entry in the table of a type.
var common = []string{"_count", "_after", "_format", "_pretty", "_summary", "_total"}

// totalMost bounds what is counted for a total; of more none is told.
const totalMost = 10000

// What _summary and _total may say.
var (
	summaries = []string{"true", "false", "data", "count"}
	totals    = []string{"none", "estimate", "accurate"}
)

// query is a search with its known parameters.
type query struct {
	url.Values
	passed []string // not known, and passed over
	now    time.Time
	count  int    // 0 asks for the total alone
	after  string // where the page before ended, as the kind wrote it
	posted bool
}

// page is what a search found, and where the next page begins; "" if there is none.
type page struct {
	found    []resource
	included []resource
	total    *int
	next     string
}

// paged is the page of what was found, with one more than was asked for where there are
// more; at says where a page ends.
func paged[T any](q query, found []T, as func(T) resource, at func(T) string) (p page) {
	if len(found) > q.count {
		found = found[:q.count]
		p.next = at(found[q.count-1])
	}
	p.found = all(found, as)
	return p
}

// search answers with a page of resources.
func (s *server) search(c *call, k kind) (answer, error) {
	q, err := queryOf(c.r, k)
	if err != nil {
		return answer{}, err
	}
	q.now = s.Now()
	var p page
	if q.count > 0 {
		if p, err = s.found(c, k, q); err == nil {
			p.included, err = s.included(c, k, q, p.found)
		}
	}
	if wants := q.Get("_total"); err == nil && (q.count == 0 || wants == "estimate" || wants == "accurate") {
		p.total, err = s.total(c, k, q)
	}
	if err != nil {
		return answer{}, err
	}
	return answer{http.StatusOK, q.bundle(c, k, p)}, nil
}

func (s *server) found(c *call, k kind, q query) (page, error) {
	if q.Has("_id") {
		return s.byID(c, k, q)
	}
	return k.search(s, c, q)
}

// total counts all that a search finds, page by page; nil where it is more than is counted.
func (s *server) total(c *call, k kind, q query) (*int, error) {
	q.count, q.after = countMost, ""
	for n := 0; ; {
		p, err := s.found(c, k, q)
		if err != nil {
			return nil, err
		}
		if n += len(p.found); p.next == "" {
			return &n, nil
		}
		if q.after = p.next; n >= totalMost {
			return nil, nil
		}
	}
}

// byID reads the resources that _id names; one that there is not is left out.
func (s *server) byID(c *call, k kind, q query) (page, error) {
	ids, err := q.list("_id")
	if err != nil {
		return page{}, err
	}
	for name := range q.Values {
		if name != "_id" && name != "_include" && !slices.Contains(common, name) {
			return page{}, errSearch.On(name)
		}
	}
	var p page
	for _, id := range ids {
		if !isID(id) {
			return page{}, errValue.On("_id")
		}
		x, err := k.read(s, c, id)
		if civic.Is(err, civic.NotFound) {
			continue
		}
		if err != nil {
			return page{}, err
		}
		p.found = append(p.found, x)
	}
	return p, nil
}

// queryOf reads the parameters of a search, of the address and of a form.
func queryOf(r *http.Request, k kind) (query, error) {
	q := query{count: countEach, posted: r.Method == http.MethodPost}
	if q.posted {
		if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != "application/x-www-form-urlencoded" {
			return q, errMedia
		}
	}
	if err := r.ParseForm(); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return q, errBig
		}
		return q, errBody
	}
	q.Values = url.Values{}
	for name, values := range r.Form {
		if !k.takes(name) { // an unknown name is not repeated in a sentence
			if strict(r) {
				return q, errSearch
			}
			q.passed = append(q.passed, name)
			continue
		}
		q.Values[name] = values
		for _, v := range values {
			if len(v) > valueMost || civic.Garbled(v) {
				return q, errValue.On(name)
			}
		}
	}
	if err := q.results(k); err != nil {
		return q, err
	}
	if q.posted && r.URL.Query().Has("identifier") || !q.posted && k.name == typePatient && q.Has("identifier") {
		return q, errInURL
	}
	if q.Has("_count") {
		n, err := strconv.Atoi(q.Get("_count"))
		if err != nil || n < 0 {
			return q, errValue.On("_count")
		}
		q.count = min(n, countMost)
	}
	if q.Get("_summary") == "count" {
		q.count = 0
	}
	b, err := base64.RawURLEncoding.DecodeString(q.Get("_after"))
	if err != nil || civic.Garbled(string(b)) {
		return q, errValue.On("_after")
	}
	q.after = string(b)
	return q, nil
}

// strict reports whether a program would rather be refused than have a parameter passed over
// that is not known here (hl7.org/fhir/R4/search.html#errors).
func strict(r *http.Request) bool {
	for _, v := range r.Header.Values("Prefer") {
		for part := range strings.FieldsFuncSeq(v, func(c rune) bool { return c == ',' || c == ';' }) {
			if strings.EqualFold(strings.ReplaceAll(strings.TrimSpace(part), " ", ""), "handling=strict") {
				return true
			}
		}
	}
	return false
}

// takes reports whether searches of a kind know a parameter.
func (k kind) takes(name string) bool {
	return slices.Contains(common, name) || name == "_include" && k.includes != nil || name == "_sort" && k.sorts != nil ||
		slices.ContainsFunc(k.params, func(p param) bool { return p.name == name })
}

// results checks how the results are wanted: in which order, and with what beside them.
func (q query) results(k kind) error {
	if vs := q.Values["_sort"]; len(vs) > 1 || len(vs) == 1 && !slices.Contains(k.sorts, vs[0]) {
		return errValue.On("_sort")
	}
	for name, may := range map[string][]string{"_summary": summaries, "_total": totals} {
		if vs := q.Values[name]; len(vs) > 1 || len(vs) == 1 && !slices.Contains(may, vs[0]) {
			return errValue.On(name)
		}
	}
	for _, v := range q.Values["_include"] {
		if !slices.ContainsFunc(k.includes, func(i include) bool { return i.name == v }) {
			return errValue.On("_include")
		}
	}
	return nil
}

// bundle puts a page into a searchset, with the addresses of itself and of the next.
func (q query) bundle(c *call, k kind, p page) *Bundle {
	b := &Bundle{head: head{ResourceType: "Bundle"}, Type: "searchset", Total: p.total}
	at := func(after string) string {
		v := url.Values{}
		for name, values := range q.Values {
			if name != "_after" && (!q.posted || name != "identifier") { // numbers are no part of an address
				v[name] = values
			}
		}
		if after != "" {
			v.Set("_after", after)
		}
		if len(v) == 0 {
			return c.base + "/" + k.name
		}
		return c.base + "/" + k.name + "?" + v.Encode()
	}
	b.Link = []Link{{"self", at(q.Get("_after"))}}
	if p.next != "" {
		b.Link = append(b.Link, Link{"next", at(base64.RawURLEncoding.EncodeToString([]byte(p.next)))})
	}
	enter := func(mode string, xs []resource) {
		for _, x := range xs {
			h := x.self()
			if q.Get("_summary") == "true" {
				x = summary{x}
			}
			e := Entry{FullURL: c.base + "/" + h.ResourceType + "/" + h.ID, Resource: x}
			e.Search.Mode = mode
			b.Entry = append(b.Entry, e)
		}
	}
	enter("match", p.found)
	enter("include", p.included)
	if len(q.passed) > 0 {
		e := Entry{Resource: passedOver(len(q.passed))}
		e.Search.Mode = "outcome"
		b.Entry = append(b.Entry, e)
	}
	return b
}

// summary is a resource without what its definition does not count as its summary.
type summary struct{ resource }

// notInSummary are the elements that are left out, of all that there are here.
var notInSummary = map[string][]string{typeAppointment: {"description", "comment", "slot", "created"}, typeSlot: {"comment"}, typeSchedule: {"comment"}}

// MarshalJSON implements json.Marshaler. What is left out is said by a tag.
func (x summary) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(x.resource)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return nil, err
	}
	for _, name := range notInSummary[x.self().ResourceType] {
		delete(fields, name)
	}
	meta := map[string]json.RawMessage{}
	if m, ok := fields["meta"]; ok {
		if err := json.Unmarshal(m, &meta); err != nil {
			return nil, err
		}
	}
	meta["tag"] = json.RawMessage(`[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]`)
	if fields["meta"], err = json.Marshal(meta); err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}

// list are the values of a parameter of which any will do.
func (q query) list(name string) ([]string, error) {
	vs := q.Values[name]
	if len(vs) > 1 {
		return nil, errSearch.On(name) // all of several at once: nothing here is many things
	}
	if len(vs) == 0 {
		return nil, nil
	}
	out := strings.Split(vs[0], ",")
	if len(out) > namedMost || slices.Contains(out, "") {
		return nil, errValue.On(name)
	}
	return out, nil
}

// one reads the reference that a parameter gives; "" where it is not given. There is never
// more than one: nothing here is of several.
func (c *call) one(q query, name string, types ...string) (typ, id string, err error) {
	switch vs := q.Values[name]; len(vs) {
	case 0:
	case 1:
		if typ, id = c.reference(vs[0], types...); id == "" {
			err = errValue.On(name)
		}
	default:
		err = errSearch.On(name)
	}
	return typ, id, err
}

// reference reads Type/id, an address of this server, or a bare ID where one type is
// meant. "" is a type that the parameter cannot mean.
func (c *call) reference(text string, types ...string) (typ, id string) {
	text = strings.TrimPrefix(text, c.base+"/")
	typ, id, ok := strings.Cut(text, "/")
	if !ok && len(types) == 1 {
		typ, id = types[0], text
	}
	if !slices.Contains(types, typ) || !isID(id) {
		return "", ""
	}
	return typ, id
}

// isID reports whether a text is an id of FHIR: 1 to 64 of [A-Za-z0-9-.].
func isID(s string) bool {
	return len(s) >= 1 && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.'
	})
}

// token reads the code of system|code.
func token(text string) string {
	if _, code, ok := strings.Cut(text, "|"); ok {
		return code
	}
	return text
}

// span meets all values of a date parameter, each with its prefix; what must not be is
// returned beside it.
func (q query) span(name string) (out booking.Span, not []booking.Span, err error) {
	for _, v := range q.Values[name] {
		date, ne := strings.CutPrefix(v, "ne")
		x, ok := spanOf(date, q.now)
		if !ok || ne && date != strings.TrimLeft(date, "abcdefghijklmnopqrstuvwxyz") {
			return out, nil, errValue.On(name)
		}
		if ne {
			not = append(not, x)
			continue
		}
		if out.From.IsZero() || x.From.After(out.From) {
			out.From = x.From
		}
		if out.Until.IsZero() || !x.Until.IsZero() && x.Until.Before(out.Until) {
			out.Until = x.Until
		}
	}
	return out, not, nil
}

// dates are the precisions that a date of FHIR can have, with the end of each.
var dates = []struct {
	layout string
	end    func(time.Time) time.Time
}{
	{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
	{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
	{time.DateOnly, func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
	{"2006-01-02T15:04Z07:00", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{"2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{"2006-01-02T15:04:05Z07:00", func(t time.Time) time.Time { return t.Add(time.Second) }},
	{"2006-01-02T15:04:05", func(t time.Time) time.Time { return t.Add(time.Second) }},
}

// spanOf reads a date with its prefix (hl7.org/fhir/R4/search.html#date) as the moments
// that it lets through. A date is as long as its precision; without a zone it is
// Shanghai's. ap reaches on both sides as far as a tenth of the time between it and now.
func spanOf(text string, now time.Time) (booking.Span, bool) {
	prefix := "eq"
	if len(text) > 2 && text[0] >= 'a' && text[0] <= 'z' {
		prefix, text = text[:2], text[2:]
	}
	text = strings.Replace(text, " ", "+", 1) // a + that was not escaped in an address
	var from, until time.Time
	for _, d := range dates {
		t, err := time.ParseInLocation(d.layout, text, civic.Shanghai)
		if err == nil && t.Year() > 0 {
			from, until = t, d.end(t.Truncate(time.Second))
			if t.Nanosecond() != 0 {
				until = t.Add(time.Microsecond)
			}
			break
		}
	}
	if from.IsZero() {
		return booking.Span{}, false
	}
	switch prefix {
	case "eq":
		return booking.Span{From: from, Until: until}, true
	case "ap":
		near := from.Sub(now).Abs() / 10
		return booking.Span{From: from.Add(-near), Until: until.Add(near)}, true
	case "ge":
		return booking.Span{From: from}, true
	case "gt", "sa":
		return booking.Span{From: until}, true
	case "lt", "eb":
		return booking.Span{Until: from}, true
	case "le":
		return booking.Span{Until: until}, true
	}
	return booking.Span{}, false
}

// mark is where a page by time ended.
func mark(at time.Time, id string) string { return fmt.Sprintf("%d.%s", at.UnixMicro(), id) }

// marked reads a mark; nothing when there is none.
func (q query) marked() (at time.Time, id string, err error) {
	if q.after == "" {
		return at, "", nil
	}
	us, id, _ := strings.Cut(q.after, ".")
	n, err := strconv.ParseInt(us, 10, 64)
	if err != nil || !isID(id) || time.UnixMicro(n).Year() > 9999 || time.UnixMicro(n).Year() < 1 {
		return at, "", errValue.On("_after")
	}
	return time.UnixMicro(n).UTC(), id, nil
}

// instant writes a moment in Shanghai's time.
func instant(t time.Time) string { return t.In(civic.Shanghai).Format(time.RFC3339) }
