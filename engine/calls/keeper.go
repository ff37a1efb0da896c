package calls

import (
	"context"
	"sync"
	"time"

	"yinqiao/db"
)

// keeper writes how calls stand, one after another, and tries again while the database is away:
// a caller never waits for it, and no promise is lost while the process lives.
type keeper struct {
	s    *Service
	mu   sync.Mutex
	due  []*Ongoing // in order, each once
	wake chan struct{}
	idle *sync.Cond // when nothing is due
	busy bool
}

// triesMost is how often something is tried again that fails while the database answers.
const triesMost = 10

// retryEach is how long the keeper waits before it tries again what failed.
const retryEach = 500 * time.Millisecond

func newKeeper(s *Service) *keeper {
	k := &keeper{s: s, wake: make(chan struct{}, 1)}
	k.idle = sync.NewCond(&k.mu)
	return k
}

func (k *keeper) put(o *Ongoing) {
	k.mu.Lock()
	for _, x := range k.due {
		if x == o {
			k.mu.Unlock()
			return
		}
	}
	k.due = append(k.due, o)
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// drain writes all that is due. What can't be written is tried again until ctx ends.
func (k *keeper) drain(ctx context.Context) {
	defer k.rest()
	for o := k.next(); o != nil; o = k.next() {
		evs, err := k.keep(ctx, o)
		if err == nil || !k.again(o, evs, err) {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(retryEach):
		}
	}
}

// next is the call that is to be written, nil for none.
func (k *keeper) next() *Ongoing {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.due) == 0 {
		return nil
	}
	k.busy = true
	o := k.due[0]
	k.due = k.due[1:]
	return o
}

// rest is when nothing is written any more.
func (k *keeper) rest() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.busy = false
	k.idle.Broadcast()
}

// keep writes how a call stands and what happened, which it returns.
func (k *keeper) keep(ctx context.Context, o *Ongoing) ([]event, error) {
	d := k.s.desk
	d.mu.Lock()
	c, evs, number := o.call, o.events, o.Number
	o.events = nil
	d.mu.Unlock()
	err := error(nil)
	if c.NumberHash != "" && c.Sealed == nil {
		if c.Sealed, err = k.s.v.Seal([]byte(number), sealOfCall(c.ID)); err == nil {
			d.mu.Lock()
			o.call.Sealed = c.Sealed
			d.mu.Unlock()
		}
	}
	if err == nil {
		err = k.s.write(ctx, c, number, evs)
	}
	return evs, err
}

// again puts a call that could not be kept behind the others, with what happened in it: false where trying does not
// mend it, which is our own fault.
func (k *keeper) again(o *Ongoing, evs []event, err error) bool {
	k.s.desk.mu.Lock()
	if !db.Away(err) {
		o.failed++
	}
	lost := o.failed > triesMost
	if !lost {
		o.events = append(evs[:len(evs):len(evs)], o.events...)
	}
	id := o.call.ID
	k.s.desk.mu.Unlock()
	if lost {
		k.s.log.Error("a call can't be kept", "call", id, "error", err)
		return false
	}
	k.put(o)
	k.s.log.Warn("a call could not be kept yet", "error", err)
	return true
}

// Kept waits until all that was told so far is kept.
func (s *Service) Kept() {
	k := s.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	for k.busy || len(k.due) > 0 {
		k.idle.Wait()
	}
}

// Run keeps what is told of calls, beside the line, until stop is called, which keeps what is due
// still, as far as the database lets it.
func (s *Service) Run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-s.keeper.wake:
				s.keeper.drain(ctx)
			case <-ctx.Done():
				last, cancel := context.WithTimeout(context.Background(), lastWrites)
				defer cancel()
				s.keeper.drain(last)
				return
			}
		}
	}()
	return func() { cancel(); <-done }
}

// lastWrites bounds how long what is due is written when the process ends.
const lastWrites = 5 * time.Second
