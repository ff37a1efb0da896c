package app

import (
	"testing"
	"time"
)

func TestAFigureIsReadAtMostOnceInAWhile(t *testing.T) {
	t.Parallel()
	now, reads := time.Unix(1e9, 0), 0.0
	figure := kept(5*time.Second, func() time.Time { return now }, func() float64 { reads++; return reads })
	for _, step := range []struct {
		after time.Duration
		want  float64
	}{{0, 1}, {time.Second, 1}, {4 * time.Second, 2}, {4 * time.Second, 2}, {time.Second, 3}} {
		now = now.Add(step.after)
		if got := figure(); got != step.want {
			t.Errorf("%v, want %v", got, step.want)
		}
	}
}
