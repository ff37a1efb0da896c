package e2e

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"yinqiao/app"
	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/staff"
)

// town is a served installation with a few members of staff and visitors.
type town struct {
	*server
	dir, url                                  string
	seen                                      *record
	clerk, hospital, far, super, elder, other *visitor
	hospitalID                                civic.OfficeID
}

func newTown(t *testing.T, dialect db.Dialect) *town {
	t.Helper()
	w := &town{dir: filepath.Join(t.TempDir(), "data"), seen: &record{}}
	if dialect == db.Postgres {
		w.url = dbtest.NewPostgres(t)
	}
	w.server = serveWith(t, app.Config{Dir: w.dir, Database: w.url, PlainHTTP: true, Passwords: apptest.Cheap}, slog.LevelDebug, func(a *app.App) {
		ctx, sys := t.Context(), civic.System("test")
		ok := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		ok(a.Prepare(ctx))
		hire := func(login string, role staff.Role, kind string, div civic.Division) civic.OfficeID {
			office, err := a.Place.Open(ctx, sys, place.Office{Kind: kind, Name: kind + login, Division: div, Address: "听汾路66号"})
			ok(err)
			_, err = a.Staff.Hire(ctx, sys, staff.Hire{Login: login, Name: "职员", Office: office, Password: staffWord, WithoutTOTP: true,
				Posts: []staff.Post{{Role: role, Division: div}}})
			ok(err)
			return office
		}
		hire("clerk", staff.Clerk, "community", "140105")
		w.hospitalID = hire("hospital", staff.Clerk, "hospital", "140105")
		hire("farclerk", staff.Clerk, "community", "330106")
		hire("super", staff.Supervisor, "civil_affairs", "140105")
	})
	for name, v := range map[string]**visitor{"clerk": &w.clerk, "hospital": &w.hospital, "farclerk": &w.far, "super": &w.super, "elder": &w.elder, "other": &w.other} {
		*v = newVisitor(name, w.URL, w.seen)
	}
	return w
}

// mayRead says where, and by whom, a secret of each class may be read; what is
// not here is nowhere. The patterns are of pages and of operations.
var mayRead = map[class]map[string][]string{
	answer_: { // the pages of the matter itself
		"/desk/drafts/{id}":           {"clerk"},
		"/desk/requests/{id}":         {"clerk", "hospital"},
		"/elder/drafts/{id}":          {"elder"},
		"/elder/requests/{id}":        {"elder"},
		"/api/v1/drafts/{id}":         {"clerk", "elder"},
		"/api/v1/cases/{id}":          {"clerk", "hospital", "elder"},
		"/desk/requests/{id}/resolve": {"hospital"}, // shown again with what is wrong
		"/desk/drafts/{id}/submit":    {"clerk"},
		"/elder/drafts/{id}/submit":   {"elder"},
	},
	home: { // whoever has the person open; and where the person may choose it
		"/desk/people/{id}":           {"clerk"},
		"/desk/people/{id}/correct":   {"clerk"}, // what may be wrong is shown to be put right
		"/desk/drafts/{id}":           {"clerk"},
		"/desk/drafts/{id}/submit":    {"clerk"},
		"/elder/drafts/{id}/submit":   {"elder"},
		"/desk/requests/{id}":         {"clerk", "hospital"},
		"/desk/requests/{id}/resolve": {"hospital"},
		"/elder/drafts/{id}":          {"elder"},
		"/elder/requests/{id}":        {"elder"},
		"/api/v1/people/{id}":         {"clerk"},
		"/api/v1/people/me":           {"elder"},
		"/api/v1/drafts":              {"clerk", "elder"},
		"/api/v1/drafts/{id}":         {"clerk", "elder"},
		"/api/v1/cases/{id}":          {"clerk", "hospital", "elder"},
	},
}

func TestNoPlantedNumberComesOutAnywhere(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			w := newTown(t, dialect)
			w.fumble(t)
			person := w.register(t)
			w.atTheDesk(t, person)
			w.atHome(t, person)
			w.pagesOf(t, person)
			w.byProgram(t, person)
			w.lookAround(t, person)

			w.searchAnswers(t)
			w.searchDatabase(t)
			w.stop()
			if log := w.Log.String(); strings.Count(log, `"level":"DEBUG"`) == 0 {
				t.Error("the log is not at its most talkative")
			} else {
				w.search(t, "the log", log)
			}
			w.searchFiles(t)
		})
	}
}

