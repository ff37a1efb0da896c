package journal_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func (l *ledger) kept(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile(l.heads)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (l *ledger) keep(t testing.TB, b []byte) {
	t.Helper()
	if err := os.WriteFile(l.heads, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestHeadsAreKeptOutsideTheDatabase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.history(t)
		lines := strings.Split(strings.TrimSuffix(string(l.kept(t)), "\n"), "\n")
		if len(lines) != 4 {
			t.Fatalf("%d lines", len(lines))
		}
		for i, head := range newForger(t, d).list(`SELECT head FROM journal_batch ORDER BY seq`) {
			if !strings.HasPrefix(lines[i], fmt.Sprintf("%d %s ", i+1, head)) {
				t.Errorf("line %d is %s, the head %s", i+1, lines[i], head)
			}
		}
		st, err := os.Stat(l.heads)
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", st.Mode(), err)
		}
	})
}

func TestATornLastLineIsHealed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.history(t)
		l.seal(t) // the act that waited
		whole := l.kept(t)
		last := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
		torn := [][]byte{
			append(bytes.Clone(whole), make([]byte, 10000)...),      // zeros where data did not arrive
			append(bytes.Clone(whole[:last]), make([]byte, 300)...), // the same over a lost line
			whole[:len(whole)-1], // only the end of the line is missing
		}
		for cut := last; cut < len(whole); cut += 13 {
			torn = append(torn, whole[:cut])
		}
		for _, b := range torn {
			l.keep(t, b)
			l.restart(t)
			l.sound(t) // a crash is no forgery
			l.seal(t)
			if len(b) > len(whole) {
				// Nothing was missing: the rest is cut when the next head comes.
				l.act(t, served("x"))
				l.seal(t)
				whole = l.kept(t)
			}
			if got := l.kept(t); !bytes.Equal(got, whole) || bytes.IndexByte(got, 0) >= 0 {
				t.Fatalf("cut to %d of %d bytes: not healed", len(b), len(whole))
			}
			l.sound(t)
		}
	})
}

func TestADatabaseAheadOfTheFileHeals(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.history(t)
		l.seal(t)
		whole := l.kept(t)
		lines := bytes.SplitAfter(whole, []byte("\n"))
		for n := range lines {
			l.keep(t, bytes.Join(lines[:n], nil))
			l.restart(t)
			l.sound(t) // a head that was not kept yet is no forgery
			l.seal(t)
			if !bytes.Equal(l.kept(t), whole) {
				t.Errorf("with %d lines: not healed", n)
			}
		}
		if err := os.Remove(l.heads); err != nil {
			t.Fatal(err)
		}
		l.restart(t)
		l.seal(t)
		if !bytes.Equal(l.kept(t), whole) {
			t.Error("without a file: not healed")
		}
		l.sound(t)
	})
}

func TestADamagedHeadsFileIsFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.history(t)
		whole := string(l.kept(t))
		lines := strings.SplitAfter(whole, "\n")
		other := dbtest.Vault(t)
		forged := func(seq int) string {
			head := hashed("forged")
			sig, err := other.Sign(fmt.Appendf(nil, "%d\n%s", seq, head))
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("%d %s %s\n", seq, head, hex.EncodeToString(sig))
		}
		for what, text := range map[string]string{
			"a line missing":            lines[0] + lines[2] + lines[3],
			"a foreign line":            lines[0] + forged(2) + lines[2] + lines[3],
			"a foreign line at the end": whole + forged(5),
			"a second head of a batch":  whole + forged(2),
			"a line under a new number": whole + "5" + lines[3][1:],
			"a line that is no head":    lines[0] + "what is this\n" + lines[1] + lines[2] + lines[3],
			"a word too many":           lines[0] + strings.TrimSuffix(lines[1], "\n") + " more\n" + lines[2] + lines[3],
			"an empty line":             whole + "\n",
		} {
			l.keep(t, []byte(text))
			l.restart(t)
			r, err := l.Verify(context.Background())
			if err == nil && len(r.Problems) == 0 {
				t.Errorf("%s: not found", what)
			}
		}
		l.keep(t, []byte(whole))
		l.restart(t)
		l.sound(t)
	})
}

func TestABatchThatIsNotOursIsNeverKept(t *testing.T) {
	t.Parallel()
	for what, forge := range map[string]func(f *forger){
		"a batch signed by others": func(f *forger) { f.batch(5); f.cover(true) },
		"a head of ours under another number": func(f *forger) {
			f.batch(1000)
		},
		"a batch of ours sealed anew by others": func(f *forger) {
			f.one(`UPDATE journal_batch SET sealed_at = $1 WHERE seq = 4`, begin.AddDate(0, 0, 1))
			f.cover(true)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				l := open(t, d)
				l.history(t)
				whole := l.kept(t)
				forge(newForger(t, d))
				foreign := map[string]bool{}
				for _, line := range newForgedLines(t, l) {
					foreign[line] = true
				}
				// Neither at once nor by a process that finds no file does it become
				// kept; and it keeps nothing of ours from being kept.
				l.act(t, served("later"))
				_ = l.SealAll(context.Background())
				if got := l.kept(t); !bytes.HasPrefix(got, whole) {
					t.Error("what was kept has changed")
				}
				if err := os.Remove(l.heads); err != nil {
					t.Fatal(err)
				}
				l.restart(t)
				if err := l.SealAll(context.Background()); err == nil {
					t.Error("the foreign batch was passed over in silence")
				}
				for line := range bytes.Lines(l.kept(t)) {
					if foreign[strings.TrimSuffix(string(line), "\n")] {
						t.Errorf("kept: %s", line)
					}
				}
				var ours, kept int64
				ours = l.count(t, `SELECT COUNT(*) FROM journal_batch`) - int64(len(foreign))
				kept = int64(bytes.Count(l.kept(t), []byte("\n")))
				if ours != kept {
					t.Errorf("%d of our %d batches are kept", kept, ours)
				}
			})
		})
	}
}

// newForgedLines lists the batches of the database whose signatures are not the
// installation's, as lines of a heads file.
func newForgedLines(t testing.TB, l *ledger) (out []string) {
	t.Helper()
	rows, err := l.db.Pool().Query(`SELECT seq, head, signature FROM journal_batch ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var seq int64
		var head, signature string
		if err := rows.Scan(&seq, &head, &signature); err != nil {
			t.Fatal(err)
		}
		sig, _ := hex.DecodeString(signature)
		if l.vault.Verify(sig, fmt.Appendf(nil, "%d\n%s", seq, head)) != nil {
			out = append(out, fmt.Sprintf("%d %s %s", seq, head, signature))
		}
	}
	if len(out) == 0 {
		t.Fatal("nothing was forged")
	}
	return out
}
