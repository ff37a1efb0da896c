package speech

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// tone makes a second of a sine.
func tone(rate int, hz, amplitude float64) PCM {
	p := PCM{Rate: rate, Samples: make([]int16, rate)}
	for i := range p.Samples {
		p.Samples[i] = int16(math.Round(amplitude * math.Sin(2*math.Pi*hz*float64(i)/float64(rate))))
	}
	return p
}

// rms is the loudness of the middle of a sound, away from its edges.
func rms(p PCM) float64 {
	from, to := len(p.Samples)/4, len(p.Samples)*3/4
	var sum float64
	for _, s := range p.Samples[from:to] {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum / float64(to-from))
}

func TestResamplingKeepsWhatIsHeardAndRemovesWhatWouldFoldBack(t *testing.T) {
	t.Parallel()
	const amplitude = 10000
	want := amplitude / math.Sqrt2
	for _, c := range []struct {
		from, to int
		hz       float64
		kept     bool
	}{
		{22050, 8000, 300, true}, {22050, 8000, 1000, true}, {22050, 8000, 3300, true},
		{22050, 8000, 4300, false}, {22050, 8000, 5000, false}, {22050, 8000, 9000, false},
		{22050, 16000, 6500, true}, {22050, 16000, 9000, false}, {16000, 8000, 3000, true}, {16000, 8000, 5000, false},
		{8000, 16000, 3000, true}, {48000, 8000, 1000, true}, {48000, 8000, 20000, false}, {44100, 16000, 5000, true},
	} {
		out := tone(c.from, c.hz, amplitude).Resample(c.to)
		if out.Rate != c.to || len(out.Samples) != c.to {
			t.Fatalf("%d to %d: %d samples at %d", c.from, c.to, len(out.Samples), out.Rate)
		}
		decibels := 20 * math.Log10(rms(out)/want)
		if c.kept && math.Abs(decibels) > 0.5 {
			t.Errorf("%g Hz from %d to %d changes by %.1f dB", c.hz, c.from, c.to, decibels)
		}
		if !c.kept && decibels > -50 {
			t.Errorf("%g Hz from %d to %d is left at %.1f dB", c.hz, c.from, c.to, decibels)
		}
	}
}

func TestResamplingKeepsALevelAndTheLength(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rates := []int{8000, 11025, 16000, 22050, 24000, 44100, 48000}
		from, to := rapid.SampledFrom(rates).Draw(t, "from"), rapid.SampledFrom(rates).Draw(t, "to")
		level := rapid.Int16().Draw(t, "level")
		p := PCM{Rate: from, Samples: make([]int16, rapid.IntRange(0, 3000).Draw(t, "length"))}
		for i := range p.Samples {
			p.Samples[i] = level
		}
		out := p.Resample(to)
		if d := out.Duration() - p.Duration(); d.Abs().Seconds() > 1.0/float64(min(from, to)) {
			t.Fatalf("%v became %v", p.Duration(), out.Duration())
		}
		if n := len(out.Samples); n > 500 && from != to {
			if got := out.Samples[n/2]; math.Abs(float64(got)-float64(level)) > 1 {
				t.Fatalf("the level %d became %d", level, got)
			}
		}
	})
}

func TestLevellingMakesTheLoudestSampleTheSame(t *testing.T) {
	t.Parallel()
	for _, amplitude := range []float64{500, 20000} {
		p := tone(8000, 440, amplitude)
		p.level()
		peak := int16(0)
		for _, s := range p.Samples {
			peak = max(peak, s)
		}
		if peak < 26000 || peak > 26300 {
			t.Errorf("amplitude %g is levelled to %d", amplitude, peak)
		}
	}
	quiet := PCM{Rate: 8000, Samples: make([]int16, 10)}
	quiet.level()
	if quiet.Samples[3] != 0 {
		t.Error("silence has become loud")
	}
}