// search reports every secret in a text that may hold none.
func (w *town) search(t *testing.T, where, text string) {
	t.Helper()
	for _, s := range leaks(text) {
		t.Errorf("%s holds %s%s", where, s.name, around(text, s.text))
	}
}

// around is what stands round a secret, if it stands there as it is.
func around(text, secret string) string {
	i := strings.Index(text, secret)
	if i < 0 {
		return " in another form: " + strings.ToValidUTF8(text[:min(len(text), 600)], "?")
	}
	return ": …" + strings.ToValidUTF8(text[max(0, i-120):min(len(text), i+len(secret)+60)], "?") + "…"
}

func (w *town) searchAnswers(t *testing.T) {
	t.Helper()
	if len(w.seen.all) < 120 {
		t.Errorf("only %d exchanges: the story is broken off", len(w.seen.all))
	}
	read := map[class]int{}
	for _, x := range w.seen.all {
		for name, values := range x.header {
			w.search(t, x.String()+": the header "+name, strings.Join(values, "\n"))
		}
		body := x.beyondEcho(t)
		for _, s := range leaks(body) {
			if x.status < 500 && slices.Contains(mayRead[s.class][x.pattern], x.who) {
				read[s.class]++
				continue
			}
			t.Errorf("%s: the answer (%d) holds %s%s", x, x.status, s.name, around(body, s.text))
		}
	}
	// What may be read is read somewhere, or the search finds nothing at all.
	if read[answer_] < 10 || read[home] < 5 {
		t.Errorf("answers were read %d times and the address %d times: the search is broken", read[answer_], read[home])
	}
}

func (w *town) searchDatabase(t *testing.T) {
	t.Helper()
	lines := dump(t, w.DB.Pool())
	if len(lines) < 300 {
		t.Errorf("only %d rows", len(lines))
	}
	for _, l := range lines {
		w.search(t, "the database", l)
	}
}

// searchFiles reads the data folder byte by byte, and what the database's server
// logged. The keys are random and nobody's.
func (w *town) searchFiles(t *testing.T) {
	t.Helper()
	folders := []string{w.dir}
	if w.url != "" {
		u, err := url.Parse(w.url)
		if err != nil {
			t.Fatal(err)
		}
		folders = append(folders, filepath.Join(u.Query().Get("host"), "log"))
	}
	files := 0
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				if err == nil && e.Name() == "keys" {
					return filepath.SkipDir
				}
				return err
			}
			b, err := os.ReadFile(path)
			files++
			w.search(t, "the file "+filepath.Base(path), string(b))
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	if files < 2 {
		t.Errorf("only %d files were read", files)
	}
}

// registration is the person with all planted numbers, as the API takes it.
func registration() object {
	return object{"name": "王秀英", "division": "140105001", "address": address, "credentials": []object{
		{"kind": people.KindResidentID, "number": variants(residentID)[1]}, {"kind": people.KindSeniorCard, "number": variants(seniorCard)[2]},
		{"kind": people.KindSocialSecurity, "number": socialCard}}, "phones": []object{{"number": variants(ownPhone)[3], "whose": "own"}}}
}

// with is an object with one field changed.
func with(o object, key string, value any) object {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	var out object
	_ = json.Unmarshal(b, &out)
	out[key] = value
	return out
}

func TestTheSearchForSecretsFindsThemInEveryWayOfWriting(t *testing.T) {
	t.Parallel()
	for _, s := range secrets() {
		texts := append(variants(s.text), url.QueryEscape(s.text), url.PathEscape(s.text))
		for shift := range 3 {
			texts = append(texts, base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift)+s.text+"yz")))
		}
		texts = append(texts, hex.EncodeToString([]byte(s.text)), strings.ToUpper(hex.EncodeToString([]byte(s.text))))
		for _, text := range texts {
			if found := leaks("前" + text + "后"); len(found) != 1 || found[0] != s {
				t.Errorf("%s in %q: found %v", s.name, text, found)
			}
		}
	}
	if found := leaks("尾号" + residentID[14:] + ",办事号码 482 163 5071"); found != nil {
		t.Errorf("found %v where there is nothing", found)
	}
}
