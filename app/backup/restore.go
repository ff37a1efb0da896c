package backup

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"yinqiao/db"
	"yinqiao/jobs"
	"yinqiao/journal"
)

// Report is what a restore loaded, and what the journal's verification found
// afterwards.
type Report struct {
	Summary
	KeysPlaced bool // the keys came out of the backup
	Journal    journal.Report
}

// Restore loads a backup into an empty, migrated database of either engine, puts
// keys and heads into the data folder and verifies the journal. It changes
// nothing before the whole file was read and found right, and either loads all
// of it or leaves the database and the folder as they were.
//
// Invalid if the file is no backup or is damaged; Conflict if the database is not
// empty, the backup newer than this release, or keys or heads in the folder are
// others; NotFound if the keys are nowhere. With another error the journal's
// report may be missing although all was loaded: the Report's Members say so.
func Restore(ctx context.Context, d *db.DB, dir, file string) (Report, error) {
	a, err := inspect(ctx, file)
	if err != nil {
		return Report{}, err
	}
	l := &loader{archive: a, db: d}
	if err := l.survey(ctx); err != nil {
		return Report{}, err
	}
	if l.queue, err = jobs.New(d, slog.New(slog.DiscardHandler)); err != nil {
		return Report{}, err
	}
	if l.placed, err = a.place(dir); err != nil {
		return Report{}, err
	}
	if err := d.Write(ctx, l.load); err != nil {
		return Report{}, l.undo(ctx, err)
	}
	rep := Report{Summary: Summary{a.Manifest, a.size}, KeysPlaced: l.placed.keys}
	// Judged as of then: the newest heads may not have been copied when the backup
	// began. They are put right, unless something is wrong.
	j := journal.New(journal.Config{DB: d, Vault: l.placed.vault, Jobs: l.queue, Clock: func() time.Time { return a.Created },
		Log: slog.New(slog.DiscardHandler), Heads: filepath.Join(dir, headsMember)})
	if rep.Journal, err = j.Verify(ctx); err == nil && len(rep.Journal.Problems) == 0 {
		err = j.KeepHeads(ctx)
	}
	return rep, err
}

// loader loads a whole archive in one transaction.
type loader struct {
	*archive
	db     *db.DB
	queue  *jobs.Queue
	tables []string // of the target
	placed *placed
	loaded bool // all of it: what is left is the commit
}

