package grant_test

import (
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/staff"
)

func TestTheEldersWordIsNotMadeUpByWhoeverEnteredTheGrant(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		other := w.Hire(t, "钱同事", a.CivilAffairs, staff.Post{Role: staff.Clerk, Division: a.Division})
		fine(t, w.Grant.Open(ctx, a.Clerk, a.Elder, false, "电话里说", ""))
		fine(t, w.Grant.Open(ctx, other, a.Elder, false, "打电话问老人", ""))
		end := w.Clock.Now().AddDate(0, 6, 0)
		g := grant.Grant{Person: a.Elder, Agent: a.Stranger, Relation: "邻居", Services: "report-post", Starts: w.Clock.Now(), Ends: &end, GivenHow: "phone",
			Evidence: grant.Evidence{ReadBack: "yes"}}
		id, err := w.Grant.Give(ctx, a.Clerk, g)
		fine(t, err)
		for _, word := range []string{grant.Agreed, grant.Refused} {
			wantKind(t, w.Grant.Answer(ctx, a.Clerk, a.Elder, id, word), civic.Denied, "grant.own_entry")
		}
		neighbour := apptest.AsPerson(a.Stranger)
		unasked := func() {
			t.Helper()
			for _, look := range []error{use(w, neighbour, a.Elder, "report-post"), shown(w, neighbour, a.Elder)} {
				wantKind(t, look, civic.Denied, "grant.unasked")
			}
			if es, err := w.Grant.Elders(ctx, neighbour); err != nil || len(es) != 0 {
				t.Errorf("offered to act for %v, %v", es, err)
			}
		}
		unasked()
		fine(t, w.Grant.Answer(ctx, a.Clerk, a.Elder, id, grant.Unreached))
		unasked()
		fine(t, w.Grant.Answer(ctx, other, a.Elder, id, grant.Agreed))
		fine(t, use(w, neighbour, a.Elder, "report-post"))

		// An ask begins by a clerk's word alone when they have read it to the person.
		nephew := w.Person(t, a.Street)
		fine(t, w.Grant.Ask(ctx, apptest.AsPerson(nephew), grant.Grant{Person: a.Elder, Relation: "侄子", Services: "report-post", Starts: w.Clock.Now(), Ends: &end}))
		as, err := w.Grant.Agents(ctx, other, a.Elder)
		fine(t, err)
		asked := as[len(as)-1].ID
		wantKind(t, w.Grant.Answer(ctx, other, a.Elder, asked, grant.Agreed), civic.Invalid, "grant.read_back")
		// Then a colleague asks them too, before anything rests on it.
		fine(t, w.Grant.Answer(ctx, other, a.Elder, asked, grant.Read))
		wantKind(t, use(w, apptest.AsPerson(nephew), a.Elder, "report-post"), civic.Denied, "grant.unasked")
		wantKind(t, w.Grant.Answer(ctx, other, a.Elder, asked, grant.Agreed), civic.Denied, "grant.own_entry")
		fine(t, w.Grant.Answer(ctx, a.Clerk, a.Elder, asked, grant.Agreed))
		fine(t, use(w, apptest.AsPerson(nephew), a.Elder, "report-post"))

		// A witness is neither the agent nor the clerk, and one of those that the data name.
		var agent, clerk string
		fine(t, w.DB.Pool().QueryRow(`SELECT name FROM person WHERE id = '`+string(a.Stranger)+`'`).Scan(&agent))
		fine(t, w.DB.Pool().QueryRow(`SELECT name FROM staff WHERE id = '`+string(a.Clerk.Staff())+`'`).Scan(&clerk))
		g.GivenHow = "witness"
		g.Services = "cash-refusal"
		for _, e := range []grant.Evidence{{Witness: agent, WitnessRole: "邻居"}, {Witness: " " + clerk, WitnessRole: "邻居"}, {Witness: "孙见证", WitnessRole: "随便"}} {
			g.Evidence = e
			_, err = w.Grant.Give(ctx, a.Clerk, g)
			wantKind(t, err, civic.Invalid, "grant.witness")
		}
		g.Evidence = grant.Evidence{Witness: "孙见证", WitnessRole: "邻居"}
		_, err = w.Grant.Give(ctx, a.Clerk, g)
		fine(t, err)
	})
}

