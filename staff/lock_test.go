package staff_test

import (
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func TestALockedPhoneIsSignedOutAndAnIdleOneAsksForItsPIN(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		id := gridWorker(t, w)
		code, err := w.Staff.DrawCode(ctx, w.Taiyuan.Administrator, id)
		if err != nil {
			t.Fatal(err)
		}
		phone, token, err := w.Staff.Enrol(ctx, code, pin)
		if err != nil {
			t.Fatal(err)
		}
		enter := func() string {
			c := load(t, w, "")
			if err := w.Sessions.EnterOn(c, id, phone.ID); err != nil {
				t.Fatal(err)
			}
			s, _, err := w.Sessions.Commit(c)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		session := enter()
		on := func() bool {
			c := load(t, w, session)
			p, _ := w.Sessions.WhoOn(c)
			if _, _, err := w.Sessions.Commit(c); err != nil && !p.None() {
				t.Fatal(err)
			}
			return !p.None()
		}
		for range 4 { // use keeps it awake
			w.Clock.Add(14 * time.Minute)
			if !on() {
				t.Fatal("a phone in use asks for its PIN")
			}
		}
		w.Clock.Add(15 * time.Minute)
		if on() {
			t.Error("a phone that lay about is still signed in")
		}
		session = enter()
		for range 5 {
			if !on() {
				t.Fatal("signed out before it was locked")
			}
			_, err := w.Staff.SignInByPIN(ctx, token, "905271")
			wantKind(t, err, civic.Denied, "field.pin")
		}
		if on() {
			t.Error("a locked phone is still signed in")
		}
		_, err = w.Staff.OnPhone(ctx, onPhone(id, phone.ID))
		wantKind(t, err, civic.Denied, "device.revoked")
	})
}
