package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"modernc.org/sqlite"
)

// openPrepared opens a SQLite handle whose connections keep what they prepared.
// The driver would parse every statement anew each time, which is two fifths of
// the work of a write; PostgreSQL's driver keeps statements by itself.
func openPrepared(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(preparing{c}), nil
}

type preparing struct{ driver.Connector }

// Connect implements driver.Connector.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	base, ok := c.(liteConn)
	if !ok {
		return nil, fmt.Errorf("db: the driver's connection lacks what ours needs (%T)", c)
	}
	return &keeper{liteConn: base, kept: map[string]*prepared{}}, nil
}

// liteConn is what database/sql uses of the driver's connection.
type liteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// Statements are few and written in the code, but lists of values vary in length:
// those used longest ago make room, and the longest texts are not kept.
const (
	keptMost = 128
	keptLong = 16384 // bytes
)

// keeper is a connection with its prepared statements. Like any connection it is
// used by one goroutine at a time.
type keeper struct {
	liteConn
	kept map[string]*prepared
	tick int64
}

// liteStmt is what the driver's statements are.
type liteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type prepared struct {
	stmt  liteStmt
	query string
	busy  bool // its rows are being read
	alone bool // a second one of the same text, or too long: closed after use
	used  int64
}

// take returns the statement of the query, which give takes back.
func (k *keeper) take(ctx context.Context, query string) (*prepared, error) {
	k.tick++
	p, known := k.kept[query]
	if known && !p.busy {
		p.busy, p.used = true, k.tick
		return p, nil
	}
	s, err := k.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p = &prepared{stmt: s.(liteStmt), query: query, busy: true, alone: known || len(query) > keptLong, used: k.tick}
	if !p.alone {
		k.kept[query] = p
		k.makeRoom()
	}
	return p, nil
}

func (k *keeper) give(p *prepared) {
	p.busy = false
	if p.alone {
		_ = p.stmt.Close() // what it had to say, its use has said
	}
}

// makeRoom closes the statement used longest ago when there are too many.
func (k *keeper) makeRoom() {
	if len(k.kept) <= keptMost {
		return
	}
	var oldest *prepared
	for _, p := range k.kept {
		if !p.busy && (oldest == nil || p.used < oldest.used) {
			oldest = p
		}
	}
	if oldest != nil {
		delete(k.kept, oldest.query)
		_ = oldest.stmt.Close()
	}
}

// ExecContext implements driver.ExecerContext.
func (k *keeper) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	p, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	defer k.give(p)
	return p.stmt.ExecContext(ctx, args)
}

// QueryContext implements driver.QueryerContext.
func (k *keeper) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	p, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := p.stmt.QueryContext(ctx, args)
	if err != nil {
		k.give(p)
		return nil, err
	}
	return &keptRows{Rows: rows, k: k, p: p}, nil
}

// Close implements driver.Conn.
func (k *keeper) Close() error {
	for _, p := range k.kept {
		_ = p.stmt.Close()
	}
	k.kept = nil
	return k.liteConn.Close()
}

// keptRows gives the statement back when its rows are closed.
type keptRows struct {
	driver.Rows
	k *keeper
	p *prepared
}

// Close implements driver.Rows.
func (r *keptRows) Close() error {
	err := r.Rows.Close()
	if r.p != nil {
		r.k.give(r.p)
		r.p = nil
	}
	return err
}