func TestARelationIsOneOfTheListAndFamilyIsTheEldersWord(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder, end := apptest.AsPerson(a.Elder), w.Clock.Now().AddDate(0, 6, 0)
		give := func(who civic.Actor, relation, services, how string, ends *time.Time) error {
			_, err := w.Grant.Give(ctx, who, grant.Grant{Person: a.Elder, Agent: a.Stranger, Relation: relation, Services: services, Starts: w.Clock.Now(), Ends: ends,
				GivenHow: how, Evidence: grant.Evidence{ReadBack: "yes"}})
			return err
		}
		for _, r := range []string{"法定监护人", "監護人", "恩人"} {
			wantKind(t, give(elder, r, "report-post", "", &end), civic.Invalid, "grant.relation")
		}
		for _, r := range []string{"监 护人", "监\u200b护人"} {
			wantKind(t, give(elder, r, "report-post", "", &end), civic.Invalid, "grant.reserved")
		}
		fine(t, w.Grant.Open(ctx, a.Clerk, a.Elder, false, "打电话问老人", ""))
		wantKind(t, give(a.Clerk, "儿子", "*", "phone", nil), civic.Invalid, "grant.unproven")
		fine(t, give(a.Clerk, "儿子", "report-post", "phone", &end))
		// Somebody who asks as a son is one when she says so herself.
		son := w.Person(t, a.Street)
		fine(t, w.Grant.Ask(ctx, apptest.AsPerson(son), grant.Grant{Person: a.Elder, Relation: "儿子", Services: "*", Starts: w.Clock.Now()}))
		as, err := w.Grant.Agents(ctx, elder, a.Elder)
		fine(t, err)
		asked := as[len(as)-1].ID
		wantKind(t, w.Grant.Answer(ctx, a.Clerk, a.Elder, asked, grant.Read), civic.Invalid, "grant.unproven")
		fine(t, w.Grant.Answer(ctx, elder, a.Elder, asked, grant.Agreed))
		fine(t, use(w, apptest.AsPerson(son), a.Elder, "cash-refusal"))
	})
}

func TestAnAskFromBeforeAMergeIsAgreedTo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		keep, old, son := registered(t, w, "SN76000001"), registered(t, w, "SN76000002"), w.Person(t, a.Street)
		fine(t, w.Grant.Ask(ctx, apptest.AsPerson(son), grant.Grant{Person: old, Relation: "儿子", Services: "*", Starts: w.Clock.Now()}))
		_, err := w.People.Merge(ctx, a.Administrator, keep, old, "同一个人")
		fine(t, err)
		as, err := w.Grant.Agents(ctx, apptest.AsPerson(keep), keep)
		fine(t, err)
		fine(t, w.Grant.Answer(ctx, apptest.AsPerson(keep), keep, as[0].ID, grant.Agreed))
		fine(t, use(w, apptest.AsPerson(son), keep, "report-post"))
		if p, err := w.Grant.Paper(ctx, apptest.AsPerson(keep), keep, as[0].ID); err != nil || p.ReadBack == "" {
			t.Errorf("what was read to her is not with the grant: %+v, %v", p, err)
		}
	})
}

func TestADisputedGrantThatHasRunOutBlocksNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder := apptest.AsPerson(a.Elder)
		fine(t, w.Grant.Revoke(ctx, elder, a.Elder, a.Grant))
		soon, end := w.Clock.Now().Add(time.Hour), w.Clock.Now().AddDate(0, 6, 0)
		_, err := w.Grant.Give(ctx, elder, grant.Grant{Person: a.Elder, Agent: a.Daughter, Relation: "女儿", Services: "*", Starts: w.Clock.Now(), Ends: &soon})
		fine(t, err)
		fine(t, w.Grant.Dispute(ctx, elder, a.Elder, "意见不一致"))
		give := func() error {
			fine(t, w.Grant.Open(ctx, a.Clerk, a.Elder, false, "打电话问老人", ""))
			_, err := w.Grant.Give(ctx, a.Clerk, grant.Grant{Person: a.Elder, Agent: a.Stranger, Relation: "邻居", Services: "report-post", Starts: w.Clock.Now(), Ends: &end,
				GivenHow: "phone", Evidence: grant.Evidence{ReadBack: "yes"}})
			return err
		}
		wantKind(t, give(), civic.Denied, "grant.disputed")
		w.Clock.Add(time.Hour)
		fine(t, give())
	})
}

