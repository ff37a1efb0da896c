package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
)

// Export is the whole database as it was at one moment, however long it is read
// and whatever is written meanwhile.
type Export struct {
	// Schema is the version that the database was migrated to.
	Schema int64
	// Tables are the tables of Topology that the database has, each after those
	// that its foreign keys refer to.
	Tables []string

	ctx context.Context
	tx  *sql.Tx
	d   Dialect
}

var (
	errNoSchema = civic.E(civic.NotFound, "export.empty", "这个数据库里没有银桥的数据。请核对 --data 或 --database。(this database holds no installation)")
	errSchema   = civic.E(civic.Conflict, "export.newer", "数据库已经升级到更新的版本，请用同一版本的程序再试。(the database has a newer schema than this release)")
)

// Export runs fn on one consistent state of the database, on the read handle.
// Writers are not held up, but on SQLite the log can't be folded in until fn
// returns. NotFound if the database was never migrated, Conflict if its schema is
// newer than this release's. On Citus each shard has a state of its own.
func (d *DB) Export(ctx context.Context, fn func(x *Export) error) error {
	if ctx.Value(inside{}) != nil {
		return errInside
	}
	opts := &sql.TxOptions{ReadOnly: true}
	if d.dialect == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	tx, err := d.r.BeginTx(ctx, opts)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = tx.Rollback() }()
	x := &Export{ctx: ctx, tx: tx, d: d.dialect}
	if err := x.survey(); err != nil {
		return wrap(err)
	}
	return wrap(fn(x))
}

// Each runs a query and fn on each row. The row is valid until fn returns and
// holds nil, bool, int64, float64, string, []byte or a UTC time.Time. It returns
// the names of the columns.
func (x *Export) Each(query string, fn func(row []any) error) ([]string, error) {
	rows, err := x.tx.QueryContext(x.ctx, query)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", label(query), err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	row, at := make([]any, len(columns)), make([]any, len(columns))
	for i := range row {
		at[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			return nil, fmt.Errorf("%s: %w", label(query), err)
		}
		for i, v := range row {
			if row[i], err = plain(v); err != nil {
				return nil, fmt.Errorf("%s: column %s: %w", label(query), columns[i], err)
			}
		}
		if err := fn(row); err != nil {
			return nil, err
		}
	}
	return columns, rows.Err()
}

// Table runs fn on each row of one of Tables, in no order, and returns its
// columns.
func (x *Export) Table(name string, fn func(row []any) error) ([]string, error) {
	if err := x.known(name); err != nil {
		return nil, err
	}
	truths, err := x.truths(name)
	if err != nil {
		return nil, err
	}
	// Every column is what a copy means: none may be forgotten here.
	return x.Each(`SELECT * FROM `+name, func(row []any) error {
		for _, i := range truths {
			if n, ok := row[i].(int64); ok {
				row[i] = n != 0
			}
		}
		return fn(row)
	})
}

// truths are the places of a table's booleans, of which SQLite knows only that the
// column is declared so: its 0 and 1 are no numbers on other engines.
func (x *Export) truths(table string) ([]int, error) {
	if x.d != SQLite {
		return nil, nil
	}
	var out []int
	_, err := x.Each(`SELECT cid FROM pragma_table_info('`+table+`') WHERE UPPER(type) = 'BOOLEAN' ORDER BY cid`, func(row []any) error {
		if n, ok := row[0].(int64); ok {
			out = append(out, int(n))
		}
		return nil
	})
	return out, err
}

// Columns returns the columns of one of Tables.
func (x *Export) Columns(name string) ([]string, error) {
	if err := x.known(name); err != nil {
		return nil, err
	}
	return x.Each(`SELECT * FROM `+name+` LIMIT 0`, func([]any) error { return nil })
}

func (x *Export) known(name string) error {
	if !slices.Contains(x.Tables, name) {
		return fmt.Errorf("db: no table %q to export", name)
	}
	return nil
}

// plain makes a value that a driver returned the same for both engines.
func plain(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, int64, float64, string:
		return v, nil
	case []byte:
		if v == nil { // SQLite's driver returns the empty blob so
			return []byte{}, nil
		}
		return v, nil
	case time.Time:
		return v.UTC().Truncate(time.Microsecond), nil
	}
	return nil, fmt.Errorf("db: can't export %T", v)
}

// survey reads the schema's version, the tables and their order. Its first
// statement fixes the state that is exported.
func (x *Export) survey() error {
	tables, err := x.list(map[Dialect]string{
		SQLite: `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`,
		Postgres: `SELECT CAST(c.relname AS TEXT) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema() ORDER BY 1`,
	}[x.d])
	if err != nil {
		return err
	}
	if !slices.Contains(tables, "goose_db_version") {
		return errNoSchema
	}
	if _, err := x.Each(`SELECT MAX(version_id) FROM goose_db_version`, func(row []any) error {
		x.Schema, _ = row[0].(int64)
		return nil
	}); err != nil {
		return err
	}
	switch release := ReleaseSchema(); {
	case x.Schema == 0:
		return errNoSchema
	case x.Schema > release:
		return errSchema.Because(fmt.Errorf("schema %d, release %d", x.Schema, release))
	case x.Schema == release:
		for t := range Topology {
			if !slices.Contains(tables, t) {
				return fmt.Errorf("db: table %s is missing from the database", t)
			}
		}
	}
	tables = slices.DeleteFunc(tables, func(t string) bool { _, ok := Topology[t]; return !ok })
	parents := map[string][]string{}
	for _, t := range tables {
		if parents[t], err = x.parents(t); err != nil {
			return err
		}
	}
	x.Tables, err = inOrder(tables, parents)
	return err
}

// parents lists the tables that the foreign keys of t refer to.
func (x *Export) parents(t string) ([]string, error) {
	return x.list(map[Dialect]string{
		SQLite: `SELECT DISTINCT "table" FROM pragma_foreign_key_list('` + t + `')`,
		Postgres: `SELECT DISTINCT CAST(p.relname AS TEXT) FROM pg_constraint f JOIN pg_class p ON p.oid = f.confrelid
			WHERE f.contype = 'f' AND f.conrelid = CAST('` + t + `' AS regclass)`,
	}[x.d])
}

func (x *Export) list(query string) ([]string, error) {
	var out []string
	_, err := x.Each(query, func(row []any) error {
		s, ok := row[0].(string)
		if !ok {
			return fmt.Errorf("db: the catalog names a table %T", row[0])
		}
		out = append(out, s)
		return nil
	})
	return out, err
}

// inOrder sorts tables so that each follows its parents.
func inOrder(tables []string, parents map[string][]string) ([]string, error) {
	var out []string
	for len(out) < len(tables) {
		before := len(out)
		for _, t := range tables {
			ready := !slices.Contains(out, t)
			for _, p := range parents[t] {
				ready = ready && (p == t || slices.Contains(out, p))
			}
			if ready {
				out = append(out, t)
			}
		}
		if len(out) == before {
			return nil, errors.New("db: foreign keys go round in a circle, or leave the topology")
		}
	}
	return out, nil
}

// ReleaseSchema is the schema version that this release migrates to.
func ReleaseSchema() int64 {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is right
	}
	var last int64
	for _, f := range files {
		number, _, _ := strings.Cut(strings.TrimPrefix(f, "migrations/"), "_")
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			last = max(last, n)
		}
	}
	return last
}
