package line

import (
	"maps"
	"slices"
	"time"
)

// rates counts what each of many did within a window.
type rates struct {
	window time.Duration
	at     map[string][]time.Time
}

func newRates(window time.Duration) rates { return rates{window, map[string][]time.Time{}} }

// ratesMost is of how many the rates are kept before old ones are looked for.
const ratesMost = 10_000

// count is how often someone did it within the window.
func (r rates) count(who string, now time.Time) int {
	since := now.Add(-r.window)
	kept := slices.DeleteFunc(r.at[who], func(t time.Time) bool { return !t.After(since) })
	if len(kept) == 0 {
		delete(r.at, who)
	} else {
		r.at[who] = kept
	}
	return len(kept)
}

// add notes that someone did it.
func (r rates) add(who string, now time.Time) {
	r.at[who] = append(r.at[who], now)
	if len(r.at) <= ratesMost {
		return
	}
	since := now.Add(-r.window)
	maps.DeleteFunc(r.at, func(_ string, ts []time.Time) bool { return !ts[len(ts)-1].After(since) })
}

// allow notes it unless it would be more than most.
func (r rates) allow(who string, most int, now time.Time) bool {
	if r.count(who, now) >= most {
		return false
	}
	r.add(who, now)
	return true
}
