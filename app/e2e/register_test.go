package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/people"
)

func init() {
	for field, value := range map[string]string{"reading": "zeng gui", "birth": "1945年", "village": "柳湾社区12688880009"} {
		keepers = append(keepers, struct{ route, field, value string }{"POST /desk/register", field, value})
	}
}

func TestAClerkSeesWhoMayBeTheSameAndGoesOnWithEitherOfThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		s := &site{story: &story{World: w, t: t, made: map[string]string{}}, handler: w.Handler()}
		known := people.Registration{Name: "曾桂英", Birth: "1945-08-15", Sex: people.Female, Division: w.Taiyuan.Street, Village: "柳湾社区",
			Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: "SN2026000001"}}}
		twin := w.Register(t, known)
		form := url.Values{"name": {"曾桂英"}, "reading": {"zēng guì yīng"}, "kind": {"park_card"}, "card": {"PK2026000001"}, "birth": {"1945-08-15"}, "sex": {"female"},
			"division": {string(w.Taiyuan.Street)}, "village": {"新社区"}, "address": {"二号路2号"}, "phone": {"12600001111"}}
		r := route{name: "POST /desk/register", method: http.MethodPost, pattern: "/desk/register", form: form}
		token := s.session(t, w.Taiyuan.Clerk)
		a := s.send(t, r, "/desk/register", token)
		a.wellPut(t)
		a.keeps(t, form)
		if a.Code != http.StatusConflict {
			t.Fatalf("%d %s", a.Code, a.say())
		}
		if n := a.doc.Find(`main table a[href="/desk/people/` + string(twin) + `"]`).Length(); n != 1 {
			t.Errorf("%d links to the one who is registered", n)
		}
		for field, value := range map[string]string{"kind": "park_card", "sex": "female", "division": string(w.Taiyuan.Street)} {
			if got := a.doc.Find(`main select[name=`+field+`] option[selected]`).AttrOr("value", ""); got != value {
				t.Errorf("%s is %q, was %q", field, got, value)
			}
		}
		first := a.doc.Find("main form button").First()
		if _, ok := first.Attr("name"); ok {
			t.Error("the Enter key registers somebody new")
		}
		if a.doc.Find(`main form button[name=distinct][value="1"]`).Length() != 1 {
			t.Fatal("no way on")
		}
		form.Set("distinct", "1")
		a = s.send(t, r, "/desk/register", token)
		to := a.Header().Get("Location")
		if a.Code != http.StatusSeeOther || len(to) < len("/desk/people/x") {
			t.Fatalf("%d %s", a.Code, a.say())
		}
		id := civic.PersonID(to[len("/desk/people/"):])
		w.Open(t, w.Taiyuan.Clerk, id)
		p, err := w.People.Show(t.Context(), w.Taiyuan.Clerk.For(id), id)
		if err != nil || id == twin || p.Birth != "1945-08-15" || p.Sex != people.Female || p.Credentials[0].Kind != people.KindParkCard {
			t.Errorf("%+v %v", p, err)
		}
		f, err := w.People.Facts(t.Context(), w.Taiyuan.Clerk.For(id), id)
		reading, _, err2 := w.People.Names(t.Context(), w.Taiyuan.Clerk.For(id), id)
		if err != nil || err2 != nil || f.Village != "新社区" || reading != "zeng1 gui4 ying1" {
			t.Errorf("%q %q %v %v", f.Village, reading, err, err2)
		}
	})
}

func TestARegistrationThatLooksLikeAnotherIsReadableAndGoesOnByOneButton(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	b := newBrowser(t, s.URL, 1280, 900, true)
	b.signIn("tyclerk")
	for i, number := range []string{"SN2026000001", "SN2026000002"} {
		b.open("/desk/register")
		b.fill("#f-name", "曾桂英")
		b.choose("kind", "senior_card")
		b.fill("#f-card", number)
		b.fill("#f-birth", "1945-08-15")
		b.choose("f-sex", "female")
		b.choose("f-division", "140105001")
		b.fill("#f-village", "柳湾社区")
		if i == 0 {
			b.press("main form > .row button")
		}
	}
	b.press("main form > .row button")
	b.sees("可能已经登记过", "就是这位", "曾*英", "1945年")
	b.snap("register-twins")
	b.axe()
	b.press("button[name=distinct]")
	if path := b.path(); !strings.HasPrefix(path, "/desk/people/") {
		t.Errorf("led to %s", path)
	}
	b.press("main form button.button")
	b.open(b.path() + "/names")
	b.fill("#f-reading", "zeng gui ying")
	b.snap("names")
	b.axe()
	b.press(`form[action$="/reading"] button`)
	b.sees("曾桂英")
}
