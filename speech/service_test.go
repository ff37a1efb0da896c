package speech

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yinqiao/civic"
)

// fake is a voice whose sound is as long as its reading, and that counts.
type fake struct {
	name string
	said atomic.Int64
	fail atomic.Bool
	gate chan struct{} // if set, Say waits for it
}

func (f *fake) ID(u Utterance) string { return f.name }

func (f *fake) Say(ctx context.Context, u Utterance, s Style) (PCM, error) {
	f.said.Add(1)
	if f.gate != nil {
		select {
		case <-f.gate:
		case <-ctx.Done():
			return PCM{}, silent(ctx.Err())
		}
	}
	if f.fail.Load() {
		return PCM{}, silent(errors.New("broken"))
	}
	p := tone(8000, 300, 5000)
	p.Samples = p.Samples[:100*len(u.Reading.Tokens)]
	return p, nil
}

func service(t testing.TB, c Config) *Service {
	t.Helper()
	if c.Clock == nil {
		c.Clock = time.Now
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestATextIsMadeOnceAndThenComesFromTheCache(t *testing.T) {
	t.Parallel()
	dir, voice := t.TempDir(), &fake{name: "a"}
	s := service(t, Config{Cache: dir, Voices: []Voice{voice}})
	first, err := s.Say(t.Context(), Request{Text: "您好", Format: Web})
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Say(t.Context(), Request{Text: "您好", Format: Web})
	if err != nil || !bytes.Equal(first.Data, again.Data) || first.ETag != again.ETag || !first.Made.Equal(again.Made) {
		t.Errorf("%v %v", again.ETag, err)
	}
	restarted := service(t, Config{Cache: dir, Voices: []Voice{voice}})
	if _, err := restarted.Say(t.Context(), Request{Text: "您好", Format: Web}); err != nil {
		t.Fatal(err)
	}
	if voice.said.Load() != 1 {
		t.Errorf("made %d times", voice.said.Load())
	}
	for name, other := range map[string]Request{
		"another text": {Text: "再见", Format: Web}, "another format": {Text: "您好", Format: Phone}, "another style": {Text: "您好", Format: Web, Style: Slow},
	} {
		before := voice.said.Load()
		if _, err := s.Say(t.Context(), other); err != nil || voice.said.Load() != before+1 {
			t.Errorf("%s is not made anew: %v", name, err)
		}
	}
	elsewhere := &fake{name: "b"}
	if _, err := service(t, Config{Cache: dir, Voices: []Voice{elsewhere}}).Say(t.Context(), Request{Text: "您好", Format: Web}); err != nil || elsewhere.said.Load() != 1 {
		t.Errorf("another voice is taken from the cache of the first: %v", err)
	}
}

func TestManyWhoWantTheSameAreServedByOneSynthesis(t *testing.T) {
	t.Parallel()
	voice := &fake{name: "a", gate: make(chan struct{})}
	s := service(t, Config{Cache: t.TempDir(), Voices: []Voice{voice}})
	var wg sync.WaitGroup
	var arrived atomic.Int64
	for range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if arrived.Add(1) == 50 {
				close(voice.gate)
			}
			if clip, err := s.Say(context.Background(), Request{Text: "您好"}); err != nil || len(clip.Data) == 0 {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	if n := voice.said.Load(); n != 1 {
		t.Errorf("made %d times", n)
	}
}

func TestTheWorkGoesOnWhenTheFirstCallerLeaves(t *testing.T) {
	t.Parallel()
	voice := &fake{name: "a", gate: make(chan struct{})}
	s := service(t, Config{Cache: t.TempDir(), Voices: []Voice{voice}})
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := s.Say(ctx, Request{Text: "您好"})
		left <- err
	}()
	for voice.said.Load() == 0 { // until the work has begun
		select {
		case err := <-left:
			t.Fatal(err)
		default:
			runtime.Gosched()
		}
	}
	cancel()
	if err := <-left; !civic.Is(err, civic.Unavailable) {
		t.Errorf("the caller who left was told %v", err)
	}
	close(voice.gate)
	if _, err := s.Say(t.Context(), Request{Text: "您好"}); err != nil || voice.said.Load() != 1 {
		t.Errorf("made %d times, %v", voice.said.Load(), err)
	}
}

func TestTheNextVoiceSpeaksWhenOneCannot(t *testing.T) {
	t.Parallel()
	first, second := &fake{name: "a"}, &fake{name: "b"}
	first.fail.Store(true)
	s := service(t, Config{Cache: t.TempDir(), Voices: []Voice{first, second}})
	if _, err := s.Say(t.Context(), Request{Text: "您好"}); err != nil || second.said.Load() != 1 {
		t.Fatal(err)
	}
	first.fail.Store(false)
	if _, err := s.Say(t.Context(), Request{Text: "您好"}); err != nil || first.said.Load() != 2 || second.said.Load() != 1 {
		t.Errorf("the better voice is not used once it is back: %v", err)
	}
	first.fail.Store(true)
	second.fail.Store(true)
	if _, err := s.Say(t.Context(), Request{Text: "再见"}); !civic.Is(err, civic.Unavailable) {
		t.Error(err)
	}
}

func TestWithoutAVoiceTheServiceIsUnavailableAndSaysSo(t *testing.T) {
	t.Parallel()
	s := service(t, Config{Espeak: "/nowhere/espeak-ng"})
	if s.Available() {
		t.Error("it claims to be available")
	}
	_, err := s.Say(t.Context(), Request{Text: "您好"})
	if e := civic.As(err); e.Kind != civic.Unavailable || !strings.HasSuffix(e.Say, "。") {
		t.Error(err)
	}
	if r, _, _, err := s.Audio(t.Context(), "您好", Web); r != nil || !civic.Is(err, civic.Unavailable) {
		t.Error(err)
	}
	synthesiser(t)
	if !service(t, Config{}).Available() {
		t.Error("espeak-ng is there, and it claims not to be available")
	}
}

func TestATextWithNothingToSayOrTooMuchIsInvalid(t *testing.T) {
	t.Parallel()
	s := service(t, Config{Voices: []Voice{&fake{name: "a"}}})
	for _, text := range []string{"", " \n", "😀", strings.Repeat("好", MaxText+1)} {
		if _, err := s.Say(t.Context(), Request{Text: text}); !civic.Is(err, civic.Invalid) {
			t.Errorf("%.10q: %v", text, err)
		}
	}
}

func TestAudioIsServedWithRangesAndNotModified(t *testing.T) {
	t.Parallel()
	s := service(t, Config{Cache: t.TempDir(), Voices: []Voice{&fake{name: "a"}}})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, made, etag, err := s.Audio(r.Context(), "您好", Web)
		if err != nil {
			http.Error(w, "", 500)
			return
		}
		w.Header().Set("Content-Type", Web.Type())
		w.Header().Set("ETag", etag)
		http.ServeContent(w, r, "", made, body)
	}))
	defer srv.Close()
	get := func(key, value string) *http.Response {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, nil)
		req.Header.Set(key, value)
		resp, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		return resp
	}
	whole := get("Accept", "audio/wav")
	if whole.StatusCode != 200 || whole.Header.Get("Last-Modified") == "" {
		t.Error(whole.Status, whole.Header)
	}
	if part := get("Range", "bytes=0-1"); part.StatusCode != http.StatusPartialContent { // what Safari and Chromium ask first
		t.Error(part.Status)
	}
	if same := get("If-None-Match", whole.Header.Get("ETag")); same.StatusCode != http.StatusNotModified {
		t.Error(same.Status)
	}
}

