package speech

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"time"

	"yinqiao/civic"
)

// Format is the file a sound is returned as.
type Format uint8

// The formats.
const (
	Phone Format = iota // WAV, linear 16 bits, 8 kHz
	Web                 // WAV, µ-law, 16 kHz: half of linear, and browsers play it
)

// Type is the media type of the format.
func (f Format) Type() string { return "audio/wav" }

func (f Format) encode(p PCM) []byte {
	if f == Web {
		return EncodeMuLaw(p.Resample(16000))
	}
	return EncodeWAV(p.Resample(8000))
}

// Bounds of one request.
const (
	MaxText  = 2000             // characters; about eight minutes of speech
	sayLimit = 60 * time.Second // for one synthesis
)

// Config says which voices there are and where sounds are kept. With nothing but a
// clock it is offline: espeak-ng if it is installed, and no cache.
type Config struct {
	Prompts    string        // folder of recordings; empty for none
	URL        string        // HTTP synthesiser; empty for none. Asked before espeak-ng
	Espeak     string        // path of espeak-ng; empty for the one in the path
	Cache      string        // folder of finished sounds; empty for none
	CacheBytes int64         // 0 means what data/cache.yaml says
	CacheAge   time.Duration // how long a sound is kept from when it was made; 0 means until there is no room
	Style      Style
	Manner     Manner

	Client *http.Client // for the HTTP synthesiser; nil for a plain one
	Clock  civic.Clock  // required
	Voices []Voice      // instead of those above
}

// Service says texts. It may be used by many at once.
type Service struct {
	config Config
	voices []Voice
	espeak *Espeak
	cache  *cache
	flight flight
	busy   chan struct{} // one place for each synthesis that may run at once
}

// New makes the service. A missing voice is no error, Check tells of it; a cache
// that can't be opened, or an address that is none, is.
func New(c Config) (*Service, error) {
	if c.Clock == nil {
		return nil, errors.New("speech: no clock")
	}
	if c.CacheBytes <= 0 {
		c.CacheBytes = kept.Megabytes << 20
	}
	s := &Service{config: c, voices: c.Voices, busy: make(chan struct{}, max(2, runtime.NumCPU()))}
	if s.voices == nil {
		if c.Prompts != "" {
			s.voices = append(s.voices, Recorded{Folder: c.Prompts})
		}
		if c.URL != "" {
			remote, err := NewRemote(c.URL, c.Client, c.Clock)
			if err != nil {
				return nil, err
			}
			s.voices = append(s.voices, remote)
		}
		s.espeak = NewEspeak(c.Espeak)
		s.voices = append(s.voices, s.espeak)
	}
	if c.Cache != "" {
		var err error
		if s.cache, err = openCache(c.Cache, c.CacheBytes, c.CacheAge, c.Clock); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Sweep removes what was said longer ago than it may be kept, now and then, until ctx ends.
func (s *Service) Sweep(ctx context.Context) {
	if s.cache == nil {
		return
	}
	tick := time.NewTicker(time.Duration(kept.Minutes) * time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.cache.sweep()
		}
	}
}

// NothingToSay is the code of the error of a text in which nothing is to be said.
const NothingToSay = "speech.nothing"

var errNothing = civic.E(civic.Invalid, NothingToSay, "这里没有可以朗读的内容。")

// Request is what is to be heard.
type Request struct {
	Prompt string // the id of a fixed text that may have been recorded; empty for none
	Text   string
	Style  Style // the zero value is the service's
	Format Format
	Secret bool // a code: it goes to no synthesiser outside this machine and is not kept on the disk
}

// Available reports whether there is a voice for texts, so that a page offers to be
// read aloud only where it can be.
func (s *Service) Available() bool {
	probe := s.utterance(Request{Text: "您好"})
	for _, v := range s.voices {
		if v.ID(probe) != "" {
			return true
		}
	}
	return false
}

// Audio returns a text as sound in the service's style, ready for
// http.ServeContent. Errors are those of Say.
func (s *Service) Audio(ctx context.Context, text string, f Format) (r io.ReadSeeker, modTime time.Time, etag string, err error) {
	clip, err := s.Say(ctx, Request{Text: text, Format: f})
	if err != nil {
		return nil, time.Time{}, "", err
	}
	return bytes.NewReader(clip.Data), clip.Made, clip.ETag, nil
}

// Say returns the sound of a request, from the cache or made now. Errors are
// Invalid for a text that has nothing to say or is longer than MaxText, and Unavailable when
// no voice can say it.
func (s *Service) Say(ctx context.Context, req Request) (Clip, error) {
	if len([]rune(req.Text)) > MaxText {
		return Clip{}, civic.E(civic.Invalid, "speech.long", "内容太长，请分成几段来读。")
	}
	u := s.utterance(req)
	if len(u.Reading.Tokens) == 0 && u.Prompt == "" {
		return Clip{}, errNothing
	}
	if req.Style == (Style{}) {
		req.Style = s.config.Style
	}
	req.Style = req.Style.bounded()
	failed := errors.New("no voice")
	for _, v := range s.voices {
		id := v.ID(u)
		if id == "" {
			continue
		}
		clip, err := s.by(ctx, v, id, u, req)
		if err == nil {
			return clip, nil
		}
		if ctx.Err() != nil {
			return Clip{}, civic.As(ctx.Err())
		}
		failed = err
	}
	if civic.KindOf(failed) == civic.Unavailable {
		return Clip{}, failed
	}
	return Clip{}, silent(failed)
}

func (s *Service) utterance(req Request) Utterance {
	return Utterance{Prompt: req.Prompt, Text: req.Text, Reading: s.config.Manner.Read(req.Text), Secret: req.Secret}
}

// by returns the sound that one voice makes of a request.
func (s *Service) by(ctx context.Context, v Voice, id string, u Utterance, req Request) (Clip, error) {
	key := clipKey(id, u, req)
	cache := s.cache
	if req.Secret {
		cache, key = nil, "secret "+key // whoever else says the same by chance would keep it
	}
	if cache != nil {
		if clip, ok := cache.get(key); ok {
			return clip, nil
		}
	}
	return s.flight.do(ctx, key, sayLimit, func(ctx context.Context) (Clip, error) {
		if cache != nil { // made while this caller was on its way here
			if clip, ok := cache.get(key); ok {
				return clip, nil
			}
		}
		select {
		case s.busy <- struct{}{}:
			defer func() { <-s.busy }()
		case <-ctx.Done():
			return Clip{}, silent(ctx.Err())
		}
		p, err := v.Say(ctx, u, req.Style)
		if err != nil {
			return Clip{}, err
		}
		data := req.Format.encode(p)
		if cache == nil {
			return unpack(pack(data, s.config.Clock()))
		}
		// A cache that can't be written, as on a full disk, doesn't silence anybody.
		clip, _ := cache.put(key, data)
		return clip, nil
	})
}

// clipKey names a sound by all that can be heard of it: the voice and its
// version, the syllables and pauses, the words, the style and the format.
func clipKey(id string, u Utterance, req Request) string {
	h := sha256.New()
	fmt.Fprintf(h, "1\x00%s\x00%s\x00%s\x00%g\x00%g\x00%d", id, Write(u.Reading.Tokens), u.Reading.Words, req.Style.Rate, req.Style.Pause, req.Format)
	return hex.EncodeToString(h.Sum(nil)[:20])
}
