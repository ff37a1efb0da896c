package backup

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
)

// most is the largest whole number that the queue's drivers keep exact.
const most = 1<<53 - 1

// across runs fn for each way from one engine to another.
func across(t *testing.T, fn func(t *testing.T, from, to db.Dialect)) {
	for _, from := range []db.Dialect{db.SQLite, db.Postgres} {
		for _, to := range []db.Dialect{db.SQLite, db.Postgres} {
			t.Run(string(from)+" to "+string(to), func(t *testing.T) {
				t.Parallel()
				fn(t, from, to)
			})
		}
	}
}

// strange puts values into the tables that rooms would rarely write.
func (s *site) strange(p civic.PersonID) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	at := time.Date(1949, 10, 1, 15, 4, 5, 123456000, civic.Shanghai)
	s.insert("sign_session", []string{"token", "data", "expires"}, []any{"every byte", every, at}, []any{"no byte", []byte{}, time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)})
	s.insert("journal_tally", []string{"indicator", "day", "division", "channel", "bucket", "n", "total"},
		[]any{"null", "2026-11-21", "", "{\"b\":\"AA==\"}", int64(math.MinInt64), int64(math.MaxInt64), int64(1<<53 + 1)})
	s.insert("access_code", []string{"hash", "person", "expires", "used_at"}, []any{"[1,2]", p, at, nil}, []any{"\"\\u0000\"", p, at, at})
	s.insert("idempotency", []string{"hash", "result", "created_at"}, []any{"0123", "2026-11-21 08:00:00", time.Now()}, []any{"true", "", time.Unix(0, 0)})
	s.insert("opening", []string{"person", "staff", "basis", "reason", "agent", "until"}, []any{p, "s", "role", "\r\n\x01\x7f😀", "", at})
	s.insert("proxy_grant", []string{"person", "id", "agent", "relation", "services", "starts", "ends", "given_how", "state"},
		[]any{p, "g", "a", "女儿", "*", at, nil, "", "active"})
}

func TestABackupComesBackTheSameOnEitherEngine(t *testing.T) {
	t.Parallel()
	across(t, func(t *testing.T, from, to db.Dialect) {
		ctx := t.Context()
		a, ps, ids := town(t, from, 12)
		for _, p := range ids[:3] {
			a.ok(a.ask(ctx, p))
		}
		a.ok(a.journal.SealAll(ctx))
		a.ok(a.ask(ctx, ids[3])) // not sealed yet
		a.strange(ids[0])
		a.enqueue(ring{"now", most}, time.Time{})
		want := a.dump()
		f := a.write(true)

		b := empty(t, to)
		rep, err := Restore(ctx, b.db, b.dir, f)
		if err != nil {
			t.Fatal(err)
		}
		got := b.dump()
		full := 0
		for table, rows := range want {
			if !slices.Equal(rows, got[table]) {
				t.Errorf("%s:\n got %v\nwant %v", table, got[table], rows)
			}
			if len(rows) > 0 {
				full++
			}
		}
		if len(got) != len(want) || len(want) != len(db.Topology) || full < 20 {
			t.Errorf("%d of %d tables, %d with rows", len(got), len(want), full)
		}
		if rep.Journal.Entries == 0 || rep.Journal.Unsealed == 0 || len(rep.Journal.Problems) != 0 || !rep.KeysPlaced {
			t.Errorf("verified: %+v", rep.Journal)
		}
		b.open(false)
		b.readable(ps[0].ResidentID, ids[0], ps[0].Address)
		b.goesOn(ids[4])
	})
}

// readable finds a person by ID number and decrypts the address.
func (s *site) readable(id string, want civic.PersonID, address string) {
	s.t.Helper()
	found, err := s.people.Find(s.t.Context(), sys, id)
	ms := found.Matches
	if err != nil || len(ms) != 1 || ms[0].Person != want {
		s.t.Fatalf("found %v, %v", ms, err)
	}
	r, err := s.db.Read(s.t.Context())
	s.ok(err)
	p, err := s.people.Profile(r, civic.Mint(civic.BasisSystem, "test", want, "", ""), want)
	if err != nil || p.Address != address {
		s.t.Errorf("%q, %v", p.Address, err)
	}
}

// goesOn works on after a restore: acts, seals, jobs.
func (s *site) goesOn(p civic.PersonID) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	s.ok(s.ask(ctx, p))
	s.ok(s.journal.SealAll(ctx))
	rep, err := s.journal.Verify(ctx)
	if err != nil || len(rep.Problems) != 0 || rep.Unsealed != 0 {
		s.t.Errorf("after more acts: %+v, %v", rep, err)
	}
	s.ok(s.queue.Start(context.WithoutCancel(ctx)))
	defer func() { s.ok(s.queue.Stop(ctx)) }()
	select {
	case got := <-s.bells:
		if want := fmt.Sprint("now", int64(most)); got != want {
			s.t.Errorf("rang %q, want %q", got, want)
		}
	case <-ctx.Done():
		s.t.Error("the job did not run")
	}
}

func TestJobsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	across(t, func(t *testing.T, from, to db.Dialect) {
		a := empty(t, from).open(true)
		later := time.Now().Add(50 * time.Hour).UTC().Truncate(time.Second)
		a.enqueue(ring{"due", 1}, time.Now().Add(-time.Hour))
		a.enqueue(ring{"later", 2}, later)
		a.enqueue(ring{"running", 3}, time.Time{})
		a.enqueue(ring{"again", 4}, later)
		a.enqueue(ring{"done", 5}, time.Time{})
		for i, set := range []string{"state = 'available'", "priority = 3, queue = 'slow', max_attempts = 7",
			"state = 'running', attempt = 1", "state = 'retryable', attempt = 2", "state = 'completed', finalized_at = CURRENT_TIMESTAMP"} {
			if _, err := a.db.Pool().Exec(`UPDATE river_job SET `+set+` WHERE id = $1`, i+1); err != nil {
				t.Fatal(err)
			}
		}
		f, b := a.write(true), empty(t, to)
		if rep, err := Restore(t.Context(), b.db, b.dir, f); err != nil || rep.Jobs() != 4 {
			t.Fatalf("%d jobs, %v", rep.Jobs(), err)
		}
		var got []string
		b.ok(b.db.Export(t.Context(), func(x *db.Export) error {
			_, err := x.Each(jobQuery[to], func(row []any) error {
				when := "now"
				if at := row[5].(time.Time); at.Equal(later) {
					when = "later"
				} else if time.Since(at) > time.Hour || time.Until(at) > time.Hour {
					when = at.String()
				}
				got = append(got, fmt.Sprint(strings.ReplaceAll(row[0].(string), " ", ""), row[1:5], when))
				return nil
			})
			return err
		}))
		want := []string{
			`{"bell":"due","exact":1}[backup_test_ring default 1 25]now`,
			`{"bell":"later","exact":2}[backup_test_ring slow 3 7]later`,
			`{"bell":"running","exact":3}[backup_test_ring default 1 25]now`,
			`{"bell":"again","exact":4}[backup_test_ring default 1 25]later`,
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
	})
}

func TestABackupTellsNoNumbersAndNoKeys(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			s, ps, ids := town(t, dialect, 10)
			s.ok(s.ask(t.Context(), ids[0]))
			f := s.write(false)
			all := unzipped(t, f)
			if !bytes.Contains(all, []byte(ids[0])) {
				t.Fatal("the person is not in it")
			}
			for _, p := range ps {
				for _, secret := range []string{p.ResidentID, p.Mobile, p.Address, "12612345678"} {
					if secret != "" && bytes.Contains(all, []byte(secret)) {
						t.Errorf("%q is in clear", secret)
					}
				}
			}
			for _, k := range []string{"aead.json", "index.json", "journal.json"} {
				b, err := os.ReadFile(filepath.Join(keysDir(s.dir), k))
				s.ok(err)
				if bytes.Contains(all, b) || bytes.Contains(all, []byte(keysPrefix+k)) {
					t.Errorf("%s is inside", k)
				}
			}
			if st, err := os.Stat(f); err != nil || st.Mode() != fs.FileMode(0o600) {
				t.Errorf("%v, %v", st.Mode(), err)
			}
			if es, err := os.ReadDir(filepath.Dir(f)); err != nil || len(es) != 1 {
				t.Errorf("beside it: %v, %v", es, err)
			}
		})
	}
}

func TestKeysThatAreKeptApartOpenTheBackup(t *testing.T) {
	t.Parallel()
	across(t, func(t *testing.T, from, to db.Dialect) {
		a, ps, ids := town(t, from, 2)
		a.ok(a.journal.SealAll(t.Context()))
		f, b := a.write(false), empty(t, to)
		if _, err := Restore(t.Context(), b.db, b.dir, f); !civic.Is(err, civic.NotFound) {
			t.Errorf("without keys: %v", err)
		}
		b.untouched()
		b.ok(os.CopyFS(keysDir(b.dir), os.DirFS(keysDir(a.dir))))
		rep, err := Restore(t.Context(), b.db, b.dir, f)
		if err != nil || rep.KeysPlaced || rep.Keys || len(rep.Journal.Problems) != 0 || rep.Journal.Batches == 0 {
			t.Fatalf("%+v, %v", rep, err)
		}
		b.open(false).readable(ps[1].ResidentID, ids[1], ps[1].Address)
		if h, err := os.ReadFile(filepath.Join(b.dir, HeadsFile)); err != nil || len(h) == 0 {
			t.Errorf("the heads: %q, %v", h, err)
		}
	})
}

// untouched checks that a refusal left nothing behind.
func (s *site) untouched() {
	s.t.Helper()
	for table, rows := range s.dump() {
		if len(rows) != 0 && (table != chain || len(rows) != 1 || !strings.Contains(rows[0], "seq int64 0")) {
			s.t.Errorf("%d rows were left in %s", len(rows), table)
		}
	}
	if fs := s.files(); len(fs) != 0 {
		s.t.Errorf("files were left: %v", fs)
	}
	var n int
	if err := s.db.Pool().QueryRow(`SELECT COUNT(*) FROM river_job`).Scan(&n); err != nil || n != 0 {
		s.t.Errorf("%d jobs were left, %v", n, err)
	}
}
