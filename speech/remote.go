package speech

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"yinqiao/civic"
)

// Bounds of an HTTP synthesiser: how long it may take, how much it may send, and how
// long it is left alone after it failed.
const (
	remoteTimeout = 8 * time.Second
	maxRemote     = 16 << 20
	remoteRest    = 30 * time.Second
)

// Remote says things by an HTTP synthesiser: the text, with numbers written out in
// characters, is posted as text/plain in UTF-8, and the answer is a WAV file. Its pace stands in the headers
// Speech-Rate, in syllables a second, and Speech-Pause, how much longer pauses are than usual.
type Remote struct {
	url    string
	client *http.Client
	clock  civic.Clock

	mu    sync.Mutex
	until time.Time // it isn't asked before
}

// NewRemote makes the voice. It returns Invalid for what is no http or https address.
func NewRemote(address string, client *http.Client, clock civic.Clock) (*Remote, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, civic.E(civic.Invalid, "speech.url", "语音合成服务的地址不对，应当以 http:// 或 https:// 开头。")
	}
	if client == nil {
		client = &http.Client{}
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // what is said goes to the configured address only
	if own.Timeout == 0 {
		own.Timeout = remoteTimeout
	}
	return &Remote{url: address, client: &own, clock: clock}, nil
}

// ID is the address.
func (v *Remote) ID(u Utterance) string {
	if u.Reading.Words == "" || u.Secret {
		return ""
	}
	return "remote " + v.url
}

// Say asks the synthesiser. When it could not be reached or said that it is out of order or overrun, it
// isn't asked again for half a minute, so that a dead one doesn't cost every page its time-out.
// A text that it refuses is no failure of its own: the others are still said.
func (v *Remote) Say(ctx context.Context, u Utterance, s Style) (PCM, error) {
	v.mu.Lock()
	resting := v.clock().Before(v.until)
	v.mu.Unlock()
	if resting {
		return PCM{}, silent(errors.New("the synthesiser failed a moment ago"))
	}
	p, err := v.ask(ctx, u.Reading.Words, s.bounded())
	if err != nil {
		if down := (*downError)(nil); ctx.Err() == nil && errors.As(err, &down) {
			v.mu.Lock()
			v.until = v.clock().Add(remoteRest)
			v.mu.Unlock()
		}
		return PCM{}, silent(err)
	}
	return p, nil
}

// downError is a failure of the synthesiser, and not of a text.
type downError struct{ error }

func (e *downError) Unwrap() error { return e.error }

func (v *Remote) ask(ctx context.Context, words string, s Style) (PCM, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.url, strings.NewReader(words))
	if err != nil {
		return PCM{}, err
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	req.Header.Set("Accept", "audio/wav")
	req.Header.Set("Speech-Rate", strconv.FormatFloat(s.Rate, 'g', -1, 64))
	req.Header.Set("Speech-Pause", strconv.FormatFloat(s.Pause, 'g', -1, 64))
	resp, err := v.client.Do(req)
	if err != nil {
		var u *url.Error // without the address, which may carry a key
		if errors.As(err, &u) {
			err = u.Err
		}
		return PCM{}, &downError{err}
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		err := fmt.Errorf("the synthesiser answers %d", resp.StatusCode)
		if resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests {
			err = &downError{err}
		}
		return PCM{}, err
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxRemote+1))
	if err != nil {
		return PCM{}, &downError{fmt.Errorf("the synthesiser breaks off: %w", err)}
	}
	if len(data) > maxRemote {
		return PCM{}, fmt.Errorf("the synthesiser sends more than %d bytes", maxRemote)
	}
	p, err := DecodeWAV(data)
	if err != nil {
		return PCM{}, fmt.Errorf("the synthesiser sends no sound: %w", err)
	}
	if len(p.Samples) == 0 {
		return PCM{}, errors.New("the synthesiser sends silence")
	}
	return p, nil
}
