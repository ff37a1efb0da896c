package e2e

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// hostile are values that no field asks for.
var hostile = map[string]string{
	"NUL":          "王\x00英",
	"bad UTF-8":    "王\xff\xfe英",
	"a control":    "王\x1b[2J英",
	"70 kB":        strings.Repeat("长", 70<<10/3),
	"3 kB":         strings.Repeat("长", 1<<10),
	"full-width":   "１２３４５６７８９０１２３４５６７８",
	"mixed script": "王wángВанوانغ🈚\u202e英",
	"script":       `"><script>alert(1)</script><img src=x onerror=alert(1)>`,
	"SQL":          `'; DROP TABLE person; --`,
	"a path":       "../../../etc/passwd",
	"blanks":       "　 \t ",
	"line breaks":  "a\r\nSet-Cookie: x=y\r\n\r\nb",
}

// engineMatters are those that the engines take differently.
var engineMatters = map[string]bool{"NUL": true, "bad UTF-8": true, "a control": true, "mixed script": true, "SQL": true}

// spoilt is a form with the value in one field, in all of them, or in one that
// it does not have. The list of what was asked stays: a page without it has none
// of its fields.
func spoilt(form url.Values, field, value string) url.Values {
	out := maps.Clone(form)
	switch field {
	case "all":
		for name := range out {
			if name != "asked" {
				out[name] = []string{value}
			}
		}
	case "unknown":
		out["no-such-field"] = []string{value}
	default:
		out[field] = []string{value}
	}
	return out
}

// meets reports whether, on the route, the field meets the value. All of a form's
// fields at once meet every value; each of them alone, and the one that no form has,
// meet every third, another third from route to route and from field to field. In
// the slow run everything meets everything.
func meets(route, field, value int) bool {
	const all = 0
	return field == all || (route+field+value)%3 == 0 || dbtest.Slow()
}

func TestHostileFormsGetASentenceAndNeverAFaultOfOurs(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		for i, r := range s.routes(t) {
			if r.form == nil {
				continue
			}
			token := s.session(t, s.who(r))
			for k, what := range slices.Sorted(maps.Keys(hostile)) {
				value := hostile[what]
				if s.DB.Dialect() == db.Postgres && !engineMatters[what] {
					continue // what the engine never sees needs no second round
				}
				for j, field := range append([]string{"all", "unknown"}, slices.Sorted(maps.Keys(r.form))...) {
					if !meets(i, j, k) {
						continue
					}
					bad := r
					bad.form = spoilt(r.form, field, value)
					form := bad.form
					a := s.send(t, bad, s.path(t, r), token)
					a.what += " with " + what + " in " + field
					a.wellPut(t)
					if !utf8.ValidString(a.body) {
						t.Errorf("%s: the page is not UTF-8", a.what)
					}
					if to := a.Header().Get("Location"); to != "" && !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
						t.Errorf("%s: leads away, to %q", a.what, to)
					}
					if a.Header().Get("X-Y") != "" || strings.Contains(a.Header().Get("Set-Cookie"), "x=y") {
						t.Errorf("%s: a header was smuggled in", a.what)
					}
					a.keeps(t, form)
				}
			}
		}
	})
}

// forgotten are the fields that a page never shows again.
var forgotten = map[string]bool{"password": true, "code": true}

// forgetful are the pages that show nothing again of whoever stood before them.
var forgetful = map[string]bool{"/elder/kiosk": true}

// keeps checks that a form which is shown again holds what was typed.
func (a *answer) keeps(t *testing.T, form url.Values) {
	t.Helper()
	if a.doc == nil || a.Code < 400 || forgetful[a.target] {
		return
	}
	a.again(form).Find("input[type=text][name], input[type=search][name], input[type=tel][name], textarea[name]").Each(func(_ int, in *goquery.Selection) {
		name := in.AttrOr("name", "")
		typed := form.Get(name)
		if forgotten[name] || plain(typed) == "" || dirty(typed) {
			return
		}
		// Another address counts only beside the choice of another address.
		if key, ok := strings.CutPrefix(name, "own-"); ok && form.Get("a-"+key) != "~" {
			return
		}
		got := in.AttrOr("value", "")
		if goquery.NodeName(in) == "textarea" {
			got = in.Text()
		}
		if plain(got) != plain(typed) {
			t.Errorf("%s: the field %s had %.60q typed into it and shows %.60q", a.what, name, typed, got)
		}
	})
}

// again is the form that was sent, as the page shows it again: it is known by its
// address, and among several of one address by what is hidden in it. It is gone
// where what it was about is gone; that it is there when it can be sent again is
// what TestWhatWasTypedStaysInTheFormThatIsShownAgain holds.
func (a *answer) again(form url.Values) *goquery.Selection {
	same := a.doc.Find("main form").FilterFunction(func(_ int, f *goquery.Selection) bool {
		thing := f.Find("input[type=hidden][name=thing]") // a form about another thing is another form
		return f.AttrOr("action", a.target) == a.target && (thing.Length() == 0 || thing.AttrOr("value", "") == form.Get("thing"))
	})
	if same.Length() < 2 {
		return same
	}
	return same.FilterFunction(func(_ int, f *goquery.Selection) bool {
		return f.Find("input[type=hidden][name]").FilterFunction(func(_ int, in *goquery.Selection) bool {
			return in.AttrOr("value", "") != form.Get(in.AttrOr("name", ""))
		}).Length() == 0
	})
}

