package journal_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/jobs"
	"yinqiao/journal"
)

// later moves the clock on.
func (l *ledger) later(d time.Duration) { l.offset.Add(int64(d)) }

// long writes n sealed batches.
func (l *ledger) long(t testing.TB, n int) {
	t.Helper()
	for range n {
		l.act(t, served("a"))
		l.seal(t)
	}
}

func TestAJournalWithoutItsKeptHeadsDoesNotVerify(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.history(t)
		whole := l.kept(t)
		lines := bytes.SplitAfter(whole, []byte("\n"))
		if r := l.sound(t); r.Kept != 4 || r.Behind {
			t.Errorf("%+v", r)
		}
		l.later(2 * time.Minute)
		l.sound(t)
		for n := range 4 {
			l.keep(t, bytes.Join(lines[:n], nil))
			r := l.verify(t)
			want := "heads are kept only to " + string(rune('0'+n)) + " of 4"
			if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Say, want) || r.Kept != int64(n) || !r.Behind {
				t.Errorf("kept to %d: %+v", n, r)
			}
		}
		if err := os.Remove(l.heads); err != nil {
			t.Fatal(err)
		}
		if r := l.verify(t); len(r.Problems) != 1 || r.Kept != 0 || !r.Behind {
			t.Errorf("without a file: %+v", r)
		}
		l.keep(t, whole)
		l.sound(t)
	})
}

func TestTheNewestHeadsMayStillBeOnTheirWay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.history(t)
		whole := l.kept(t)
		l.later(50 * time.Second)
		l.seal(t)
		l.keep(t, whole) // the head of the fifth did not arrive
		l.later(50 * time.Second)
		if r := l.sound(t); r.Batches != 5 || r.Kept != 4 {
			t.Errorf("%+v", r)
		}
		l.later(11 * time.Second)
		if r := l.verify(t); len(r.Problems) != 1 {
			t.Errorf("a minute later: %+v", r)
		}
		l.restart(t)
		l.seal(t)
		l.sound(t)
	})
}

func TestALateCoverUpOfALostFileIsFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.history(t)
		l.later(time.Hour)
		l.keep(t, nil)
		// Batches that look as if they were sealed just now excuse no missing head.
		f := newForger(t, d)
		f.do(`UPDATE journal_batch SET sealed_at = $1`, begin.Add(time.Hour))
		f.cover(true)
		if r := l.verify(t); len(r.Problems) == 0 {
			t.Error("nothing was found")
		}
	})
}

func TestALostHeadsFileIsSaidAtTheStart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.long(t, 12)
		whole := l.kept(t)
		q, err := jobs.New(d, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		start := func(heads string) (*journal.Journal, string) {
			t.Helper()
			var log bytes.Buffer
			j := journal.New(journal.Config{DB: d, Vault: l.vault, Jobs: q, Auth: nobody{}, Heads: heads,
				Log: slog.New(slog.NewTextHandler(&log, nil)), Clock: func() time.Time { return begin }})
			if j.Lacked() != 0 {
				t.Error("it is behind before it looked")
			}
			for range 2 { // said once
				if err := j.SealAll(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			return j, log.String()
		}
		lines := bytes.SplitAfter(whole, []byte("\n"))
		for kept, lacks := range map[int]int64{0: 12, 1: 11, 2: 0, 11: 0, 12: 0} {
			heads := filepath.Join(t.TempDir(), "heads")
			if kept > 0 {
				if err := os.WriteFile(heads, bytes.Join(lines[:kept], nil), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			j, log := start(heads)
			said := strings.Count(log, "level=ERROR") == 1 && strings.Contains(log, "heads file is missing or far behind")
			if j.Lacked() != lacks || said != (lacks > 0) {
				t.Errorf("kept %d: lacked %d, %q", kept, j.Lacked(), log)
			}
			if b, err := os.ReadFile(heads); err != nil || !bytes.Equal(b, whole) {
				t.Errorf("kept %d: it was not filled again: %v", kept, err)
			}
		}
	})
}