func TestWhoeverDoesOneThingForHerStopsNobodyElse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		end := w.Clock.Now().AddDate(0, 6, 0)
		_, err := w.Grant.Give(ctx, apptest.AsPerson(a.Elder), grant.Grant{Person: a.Elder, Agent: a.Stranger, Relation: "邻居", Services: "report-post", Starts: w.Clock.Now(), Ends: &end})
		fine(t, err)
		wantKind(t, w.Grant.Dispute(ctx, apptest.AsPerson(a.Stranger), a.Elder, "我不同意"), civic.Denied, "grant.report")
		fine(t, use(w, apptest.AsPerson(a.Daughter), a.Elder, "report-post"))
		fine(t, w.Grant.Dispute(ctx, apptest.AsPerson(a.Daughter), a.Elder, "意见不一致"))
	})
}

func TestHerOwnWordOnTheSameGrantAnswersItsNoticeAndAnotherRelationIsAnotherGrant(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		end := w.Clock.Now().AddDate(0, 6, 0)
		give := func(how, relation string) string {
			w.Open(t, a.Clerk, a.Elder)
			id, err := w.Grant.Give(ctx, a.Clerk, grant.Grant{Person: a.Elder, Agent: a.Stranger, Relation: relation, Services: "report-post", Starts: w.Clock.Now(), Ends: &end,
				GivenHow: how, Evidence: grant.Evidence{ReadBack: "yes"}})
			fine(t, err)
			return id
		}
		first := give("phone", "邻居")
		if give("phone", "朋友") == first {
			t.Error("a grant to a friend was taken for the one to a neighbour")
		}
		pending := func() bool {
			as, err := w.Grant.Agents(ctx, apptest.AsPerson(a.Elder), a.Elder)
			fine(t, err)
			for _, g := range as {
				if g.ID == first {
					return g.Notice == "pending"
				}
			}
			return false
		}
		if !pending() {
			t.Fatal("a grant by phone waits for nobody's word")
		}
		if give("in_person", "邻居") != first || pending() {
			t.Error("she said so herself, and is still to be asked")
		}
		if n := w.Acts(t, grant.ActAgreed, string(a.Elder)); n != 1 {
			t.Errorf("%d entries say that she agreed", n)
		}
	})
}

// shown looks at a person's own page.
func shown(w *apptest.World, actor civic.Actor, person civic.PersonID) error {
	_, err := w.People.Show(ctx, actor, person)
	return err
}

func TestWhatTheElderDidNotWishNobodyButTheyResumes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder, end := apptest.AsPerson(a.Elder), w.Clock.Now().AddDate(0, 6, 0)
		fine(t, w.Grant.Open(ctx, a.Clerk, a.Elder, false, "电话里说", ""))
		id, err := w.Grant.Give(ctx, a.Clerk, grant.Grant{Person: a.Elder, Agent: a.Stranger, Relation: "邻居", Services: "report-post", Starts: w.Clock.Now(), Ends: &end,
			GivenHow: "phone", Evidence: grant.Evidence{ReadBack: "yes"}})
		fine(t, err)
		// Whoever settles what relatives dispute does not answer for the elder.
		fine(t, w.Grant.Dispute(ctx, elder, a.Elder, "意见不一致"))
		fine(t, w.Grant.Settle(ctx, a.Administrator, a.Elder, id, true))
		wantKind(t, use(w, apptest.AsPerson(a.Stranger), a.Elder, "report-post"), civic.Denied, "grant.unasked")
		fine(t, w.Grant.Answer(ctx, elder, a.Elder, id, grant.Refused))
		wantKind(t, w.Grant.Settle(ctx, a.Administrator, a.Elder, id, true), civic.Denied, "grant.own_word")
		wantKind(t, use(w, apptest.AsPerson(a.Stranger), a.Elder, "report-post"), civic.Denied, "grant.unwanted")
		w.Open(t, a.Clerk, a.Elder)
		fine(t, w.Grant.Settle(ctx, a.Clerk, a.Elder, id, true))
		fine(t, use(w, apptest.AsPerson(a.Stranger), a.Elder, "report-post"))
	})
}

