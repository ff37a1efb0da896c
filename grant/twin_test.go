package grant_test

import (
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/people"
)

// registered enters somebody by a senior card alone, so that they can be merged.
func registered(t *testing.T, w *apptest.World, number string) civic.PersonID {
	t.Helper()
	return w.Register(t, people.Registration{Name: "王桂英", Distinct: true, Division: w.Taiyuan.Street,
		Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: number}}})
}

func fine(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAMergeReleasesNoGrantThatADisputeOrAGuardianHolds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		holds := map[string]func(elder civic.PersonID){
			"grant.frozen": func(elder civic.PersonID) {
				fine(t, w.Grant.Dispute(ctx, apptest.AsPerson(elder), elder, "意见不一致"))
			},
			"grant.guardianship": func(elder civic.PersonID) {
				_, err := w.Grant.Appoint(ctx, apptest.System(), grant.Guardianship{Person: elder, Guardian: a.Stranger, Document: "区法院的判决", Starts: w.Clock.Now()})
				fine(t, err)
			},
		}
		n := 0
		for code, hold := range holds {
			for _, keepHeld := range []bool{true, false} {
				n++
				agent := w.Person(t, a.Street)
				heldOne, twin := registered(t, w, "SN7100000"+string(rune('0'+n))), registered(t, w, "SN7200000"+string(rune('0'+n)))
				w.Give(t, heldOne, agent, "report-post")
				free := w.Give(t, twin, agent, "report-post")
				hold(heldOne)
				wantKind(t, use(w, apptest.AsPerson(agent), heldOne, "report-post"), civic.Denied, code)
				fine(t, use(w, apptest.AsPerson(agent), twin, "report-post"))
				keep, drop := heldOne, twin
				if !keepHeld {
					keep, drop = twin, heldOne
				}
				w.Clock.Add(time.Minute)
				m, err := w.People.Merge(ctx, a.Administrator, keep, drop, "同一个人")
				fine(t, err)
				w.Clock.Add(time.Minute)
				for _, id := range []civic.PersonID{heldOne, twin} {
					wantKind(t, use(w, apptest.AsPerson(agent), id, "report-post"), civic.Denied, code)
				}
				as, err := w.Grant.Agents(ctx, apptest.AsPerson(keep), keep)
				fine(t, err)
				for _, g := range as {
					if g.Live() && g.Kind == "agent" {
						t.Errorf("%s: the elder is shown a grant as good that authorises nothing", code)
					}
				}
				// The desk gives none without the elder's own word, whichever is the root.
				w.Open(t, a.Clerk, keep)
				_, err = w.Grant.Give(ctx, a.Clerk, grant.Grant{Person: keep, Agent: w.Person(t, a.Street), Relation: "侄女", Services: "report-post", Starts: w.Clock.Now(), GivenHow: "phone",
					Evidence: grant.Evidence{ReadBack: "yes"}})
				want := "grant.disputed"
				if code == "grant.guardianship" {
					want = "grant.ward"
				}
				wantKind(t, err, civic.Denied, want)
				if n%2 == 1 {
					fine(t, w.People.Unmerge(ctx, a.Administrator, m, "其实是两个人"))
					wantKind(t, use(w, apptest.AsPerson(agent), heldOne, "report-post"), civic.Denied, code)
					fine(t, use(w, apptest.AsPerson(agent), twin, "report-post"))
					continue
				}
				if code == "grant.frozen" { // the elder's own word resumes it
					fine(t, w.Grant.Settle(ctx, apptest.AsPerson(keep), keep, free, true))
					fine(t, use(w, apptest.AsPerson(agent), keep, "report-post"))
				} else { // the guardian's
					wantKind(t, w.Grant.Settle(ctx, apptest.AsPerson(keep), keep, free, true), civic.Denied, "grant.ward")
					fine(t, w.Grant.Settle(ctx, apptest.AsPerson(a.Stranger), keep, free, true))
					fine(t, use(w, apptest.AsPerson(agent), keep, "report-post"))
				}
			}
		}
	})
}

