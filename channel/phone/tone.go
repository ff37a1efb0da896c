package phone

import (
	"math"
	"time"

	"yinqiao/speech"
)

// The tones of a telephone (GB/T 3380): one that rings elsewhere, and one that is engaged, for a while.
var (
	ringback = tone(time.Second, 4*time.Second, 1)
	engaged  = tone(350*time.Millisecond, 350*time.Millisecond, 5)
)

// tone is 450 Hz, on and off some times.
func tone(on, off time.Duration, times int) speech.PCM {
	const rate = 8000
	sounds, beat := int(on*rate/time.Second), int((on+off)*rate/time.Second)
	out := speech.PCM{Rate: rate, Samples: make([]int16, times*beat)}
	for i := range out.Samples {
		if i%beat < sounds {
			out.Samples[i] = int16(2500 * math.Sin(2*math.Pi*450*float64(i)/rate))
		}
	}
	return out
}
