package app

import (
	"errors"
	"fmt"
	"path/filepath"

	"yinqiao/app/backup"
	"yinqiao/civic"
	"yinqiao/db"
)

// backup opens the database as it is: a backup comes before an upgrade, so it
// must neither migrate nor make keys.
func (r runner) backup() (err error) {
	c := r.c.Backup
	d, err := r.existing(c.where)
	if err != nil {
		return say(err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	s, err := backup.Write(r.ctx, d, backup.Options{Dir: c.Data, File: c.File, WithKeys: c.WithKeys, Release: Version()})
	if err != nil {
		return say(err)
	}
	r.summary(s)
	fmt.Fprintf(r.out, "已写入 %s (written)\n", c.File)
	if s.Keys {
		fmt.Fprintln(r.out, "密钥在备份里：拿到这个文件的人可以读出全部内容，请锁好。(the keys are inside: whoever has this file can read everything)")
	} else {
		fmt.Fprintf(r.out, "密钥不在备份里：请另外保存 %s；没有它，这份备份谁也读不出来。(the keys are not inside: keep the keys folder apart; without it this backup can't be read)\n",
			filepath.Join(c.Data, backup.KeysFolder))
	}
	return nil
}

// restore loads a backup into an empty database, then says what the journal's
// verification found.
func (r runner) restore() (err error) {
	c := r.c.Restore
	d, err := db.Open(r.ctx, db.Config{URL: c.Database, Dir: c.Data})
	if err != nil {
		return say(err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := Migrate(r.ctx, d); err != nil {
		return say(err)
	}
	rep, err := backup.Restore(r.ctx, d, c.Data, c.File)
	if len(rep.Members) == 0 {
		return say(err)
	}
	r.summary(rep.Summary)
	fmt.Fprintf(r.out, "已恢复，备份做于 %s (restored a backup of that time)\n", rep.Created.In(civic.Shanghai).Format("2006-01-02 15:04:05"))
	if err != nil {
		return fmt.Errorf("the data were restored, but the journal could not be verified; run journal verify: %w", err)
	}
	v := rep.Journal
	fmt.Fprintln(r.out, "日志核对 (journal)")
	r.found(v)
	if len(v.Problems) > 0 {
		return fmt.Errorf("the data were restored, but the journal was changed before the backup was made: %d problems", len(v.Problems))
	}
	return nil
}

// summary prints what is in a backup.
func (r runner) summary(s backup.Summary) {
	for _, m := range s.Members {
		if m.Table != "" {
			fmt.Fprintf(r.out, "%-24s%12d\n", m.Table, m.Rows)
		}
	}
	fmt.Fprintf(r.out, "%-24s%12d\n", "jobs to do", s.Jobs())
	fmt.Fprintf(r.out, "%s, schema %d, %s, %.1f MB\n", s.Engine, s.Schema, s.Release, float64(s.Bytes)/1e6)
}
