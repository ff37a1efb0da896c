package backup

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
)

// busy lets every person submit requests, and a sealer seal, until stop is
// called. It returns once each has submitted one.
func (s *site) busy(ids []civic.PersonID) (submitted *atomic.Int64, stop func()) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	var wg, begun sync.WaitGroup
	submitted = &atomic.Int64{}
	for _, id := range ids {
		begun.Add(1)
		wg.Go(func() {
			done := sync.OnceFunc(begun.Done)
			defer done()
			for ctx.Err() == nil {
				if err := s.ask(context.Background(), id); err != nil {
					s.t.Errorf("writing: %v", err)
					return
				}
				submitted.Add(1)
				done()
			}
		})
	}
	wg.Go(func() {
		for ctx.Err() == nil {
			if err := s.journal.SealAll(context.Background()); err != nil {
				s.t.Errorf("sealing: %v", err)
				return
			}
		}
	})
	begun.Wait()
	return submitted, func() { cancel(); wg.Wait() }
}

func TestABackupTakenWhileWritersWriteIsOneMoment(t *testing.T) {
	t.Parallel()
	across(t, func(t *testing.T, from, to db.Dialect) {
		a, _, ids := town(t, from, 4)
		submitted, stop := a.busy(ids)
		defer stop()
		var fs []string
		before := submitted.Load()
		for range 3 {
			fs = append(fs, a.write(true))
		}
		during := submitted.Load() - before
		stop()
		a.ok(a.journal.SealAll(t.Context()))
		if rep, err := a.journal.Verify(t.Context()); err != nil || len(rep.Problems) != 0 {
			t.Errorf("where it was taken: %+v, %v", rep, err)
		}
		t.Logf("%d requests while three backups were taken", during)

		b := empty(t, to)
		rep, err := Restore(t.Context(), b.db, b.dir, fs[2])
		if err != nil || len(rep.Journal.Problems) != 0 || rep.Journal.Entries == 0 {
			t.Fatalf("%+v, %v", rep.Journal, err)
		}
		b.whole(rep)
		b.open(false)
		b.ok(b.journal.SealAll(t.Context()))
		if rep, err := b.journal.Verify(t.Context()); err != nil || len(rep.Problems) != 0 || rep.Unsealed != 0 {
			t.Errorf("sealed on: %+v, %v", rep, err)
		}
	})
}

// whole checks that no act was cut in two.
func (s *site) whole(rep Report) {
	s.t.Helper()
	r, err := s.db.Read(s.t.Context())
	s.ok(err)
	count := func(query string) (n int64) {
		s.t.Helper()
		s.ok(r.Get(&n, query))
		return n
	}
	requests := count(`SELECT COUNT(*) FROM request`)
	if requests == 0 {
		s.t.Error("there is no request")
	}
	for what, query := range map[string]string{
		"cases":              `SELECT COUNT(*) FROM request r JOIN casework c ON c.person = r.person AND c.request = r.id`,
		"submitted entries":  `SELECT COUNT(*) FROM request r JOIN journal_about a ON a.id = r.id JOIN journal_entry e ON e.id = a.entry WHERE e.act = 'request.submitted'`,
		"opened entries":     `SELECT COUNT(*) FROM request r JOIN journal_about a ON a.id = r.id JOIN journal_entry e ON e.id = a.entry WHERE e.act = 'case.opened'`,
		"all such entries":   `SELECT COUNT(*) FROM journal_entry WHERE act = 'request.submitted'`,
		"submitted drafts":   `SELECT COUNT(*) FROM draft WHERE state = 'submitted'`,
		"details of entries": `SELECT COUNT(*) FROM journal_entry e JOIN journal_detail d ON d.entry = e.id WHERE e.act = 'case.opened'`,
	} {
		if n := count(query); n != requests {
			s.t.Errorf("%d requests, %d %s", requests, n, what)
		}
	}
	for _, m := range rep.Members {
		if m.Table != "" && count(`SELECT COUNT(*) FROM `+m.Table) != m.Rows {
			s.t.Errorf("%s has not %d rows", m.Table, m.Rows)
		}
	}
}
