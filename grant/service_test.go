package grant_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/people"
)

// actUsed is an act of these tests: somebody did something for a person.
var actUsed = journal.Define("test.used", "试了一次")

// use acts for a person in a service.
func use(w *apptest.World, actor civic.Actor, person civic.PersonID, service string) error {
	return w.Journal.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Service: service, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: actUsed, Detail: map[string]string{"service": service}})
	})
}

func TestARevokedGrantIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		var revoked atomic.Bool
		var wg sync.WaitGroup
		started := make(chan struct{}, 4)
		for range 4 {
			wg.Go(func() {
				for i := 0; ; i++ {
					after := revoked.Load() // read before the act begins
					err := use(w, apptest.AsPerson(a.Daughter), a.Elder, "report-post")
					if after && err == nil {
						t.Error("an act that began after the grant was revoked was done")
					}
					if err != nil {
						wantKind(t, err, civic.Denied, "grant.none")
					}
					if i == 2 {
						started <- struct{}{}
					}
					if after {
						return
					}
				}
			})
		}
		for range 4 {
			<-started
		}
		if err := w.Grant.Revoke(ctx, apptest.AsPerson(a.Elder), a.Elder, a.Grant); err != nil {
			t.Error(err)
		}
		revoked.Store(true)
		wg.Wait()
		wantKind(t, w.Grant.Revoke(ctx, apptest.AsPerson(a.Elder), a.Elder, a.Grant), civic.NotFound, "grant.unknown")
		if es, err := w.Grant.Elders(ctx, apptest.AsPerson(a.Daughter)); err != nil || len(es) != 0 {
			t.Errorf("she still acts for %v, %v", es, err)
		}
	})
}

func TestAnOpeningExpires(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Open(t, a.Clerk, a.Elder)
		o, err := w.Grant.Opened(ctx, a.Clerk, a.Elder)
		if err != nil || o.Basis != civic.BasisPresented || o.Reason != "本人来窗口" || !o.Until.Equal(w.Clock.Now().Add(grant.OpenFor())) {
			t.Fatalf("%+v, %v", o, err)
		}
		w.Clock.Add(grant.OpenFor() - time.Microsecond)
		if err := use(w, a.Clerk, a.Elder, ""); err != nil {
			t.Errorf("at the last moment: %v", err)
		}
		w.Clock.Add(time.Microsecond)
		wantKind(t, use(w, a.Clerk, a.Elder, ""), civic.Denied, "grant.not_open")
		_, err = w.Grant.Opened(ctx, a.Clerk, a.Elder)
		wantKind(t, err, civic.Denied, "grant.not_open")
		w.Open(t, a.Clerk, a.Elder)
		if err := use(w, a.Clerk, a.Elder, ""); err != nil {
			t.Errorf("opened again: %v", err)
		}
		_, err = w.Grant.Opened(ctx, apptest.AsPerson(a.Elder), a.Elder)
		wantKind(t, err, civic.Denied, "grant.not_open")
	})
}

