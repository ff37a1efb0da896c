package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/db/vault"
	"yinqiao/jobs"
)

// refused checks that a restore is refused with the code and changes nothing.
func (s *site) refused(file, code string) {
	s.t.Helper()
	_, err := Restore(s.t.Context(), s.db, s.dir, file)
	if err == nil || civic.As(err).Code != code {
		s.t.Errorf("%s: %v, want %s", filepath.Base(file), err, code)
	}
}

// put writes a file to be restored.
func put(t *testing.T, name string, b []byte) string {
	t.Helper()
	f := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(f, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestADamagedBackupIsRefusedBeforeAnythingIsLoaded(t *testing.T) {
	t.Parallel()
	a, _, ids := town(t, db.SQLite, 3)
	a.ok(a.ask(t.Context(), ids[0]))
	whole, err := os.ReadFile(a.write(true))
	a.ok(err)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := &site{t: t, db: d, dir: t.TempDir()}
		for i := range 40 {
			// The first ten bytes are gzip's own and say nothing of the content.
			at := 10 + i*(len(whole)-11)/39
			flipped := bytes.Clone(whole)
			flipped[at] ^= 0xff
			if _, err := Restore(t.Context(), d, b.dir, put(t, "flipped", flipped)); !civic.Is(err, civic.Invalid) {
				t.Errorf("byte %d of %d flipped: %v", at, len(whole), err)
			}
			cut := put(t, "cut", whole[:i*(len(whole)-1)/39])
			if _, err := Restore(t.Context(), d, b.dir, cut); !civic.Is(err, civic.Invalid) {
				t.Errorf("cut at %d of %d: %v", i*(len(whole)-1)/39, len(whole), err)
			}
		}
		for name, f := range map[string][]byte{"empty": nil, "text": []byte("id,name\n1,张三\n"), "gzip": zipped(t, bytes.Repeat([]byte("no tar"), 500)), "tar": other(t)} {
			b.refused(put(t, name, f), "restore.not_backup")
		}
		b.refused(put(t, "more", append(bytes.Clone(whole), "more"...)), "restore.damaged")
		b.untouched()
		if _, err := Restore(t.Context(), d, b.dir, filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("no file: %v", err)
		}
		if _, err := Restore(t.Context(), d, b.dir, put(t, "whole", whole)); err != nil {
			t.Errorf("the whole file: %v", err)
		}
	})
}

func TestABackupThisReleaseCannotReadIsRefused(t *testing.T) {
	t.Parallel()
	a, _, _ := town(t, db.SQLite, 1)
	f := a.write(true)
	office := tableMember("office")
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := &site{t: t, db: d, dir: t.TempDir()}
		for code, change := range map[string][]func(m *Manifest, bodies map[string][]byte){
			"restore.newer": {
				func(m *Manifest, _ map[string][]byte) { m.Schema++ },
				func(m *Manifest, _ map[string][]byte) { m.Format++ },
			},
			"restore.unknown": {
				func(m *Manifest, _ map[string][]byte) { m.Members[0].Table = "person; DROP TABLE person" },
				func(m *Manifest, _ map[string][]byte) { m.Members[0].Columns[0] = "colour" },
			},
			"restore.damaged": {
				func(m *Manifest, _ map[string][]byte) { m.Schema = 0 },
				func(m *Manifest, _ map[string][]byte) { m.Members = m.Members[1:] },
				func(_ *Manifest, bodies map[string][]byte) { bodies[office] = []byte("[1]\n") },
				func(_ *Manifest, bodies map[string][]byte) { bodies[office] = []byte("nothing\n") },
				func(_ *Manifest, bodies map[string][]byte) { bodies[jobsMember] = []byte("[]\n") },
				func(_ *Manifest, bodies map[string][]byte) { bodies[keysPrefix+"aead.json"] = []byte("{}") },
			},
		} {
			for _, c := range change {
				b.refused(remade(t, f, a.dir, c), code)
			}
		}
		// What the database refuses is no damage of the file, and is undone as well.
		twice := remade(t, f, a.dir, func(_ *Manifest, bodies map[string][]byte) {
			bodies[office] = append(bodies[office], bodies[office]...)
		})
		if _, err := Restore(t.Context(), d, b.dir, twice); !db.IsUnique(err) {
			t.Errorf("a row that comes twice: %v", err)
		}
		b.untouched()
		// An older schema that lacks a column fits, as it would after a migration.
		older := remade(t, f, a.dir, func(m *Manifest, bodies map[string][]byte) {
			m.Schema--
			for i, p := range m.Members {
				if p.Table == "office" {
					m.Members[i].Columns = []string{"id", "kind", "name", "division", "address", "phone", "hours"}
				}
			}
			var cut []byte
			for line := range bytes.Lines(bodies[office]) {
				var row []json.RawMessage
				if err := json.Unmarshal(line, &row); err != nil {
					t.Fatal(err)
				}
				b, err := json.Marshal(row[:7])
				if err != nil {
					t.Fatal(err)
				}
				cut = append(append(cut, b...), '\n')
			}
			bodies[office] = cut
		})
		if _, err := Restore(t.Context(), d, b.dir, older); err != nil {
			t.Errorf("an older schema: %v", err)
		}
	})
}

