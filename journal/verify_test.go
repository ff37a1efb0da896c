package journal_test

import (
	"context"
	"fmt"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
)

// history writes four sealed batches of three acts each, and one act that waits.
func (l *ledger) history(t testing.TB) {
	t.Helper()
	for i := range 4 {
		l.act(t, served(fmt.Sprint("a", i)), waited(int64(i*40)), served(fmt.Sprint("b", i)))
		l.seal(t)
	}
	l.act(t, served("young"))
}

func TestAnHonestJournalVerifies(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		if r := l.sound(t); r.Batches != 0 || r.Entries != 0 {
			t.Errorf("empty: %+v", r)
		}
		l.history(t)
		for range 2 { // also after a restart
			if r := l.sound(t); r.Batches != 4 || r.Entries != 12 || r.Unsealed != 1 || r.Erased != 0 {
				t.Errorf("%+v", r)
			}
			l.restart(t)
		}
		// The forger's own computation agrees with the journal's, or the tests below
		// would find a clumsy forger instead of a forgery.
		if n := newForger(t, d).cover(true); n != 0 {
			t.Errorf("%d heads of an honest journal changed", n)
		}
		l.sound(t)
	})
}

// forgeries are what an administrator of the database may try on history's journal.
var forgeries = map[string]func(f *forger){
	"a changed field": func(f *forger) {
		f.one(`UPDATE journal_entry SET operator_id = 'somebody' WHERE id = $1`, f.entries(2)[0])
	},
	"a changed measure": func(f *forger) {
		f.one(`UPDATE journal_entry SET measure = 1, bucket = 1 WHERE id = $1`, f.entries(2)[1])
	},
	"a changed thing it is about": func(f *forger) {
		f.one(`UPDATE journal_about SET id = 'other' WHERE entry = $1 AND role = 'object'`, f.entries(3)[0])
	},
	"a thing it is about removed": func(f *forger) {
		f.one(`DELETE FROM journal_about WHERE entry = $1 AND role = 'agent'`, f.entries(3)[0])
	},
	"a thing it is about added": func(f *forger) {
		f.one(`INSERT INTO journal_about (id, kind, entry, role) VALUES ('other', 'person', $1, 'agent')`, f.entries(1)[2])
	},
	"a changed detail": func(f *forger) {
		f.one(`UPDATE journal_detail SET body = '{"thing":"other"}' WHERE entry = $1`, f.entries(4)[0])
	},
	"a removed detail": func(f *forger) {
		f.one(`DELETE FROM journal_detail WHERE entry = $1`, f.entries(2)[1])
	},
	"a removed entry":                func(f *forger) { f.remove(f.entries(2)[1]) },
	"the last entry removed":         func(f *forger) { f.remove(f.entries(4)[2]) },
	"an added entry":                 func(f *forger) { f.add(f.entries(2)[1], f.entries(2)[1]+"x", 2) },
	"an entry added at the end":      func(f *forger) { f.add(f.entries(4)[2], f.entries(4)[2]+"x", 4) },
	"two entries of a batch swapped": func(f *forger) { f.swap(f.entries(2)[0], f.entries(2)[2]) },
	"two entries of two batches swapped": func(f *forger) {
		f.swap(f.entries(1)[0], f.entries(3)[0])
	},
	"an entry moved to another batch": func(f *forger) {
		f.one(`UPDATE journal_entry SET batch = 3 WHERE id = $1`, f.entries(2)[2])
	},
	"an entry taken out of its batch": func(f *forger) {
		f.one(`UPDATE journal_entry SET batch = NULL WHERE id = $1`, f.entries(2)[2])
	},
	"a cut tail":    func(f *forger) { f.cut(4); f.cut(3); f.setBack() },
	"a cut head":    func(f *forger) { f.cut(1) },
	"a cut middle":  func(f *forger) { f.cut(2) },
	"all of it cut": func(f *forger) { f.cut(4); f.cut(3); f.cut(2); f.cut(1); f.setBack() },
	"a middle cut and closed up": func(f *forger) {
		f.cut(2)
		for n := 3; n <= 4; n++ {
			f.one(`UPDATE journal_batch SET seq = $1 WHERE seq = $2`, n-1, n)
			f.do(`UPDATE journal_entry SET batch = $1 WHERE batch = $2`, n-1, n)
		}
		f.setBack()
	},
	"an empty batch at the end": func(f *forger) { f.batch(5); f.setBack() },
	"a batch of an added entry": func(f *forger) { f.batch(5); f.add(f.entries(1)[0], "zz", 5); f.setBack() },
	"a batch before the first":  func(f *forger) { f.batch(0); f.add(f.entries(1)[0], "0", 0) },
	"a batch far below": func(f *forger) {
		f.batch(-1 << 63)
		f.add(f.entries(1)[0], "0", -1<<63)
	},
	"a batch far ahead": func(f *forger) { f.batch(1<<63 - 1) },
	"an entry in a batch that is not there": func(f *forger) {
		f.add(f.entries(1)[0], "zz", 77)
	},
	"two batches swapped": func(f *forger) {
		for _, p := range [][2]int{{2, 99}, {3, 2}, {99, 3}} {
			f.one(`UPDATE journal_batch SET seq = $1 WHERE seq = $2`, p[1], p[0])
			f.do(`UPDATE journal_entry SET batch = $1 WHERE batch = $2`, p[1], p[0])
		}
	},
	"another time of sealing": func(f *forger) {
		f.one(`UPDATE journal_batch SET sealed_at = $1 WHERE seq = 2`, begin.AddDate(0, 0, -1))
	},
	"a signature of its own": func(f *forger) { f.one(`UPDATE journal_batch SET signature = 'ff' WHERE seq = 2`) },
	"a signature in capitals": func(f *forger) {
		f.one(`UPDATE journal_batch SET signature = UPPER(signature) WHERE seq = 2`)
	},
}

