package people_test

import (
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

func selfOf(t apptest.TB, w *apptest.World, id civic.PersonID) (self people.Self) {
	t.Helper()
	w.Look(t, apptest.System(), func(v *journal.View) (err error) {
		self, err = people.Resolve(v, id)
		return err
	})
	return self
}

func TestANumberOfTwoPersonsIsSettledByWhoeverMay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, admin := w.Taiyuan, w.Taiyuan.Administrator
		const number = "SN0000000001" // the elder's
		claim := people.Card{Kind: people.KindSeniorCard, Number: number}
		in := w.NewPerson(a.Street, "刘二")
		in.Credentials[1] = claim
		_, err := w.People.Register(ctx, a.Clerk, in)
		wantKind(t, err, civic.Conflict, "card.taken")
		in.Dispute = true
		_, err = w.People.Register(ctx, a.Clerk, in)
		wantKind(t, err, civic.Denied, "dispute.card") // whose it is has to be looked at
		look(t, w, a.Clerk, number)
		second, err := w.People.Register(ctx, a.Clerk, in)
		ok(t, err)
		// The number finds both and opens nobody.
		ms, err := find(w, a.Clerk, number)
		if err != nil || len(ms) != 2 || ms[0].Person != a.Elder || ms[1].Person != second || ms[0].State != people.Disputed || ms[1].State != people.Disputed || ms[0].Card || ms[1].Card {
			t.Fatalf("%+v, %v", ms, err)
		}
		_, err = w.People.FindCard(ctx, a.Clerk, number)
		wantKind(t, err, civic.Conflict, "card.disputed")
		// Neither side's card moves meanwhile, and no third joins.
		card := cardOf(t, w, a.Elder, people.KindSeniorCard)
		wantKind(t, w.People.LoseCard(ctx, apptest.AsPerson(a.Elder), a.Elder, card.ID), civic.Conflict, "card.disputed")
		w.Open(t, a.Clerk, a.Stranger)
		_, err = w.People.RaiseDispute(ctx, a.Clerk, a.Stranger, claim)
		wantKind(t, err, civic.Conflict, "card.disputed")
		_, err = w.People.RaiseDispute(ctx, a.Clerk, a.Stranger, people.Card{Kind: people.KindSeniorCard, Number: "SN60606060"})
		wantKind(t, err, civic.Conflict, "card.free")
		_, err = w.People.RaiseDispute(ctx, a.Clerk, a.Stranger, people.Card{Kind: people.KindParkCard, Number: "SN0000000003"})
		wantKind(t, err, civic.Conflict, "card.have")

		ds, err := w.People.Disputes(ctx, admin, a.Division)
		if err != nil || len(ds) != 1 || ds[0].Holder.Person != a.Elder || ds[0].Claimant.Person != second || ds[0].Claimant.Name != "刘*" {
			t.Fatalf("%+v, %v", ds, err)
		}
		if far, err := w.People.Disputes(ctx, w.Xihu.Administrator, w.Xihu.Division); err != nil || len(far) != 0 {
			t.Errorf("%+v, %v", far, err)
		}
		wantKind(t, w.People.Settle(ctx, w.Xihu.Administrator, ds[0].ID, people.ToClaimant, "看了卡"), civic.Denied, "")
		wantKind(t, w.People.Settle(ctx, a.Clerk, ds[0].ID, people.ToClaimant, "看了卡"), civic.Denied, "")
		wantKind(t, w.People.Settle(ctx, admin, ds[0].ID, "both", "看了卡"), civic.Invalid, "dispute.winner")
		wantKind(t, w.People.Settle(ctx, admin, ds[0].ID, people.ToClaimant, ""), civic.Invalid, "settle.reason")
		ok(t, w.People.Settle(ctx, admin, ds[0].ID, people.ToClaimant, "看了卡面，是后来这位的"))
		wantKind(t, w.People.Settle(ctx, admin, ds[0].ID, people.ToHolder, "再想想"), civic.Conflict, "dispute.settled")
		if m, err := w.People.FindCard(ctx, a.Clerk, number); err != nil || m.Person != second || m.State != people.Active {
			t.Errorf("%+v, %v", m, err)
		}
		if c := cardOf(t, w, a.Elder, people.KindSeniorCard); c.State != people.Withdrawn {
			t.Errorf("%+v", c)
		}
		for _, who := range []civic.PersonID{a.Elder, second} {
			if n := w.Acts(t, people.ActSettled, string(who)); n != 1 {
				t.Errorf("told %d times", n)
			}
		}
	})
}

func TestADisputeOfOnePersonRegisteredTwiceEndsWithTheMerge(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, admin := w.Taiyuan, w.Taiyuan.Administrator
		in := people.Registration{Name: "王桂英", Division: a.Street, Distinct: true, Dispute: true, Credentials: []people.Card{{Kind: people.KindResidentID, Number: a.ElderID}}}
		look(t, w, a.Clerk, a.ElderID)
		again, err := w.People.Register(ctx, a.Clerk, in)
		ok(t, err)
		pre, err := w.People.PreviewMerge(ctx, admin, a.Elder, again)
		if err != nil || pre.Refused != nil {
			t.Fatalf("%+v, %v", pre.Refused, err)
		}
		_, err = w.People.Merge(ctx, admin, again, a.Elder, "同一个人")
		ok(t, err)
		if ds, err := w.People.Disputes(ctx, admin, a.Division); err != nil || len(ds) != 0 {
			t.Errorf("%+v, %v", ds, err)
		}
		m, err := w.People.FindCard(ctx, a.Clerk, a.ElderID)
		if err != nil || m.Person != again || m.State != people.Active {
			t.Errorf("%+v, %v", m, err)
		}
	})
}