func TestWhatAMergeFrozeStaysFrozenWhenTheGrantsThatItCameFromEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		son, daughter := w.Person(t, a.Street), w.Person(t, a.Street)
		for undone, numbers := range map[bool][2]string{false: {"SN74000001", "SN74000002"}, true: {"SN74000003", "SN74000004"}} {
			kept, dropped := registered(t, w, numbers[0]), registered(t, w, numbers[1])
			sons, daughters := w.Give(t, kept, son, "report-post"), w.Give(t, dropped, daughter, "report-post")
			fine(t, w.Grant.Dispute(ctx, apptest.AsPerson(daughter), dropped, "意见不一致"))
			m, err := w.People.Merge(ctx, a.Administrator, kept, dropped, "同一个人")
			fine(t, err)
			fine(t, w.Grant.Revoke(ctx, apptest.AsPerson(daughter), dropped, daughters))
			for _, id := range []civic.PersonID{kept, dropped} {
				wantKind(t, use(w, apptest.AsPerson(son), id, "report-post"), civic.Denied, "grant.frozen")
			}
			if undone {
				fine(t, w.People.Unmerge(ctx, a.Administrator, m, "其实是两个人"))
				fine(t, use(w, apptest.AsPerson(son), kept, "report-post"))
				continue
			}
			// What relatives say after the merge is of the one person, and outlives it.
			fine(t, w.Grant.Dispute(ctx, apptest.AsPerson(kept), kept, "还是不一致"))
			fine(t, w.People.Unmerge(ctx, a.Administrator, m, "其实是两个人"))
			wantKind(t, use(w, apptest.AsPerson(son), kept, "report-post"), civic.Denied, "grant.frozen")
			fine(t, w.Grant.Settle(ctx, apptest.AsPerson(kept), kept, sons, true))
			fine(t, use(w, apptest.AsPerson(son), kept, "report-post"))
		}
	})
}

func TestADeathOfOneIsNotTheDeathOfTheOtherWhenAMergeIsUndone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		one, other := registered(t, w, "SN73000001"), registered(t, w, "SN73000002")
		agent := w.Person(t, a.Street)
		w.Give(t, other, agent, "report-post")
		w.Give(t, agent, other, "report-post")
		w.Give(t, one, agent, "report-post")
		m, err := w.People.Merge(ctx, a.Administrator, one, other, "同一个人")
		fine(t, err)
		fine(t, w.Grant.ReportDeath(ctx, a.Administrator, one, "2026-11-20", "certificate"))
		wantKind(t, use(w, apptest.AsPerson(agent), other, "report-post"), civic.Denied, "grant.elder_dead")
		fine(t, w.People.Unmerge(ctx, a.Administrator, m, "其实是两个人"))
		fine(t, use(w, apptest.AsPerson(agent), other, "report-post"))
		fine(t, use(w, apptest.AsPerson(other), agent, "report-post"))
		wantKind(t, use(w, apptest.AsPerson(agent), one, "report-post"), civic.Denied, "grant.elder_dead")
		fine(t, w.Grant.WithdrawDeath(ctx, a.Administrator, one, "登记错了人"))
		fine(t, use(w, apptest.AsPerson(agent), one, "report-post"))
	})
}

func TestTheSameGrantGivenAgainAfterAMergeIsOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		keep, old := registered(t, w, "SN73000001"), registered(t, w, "SN73000002")
		agent, agentOld := registered(t, w, "SN73000003"), registered(t, w, "SN73000004")
		first := w.Give(t, old, agentOld, "report-post")
		for _, pair := range [][2]civic.PersonID{{keep, old}, {agent, agentOld}} {
			_, err := w.People.Merge(ctx, a.Administrator, pair[0], pair[1], "同一个人")
			fine(t, err)
		}
		again, err := w.Grant.Give(ctx, apptest.System(), grant.Grant{Person: keep, Agent: agent, Relation: "女儿", Services: "report-post", Starts: w.Clock.Now(), GivenHow: "test"})
		if err != nil || again != first {
			t.Errorf("a second grant %s, %v; the first was %s", again, err, first)
		}
		fine(t, w.Grant.Revoke(ctx, apptest.AsPerson(keep), keep, first))
		wantKind(t, use(w, apptest.AsPerson(agent), keep, "report-post"), civic.Denied, "grant.none")
	})
}

