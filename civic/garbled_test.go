package civic_test

import (
	"testing"

	"yinqiao/civic"
)

func TestATextIsGarbledWhenNobodyCanHaveMeantIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"": false, "王·阿布": false, "一行\r\n\t又一行": false, "𠮷": false,
		"\xff": true, "丢了\uFFFD": true, "\x00": true, "a\x1b[m": true, "\u0085": true} {
		if got := civic.Garbled(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