func TestASecretIsKeptOnNoDiskAndToldToNoOtherMachine(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	away, _ := remote(t, new(atomic.Int64), func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_, _ = w.Write(EncodeWAV(tone(8000, 300, 5000)))
	})
	dir, here := t.TempDir(), &fake{name: "here"}
	s := service(t, Config{Cache: dir, Voices: []Voice{away, here}})
	for range 2 {
		if _, err := s.Say(t.Context(), Request{Text: "您的口令是：4821 6350。", Secret: true}); err != nil {
			t.Fatal(err)
		}
	}
	if files, _ := clips(t, dir); len(files) != 0 || asked.Load() != 0 || here.said.Load() != 2 {
		t.Errorf("%d files, another machine was asked %d times, this one %d times", len(files), asked.Load(), here.said.Load())
	}
	if _, err := s.Say(t.Context(), Request{Text: "您的口令是：4821 6350。"}); err != nil || asked.Load() != 1 {
		t.Errorf("what is no secret: %v, asked %d times", err, asked.Load())
	}
	// What the cache holds already says nothing of a secret either: it is made anew.
	if _, err := s.Say(t.Context(), Request{Text: "您的口令是：4821 6350。", Secret: true}); err != nil || here.said.Load() != 3 {
		t.Errorf("%v, %d times", err, here.said.Load())
	}
	alone := service(t, Config{Voices: []Voice{away}})
	if _, err := alone.Say(t.Context(), Request{Text: "4821 6350", Secret: true}); !civic.Is(err, civic.Unavailable) {
		t.Errorf("with no voice but another machine's: %v", err)
	}
}
