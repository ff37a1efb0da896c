package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
)

func TestABackupIsRefusedRatherThanOverwriteOrLack(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			s := empty(t, dialect).open(true)
			refuse := func(o Options, code string) {
				t.Helper()
				if _, err := Write(t.Context(), s.db, o); err == nil || civic.As(err).Code != code || !strings.Contains(civic.As(err).Say, "(") {
					t.Errorf("%v, want %s", err, code)
				}
				if _, err := os.Stat(o.File + ".partial.part"); err == nil {
					t.Error("a spool was left")
				}
			}
			old := put(t, "old", []byte("old"))
			refuse(Options{Dir: s.dir, File: old}, "backup.exists")
			if b, err := os.ReadFile(old); err != nil || string(b) != "old" {
				t.Errorf("the old file: %q, %v", b, err)
			}
			f := file(t)
			s.ok(os.WriteFile(f+".partial", []byte("half"), 0o600))
			refuse(Options{Dir: s.dir, File: f}, "backup.partial")
			refuse(Options{Dir: t.TempDir(), File: file(t)}, "backup.keys_away")

			if _, err := s.db.Pool().Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (` +
				map[db.Dialect]string{db.SQLite: "99999, 1", db.Postgres: "99999, TRUE"}[dialect] + `)`); err != nil {
				t.Fatal(err)
			}
			f = file(t)
			refuse(Options{Dir: s.dir, File: f}, "export.newer")
			if es, err := os.ReadDir(filepath.Dir(f)); err != nil || len(es) != 0 {
				t.Errorf("left: %v, %v", es, err)
			}
		})
	}
}

func TestABackupThatIsBrokenOffLeavesNoFile(t *testing.T) {
	t.Parallel()
	s, _, _ := town(t, db.SQLite, 1)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	f := file(t)
	if _, err := Write(gone, s.db, Options{Dir: s.dir, File: f}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if es, err := os.ReadDir(filepath.Dir(f)); err != nil || len(es) != 0 {
		t.Errorf("left: %v, %v", es, err)
	}
	if _, err := Write(t.Context(), s.db, Options{Dir: s.dir, File: f}); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

func TestOnlyCompleteHeadsAreTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ torn, want string }{
		{"1 a b\n2 c", "1 a b\n"},
		{"1 a", ""},
		{"", ""},
		{"1 a b\n" + strings.Repeat("\x00", 9000), "1 a b\n"}, // as some file systems leave it
	} {
		s := empty(t, db.SQLite).open(true)
		s.ok(os.WriteFile(filepath.Join(s.dir, HeadsFile), []byte(c.torn), 0o600))
		b := empty(t, db.SQLite)
		// Such heads are none of this journal's; what was loaded is not taken back.
		rep, _ := Restore(t.Context(), b.db, b.dir, s.write(true))
		got, err := os.ReadFile(filepath.Join(b.dir, HeadsFile))
		if err != nil || string(got) != c.want || len(rep.Members) == 0 {
			t.Errorf("%.20q became %q, %v", c.torn, got, err)
		}
	}
}
