package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// group is SQLite's single writer. Writers that arrive while a commit is being
// synced to disk share the next one: each but the first runs in a savepoint of its own, so that
// one failing takes nobody with it, and none is answered before the shared
// commit is durable.
type group struct {
	db      *sql.DB
	in      chan *turn
	quit    chan struct{}
	done    chan struct{}
	once    sync.Once
	commits atomic.Int64
	acts    atomic.Int64
	largest atomic.Int64
}

type turn struct {
	ctx  context.Context
	fn   func(*sql.Tx) error
	err  error
	over chan struct{}
}

const (
	groupMost   = 64                    // writers that may share one commit
	groupBudget = 20 * time.Millisecond // after which no more are let in
)

func newGroup(d *sql.DB) *group {
	g := &group{db: d, in: make(chan *turn), quit: make(chan struct{}), done: make(chan struct{})}
	go g.loop()
	return g
}

// do runs fn in the writer's transaction and returns once it is durable.
func (g *group) do(ctx context.Context, fn func(*sql.Tx) error) error {
	t := &turn{ctx: ctx, fn: fn, over: make(chan struct{})}
	select {
	case g.in <- t:
	case <-ctx.Done():
		return ctx.Err()
	case <-g.quit:
		return errClosed
	}
	<-t.over
	return t.err
}

func (g *group) close() {
	g.once.Do(func() { close(g.quit) })
	<-g.done
}

func (g *group) loop() {
	defer close(g.done)
	for {
		select {
		case <-g.quit:
			return
		case t := <-g.in:
			g.batch(t)
		}
	}
}

func (g *group) batch(first *turn) {
	began := time.Now()
	tx, err := g.db.BeginTx(context.Background(), nil)
	if err != nil {
		first.err = err
		close(first.over)
		return
	}
	var joined []*turn
	fail := func(err error) { // the whole transaction is lost
		_ = tx.Rollback()
		for _, t := range joined {
			if t.err == nil {
				t.err = err
			}
			close(t.over)
		}
	}
	for t := first; t != nil; {
		joined = append(joined, t)
		step := g.step
		if t == first {
			step = lead
		}
		if err := step(tx, t); err != nil {
			fail(err)
			return
		}
		t = nil
		if len(joined) < groupMost && time.Since(began) < groupBudget {
			select {
			case t = <-g.in:
			default:
			}
		}
	}
	wrote := int64(0)
	for _, t := range joined {
		if t.err == nil {
			wrote++
		}
	}
	if err := tx.Commit(); err != nil {
		fail(err)
		return
	}
	g.commits.Add(1)
	g.acts.Add(wrote)
	if wrote > g.largest.Load() {
		g.largest.Store(wrote)
	}
	for _, t := range joined {
		close(t.over)
	}
}

// lead runs the first writer. It needs no savepoint, for which SQLite would copy each
// page that a large write touches: where it fails, nobody else has written yet.
func lead(tx *sql.Tx, t *turn) error {
	if t.err = t.ctx.Err(); t.err == nil {
		t.err = aside(tx, t.fn)
	}
	return t.err
}

// step runs one of the others in its savepoint. The returned error means that the
// shared transaction itself is broken.
func (g *group) step(tx *sql.Tx, t *turn) error {
	if t.ctx.Err() != nil {
		t.err = t.ctx.Err()
		return nil
	}
	bg := context.Background()
	if _, err := tx.ExecContext(bg, "SAVEPOINT turn"); err != nil {
		return err
	}
	t.err = aside(tx, t.fn)
	if t.err != nil {
		if _, err := tx.ExecContext(bg, "ROLLBACK TO turn"); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(bg, "RELEASE turn")
	return err
}

// aside runs fn on a goroutine of its own, so that one which ends its goroutine
// (runtime.Goexit, as a failing test does) can't end the writer's loop.
func aside(tx *sql.Tx, fn func(*sql.Tx) error) error {
	err := errExit
	over := make(chan struct{})
	go func() {
		defer close(over)
		err = guarded(tx, fn)
	}()
	<-over
	return err
}

var errExit = errors.New("db: a write ended its goroutine")

// guarded keeps a panic in one writer from taking the shared transaction and
// the process with it.
func guarded(tx *sql.Tx, fn func(*sql.Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("db: panic in a write: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(tx)
}
