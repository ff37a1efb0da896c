package grant_test

import (
	"fmt"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/people"
	"yinqiao/staff"
)

func TestACodeNeedsACardThatNobodyCouldHaveMadeForIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Clock.Add(time.Hour) // what is added now did not come with the registration
		open := func(presented bool) {
			t.Helper()
			if err := w.Grant.Open(ctx, a.Clerk, a.Elder, presented, "本人来窗口", ""); err != nil {
				t.Fatal(err)
			}
		}
		// By the role alone no card is made.
		open(false)
		fresh := people.Card{Kind: people.KindSeniorCard, Number: "SN14010998877"}
		_, err := w.People.AddCard(ctx, a.Clerk, a.Elder, fresh, people.Dates{})
		wantKind(t, err, civic.Denied, "card.proof")
		_, err = w.People.IssuePrinted(ctx, a.Clerk, a.Elder)
		wantKind(t, err, civic.Denied, "card.proof")
		// Nor for a daughter who brings the elder's card, everything though she may.
		w.Show(t, a.Clerk, a.Elder)
		w.Show(t, a.Clerk, a.Daughter)
		if err := w.Grant.Open(ctx, a.Clerk, a.Elder, true, "女儿来办", a.Daughter); err != nil {
			t.Fatal(err)
		}
		_, err = w.People.IssuePrinted(ctx, a.Clerk, a.Elder)
		wantKind(t, err, civic.Denied, "card.proof")

		open(true)
		if _, err := w.People.AddCard(ctx, a.Clerk, a.Elder, fresh, people.Dates{}); err != nil {
			t.Fatal(err)
		}
		bus := people.Card{Kind: people.KindTransitCard, Number: "14010000998877"}
		if _, err := w.People.AddCard(ctx, a.Clerk, a.Elder, bus, people.Dates{}); err != nil {
			t.Fatal(err)
		}
		printed, err := w.People.IssuePrinted(ctx, a.Clerk, a.Elder)
		if err != nil {
			t.Fatal(err)
		}
		// What was made just now opens, and gives no code by itself.
		later := w.Xihu.Clerk
		for _, number := range []string{printed.Number, fresh.Number, bus.Number} {
			if _, err := w.People.Find(ctx, later, number); err != nil {
				t.Fatal(err)
			}
			if err := w.Grant.Open(ctx, later, a.Elder, true, "本人来窗口", ""); err != nil {
				t.Fatal(err)
			}
			_, err = w.Grant.IssueCode(ctx, later, a.Elder)
			wantKind(t, err, civic.Denied, "access.card_new")
		}
		w.Open(t, later, a.Elder)
		if _, err := w.Grant.IssueCode(ctx, later, a.Elder); err != nil {
			t.Errorf("with the card of old: %v", err)
		}
		// A week later the added card is as good as any, the printed one and the one without a name
		// are not.
		w.Clock.Add(8 * 24 * time.Hour)
		for number, want := range map[string]bool{printed.Number: false, fresh.Number: true, bus.Number: false} {
			w.Clock.Add(2 * time.Hour)
			if _, err := w.People.Find(ctx, later, number); err != nil {
				t.Fatal(err)
			}
			if err := w.Grant.Open(ctx, later, a.Elder, true, "本人来窗口", ""); err != nil {
				t.Fatal(err)
			}
			if _, err = w.Grant.IssueCode(ctx, later, a.Elder); (err == nil) != want {
				t.Errorf("after a week: %v, want a code: %v", err, want)
			}
		}
	})
}

func TestAReadIsJudgedAgainWhenItIsTaken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		at := reader(t, w, a.Community)
		number := w.Number(t, a.Elder)
		lay := func(n int) {
			t.Helper()
			if v, err := w.Grant.PresentCard(ctx, at, grant.CardRead{Key: fmt.Sprintf("lost-key-%d", n), Number: number}); err != nil || v != grant.CardFine {
				t.Fatalf("%s, %v", v, err)
			}
		}
		lay(1)
		p, v, err := w.Grant.OpenRead(ctx, a.Clerk, at.Operator.ID)
		if err != nil || v != grant.CardFine || p != a.Elder {
			t.Fatalf("%s %s %v", p, v, err)
		}
		if _, err := w.Grant.IssueCode(ctx, a.Clerk, a.Elder); err != nil {
			t.Errorf("a code by a card on the reader: %v", err)
		}
		lay(2)
		for _, id := range w.CardIDs(t, a.Elder) {
			if err := w.People.LoseCard(ctx, apptest.AsPerson(a.Elder), a.Elder, id); err != nil {
				t.Fatal(err)
			}
		}
		p, v, err = w.Grant.OpenRead(ctx, w.Hire(t, "同事", a.Community, staff.Post{Role: staff.Clerk, Division: a.Division}), at.Operator.ID)
		if err != nil || v == grant.CardFine || p != "" {
			t.Errorf("reported lost since: %s %s %v", p, v, err)
		}
	})
}

