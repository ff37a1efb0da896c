package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yinqiao/db"
)

func TestJudgingWhereNothingIsMakesNothing(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, c Config) {
		nothing := func(what string) {
			t.Helper()
			for _, args := range [][]string{{"journal", "verify"}, {"journal", "retally"}} {
				c.refuses(t, "没有银桥的数据库", args...)
			}
			if exists(c.KeysDir()) {
				t.Errorf("%s: keys were made", what)
			}
		}
		nothing("no folder")
		if exists(filepath.Join(c.Dir, db.File)) {
			t.Error("a database was made")
		}
		if _, err := c.on(t, "migrate"); err != nil {
			t.Fatal(err)
		}
		nothing("only migrated")
	})
}

func TestVerifyingDoesNotUpgradeWhatItJudges(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, c Config) {
		used(t, c, func(a *App) {
			a.office(t, "admin-first")
			if err := a.Journal.SealAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := a.DB.MigrateTo(t.Context(), 4); err != nil { // before there were installations
				t.Fatal(err)
			}
		})
		for range 2 {
			c.refuses(t, "run migrate", "journal", "verify")
		}
		for _, args := range [][]string{{"migrate"}, {"journal", "verify"}} {
			if out, err := c.on(t, args...); err != nil {
				t.Errorf("%v: %s, %v", args, out, err)
			}
		}
		d, err := db.Open(context.Background(), db.Config{URL: c.Database, Dir: c.Dir})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		var n int
		if err := d.Pool().QueryRow(`SELECT COUNT(*) FROM installation`).Scan(&n); err != nil || n != 0 {
			t.Errorf("verifying marked the database: %d, %v", n, err)
		}
	})
}

func TestVerifyingSaysWhenAllOfTheJournalIsGone(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, c Config) {
		used(t, c, func(a *App) {
			a.office(t, "admin-first")
			if err := a.Journal.SealAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, q := range []string{`DELETE FROM journal_detail`, `DELETE FROM journal_about`, `DELETE FROM journal_entry`, `DELETE FROM journal_batch`,
				`UPDATE journal_chain SET seq = 0, head = ''`, `DELETE FROM installation`} {
				if _, err := a.DB.Pool().Exec(q); err != nil {
					t.Fatal(err)
				}
			}
		})
		if out, err := c.on(t, "journal", "verify"); err == nil || !strings.Contains(out, "cut off") {
			t.Errorf("%s, %v", out, err)
		}
		if err := os.Remove(c.headsFile()); err != nil {
			t.Fatal(err)
		}
		c.refuses(t, "没有银桥的数据库", "journal", "verify")
	})
}

func TestTheFirstAdministratorNeedsADivisionThatExists(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, c Config) {
		c.refuses(t, "没有代码为“99”的行政区划", "admin", "first", "--division", "99")
		if out, err := c.on(t, "admin", "first", "--division", "14"); err != nil || !strings.Contains(out, "otpauth") {
			t.Errorf("%s, %v", out, err)
		}
		c.refuses(t, "--demo would let anybody in", "serve", "--demo", "--addr", "127.0.0.1:0")
	})
}
