package fhir

import (
	"testing"
	"time"
)

// A moment that eq lets through is let through by ge and le, and by neither lt nor gt;
// every other moment by exactly one of the two.
func FuzzADateNeverContradictsItself(f *testing.F) {
	for _, seed := range []string{"2026", "2026-11", "2026-11-23", "2026-11-23T08:00", "2026-11-23T08:00:00Z", "2026-11-23T08:00:00.5+08:00", "2026-11-23T08:00:00 08:00", "x", "0000", "9999-12-31"} {
		f.Add(seed, int64(1795392000))
	}
	f.Fuzz(func(t *testing.T, date string, unix int64) {
		at := time.Unix(unix%(1<<37), 0)
		in := func(prefix string) bool {
			s, ok := spanOf(prefix+date, at)
			if !ok {
				t.Fatalf("%s%q is refused, %q is not", prefix, date, date)
			}
			return (s.From.IsZero() || !at.Before(s.From)) && (s.Until.IsZero() || at.Before(s.Until))
		}
		if _, ok := spanOf(date, at); !ok || date[0] < '0' || date[0] > '9' {
			return
		}
		eq, ge, gt, le, lt := in("eq"), in("ge"), in("gt"), in("le"), in("lt")
		if eq != (ge && le) || eq && (gt || lt) || !eq && gt == lt {
			t.Errorf("%q at %s: eq %v, ge %v, gt %v, le %v, lt %v", date, at, eq, ge, gt, le, lt)
		}
	})
}
