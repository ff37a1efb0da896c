package speech

import (
	"bytes"
	"cmp"
	"container/list"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"yinqiao/civic"
	"yinqiao/ruledata"
)

// Clip is a finished sound.
type Clip struct {
	Data []byte    // a whole file, in the format that was asked for
	Made time.Time // when it was first made
	ETag string    // of the content, quoted as HTTP wants it
}

//go:embed data/cache.yaml
var data embed.FS

var kept = ruledata.Must[struct {
	Version   int
	Source    string
	Megabytes int64 // at most
	Minutes   int   // between two sweeps
}](data, "data/cache.yaml")

// cache keeps clips in a folder, one file a clip, named by what was asked for. A
// file carries the time it was made and a checksum; one that doesn't match is
// removed and made again. What was used longest ago goes first when the room is full; what was
// made longer ago than age is not used any more, and removed.
type cache struct {
	dir   string
	max   int64
	age   time.Duration // 0 for without bound
	clock civic.Clock

	mu    sync.Mutex
	at    map[string]*list.Element
	order *list.List // of *entry, the latest used first
	size  int64
}

type entry struct {
	key  string
	size int64
	used time.Time
}

const (
	cacheMagic  = "YQS1"
	cacheHeader = len(cacheMagic) + 8 + sha256.Size
	cacheSuffix = ".clip"
)

// openCache opens or makes the folder and learns what is in it. Leftovers of
// writes that were cut off are removed.
func openCache(dir string, max int64, age time.Duration, clock civic.Clock) (*cache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("speech cache: %w", err)
	}
	c := &cache{dir: dir, max: max, age: age, clock: clock, at: map[string]*list.Element{}, order: list.New()}
	var found []entry
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return nil // removed meanwhile
		}
		name := d.Name()
		switch {
		case strings.HasSuffix(name, ".tmp") && clock().Sub(info.ModTime()) > time.Hour:
			_ = os.Remove(path)
		case strings.HasSuffix(name, cacheSuffix):
			found = append(found, entry{strings.TrimSuffix(name, cacheSuffix), info.Size(), info.ModTime()})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("speech cache: %w", err)
	}
	slices.SortFunc(found, func(a, b entry) int { return cmp.Or(a.used.Compare(b.used), strings.Compare(a.key, b.key)) })
	for _, e := range found {
		c.at[e.key] = c.order.PushFront(&e)
		c.size += e.size
	}
	c.mu.Lock()
	c.shrink()
	c.mu.Unlock()
	c.sweep()
	return c, nil
}

// old reports whether a clip was made too long ago. One that seems to be made after now, as behind a
// clock that was put back, is too.
func (c *cache) old(made time.Time) bool {
	age := c.clock().Sub(made)
	return c.age > 0 && (age > c.age || age < -time.Hour)
}

// sweep removes what was made too long ago, by whichever process, and returns how much.
func (c *cache) sweep() int {
	n := 0
	// A folder that can't be walked now is walked by the next sweep.
	_ = filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(d.Name(), cacheSuffix) {
			return nil
		}
		made, err := madeAt(path)
		if err == nil && !c.old(made) || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if os.Remove(path) == nil {
			n++
		}
		c.forget(strings.TrimSuffix(d.Name(), cacheSuffix))
		return nil
	})
	return n
}

// madeAt reads when the clip of a file was made.
func madeAt(path string) (time.Time, error) {
	f, err := os.Open(path)
	if err != nil {
		return time.Time{}, err
	}
	defer f.Close()
	head := make([]byte, len(cacheMagic)+8)
	if _, err := io.ReadFull(f, head); err != nil {
		return time.Time{}, errNoClip
	}
	if string(head[:len(cacheMagic)]) != cacheMagic {
		return time.Time{}, errNoClip
	}
	return time.Unix(int64(binary.BigEndian.Uint64(head[len(cacheMagic):])), 0), nil
}

var errNoClip = errors.New("not a clip")

func (c *cache) path(key string) string {
	return filepath.Join(c.dir, key[:2], key+cacheSuffix)
}

// get returns the clip of a key, if a sound one is there.
func (c *cache) get(key string) (Clip, bool) {
	data, err := os.ReadFile(c.path(key))
	if err != nil {
		c.forget(key)
		return Clip{}, false
	}
	clip, err := unpack(data)
	if err != nil || c.old(clip.Made) {
		_ = os.Remove(c.path(key))
		c.forget(key)
		return Clip{}, false
	}
	c.touch(key, int64(len(data)))
	return clip, true
}

// touch notes a use. The file's time, which orders the entries after a restart,
// is set at most once a minute.
func (c *cache) touch(key string, size int64) {
	now := c.clock()
	c.mu.Lock()
	el, ok := c.at[key]
	if !ok { // another process of the same folder made it
		el = c.order.PushFront(&entry{key: key, size: size})
		c.at[key] = el
		c.size += size
	}
	c.order.MoveToFront(el)
	e := el.Value.(*entry)
	stale := now.Sub(e.used) > time.Minute
	if stale {
		e.used = now
	}
	c.shrink()
	c.mu.Unlock()
	if stale {
		_ = os.Chtimes(c.path(key), time.Time{}, now)
	}
}

// put stores a clip and returns it with its time. Failing to write costs only the
// next synthesis, so the clip is good in any case.
func (c *cache) put(key string, data []byte) (Clip, error) {
	now := c.clock()
	packed := pack(data, now)
	clip, err := unpack(packed)
	if err != nil || int64(len(packed)) > c.max {
		return clip, err
	}
	if err := writeAtomic(c.path(key), packed); err != nil {
		return clip, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.at[key]; ok {
		c.size -= el.Value.(*entry).size
		c.order.Remove(el)
	}
	c.at[key] = c.order.PushFront(&entry{key, int64(len(packed)), now})
	c.size += int64(len(packed))
	c.shrink()
	return clip, nil
}

// shrink removes what was used longest ago until the rest fits. The lock is held.
func (c *cache) shrink() {
	for c.size > c.max && c.order.Len() > 0 {
		e := c.order.Remove(c.order.Back()).(*entry)
		delete(c.at, e.key)
		c.size -= e.size
		_ = os.Remove(c.path(e.key))
	}
}

func (c *cache) forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.at[key]; ok {
		c.size -= el.Value.(*entry).size
		c.order.Remove(el)
		delete(c.at, key)
	}
}

func pack(data []byte, made time.Time) []byte {
	out := make([]byte, 0, cacheHeader+len(data))
	out = append(out, cacheMagic...)
	out = binary.BigEndian.AppendUint64(out, uint64(made.Unix()))
	sum := sha256.Sum256(data)
	out = append(out, sum[:]...)
	return append(out, data...)
}

func unpack(packed []byte) (Clip, error) {
	if len(packed) <= cacheHeader || string(packed[:len(cacheMagic)]) != cacheMagic {
		return Clip{}, errNoClip
	}
	made := time.Unix(int64(binary.BigEndian.Uint64(packed[len(cacheMagic):])), 0)
	want, data := packed[cacheHeader-sha256.Size:cacheHeader], packed[cacheHeader:]
	if sum := sha256.Sum256(data); !bytes.Equal(sum[:], want) {
		return Clip{}, errors.New("a damaged clip")
	}
	return Clip{Data: data, Made: made, ETag: fmt.Sprintf(`"%x"`, want[:12])}, nil
}

// writeAtomic writes a file so that a reader sees all of it or nothing.
func writeAtomic(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
