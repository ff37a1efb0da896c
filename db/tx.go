package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/georgysavva/scany/v2/sqlscan"
)

// Q reads rows. It is met by Tx, inside a write, and by Snapshot, outside one.
type Q interface {
	// Get scans the single row of the query into dst, or returns ErrNoRows.
	Get(dst any, query string, args ...any) error
	// Select scans all rows into the slice that dst points to.
	Select(dst any, query string, args ...any) error
	// Context is the context that the query runs under.
	Context() context.Context
}

// Tx is a write transaction. It is used from one goroutine, and every row set is
// read to its end before the next statement (PostgreSQL has one cursor).
type Tx struct {
	tx      *sql.Tx
	ctx     context.Context // the caller's, marked
	run     context.Context // the context that statements run under
	d       Dialect
	scratch bool
	conn    *sql.Conn // PostgreSQL's, on which tx is
	later   []statement
}

// Context returns the caller's context, marked so that a second Write or a pool
// read inside this one is refused instead of hanging.
func (t *Tx) Context() context.Context { return t.ctx }

// Dialect names the engine. Only db and jobs may ask.
func (t *Tx) Dialect() Dialect { return t.d }

// Locks reports whether the transaction may write rows that acts rest on, and so
// lock them. In scratch it may not.
func (t *Tx) Locks() bool { return !t.scratch }

// Raw is the transaction itself, for the job queue's driver alone. What was left for
// later is done first.
func (t *Tx) Raw() (context.Context, *sql.Tx, error) { return t.run, t.tx, t.settle() }

func (t *Tx) ready(query string) error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	if t.scratch {
		if err := scratchJudges(query); err != nil {
			return err
		}
	}
	return t.settle()
}

// Exec runs a statement and returns the number of rows it affected.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	if err := t.ready(query); err != nil {
		return 0, err
	}
	vs, err := bindAll(args)
	if err != nil {
		return 0, err
	}
	res, err := t.tx.ExecContext(t.run, query, vs...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", label(query), err)
	}
	return res.RowsAffected()
}

// Get implements Q.
func (t *Tx) Get(dst any, query string, args ...any) error {
	if err := t.ready(query); err != nil {
		return err
	}
	return get(t.run, t.tx, dst, query, args)
}

// Select implements Q.
func (t *Tx) Select(dst any, query string, args ...any) error {
	if err := t.ready(query); err != nil {
		return err
	}
	return sel(t.run, t.tx, dst, query, args)
}

// Text is a column of a row that Each reads, until the next row is read: nothing is copied.
type Text = sql.RawBytes

// Each reads the rows of a query one after another into the variables that into points to, and
// calls fn after each: for more rows than memory should hold. fn runs no statement.
func (t *Tx) Each(query string, args, into []any, fn func() error) (err error) {
	if err := t.ready(query); err != nil {
		return err
	}
	vs, err := bindAll(args)
	if err != nil {
		return err
	}
	rows, err := t.tx.QueryContext(t.run, query, vs...)
	if err != nil {
		return fmt.Errorf("%s: %w", label(query), err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := fn(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Snapshot reads outside a write, each statement on its own.
type Snapshot struct {
	db  *sql.DB
	ctx context.Context
}

// Context implements Q.
func (s *Snapshot) Context() context.Context { return s.ctx }

// Get implements Q.
func (s *Snapshot) Get(dst any, query string, args ...any) error {
	return wrap(get(s.ctx, s.db, dst, query, args))
}

// Select implements Q.
func (s *Snapshot) Select(dst any, query string, args ...any) error {
	return wrap(sel(s.ctx, s.db, dst, query, args))
}

func get(ctx context.Context, q sqlscan.Querier, dst any, query string, args []any) error {
	vs, err := bindAll(args)
	if err != nil {
		return err
	}
	if err := sqlscan.Get(ctx, q, dst, query, vs...); err != nil {
		if sqlscan.NotFound(err) {
			return ErrNoRows
		}
		return fmt.Errorf("%s: %w", label(query), err)
	}
	return nil
}

func sel(ctx context.Context, q sqlscan.Querier, dst any, query string, args []any) error {
	vs, err := bindAll(args)
	if err != nil {
		return err
	}
	if err := sqlscan.Select(ctx, q, dst, query, vs...); err != nil {
		return fmt.Errorf("%s: %w", label(query), err)
	}
	return nil
}

// label shortens a query for the log. It never holds values.
func label(query string) string {
	q := strings.Join(strings.Fields(query), " ")
	if len(q) > 60 {
		q = q[:60] + "…"
	}
	return q
}

// Args turns a slice into arguments, for In.
func Args[T any](vs []T) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v
	}
	return out
}

// Filled repeats the last of some values until their number is a power of two, so that
// the statements over lists of them are few, and stay prepared.
func Filled[T any](vs []T) []T {
	n := len(vs)
	if n < 3 || n&(n-1) == 0 {
		return vs
	}
	out := slices.Grow(slices.Clone(vs), n)
	for len(out)&(len(out)-1) != 0 {
		out = append(out, vs[n-1])
	}
	return out
}

// In returns "($from, $from+1, …)" for n values.
func In(from, n int) string {
	var b strings.Builder
	b.WriteByte('(')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	b.WriteByte(')')
	return b.String()
}

var (
	writeTarget = regexp.MustCompile(`(?i)^\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+([a-z_]+)\b`)
	readStart   = regexp.MustCompile(`(?i)^\s*(?:SELECT|WITH)\b`)
	upsert      = regexp.MustCompile(`(?i)\bDO\s+UPDATE\b`)
	holdsRows   = regexp.MustCompile(`^UPDATE ([a-z_]+) SET ([a-z_]+) = ([a-z_]+) WHERE\b`)
	writeWord   = regexp.MustCompile(`(?i)\b(INSERT|UPDATE|DELETE|MERGE|INTO|DROP|ALTER|CREATE|TRUNCATE|ATTACH|PRAGMA)\b|;`)
)

// judged remembers verdicts on statements, which are few and written in the code.
var judged sync.Map

func scratchJudges(query string) error {
	if v, ok := judged.Load(query); ok {
		err, _ := v.(error)
		return err
	}
	err := scratchAllows(query)
	judged.Store(query, err)
	return err
}

// scratchAllows refuses statements that write tables outside the allow-list. It
// lets through only what it understands: one read, one write of one table, or one
// update that sets a column to itself, which holds rows and changes nothing.
func scratchAllows(query string) error {
	rest := query
	if m := holdsRows.FindStringSubmatch(query); m != nil && m[2] == m[3] && !writeWord.MatchString(query[len(m[0]):]) {
		return nil
	}
	if m := writeTarget.FindStringSubmatch(query); m != nil {
		if !scratchTables[strings.ToLower(m[1])] {
			return fmt.Errorf("db: %s holds acts: write it through the journal", m[1])
		}
		rest = upsert.ReplaceAllString(query[len(m[0]):], "")
	} else if !readStart.MatchString(query) {
		return fmt.Errorf("db: scratch can't judge %q", label(query))
	}
	if writeWord.MatchString(rest) {
		return fmt.Errorf("db: scratch can't judge %q", label(query))
	}
	return nil
}
