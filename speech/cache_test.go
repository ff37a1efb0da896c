package speech

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// clips returns the files of the cache.
func clips(t *testing.T, dir string) (files []string, bytes int64) {
	t.Helper()
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			files = append(files, path)
			bytes += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, bytes
}

func TestADamagedClipIsMadeAgain(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func([]byte) []byte{
		"cut":     func(b []byte) []byte { return b[:len(b)/2] },
		"flipped": func(b []byte) []byte { b[len(b)-5] ^= 1; return b },
		"empty":   func(b []byte) []byte { return nil },
		"foreign": func(b []byte) []byte { return bytes.Repeat([]byte("x"), 100) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, voice := t.TempDir(), &fake{name: "a"}
			s := service(t, Config{Cache: dir, Voices: []Voice{voice}})
			good, err := s.Say(t.Context(), Request{Text: "您好"})
			if err != nil {
				t.Fatal(err)
			}
			files, _ := clips(t, dir)
			if len(files) != 1 {
				t.Fatal(files)
			}
			data, _ := os.ReadFile(files[0])
			if err := os.WriteFile(files[0], damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			again, err := s.Say(t.Context(), Request{Text: "您好"})
			if err != nil || !bytes.Equal(good.Data, again.Data) || voice.said.Load() != 2 {
				t.Errorf("made %d times, %v", voice.said.Load(), err)
			}
			if _, err := s.Say(t.Context(), Request{Text: "您好"}); err != nil || voice.said.Load() != 2 {
				t.Errorf("the repaired clip is not used: %d, %v", voice.said.Load(), err)
			}
		})
	}
}

func TestTheCacheKeepsItsSizeAndDropsWhatWasUsedLongestAgo(t *testing.T) {
	t.Parallel()
	dir, voice := t.TempDir(), &fake{name: "a"}
	var now atomic.Int64
	now.Store(time.Now().Unix()) // as the files are stamped
	clock := func() time.Time { return time.Unix(now.Load(), 0) }
	// a clip of two syllables takes 44 bytes of header, 400 of sound and those of the cache
	size := int64(cacheHeader + 444)
	c := Config{Cache: dir, CacheBytes: 3*size + 10, Voices: []Voice{voice}, Clock: clock}
	s := service(t, c)
	texts := []string{"甲一", "乙一", "丙一", "丁一"}
	use := func(s *Service, text string) (made bool) {
		t.Helper()
		now.Add(120)
		before := voice.said.Load()
		if _, err := s.Say(t.Context(), Request{Text: text}); err != nil {
			t.Fatal(err)
		}
		return voice.said.Load() > before
	}
	for _, text := range texts[:3] {
		use(s, text)
	}
	use(s, texts[0])  // now 乙 is the oldest
	s = service(t, c) // and stays so after a restart
	use(s, texts[3])  // which drops it
	if files, bytes := clips(t, dir); len(files) != 3 || bytes > c.CacheBytes {
		t.Errorf("%d clips of %d bytes", len(files), bytes)
	}
	for text, dropped := range map[string]bool{texts[0]: false, texts[2]: false, texts[3]: false} {
		if use(s, text) != dropped {
			t.Errorf("%s: dropped is %v", text, !dropped)
		}
	}
	if !use(s, texts[1]) {
		t.Error("what was used longest ago is still there")
	}
}

func TestTheCacheIsSafeForManyAtOnce(t *testing.T) {
	t.Parallel()
	dir, voice := t.TempDir(), &fake{name: "a"}
	limit := int64(6 * (cacheHeader + 444))
	s := service(t, Config{Cache: dir, CacheBytes: limit, Voices: []Voice{voice}})
	two := service(t, Config{Cache: dir, CacheBytes: limit, Voices: []Voice{voice}}) // another process
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 100 {
				svc := s
				if w%2 == 1 {
					svc = two
				}
				text := string([]rune("甲乙丙丁戊己庚辛壬癸")[(i*7+w)%10]) + "一"
				clip, err := svc.Say(context.Background(), Request{Text: text})
				if err != nil {
					t.Error(err)
					return
				}
				if p, err := DecodeWAV(clip.Data); err != nil || len(p.Samples) != 200 {
					t.Errorf("%s: %d samples, %v", text, len(p.Samples), err)
				}
			}
		}()
	}
	wg.Wait()
	if s.cache.size > limit || s.cache.size < 0 || two.cache.size > limit {
		t.Errorf("%d and %d of %d bytes", s.cache.size, two.cache.size, limit)
	}
	var sum int64
	for el := s.cache.order.Front(); el != nil; el = el.Next() {
		sum += el.Value.(*entry).size
	}
	if sum != s.cache.size || s.cache.order.Len() != len(s.cache.at) {
		t.Errorf("the books don't balance: %d of %d", sum, s.cache.size)
	}
}

func TestACacheThatCannotBeWrittenDoesNotSilenceAnybody(t *testing.T) {
	t.Parallel()
	dir, voice := filepath.Join(t.TempDir(), "cache"), &fake{name: "a"}
	s := service(t, Config{Cache: dir, Voices: []Voice{voice}})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, []byte("in the way"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if clip, err := s.Say(t.Context(), Request{Text: "您好"}); err != nil || len(clip.Data) == 0 {
			t.Error(err)
		}
	}
	if voice.said.Load() != 2 {
		t.Errorf("made %d times", voice.said.Load())
	}
	if _, err := New(Config{Cache: dir, Clock: time.Now}); err == nil {
		t.Error("a file is accepted as the folder of the cache")
	}
}

func TestWhatWasSaidLongAgoIsNeitherUsedNorKept(t *testing.T) {
	t.Parallel()
	dir, voice := t.TempDir(), &fake{name: "a"}
	var now atomic.Int64
	now.Store(time.Now().Unix())
	c := Config{Cache: dir, CacheAge: 24 * time.Hour, Voices: []Voice{voice}, Clock: func() time.Time { return time.Unix(now.Load(), 0) }}
	s := service(t, c)
	say := func(s *Service, text string) {
		t.Helper()
		if _, err := s.Say(t.Context(), Request{Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	say(s, "甲一")
	say(s, "乙一")
	now.Add(23 * 3600)
	say(s, "甲一") // being heard again makes it no younger
	say(s, "丙一")
	if voice.said.Load() != 3 {
		t.Fatalf("made %d times", voice.said.Load())
	}
	now.Add(2 * 3600)
	say(s, "甲一")
	if voice.said.Load() != 4 {
		t.Error("a sound of the day before yesterday is heard")
	}
	if n := s.cache.sweep(); n != 1 {
		t.Errorf("the sweep removes %d", n)
	}
	if files, bytes := clips(t, dir); len(files) != 2 || bytes != s.cache.size {
		t.Errorf("%d files of %d bytes, %d in the books", len(files), bytes, s.cache.size)
	}
	now.Add(25 * 3600)
	service(t, c) // a start sweeps too
	if files, _ := clips(t, dir); len(files) != 0 {
		t.Errorf("after a restart %d are left", len(files))
	}
}
