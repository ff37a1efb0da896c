package grant_test

import (
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/people"
	"yinqiao/staff"
)

// A number that a clerk entered as the elder's own, without the elder, is nobody's word.
func TestAnElderAgreesByNoPhoneThatNobodyKnowsToBeTheirs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		other := w.Hire(t, "同事", a.Community, staff.Post{Role: staff.Clerk, Division: a.Division})
		in := w.NewPerson(a.Street, "韩玉兰")
		in.Phones = nil
		elder := w.Register(t, in)
		byRole := func(who civic.Actor) {
			t.Helper()
			fine(t, w.Grant.Open(ctx, who, elder, false, "老人打电话来", ""))
		}
		byRole(a.Clerk)
		byRole(other)
		w.Services(t, "report-posting")
		end := w.Clock.Now().AddDate(0, 6, 0)
		id, err := w.Grant.Give(ctx, a.Clerk, grant.Grant{Person: elder, Agent: a.Stranger, Relation: "邻居", Services: "report-posting", Starts: w.Clock.Now(),
			Ends: &end, GivenHow: "phone", Evidence: grant.Evidence{ReadBack: "念了"}})
		fine(t, err)
		agree := func() error { return w.Grant.Answer(ctx, other, elder, id, grant.Read) }
		wantKind(t, agree(), civic.Denied, "grant.no_phone") // there is none
		_, err = w.People.AddContact(ctx, a.Clerk, elder, people.NewContact{Number: "12699990001", Whose: "own"})
		fine(t, err)
		wantKind(t, agree(), civic.Denied, "grant.no_phone") // nobody but the clerk says that it is
		wantKind(t, w.Grant.Answer(ctx, other, elder, id, grant.Agreed), civic.Denied, "grant.no_phone")
		w.OpenWeak(t, other, elder)
		wantKind(t, agree(), civic.Denied, "grant.no_phone")
		wantKind(t, use(w, apptest.AsPerson(a.Stranger), elder, "report-posting"), civic.Denied, "grant.unasked")
		w.Open(t, other, elder) // with their card
		fine(t, agree())
		fine(t, use(w, apptest.AsPerson(a.Stranger), elder, "report-posting"))
	})
}

func TestACodeOfSomebodyRegisteredAsDeadSaysThat(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Open(t, a.Clerk, a.Elder)
		code, err := w.Grant.IssueCode(ctx, a.Clerk, a.Elder)
		fine(t, err)
		redeem := func() error {
			_, err := w.Grant.RedeemCode(ctx, code.Digits, civic.ChannelElder)
			return err
		}
		fine(t, w.Grant.ReportDeath(ctx, a.Administrator, a.Elder, "2026-11-20", grant.DeathSources()[0].Code))
		wantKind(t, redeem(), civic.Denied, "grant.self_dead")
		fine(t, w.Grant.WithdrawDeath(ctx, a.Administrator, a.Elder, "同名的人"))
		wantKind(t, redeem(), civic.Denied, "access.code") // it is gone: a new one is drawn
	})
}
