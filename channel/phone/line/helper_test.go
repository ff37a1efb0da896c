package line_test

import (
	"strings"
	"testing"

	"github.com/icholy/digest"
)

// challengeOf is what a response asks to prove.
func challengeOf(t *testing.T, res string) *digest.Challenge {
	t.Helper()
	for _, l := range strings.Split(res, "\r\n") {
		if v, ok := strings.CutPrefix(l, "WWW-Authenticate: "); ok {
			chal, err := digest.ParseChallenge(v)
			if err != nil {
				t.Fatal(err)
			}
			return chal
		}
	}
	t.Fatalf("no challenge: %s", res)
	return nil
}
