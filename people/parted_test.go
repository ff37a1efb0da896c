package people_test

import (
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/people"
)

func TestWhoIsPartedAgainHasACardOfTheirOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		sys := apptest.System()
		for _, both := range []bool{false, true} {
			number := "SN7400000" + map[bool]string{false: "1", true: "2"}[both]
			elder := w.Person(t, a.Street)
			other := twin(t, w, "王桂英", number)
			if both {
				_, err := w.People.IssuePrinted(ctx, sys, elder)
				ok(t, err)
			}
			_, err := w.People.IssuePrinted(ctx, sys, other)
			ok(t, err)
			m, err := w.People.Merge(ctx, a.Administrator, elder, other, "同一个人")
			ok(t, err)
			_, err = w.People.IssuePrinted(ctx, sys, elder)
			ok(t, err)
			senior := cardOf(t, w, other, people.KindSeniorCard).ID
			err = w.People.WithdrawCard(ctx, sys, other, senior)
			if both {
				wantKind(t, err, civic.Conflict, "card.last")
			} else {
				ok(t, err) // the card printed anew is the twin's
			}
			ok(t, w.People.Unmerge(ctx, a.Administrator, m, "其实是两个人"))
			p, err := w.People.Show(ctx, apptest.AsPerson(other), other)
			ok(t, err)
			good := 0
			for _, c := range p.Credentials {
				if c.State == people.Active && c.Kind == people.KindPrintedCard {
					good++
				}
			}
			if good != 1 {
				t.Errorf("after the undo the twin has %+v", p.Credentials)
			}
		}
	})
}

func TestADisputeThatAMergeClosedIsOpenAgainAfterItsUndo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		sys := apptest.System()
		elder := twin(t, w, "王桂英", "SN75000001")
		other := w.Register(t, people.Registration{Name: "王桂英", Distinct: true, Dispute: true, Division: a.Street, Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: "SN75000001"}}})
		m, err := w.People.Merge(ctx, a.Administrator, elder, other, "同一个人")
		ok(t, err)
		ok(t, w.People.Unmerge(ctx, a.Administrator, m, "其实是两个人"))
		open, err := w.People.Disputes(ctx, a.Administrator, a.Division)
		ok(t, err)
		if len(open) != 1 || open[0].Claimant.Person != other {
			t.Fatalf("%+v", open)
		}
		ok(t, w.People.Settle(ctx, sys, open[0].ID, people.ToClaimant, "看了卡面"))
		if m, err := w.People.FindCard(ctx, a.Clerk, "SN75000001"); err != nil || m.Person != other || m.State != people.Active {
			t.Errorf("%+v, %v", m, err)
		}
	})
}

func TestAnUndoneMergeFreezesNoLastCardAndSaysWhoHasNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		sys := apptest.System()
		usable := func(p civic.PersonID) (n int) {
			t.Helper()
			return len(w.CardIDs(t, p))
		}
		undone := func(keep, drop civic.PersonID, between func()) {
			t.Helper()
			m, err := w.People.Merge(ctx, a.Administrator, keep, drop, "同一个人")
			ok(t, err)
			between()
			ok(t, w.People.Unmerge(ctx, a.Administrator, m, "其实是两个人"))
		}
		// Two bring one number: the undo opens their dispute again, and whoever held it has nothing else.
		holder := w.Register(t, people.Registration{Name: "王桂英", Distinct: true, Division: a.Street, Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: "SN75000002"}}})
		claimant := w.Register(t, people.Registration{Name: "王桂英", Distinct: true, Dispute: true, Division: a.Street, Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: "SN75000002"}}})
		undone(holder, claimant, func() {})
		if usable(holder) != 1 {
			t.Error("the holder's last card is frozen")
		}
		if open, err := w.People.Disputes(ctx, a.Administrator, a.Division); err != nil || len(open) != 1 {
			t.Errorf("disputes %+v, %v", open, err)
		}
		if usable(claimant) != 0 || w.Acts(t, people.ActCardNone, string(claimant)) != 1 || w.Acts(t, people.ActCardNone, string(holder)) != 0 {
			t.Error("whoever has no card is not told so, or whoever has one is")
		}
		// A card that was replaced by one of the other's is lost again, and was the only one.
		elder, other := w.Person(t, a.Street), twin(t, w, "王桂英", "SN75000003")
		undone(elder, other, func() {
			_, err := w.People.ReplaceCard(ctx, sys, elder, cardOf(t, w, other, people.KindSeniorCard).ID, "SN75000004", people.Dates{})
			ok(t, err)
		})
		for _, p := range []civic.PersonID{elder, other} {
			if told := w.Acts(t, people.ActCardNone, string(p)); usable(p) == 0 && told != 1 || usable(p) > 0 && told != 0 {
				t.Errorf("%d cards, told %d times", usable(p), told)
			}
		}
	})
}

func TestAPhoneStaysWithWhoseItWasWhenAMergeIsUndone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder, other := w.Person(t, a.Street), twin(t, w, "王桂英", "SN76000001")
		m, err := w.People.Merge(ctx, a.Administrator, elder, other, "同一个人")
		ok(t, err)
		_, err = w.People.AddContact(ctx, apptest.AsPerson(elder), elder, people.NewContact{Number: "12677776666", Whose: "女儿"})
		ok(t, err)
		ok(t, w.People.Unmerge(ctx, a.Administrator, m, "其实是两个人"))
		p, err := w.People.Show(ctx, apptest.AsPerson(other), other)
		if err != nil || len(p.Contacts) != 1 || p.Contacts[0].Whose != "女儿" {
			t.Errorf("%+v, %v", p.Contacts, err)
		}
	})
}

func TestALostOrExpiredCardIsNotAnotherCard(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		sys := apptest.System()
		id, senior := cardOf(t, w, a.Elder, people.KindResidentID).ID, cardOf(t, w, a.Elder, people.KindSeniorCard).ID
		ok(t, w.People.LoseCard(ctx, sys, a.Elder, senior))
		wantKind(t, w.People.WithdrawCard(ctx, sys, a.Elder, id), civic.Conflict, "card.last")
		ok(t, w.People.FoundCard(ctx, sys, a.Elder, senior))
		ok(t, w.People.SetCardDates(ctx, sys, a.Elder, senior, people.Dates{Expires: "2020-01-01"}))
		wantKind(t, w.People.WithdrawCard(ctx, sys, a.Elder, id), civic.Conflict, "card.last")
		ok(t, w.People.SetCardDates(ctx, sys, a.Elder, senior, people.Dates{Expires: "2040-01-01"}))
		ok(t, w.People.WithdrawCard(ctx, sys, a.Elder, id))
	})
}
