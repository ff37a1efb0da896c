package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
)

// headFile keeps the signed heads outside the database, one line each:
// sequence, head, signature. It only ever grows.
type headFile struct {
	path string
	mu   sync.Mutex
	last int64 // highest sequence in the file; -1 before it was read
	read bool
}

type headLine struct {
	Seq             int64
	Head, Signature string
}

// load reads all heads. A last line cut short by a crash is dropped, since the
// database holds that batch and it is appended again.
func (h *headFile) load() ([]headLine, error) {
	f, err := os.Open(h.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []headLine
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan(); n++ {
		var l headLine
		if k, err := fmt.Sscanf(sc.Text(), "%d %s %s", &l.Seq, &l.Head, &l.Signature); err != nil || k != 3 {
			if !sc.Scan() {
				break
			}
			return nil, fmt.Errorf("journal: line %d of the heads file can't be read", n)
		}
		out = append(out, l)
	}
	return out, sc.Err()
}

// reach returns the highest sequence kept.
func (h *headFile) reach() (int64, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.read {
		return h.last, nil
	}
	all, err := h.load()
	if err != nil {
		return 0, err
	}
	for _, l := range all {
		h.last = max(h.last, l.Seq)
	}
	h.read = true
	return h.last, nil
}

// add appends heads durably. A torn last line is ended first.
func (h *headFile) add(ls []headLine) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, err := os.OpenFile(h.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := cutTorn(f); err != nil {
		return err
	}
	var b strings.Builder
	for _, l := range ls {
		fmt.Fprintf(&b, "%d %s %s\n", l.Seq, l.Head, l.Signature)
	}
	if _, err := f.WriteString(b.String()); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	for _, l := range ls {
		h.last = max(h.last, l.Seq)
	}
	return nil
}

// cutTorn removes a last line without its end, left by a crash in a write.
func cutTorn(f *os.File) error {
	st, err := f.Stat()
	if err != nil || st.Size() == 0 {
		return err
	}
	tail := make([]byte, min(st.Size(), 4096))
	if _, err := f.ReadAt(tail, st.Size()-int64(len(tail))); err != nil {
		return err
	}
	if tail[len(tail)-1] == '\n' {
		return nil
	}
	keep := st.Size() - int64(len(tail)) + int64(strings.LastIndexByte(string(tail), '\n')+1)
	return f.Truncate(keep)
}
