package rights_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/request"
)

// leftOf counts what is left of a person in every table that erasure empties.
func leftOf(t *testing.T, w *apptest.World, id civic.PersonID) (left []string) {
	t.Helper()
	w.Look(t, apptest.System(), func(v *journal.View) error {
		some, err := people.Left(v, []civic.PersonID{id})
		if some {
			left = append(left, "rows")
		}
		return err
	})
	for table, query := range map[string]string{
		"number":  `SELECT COUNT(*) FROM spoken_number WHERE person = $1`,
		"session": `SELECT COUNT(*) FROM opening WHERE person = $1`,
	} {
		if w.Count(t, query, id) > 0 {
			left = append(left, table)
		}
	}
	if w.Count(t, `SELECT COUNT(*) FROM request WHERE person = $1 AND answers <> $2`, id, request.Erased) > 0 {
		left = append(left, "answers")
	}
	return left
}

func TestADraftBegunWhileSomebodyIsErasedIsRefusedOrErasedToo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		id := w.Person(t, a.Street)
		me := apptest.AsPerson(id)
		early := false // whether the draft was there before the erasure was committed
		// The erasure, held between its last statement and its commit.
		_, startErr := during(t, w, a.Administrator.For(id), func(tx *journal.Tx) error {
			auth, err := tx.Authorise(civic.Need{Permission: civic.MayErasePeople})
			if err != nil {
				return err
			}
			if _, err := people.LockErased(tx, id); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE person SET state = 'erased' WHERE id = $1`, id); err != nil {
				return err
			}
			return tx.Record(auth, journal.Event{Act: actRaced})
		}, func() error {
			_, err := w.Requests.Start(ctx, me, "report-post", id, "")
			early = err == nil
			return err
		})
		if early || startErr == nil || civic.As(startErr).Kind == civic.Internal {
			t.Errorf("a draft of somebody erased: %v", startErr)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM draft WHERE person = $1`, id) + w.Count(t, `SELECT COUNT(*) FROM spoken_number WHERE person = $1`, id); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

// Whatever is done for a person at the moment at which they are erased is refused, or
// erased too, or keeps the erasure waiting for an open matter.
func TestWhateverRacesAnErasureLeavesNothingOfThePerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		card := 0
		race := func(rt *rapid.T) {
			w.Clock.Add(time.Hour) // an hour's look-ups by whole numbers are few
			id := w.Person(t, a.Street)
			me := apptest.AsPerson(id)
			w.Open(t, a.Clerk, id)
			v, err := w.Requests.Start(ctx, me, "report-post", id, "")
			must(t, err)
			v, err = w.Requests.Answer(ctx, me, v.ID, v.Rev, a.ReportAnswers())
			must(t, err)
			acts := map[string]func() error{
				"start":             func() error { _, err := w.Requests.Start(ctx, me, "cash-refusal", id, ""); return err },
				"start at the desk": func() error { _, err := w.Requests.Start(ctx, a.Clerk, "report-post", id, ""); return err },
				"answer": func() error {
					_, err := w.Requests.Answer(ctx, me, v.ID, v.Rev, map[string][]string{"note": {"请放门口"}})
					return err
				},
				"submit": func() error { _, err := w.Requests.Submit(ctx, me, v.ID, 0); return err },
				"card": func() error {
					card++
					_, err := w.People.AddCard(ctx, a.Clerk, id, people.Card{Kind: people.KindParkCard, Number: fmt.Sprintf("PK9%07d", card)}, people.Dates{})
					return err
				},
				"open": func() error { return w.Grant.Open(ctx, a.Clerk, id, true, "本人到窗口", "") },
				"phone": func() error {
					_, err := w.People.AddContact(ctx, me, id, people.NewContact{Number: "12655550000", Whose: "本人"})
					return err
				},
			}
			names := []string{"start", "start at the desk", "answer", "submit", "card", "open", "phone"}
			chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 2, rapid.ID[string]).Draw(rt, "acts")
			var eraseErr error
			errs := make([]error, len(chosen))
			var begin, all sync.WaitGroup
			begin.Add(1)
			all.Go(func() { begin.Wait(); eraseErr = eraseAtWish(w, a.Administrator, id, "本人要求") })
			for i, name := range chosen {
				all.Go(func() { begin.Wait(); errs[i] = acts[name]() })
			}
			begin.Done()
			all.Wait()
			for i, err := range errs {
				if err != nil && civic.As(err).Kind == civic.Internal {
					rt.Errorf("%s: %v", chosen[i], err)
				}
			}
			switch {
			case eraseErr == nil:
				if left := leftOf(t, w, id); len(left) > 0 {
					rt.Errorf("%v (%v): erased, and left are %v", chosen, errs, left)
				}
			case civic.As(eraseErr).Code == "erase.open":
				if w.Count(t, `SELECT COUNT(*) FROM request WHERE person = $1`, id) == 0 {
					rt.Errorf("%v: an erasure waited for nothing", chosen)
				}
			default:
				rt.Errorf("%v: erasing: %v", chosen, eraseErr)
			}
		}
		times := 1
		if dbtest.Slow() {
			times = 5
		}
		for range times {
			rapid.Check(t, dbtest.Rounds(40, race))
		}
	})
}
