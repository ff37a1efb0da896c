package dbtest

import (
	"os"
	"testing"
)

// Slow reports whether the long proofs are asked for, as make test-slow does by
// YINQIAO_SLOW=1.
func Slow() bool { return os.Getenv("YINQIAO_SLOW") != "" }

// Rounds bounds a property that works on a database, where a round costs a
// thousand times what it does in memory: rapid.Check runs it n times, and as often
// as it does without this when the long proofs are asked for. What failed is still
// made smaller.
func Rounds[T interface{ Failed() bool }](n int, prop func(T)) func(T) {
	runs, failed := 0, false
	return func(t T) {
		if runs++; runs > n && !failed && !Slow() {
			return
		}
		defer func() { failed = failed || t.Failed() }()
		prop(t)
	}
}

// Wide marks a walk that asks one thing after another of every act, field and
// page. The race detector makes it eight times as long and finds nothing in it,
// since it does one thing at a time: make test runs it in a pass without, and its
// package has to stand in the Makefile's WIDE.
func Wide(t testing.TB) {
	t.Helper()
	if racing && !Slow() {
		t.Skip("a walk of one thing after another: it runs without the race detector")
	}
}
