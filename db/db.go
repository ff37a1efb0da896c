package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // PostgreSQL driver

	"yinqiao/civic"
)

// Dialect names an engine.
type Dialect string

// The engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// DB is an open database with a handle for writing and one for reading.
type DB struct {
	dialect Dialect
	w, r    *sql.DB
	group   *group // SQLite only
	url     string

	migrates sync.Mutex
}

// Config says which database to open.
type Config struct {
	URL string // postgres://… or empty for SQLite
	Dir string // the folder of the SQLite file
	// NoSync trades durability for speed. For bulk loads and tests only.
	NoSync bool
	// Conns bounds PostgreSQL connections of the write handle; 0 means 16.
	Conns int
}

// Open opens the database, creating the SQLite file if there is none. A
// PostgreSQL with the wrong version, encoding or locale is refused with the remedy.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.URL == "" {
		return openSQLite(c)
	}
	if !strings.HasPrefix(c.URL, "postgres://") && !strings.HasPrefix(c.URL, "postgresql://") {
		return nil, civic.E(civic.Invalid, "db.url", "数据库地址要以 postgres:// 开头；不写则使用本机的 SQLite。(the database URL must begin with postgres://; leave it out for SQLite)")
	}
	return openPostgres(ctx, c)
}

// File is the name of the SQLite file in the data folder.
const File = "yinqiao.db"

func openSQLite(c Config) (*DB, error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("db: data folder: %w", err)
	}
	path := filepath.Join(c.Dir, File)
	sync := "FULL"
	if c.NoSync {
		sync = "OFF"
	}
	dsn := func(extra ...string) string {
		v := url.Values{}
		for _, p := range append([]string{"foreign_keys(1)", "busy_timeout(10000)", "journal_mode(WAL)", "synchronous(" + sync + ")", "temp_store(MEMORY)"}, extra...) {
			v.Add("_pragma", p)
		}
		v.Set("_timezone", "UTC")
		v.Set("_dqs", "0")
		v.Set("_time_format", "sqlite")
		// Escaped: a folder's name may hold what means something in a URI.
		at := url.URL{Path: filepath.ToSlash(path)}
		return "file:" + at.EscapedPath() + "?" + v.Encode()
	}
	// Folding the log in each 64 MiB, not each 4, writes a page once that several writes have changed.
	w, err := openPrepared(dsn("cache_size(-65536)", "wal_autocheckpoint(16384)") + "&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	if err := w.Ping(); err != nil {
		w.Close()
		return nil, fmt.Errorf("db: opening %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		w.Close()
		return nil, err
	}
	r, err := openPrepared(dsn("query_only(1)", "cache_size(-16384)"))
	if err != nil {
		w.Close()
		return nil, err
	}
	r.SetMaxOpenConns(4)
	r.SetMaxIdleConns(4)
	return &DB{dialect: SQLite, w: w, r: r, group: newGroup(w), url: path}, nil
}

func openPostgres(ctx context.Context, c Config) (*DB, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		// The parse error would repeat the password.
		return nil, civic.E(civic.Invalid, "db.url", "数据库地址写得不对，应当像 postgres://用户：密码@主机/库名。(the database URL can't be read)")
	}
	dsn := func(settings map[string]string) string {
		q := u.Query()
		q.Set("timezone", "UTC")
		q.Set("client_encoding", "UTF8")
		for k, v := range settings {
			q.Set(k, v)
		}
		v := *u
		v.RawQuery = q.Encode()
		return v.String()
	}
	set := map[string]string{}
	if c.NoSync {
		set["synchronous_commit"] = "off"
	}
	w, err := sql.Open("pgx", dsn(set))
	if err != nil {
		return nil, err
	}
	n := c.Conns
	if n == 0 {
		n = 16
	}
	n = max(n, 2) // a migration holds its lock on one and works on another
	w.SetMaxOpenConns(n)
	w.SetMaxIdleConns(n)
	w.SetConnMaxIdleTime(5 * time.Minute)
	if err := checkServer(ctx, w); err != nil {
		w.Close()
		return nil, err
	}
	r, err := sql.Open("pgx", dsn(map[string]string{"default_transaction_read_only": "on"}))
	if err != nil {
		w.Close()
		return nil, err
	}
	r.SetMaxOpenConns(n)
	r.SetMaxIdleConns(n)
	return &DB{dialect: Postgres, w: w, r: r, url: c.URL}, nil
}

// serverFacts is what a PostgreSQL server says of itself.
type serverFacts struct {
	Version  int    `db:"version"`
	Encoding string `db:"encoding"`
	Collate  string `db:"collate"`
	Provider string `db:"provider"`
}

func checkServer(ctx context.Context, w *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	var f serverFacts
	row := w.QueryRowContext(ctx, `SELECT CAST(current_setting('server_version_num') AS BIGINT), pg_encoding_to_char(encoding), datcollate
		FROM pg_database WHERE datname = current_database()`)
	if err := row.Scan(&f.Version, &f.Encoding, &f.Collate); err != nil {
		return ErrAway.Because(fmt.Errorf("connecting to PostgreSQL: %w", err))
	}
	if f.Version >= 150000 {
		row := w.QueryRowContext(ctx, `SELECT CAST(datlocprovider AS TEXT) FROM pg_database WHERE datname = current_database()`)
		if err := row.Scan(&f.Provider); err != nil {
			return ErrAway.Because(err)
		}
	}
	return f.judge()
}

