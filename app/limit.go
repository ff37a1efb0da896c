package app

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The doors. Access codes are tried at those of the elder and of programs, and codes
// that enrol a phone at its own.
const (
	doorDesk  = "POST /desk/sign-in"
	doorElder = "POST /elder/sign-in"
	doorAPI   = "POST /api/v1/sessions"
	doorReads = "POST /api/v1/reads"
	doorField = "POST /field/sign-in"
	doorEnrol = "POST /field/enrol"

	doorKiosk    = "POST /elder/kiosk"
	doorCheckIns = "POST /api/v1/checkins"
)

// At the doors people and programs sign in; at those of machines whoever comes is found by
// a card or a number, and told whose it is. Who is not found there is no reason to keep
// staff from signing in at the same address: they are counted apart.
var (
	doors        = []string{doorDesk, doorElder, doorAPI, doorReads, doorField, doorEnrol}
	machineDoors = []string{doorKiosk, doorCheckIns}
)

// limiter bounds failed tries at some doors, so that passwords and codes can't be
// guessed: from one address, and of access codes, which are short, from all
// addresses together. It counts in fixed windows, in memory, for each replica.
type limiter struct {
	doors  []string
	from   func(*http.Request) string // by what tries are counted
	most   int                        // failures of one address
	codes  int                        // failures with access codes, of all addresses
	window time.Duration
	mu     sync.Mutex
	began  time.Time
	tries  map[string]int
	coded  int
}

func newLimiter(doors []string, most, codes int, window time.Duration) *limiter {
	return &limiter{doors: doors, from: fromAddress, most: most, codes: codes, window: window, tries: map[string]int{}}
}

// countedBy has tries counted by something else than their address.
func (l *limiter) countedBy(from func(*http.Request) string) *limiter {
	l.from = from
	return l
}

func fromAddress(r *http.Request) string { return addressKey(r.RemoteAddr) }

// try counts a try, or refuses it. A try counts while it is under way, so that
// many at once are no way round; done keeps the count if it failed.
func (l *limiter) try(addr string, code bool, now time.Time) (done func(failed bool), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.began) >= l.window {
		l.began, l.tries, l.coded = now, map[string]int{}, 0
	}
	if l.tries[addr] >= l.most || code && l.coded >= l.codes {
		return nil, false
	}
	began := l.began
	l.add(addr, code, 1)
	return func(failed bool) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if !failed && l.began.Equal(began) {
			l.add(addr, code, -1)
		}
	}, true
}

func (l *limiter) add(addr string, code bool, n int) {
	if l.tries[addr] += n; l.tries[addr] == 0 {
		delete(l.tries, addr)
	}
	if code {
		l.coded += n
	}
}

// guard refuses at the doors whoever has failed too often. A failure is an answer
// of 4xx; signing in, and faults of ours, cost nothing.
func (l *limiter) guard(mux *http.ServeMux, next, tooMany http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, door := mux.Handler(r)
		if !slices.Contains(l.doors, door) {
			next.ServeHTTP(w, r)
			return
		}
		code := door == doorElder || door == doorEnrol || door == doorAPI && maybeCode(r)
		done, ok := l.try(l.from(r), code, time.Now())
		if !ok {
			tooMany.ServeHTTP(w, r)
			return
		}
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		defer func() { done(rec.status >= 400 && rec.status < 500) }()
		next.ServeHTTP(rec, r)
	})
}

// signInBytes is more than any sign-in of a program needs.
const signInBytes = 16 << 10

// maybeCode looks whether a program signs in with an access code. What can't be
// read as a sign-in of staff counts as one. The body stays to be read.
func maybeCode(r *http.Request) bool {
	head, err := io.ReadAll(io.LimitReader(r.Body, signInBytes))
	rest := r.Body
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), rest), rest}
	var in struct {
		Code json.RawMessage `json:"access_code"`
	}
	return err != nil || json.Unmarshal(head, &in) != nil || len(in.Code) > 0 && string(in.Code) != `""`
}
