package grant_test

import (
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/people"
)

func TestACodeIsReadOutWhileItIsGoodAndAtItsOwnWindowOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Open(t, a.Clerk, a.Elder)
		code, err := w.Grant.IssueCode(ctx, a.Clerk, a.Elder)
		if err != nil {
			t.Fatal(err)
		}
		if said, err := w.Grant.SayCode(ctx, a.Clerk, a.Elder, code.ID); err != nil || said != code.Digits[:4]+" "+code.Digits[4:] {
			t.Errorf("%q, %v", said, err)
		}
		if _, err := w.Grant.SayCode(ctx, a.HospitalClerk, a.Elder, code.ID); !civic.Is(err, civic.Denied) {
			t.Errorf("another window: %v", err)
		}
		w.Open(t, a.Clerk, a.Stranger)
		_, err = w.Grant.SayCode(ctx, a.Clerk, a.Stranger, code.ID)
		wantKind(t, err, civic.NotFound, "access.gone")
		if _, err := w.Grant.RedeemCode(ctx, code.Digits, civic.ChannelElder); err != nil {
			t.Fatal(err)
		}
		_, err = w.Grant.SayCode(ctx, a.Clerk, a.Elder, code.ID)
		wantKind(t, err, civic.NotFound, "access.gone")
		late, err := w.Grant.IssueCode(ctx, a.Clerk, a.Elder)
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(31 * time.Minute)
		w.Open(t, a.Clerk, a.Elder)
		_, err = w.Grant.SayCode(ctx, a.Clerk, a.Elder, late.ID)
		wantKind(t, err, civic.NotFound, "access.gone")

		// Whoever has no phone of their own gets none by phone, and no relative has one sent.
		in := w.NewPerson(a.Street, "韩玉兰")
		in.Phones[0].Whose = "女儿"
		other := w.Register(t, in)
		w.Open(t, a.Clerk, other)
		wantKind(t, w.Grant.SendCode(ctx, a.Clerk, other), civic.Conflict, "access.phone")
		if err := w.Grant.SendCode(ctx, apptest.AsPerson(a.Daughter), a.Elder); !civic.Is(err, civic.Denied) {
			t.Errorf("a relative: %v", err)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM access_code WHERE person = $1`, other); n != 0 {
			t.Errorf("%d codes were drawn", n)
		}

		// None of somebody who has died is read out, whoever holds their card.
		w.Open(t, a.Clerk, a.Elder)
		last, err := w.Grant.IssueCode(ctx, a.Clerk, a.Elder)
		fine(t, err)
		fine(t, w.Grant.ReportDeath(ctx, a.Administrator, a.Elder, "2026-11-20", "certificate"))
		w.Open(t, a.Clerk, a.Elder)
		_, err = w.Grant.SayCode(ctx, a.Clerk, a.Elder, last.ID)
		wantKind(t, err, civic.Conflict, "access.died")
	})
}

func TestNoCodeGoesToAPhoneThatSomebodyEnteredLatelyAndADayHasItsNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		in := w.NewPerson(a.Street, "韩玉兰")
		in.Phones = nil
		elder := w.Register(t, in)
		w.Open(t, a.Clerk, elder)
		if _, err := w.People.AddContact(ctx, a.Clerk, elder, people.NewContact{Number: "126 4882 0399", Whose: "own"}); err != nil {
			t.Fatal(err)
		}
		wantKind(t, w.Grant.SendCode(ctx, a.Clerk, elder), civic.Conflict, "access.phone")
		w.Clock.Add(8 * 24 * time.Hour)
		w.Open(t, a.Clerk, elder)
		for range 10 {
			if err := w.Grant.SendCode(ctx, a.Clerk, elder); err != nil {
				t.Fatal(err)
			}
		}
		wantKind(t, w.Grant.SendCode(ctx, a.Clerk, elder), civic.Exhausted, "access.many")
		_, err := w.Grant.IssueCode(ctx, a.Clerk, elder)
		wantKind(t, err, civic.Exhausted, "access.many")
		w.Clock.Add(25 * time.Hour)
		w.Open(t, a.Clerk, elder)
		if err := w.Grant.SendCode(ctx, a.Clerk, elder); err != nil {
			t.Error(err)
		}
	})
}

func TestAPhoneThatStaffSaidIsHersIsToldNoCodeUntilSheSaysSo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		said := func(confirm func(elder civic.PersonID, phone string) error) {
			t.Helper()
			in := w.NewPerson(a.Street, "韩玉兰")
			number := in.Phones[0].Number
			in.Phones = nil
			elder := w.Register(t, in)
			byRole := func(clerk civic.Actor) { fine(t, w.Grant.Open(ctx, clerk, elder, false, "核对电话", "")) }
			byRole(a.Clerk)
			phone, err := w.People.AddContact(ctx, a.Clerk, elder, people.NewContact{Number: number, Whose: "本人"})
			fine(t, err)
			w.Clock.Add(30 * 24 * time.Hour)
			byRole(a.MarketClerk)
			wantKind(t, w.Grant.SendCode(ctx, a.MarketClerk, elder), civic.Conflict, "access.phone")
			wantKind(t, w.People.ConfirmContact(ctx, a.MarketClerk, elder, phone), civic.Denied, "contact.proof")
			w.OpenWeak(t, a.HospitalClerk, elder)
			wantKind(t, w.People.ConfirmContact(ctx, a.HospitalClerk, elder, phone), civic.Denied, "access.card_new")
			w.Give(t, elder, a.Daughter, "*")
			wantKind(t, w.People.ConfirmContact(ctx, apptest.AsPerson(a.Daughter), elder, phone), civic.Denied, "contact.own")
			fine(t, confirm(elder, phone))
			fine(t, confirm(elder, phone)) // again
			byRole(a.MarketClerk)
			fine(t, w.Grant.SendCode(ctx, a.MarketClerk, elder))
			if n := w.Acts(t, people.ActContactOwned, phone); n != 1 {
				t.Errorf("%d entries", n)
			}
		}
		said(func(elder civic.PersonID, phone string) error {
			w.Open(t, a.Clerk, elder)
			return w.People.ConfirmContact(ctx, a.Clerk, elder, phone)
		})
		said(func(elder civic.PersonID, phone string) error {
			return w.People.ConfirmContact(ctx, apptest.AsPerson(elder), elder, phone)
		})
	})
}
