package backup

import (
	"math"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAnyRowIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	value := rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.Bool(), func(v bool) any { return v }),
		rapid.Map(rapid.Int64(), func(v int64) any { return v }),
		rapid.Map(rapid.Float64(), func(v float64) any { return v }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(v []byte) any { return append([]byte{}, v...) }),
		rapid.Map(rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r != 0 && (r < 0xD800 || r > 0xDFFF) })), func(v string) any { return v }),
		rapid.Map(rapid.Int64Range(-62135596800e6, 253402300799e6), func(v int64) any { return time.UnixMicro(v).UTC() }),
	)
	rapid.Check(t, func(t *rapid.T) {
		row := rapid.SliceOfN(value, 0, 8).Draw(t, "row")
		line, err := appendRow(nil, row)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range line[:len(line)-1] {
			if b == '\n' {
				t.Fatal("a row takes two lines")
			}
		}
		got, err := decodeRow(line[:len(line)-1], len(row))
		if err != nil || len(got) != len(row) {
			t.Fatalf("%s: %v", line, err)
		}
		for i := range row {
			if !reflect.DeepEqual(got[i], row[i]) {
				t.Fatalf("%#v came back as %#v", row[i], got[i])
			}
		}
		if _, err := decodeRow(line, len(row)+1); err == nil {
			t.Fatal("a row that is too short was taken")
		}
	})
}

func TestWhatCannotBeKeptExactIsNotWritten(t *testing.T) {
	t.Parallel()
	for _, v := range []any{"\xff", "张\x00三", math.NaN(), math.Inf(1), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), struct{}{}, uint8(1)} {
		if line, err := appendRow(nil, []any{v}); err == nil {
			t.Errorf("%#v was written as %s", v, line)
		}
	}
}

func TestAValueThatMeansNothingIsRefused(t *testing.T) {
	t.Parallel()
	for _, line := range []string{``, `{}`, `[{}]`, `[1.5]`, `[1e3]`, `[9223372036854775808]`, `[{"b":"*"}]`, `[{"t":"today"}]`, `[{"f":"x"}]`,
		`[{"x":""}]`, `[{"b":"","t":""}]`, `[[]]`, `[nul]`, `["a"`} {
		if row, err := decodeRow([]byte(line), 1); err == nil {
			t.Errorf("%s was read as %#v", line, row)
		}
	}
}