// batch adds one that pretends with the head and signature of the first.
func (f *forger) batch(seq int) {
	f.t.Helper()
	f.one(`INSERT INTO journal_batch (seq, sealed_at, entries, root, head, signature)
		SELECT CAST($1 AS BIGINT), sealed_at, 0, root, head, signature FROM journal_batch WHERE seq = 1`, seq)
}

func TestAForgeryIsFound(t *testing.T) {
	t.Parallel()
	for what, forge := range forgeries {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				l := open(t, d)
				l.history(t)
				f := newForger(t, d)
				forge(f)
				if r := l.verify(t); len(r.Problems) == 0 || len(r.Problems) > 20 {
					t.Errorf("as it is: %d problems", len(r.Problems))
				}
				for _, resign := range []bool{false, true} {
					f.cover(resign)
					if r := l.verify(t); len(r.Problems) == 0 {
						t.Errorf("covered up, resigned %v: nothing was found", resign)
					}
				}
				// Nor does it heal by going on, nor by a restart.
				l.act(t, served("later"))
				_ = l.SealAll(context.Background())
				l.restart(t)
				_ = l.SealAll(context.Background())
				if r := l.verify(t); len(r.Problems) == 0 {
					t.Error("found no more after the next seal")
				}
			})
		})
	}
}

func TestTheJournalCannotBeMadeToSealAForgery(t *testing.T) {
	t.Parallel()
	// The last batches are opened and set back, so that the platform itself seals
	// and signs what was changed.
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.history(t)
		f := newForger(t, d)
		victim := f.entries(3)[0]
		for seq := 3; seq <= 4; seq++ {
			f.do(`UPDATE journal_entry SET batch = NULL WHERE batch = $1`, seq)
			f.one(`DELETE FROM journal_batch WHERE seq = $1`, seq)
		}
		f.one(`UPDATE journal_entry SET operator_id = 'somebody' WHERE id = $1`, victim)
		_, hash := f.hash(victim)
		f.one(`UPDATE journal_entry SET hash = $1 WHERE id = $2`, hash, victim)
		f.setBack()
		_ = l.SealAll(context.Background())
		for range 3 {
			l.act(t, served("later"))
			_ = l.SealAll(context.Background())
		}
		r := l.verify(t)
		found := false
		for _, p := range r.Problems {
			found = found || p.Batch == 3
		}
		if !found {
			t.Errorf("the batch that was sealed twice was not found: %+v", r.Problems)
		}
	})
}

func TestAProblemSaysWhereItIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.history(t)
		f := newForger(t, d)
		id := f.entries(2)[1]
		f.one(`UPDATE journal_detail SET body = '{}x' WHERE entry = $1`, id)
		got := l.verify(t).Problems
		if len(got) != 1 || got[0].Batch != 2 || got[0].Entry != id || got[0].Say == "" {
			t.Errorf("%+v", got)
		}
		var problem journal.Problem
		f.one(`UPDATE journal_detail SET body = '{}' WHERE entry = $1`, id)
		f.cut(4)
		f.cut(3)
		f.setBack()
		got = l.verify(t).Problems
		if len(got) > 0 {
			problem = got[len(got)-1]
		}
		if len(got) != 1 || problem.Batch != 3 {
			t.Errorf("%+v", got)
		}
	})
}
