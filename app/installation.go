package app

import (
	"context"
	"path/filepath"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/journal"
)

var (
	errIsReal = civic.E(civic.Conflict, "installation.real", "这里存着真实的单位或人员，而 --demo 会让任何人用公开的密码进来，没有启动。请去掉 --demo，或用 --data 另选一个空文件夹做演示。"+
		"(there is real data here, and --demo would let anybody in; leave --demo out, or choose an empty folder with --data)")
	errIsDemo = civic.E(civic.Conflict, "installation.demo", "这里是演示数据，它的密码是公开的，不能当真的用，没有启动。请加上 --demo，或用 --data 另选一个空文件夹正式使用。"+
		"(this is a demonstration and its passwords are public; add --demo, or choose an empty folder with --data)")
)

// checkKeys holds the keys folder against a database that is marked, before
// anything is migrated.
func checkKeys(ctx context.Context, c Config, d *db.DB) error {
	return journal.CheckMark(ctx, d, func() (*vault.Vault, error) { return vault.Open(c.KeysDir(), false) })
}

// isFresh reports whether a migrated database was never used: neither an act nor
// a mark is in it.
func isFresh(ctx context.Context, d *db.DB) (bool, error) {
	r, err := d.Read(ctx)
	if err != nil {
		return false, err
	}
	used, err := some(r, `SELECT 1 FROM journal_entry`, `SELECT 1 FROM installation`)
	return !used, err
}

// some reports whether one of the queries has a row.
func some(q db.Q, queries ...string) (bool, error) {
	for _, query := range queries {
		var n int
		if err := q.Get(&n, `SELECT COUNT(*) FROM (`+query+` LIMIT 1) AS one`); err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}

// populated reports whether there are offices or people.
func populated(q db.Q) (bool, error) { return some(q, `SELECT 1 FROM office`, `SELECT 1 FROM person`) }

// settle marks an installation that has no mark yet and holds the keys against
// the mark.
func settle(ctx context.Context, c Config, d *db.DB, v *vault.Vault) error {
	_, err := journal.Mark(ctx, d, v, func(q db.Q) (journal.Kind, error) {
		// What is older than the mark is judged by who filled it.
		filled, err := populated(q)
		if err != nil {
			return "", err
		}
		demo := c.Demo
		if filled {
			demo, err = some(q, `SELECT 1 FROM journal_entry WHERE act = 'office.opened' AND operator_kind = 'system' AND operator_id = 'demo'`)
		}
		if demo {
			return journal.Demo, err
		}
		return journal.Real, err
	})
	return err
}

// admit refuses to serve an installation as what it is not. One that holds
// neither offices nor people may still become a demonstration.
func (a *App) admit(ctx context.Context) error {
	if err := settle(ctx, a.Config, a.DB, a.Vault); err != nil {
		return err
	}
	r, err := a.DB.Read(ctx)
	if err != nil {
		return err
	}
	kind, err := journal.Marked(r, a.Vault)
	switch {
	case err != nil:
		return err
	case kind == journal.Demo && !a.Config.Demo:
		return errIsDemo
	case kind == journal.Real && a.Config.Demo:
		return journal.Remark(ctx, a.DB, journal.Demo, func(q db.Q) error {
			filled, err := populated(q)
			if err == nil && filled {
				err = errIsReal
			}
			return err
		})
	}
	return nil
}

// headsFile is where the journal's heads are kept.
func (c Config) headsFile() string { return filepath.Join(c.Dir, "journal.heads") }
