package staff_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// signIn makes a session and returns its token.
func signIn(t testing.TB, w *apptest.World, p civic.Party) string {
	t.Helper()
	c, err := w.Sessions.Load(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Sessions.Enter(c, p); err != nil {
		t.Fatal(err)
	}
	token, _, err := w.Sessions.Commit(c)
	if err != nil || token == "" {
		t.Fatal(token, err)
	}
	return token
}

func load(t testing.TB, w *apptest.World, token string) context.Context {
	t.Helper()
	c, err := w.Sessions.Load(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var elder, clerk = civic.Party{Kind: civic.PartyPerson, ID: "elder"}, civic.Party{Kind: civic.PartyStaff, ID: "clerk"}

func TestASessionKnowsWhoIsSignedInUntilTheyLeave(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		token := signIn(t, w, elder)
		if p := w.Sessions.Who(load(t, w, token)); p != elder {
			t.Errorf("%+v", p)
		}
		for _, other := range []string{"", "x", token + "x", token[1:]} {
			if p := w.Sessions.Who(load(t, w, other)); !p.None() {
				t.Errorf("%q is %+v", other, p)
			}
		}
		if strings.Contains(w.Dump(t), token) {
			t.Error("the token is in the database in clear")
		}
		if err := w.Sessions.Leave(load(t, w, token)); err != nil {
			t.Fatal(err)
		}
		if p := w.Sessions.Who(load(t, w, token)); !p.None() {
			t.Errorf("after leaving: %+v", p)
		}
	})
}

func TestATokenPlantedBeforeSigningInIsWorthNothing(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite), apptest.Bare())
	planted := signIn(t, w, civic.Party{})
	c := load(t, w, planted)
	if err := w.Sessions.Enter(c, elder); err != nil {
		t.Fatal(err)
	}
	token, _, err := w.Sessions.Commit(c)
	if err != nil || token == planted {
		t.Fatal("the token was kept", err)
	}
	if p := w.Sessions.Who(load(t, w, planted)); !p.None() {
		t.Errorf("the planted token is %+v", p)
	}
}

func TestStaffSignInOnceAShift(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		token := signIn(t, w, clerk)
		w.Clock.Add(12*time.Hour - time.Second)
		if p := w.Sessions.Who(load(t, w, token)); p != clerk {
			t.Errorf("within the shift: %+v", p)
		}
		w.Clock.Add(2 * time.Second)
		if p := w.Sessions.Who(load(t, w, token)); !p.None() {
			t.Errorf("after it: %+v", p)
		}
	})
}

func TestAnElderStaysSignedInWhileTheyComeBackEveryMonth(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		token := signIn(t, w, elder)
		other := signIn(t, w, elder)
		page := w.Sessions.LoadAndSave(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if w.Sessions.Who(r.Context()).None() {
				rw.WriteHeader(http.StatusUnauthorized)
			}
		}))
		visit := func(token string) *httptest.ResponseRecorder {
			r := httptest.NewRequest("GET", "/", nil)
			r.AddCookie(&http.Cookie{Name: "yinqiao", Value: token})
			rec := httptest.NewRecorder()
			page.ServeHTTP(rec, r)
			return rec
		}
		if rec := visit(token); len(rec.Result().Cookies()) != 0 {
			t.Error("a second page within a day writes the session again")
		}
		for range 3 {
			w.Clock.Add(29 * 24 * time.Hour)
			if rec := visit(token); rec.Code != http.StatusOK || len(rec.Result().Cookies()) != 1 || !rec.Result().Cookies()[0].HttpOnly {
				t.Fatalf("%d, cookies %v", rec.Code, rec.Result().Cookies())
			}
		}
		if rec := visit(other); rec.Code != http.StatusUnauthorized {
			t.Error("a session that nobody used for a month is still good")
		}
		w.Clock.Add(30*24*time.Hour + time.Minute)
		if rec := visit(token); rec.Code != http.StatusUnauthorized {
			t.Error("a session lasts for ever")
		}
		signIn(t, w, elder) // which clears away what has expired
		if n := w.Count(t, `SELECT COUNT(*) FROM sign_session WHERE expires <= $1`, w.Clock.Now()); n != 0 {
			t.Errorf("%d expired sessions are kept", n)
		}
	})
}

func TestASessionThatWasEndedIsNotBroughtBackByARequestUnderWay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		token := signIn(t, w, elder)
		underWay := load(t, w, token)
		if err := w.Sessions.Leave(load(t, w, token)); err != nil { // as a reset does
			t.Fatal(err)
		}
		w.Sessions.Put(underWay, "note", "x")
		if _, _, err := w.Sessions.Commit(underWay); err != nil {
			t.Fatal(err)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM sign_session`); n != 0 {
			t.Error("the session is back")
		}
		// One that goes on is written, more than once, also after signing in anew.
		token = signIn(t, w, elder)
		for _, note := range []string{"a", "b"} {
			c := load(t, w, token)
			w.Sessions.Put(c, "note", note)
			if _, _, err := w.Sessions.Commit(c); err != nil {
				t.Fatal(err)
			}
			if got := w.Sessions.GetString(load(t, w, token), "note"); got != note {
				t.Errorf("it says %q, not %q", got, note)
			}
		}
		c := load(t, w, token)
		if err := w.Sessions.Enter(c, clerk); err != nil {
			t.Fatal(err)
		}
		token, _, err := w.Sessions.Commit(c)
		if err != nil || w.Sessions.Who(load(t, w, token)) != clerk {
			t.Error("signing in anew does not last", err)
		}
	})
}

func TestASessionOfADeviceLastsAsLongAsItIsUsed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		screen := civic.Party{Kind: civic.PartyDevice, ID: "screen"}
		token := signIn(t, w, screen)
		for range 5 {
			w.Clock.Add(20 * 24 * time.Hour)
			c := load(t, w, token)
			if p := w.Sessions.Who(c); p != screen {
				t.Fatalf("after %s: %+v", w.Clock.Now(), p)
			}
			if _, _, err := w.Sessions.Commit(c); err != nil {
				t.Fatal(err)
			}
		}
	})
}
