package grant_test

import (
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/staff"
)

func TestALostOrBorrowedCardEndsCodesSignInsAndWhatRestsOnIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		var code grant.Code
		arm := func() {
			t.Helper()
			w.Open(t, a.Clerk, a.Elder)
			var err error
			if code, err = w.Grant.IssueCode(ctx, a.Clerk, a.Elder); err != nil {
				t.Fatal(err)
			}
			if _, err := w.DB.Pool().Exec(`INSERT INTO sign_session (token, data, expires, party) VALUES ($1, $2, $3, $4)`,
				db.NewID(), []byte("x"), w.Clock.Now().AddDate(0, 0, 30), "person:"+string(a.Elder)); err != nil {
				t.Fatal(err)
			}
		}
		signedIn := func() int {
			return w.Count(t, `SELECT COUNT(*) FROM sign_session WHERE party = $1`, "person:"+string(a.Elder))
		}
		ended := func(how string) {
			t.Helper()
			if n := signedIn(); n != 0 {
				t.Errorf("%s: %d sign-ins go on", how, n)
			}
			_, err := w.Grant.RedeemCode(ctx, code.Digits, civic.ChannelElder)
			wantKind(t, err, civic.Denied, "access.code")
		}
		arm()
		if err := w.Grant.SignOut(ctx, apptest.AsPerson(a.Daughter), a.Elder); !civic.Is(err, civic.Denied) || signedIn() != 1 {
			t.Errorf("an agent signs the elder out: %v", err)
		}
		colleague := w.Hire(t, "同事", a.Community, staff.Post{Role: staff.Clerk, Division: a.Division})
		fine(t, w.Grant.Open(ctx, colleague, a.Elder, false, "核对名册", ""))
		w.Open(t, w.Xihu.Clerk, a.Elder)
		unshown := func(how string) {
			t.Helper()
			for _, clerk := range []civic.Actor{a.Clerk, w.Xihu.Clerk} {
				wantKind(t, use(w, clerk, a.Elder, ""), civic.Denied, "grant.not_open")
				wantKind(t, w.Grant.Open(ctx, clerk, a.Elder, true, "又来了", ""), civic.Denied, "opening.card") // shown before, by whoever had it
			}
			if err := use(w, colleague, a.Elder, ""); err != nil {
				t.Errorf("%s: an opening by the role rests on no card: %v", how, err)
			}
		}
		if err := w.Grant.Borrowed(ctx, a.Clerk, a.Elder); err != nil {
			t.Fatal(err)
		}
		ended("borrowed")
		unshown("borrowed")
		arm()
		if err := w.Grant.SignOut(ctx, a.Clerk, a.Elder); err != nil {
			t.Fatal(err)
		}
		ended("at her word")
		arm()
		w.Open(t, w.Xihu.Clerk, a.Elder)
		if err := w.People.LoseCard(ctx, a.Clerk, a.Elder, w.CardIDs(t, a.Elder)[0]); err != nil {
			t.Fatal(err)
		}
		ended("lost")
		unshown("lost")
	})
}
