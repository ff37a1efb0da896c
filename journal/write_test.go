package journal_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/jobs"
	"yinqiao/journal"
)

type errand struct{ Entry string }

func (errand) Kind() string { return "test_errand" }

// unspeakable arguments can't be encoded.
type unspeakable struct{}

func (unspeakable) Kind() string                 { return "test_unspeakable" }
func (unspeakable) MarshalJSON() ([]byte, error) { return nil, errors.New("no words for it") }

// row writes a row that is not the journal's.
func row(tx *journal.Tx, code string) error {
	_, err := tx.Exec(`INSERT INTO division (code, name, parent, level) VALUES ($1, $1, '', 1)`, code)
	return err
}

// nothing fails the test unless the database holds no trace of a write.
func (l *ledger) nothing(t *testing.T, what string) {
	t.Helper()
	for _, table := range []string{"division", "river_job", "journal_entry", "journal_about", "journal_detail"} {
		if n := l.count(t, `SELECT COUNT(*) FROM `+table); n != 0 {
			t.Errorf("%s: %d rows in %s", what, n, table)
		}
	}
}

func TestAWriteThatRecordsNothingIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		err := l.Write(context.Background(), atDesk, func(tx *journal.Tx) error {
			return errors.Join(row(tx, "14"), tx.Enqueue(errand{"none"}, time.Time{}))
		})
		if !civic.Is(err, civic.Internal) {
			t.Errorf("%v", err)
		}
		l.nothing(t, "after it")
	})
}

func TestAWriteThatFindsAllSoAlreadySucceedsAndWritesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		err := l.Write(context.Background(), atDesk, func(tx *journal.Tx) error {
			return errors.Join(row(tx, "14"), tx.Enqueue(errand{"none"}, time.Time{}), journal.ErrUnchanged)
		})
		if err != nil {
			t.Error(err)
		}
		l.nothing(t, "after it")
	})
}

func TestAnActNeedsAnAuthorityAndAPlaceInTheRegistry(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		for what, c := range map[string]struct {
			auth  civic.Authority
			event journal.Event
		}{
			"no authority":  {civic.Authority{}, served("x")},
			"unknown act":   {allowed, journal.Event{Act: "test.misspelt"}},
			"no act at all": {allowed, journal.Event{}},
		} {
			err := l.Write(context.Background(), atDesk, func(tx *journal.Tx) error {
				return errors.Join(row(tx, "14"), tx.Record(c.auth, c.event))
			})
			if err == nil {
				t.Errorf("%s: recorded", what)
			}
			// Swallowing the error does not help: nothing was recorded.
			err = l.Write(context.Background(), atDesk, func(tx *journal.Tx) error {
				_ = tx.Record(c.auth, c.event)
				return row(tx, "14")
			})
			if err == nil {
				t.Errorf("%s: committed", what)
			}
			l.nothing(t, what)
		}
	})
}

func TestAnActIsDefinedOnce(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a twin was let in")
		}
	}()
	journal.Define(actServed, "又一次")
}

func TestRowEntryAndJobCommitTogether(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		var woken []journal.Entry
		l.On(actServed, func(e journal.Entry, detail map[string]string) (jobs.Args, time.Time) {
			woken = append(woken, e)
			if detail["thing"] == "quiet" {
				return nil, time.Time{}
			}
			return errand{e.ID}, time.Time{}
		})
		err := l.Write(context.Background(), atDesk, func(tx *journal.Tx) error {
			return errors.Join(row(tx, "14"), tx.Record(allowed, served("loud")), tx.Record(allowed, served("quiet")), tx.Record(allowed, waited(3)))
		})
		if err != nil {
			t.Fatal(err)
		}
		for table, want := range map[string]int64{"division": 1, "journal_entry": 3, "journal_detail": 3, "river_job": 1} {
			if n := l.count(t, `SELECT COUNT(*) FROM `+table); n != want {
				t.Errorf("%d rows in %s, want %d", n, table, want)
			}
		}
		if len(woken) != 2 || woken[0].ID >= woken[1].ID || woken[0].Act != actServed || woken[0].Division != "140105001" {
			t.Errorf("woken by %+v", woken)
		}
	})
}

func TestNothingIsLeftOfAWriteThatFails(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		var flow func() jobs.Args
		l.On(actServed, func(journal.Entry, map[string]string) (jobs.Args, time.Time) { return flow(), time.Time{} })
		fine := func() jobs.Args { return errand{} }
		for what, c := range map[string]struct {
			flow func() jobs.Args
			end  func(tx *journal.Tx) error
		}{
			"an error at the end":       {fine, func(*journal.Tx) error { return errMind }},
			"a panic":                   {fine, func(*journal.Tx) error { panic("boom") }},
			"a flow that can't enqueue": {func() jobs.Args { return unspeakable{} }, func(*journal.Tx) error { return nil }},
			"a flow that panics":        {func() jobs.Args { panic("boom") }, func(*journal.Tx) error { return nil }},
			"text no engine takes": {fine, func(tx *journal.Tx) error {
				return tx.Record(allowed, journal.Event{Act: actWaited, About: []journal.About{{ID: "a\x00b", Kind: "x", Role: "y"}}})
			}},
		} {
			flow = c.flow
			err := l.Write(context.Background(), atDesk, func(tx *journal.Tx) error {
				if err := errors.Join(row(tx, "14"), tx.Enqueue(errand{}, time.Time{}), tx.Record(allowed, served("x"))); err != nil {
					return err
				}
				return c.end(tx)
			})
			if err == nil {
				t.Errorf("%s: committed", what)
			}
			l.nothing(t, what)
		}
	})
}

func TestAFlowOfAnUnknownActIsAMistake(t *testing.T) {
	t.Parallel()
	l := open(t, dbtest.Open(t, db.SQLite))
	defer func() {
		if recover() == nil {
			t.Error("a flow of a misspelt act was taken")
		}
	}()
	l.On("test.misspelt", func(journal.Entry, map[string]string) (jobs.Args, time.Time) { return nil, time.Time{} })
}

func TestAScratchMayNotTouchTheJournal(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.act(t, served("x"))
		err := l.Scratch(context.Background(), atDesk, func(s *journal.Scratch) error {
			_, err := s.Exec(`UPDATE journal_entry SET act = 'other'`)
			return err
		})
		if err == nil {
			t.Error("a scratch changed the journal")
		}
	})
}
