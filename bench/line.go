package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// line is one measurement. Ratio is value by peer value; for a pair measured in
// rounds, the median of the rounds' ratios, since noise hits both of a round.
type line struct {
	Name      string  `json:"name"`
	Value     float64 `json:"value"`
	Unit      string  `json:"unit"`
	Peer      string  `json:"peer"`
	PeerValue float64 `json:"peer_value"`
	Ratio     float64 `json:"ratio"`
	Want      string  `json:"want,omitempty"` // what the ratio should be, if a target was set
	Met       *bool   `json:"met,omitempty"`
	extra     extra
}

// extra are further facts of a measurement.
type extra map[string]any

type printer struct{ out io.Writer }

func (p *printer) print(l line) {
	l.Value, l.PeerValue, l.Ratio = round(l.Value), round(l.PeerValue), round(l.Ratio)
	text := plain(l)
	if len(l.extra) > 0 {
		text = text[:len(text)-1] + "," + plain(l.extra)[1:]
	}
	fmt.Fprintln(p.out, text)
}

// plain marshals without turning the signs of comparison into escapes.
func plain(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // numbers and strings always marshal
	}
	return strings.TrimSpace(b.String())
}

// rates are the rounds of a pair, in things a second.
type rates struct{ ours, peer []float64 }

// against makes the line of a pair. The ratio should be at least least; 0 sets no
// target.
func (r rates) against(name, unit, peer string, least float64, more extra) line {
	ratios := make([]float64, len(r.ours))
	for i := range ratios {
		ratios[i] = r.ours[i] / r.peer[i]
	}
	l := line{Name: name, Value: median(r.ours), Unit: unit, Peer: peer, PeerValue: median(r.peer), Ratio: median(ratios), extra: more}
	l.extra["rounds"] = len(ratios)
	l.extra["ratio_lowest"], l.extra["ratio_highest"] = round(slices.Min(ratios)), round(slices.Max(ratios))
	if least > 0 {
		met := l.Ratio >= least
		l.Want, l.Met = fmt.Sprintf(">= %g", least), &met
	}
	return l
}

// within makes the line of a figure that should not be above a limit.
func within(name, unit string, values []float64, limit float64, more extra) line {
	v := median(values)
	met := v <= limit
	return line{Name: name, Value: v, Unit: unit, Peer: "limit", PeerValue: limit, Ratio: v / limit, Want: "<= 1", Met: &met, extra: more}
}

func median(vs []float64) float64 {
	s := slices.Sorted(slices.Values(vs))
	if len(s) == 0 {
		return math.NaN()
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// quantile is the value that the share q of values doesn't exceed.
func quantile(vs []float64, q float64) float64 {
	s := slices.Sorted(slices.Values(vs))
	if len(s) == 0 {
		return 0
	}
	return s[min(len(s)-1, int(float64(len(s))*q))]
}

// round keeps four significant digits: more would claim a precision that two
// shared cores don't have.
func round(v float64) float64 {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	p := math.Pow(10, 4-math.Ceil(math.Log10(math.Abs(v))))
	return math.Round(v*p) / p
}
