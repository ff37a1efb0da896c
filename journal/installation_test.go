package journal_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/db/vault"
	"yinqiao/journal"
)

func as(kind journal.Kind) func(db.Q) (journal.Kind, error) {
	return func(db.Q) (journal.Kind, error) { return kind, nil }
}

func isWrongKeys(err error) bool { return err != nil && civic.As(err).Code == "vault.wrong_keys" }

func TestAnInstallationIsMarkedOnceAndForItsKeysAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		r, err := d.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		ours, others := dbtest.Vault(t), dbtest.Vault(t)
		if _, err := journal.Marked(r, ours); !errors.Is(err, db.ErrNoRows) {
			t.Errorf("before: %v", err)
		}
		never := func() (*vault.Vault, error) { t.Error("keys were asked for without a mark"); return nil, nil }
		if err := journal.CheckMark(ctx, d, never); err != nil {
			t.Error(err)
		}
		for _, kind := range []journal.Kind{journal.Demo, journal.Real} { // the second changes nothing
			if got, err := journal.Mark(ctx, d, ours, as(kind)); err != nil || got != journal.Demo {
				t.Errorf("%s, %v", got, err)
			}
		}
		if _, err := journal.Mark(ctx, d, others, as(journal.Demo)); !isWrongKeys(err) {
			t.Errorf("other keys: %v", err)
		}
		for v, right := range map[*vault.Vault]bool{ours: true, others: false} {
			if err := journal.CheckMark(ctx, d, func() (*vault.Vault, error) { return v, nil }); isWrongKeys(err) == right || right && err != nil {
				t.Errorf("right %v: %v", right, err)
			}
		}
		no := errors.New("no")
		if err := journal.Remark(ctx, d, journal.Real, func(db.Q) error { return no }); !errors.Is(err, no) {
			t.Error(err)
		}
		if got, err := journal.Marked(r, ours); err != nil || got != journal.Demo {
			t.Errorf("%s, %v", got, err)
		}
		if err := journal.Remark(ctx, d, journal.Real, func(db.Q) error { return nil }); err != nil {
			t.Error(err)
		}
		if got, err := journal.Marked(r, ours); err != nil || got != journal.Real {
			t.Errorf("%s, %v", got, err)
		}
	})
}

func TestOfTwoKeysFoldersAtOnceOneMarksTheInstallation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		vs := []*vault.Vault{dbtest.Vault(t), dbtest.Vault(t), dbtest.Vault(t)}
		errs := make([]error, len(vs))
		var wg sync.WaitGroup
		for i, v := range vs {
			wg.Go(func() { _, errs[i] = journal.Mark(context.Background(), d, v, as(journal.Real)) })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !isWrongKeys(err) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d won: %v", won, errs)
		}
	})
}

func TestADatabaseThatWasNeverMigratedHasNoMark(t *testing.T) {
	t.Parallel()
	for _, c := range []db.Config{{Dir: t.TempDir()}, {URL: dbtest.NewPostgres(t)}} {
		d, err := db.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := journal.CheckMark(t.Context(), d, nil); err != nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAJournalOlderThanItsMarkIsNotMarkedWithOtherKeys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.history(t)
		if _, err := journal.Mark(t.Context(), d, dbtest.Vault(t), as(journal.Real)); !isWrongKeys(err) {
			t.Errorf("other keys: %v", err)
		}
		if _, err := journal.Mark(t.Context(), d, l.vault, as(journal.Real)); err != nil {
			t.Errorf("its own: %v", err)
		}
		l.sound(t)
	})
}

func TestVerifyingWithTheKeysOfAnotherBlamesNoForger(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		if _, err := journal.Mark(t.Context(), d, l.vault, as(journal.Real)); err != nil {
			t.Fatal(err)
		}
		l.history(t)
		l.sound(t)
		l.vault = dbtest.Vault(t)
		l.restart(t)
		if r, err := l.Verify(t.Context()); !isWrongKeys(err) || len(r.Problems) != 0 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}