func TestTwoOfWhomOneActsForTheOtherOrWhoseFactsDifferAreNotMadeOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		merge := func(keep, drop civic.PersonID) error {
			_, err := w.People.Merge(ctx, a.Administrator, keep, drop, "同一个人")
			return err
		}
		elder, agent := registered(t, w, "SN73000001"), registered(t, w, "SN73000002")
		g := w.Give(t, elder, agent, "report-post")
		wantKind(t, merge(agent, elder), civic.Conflict, "merge.grants")
		wantKind(t, merge(elder, agent), civic.Conflict, "merge.grants")
		fine(t, w.Grant.Revoke(ctx, apptest.AsPerson(elder), elder, g))
		fine(t, merge(elder, agent))

		other := w.Register(t, people.Registration{Name: "王桂英", Sex: people.Female, Birth: "1948-03-02", Distinct: true, Division: a.Street,
			Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: "SN73000003"}}})
		for number, facts := range map[string]people.Registration{"SN73000004": {Sex: people.Female, Birth: "1990-03-02"}, "SN73000005": {Sex: people.Male}} {
			facts.Name, facts.Distinct, facts.Division, facts.Credentials = "王桂英", true, a.Street, []people.Card{{Kind: people.KindSeniorCard, Number: number}}
			wantKind(t, merge(other, w.Register(t, facts)), civic.Conflict, "merge.two_facts")
		}
		// What is not known of one is no difference.
		fine(t, merge(other, w.Register(t, people.Registration{Name: "王桂英", Distinct: true, Division: a.Street,
			Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: "SN73000006"}}})))
	})
}

func TestWhatWasGivenAndWhoWasSignedInWhileAMergeHeldEndsWithIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder, intruder, accomplice := registered(t, w, "SN74000001"), registered(t, w, "SN74000002"), w.Person(t, a.Street)
		before := w.Give(t, elder, a.Daughter, "report-post")
		c, err := w.Sessions.Load(ctx, "")
		fine(t, err)
		fine(t, w.Sessions.Enter(c, apptest.AsPerson(intruder).Operator))
		token, _, err := w.Sessions.Commit(c)
		fine(t, err)
		signedIn := func() bool {
			c, err := w.Sessions.Load(ctx, token)
			fine(t, err)
			return !w.Sessions.Who(c).None()
		}
		if !signedIn() {
			t.Fatal("nobody was signed in")
		}
		w.Clock.Add(time.Minute)
		m, err := w.People.Merge(ctx, a.Administrator, elder, intruder, "同一个人")
		fine(t, err)
		if signedIn() {
			t.Error("whoever was signed in as one is signed in as both")
		}
		w.Clock.Add(time.Minute)
		given := w.Give(t, elder, accomplice, "*")
		phone, err := w.People.AddContact(ctx, apptest.AsPerson(elder), elder, people.NewContact{Number: "12677770099", Whose: "own", First: true})
		fine(t, err)
		fine(t, w.Rights.Wish(ctx, apptest.AsPerson(elder), elder))
		w.Clock.Add(8 * 24 * time.Hour)
		fine(t, w.People.Unmerge(ctx, a.Administrator, m, "看错了"))
		wantKind(t, use(w, apptest.AsPerson(accomplice), elder, ""), civic.Denied, "grant.none")
		fine(t, use(w, apptest.AsPerson(a.Daughter), elder, "report-post"))
		wantKind(t, w.Rights.Erase(ctx, a.Administrator, elder, "本人要求"), civic.Conflict, "erase.no_wish")
		if n := w.Count(t, `SELECT COUNT(*) FROM contact WHERE id = $1 AND added_at = $2`, phone, w.Clock.Now()); n != 1 {
			t.Error("a phone of the time in between counts as long known")
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM proxy_grant WHERE id IN ($1, $2) AND state = 'active'`, before, given); n != 1 {
			t.Errorf("%d grants are left, want the one of before", n)
		}
	})
}
