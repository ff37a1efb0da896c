package notify_test

import (
	"crypto/md5"
	"encoding/hex"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
)

func md5Of(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	return l
}

func port(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

func contains(s, part string) bool { return strings.Contains(s, part) }

var digits = regexp.MustCompile(`[0-9]{4} [0-9]{4}`)

// roundsMost is how many lives the property test walks.
func roundsMost() int {
	if os.Getenv("YINQIAO_SLOW") != "" {
		return 25 // a life is twelve days of twelve-hour steps
	}
	return 5
}
