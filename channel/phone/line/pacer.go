package line

import (
	"runtime"
	"slices"
	"sync"
	"time"
)

// pacer sends for all calls, one packet each every 20 ms, by one clock: three hundred timers
// would wake the machine fifteen thousand times a second. It goes by the machine's own steady
// time and not by the clock of the rules, which may be set or stand still: sound has only the
// one. Its thread goes before others where the system lets it, so that sound does not
// stutter while something else works.
type pacer struct {
	stop chan struct{}
	gone chan struct{}

	mu    sync.Mutex
	slots [slots][]*media
}

const (
	// slots are how many times in 20 ms some of the calls are sent for: all at once would come in
	// a burst, in which the last waits for the first. A call stays in its slot and its place.
	slots = 4
	each  = frame / slots
	// behindMost is how many slots are made up for at once: 100 ms, which telephones have room for.
	behindMost = 5 * slots
)

func newPacer() *pacer {
	p := &pacer{stop: make(chan struct{}), gone: make(chan struct{})}
	go p.run()
	return p
}

// close stops it, and returns when nothing is sent any more.
func (p *pacer) close() {
	close(p.stop)
	<-p.gone
}

// add puts a call where the fewest are.
func (p *pacer) add(m *media) {
	p.mu.Lock()
	defer p.mu.Unlock()
	least := 0
	for i := range p.slots {
		if slices.Contains(p.slots[i], m) {
			return
		}
		if len(p.slots[i]) < len(p.slots[least]) {
			least = i
		}
	}
	p.slots[least] = append(p.slots[least], m)
}

func (p *pacer) remove(m *media) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.slots {
		p.slots[i] = slices.DeleteFunc(p.slots[i], func(x *media) bool { return x == m })
	}
}

func (p *pacer) run() {
	defer close(p.gone)
	runtime.LockOSThread() // and not unlocked: the thread ends with the line, and its precedence with it
	goBefore()
	buf := make([]byte, frameSamples)
	var now []*media
	began := time.Now()
	for done := 0; ; {
		select {
		case <-p.stop:
			return
		default:
		}
		rest(time.Until(began.Add(time.Duration(done) * each)))
		due := int(time.Since(began)/each) + 1
		for done = max(done, due-behindMost); done < due; done++ { // what is late is made up for, or sound would slip
			p.mu.Lock()
			now = append(now[:0], p.slots[done%slots]...)
			p.mu.Unlock()
			for _, m := range now {
				m.tick(buf)
			}
		}
	}
}