func TestARoleOpensInsideItsDivisionAndACardAnywhere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		open := func(clerk civic.Actor, presented bool, reason string, agent civic.PersonID) error {
			return w.Grant.Open(ctx, clerk, a.Elder, presented, reason, agent)
		}
		wantKind(t, open(w.Xihu.Clerk, false, "来窗口", ""), civic.Denied, "grant.division")
		wantKind(t, open(w.Xihu.Clerk, true, "来窗口", ""), civic.Denied, "opening.card") // nobody's word stands for a card
		wantKind(t, open(a.Clerk, true, "来窗口", ""), civic.Denied, "opening.card")
		w.Show(t, a.Clerk, a.Elder) // to a colleague
		wantKind(t, open(w.Xihu.Clerk, true, "来窗口", ""), civic.Denied, "opening.card")
		if ms, err := w.People.Find(ctx, w.Xihu.Clerk, w.Number(t, a.Elder)[12:]); err != nil || len(ms.Matches) == 0 {
			t.Fatalf("by the last six: %v, %v", ms, err)
		}
		wantKind(t, open(w.Xihu.Clerk, true, "来窗口", ""), civic.Denied, "opening.card")
		w.Show(t, w.Xihu.Clerk, a.Elder)
		w.Clock.Add(people.TypedFor())
		wantKind(t, open(w.Xihu.Clerk, true, "来窗口", ""), civic.Denied, "opening.card") // too long ago
		w.Show(t, w.Xihu.Clerk, a.Elder)
		if err := open(w.Xihu.Clerk, true, "来窗口", ""); err != nil {
			t.Errorf("with the card: %v", err)
		}
		if err := open(a.Clerk, false, "来窗口", ""); err != nil {
			t.Errorf("by the role: %v", err)
		}
		wantKind(t, open(a.Clerk, true, " \n", ""), civic.Invalid, "opening.reason")
		wantKind(t, open(a.Clerk, true, strings.Repeat("长", 101), ""), civic.Invalid, "opening.reason")
		w.Show(t, a.Clerk, a.Elder)
		wantKind(t, open(a.Clerk, true, "邻居来了", a.Stranger), civic.Denied, "grant.agent")
		wantKind(t, open(a.Supervisor, true, "看看", ""), civic.Denied, "grant.role")
		wantKind(t, open(apptest.AsPerson(a.Daughter), true, "看看", ""), civic.Denied, "grant.staff_only")
		wantKind(t, open(civic.Actor{}, true, "看看", ""), civic.Denied, "sign_in")
		wantKind(t, w.Grant.Open(ctx, a.Clerk, "ghost", true, "看看", ""), civic.NotFound, "person.unknown")
		if n := w.Acts(t, grant.ActOpened, string(a.Elder)); n != 2 {
			t.Errorf("%d openings in the journal, want 2", n)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = 'person.opened' AND basis = 'presented'`); n != 1 {
			t.Errorf("%d of them by card, want 1", n)
		}
	})
}

func TestAnAgentAtTheDeskStopsWithTheirGrant(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.OpenFor(t, a.Clerk, a.Elder, a.Daughter)
		if err := use(w, a.Clerk, a.Elder, "report-post"); err != nil {
			t.Error(err)
		}
		if err := w.Grant.Revoke(ctx, apptest.AsPerson(a.Elder), a.Elder, a.Grant); err != nil {
			t.Fatal(err)
		}
		// The desk that forgets to name the agent gets no further than the one that does.
		wantKind(t, use(w, a.Clerk, a.Elder, "report-post"), civic.Denied, "grant.agent")
		w.Open(t, a.Clerk, a.Elder)
		if err := use(w, a.Clerk, a.Elder, "report-post"); err != nil {
			t.Errorf("the elder came herself: %v", err)
		}
	})
}

func TestAnAgentCanNeitherPassAGrantOnNorTakeAnothers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		son := w.Person(t, a.Street)
		sons := w.Give(t, a.Elder, son, "cash-refusal")
		second := w.Give(t, a.Elder, a.Daughter, "cash-refusal")
		g := grant.Grant{Person: a.Elder, Agent: a.Stranger, Relation: "孙女", Services: "*", Starts: w.Clock.Now()}
		daughter := apptest.AsPerson(a.Daughter)
		desk := a.Clerk
		desk.Agent = civic.Party{Kind: civic.PartyPerson, ID: string(a.Daughter)}
		w.OpenFor(t, a.Clerk, a.Elder, a.Daughter)
		for name, actor := range map[string]civic.Actor{"online": daughter, "at the desk": desk, "at a forgetful desk": a.Clerk} {
			_, err := w.Grant.Give(ctx, actor, g)
			if !civic.Is(err, civic.Denied) {
				t.Errorf("%s the grant was passed on: %v", name, err)
			}
			if err := w.Grant.Revoke(ctx, actor, a.Elder, sons); !civic.Is(err, civic.Denied) {
				t.Errorf("%s her brother's grant was taken: %v", name, err)
			}
			if _, err := w.Grant.IssueCode(ctx, actor, a.Elder); !civic.Is(err, civic.Denied) {
				t.Errorf("%s a code to sign in as her mother was made: %v", name, err)
			}
		}
		for _, id := range []string{a.Grant, second} {
			if err := w.Grant.Revoke(ctx, daughter, a.Elder, id); err != nil {
				t.Errorf("she can't lay down her own: %v", err)
			}
		}
		if as, err := w.Grant.Agents(ctx, apptest.AsPerson(a.Elder), a.Elder); err != nil || len(as) != 1 || as[0].Grant.Agent != son || as[0].Name != "张玉珍" {
			t.Errorf("%+v, %v", as, err)
		}
	})
}

func TestAGrantIsGivenByThePersonOrBeforeAClerk(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		now, before := w.Clock.Now(), w.Clock.Now().Add(-time.Hour)
		fine := grant.Grant{Person: a.Elder, Agent: a.Stranger, Relation: "孙女", Services: " report-post  cash-refusal ", Starts: now, GivenHow: "in_person"}
		_, err := w.Grant.Give(ctx, a.Clerk, fine)
		wantKind(t, err, civic.Denied, "grant.not_open")
		_, err = w.Grant.Give(ctx, apptest.AsPerson(a.Stranger), fine)
		wantKind(t, err, civic.Denied, "grant.none")
		w.Open(t, a.Clerk, a.Elder)
		for _, actor := range []civic.Actor{a.Clerk, apptest.AsPerson(a.Elder)} {
			if _, err := w.Grant.Give(ctx, actor, fine); err != nil {
				t.Error(err)
			}
		}
		if err := use(w, apptest.AsPerson(a.Stranger), a.Elder, "cash-refusal"); err != nil {
			t.Error(err)
		}
		for name, change := range map[string]func(*grant.Grant){
			"no agent":          func(g *grant.Grant) { g.Agent = "" },
			"oneself":           func(g *grant.Grant) { g.Agent = g.Person },
			"no relation":       func(g *grant.Grant) { g.Relation = "" },
			"a long relation":   func(g *grant.Grant) { g.Relation = strings.Repeat("远", 21) },
			"no service":        func(g *grant.Grant) { g.Services = " " },
			"a hidden star":     func(g *grant.Grant) { g.Services = "report-post *" },
			"over before begun": func(g *grant.Grant) { g.Ends = &before },
			"never":             func(g *grant.Grant) { g.Ends = &now },
		} {
			g := fine
			change(&g)
			if _, err := w.Grant.Give(ctx, apptest.AsPerson(a.Elder), g); civic.As(err).Code != "grant.form" {
				t.Errorf("%s: %v", name, err)
			}
		}
		g := fine
		g.Agent = "ghost"
		_, err = w.Grant.Give(ctx, apptest.AsPerson(a.Elder), g)
		wantKind(t, err, civic.NotFound, "person.unknown")
	})
}

func TestAnAccessCodeWorksOnceAndForHalfAnHour(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Open(t, a.Clerk, a.Elder)
		issue := func() string {
			code, err := w.Grant.IssueCode(ctx, a.Clerk, a.Elder)
			if err != nil || len(code.Digits) != 8 {
				t.Fatalf("%q, %v", code, err)
			}
			return code.Digits
		}
		code, late := issue(), issue()
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				p, err := w.Grant.RedeemCode(ctx, code[:4]+" "+code[4:], civic.ChannelElder)
				if err == nil && p == a.Elder {
					won.Add(1)
				} else if !civic.Is(err, civic.Denied) || p != "" {
					t.Errorf("%s, %v", p, err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("one code signed in %d times", won.Load())
		}
		w.Clock.Add(30 * time.Minute)
		for _, c := range []string{late, code, "", "1234567", "123456789", "00000000x", "𠮷12345678"} {
			_, err := w.Grant.RedeemCode(ctx, c, civic.ChannelElder)
			wantKind(t, err, civic.Denied, "access.code")
		}
		if n := w.Acts(t, grant.ActCodeRedeemed, string(a.Elder)); n != 1 {
			t.Errorf("%d sign-ins in the journal", n)
		}
		if strings.Contains(w.Dump(t), code) {
			t.Error("the code is in the database in clear")
		}
	})
}

func TestAgentsAreShownInFullToTheElderAndMaskedToStaff(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Open(t, a.Clerk, a.Elder)
		for name, actor := range map[string]civic.Actor{"李*兰": a.Clerk, "李秀兰": apptest.AsPerson(a.Elder)} {
			if as, err := w.Grant.Agents(ctx, actor, a.Elder); err != nil || len(as) != 1 || as[0].Name != name || as[0].Relation != "女儿" {
				t.Errorf("%+v, %v", as, err)
			}
		}
		for _, actor := range []civic.Actor{a.Supervisor, apptest.AsPerson(a.Stranger), {}} {
			if as, err := w.Grant.Agents(ctx, actor, a.Elder); !civic.Is(err, civic.Denied) || as != nil {
				t.Errorf("%v: %+v, %v", actor.Operator, as, err)
			}
		}
		if es, err := w.Grant.Elders(ctx, apptest.AsPerson(a.Daughter)); err != nil || len(es) != 1 || es[0] != (grant.Elder{Person: a.Elder, Name: "王桂英", Relation: "女儿"}) {
			t.Errorf("%+v, %v", es, err)
		}
		if _, err := w.Grant.Elders(ctx, a.Clerk); !civic.Is(err, civic.Denied) {
			t.Error(err)
		}
	})
}

func TestAWriteThatFailsLaterTakesTheGrantBackWithIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		boom := errors.New("boom")
		err := w.Journal.Write(ctx, apptest.AsPerson(a.Daughter).For(a.Elder), func(tx *journal.Tx) error {
			auth, err := tx.Authorise(civic.Need{Person: a.Elder})
			if err != nil {
				return err
			}
			return errors.Join(tx.Record(auth, journal.Event{Act: actUsed}), boom)
		})
		if !errors.Is(err, boom) || w.Acts(t, actUsed, string(a.Elder)) != 0 {
			t.Errorf("%v", err)
		}
	})
}
