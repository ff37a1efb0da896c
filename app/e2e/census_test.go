package e2e

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// trace is what the database holds of one draft or request.
type trace struct {
	draft    string // the draft's state
	requests int
	cases    int
	state    string // the case's state
	jobs     int    // that watch its deadline
	acts     map[string]int
}

// whole returns 1 if all of a request is there once, 0 if nothing is, and -1 if
// it is there by halves.
func (r trace) whole() int {
	parts := [...]int{r.requests, r.cases, r.jobs, r.acts["request.submitted"], r.acts["case.opened"], count(r.draft == "submitted")}
	switch parts {
	case [...]int{1, 1, 1, 1, 1, 1}:
		return 1
	case [6]int{}:
		return 0
	}
	return -1
}

type census map[string]trace

// of returns what there is of a draft, or the empty trace.
func (c census) of(id string) trace { return c[id] }

var uuid = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// census counts, at one moment, what there is of each draft and request.
func (in install) census(t *testing.T) census {
	t.Helper()
	d := in.readOnly(t)
	defer d.Close()
	tx, err := d.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true, Isolation: isolation(in)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	out := census{}
	each := func(query string, fn func(r *trace, more string)) {
		t.Helper()
		rows, err := tx.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var id, more string
			if err := rows.Scan(&id, &more); err != nil {
				t.Fatal(err)
			}
			id = uuid.FindString(id)
			r := out[id]
			if r.acts == nil {
				r.acts = map[string]int{}
			}
			fn(&r, more)
			out[id] = r
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	each(`SELECT id, state FROM draft`, func(r *trace, state string) { r.draft = state })
	each(`SELECT id, number FROM request`, func(r *trace, _ string) { r.requests++ })
	each(`SELECT request, state FROM casework`, func(r *trace, state string) { r.cases++; r.state = state })
	each(`SELECT args, kind FROM river_job WHERE kind = 'casework.watch'`, func(r *trace, _ string) { r.jobs++ })
	each(`SELECT a.id, e.act FROM journal_about a JOIN journal_entry e ON e.id = a.entry WHERE a.kind = 'request'`,
		func(r *trace, act string) { r.acts[act]++ })
	return out
}

func isolation(in install) sql.IsolationLevel {
	if in.url == "" {
		return sql.LevelDefault
	}
	return sql.LevelRepeatableRead
}

// readOnly opens the installation's database beside whoever has it open.
func (in install) readOnly(t *testing.T) *sql.DB {
	t.Helper()
	driver, dsn := "sqlite", "file:"+(&url.URL{Path: filepath.Join(in.dir, db.File)}).EscapedPath()+"?mode=ro&_pragma=busy_timeout(10000)"
	if in.url != "" {
		driver, dsn = "pgx", in.url+"&default_transaction_read_only=on"
	}
	d, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// quiet waits until PostgreSQL has noticed that the killed server's connections
// are gone: what was being committed is committed then, or not at all.
func (in install) quiet(t *testing.T) {
	t.Helper()
	if in.url == "" {
		return
	}
	u, err := url.Parse(in.url)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sql.Open("pgx", dbtest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); ; <-tick.C {
		var n int
		if err := admin.QueryRow(`SELECT COUNT(*) FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`, u.Path[1:]).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d connections of the killed server are still there", n)
		}
	}
}
