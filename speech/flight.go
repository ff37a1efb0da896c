package speech

import (
	"context"
	"sync"
	"time"
)

// flight lets one caller work for all that want the same thing at the same time.
type flight struct {
	mu    sync.Mutex
	calls map[string]*call
}

type call struct {
	done chan struct{}
	clip Clip
	err  error
}

// do runs work for a key once, however many ask meanwhile. The work goes on when
// the one who started it leaves, for the others and for the cache; limit bounds it.
func (f *flight) do(ctx context.Context, key string, limit time.Duration, work func(context.Context) (Clip, error)) (Clip, error) {
	f.mu.Lock()
	if f.calls == nil {
		f.calls = map[string]*call{}
	}
	c, running := f.calls[key]
	if !running {
		c = &call{done: make(chan struct{})}
		f.calls[key] = c
		go func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
			defer cancel()
			defer func() {
				f.mu.Lock()
				delete(f.calls, key)
				f.mu.Unlock()
				close(c.done)
			}()
			c.err = silent(context.Canceled) // if the work should never return
			c.clip, c.err = work(ctx)
		}()
	}
	f.mu.Unlock()
	select {
	case <-c.done:
		return c.clip, c.err
	case <-ctx.Done():
		return Clip{}, ctx.Err()
	}
}
