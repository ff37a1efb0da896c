package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yinqiao/catalog"
	"yinqiao/channel/api"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/booking"
	_ "yinqiao/engine/calls" // its acts are named in the messages
	"yinqiao/engine/casework"
	"yinqiao/engine/eligibility"
	"yinqiao/grant"
	"yinqiao/jobs"
	"yinqiao/journal"
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

// Numbers that may be shown by their tails alone, and nowhere else. Nobody has
// them: county 99 and mobiles that begin 12 don't exist.
const (
	elderID      = "140199194603070029"
	daughterID   = "140199197208120048"
	strangerID   = "140199195002020022"
	elderPhone   = "12648820317"
	courierPhone = "12699900001"
	password     = "yinqiao-test-password"
)

var planted = []string{elderID, daughterID, strangerID, elderPhone, "1264882", "19460307", "19720812"}

// world is the API over rooms of its own: two districts with a window each, a
// hospital, a mother and her daughter.
type world struct {
	t   testing.TB
	db  *db.DB
	mux *http.ServeMux
	api huma.API
	log *logBuffer

	journal *journal.Journal
	made    settled
	roster  string
	rooms   api.Rooms
	booked  booked
	awaited awaited
	ledger  ledgered

	elder, daughter, stranger civic.PersonID
	grant                     string
	hospital                  civic.OfficeID
	tokens                    map[string]string // by login
	seen                      *logBuffer        // every answer, for what must never be in one
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, db: d, mux: http.NewServeMux(), log: &logBuffer{}, seen: &logBuffer{}, tokens: map[string]string{}}
	log := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	v := dbtest.Vault(t)
	q, err := jobs.New(d, log)
	if err != nil {
		t.Fatal(err)
	}
	j := journal.New(journal.Config{DB: d, Vault: v, Jobs: q, Auth: grant.Judge{}, Clock: time.Now, Log: log, Heads: filepath.Join(t.TempDir(), "heads")})
	r := api.Rooms{People: people.New(j, v), Staff: staff.New(j, v, staff.Cost{Memory: 64, Time: 1, Lanes: 1}), Sessions: staff.NewSessions(j, false), Catalog: catalog.New(j), Place: place.New(j), Log: log}
	r.Grant = grant.New(j, v, r.People, r.Catalog)
	r.Casework = casework.New(j, v, r.People)
	r.Requests = request.New(j, v, r.Catalog, r.People, r.Casework)
	r.Casework.Serve(r.Requests)
	r.Booking = booking.New(j, r.People)
	r.Booking.Serve(r.Requests)
	r.Rights = rights.New(j, v, r.People, r.Grant, r.Requests, r.Casework)
	r.Eligible = eligibility.New(j, r.People, r.Requests, r.Casework.Needless)
	r.Requests.Offers(eligibility.SourceStanding, r.Eligible)
	r.Findings = finding.New(j, r.Place, r.Catalog, r.Booking)
	r.Figures = indicator.New(j)
	r.Ledger = task.New(j)
	j.Within(slices.Concat(finding.Acts(), booking.CheckedActs()), r.Findings.React)

	r.Notify, err = notify.New(notify.Config{Journal: j, Vault: v, People: r.People, Grants: r.Grant, Requests: r.Requests, Log: log})
	w.ok(err)
	w.journal = j
	w.rooms = r
	w.api = api.Mount(w.mux, r)
	w.seed(r, r.Place)
	return w
}

// hire hires somebody and signs them in.
func (w *world) hire(login string, office civic.OfficeID, post staff.Post) {
	w.t.Helper()
	_, err := w.rooms.Staff.Hire(context.Background(), civic.System("test"), staff.Hire{Login: login, Name: "职员" + strings.ToUpper(login), Office: office, Password: password,
		WithoutTOTP: true, Posts: []staff.Post{post}})
	w.ok(err)
	w.tokens[login] = w.signIn(map[string]any{"login": login, "password": password})
}

func (w *world) seed(r api.Rooms, places *place.Service) {
	w.t.Helper()
	ctx, sys := context.Background(), civic.System("test")
	w.ok(places.LoadDivisions(ctx))
	defs, err := catalog.Embedded()
	w.ok(err)
	w.ok(r.Catalog.PublishAll(ctx, sys, defs))
	hire := func(login string, role staff.Role, div civic.Division, office civic.OfficeID) {
		w.hire(login, office, staff.Post{Role: role, Division: div})
	}
	office := func(kind, name string, div civic.Division) civic.OfficeID {
		id, err := places.Open(ctx, sys, place.Office{Kind: kind, Name: name, Division: div, Address: "听汾路66号"})
		w.ok(err)
		return id
	}
	ty := office("community", "银槐社区", "140105")
	w.hospital = office("hospital", "汾河医院", "140105")
	office("market_supervision", "市场监管局", "140105")
	hz := office("community", "银桂社区", "330106")
	hire("clerk", staff.Clerk, "140105", ty)
	hire("doctor", staff.Clerk, "140105", w.hospital)
	hire("super", staff.Supervisor, "140105", ty)
	hire("admin", staff.Administrator, "140105", ty)
	hire("second", staff.Administrator, "140105", ty)
	hire("far", staff.Clerk, "330106", hz)

	person := func(name, id, phone string) civic.PersonID {
		in := people.Registration{Name: name, Division: "140105001", Address: "听汾路12号3单元", Distinct: true, Credentials: []people.Card{{Kind: people.KindResidentID, Number: withCheck(id)}}}
		if phone != "" {
			in.Phones = []people.Phone{{Number: phone, Whose: "own"}}
		}
		p, err := r.People.Register(ctx, sys, in)
		w.ok(err)
		return p
	}
	w.elder = person("王秀英", elderID, elderPhone)
	w.daughter = person("李小红", daughterID, "")
	w.stranger = person("赵不识", strangerID, "")
	w.grant, err = r.Grant.Give(ctx, sys, grant.Grant{Person: w.elder, Agent: w.daughter, Relation: "女儿", Services: "*", Starts: time.Now().Add(-time.Hour), GivenHow: "test"})
	w.ok(err)
}

