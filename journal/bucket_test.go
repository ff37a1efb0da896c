package journal_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"yinqiao/journal"
)

// anyMeasure draws as many small as large measures.
var anyMeasure = rapid.OneOf(rapid.Int64Range(0, 100), rapid.Int64Range(0, 1e6), rapid.Int64Range(0, math.MaxInt64))

func TestABucketHoldsItsMeasureToAQuarter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := anyMeasure.Draw(t, "measure")
		top := journal.Ceiling(journal.Bucket(v))
		if top < v || top-v > v/4 {
			t.Fatalf("%d falls into a bucket up to %d", v, top)
		}
	})
}

func TestBucketsAreInTheOrderOfTheirMeasures(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v, w := anyMeasure.Draw(t, "one"), anyMeasure.Draw(t, "other")
		if v > w {
			v, w = w, v
		}
		if journal.Bucket(v) > journal.Bucket(w) {
			t.Fatalf("%d is in bucket %d, %d in %d", v, journal.Bucket(v), w, journal.Bucket(w))
		}
	})
}

func TestBucketsFollowEachOtherWithoutAGap(t *testing.T) {
	t.Parallel()
	last := journal.Bucket(math.MaxInt64)
	for b := range last {
		top := journal.Ceiling(b)
		if journal.Bucket(top) != b || journal.Bucket(top+1) != b+1 {
			t.Fatalf("bucket %d ends at %d, which is in %d and its successor in %d", b, top, journal.Bucket(top), journal.Bucket(top+1))
		}
	}
	if journal.Ceiling(last) != math.MaxInt64 {
		t.Errorf("the last bucket ends at %d", journal.Ceiling(last))
	}
	for v := range int64(8) {
		if journal.Ceiling(journal.Bucket(v)) != v {
			t.Errorf("%d is not exact", v)
		}
	}
	if journal.Bucket(-5) != 0 {
		t.Error("a measure below nothing counts as nothing")
	}
}
