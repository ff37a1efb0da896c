package grant_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/journal"
)

// useSlowly acts for a person and reads a little between being allowed and
// recording it, as verbs do: by themselves, or together with the person's own asking.
func useSlowly(w *apptest.World, actor civic.Actor, person civic.PersonID, together bool) error {
	return w.Journal.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		need := civic.Need{Person: person, Service: "report-post", Permission: civic.MayServePeople}
		ask := func() (civic.Authority, error) { return tx.Authorise(need) }
		if together {
			ask = func() (civic.Authority, error) {
				rulings, err := tx.AuthoriseAll([]journal.Ask{{Actor: apptest.AsPerson(person), Need: need}, {Actor: actor, Need: need}})
				if err != nil {
					return civic.Authority{}, err
				}
				return rulings[1].Authority, rulings[1].Refused
			}
		}
		auth, err := ask()
		if err != nil {
			return err
		}
		for range 5 {
			var n int
			if err := tx.Get(&n, `SELECT COUNT(*) FROM office WHERE kind = $1`, "hospital"); err != nil {
				return err
			}
		}
		return tx.Record(auth, journal.Event{Act: actUsed})
	})
}

// What ends a grant is committed, then all is sealed: whatever was committed before
// is in a batch then. An act that is sealed later was committed after the end.
func TestNoActThatRacesTheEndOfItsGrantCommitsAfterIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		settler := a.Administrator
		ends := map[string]func(elder, agent civic.PersonID, id string) error{
			"revoked": func(elder, _ civic.PersonID, id string) error {
				return w.Grant.Revoke(ctx, apptest.AsPerson(elder), elder, id)
			},
			"frozen": func(elder, _ civic.PersonID, _ string) error {
				return w.Grant.Dispute(ctx, apptest.AsPerson(elder), elder, "意见不一致")
			},
			"the elder died": func(elder, _ civic.PersonID, _ string) error {
				return w.Grant.ReportDeath(ctx, settler, elder, "2026-11-20", "certificate")
			},
			"the agent died": func(_, agent civic.PersonID, _ string) error {
				return w.Grant.ReportDeath(ctx, settler, agent, "2026-11-20", "certificate")
			},
			"a guardian came": func(elder, _ civic.PersonID, _ string) error {
				_, err := w.Grant.Appoint(ctx, apptest.System(), grant.Guardianship{Person: elder, Guardian: a.Stranger, Document: "区法院的判决", Starts: w.Clock.Now()})
				return err
			},
		}
		acted := 0
		for range 4 {
			for how, end := range ends {
				acted += race(t, w, how, end)
			}
		}
		if acted < 20 {
			t.Errorf("only %d acts raced: the test proves nothing", acted)
		}
	})
}

// race lets an agent act from several pages while the grant ends, and returns how
// many acts were done.
func race(t *testing.T, w *apptest.World, how string, end func(elder, agent civic.PersonID, id string) error) int {
	t.Helper()
	elder, agent := w.Person(t, w.Taiyuan.Street), w.Person(t, w.Taiyuan.Street)
	id := w.Give(t, elder, agent, "report-post")
	var wg sync.WaitGroup
	var did atomic.Int64
	for i := range 4 {
		wg.Go(func() {
			for {
				if err := useSlowly(w, apptest.AsPerson(agent), elder, i%2 == 1); err != nil {
					if !civic.Is(err, civic.Denied) {
						t.Errorf("%s: %v", how, err)
					}
					return
				}
				did.Add(1)
			}
		})
	}
	for did.Load() < 3 {
		var n int
		w.Look(t, apptest.System(), func(v *journal.View) error { return v.Get(&n, `SELECT COUNT(*) FROM office`) })
	}
	if err := end(elder, agent, id); err != nil {
		t.Fatal(how, err)
	}
	if err := w.Journal.SealAll(ctx); err != nil {
		t.Fatal(err)
	}
	sealed := w.Count(t, `SELECT COALESCE(MAX(seq), 0) FROM journal_batch`)
	wg.Wait()
	if late := w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE subject = $1 AND act = $2 AND (batch IS NULL OR batch > $3)`, elder, actUsed, sealed); late > 0 {
		t.Errorf("%s: %d acts were committed after it", how, late)
	}
	return int(did.Load())
}

func TestRacingGivesDoNotPassTheLimitOfAnUnrelatedAgent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		agent := w.Person(t, a.Street)
		end := w.Clock.Now().AddDate(0, 6, 0)
		var given, refused atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			elder := w.Person(t, a.Street)
			wg.Go(func() {
				_, err := w.Grant.Give(ctx, apptest.AsPerson(elder), grant.Grant{Person: elder, Agent: agent, Relation: "邻居", Services: "report-post", Starts: w.Clock.Now(), Ends: &end})
				switch {
				case err == nil:
					given.Add(1)
				case civic.As(err).Code == "grant.elders":
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if given.Load() != 3 || refused.Load() != 5 {
			t.Errorf("%d given and %d refused, want 3 and 5", given.Load(), refused.Load())
		}
	})
}

func ExampleHeldWords() {
	fmt.Println(grant.HeldWords("dispute elder_dead "))
	// Output: 家里人意见不一致，先停一停；老人已登记去世
}
