package db

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// rowsAtOnce is how many rows go into one statement. To PostgreSQL each statement
// is a journey. SQLite is in this process and keeps what it prepared; there, a
// statement of several rows would also remember how to take itself back, at a cost
// that grows with all that the transaction has written before.
func (t *Tx) rowsAtOnce() int {
	if t.d == SQLite {
		return 1
	}
	return 500
}

// InsertRows inserts rows of equal length in chunks that suit the engine.
func (t *Tx) InsertRows(table string, columns []string, rows [][]any) error {
	for part := range slices.Chunk(rows, t.rowsAtOnce()) {
		query, args, err := insertOf(table, columns, part)
		if err != nil {
			return err
		}
		if _, err := t.Exec(query, args...); err != nil {
			return err
		}
	}
	return nil
}

// AddRows inserts rows, whose columns are those of the key and then those of sums, and adds
// the sums to those of a row whose key is there already. Rows come in the order of their
// key, no key twice.
func (t *Tx) AddRows(table string, key, sums []string, rows [][]any) error {
	set := make([]string, len(sums))
	for i, c := range sums {
		set[i] = c + " = " + table + "." + c + " + excluded." + c
	}
	merge := " ON CONFLICT (" + strings.Join(key, ", ") + ") DO UPDATE SET " + strings.Join(set, ", ")
	for part := range slices.Chunk(rows, t.rowsAtOnce()) {
		query, args, err := insertOf(table, slices.Concat(key, sums), part)
		if err != nil {
			return err
		}
		if _, err := t.Exec(query+merge, args...); err != nil {
			return err
		}
	}
	return nil
}

// InsertNew inserts rows as InsertRows does, but passes over those whose key is
// there already. It returns the first column, which is text, of the rows that
// were inserted. Rows come in the order of their key, or two writers deadlock.
func (t *Tx) InsertNew(table string, columns []string, rows [][]any) ([]string, error) {
	const pass = " ON CONFLICT DO NOTHING"
	var out []string
	for part := range slices.Chunk(rows, t.rowsAtOnce()) {
		query, args, err := insertOf(table, columns, part)
		if err != nil {
			return nil, err
		}
		if len(part) == 1 {
			n, err := t.Exec(query+pass, args...)
			if err != nil {
				return nil, err
			}
			if n > 0 {
				out = append(out, args[0].(string))
			}
			continue
		}
		var got []string
		if err := t.Select(&got, query+pass+" RETURNING "+columns[0], args...); err != nil {
			return nil, err
		}
		out = append(out, got...)
	}
	return out, nil
}

// insertOf is the statement that inserts rows, with its arguments bound. Several rows
// are one array a column, so that the statement is the same for any number of them: it
// is prepared once, and planned and read by the server at a fraction of what as many
// parameters cost.
func insertOf(table string, columns []string, rows [][]any) (string, []any, error) {
	bound := make([][]any, len(rows))
	for i, r := range rows {
		vs, err := bindAll(r)
		if err != nil {
			return "", nil, err
		}
		bound[i] = vs
	}
	if len(rows) == 1 {
		return insertSQL(table, columns, ""), bound[0], nil
	}
	var types strings.Builder
	var args []any
	for i := range columns {
		typ, values, err := arrayOf(bound, i)
		if err != nil {
			return "", nil, fmt.Errorf("db: %s.%s: %w", table, columns[i], err)
		}
		types.WriteByte(typ)
		if values != nil {
			args = append(args, array{values})
		}
	}
	return insertSQL(table, columns, types.String()), args, nil
}

// arrayTypes are the types of PostgreSQL by the letters that arrayOf gives.
var arrayTypes = map[byte]string{'s': "text", 'i': "bigint", 'b': "boolean", 'f': "double precision", 't': "timestamp", 'y': "bytea"}

// arrayOf gathers a column of bound rows; nothing, of type n, where all are null.
func arrayOf(rows [][]any, column int) (typ byte, values any, err error) {
	for _, r := range rows {
		switch r[column].(type) {
		case nil:
			continue
		case string:
			values, err = gather[string](rows, column)
			return 's', values, err
		case int64:
			values, err = gather[int64](rows, column)
			return 'i', values, err
		case bool:
			values, err = gather[bool](rows, column)
			return 'b', values, err
		case float64:
			values, err = gather[float64](rows, column)
			return 'f', values, err
		case time.Time:
			values, err = gather[time.Time](rows, column)
			return 't', values, err
		case []byte:
			values, err = gather[[]byte](rows, column)
			return 'y', values, err
		}
		return 0, nil, fmt.Errorf("can't gather %T", r[column])
	}
	return 'n', nil, nil
}

// gather makes an array of a column, of pointers where any is null.
func gather[T any](rows [][]any, column int) (any, error) {
	all := make([]T, len(rows))
	var with []*T
	for i, r := range rows {
		if r[column] == nil {
			with = make([]*T, len(rows))
			continue
		}
		v, ok := r[column].(T)
		if !ok {
			return nil, fmt.Errorf("%T among others", r[column])
		}
		all[i] = v
	}
	if with == nil {
		return all, nil
	}
	for i, r := range rows {
		if r[column] != nil {
			with[i] = &all[i]
		}
	}
	return with, nil
}

var insertCache sync.Map

type insertKey struct{ table, columns, types string }

// insertSQL inserts one row where types is empty, else as many as its arrays are long.
func insertSQL(table string, columns []string, types string) string {
	key := insertKey{table, strings.Join(columns, ", "), types}
	if q, ok := insertCache.Load(key); ok {
		return q.(string)
	}
	q := fmt.Sprintf("INSERT INTO %s (%s) ", table, key.columns)
	if types == "" {
		q += "VALUES " + In(1, len(columns))
	} else {
		var values, arrays []string
		for i := range columns {
			if types[i] == 'n' {
				values = append(values, "NULL")
				continue
			}
			values = append(values, fmt.Sprintf("c%d", i))
			arrays = append(arrays, fmt.Sprintf("CAST($%d AS %s[])", len(arrays)+1, arrayTypes[types[i]]))
		}
		var names []string
		for _, v := range values {
			if v != "NULL" {
				names = append(names, v)
			}
		}
		q += "SELECT " + strings.Join(values, ", ") + " FROM unnest(" + strings.Join(arrays, ", ") + ") AS rows (" + strings.Join(names, ", ") + ")"
	}
	insertCache.Store(key, q)
	return q
}