func TestADisputeAndAMergeAreOnTheListWhereThePeopleLiveNow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, far := w.Taiyuan, w.Xihu
		in := w.NewPerson(a.Street, "刘二")
		in.Credentials[1] = people.Card{Kind: people.KindSeniorCard, Number: "SN0000000001"} // the elder's
		in.Dispute = true
		look(t, w, a.Clerk, "SN0000000001")
		second, err := w.People.Register(ctx, a.Clerk, in)
		ok(t, err)
		twin := w.Register(t, people.Registration{Name: "刘二", Distinct: true, Division: a.Street, Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: "SN77000001"}}})
		_, err = w.People.Merge(ctx, a.Administrator, second, twin, "同一个人")
		ok(t, err)
		w.Clock.Add(8 * 24 * time.Hour) // a registration that was merged lately is young
		for _, who := range []civic.PersonID{a.Elder, second} {
			w.Open(t, a.Clerk, who)
			ok(t, w.People.Correct(ctx, a.Clerk, who, people.Correction{Division: &far.Street, Reason: "搬家了", Evidence: "household_register"}))
		}
		for _, at := range []struct {
			d    *apptest.District
			want int
		}{{a, 0}, {far, 1}} {
			if ds, err := w.People.Disputes(ctx, at.d.Administrator, at.d.Division); err != nil || len(ds) != at.want {
				t.Errorf("%s: disputes %+v, %v", at.d.Division, ds, err)
			}
			if ms, err := w.People.Merges(ctx, at.d.Administrator, at.d.Division); err != nil || len(ms) != at.want {
				t.Errorf("%s: merges %+v, %v", at.d.Division, ms, err)
			}
		}
	})
}

// look types a whole number into the box.
func look(t apptest.TB, w *apptest.World, clerk civic.Actor, number string) {
	t.Helper()
	if _, err := w.People.Find(ctx, clerk, number); err != nil {
		t.Fatalf("%v", err)
	}
}

func TestADisputeNeverTakesAwayTheLastCardThatTheHolderCanUse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		worker := w.Hire(t, "田网格", a.Community, staff.Post{Role: staff.Clerk, Division: a.Street})
		raise := func(number string, kind people.CredentialKind) civic.PersonID {
			t.Helper()
			in := w.NewPerson(a.Street, "刘二")
			in.Credentials = append(in.Credentials[1:], people.Card{Kind: kind, Number: number})
			in.Dispute, in.Distinct = true, true
			look(t, w, worker, number)
			id, err := w.People.Register(ctx, worker, in)
			ok(t, err)
			return id
		}
		raise("SN0000000001", people.KindParkCard)
		second := raise(a.ElderID, people.KindSocialSecurity)
		// The senior card waits; the ID card, her last, goes on and opens her.
		if m, err := w.People.FindCard(ctx, a.Clerk, a.ElderID); err != nil || m.Person != a.Elder || m.State != people.Active {
			t.Fatalf("%+v, %v", m, err)
		}
		if left := w.CardIDs(t, a.Elder); len(left) != 1 {
			t.Fatalf("%d cards are left to her", len(left))
		}
		// While it is disputed it is neither disputed again nor let go.
		in := w.NewPerson(a.Street, "刘三")
		in.Credentials = []people.Card{{Kind: people.KindSocialSecurity, Number: a.ElderID}}
		in.Dispute, in.Distinct = true, true
		_, err := w.People.Register(ctx, worker, in)
		wantKind(t, err, civic.Conflict, "card.disputed")
		_, err = w.People.ReplaceCard(ctx, apptest.System(), a.Elder, w.CardIDs(t, a.Elder)[0], "", people.Dates{})
		wantKind(t, err, civic.Conflict, "card.disputed")
		ds, err := w.People.Disputes(ctx, a.Administrator, a.Division)
		if err != nil || len(ds) != 2 {
			t.Fatalf("%+v, %v", ds, err)
		}
		for _, x := range ds {
			winner := people.ToHolder
			if x.Claimant.Person == second {
				winner = people.ToClaimant
			}
			ok(t, w.People.Settle(ctx, a.Administrator, x.ID, winner, "看了卡面"))
		}
		if m, err := w.People.FindCard(ctx, a.Clerk, a.ElderID); err != nil || m.Person != second {
			t.Errorf("%+v, %v", m, err)
		}
		if m, err := w.People.FindCard(ctx, a.Clerk, "SN0000000001"); err != nil || m.Person != a.Elder || m.State != people.Active {
			t.Errorf("%+v, %v", m, err)
		}
	})
}