// withCheck corrects the last character of an ID number.
func withCheck(id string) string {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(id[i]-'0') * w
	}
	return id[:17] + string("10X98765432"[sum%11])
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) signIn(body map[string]any) string {
	w.t.Helper()
	return w.do("", "POST", "/sessions", body).want(w.t, 201).text("token")
}

// codeFor lets the clerk open a person and sign them in by a slip.
func (w *world) session(p civic.PersonID) string {
	w.t.Helper()
	w.open("clerk", p, map[string]any{"presented": true})
	code := w.do(w.tokens["clerk"], "POST", "/people/"+string(p)+"/access-codes", nil).want(w.t, 201).text("code")
	return w.signIn(map[string]any{"access_code": code})
}

func (w *world) open(login string, p civic.PersonID, more map[string]any) {
	w.t.Helper()
	body := map[string]any{"reason": "本人来窗口办事"}
	if more["presented"] == true { // as its number is typed from the card
		w.do(w.tokens[login], "POST", "/people/search", map[string]any{"text": w.number(p)}).want(w.t, 200)
	}
	for k, v := range more {
		body[k] = v
	}
	w.do(w.tokens[login], "POST", "/people/"+string(p)+"/open", body).want(w.t, 200)
}

// number is the whole number of somebody's card.
func (w *world) number(p civic.PersonID) string {
	return withCheck(map[civic.PersonID]string{w.elder: elderID, w.daughter: daughterID, w.stranger: strangerID}[p])
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

// do sends a request; body is marshalled unless it is a string.
func (w *world) do(token, method, path string, body any, headers ...string) *answer {
	w.t.Helper()
	raw, isText := body.(string)
	if !isText && body != nil {
		b, err := json.Marshal(body)
		w.ok(err)
		raw = string(b)
	}
	r := httptest.NewRequest(method, api.Prefix+path, strings.NewReader(raw))
	if raw != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, r)
	a := &answer{status: rec.Code, header: rec.Header(), raw: rec.Body.String()}
	if strings.Contains(a.header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(rec.Body.Bytes(), &a.body); err != nil {
			w.t.Errorf("%s %s: the answer is no JSON: %v: %.200s", method, path, err, a.raw)
		}
	}
	if w.seen != nil {
		fmt.Fprintf(w.seen, "%s %s → %d %s\n", method, path, a.status, a.raw)
	}
	return a
}

func (a *answer) want(t testing.TB, status int) *answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %.500s", a.status, status, a.raw)
	}
	return a
}

// problem checks the shape of an error: its type, a whole sentence, a code.
func (a *answer) problem(t testing.TB, status int, code string) *answer {
	t.Helper()
	a.want(t, status)
	if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("content type %q", ct)
	}
	say := a.text("detail")
	if !strings.HasSuffix(say, "。") && !strings.HasSuffix(say, "?") && !strings.HasSuffix(say, ")") {
		t.Errorf("detail is no sentence: %q", say)
	}
	if strings.TrimFunc(say, func(r rune) bool { return r < 0x80 }) == "" {
		t.Errorf("detail is not in Chinese: %q", say)
	}
	if code != "" && a.text("code") != code {
		t.Errorf("code %q, want %q", a.text("code"), code)
	}
	if got, _ := a.body["status"].(float64); int(got) != status {
		t.Errorf("status in the body is %v", a.body["status"])
	}
	return a
}

func (a *answer) text(key string) string { s, _ := a.body[key].(string); return s }

func (a *answer) rev() int64 { f, _ := a.body["rev"].(float64); return int64(f) }

func (a *answer) list(key string) []map[string]any {
	var out []map[string]any
	items, _ := a.body[key].([]any)
	for _, it := range items {
		m, _ := it.(map[string]any)
		out = append(out, m)
	}
	return out
}

func (a *answer) locations() []string {
	var out []string
	for _, e := range a.list("errors") {
		out = append(out, e["location"].(string))
	}
	return out
}

// draft begins a report by post.
func (w *world) draft(token string, p civic.PersonID) *answer {
	w.t.Helper()
	return w.do(token, "POST", "/drafts", map[string]any{"service": "report-post", "person": p}, "Idempotency-Key", db.NewID()).want(w.t, 201)
}

func (w *world) answers(more map[string][]string) map[string][]string {
	out := map[string][]string{"hospital": {string(w.hospital)}, "report": {"imaging"}, "film": {"no"}, "to": {"home"}, "phone": {courierPhone}, "note": {}}
	for k, v := range more {
		out[k] = v
	}
	return out
}

// fill answers all of a draft.
func (w *world) fill(token string, d *answer) *answer {
	w.t.Helper()
	return w.do(token, "PATCH", "/drafts/"+d.text("id"), map[string]any{"rev": d.rev(), "answers": w.answers(nil)}).want(w.t, 200)
}

// submitted takes a draft of the person to its receipt.
func (w *world) submitted(token string, p civic.PersonID) string {
	w.t.Helper()
	d := w.draft(token, p)
	w.fill(token, d)
	return w.do(token, "POST", "/drafts/"+d.text("id")+"/submit", nil).want(w.t, 200).text("request")
}
