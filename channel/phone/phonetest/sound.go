package phonetest

import (
	"math"
	"time"

	"yinqiao/speech"
)

// Tone is a sound that is like no other of another frequency.
func Tone(hz float64, d time.Duration) speech.PCM {
	p := speech.PCM{Rate: 8000, Samples: make([]int16, int(d*8000/time.Second))}
	for i := range p.Samples {
		p.Samples[i] = int16(8000*math.Sin(2*math.Pi*hz*float64(i)/8000)) + int16(i%97)
	}
	return p
}

// Loud reports whether there is more than silence in a sound.
func Loud(p speech.PCM) bool {
	n := 0
	for _, s := range p.Samples {
		if s > 2000 || s < -2000 {
			n++
		}
	}
	return n > 400
}
