package speech

import (
	"context"
	"sync"
	"time"
)

// lineGap is the silence between two lines, beside the pause that a line ends with.
const lineGap = 400 * time.Millisecond

// SayLines returns several texts one after another as one sound. Each is said as by
// Say: what was recorded is heard as it was recorded, and what was said before comes
// from the cache, whatever stands round it. A line that has nothing to say is passed
// over. Errors are those of Say; Invalid if no line has anything to say.
func (s *Service) SayLines(ctx context.Context, lines []string, f Format) (Clip, error) {
	clips, errs := make([]Clip, len(lines)), make([]error, len(lines))
	var all sync.WaitGroup
	for i, line := range lines {
		if len(s.config.Manner.Read(line).Tokens) == 0 {
			continue
		}
		all.Go(func() { clips[i], errs[i] = s.Say(ctx, Request{Text: line, Format: f}) })
	}
	all.Wait()
	var whole PCM
	for i := range lines {
		if errs[i] != nil {
			return Clip{}, errs[i]
		}
		if clips[i].Data == nil {
			continue
		}
		p, err := DecodeWAV(clips[i].Data)
		if err != nil {
			return Clip{}, silent(err)
		}
		if whole.Rate != 0 {
			whole.silence(lineGap)
		}
		whole.Rate, whole.Samples = p.Rate, append(whole.Samples, p.Samples...)
	}
	if whole.Rate == 0 {
		return Clip{}, errNothing
	}
	return unpack(pack(f.encode(whole), s.config.Clock()))
}
