package speech

import (
	"math"
	"sync"
	"time"
)

// PCM is sound: one channel, 16 bits a sample.
type PCM struct {
	Rate    int // samples a second
	Samples []int16
}

// Duration is how long the sound lasts.
func (p PCM) Duration() time.Duration {
	if p.Rate <= 0 {
		return 0
	}
	return time.Duration(len(p.Samples)) * time.Second / time.Duration(p.Rate)
}

// silence appends a silence.
func (p *PCM) silence(d time.Duration) {
	p.Samples = append(p.Samples, make([]int16, int(d*time.Duration(p.Rate)/time.Second))...)
}

// level raises or lowers the sound so that its loudest sample is at a fixed place
// below the limit: synthesisers differ, and a quiet voice on a telephone is lost on older ears.
func (p PCM) level() {
	peak := 0
	for _, s := range p.Samples {
		peak = max(peak, int(s), -int(s))
	}
	if peak == 0 {
		return
	}
	gain := 0.8 * math.MaxInt16 / float64(peak)
	for i, s := range p.Samples {
		p.Samples[i] = int16(math.Round(float64(s) * gain))
	}
}

// Resample returns the sound at another rate, low-passed below half the lower of
// the two, so that nothing folds back: a windowed sinc, evaluated at the
// phases that the ratio of the rates has.
func (p PCM) Resample(rate int) PCM {
	if p.Rate == rate || p.Rate <= 0 || rate <= 0 {
		return p
	}
	f := filterFor(p.Rate, rate)
	out := make([]int16, int(int64(len(p.Samples))*int64(rate)/int64(p.Rate)))
	for n := range out {
		at := n * f.down
		phase, first := at%f.up, at/f.up-f.half+1
		var sum float64
		for k, h := range f.phases[phase] {
			if i := first + k; i >= 0 && i < len(p.Samples) {
				sum += h * float64(p.Samples[i])
			}
		}
		out[n] = int16(math.Round(max(math.MinInt16, min(math.MaxInt16, sum))))
	}
	return PCM{Rate: rate, Samples: out}
}

// filter holds the coefficients for one pair of rates.
type filter struct {
	up, down, half int
	phases         [][]float64
}

var filters sync.Map // [2]int → *filter; few pairs ever occur

func filterFor(from, to int) *filter {
	if f, ok := filters.Load([2]int{from, to}); ok {
		return f.(*filter)
	}
	f := newFilter(from, to)
	filters.Store([2]int{from, to}, f)
	return f
}

func newFilter(from, to int) *filter {
	const zeros = 16      // zero crossings on each side: the width of the transition
	const passband = 0.92 // of the lower Nyquist rate: the rest is the transition
	g := gcd(from, to)
	f := &filter{up: to / g, down: from / g}
	cut := passband * math.Min(1, float64(to)/float64(from)) // in input Nyquist rates
	f.half = int(math.Ceil(zeros / cut))
	f.phases = make([][]float64, f.up)
	for phase := range f.phases {
		h := make([]float64, 2*f.half)
		var sum float64
		for k := range h {
			x := float64(k-f.half+1) - float64(phase)/float64(f.up)
			h[k] = cut * sinc(cut*x) * blackman(x/float64(f.half))
			sum += h[k]
		}
		for k := range h {
			h[k] /= sum // each phase passes a constant unchanged
		}
		f.phases[phase] = h
	}
	return f
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// blackman is the window, for x from -1 to 1.
func blackman(x float64) float64 {
	if x <= -1 || x >= 1 {
		return 0
	}
	return 0.42 + 0.5*math.Cos(math.Pi*x) + 0.08*math.Cos(2*math.Pi*x)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
