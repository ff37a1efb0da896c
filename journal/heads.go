package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
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

// load reads all heads. A last line without its end was cut short by a crash: it
// is dropped even if it can be read, since the database holds that batch and it
// is appended again.
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
	r := bufio.NewReader(f)
	for n := 1; ; n++ {
		line, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		l, ok := parseHead(line)
		if !ok {
			return nil, fmt.Errorf("journal: line %d of the heads file can't be read", n)
		}
		out = append(out, l)
	}
}

func parseHead(line string) (headLine, bool) {
	w := strings.Split(strings.TrimSuffix(line, "\n"), " ")
	if len(w) != 3 {
		return headLine{}, false
	}
	seq, err := strconv.ParseInt(w[0], 10, 64)
	return headLine{seq, w[1], w[2]}, err == nil
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

// add appends heads durably, leaving out those that are there. A torn last line
// is removed first. It follows reach.
func (h *headFile) add(ls []headLine) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var b strings.Builder
	last := h.last
	for _, l := range ls {
		if l.Seq > last { // two sealers may have read the same batches
			fmt.Fprintf(&b, "%d %s %s\n", l.Seq, l.Head, l.Signature)
			last = l.Seq
		}
	}
	if b.Len() == 0 {
		return nil
	}
	f, err := os.OpenFile(h.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := cutTorn(f); err != nil {
		return err
	}
	if _, err := f.WriteString(b.String()); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	h.last = last
	return nil
}

// cutTorn removes a last line without its end, left by a crash in a write. It
// may be long: some file systems leave zeros where the data did not arrive.
func cutTorn(f *os.File) error {
	st, err := f.Stat()
	if err != nil {
		return err
	}
	buf := make([]byte, 4096)
	for end := st.Size(); end > 0; {
		from := max(0, end-int64(len(buf)))
		part := buf[:end-from]
		if _, err := f.ReadAt(part, from); err != nil {
			return err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			if keep := from + int64(i) + 1; keep < st.Size() {
				return f.Truncate(keep)
			}
			return nil
		}
		end = from
	}
	return f.Truncate(0)
}
