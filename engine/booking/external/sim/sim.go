// Package sim is a hospital's register that is none: for tests and demonstrations. It keeps
// what it is told in memory, and does what it is told to do wrong.
package sim

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"yinqiao/engine/booking/external"
)

// Mood is how the hospital takes one call.
type Mood int

// The moods.
const (
	Agree  Mood = iota // does what it is asked, and says so
	Refuse             // has no such place
	Think              // says that it looks into it; Decide settles it
	Fail               // does nothing, and says nothing
	Mute               // does what it is asked, and nobody hears it
)

// Hospital is a register. Its zero value agrees to everything.
type Hospital struct {
	Key, Secret string
	Most        int                                 // places of one time and resource; 0 is without bound
	Mood        func(confirm bool, key string) Mood // nil agrees

	mu     sync.Mutex
	places map[string]*place
	order  []string
	calls  int
	said   []external.Answer // by itself: what a hook brings
}

type place struct {
	ask   external.Ask
	state external.State
	ref   string
	full  bool
}

var errSilent = errors.New("no answer")

// Confirm implements booking.External.
func (h *Hospital) Confirm(_ context.Context, k external.Ask) (external.Answer, error) {
	m := h.mood(true, k.Key)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls++
	if m == Fail {
		return external.Answer{}, errSilent
	}
	p := h.place(k.Key)
	if p.state == "" {
		p.ask, p.state = k, external.Pending
		switch {
		case m == Refuse:
			p.state = external.Refused
		case h.Most > 0 && h.held(k) >= h.Most:
			p.state, p.full = external.Refused, true
		case m != Think:
			p.state = external.Confirmed
		}
	}
	if m == Mute {
		return external.Answer{}, errSilent
	}
	return h.answer(k.Key), nil
}

// Cancel implements booking.External.
func (h *Hospital) Cancel(_ context.Context, key string) (external.Answer, error) {
	m := h.mood(false, key)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls++
	if m == Fail {
		return external.Answer{}, errSilent
	}
	if p := h.place(key); p.state != external.Refused {
		p.state = external.Cancelled // also when it was never asked for: then it never will be
	}
	if m == Mute {
		return external.Answer{}, errSilent
	}
	return h.answer(key), nil
}

func (h *Hospital) mood(confirm bool, key string) Mood {
	if h.Mood == nil {
		return Agree
	}
	return h.Mood(confirm, key)
}

func (h *Hospital) place(key string) *place {
	if h.places == nil {
		h.places = map[string]*place{}
	}
	p := h.places[key]
	if p == nil {
		p = &place{ref: fmt.Sprintf("H%d", len(h.order)+1)}
		h.places[key], h.order = p, append(h.order, key)
	}
	return p
}

// held counts the places of the time and resource of an ask.
func (h *Hospital) held(k external.Ask) (n int) {
	for _, p := range h.places {
		if (p.state == external.Confirmed) && p.ask.Resource == k.Resource && p.ask.Department == k.Department && p.ask.StartsAt.Equal(k.StartsAt) {
			n++
		}
	}
	return n
}

func (h *Hospital) answer(key string) external.Answer {
	p := h.places[key]
	return external.Answer{Key: key, State: p.state, Ref: p.ref, Full: p.full}
}

// Decide settles everything that was being looked into, by itself: Said then has it.
func (h *Hospital) Decide(agree func(key string) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, key := range h.order {
		p := h.places[key]
		if p.state != external.Pending {
			continue
		}
		p.state = external.Refused
		if agree(key) && (h.Most == 0 || h.held(p.ask) < h.Most) {
			p.state = external.Confirmed
		}
		h.said = append(h.said, h.answer(key))
	}
}

// Withdraw takes a confirmed place away, as when a doctor falls ill.
func (h *Hospital) Withdraw(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.places[key]; p != nil && p.state == external.Confirmed {
		p.state = external.Cancelled
		h.said = append(h.said, h.answer(key))
	}
}

// Said takes what the hospital says by itself, oldest first.
func (h *Hospital) Said() []external.Answer {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := h.said
	h.said = nil
	return out
}

// Keys lists the keys that it has in a state, in the order in which it met them.
func (h *Hospital) Keys(state external.State) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(h.order), func(k string) bool { return h.places[k].state != state })
}

// Asked is what it was told of a key.
func (h *Hospital) Asked(key string) external.Ask {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.places[key]; p != nil {
		return p.ask
	}
	return external.Ask{}
}

// Calls counts the calls so far.
func (h *Hospital) Calls() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls
}

// ServeHTTP speaks what external.Client speaks.
func (h *Hospital) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if user != h.Key || subtle.ConstantTimeCompare([]byte(password), []byte(h.Secret)) != 1 {
		http.Error(w, "unauthorised", http.StatusUnauthorized)
		return
	}
	var k external.Ask
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err == nil {
		err = json.Unmarshal(b, &k)
	}
	if err != nil || k.Key == "" || r.Header.Get("Idempotency-Key") != k.Key || r.Method != http.MethodPost {
		http.Error(w, "not understood", http.StatusBadRequest)
		return
	}
	var a external.Answer
	if strings.HasSuffix(r.URL.Path, "/cancel") {
		a, err = h.Cancel(r.Context(), k.Key)
	} else {
		a, err = h.Confirm(r.Context(), k)
	}
	if err != nil {
		http.Error(w, "later", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(a) // they have gone
}