func TestAFileThatChangesBetweenReadingAndLoadingIsNotLoaded(t *testing.T) {
	t.Parallel()
	a, ps, _ := town(t, db.SQLite, 3)
	f := a.write(true)
	// As long as before, and a whole tar with a right checksum: the digests alone tell.
	all := unzipped(t, f)
	altered := zipped(t, bytes.Replace(all, []byte(ps[0].Birth), []byte("1901-01-01"), 1))
	if bytes.Equal(all, unzipped(t, put(t, "altered", altered))) {
		t.Fatal("nothing was altered")
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := &site{t: t, db: d, dir: t.TempDir()}
		b.refused(put(t, "altered", altered), "restore.damaged")
		whole, err := os.ReadFile(f)
		b.ok(err)
		g := put(t, "swapped", whole)
		l := &loader{db: d}
		l.archive, err = inspect(t.Context(), g)
		b.ok(err)
		b.ok(l.survey(t.Context()))
		l.placed, err = l.place(b.dir)
		b.ok(err)
		l.queue, err = jobs.New(d, slog.New(slog.DiscardHandler))
		b.ok(err)
		b.ok(os.WriteFile(g, altered, 0o600))
		if err := l.undo(t.Context(), d.Write(t.Context(), l.load)); err == nil || civic.As(err).Code != "restore.damaged" {
			t.Errorf("%v", err)
		}
		b.untouched()
	})
}

func TestABackupSignedByOthersIsRefused(t *testing.T) {
	t.Parallel()
	a, _, _ := town(t, db.SQLite, 1)
	stranger := empty(t, db.SQLite).open(true)
	f := a.write(false)
	forged := remade(t, f, stranger.dir, func(m *Manifest, bodies map[string][]byte) {
		bodies[tableMember("person")] = bytes.ReplaceAll(bodies[tableMember("person")], []byte("male"), []byte("unknown"))
	})
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := &site{t: t, db: d, dir: t.TempDir()}
		b.ok(os.CopyFS(keysDir(b.dir), os.DirFS(keysDir(a.dir))))
		b.refused(forged, "restore.keys")
		for _, swapped := range vault.Files {
			c := &site{t: t, db: d, dir: t.TempDir()}
			c.ok(os.CopyFS(keysDir(c.dir), os.DirFS(keysDir(a.dir))))
			other, err := os.ReadFile(filepath.Join(keysDir(stranger.dir), swapped))
			c.ok(err)
			c.ok(os.WriteFile(filepath.Join(keysDir(c.dir), swapped), other, 0o600))
			c.refused(f, "restore.keys")
			c.ok(os.Remove(filepath.Join(keysDir(c.dir), swapped)))
			c.refused(f, "restore.keys")
			c.ok(os.RemoveAll(keysDir(c.dir)))
			c.untouched()
		}
	})
}

func TestOnlyAnEmptyDatabaseIsRestoredInto(t *testing.T) {
	t.Parallel()
	a, _, ids := town(t, db.SQLite, 2)
	a.ok(a.ask(t.Context(), ids[0]))
	a.ok(a.journal.SealAll(t.Context()))
	f := a.write(true)
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			b, _, _ := town(t, dialect, 1)
			before := b.dump()
			b.refused(f, "restore.not_empty")
			if after := b.dump(); len(after["person"]) != 1 || len(after["journal_entry"]) != len(before["journal_entry"]) {
				t.Error("what was there was changed")
			}
			c := empty(t, dialect).open(true)
			c.enqueue(ring{"alone", 1}, c.journal.Now())
			c.ok(os.RemoveAll(keysDir(c.dir)))
			c.refused(f, "restore.not_empty")

			e := empty(t, dialect)
			e.ok(os.WriteFile(filepath.Join(e.dir, HeadsFile), []byte("1 other heads\n"), 0o600))
			e.refused(f, "restore.heads")
			e.ok(os.Rename(filepath.Join(e.dir, HeadsFile), filepath.Join(t.TempDir(), HeadsFile)))
			e.untouched()
			gone, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := Restore(gone, e.db, e.dir, f); !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled: %v", err)
			}
			e.untouched()
			if _, err := Restore(t.Context(), e.db, e.dir, f); err != nil {
				t.Fatal(err)
			}
			e.refused(f, "restore.not_empty")
		})
	}
}

func TestOfTwoRestoresAtOnceOneWins(t *testing.T) {
	t.Parallel()
	a, _, ids := town(t, db.SQLite, 2)
	a.ok(a.ask(t.Context(), ids[0]))
	a.ok(a.journal.SealAll(t.Context()))
	f := a.write(true)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		sites := []*site{{t: t, db: d, dir: t.TempDir()}, {t: t, db: d, dir: t.TempDir()}}
		errs := make([]error, len(sites))
		var wg sync.WaitGroup
		for i, s := range sites {
			wg.Go(func() { _, errs[i] = Restore(t.Context(), d, s.dir, f) })
		}
		wg.Wait()
		won, lost := 0, 1
		if errs[0] != nil {
			won, lost = 1, 0
		}
		if errs[won] != nil || civic.As(errs[lost]).Code != "restore.not_empty" {
			t.Errorf("%v", errs)
		}
		if fs := sites[lost].files(); len(fs) != 0 {
			t.Errorf("the loser left %v", fs)
		}
		if fs := sites[won].files(); !slices.Equal(fs, []string{HeadsFile, KeysFolder}) {
			t.Errorf("the winner has %v", fs)
		}
		sites[won].open(false)
		if rep, err := sites[won].journal.Verify(t.Context()); err != nil || len(rep.Problems) != 0 {
			t.Errorf("%+v, %v", rep, err)
		}
	})
}
