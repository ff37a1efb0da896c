package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/journal"
)

// Write copies the installation, as it is at one moment, into o.File while it
// serves. The file appears under its name when it is complete and durable, for
// its owner alone. Conflict if it, or its .partial, exists or if the database is
// newer than this release; NotFound if there is no installation or no
// keys; Unavailable if the keys are another's.
func Write(ctx context.Context, d *db.DB, o Options) (_ Summary, err error) {
	if _, err := os.Lstat(o.File); err == nil {
		return Summary{}, errExists
	}
	v, err := vault.Open(keysDir(o.Dir), false)
	if err != nil {
		return Summary{}, errKeysAway.Because(err)
	}
	// Nobody could read a backup that other keys signed.
	if err := journal.CheckMark(ctx, d, func() (*vault.Vault, error) { return v, nil }); err != nil {
		return Summary{}, err
	}
	// The heads are measured before the state of the database is fixed: a head of
	// a batch that the backup lacks would look like a cut tail.
	heads, err := openHeads(filepath.Join(o.Dir, HeadsFile))
	if err != nil {
		return Summary{}, err
	}
	defer heads.close()

	partial := o.File + ".partial"
	f, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return Summary{}, errPartial
	}
	if err != nil {
		return Summary{}, err
	}
	done := false
	defer func() {
		if !done {
			err = errors.Join(err, f.Close(), os.Remove(partial))
		}
	}()
	s := Summary{Manifest: Manifest{Format: Format, Created: time.Now().UTC().Truncate(time.Microsecond), Engine: d.Dialect(), Release: o.Release, Keys: o.WithKeys}}
	if s.Proof, err = prove(v, s.Created); err != nil {
		return s, err
	}
	if err := fill(ctx, d, o, v, heads, f, &s.Manifest); err != nil {
		return s, err
	}
	if err := f.Sync(); err != nil {
		return s, err
	}
	if st, err := f.Stat(); err == nil {
		s.Bytes = st.Size()
	}
	if _, err := os.Lstat(o.File); err == nil {
		return s, errExists
	}
	done = true
	if err := errors.Join(f.Close(), os.Rename(partial, o.File)); err != nil {
		return s, errors.Join(err, os.Remove(partial))
	}
	return s, syncDir(filepath.Dir(o.File))
}

// fill writes the members, the manifest and its signature.
func fill(ctx context.Context, d *db.DB, o Options, v *vault.Vault, heads *heads, f io.Writer, m *Manifest) error {
	zip, err := gzip.NewWriterLevel(f, gzip.BestSpeed) // most of it is sealed and won't shrink
	if err != nil {
		return err
	}
	w := &writer{tar: tar.NewWriter(zip), m: m}
	if w.spool, err = newSpool(o.File + ".partial.part"); err != nil {
		return err
	}
	defer w.spool.close()
	if err := d.Export(ctx, func(x *db.Export) error {
		m.Schema = x.Schema
		for _, t := range x.Tables {
			if err := w.table(x, t); err != nil {
				return err
			}
		}
		return w.member(Member{Name: jobsMember}, func(b *bufio.Writer, p *Member) (err error) {
			p.Rows, err = writeJobs(x, d.Dialect(), b)
			return err
		})
	}); err != nil {
		return err
	}
	if err := w.member(Member{Name: headsMember}, heads.copy); err != nil {
		return err
	}
	if o.WithKeys {
		if err := w.keys(keysDir(o.Dir)); err != nil {
			return err
		}
	}
	raw, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	sig, err := v.Sign(signed(raw))
	if err != nil {
		return err
	}
	return errors.Join(w.raw(manifestName, int64(len(raw)), bytes.NewReader(raw)),
		w.raw(signatureName, int64(2*len(sig)), bytes.NewReader([]byte(hex.EncodeToString(sig)))),
		w.tar.Close(), zip.Close())
}

// writer adds members to the tar. A tar wants the size of a member in front of
// it, so that each is spooled to a file first.
type writer struct {
	tar   *tar.Writer
	spool *spool
	m     *Manifest
}

func (w *writer) table(x *db.Export, name string) error {
	var line []byte
	err := w.member(Member{Name: tableMember(name), Table: name}, func(b *bufio.Writer, p *Member) (err error) {
		p.Columns, err = x.Table(name, func(row []any) (err error) {
			if line, err = appendRow(line[:0], row); err != nil {
				return err
			}
			p.Rows++
			_, err = b.Write(line)
			return err
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("backup: table %s: %w", name, err)
	}
	return nil
}

func (w *writer) keys(dir string) error {
	for _, name := range vault.Files {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if err := w.member(Member{Name: keysPrefix + name}, func(out *bufio.Writer, _ *Member) error {
			_, err := out.Write(b)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// member spools what fill writes, then adds it to the tar and to the manifest.
func (w *writer) member(p Member, fill func(*bufio.Writer, *Member) error) error {
	if err := w.spool.reset(); err != nil {
		return err
	}
	sum := sha256.New()
	b := bufio.NewWriterSize(io.MultiWriter(w.spool.f, sum), 256<<10)
	if err := errors.Join(fill(b, &p), b.Flush()); err != nil {
		return err
	}
	var err error
	if p.Bytes, err = w.spool.rewind(); err != nil {
		return err
	}
	p.SHA256 = hex.EncodeToString(sum.Sum(nil))
	w.m.Members = append(w.m.Members, p)
	return w.raw(p.Name, p.Bytes, w.spool.f)
}

func (w *writer) raw(name string, size int64, from io.Reader) error {
	if err := w.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: w.m.Created.Truncate(time.Second)}); err != nil {
		return err
	}
	_, err := io.Copy(w.tar, from)
	return err
}
