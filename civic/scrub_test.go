package civic_test

import (
	"testing"

	"yinqiao/civic"
)

func TestTheLogIsToldNoLongNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"bad value 14019919460307002X for column 3": "bad value … for column 3",
		"电话１２６４８８２０３１７不对":                           "电话…不对",
		"port 5432, 2 rows":                         "port 5432, 2 rows",
	} {
		if got := civic.Scrub(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
