package speech

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"yinqiao/civic"
)

// remote starts a synthesiser and a voice for it whose clock is at now.
func remote(t *testing.T, now *atomic.Int64, h http.HandlerFunc) (*Remote, *httptest.Server) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	client := srv.Client()
	client.Timeout = time.Minute // a busy machine is no failure; one test shortens it
	v, err := NewRemote(srv.URL+"/tts", client, func() time.Time { return time.Unix(now.Load(), 0) })
	if err != nil {
		t.Fatal(err)
	}
	return v, srv
}

var hello = Utterance{Text: "请付12.50元", Reading: Read("请付12.50元")}

func TestTheSynthesiserIsSentWordsWithNumbersWrittenOut(t *testing.T) {
	t.Parallel()
	var got, contentType string
	v, _ := remote(t, new(atomic.Int64), func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, contentType = r.Method+" "+string(body), r.Header.Get("Content-Type")
		_, _ = w.Write(EncodeWAV(tone(16000, 300, 5000)))
	})
	p, err := v.Say(t.Context(), hello, Style{})
	if err != nil || p.Rate != 16000 || len(p.Samples) != 16000 {
		t.Fatalf("%d samples at %d, %v", len(p.Samples), p.Rate, err)
	}
	if got != "POST 请付十二元五角" || contentType != "text/plain; charset=utf-8" {
		t.Errorf("sent %s as %s", got, contentType)
	}
}

func TestEveryFailureOfTheSynthesiserIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"an error":       func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusInternalServerError) },
		"refused":        func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"a page":         func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "<html>您好</html>") },
		"nothing":        func(w http.ResponseWriter, r *http.Request) {},
		"an empty sound": func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(EncodeWAV(PCM{Rate: 8000})) },
		"elsewhere":      func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) },
		"cut off": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "999999")
			_, _ = w.Write(EncodeWAV(tone(8000, 300, 100)))
		},
		"a dropped call": func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
		"far too late":   func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"far too much":   func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(make([]byte, maxRemote+100)) },
		"an unknown codec": func(w http.ResponseWriter, r *http.Request) {
			f := EncodeWAV(tone(8000, 300, 100))
			f[20] = 85
			_, _ = w.Write(f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, _ := remote(t, new(atomic.Int64), func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // so that the server sees the caller leave
				h(w, r)
			})
			if name == "far too late" {
				v.client.Timeout = 50 * time.Millisecond
			}
			_, err := v.Say(t.Context(), hello, Style{})
			if !civic.Is(err, civic.Unavailable) {
				t.Fatal(err)
			}
			if strings.Contains(err.Error(), "/tts") {
				t.Errorf("the address is in the error: %v", err)
			}
		})
	}
}

func TestAFailedSynthesiserIsLeftAloneForAWhile(t *testing.T) {
	t.Parallel()
	var asked, now atomic.Int64
	now.Store(1000)
	var well atomic.Bool
	v, _ := remote(t, &now, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if !well.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_, _ = w.Write(EncodeWAV(tone(8000, 300, 5000)))
	})
	for range 5 {
		if _, err := v.Say(t.Context(), hello, Style{}); !civic.Is(err, civic.Unavailable) {
			t.Fatal(err)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times while it rests", asked.Load())
	}
	well.Store(true)
	now.Add(31)
	if _, err := v.Say(t.Context(), hello, Style{}); err != nil || asked.Load() != 2 {
		t.Errorf("after its rest: %v, asked %d times", err, asked.Load())
	}
}

func TestACallerWhoLeavesDoesNotCountAgainstTheSynthesiser(t *testing.T) {
	t.Parallel()
	v, _ := remote(t, new(atomic.Int64), func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(EncodeWAV(tone(8000, 300, 5000)))
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Say(ctx, hello, Style{}); !civic.Is(err, civic.Unavailable) {
		t.Error(err)
	}
	if _, err := v.Say(t.Context(), hello, Style{}); err != nil {
		t.Error(err)
	}
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "tts", "ftp://host/x", "http://", "://"} {
		if _, err := NewRemote(address, nil, time.Now); !civic.Is(err, civic.Invalid) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := New(Config{URL: "nonsense", Clock: time.Now}); !civic.Is(err, civic.Invalid) {
		t.Error(err)
	}
}

func TestTheSynthesiserIsToldThePace(t *testing.T) {
	t.Parallel()
	var paces []string
	v, _ := remote(t, new(atomic.Int64), func(w http.ResponseWriter, r *http.Request) {
		paces = append(paces, r.Header.Get("Speech-Rate")+" "+r.Header.Get("Speech-Pause"))
		_, _ = w.Write(EncodeWAV(tone(8000, 300, 5000)))
	})
	for _, s := range []Style{{}, Slow, {Rate: 100, Pause: 100}} {
		if _, err := v.Say(t.Context(), hello, s); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"3.5 1", "2.8 2", "6 4"}; !slices.Equal(paces, want) {
		t.Errorf("told %q", paces)
	}
}

func TestATextThatTheSynthesiserRefusesDoesNotSilenceTheOthers(t *testing.T) {
	t.Parallel()
	for status, rests := range map[int]bool{400: false, 413: false, 422: false, 429: true, 500: true, 503: true} {
		var bad atomic.Bool
		bad.Store(true)
		v, _ := remote(t, new(atomic.Int64), func(w http.ResponseWriter, r *http.Request) {
			if bad.Load() {
				w.WriteHeader(status)
				return
			}
			_, _ = w.Write(EncodeWAV(tone(8000, 300, 5000)))
		})
		if _, err := v.Say(t.Context(), hello, Style{}); !civic.Is(err, civic.Unavailable) {
			t.Errorf("%d: %v", status, err)
		}
		bad.Store(false)
		if _, err := v.Say(t.Context(), hello, Style{}); (err != nil) != rests {
			t.Errorf("after %d the next is answered with %v", status, err)
		}
	}
}