// MinPostgres is the oldest server version that is accepted, as
// server_version_num.
const MinPostgres = 150000

// judge refuses a server on which the same queries would give other answers:
// prefix ranges and ordering need the C collation.
func (f serverFacts) judge() error {
	refuse := func(code, say string) error { return civic.E(civic.Unavailable, code, say) }
	switch {
	case f.Version < MinPostgres:
		return refuse("db.version", fmt.Sprintf("PostgreSQL 版本太旧（%d.%d），需要 15 或更新；请升级数据库后再启动。(PostgreSQL 15 or newer is required; this server is %d)", f.Version/10000, f.Version%10000, f.Version/10000))
	case f.Encoding != "UTF8":
		return refuse("db.encoding", "数据库编码不是 UTF8，姓名会丢字。请重新建库：createdb -T template0 -E UTF8 -l C yinqiao (the database must be created with encoding UTF8)")
	case f.Provider != "c" || (f.Collate != "C" && f.Collate != "POSIX"):
		return refuse("db.locale", "数据库的排序规则不是 C，按前缀查找会出错。请重新建库：createdb -T template0 -E UTF8 -l C yinqiao (the database must be created with locale C)")
	}
	return nil
}

// Dialect names the engine.
func (d *DB) Dialect() Dialect { return d.dialect }

// Pool is the write handle, for the job queue and migrations alone.
func (d *DB) Pool() *sql.DB { return d.w }

// Close closes both handles. Writes under way finish first.
func (d *DB) Close() error {
	if d.group != nil {
		d.group.close()
	}
	return errors.Join(d.w.Close(), d.r.Close())
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	var one int
	return wrap(d.r.QueryRowContext(ctx, "SELECT 1").Scan(&one))
}

// Stats counts commits and the acts in them since the database was opened.
// Largest is the most acts that shared one commit. SQLite only.
type Stats struct{ Commits, Acts, Largest int64 }

// Stats returns the writer's counts.
func (d *DB) Stats() Stats {
	if d.group == nil {
		return Stats{}
	}
	return Stats{d.group.commits.Load(), d.group.acts.Load(), d.group.largest.Load()}
}

type inside struct{}

var errInside = errors.New("db: a write or a pool read inside a write: pass the transaction on")

// Write runs fn in one transaction and returns once it is durable. The closure
// may run again after a deadlock, so it must not have effects of its own. For the
// journal and jobs rooms alone.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	return d.write(ctx, false, fn)
}

// Scratch is Write for the tables that are not acts; statements that write any
// other table are refused.
func (d *DB) Scratch(ctx context.Context, fn func(*Tx) error) error {
	return d.write(ctx, true, fn)
}

const tries = 8

func (d *DB) write(ctx context.Context, scratch bool, fn func(*Tx) error) error {
	if ctx.Value(inside{}) != nil {
		return errInside
	}
	marked := context.WithValue(ctx, inside{}, true)
	run := marked
	if d.group != nil {
		// Interrupting a statement rolls the shared transaction back; the caller's
		// context is looked at between statements instead.
		run = context.WithoutCancel(marked)
	}
	step := func(conn *sql.Conn, tx *sql.Tx) error {
		t := &Tx{tx: tx, ctx: marked, run: run, d: d.dialect, scratch: scratch, conn: conn}
		if err := fn(t); err != nil {
			return err
		}
		return t.settle()
	}
	var err error
	for i := range tries {
		if d.group != nil {
			err = d.group.do(ctx, func(tx *sql.Tx) error { return step(nil, tx) })
		} else {
			err = d.once(ctx, step)
		}
		if err == nil || !retryable(err) || ctx.Err() != nil {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(1<<i) * time.Millisecond):
		}
	}
	return wrap(err)
}

func (d *DB) once(ctx context.Context, fn func(*sql.Conn, *sql.Tx) error) error {
	conn, tx, err := d.begin(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer func() { _ = tx.Rollback() }()
	if err := guarded(tx, func(tx *sql.Tx) error { return fn(conn, tx) }); err != nil {
		return err
	}
	return tx.Commit()
}

// begin begins a transaction on a connection of its own; one that turns out to be dead
// is passed over.
func (d *DB) begin(ctx context.Context) (*sql.Conn, *sql.Tx, error) {
	for i := 0; ; i++ {
		conn, err := d.w.Conn(ctx)
		if err != nil {
			return nil, nil, err
		}
		tx, err := conn.BeginTx(ctx, nil)
		if err == nil {
			return conn, tx, nil
		}
		_ = conn.Close()
		if i == 2 || !errors.Is(err, driver.ErrBadConn) {
			return nil, nil, err
		}
	}
}

// Read returns a reader on the read handle. Inside a write it is refused, since
// it would not see the write's own rows.
func (d *DB) Read(ctx context.Context) (*Snapshot, error) {
	if ctx.Value(inside{}) != nil {
		return nil, errInside
	}
	return &Snapshot{db: d.r, ctx: ctx}, nil
}
