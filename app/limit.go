package app

import (
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// limiter bounds tries at the doors, by address: passwords and codes can't be
// guessed through it. It counts in fixed windows, in memory, for each replica.
type limiter struct {
	most   int
	window time.Duration
	routes []string
	mu     sync.Mutex
	began  time.Time
	tries  map[string]int
}

func newLimiter(most int, window time.Duration, routes ...string) *limiter {
	return &limiter{most: most, window: window, routes: routes, tries: map[string]int{}}
}

// allow counts one try from the address.
func (l *limiter) allow(addr string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.began) >= l.window {
		l.began, l.tries = now, map[string]int{}
	}
	l.tries[addr]++
	return l.tries[addr] <= l.most
}

func (l *limiter) guard(mux *http.ServeMux, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); slices.Contains(l.routes, pattern) {
			host, _, err := net.SplitHostPort(r.RemoteAddr)
			if err != nil {
				host = r.RemoteAddr
			}
			if !l.allow(host, time.Now()) {
				tooMany(w, r, int(l.window/time.Second))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