func TestARoleGetsLittleForAWhileAndNotFromItself(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Services(t, "report-posting")
		end, far := w.Clock.Now().AddDate(0, 6, 0), w.Clock.Now().AddDate(3, 0, 0)
		g := grant.Grant{Person: a.Elder, AgentKind: "role", Office: a.Community, Role: staff.Clerk, Services: "report-posting", Starts: w.Clock.Now(), Ends: &end,
			GivenHow: "witness", Evidence: grant.Evidence{Witness: "李干部", WitnessRole: "社区或村委会干部"}}
		with := func(change func(*grant.Grant)) error {
			g := g
			change(&g)
			_, err := w.Grant.Give(ctx, a.Clerk, g)
			return err
		}
		if err := w.Grant.Open(ctx, a.Clerk, a.Elder, false, "上门", ""); err != nil {
			t.Fatal(err)
		}
		wantKind(t, with(func(*grant.Grant) {}), civic.Denied, "grant.role_card")
		w.OpenWeak(t, a.Clerk, a.Elder)
		wantKind(t, with(func(*grant.Grant) {}), civic.Denied, "access.card_new")
		w.Open(t, a.Clerk, a.Elder)
		g.GivenHow, g.Evidence = "in_person", grant.Evidence{}
		wantKind(t, with(func(g *grant.Grant) { g.Services = "*" }), civic.Invalid, "grant.role_everything")
		wantKind(t, with(func(g *grant.Grant) { g.Ends = nil }), civic.Invalid, "grant.role_months")
		wantKind(t, with(func(g *grant.Grant) { g.Ends = &far }), civic.Invalid, "grant.role_months")
		wantKind(t, with(func(g *grant.Grant) { g.Office = w.Xihu.Community }), civic.Invalid, "grant.role_far")
		if err := with(func(*grant.Grant) {}); err != nil {
			t.Fatal(err)
		}
		agents, err := w.Grant.Agents(ctx, apptest.AsPerson(a.Elder), a.Elder)
		told := false
		for _, x := range agents {
			told = told || x.AgentKind == "role" && x.Notice == "pending"
		}
		if err != nil || !told {
			t.Errorf("the elder is not asked about it: %v, %v", agents, err)
		}

		// It lets a colleague act in the service, and touch nothing else without an opening.
		colleague := w.Hire(t, "同事", a.Community, staff.Post{Role: staff.Clerk, Division: a.Division})
		wantKind(t, use(w, colleague, a.Elder, "report-posting"), civic.Denied, "grant.unasked")
		for _, x := range agents {
			if x.AgentKind == "role" {
				fine(t, w.Grant.Answer(ctx, apptest.AsPerson(a.Elder), a.Elder, x.ID, grant.Agreed))
			}
		}
		if err := use(w, colleague, a.Elder, "report-posting"); err != nil {
			t.Errorf("in the service: %v", err)
		}
		wantKind(t, use(w, colleague, a.Elder, ""), civic.Denied, "grant.not_open")
		_, err = w.People.AddContact(ctx, colleague, a.Elder, people.NewContact{Number: "12800000055", Whose: "own", First: true})
		wantKind(t, err, civic.Denied, "grant.not_open")
		wantKind(t, w.People.LoseCard(ctx, colleague, a.Elder, w.CardIDs(t, a.Elder)[0]), civic.Denied, "grant.not_open")
	})
}

func TestWhoCameIsNotTheClerksWord(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		open := func(presented bool, agent civic.PersonID) error {
			return w.Grant.Open(ctx, a.Clerk, a.Elder, presented, "家人来了", agent)
		}
		basis := func() string {
			return judged(t, w, a.Clerk, civic.Need{Person: a.Elder, Permission: civic.MayServePeople})
		}
		wantKind(t, open(false, a.Daughter), civic.Denied, "opening.agent_card")
		w.Show(t, a.Clerk, a.Elder) // her mother's card is not hers
		wantKind(t, open(true, a.Daughter), civic.Denied, "opening.agent_card")
		w.Show(t, a.MarketClerk, a.Daughter) // a colleague saw it
		wantKind(t, open(false, a.Daughter), civic.Denied, "opening.agent_card")
		wantKind(t, open(false, "ghost"), civic.Denied, "grant.agent")
		w.OpenFor(t, a.Clerk, a.Elder, a.Daughter)
		if got := basis(); got != "grant" {
			t.Errorf("with her card: %s", got)
		}
		// Her bag is gone: whoever came with her card is out.
		fine(t, w.People.LoseCard(ctx, apptest.AsPerson(a.Daughter), a.Daughter, w.CardIDs(t, a.Daughter)[0]))
		if got := basis(); got != "grant.not_open" {
			t.Errorf("after her card was reported lost: %s", got)
		}
		// A reader's read counts as typing does.
		at := reader(t, w, a.Community)
		if v, err := w.Grant.PresentCard(ctx, at, grant.CardRead{Key: "agents-card-1", Number: w.Number(t, a.Daughter)}); err != nil || v != grant.CardFine {
			t.Fatalf("%s, %v", v, err)
		}
		if p, _, err := w.Grant.OpenRead(ctx, a.Clerk, at.Operator.ID); err != nil || p != a.Daughter {
			t.Fatalf("%s, %v", p, err)
		}
		fine(t, open(false, a.Daughter))
	})
}

