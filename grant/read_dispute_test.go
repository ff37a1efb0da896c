package grant_test

import (
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/people"
)

func TestADisputedCardOnAReaderIsInDoubtAndRecorded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		at := reader(t, w, a.Community)
		w.Register(t, people.Registration{Name: "王桂英", Distinct: true, Division: a.Street, // with another card: the last one goes on
			Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: "SN77000001"}, {Kind: people.KindParkCard, Number: "PK77000001"}}})
		w.Register(t, people.Registration{Name: "赵建国", Distinct: true, Dispute: true, Division: a.Street,
			Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: "SN77000001"}}})
		for range 2 { // a bridge sends again when it heard nothing
			v, err := w.Grant.PresentCard(ctx, at, grant.CardRead{Key: "read-0001", Number: "SN77000001"})
			if err != nil || v != grant.CardDoubt {
				t.Fatalf("%s, %v", v, err)
			}
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = $1`, grant.ActCardRead); n != 1 {
			t.Errorf("%d reads in the journal", n)
		}
		p, v, err := w.Grant.OpenRead(ctx, a.Clerk, at.Device)
		if err != nil || v != grant.CardDoubt || p != "" {
			t.Errorf("%s, %s, %v", p, v, err)
		}
	})
}
