package staff

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestAPasswordMatchesItsHashAndNoOther(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"a long password", "密码密码密码密码密码密码", ""} {
		h := usual.hash(p)
		if !strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$") || p != "" && strings.Contains(h, p) {
			t.Errorf("%q: %s", p, h)
		}
		if !passwordMatches(h, p) || passwordMatches(h, p+" ") || passwordMatches(h, "x"+p) {
			t.Errorf("%q does not match as it should", p)
		}
		if h == usual.hash(p) {
			t.Error("two hashes of one password are equal: there is no salt")
		}
	}
}

func TestAHashCarriesItsOwnCost(t *testing.T) {
	t.Parallel()
	const cheap = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"
	salt := []byte("somesaltsomesalt")
	key := derive("password", salt, Cost{64, 1, 1}, 16)
	if !passwordMatches(cheap+b64(key), "password") {
		t.Error("a hash of another cost is refused")
	}
}

func TestABrokenHashMatchesNothing(t *testing.T) {
	t.Parallel()
	good := usual.hash("password")
	parts := strings.Split(good, "$")
	for _, h := range []string{"", "$", "$$$$$", "plain", good[:len(good)-1] + "!", strings.Replace(good, "argon2id", "argon2i", 1),
		strings.Replace(good, "m=19456", "m=x", 1), strings.Join(append(parts[:5:5], ""), "$"), good + "$"} {
		if passwordMatches(h, "password") || passwordMatches(h, "") {
			t.Errorf("%q matches", h)
		}
	}
}

func b64(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }
