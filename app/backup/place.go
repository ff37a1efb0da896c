package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"yinqiao/db/vault"
)

// placed is what a restore put into the data folder, to be taken away again if
// the database stays empty.
type placed struct {
	dir   string
	vault *vault.Vault
	keys  bool
	heads bool
}

// place makes the backup's keys available: those of the folder if it has any,
// else those inside the backup. Either must be the backup's own. NotFound if
// there are none, Conflict if they are others or if the folder has other heads.
func (a *archive) place(dir string) (*placed, error) {
	p := &placed{dir: dir}
	if err := a.checkHeads(filepath.Join(dir, headsMember)); err != nil {
		return nil, err
	}
	has, err := hasKeys(keysDir(dir))
	if err != nil {
		return nil, err
	}
	if has {
		if p.vault, err = vault.Open(keysDir(dir), false); err != nil {
			return nil, errKeys.Because(err)
		}
		return p, a.checkKeys(p.vault)
	}
	if !a.Keys {
		return nil, errNoKeys
	}
	if err := p.unpack(a); err != nil {
		return nil, err
	}
	return p, nil
}

func hasKeys(dir string) (bool, error) {
	for _, name := range vault.Files {
		_, err := os.Lstat(filepath.Join(dir, name))
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	return false, nil
}

// unpack writes the backup's keys beside their place, proves them and moves them
// there.
func (p *placed) unpack(a *archive) error {
	final := keysDir(p.dir)
	staged := final + ".partial"
	if err := os.RemoveAll(staged); err != nil {
		return err
	}
	if err := os.MkdirAll(staged, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(staged)
	for _, name := range vault.Files {
		if err := writeDurably(filepath.Join(staged, name), bytes.NewReader(a.keys[name])); err != nil {
			return err
		}
	}
	var err error
	if p.vault, err = vault.Open(staged, false); err != nil {
		return errDamaged.Because(err)
	}
	if err := a.checkKeys(p.vault); err != nil {
		return err
	}
	_ = os.Remove(final) // an empty folder is in the way; a full one stays
	if err := os.Rename(staged, final); err != nil {
		return err
	}
	p.keys = true
	return errors.Join(syncDir(final), syncDir(p.dir))
}

// checkHeads accepts no heads, or the very heads of the backup: with others the
// journal would never verify again.
func (a *archive) checkHeads(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	for _, m := range a.Members {
		if m.Name == headsMember && m.SHA256 == hex.EncodeToString(sum.Sum(nil)) {
			return nil
		}
	}
	return errHeads
}

// putHeads writes the heads file, unless it is there already.
func (p *placed) putHeads(r io.Reader) error {
	final := filepath.Join(p.dir, headsMember)
	if _, err := os.Lstat(final); err == nil {
		return nil // checkHeads found it the same, or an earlier try wrote it
	}
	staged := final + ".partial"
	if err := os.Remove(staged); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeDurably(staged, r); err != nil {
		return errors.Join(err, os.Remove(staged))
	}
	p.heads = true
	return errors.Join(os.Rename(staged, final), syncDir(p.dir))
}

// undo takes away what was placed.
func (p *placed) undo() error {
	var err error
	if p.keys {
		err = os.RemoveAll(keysDir(p.dir))
	}
	if p.heads {
		if e := os.Remove(filepath.Join(p.dir, headsMember)); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}
