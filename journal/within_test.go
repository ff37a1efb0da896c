package journal_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
)

func TestWhatFollowsFromAnActCommitsWithItOrNothingDoes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		var seen [][]journal.Done
		fails := errors.New("the reaction fails")
		var failing error
		l.Within([]journal.Act{actServed}, func(tx *journal.Tx, done []journal.Done) error {
			seen = append(seen, done)
			err := tx.As(civic.System("rules"), func() error {
				return errors.Join(tx.Record(allowed, journal.Event{Act: actServed}), row(tx, "15")) // wakes nothing again
			})
			return errors.Join(err, failing)
		})
		write := func(acts ...journal.Act) error {
			return l.Write(context.Background(), atDesk, func(tx *journal.Tx) error {
				var err error
				for _, a := range acts {
					err = errors.Join(err, tx.Record(allowed, journal.Event{Act: a, Detail: map[string]string{"n": "1"}, About: []journal.About{{ID: "o", Kind: "office", Role: "object"}}}))
				}
				return err
			})
		}
		failing = fails
		if err := write(actServed); !errors.Is(err, fails) {
			t.Errorf("%v", err)
		}
		l.nothing(t, "a reaction that fails")
		failing, seen = nil, nil
		if err := write(actWaited); err != nil || len(seen) != 0 {
			t.Errorf("an act that nobody reacts to: %v, %v", seen, err)
		}
		if err := write(actServed, actWaited, actServed); err != nil {
			t.Fatal(err)
		}
		if len(seen) != 1 || len(seen[0]) != 2 || seen[0][0].Detail["n"] != "1" || !slices.Contains(seen[0][1].About, journal.About{ID: "o", Kind: "office", Role: "object"}) {
			t.Errorf("%+v", seen)
		}
		if n := l.count(t, `SELECT COUNT(*) FROM journal_entry WHERE operator_kind = 'system' AND operator_id = 'rules'`); n != 1 {
			t.Errorf("%d entries by the platform", n)
		}
		if n := l.count(t, `SELECT COUNT(*) FROM journal_entry WHERE operator_kind = 'system'`); n != 1 {
			t.Errorf("the actor did not come back: %d", n)
		}
	})
}
