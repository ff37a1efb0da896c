package indicator

import (
	"slices"
	"strings"

	"yinqiao/civic"
	"yinqiao/journal"
)

// Figure is an indicator's value in a span.
type Figure struct {
	Of     *Definition
	N, Out int64 // of a share: how many, out of how many; of a number: how many; of a wait: how many were measured
	// Half and Most are, of a wait, the seconds that half of them and nine of ten had.
	Half, Most int64
}

// Known reports whether there is anything to say: a share of nothing is none.
func (f Figure) Known() bool { return f.Of.Number != nil || f.Out > 0 }

// Percent is a share in per cent.
func (f Figure) Percent() float64 {
	if f.Out == 0 {
		return 0
	}
	return float64(f.N) * 100 / float64(f.Out)
}

// Met reports whether the target is reached; known is false where there is none, or nothing
// was counted.
func (f Figure) Met() (met, known bool) {
	if f.Of.Target == nil || !f.Known() {
		return false, false
	}
	if f.Of.Better == "less" {
		return f.Percent() <= f.Of.Target.Value, true
	}
	return f.Percent() >= f.Of.Target.Value, true
}

// figureOf makes the figure from the sums of its span.
func figureOf(d *Definition, sums []journal.Sum) Figure {
	f := Figure{Of: d}
	var measured []journal.Sum
	for _, s := range sums {
		switch {
		case s.Bucket >= 0:
			if d.Wait.has(s) {
				measured = append(measured, s)
				f.N, f.Out = f.N+s.N, f.Out+s.N
			}
		case d.Count != nil:
			if d.Count.has(s) {
				f.N += s.N
			}
			if d.Of.has(s) {
				f.Out += s.N
			}
		case d.Number.has(s):
			f.N, f.Out = f.N+s.N, f.Out+s.N
		}
	}
	if d.Wait != nil {
		f.Half, _ = journal.Percentile(measured, 50)
		f.Most, _ = journal.Percentile(measured, 90)
	}
	return f
}

// Part is the figure of one part of a span: a month, a division, a channel.
type Part struct {
	Key string
	Figure
}

// parts makes a figure for each group of the sums, in the order of their keys.
func parts(d *Definition, sums []journal.Sum, key func(journal.Sum) string) []Part {
	by := map[string][]journal.Sum{}
	for _, s := range sums {
		by[key(s)] = append(by[key(s)], s)
	}
	var out []Part
	for k, some := range by {
		out = append(out, Part{k, figureOf(d, some)})
	}
	slices.SortFunc(out, func(a, b Part) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// Alarm says that the ways without a smartphone do worse than the pages: by how many points.
type Alarm struct {
	Offline, Online Figure
	Points          float64
}

// alarm compares the ways; nil where there is nothing to warn of.
func alarm(d *Definition, sums []journal.Sum) *Alarm {
	if !d.Equity {
		return nil
	}
	var off, on []journal.Sum
	for _, s := range sums {
		switch {
		case slices.Contains(rules.Offline, s.Channel):
			off = append(off, s)
		case s.Channel == civic.ChannelElder || s.Channel == civic.ChannelFamily:
			on = append(on, s)
		}
	}
	a := &Alarm{Offline: figureOf(d, off), Online: figureOf(d, on)}
	a.Points = a.Online.Percent() - a.Offline.Percent()
	if d.Better == "less" {
		a.Points = -a.Points
	}
	if a.Offline.Out < rules.Alarm.Least || a.Online.Out < rules.Alarm.Least || a.Points < rules.Alarm.Points {
		return nil
	}
	return a
}
