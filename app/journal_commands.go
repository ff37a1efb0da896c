package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/journal"
)

var (
	errNoInstallation = civic.E(civic.NotFound, "backup.no_installation", "这个数据文件夹里没有银桥的数据库。请核对 --data 或 --database。(there is no database in the data folder; check --data or --database)")
	errOldSchema      = civic.E(civic.Conflict, "journal.old_schema", "这个数据库是旧版本的，核对不会替你升级。请用原来的版本核对；或先做备份（yinqiao backup），再升级（yinqiao migrate），然后核对。"+
		"(the database has an older schema, and verifying does not upgrade it: verify with the release it was made with, or make a backup, run migrate, and verify then)")
)

// existing opens the database as it is, for commands that make none.
func (r runner) existing(w where) (*db.DB, error) {
	if w.Database == "" && !exists(filepath.Join(w.Data, db.File)) {
		return nil, errNoInstallation
	}
	return db.Open(r.ctx, db.Config{URL: w.Database, Dir: w.Data})
}

// installed refuses a database that holds no installation: a mistyped folder must
// not look sound, nor become one. It changes nothing. It returns the schema.
func installed(ctx context.Context, c Config, d *db.DB) (schema int64, err error) {
	tables := 0
	err = d.Export(ctx, func(x *db.Export) error {
		schema = x.Schema
		for _, t := range x.Tables {
			if t != "journal_entry" && t != "installation" {
				continue
			}
			if _, err := x.Each(`SELECT 1 FROM `+t+` LIMIT 1`, func([]any) error { tables++; return nil }); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case civic.Is(err, civic.NotFound):
		return 0, errNoInstallation.Because(err)
	case err != nil:
		return 0, err
	case tables == 0 && !exists(c.headsFile()): // heads without a journal: it was cut off
		return 0, errNoInstallation.Because(errors.New("neither acts nor a mark nor kept heads"))
	}
	return schema, nil
}

// verify judges the database as it is: it neither migrates nor makes keys.
func (r runner) verify() (err error) {
	w := r.c.Journal.Verify.where
	c := Config{Dir: w.Data, Database: w.Database}
	d, err := r.existing(w)
	if err != nil {
		return say(err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	schema, err := installed(r.ctx, c, d)
	if err != nil {
		return say(err)
	}
	if schema < db.ReleaseSchema() {
		return say(errOldSchema.Because(fmt.Errorf("schema %d, release %d", schema, db.ReleaseSchema())))
	}
	v, err := vault.Open(c.KeysDir(), false)
	if err != nil {
		return say(err)
	}
	rep, err := newJournal(c, d, v, nil, r.log(w)).Verify(r.ctx)
	if err != nil {
		return say(err)
	}
	r.found(rep)
	switch n := len(rep.Problems); {
	case n == 1 && rep.Behind:
		return errors.New("数据文件夹里的 journal.heads 丢失或落后，不能证明日志没有被改动。请放回原来的文件再核对，照 docs/rooms/journal.md 处理。(the heads file is missing or behind: put the right one back and verify again)")
	case n > 0:
		return fmt.Errorf("日志被改动过，共%d处，见上。请先不要再写入，保留现场，照 docs/playbooks/journal-changed.md 处理。(the journal was changed: %d problems)", n, n)
	}
	return nil
}

// found prints what a verification found.
func (r runner) found(rep journal.Report) {
	for _, p := range rep.Problems {
		fmt.Fprintf(r.out, "PROBLEM batch %d entry %s: %s\n", p.Batch, p.Entry, p.Say)
	}
	fmt.Fprintf(r.out, "%d batches, heads kept to %d, %d entries sealed, %d not sealed yet, %d details erased, %d problems\n",
		rep.Batches, rep.Kept, rep.Entries, rep.Unsealed, rep.Erased, len(rep.Problems))
}

func (r runner) retally() error {
	w := r.c.Journal.Retally.where
	if err := r.inspect(w); err != nil {
		return say(err)
	}
	return r.with(w, func(a *App) error {
		if err := a.Journal.SealAll(r.ctx); err != nil {
			return err
		}
		t, err := a.Journal.Retally(r.ctx)
		if err == nil {
			fmt.Fprintf(r.out, "%d figures, %d were different and are right now\n", t.Rows, t.Different)
		}
		return err
	})
}

// inspect refuses where there is no installation, before anything is made.
func (r runner) inspect(w where) (err error) {
	d, err := r.existing(w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	_, err = installed(r.ctx, Config{Dir: w.Data, Database: w.Database}, d)
	return err
}

// exists reports whether a file is there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