// plain is a text as a field of one line and a page may change it.
func plain(s string) string { return strings.Join(strings.Fields(civic.Fold(s)), " ") }

// dirty reports whether a page can't show the text as it is.
func dirty(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' })
}

// keepers are the forms that are shown again with what was typed: the act, the
// field, and a value that is refused there.
var keepers = []struct{ route, field, value string }{
	{"POST /desk/sign-in", "login", "no-such-login"},
	{"POST /desk/find", "text", "140105194603079999"},
	{"POST /desk/register", "name", "王1"},
	{"POST /desk/register", "card", "140105194603079999"},
	{"POST /desk/register", "phone", "12"},
	{"POST /desk/register", "address", strings.Repeat("长", 201)},
	{"POST /desk/people/{person}/open", "reason", strings.Repeat("长", 101)},
	{"POST /desk/people/{person}/grants", "agent", "140105194603079999"},
	{"POST /desk/people/{person}/grants", "until", "31.12.2099"},
	{"POST /desk/drafts/{draft}", "a-phone", "12"},
	{"POST /desk/drafts/{draft}", "own-to", strings.Repeat("长", 201)},
	{"POST /desk/requests/{request}/resolve", "outcome", strings.Repeat("长", 501)},
	{"POST /elder/drafts/{draft}", "own", strings.Repeat("长", 201)},
	{"POST /desk/disputes/{dispute}", "reason", strings.Repeat("长", 101)},
	{"POST /desk/disputes/{dispute}", "winner", "nobody"},
	{"POST /desk/twins/{keep}/{drop}", "reason", strings.Repeat("长", 101)},
	{"POST /desk/merges/{merge}/undo", "reason", strings.Repeat("长", 101)},
	{"POST /desk/settle", "first", "140105194603079999"},
	{"POST /desk/people/{person}/cards", "card", "1"},
	{"POST /desk/people/{person}/cards", "expires", "31.12.2099"},
	{"POST /desk/people/{person}/cards/{card}/replace", "number", "12"},
	{"POST /desk/people/{person}/cards/{card}/replace", "issued", "31.12.2099"},
	{"POST /desk/people/{person}/cards/{card}/dates", "expires", "31.12.2099"},
	{"POST /desk/people/{person}/tags", "from", "31.12.2099"},
	{"POST /desk/people/{person}/tags/{tag}/end", "reason", "12688880001"},
	{"POST /desk/people/{person}/contacts", "phone", "12"},
	{"POST /desk/people/{person}/household", "other", "140105194603079999"},
	{"POST /desk/people/{person}/births", "birth", "31.12.2099"},
	{"POST /desk/people/{person}/correct", "reason", "12688880001"},
	{"POST /desk/people/{person}/consents", "witness", "12688880001"},
	{"POST /desk/people/{person}/erase", "reason", "12688880001"},
	{"POST /desk/people/{person}/freeze", "why", "12688880001"},
	{"POST /desk/people/{person}/death", "day", "31.12.2099"},
	{"POST /desk/glass/{glass}", "note", strings.Repeat("长", 501)},
	{"POST /field/people/{person}/open", "reason", "12688880001"},
	{"POST /field/people/{person}/glass", "reason", "短"},
	{"POST /desk/rosters/{roster}/undo", "sure", ""},
	{"POST /desk/rosters/{roster}/check", "column", "name"},
}

func TestWhatWasTypedStaysInTheFormThatIsShownAgain(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		s.Open(t, s.Taiyuan.Clerk, civic.PersonID(s.made["to freeze"]))
		for _, k := range keepers {
			s.newDraft(t)
			r := s.route(t, k.route)
			r.form = maps.Clone(r.form)
			r.form.Set(k.field, k.value)
			a := s.send(t, r, s.path(t, r), s.session(t, s.who(r)))
			a.what += " with a wrong " + k.field
			if a.Code < 400 || a.Code >= 500 {
				t.Errorf("%s: %d, to %q", a.what, a.Code, a.Header().Get("Location"))
				continue
			}
			if a.doc.Find(`main [name="`+k.field+`"]`).Length() == 0 {
				t.Errorf("%s: %d, and the form is not shown again: %s", a.what, a.Code, a.say())
			}
			if a.doc.Find(`main .wrong[role=alert]`).Length() == 0 {
				t.Errorf("%s: nothing says what is wrong", a.what)
			}
			a.keeps(t, r.form)
		}
	})
}

func TestEveryFieldThatPagesReadIsInTheHostileForms(t *testing.T) {
	t.Parallel()
	s := &site{story: newStoryOn(t)}
	known := map[string]bool{}
	for _, form := range s.forms() {
		for name := range form {
			known[name] = true
			if i := strings.Index(name, "-"); i > 0 {
				known[name[:i+1]] = true
			}
		}
	}
	fields := fieldsOfSource(t)
	if len(fields) < 15 {
		t.Fatalf("only %d fields were found: the search of the source is broken", len(fields))
	}
	for name := range fields {
		if !known[name] {
			t.Errorf("the pages read the field %q, which is in no form of site.forms in routes_fixture_test.go: add it there", name)
		}
	}
}