func TestACardPrintedAtTheWindowProvesNobodysWish(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, far := w.Taiyuan, w.Xihu.Clerk
		w.Open(t, a.Clerk, a.Elder)
		card, err := w.People.IssuePrinted(ctx, a.Clerk, a.Elder)
		fine(t, err)
		drawn, err := w.Grant.IssueCode(ctx, a.Clerk, a.Elder) // by a card of old
		fine(t, err)
		_, err = w.People.Find(ctx, far, card.Number)
		fine(t, err)
		fine(t, w.Grant.Open(ctx, far, a.Elder, true, "来窗口", ""))
		weak := map[string]func() error{
			"a code":          func() error { _, err := w.Grant.IssueCode(ctx, far, a.Elder); return err },
			"a code read out": func() error { _, err := w.Grant.SayCode(ctx, far, a.Elder, drawn.ID); return err },
			"a copy":          func() error { _, err := w.Rights.Copy(ctx, far, a.Elder); return err },
			"a wish":          func() error { return w.Rights.Wish(ctx, far, a.Elder) },
			"a card":          func() error { _, err := w.People.IssuePrinted(ctx, far, a.Elder); return err },
			"a grant":         func() error { return inPerson(w, far) },
			"settling": func() error {
				fine(t, w.Grant.Dispute(ctx, far, a.Elder, "意见不一致"))
				return w.Grant.Settle(ctx, far, a.Elder, a.Grant, true)
			},
		}
		for what, do := range weak {
			if err := do(); civic.As(err).Code != "access.card_new" {
				t.Errorf("%s by a card printed a moment ago: %v", what, err)
			}
		}
		// An ask that is read to her then waits for a colleague's question, as one by phone does.
		w.Open(t, a.Clerk, a.Elder)
		nephew, end := w.Person(t, a.Street), w.Clock.Now().AddDate(0, 6, 0)
		fine(t, w.Grant.Settle(ctx, a.Clerk, a.Elder, a.Grant, true))
		fine(t, w.Grant.Ask(ctx, apptest.AsPerson(nephew), grant.Grant{Person: a.Elder, Relation: "侄子", Services: "report-post", Starts: w.Clock.Now(), Ends: &end}))
		as, err := w.Grant.Agents(ctx, a.Clerk, a.Elder)
		fine(t, err)
		fine(t, w.Grant.Answer(ctx, far, a.Elder, as[len(as)-1].ID, grant.Read))
		wantKind(t, use(w, apptest.AsPerson(nephew), a.Elder, "report-post"), civic.Denied, "grant.unasked")

		fine(t, w.Grant.Dispute(ctx, far, a.Elder, "意见不一致"))
		w.Open(t, far, a.Elder) // with a card of old
		fine(t, w.Grant.Settle(ctx, far, a.Elder, a.Grant, true))
		for _, what := range []string{"a code", "a code read out", "a copy", "a wish", "a card", "a grant"} {
			if err := weak[what](); err != nil {
				t.Errorf("%s by a card of old: %v", what, err)
			}
		}
	})
}

// inPerson gives a grant of the elder's to the stranger at a desk, with the card.
func inPerson(w *apptest.World, clerk civic.Actor) error {
	_, err := w.Grant.Give(ctx, clerk, grant.Grant{Person: w.Taiyuan.Elder, Agent: w.Taiyuan.Stranger, Relation: "女儿", Services: "*", Starts: w.Clock.Now(), GivenHow: "in_person"})
	return err
}
