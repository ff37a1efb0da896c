package backup

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// spool is a file for one member at a time. Its name is gone at once where the
// system allows that, and at the end everywhere.
type spool struct {
	f    *os.File
	path string
}

func newSpool(path string) (*spool, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	_ = os.Remove(path) // while it is open: not on every system
	return &spool{f, path}, nil
}

func (s *spool) reset() error {
	if _, err := s.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return s.f.Truncate(0)
}

// rewind goes back to the beginning and returns the size.
func (s *spool) rewind() (int64, error) {
	n, err := s.f.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	_, err = s.f.Seek(0, io.SeekStart)
	return n, err
}

func (s *spool) close() {
	_ = s.f.Close()
	_ = os.Remove(s.path)
}

// heads is the part of the heads file that was complete when it was opened. The
// file only ever grows, but for a torn last line.
type heads struct {
	f    *os.File // nil when there is none yet
	size int64
}

func openHeads(path string) (*heads, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &heads{}, nil
	}
	if err != nil {
		return nil, err
	}
	h := &heads{f: f}
	if h.size, err = completeLines(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return h, nil
}

// completeLines returns where the last complete line ends.
func completeLines(f *os.File) (int64, error) {
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	buf := make([]byte, 4096)
	for end := st.Size(); end > 0; {
		from := max(0, end-int64(len(buf)))
		part := buf[:end-from]
		if _, err := f.ReadAt(part, from); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		end = from
	}
	return 0, nil
}

func (h *heads) copy(b *bufio.Writer, p *Member) error {
	if h.f == nil {
		return nil
	}
	count := &lines{}
	n, err := io.Copy(io.MultiWriter(b, count), io.NewSectionReader(h.f, 0, h.size))
	if err == nil && n != h.size {
		err = fmt.Errorf("backup: the heads file became shorter while it was read")
	}
	p.Rows = count.n
	return err
}

func (h *heads) close() {
	if h.f != nil {
		_ = h.f.Close()
	}
}

// lines counts line ends.
type lines struct{ n int64 }

func (l *lines) Write(b []byte) (int, error) {
	l.n += int64(bytes.Count(b, []byte{'\n'}))
	return len(b), nil
}

// writeDurably makes a file for its owner alone; it must not exist.
func writeDurably(path string, from io.Reader) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, from); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncDir makes a rename durable where folders can be synced.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = f.Sync() // not on every system
	return f.Close()
}
