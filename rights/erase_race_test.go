package rights_test

import (
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/people"
)

// during runs act in one write and, once act may be done but nothing of it is
// committed, other. It lets other come to its end if nothing holds it back, and
// returns what became of both.
func during(t *testing.T, w *apptest.World, actor civic.Actor, act func(tx *journal.Tx) error, other func() error) (err, otherErr error) {
	t.Helper()
	done := make(chan error, 1)
	begun := false
	err = w.Journal.Write(ctx, actor, func(tx *journal.Tx) error {
		if err := act(tx); err != nil {
			return err
		}
		if !begun {
			begun = true
			go func() { done <- other() }()
		}
		for range 400 { // long enough for whoever need not wait
			if len(done) > 0 {
				break
			}
			var n int
			if err := tx.Get(&n, `SELECT COUNT(*) FROM division`); err != nil {
				return err
			}
		}
		return nil
	})
	return err, <-done
}

var actRaced = journal.Define("test.raced", "赛跑")

// using acts for a person as a verb does: judged, some work, recorded.
func using(actor civic.Actor, person civic.PersonID) func(tx *journal.Tx) error {
	return func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Service: "report-post", Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: actRaced})
	}
}

func stateOf(t *testing.T, w *apptest.World, id civic.PersonID) (self people.Self) {
	t.Helper()
	w.Look(t, apptest.System(), func(v *journal.View) (err error) {
		self, err = people.Resolve(v, id)
		return err
	})
	return self
}

func TestWhoeverTakesAPersonAwayWaitsForTheActThatHasBegun(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		for how, take := range map[string]func(id civic.PersonID) error{
			"erased": func(id civic.PersonID) error { return eraseAtWish(w, a.Administrator, id, "本人要求") },
			"died": func(id civic.PersonID) error {
				return w.Grant.ReportDeath(ctx, a.Administrator, id, "2026-11-20", "certificate")
			},
			"closed": func(id civic.PersonID) error { return w.Grant.Leave(ctx, a.Clerk, id) },
		} {
			id := w.Person(t, a.Street)
			w.Open(t, a.Clerk, id)
			before := false // whether the other came before the act was committed
			err, otherErr := during(t, w, a.Clerk.For(id), using(a.Clerk, id), func() error {
				err := take(id)
				before = err == nil && w.Acts(t, actRaced, string(id)) == 0
				return err
			})
			if err != nil || otherErr != nil {
				t.Errorf("%s: %v, %v", how, err, otherErr)
			}
			if before {
				t.Errorf("%s was over while the act was under way", how)
			}
		}
	})
}

func TestAnErasureThatWaitedForAMergeErasesBothOrNeither(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		for _, drop := range []bool{true, false} {
			keep, old := w.Person(t, a.Street), w.Register(t, people.Registration{Name: "刘三", Distinct: true, Division: a.Street,
				Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: map[bool]string{true: "SN80000001", false: "SN80000002"}[drop]}}})
			target := keep
			if drop {
				target = old
			}
			// A merge, held between its last statement and its commit.
			_, err := during(t, w, a.Administrator.For(keep), func(tx *journal.Tx) error {
				auth, err := tx.Authorise(civic.Need{Permission: civic.MaySettlePeople})
				if err != nil {
					return err
				}
				if _, err := people.LockSelf(tx, keep, old); err != nil {
					return err
				}
				for _, q := range []string{`UPDATE person SET alias_of = $1 WHERE id = $2`, `UPDATE person SET aliases = aliases + 1 WHERE id = $1 AND id <> $2`} {
					if _, err := tx.Exec(q, keep, old); err != nil {
						return err
					}
				}
				return tx.Record(auth, journal.Event{Act: actRaced})
			}, func() error { return eraseAtWish(w, a.Administrator, target, "本人要求") })
			var states []string
			w.Look(t, apptest.System(), func(v *journal.View) error {
				return v.Select(&states, `SELECT DISTINCT state FROM person WHERE id = $1 OR id = $2`, keep, old)
			})
			if len(states) != 1 || err == nil && states[0] != "erased" || err != nil && states[0] != "active" {
				t.Errorf("dropped %v: the two are %v, %v", drop, states, err)
			}
		}
	})
}