// survey refuses a target that is not empty or does not know what the backup
// has, before anything is written.
func (l *loader) survey(ctx context.Context) error {
	return l.db.Export(ctx, func(x *db.Export) error {
		if x.Schema != db.ReleaseSchema() {
			return errors.New("backup: the target was not migrated to this release")
		}
		l.tables = x.Tables
		for _, m := range l.Members {
			if m.Table == "" {
				continue
			}
			if m.Name != tableMember(m.Table) || !slices.Contains(x.Tables, m.Table) {
				return errUnknown.Because(fmt.Errorf("table %s", m.Table))
			}
			columns, err := x.Columns(m.Table)
			if err != nil {
				return err
			}
			for _, c := range m.Columns {
				if !slices.Contains(columns, c) {
					return errUnknown.Because(fmt.Errorf("column %s of %s", c, m.Table))
				}
			}
		}
		for _, q := range l.probes(untouchedChain) {
			if _, err := x.Each(q, func(row []any) error {
				if n, _ := row[0].(int64); n != 0 {
					return errNotEmpty.Because(errors.New(q))
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

const (
	chain = "journal_chain"
	// mark is what a first start makes before there is anything else. It is no
	// content, and that of the backup replaces it.
	mark = "installation"
	// untouchedChain leaves out the row that the migration made.
	untouchedChain = ` WHERE NOT (one = 1 AND seq = 0 AND head = '')`
)

// probes are queries that count 0 in an empty database.
func (l *loader) probes(ofChain string) []string {
	var out []string
	for _, t := range slices.Concat(l.tables, []string{"river_job"}) {
		if t == mark {
			continue
		}
		where := ""
		if t == chain {
			where = ofChain
		}
		out = append(out, `SELECT COUNT(*) FROM (SELECT 1 FROM `+t+where+` LIMIT 1) AS one`)
	}
	return out
}

// load runs in the transaction. It reads the file a second time and checks it
// again, since it could have been changed in between.
func (l *loader) load(tx *db.Tx) error {
	l.loaded = false
	// Two restores take turns here, and the second finds the chain taken.
	n, err := tx.Exec(`DELETE FROM ` + chain + ` WHERE one = 1 AND seq = 0 AND head = ''`)
	if err != nil {
		return err
	}
	if n != 1 {
		return errNotEmpty
	}
	for _, q := range l.probes("") {
		var n int
		if err := tx.Get(&n, q); err != nil {
			return err
		}
		if n != 0 {
			return errNotEmpty.Because(errors.New(q))
		}
	}
	if _, err := tx.Exec(`DELETE FROM ` + mark); err != nil {
		return err
	}
	i, now := 0, time.Now()
	err = each(tx.Context(), l.path, func(name string, r io.Reader) error {
		if name == manifestName || name == signatureName {
			return nil
		}
		if i >= len(l.Members) || l.Members[i].Name != name {
			return errChanged
		}
		m := l.Members[i]
		i++
		return l.member(tx, m, r, now)
	})
	if err == nil && i != len(l.Members) {
		err = errChanged
	}
	l.loaded = err == nil
	return err
}

// member loads one member and holds what it read against the manifest.
func (l *loader) member(tx *db.Tx, m Member, r io.Reader, now time.Time) error {
	sum, size := sha256.New(), int64(0)
	r = io.TeeReader(r, io.MultiWriter(sum, counter{&size}))
	if err := l.take(tx, m, r, now); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	if size != m.Bytes || hex.EncodeToString(sum.Sum(nil)) != m.SHA256 {
		return errChanged
	}
	return nil
}

var errChanged = errDamaged.Because(errors.New("the file was changed while it was read"))

type counter struct{ n *int64 }

func (c counter) Write(b []byte) (int, error) { *c.n += int64(len(b)); return len(b), nil }

func (l *loader) take(tx *db.Tx, m Member, r io.Reader, now time.Time) error {
	switch {
	case m.Table != "":
		return table(tx, m, r)
	case m.Name == jobsMember:
		return lineByLine(r, func(line []byte) error { return enqueue(tx, l.queue, line, now) })
	case m.Name == headsMember:
		return l.placed.putHeads(r)
	}
	return nil // the keys are in their place
}

// How much is held at once, in rows and in bytes of their lines.
const (
	chunk      = 500
	chunkBytes = 4 << 20
)

func table(tx *db.Tx, m Member, r io.Reader) error {
	rows, held := make([][]any, 0, chunk), 0
	flush := func() error {
		err := tx.InsertRows(m.Table, m.Columns, rows)
		rows, held = rows[:0], 0
		if err != nil {
			return fmt.Errorf("backup: table %s: %w", m.Table, err)
		}
		return nil
	}
	if err := lineByLine(r, func(line []byte) error {
		row, err := decodeRow(line, len(m.Columns))
		if err != nil {
			return errDamaged.Because(err)
		}
		rows, held = append(rows, row), held+len(line)
		if len(rows) == chunk || held > chunkBytes {
			return flush()
		}
		return nil
	}); err != nil {
		return err
	}
	return flush()
}

func lineByLine(r io.Reader, fn func(line []byte) error) error {
	b := bufio.NewReaderSize(r, 256<<10)
	for {
		line, err := b.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err := fn(bytes.TrimSuffix(line, []byte{'\n'})); err != nil {
			return err
		}
	}
}

// undo takes keys and heads away again, unless a commit was tried and the
// database is not known to be empty: a commit whose answer was lost may have been
// made, and then they are all that opens it.
func (l *loader) undo(ctx context.Context, err error) error {
	if !l.loaded {
		return errors.Join(err, l.placed.undo())
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	if e := l.survey(ctx); e != nil {
		return errors.Join(err, fmt.Errorf("keys and heads were left in the data folder: %w", e))
	}
	return errors.Join(err, l.placed.undo())
}
