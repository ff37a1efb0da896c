package speech

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"yinqiao/speech/pinyin"
)

// maxEspeak bounds the output of one run, in bytes: six minutes at its rate.
const maxEspeak = 16 << 20

// Espeak says tokens with espeak-ng. Its Mandarin voice for characters misreads
// them; cmn-latn-pinyin says exactly the syllables it is given: tone digits after
// each, blanks between, third-tone sandhi its own. It has no exact pauses, so each part between
// pauses is one run, and the silence is put in afterwards, to the sample.
type Espeak struct {
	Path    string // empty means espeak-ng in the path
	version func() string
}

// NewEspeak makes the voice; whether espeak-ng is there is found out when it is used.
func NewEspeak(path string) *Espeak {
	if path == "" {
		path = "espeak-ng"
	}
	e := &Espeak{Path: path}
	e.version = sync.OnceValue(e.askVersion)
	return e
}

func (v *Espeak) askVersion() string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, v.Path, "--version").Output()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(out), "  Data") // the folder of its data doesn't matter
	return strings.TrimSpace(line)
}

// ID is the version of espeak-ng, or empty when there is none.
func (v *Espeak) ID(u Utterance) string {
	if len(u.Reading.Tokens) == 0 {
		return ""
	}
	return v.version()
}

// Say synthesises the tokens.
func (v *Espeak) Say(ctx context.Context, u Utterance, s Style) (PCM, error) {
	s = s.bounded()
	var all PCM
	var part []string
	flush := func() error {
		if len(part) == 0 {
			return nil
		}
		p, err := v.run(ctx, strings.Join(part, " "), s.Rate)
		if err != nil {
			return err
		}
		if all.Rate == 0 {
			all.Rate = p.Rate
		}
		all.Samples = append(all.Samples, p.Resample(all.Rate).Samples...)
		part = part[:0]
		return nil
	}
	for _, t := range u.Reading.Tokens {
		if t.Pinyin != "" {
			part = append(part, espeakSyllable(t.Pinyin))
			continue
		}
		if err := flush(); err != nil {
			return PCM{}, err
		}
		all.silence(s.pause(t.Pause))
	}
	if err := flush(); err != nil {
		return PCM{}, err
	}
	all.level()
	return all, nil
}

// espeakSyllable writes the suffix 儿 as espeak-ng joins it: the tone on the
// syllable, without its n, and r after it.
func espeakSyllable(s string) string {
	base, tone := pinyin.Base(s), strconv.Itoa(pinyin.Tone(s))
	if base == "er" || !strings.HasSuffix(base, "r") {
		return s
	}
	base = base[:len(base)-1]
	for _, ending := range []string{"ng", "n"} {
		if short, ok := strings.CutSuffix(base, ending); ok && len(short) > 1 {
			base = short
			break
		}
	}
	return base + tone + "r"
}

// run says one part. Its rate in words a minute was measured: 41 for each syllable a second.
func (v *Espeak) run(ctx context.Context, syllables string, rate float64) (PCM, error) {
	cmd := exec.CommandContext(ctx, v.Path, "-v", "cmn-latn-pinyin", "-z", "-s", strconv.Itoa(int(rate*41+0.5)), "--stdin", "--stdout")
	cmd.Stdin = strings.NewReader(syllables)
	out, complaint := &capped{max: maxEspeak}, &capped{max: 4096}
	cmd.Stdout, cmd.Stderr = out, complaint
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return PCM{}, silent(fmt.Errorf("espeak-ng: %w: %.200s", err, complaint.String()))
	}
	p, err := DecodeWAV(out.Bytes())
	if err == nil && len(p.Samples) == 0 {
		err = errors.New("no sound")
	}
	if err != nil {
		return PCM{}, silent(fmt.Errorf("espeak-ng: %w: %.200s", err, complaint.String()))
	}
	return p, nil
}

// capped is a buffer that refuses more than it may hold.
type capped struct {
	bytes.Buffer
	max int
}

func (c *capped) Write(p []byte) (int, error) {
	if c.Len()+len(p) > c.max {
		return 0, fmt.Errorf("more than %d bytes", c.max)
	}
	return c.Buffer.Write(p)
}