func TestNobodyActsForAnErasedPersonAndWhatWasLeftCanStillGo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		id, agent := w.Person(t, a.Street), w.Person(t, a.Street)
		me := apptest.AsPerson(id)
		w.Give(t, a.Stranger, id, "*")
		w.Give(t, id, agent, "*")
		c, err := w.Sessions.Load(ctx, "")
		must(t, err)
		must(t, w.Sessions.Enter(c, me.Operator))
		token, _, err := w.Sessions.Commit(c)
		must(t, err)
		must(t, eraseAtWish(w, a.Administrator, id, "本人要求"))
		c, err = w.Sessions.Load(ctx, token)
		must(t, err)
		if p := w.Sessions.Who(c); !p.None() {
			t.Errorf("still signed in: %+v", p)
		}
		_, err = w.People.Show(ctx, me, id)
		wantCode(t, err, "grant.erased")
		wantCode(t, w.People.Prefer(ctx, me, id, map[string]string{"language": "jin"}), "grant.erased")
		_, err = w.Requests.Start(ctx, me, "report-post", id, "")
		wantCode(t, err, "grant.erased")
		_, err = w.People.Show(ctx, me, a.Stranger)
		wantCode(t, err, "grant.none")
		_, err = w.People.Show(ctx, apptest.AsPerson(agent), id)
		wantCode(t, err, "grant.none")
		wantCode(t, w.Grant.Open(ctx, a.Clerk, id, false, "本人到窗口", ""), "person.erased")
		wantCode(t, w.Grant.Open(ctx, a.Clerk, id, true, "本人到窗口", ""), "opening.card") // their cards are gone: none can be shown
		wantCode(t, w.Grant.BreakGlass(ctx, a.Clerk, id, "collapse", "老人晕倒了，急需联系家里人"), "person.erased")
		wantCode(t, w.Grant.ReportDeath(ctx, a.Administrator, id, "2026-11-20", "certificate"), "person.erased")
		wantCode(t, eraseAtWish(w, a.Administrator, id, "本人要求"), "erase.done")
		// An opening of before, with which somebody had added a phone.
		if _, err := w.DB.Pool().Exec(`INSERT INTO opening (person, staff, basis, agent, reason, until) VALUES ('` + string(id) + `', '` + string(a.Clerk.Staff()) + `', 'role', '', 'x', '2036-01-01 00:00:00')`); err != nil {
			t.Fatal(err)
		}
		_, err = w.People.AddCard(ctx, a.Clerk, id, people.Card{Kind: people.KindParkCard, Number: "PK80000001"}, people.Dates{})
		wantCode(t, err, "grant.not_open")
		must(t, eraseAtWish(w, a.Administrator, id, "又留下了"))
		if n := w.Count(t, `SELECT COUNT(*) FROM opening WHERE person = $1`, id); n != 0 {
			t.Error("the opening is left")
		}
		wantCode(t, eraseAtWish(w, a.Administrator, id, "本人要求"), "erase.done")
	})
}

func TestErasingOneSideOfADisputeDecidesItForTheOther(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		for _, number := range []string{"SN90000001", "SN90000002"} {
			card := people.Card{Kind: people.KindSeniorCard, Number: number}
			in := w.NewPerson(a.Street, "刘二")
			in.Credentials[1] = card
			holder := w.Register(t, in)
			in = w.NewPerson(a.Street, "李四")
			in.Credentials[1], in.Dispute = card, true
			claimant := w.Register(t, in)
			gone, stays := holder, claimant
			if number == "SN90000002" {
				gone, stays = claimant, holder
			}
			must(t, eraseAtWish(w, a.Administrator, gone, "本人要求"))
			if ds, err := w.People.Disputes(ctx, a.Administrator, a.Division); err != nil || len(ds) != 0 {
				t.Errorf("%+v, %v", ds, err)
			}
			if m, err := w.People.FindCard(ctx, a.Clerk, number); err != nil || m.Person != stays || m.State != people.Active {
				t.Errorf("%+v, %v", m, err)
			}
			if n := w.Acts(t, people.ActSettled, string(stays)); n != 1 {
				t.Errorf("the other was told %d times", n)
			}
		}
	})
}

func TestTheReasonOfAMergeIsErasedAndTheMergeStays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		keep := w.Register(t, people.Registration{Name: "赵五", Division: a.Street, Birth: "1944-03-02",
			Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: "SN80000004"}}})
		old := w.Register(t, people.Registration{Name: "赵小五", Distinct: true, Division: a.Street, Birth: "1944-03-02", Address: "柳巷7号",
			Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: "SN80000003"}}})
		m, err := w.People.Merge(ctx, a.Administrator, keep, old, "赵小五就是本人")
		must(t, err)
		c, err := w.Rights.Copy(ctx, apptest.AsPerson(keep), keep)
		must(t, err)
		if len(c.Merged) != 1 || c.Merged[0].Name != "赵小五" || c.Merged[0].Birth != "1944-03-02" || c.Merged[0].Address != "柳巷7号" {
			t.Errorf("the copy has of the other registration %+v", c.Merged)
		}
		must(t, eraseAtWish(w, a.Administrator, keep, "本人要求"))
		if n := w.Count(t, `SELECT COUNT(*) FROM person_merge WHERE reason <> '' OR undo_reason <> ''`); n != 0 {
			t.Error("the reason is left")
		}
		if ms, err := w.People.Merges(ctx, a.Administrator, a.Division); err != nil || len(ms) != 0 {
			t.Errorf("%+v, %v", ms, err)
		}
		wantCode(t, w.People.Unmerge(ctx, a.Administrator, m, "看错了"), "person.erased")
		if self := stateOf(t, w, old); self.Root != keep || self.State != "erased" {
			t.Errorf("%+v", self)
		}
	})
}
