package speech

import (
	"context"
	"time"

	"yinqiao/civic"
)

// Utterance is what a voice is asked to say.
type Utterance struct {
	Prompt  string // the id of a fixed text that may have been recorded; empty for none
	Text    string
	Reading Reading
	Secret  bool // it is to be heard once and kept nowhere: no voice outside this machine says it
}

// Style is how it is said.
type Style struct {
	Rate  float64 // syllables a second; 0 means 3.5
	Pause float64 // how much longer pauses are than usual; 0 means 1
}

// Slow is the style for codes and numbers that are written down while listening.
var Slow = Style{Rate: 2.8, Pause: 2}

// The bounds keep a style within what can be understood.
func (s Style) bounded() Style {
	if s.Rate == 0 {
		s.Rate = 3.5
	}
	if s.Pause == 0 {
		s.Pause = 1
	}
	return Style{Rate: max(2, min(6, s.Rate)), Pause: max(0.5, min(4, s.Pause))}
}

func (s Style) pause(p Pause) time.Duration {
	return time.Duration(float64(p.Duration()) * s.Pause)
}

// Voice says things. Say returns Unavailable when it can't just now, and then the
// next voice is asked.
type Voice interface {
	// ID names what would be heard, so that a change of voice, version or
	// recording is a different sound in the cache. It is empty for what this voice never says.
	ID(u Utterance) string
	Say(ctx context.Context, u Utterance, s Style) (PCM, error)
}

func silent(cause error) *civic.Error {
	return civic.E(civic.Unavailable, "speech.voice", "现在不能朗读。请看屏幕上的文字，或者请工作人员念给您听。").Because(cause)
}
