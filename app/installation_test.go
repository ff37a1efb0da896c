package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/place"
)

// eachPlace runs fn with an empty data folder and database of each engine.
func eachPlace(t *testing.T, fn func(t *testing.T, c Config)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			c := Config{Dir: filepath.Join(t.TempDir(), "data")}
			if dialect == db.Postgres {
				c.Database = dbtest.NewPostgres(t)
			}
			fn(t, c)
		})
	}
}

// used opens the installation and runs fn on it.
func used(t *testing.T, c Config, fn func(a *App)) {
	t.Helper()
	a, err := Open(context.Background(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	fn(a)
}

// office fills the installation with an office.
func (a *App) office(t *testing.T, by string) {
	t.Helper()
	if err := a.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Place.Open(t.Context(), civic.System(by), place.Office{Kind: "hospital", Name: "医院", Division: "14"}); err != nil {
		t.Fatal(err)
	}
}

// on runs a command on the installation.
func (c Config) on(t *testing.T, args ...string) (string, error) {
	t.Helper()
	return command(t, append(args, "--data", c.Dir, "--database", c.Database)...)
}

// refuses checks that a command fails with these words.
func (c Config) refuses(t *testing.T, words string, args ...string) {
	t.Helper()
	if out, err := c.on(t, args...); err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("%v: %v, want %q\n%s", args, err, words, out)
	}
}

func TestRealDataAreNeverServedAsADemonstration(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, c Config) {
		used(t, c, func(a *App) { a.office(t, "admin-first") })
		for range 2 {
			c.refuses(t, "--demo would let anybody in", "serve", "--demo", "--addr", "127.0.0.1:0")
		}
		used(t, c, func(a *App) {
			if err := a.admit(t.Context()); err != nil {
				t.Errorf("without --demo: %v", err)
			}
			if _, err := a.DB.Pool().Exec(`DELETE FROM installation`); err != nil { // as before there were marks
				t.Fatal(err)
			}
		})
		c.refuses(t, "--demo would let anybody in", "serve", "--demo", "--addr", "127.0.0.1:0")
	})
}

func TestADemonstrationIsNeverServedAsReal(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, c Config) {
		demo := c
		demo.Demo = true
		used(t, demo, func(a *App) { a.office(t, "demo") })
		c.refuses(t, "its passwords are public", "serve", "--addr", "127.0.0.1:0")
		used(t, demo, func(a *App) {
			if err := a.admit(t.Context()); err != nil {
				t.Errorf("with --demo: %v", err)
			}
			if _, err := a.DB.Pool().Exec(`DELETE FROM installation`); err != nil {
				t.Fatal(err)
			}
		})
		if out, err := c.on(t, "journal", "retally"); err != nil { // other commands go on
			t.Errorf("%s, %v", out, err)
		}
		c.refuses(t, "its passwords are public", "serve", "--addr", "127.0.0.1:0")
	})
}

func TestAnEmptyInstallationMayBecomeADemonstration(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, c Config) {
		used(t, c, func(a *App) {
			if err := a.Prepare(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
		c.Demo = true
		for range 2 {
			used(t, c, func(a *App) {
				if err := a.admit(t.Context()); err != nil {
					t.Fatal(err)
				}
				r, err := a.DB.Read(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if kind, err := journal.Marked(r, a.Vault); kind != journal.Demo || err != nil {
					t.Errorf("%s, %v", kind, err)
				}
				a.office(t, "demo")
			})
		}
	})
}

func TestTheKeysOfAnotherAreRefusedByEveryCommand(t *testing.T) {
	t.Parallel()
	stranger := inhabited(t)
	eachPlace(t, func(t *testing.T, c Config) {
		used(t, c, func(a *App) { a.office(t, "admin-first") })
		keys := c.KeysDir()
		if err := os.Rename(keys, keys+"-away"); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(keys, os.DirFS(filepath.Join(stranger, "keys"))); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0"}, {"serve", "--demo"}, {"journal", "verify"}, {"journal", "retally"},
			{"admin", "first", "--division", "14"}, {"backup", filepath.Join(t.TempDir(), "x")}} {
			c.refuses(t, "这个 keys 文件夹不是这个数据库的", args...)
		}
		if err := os.RemoveAll(keys); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(keys+"-away", keys); err != nil {
			t.Fatal(err)
		}
		if out, err := c.on(t, "journal", "retally"); err != nil {
			t.Errorf("%s, %v", out, err)
		}
		if out, err := c.on(t, "journal", "verify"); err != nil || !strings.Contains(out, "heads kept to 1,") {
			t.Errorf("%s, %v", out, err)
		}
	})
}

func TestOfTwoReplicasWithKeysOfTheirOwnOneStarts(t *testing.T) {
	t.Parallel()
	url := dbtest.NewPostgres(t)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		dir := t.TempDir()
		wg.Go(func() {
			a, err := Open(context.Background(), Config{Dir: dir, Database: url}, slog.New(slog.DiscardHandler))
			if err == nil {
				err = a.Close()
			}
			errs[i] = err
		})
	}
	wg.Wait()
	lost := errs[0]
	if lost == nil {
		lost = errs[1]
	} else if errs[1] != nil {
		t.Errorf("both were refused: %v", errs)
	}
	// It met the other's mark before or after it had keys of its own.
	if code := civic.As(lost).Code; lost == nil || code != "vault.wrong_keys" && code != "vault.keys" {
		t.Errorf("%v", errs)
	}
}