func TestAGuardianComesWithACardThatIsProof(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		_, err := w.Grant.Appoint(ctx, apptest.System(), grant.Guardianship{Person: a.Elder, Guardian: a.Stranger, Document: "区法院的判决", Starts: w.Clock.Now()})
		fine(t, err)
		open := func() error { return w.Grant.Open(ctx, a.Clerk, a.Elder, false, "监护人来了", a.Stranger) }
		wantKind(t, open(), civic.Denied, "opening.agent_card")
		printed, err := w.People.IssuePrinted(ctx, apptest.System(), a.Stranger)
		fine(t, err)
		_, err = w.People.Find(ctx, a.Clerk, printed.Number)
		fine(t, err)
		wantKind(t, open(), civic.Denied, "opening.guardian_card")
		w.OpenFor(t, a.Clerk, a.Elder, a.Stranger)
		if got := judged(t, w, a.Clerk, civic.Need{Person: a.Elder, Permission: civic.MayServePeople}); got != "guardian" {
			t.Errorf("with their card: %s", got)
		}
	})
}

// onePixel is the smallest picture that is one.
var onePixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")

func TestAGuardianIsTwoMembersWordOverTheDocument(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		first, guardian := a.Administrator, apptest.AsPerson(a.Stranger)
		second := w.Hire(t, "另一位主管", a.CivilAffairs, staff.Post{Role: staff.Administrator, Division: a.Division})
		in := grant.Guardianship{Person: a.Elder, Guardian: a.Stranger, Document: "区法院的判决", Starts: w.Clock.Now()}
		_, err := w.Grant.Appoint(ctx, first, in)
		wantKind(t, err, civic.Invalid, "guardian.scan")
		in.Scan = onePixel
		id, err := w.Grant.Appoint(ctx, first, in)
		fine(t, err)
		confirm := func(by civic.Actor) error { return w.Grant.ConfirmGuardian(ctx, by, a.Elder, id) }

		// Nothing has changed: not for the guardian, nor for her and her daughter.
		wantKind(t, use(w, guardian, a.Elder, "report-post"), civic.Denied, "grant.none")
		fine(t, use(w, apptest.AsPerson(a.Daughter), a.Elder, "report-post"))
		w.Show(t, a.Clerk, a.Stranger)
		wantKind(t, w.Grant.Open(ctx, a.Clerk, a.Elder, false, "监护人来了", a.Stranger), civic.Denied, "grant.agent")
		if st, err := w.Grant.Standing(ctx, second, a.Elder); err != nil || st.Ward {
			t.Errorf("%+v, %v", st, err)
		}
		if list, err := w.Grant.Unsettled(ctx, second); err != nil || len(list) != 1 || !list[0].Entered() {
			t.Errorf("to be confirmed: %+v, %v", list, err)
		}

		// Neither whoever entered it, nor anybody who has not read the document, confirms.
		_, err = w.Grant.Scan(ctx, first, a.Elder, id)
		fine(t, err)
		wantKind(t, confirm(first), civic.Denied, "guardian.own_entry")
		wantKind(t, confirm(second), civic.Denied, "guardian.unread")
		wantKind(t, confirm(a.Clerk), civic.Denied, "grant.role")
		wantKind(t, confirm(w.Xihu.Administrator), civic.Denied, "grant.division")
		wantKind(t, confirm(apptest.AsPerson(a.Elder)), civic.Denied, "grant.staff_only")
		wantKind(t, confirm(civic.Actor{}), civic.Denied, "sign_in")
		wantKind(t, w.Grant.Answer(ctx, apptest.AsPerson(a.Elder), a.Elder, id, grant.Agreed), civic.Conflict, "grant.told")
		_, err = w.Grant.Scan(ctx, w.Xihu.Administrator, a.Elder, id)
		wantKind(t, err, civic.Denied, "grant.role")
		scan, err := w.Grant.Scan(ctx, second, a.Elder, id)
		if fine(t, err); scan.Media != "image/png" {
			t.Errorf("%+v", scan)
		}
		fine(t, confirm(second))
		wantKind(t, confirm(second), civic.Conflict, "guardian.confirmed")
		fine(t, use(w, guardian, a.Elder, "report-post"))
		wantKind(t, use(w, apptest.AsPerson(a.Daughter), a.Elder, "report-post"), civic.Denied, "grant.guardianship")
		if n := w.Acts(t, grant.ActEntered, id) + w.Acts(t, grant.ActAppointed, id); n != 2 {
			t.Errorf("%d entries of two", n)
		}

		// One that is not confirmed is stopped by whoever settles.
		in.Guardian = a.Daughter
		other, err := w.Grant.Appoint(ctx, first, in)
		fine(t, err)
		fine(t, w.Grant.EndGuardianship(ctx, second, a.Elder, other))
		wantKind(t, w.Grant.ConfirmGuardian(ctx, second, a.Elder, other), civic.Denied, "guardian.unread")
	})
}
