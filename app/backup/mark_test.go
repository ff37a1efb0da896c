package backup

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// marked returns what the installation is for.
func (s *site) marked() journal.Kind {
	s.t.Helper()
	r, err := s.db.Read(s.t.Context())
	s.ok(err)
	kind, err := journal.Marked(r, s.vault)
	s.ok(err)
	return kind
}

func TestTheMarkOfAnEmptyInstallationGivesWayToTheBackups(t *testing.T) {
	t.Parallel()
	across(t, func(t *testing.T, from, to db.Dialect) {
		a, _, _ := town(t, from, 1)
		f := a.write(true)
		b := empty(t, to).open(true) // a first start that got no further
		b.ok(journal.Remark(t.Context(), b.db, journal.Real, func(db.Q) error { return nil }))
		b.refused(f, "restore.keys") // its keys are in the folder
		if b.marked() != journal.Real {
			t.Error("a refused restore changed the mark")
		}
		b.ok(os.Rename(keysDir(b.dir), filepath.Join(t.TempDir(), "keys")))
		if rep, err := Restore(t.Context(), b.db, b.dir, f); err != nil || len(rep.Journal.Problems) != 0 {
			t.Fatalf("%+v, %v", rep.Journal, err)
		}
		if b.open(false); b.marked() != journal.Demo {
			t.Errorf("it is marked %s", b.marked())
		}
		b.refused(f, "restore.not_empty")
	})
}

func TestABackupOlderThanTheMarkLeavesNone(t *testing.T) {
	t.Parallel()
	across(t, func(t *testing.T, from, to db.Dialect) {
		a, _, _ := town(t, from, 1)
		older := remade(t, a.write(true), a.dir, func(m *Manifest, bodies map[string][]byte) {
			m.Schema--
			bodies[tableMember(mark)] = nil
		})
		b := empty(t, to).open(true)
		b.ok(os.RemoveAll(keysDir(b.dir)))
		if _, err := Restore(t.Context(), b.db, b.dir, older); err != nil {
			t.Fatal(err)
		}
		if rows := b.dump()[mark]; len(rows) != 0 {
			t.Errorf("left: %v", rows)
		}
	})
}

func TestABackupWithTheKeysOfAnotherIsRefused(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			s, _, _ := town(t, dialect, 1)
			stranger := empty(t, db.SQLite).open(true)
			f := file(t)
			if _, err := Write(t.Context(), s.db, Options{Dir: stranger.dir, File: f}); err == nil || civic.As(err).Code != "vault.wrong_keys" {
				t.Errorf("%v", err)
			}
			if es, err := os.ReadDir(filepath.Dir(f)); err != nil || len(es) != 0 {
				t.Errorf("left: %v, %v", es, err)
			}
		})
	}
}

func TestHeadsThatWereOnTheirWayAreKeptByTheRestore(t *testing.T) {
	t.Parallel()
	across(t, func(t *testing.T, from, to db.Dialect) {
		a, _, ids := town(t, from, 2)
		a.ok(a.journal.SealAll(t.Context()))
		heads := filepath.Join(a.dir, HeadsFile)
		before, err := os.ReadFile(heads)
		a.ok(err)
		a.ok(a.ask(t.Context(), ids[0]))
		a.ok(a.journal.SealAll(t.Context()))
		after, err := os.ReadFile(heads)
		a.ok(err)
		a.ok(os.WriteFile(heads, before, 0o600)) // as if the backup had begun before the copy
		b := empty(t, to)
		rep, err := Restore(t.Context(), b.db, b.dir, a.write(true))
		if err != nil || len(rep.Journal.Problems) != 0 || rep.Journal.Kept != rep.Journal.Batches-1 {
			t.Fatalf("%+v, %v", rep.Journal, err)
		}
		if got, err := os.ReadFile(filepath.Join(b.dir, HeadsFile)); err != nil || !bytes.Equal(got, after) {
			t.Errorf("%d bytes, want %d, %v", len(got), len(after), err)
		}
	})
}
