package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"yinqiao/civic"
	"yinqiao/db/vault"
)

// archive is a backup file that was read to its end and found whole.
type archive struct {
	Manifest
	path      string
	size      int64
	raw       []byte // the manifest as it was signed
	signature []byte
	keys      map[string][]byte // by file name
}

// smallMost bounds the members that are held in memory.
const smallMost = 4 << 20

// inspect reads the whole file and holds every member against the manifest.
// Invalid if it is no backup, was cut off or altered; Conflict if it is newer
// than this release. The signature is checked by checkKeys.
func inspect(ctx context.Context, path string) (*archive, error) {
	a := &archive{path: path, keys: map[string][]byte{}}
	var found []Member
	err := each(ctx, path, func(name string, r io.Reader) (err error) {
		switch name {
		case manifestName:
			a.raw, err = small(r)
			return err
		case signatureName:
			b, err := small(r)
			if err == nil {
				if a.signature, err = hex.DecodeString(string(b)); err != nil {
					err = errDamaged.Because(err)
				}
			}
			return err
		}
		if a.raw != nil {
			return errDamaged.Because(errors.New("it comes after the manifest"))
		}
		var keep bytes.Buffer
		key, isKey := strings.CutPrefix(name, keysPrefix)
		if isKey {
			r = io.TeeReader(io.LimitReader(r, smallMost), &keep)
		}
		p, err := measure(name, r)
		found = append(found, p)
		if isKey {
			a.keys[key] = keep.Bytes()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if st, err := os.Stat(path); err == nil {
		a.size = st.Size()
	}
	if a.raw == nil || a.signature == nil {
		return nil, errDamaged.Because(errors.New("the manifest or its signature is missing"))
	}
	if a.Manifest, err = decodeManifest(a.raw); err != nil {
		return nil, err
	}
	return a, a.compare(found)
}

// compare holds what was found against the manifest, in its order.
func (a *archive) compare(found []Member) error {
	if len(found) != len(a.Members) {
		return errDamaged.Because(fmt.Errorf("%d members where the manifest has %d", len(found), len(a.Members)))
	}
	for i, p := range a.Members {
		f := found[i]
		if f.Name != p.Name || f.Rows != p.Rows || f.Bytes != p.Bytes || f.SHA256 != p.SHA256 {
			return errDamaged.Because(fmt.Errorf("%s is not as the manifest says", p.Name))
		}
	}
	for _, name := range vault.Files {
		if _, ok := a.keys[name]; ok != a.Keys {
			return errDamaged.Because(fmt.Errorf("%s%s: the manifest says otherwise", keysPrefix, name))
		}
	}
	return nil
}

func small(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, smallMost+1))
	if err == nil && len(b) > smallMost {
		err = errDamaged.Because(errors.New("too long"))
	}
	return b, err
}

func measure(name string, r io.Reader) (Member, error) {
	sum, count := sha256.New(), &lines{}
	n, err := io.Copy(io.MultiWriter(sum, count), r)
	p := Member{Name: name, Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))}
	if strings.HasPrefix(name, tablesFolder) || name == jobsMember || name == headsMember {
		p.Rows = count.n
	}
	return p, err
}

// each runs fn on the members in their order. Whatever can't be read is Invalid;
// the errors of fn stay as they are.
func each(ctx context.Context, path string, fn func(name string, r io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	zip, err := gzip.NewReader(patient{ctx, f})
	if err != nil {
		return damaged(ctx, errNotOurs, err)
	}
	in := tar.NewReader(zip)
	for first := true; ; first = false {
		h, err := in.Next()
		switch {
		case errors.Is(err, io.EOF) && !first:
			// The checksum comes after the last member.
			if _, err := io.Copy(io.Discard, zip); err != nil {
				return damaged(ctx, errDamaged, err)
			}
			return nil
		case err != nil && first && !errors.Is(err, io.ErrUnexpectedEOF):
			return damaged(ctx, errNotOurs, err)
		case err != nil:
			return damaged(ctx, errDamaged, err)
		case h.Typeflag != tar.TypeReg:
			return errDamaged.Because(fmt.Errorf("%s is no plain file", h.Name))
		case first && !strings.HasPrefix(h.Name, tablesFolder):
			return errNotOurs.Because(fmt.Errorf("it begins with %q", h.Name))
		}
		if err := fn(h.Name, judged{ctx, in}); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
}

// damaged gives an error the kind that it lacks, unless the context ended.
func damaged(ctx context.Context, as *civic.Error, err error) error {
	var e *civic.Error
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &e):
		return err
	}
	return as.Because(err)
}

// judged gives the errors of reading their kind.
type judged struct {
	ctx context.Context
	r   io.Reader
}

func (j judged) Read(b []byte) (int, error) {
	n, err := j.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) { // a cut stream is io.ErrUnexpectedEOF
		err = damaged(j.ctx, errDamaged, err)
	}
	return n, err
}

// patient ends reading when its context ends.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}
