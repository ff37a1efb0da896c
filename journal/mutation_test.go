package journal_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// column is a sealed column and what kind of value it holds.
type column struct{ table, name, kind string }

// sealedColumns are all columns that a seal covers.
var sealedColumns = []column{
	{"journal_entry", "id", "text"}, {"journal_entry", "at", "time"}, {"journal_entry", "act", "text"},
	{"journal_entry", "operator_kind", "text"}, {"journal_entry", "operator_id", "text"},
	{"journal_entry", "agent_kind", "text"}, {"journal_entry", "agent_id", "text"}, {"journal_entry", "subject", "text"},
	{"journal_entry", "channel", "text"}, {"journal_entry", "device", "text"}, {"journal_entry", "basis", "text"},
	{"journal_entry", "basis_ref", "text"}, {"journal_entry", "division", "text"}, {"journal_entry", "office", "text"},
	{"journal_entry", "day", "text"}, {"journal_entry", "measure", "number?"}, {"journal_entry", "bucket", "number?"},
	{"journal_entry", "digest", "text"}, {"journal_entry", "hash", "text"}, {"journal_entry", "batch", "number?"},
	{"journal_detail", "entry", "text"}, {"journal_detail", "salt", "text"}, {"journal_detail", "body", "text"},
	{"journal_about", "id", "text"}, {"journal_about", "kind", "text"}, {"journal_about", "entry", "text"}, {"journal_about", "role", "text"},
	{"journal_batch", "seq", "number"}, {"journal_batch", "sealed_at", "time"}, {"journal_batch", "entries", "number"},
	{"journal_batch", "root", "text"}, {"journal_batch", "head", "text"}, {"journal_batch", "signature", "text"},
	{"journal_chain", "one", "number"}, {"journal_chain", "seq", "number"}, {"journal_chain", "head", "text"},
}

// filters leave out what is not sealed yet.
var filters = map[string]string{
	"journal_entry":  `WHERE batch IS NOT NULL ORDER BY id`,
	"journal_detail": `WHERE entry IN (SELECT id FROM journal_entry WHERE batch IS NOT NULL) ORDER BY entry`,
	"journal_about":  `WHERE entry IN (SELECT id FROM journal_entry WHERE batch IS NOT NULL) ORDER BY id, entry, role`,
	"journal_batch":  `ORDER BY seq`,
	"journal_chain":  `ORDER BY one`,
}

// place names one row by its key.
type place struct {
	where string
	args  []any
}

var primary = map[string][]string{
	"journal_entry": {"id"}, "journal_detail": {"entry"}, "journal_about": {"id", "entry", "role"},
	"journal_batch": {"seq"}, "journal_chain": {"one"},
}

// rowsOf lists the sealed rows of a table by their keys, as text.
func (f *forger) rowsOf(table string) [][]string {
	f.t.Helper()
	keys := primary[table]
	cols := ""
	for i, k := range keys {
		if i > 0 {
			cols += ", "
		}
		cols += "CAST(" + k + " AS TEXT)"
	}
	rows, err := f.sql.Query(`SELECT ` + cols + ` FROM ` + table + ` ` + filters[table])
	if err != nil {
		f.t.Fatal(err)
	}
	defer rows.Close()
	var out [][]string
	for rows.Next() {
		row := make([]string, len(keys))
		dst := make([]any, len(keys))
		for i := range row {
			dst[i] = &row[i]
		}
		if err := rows.Scan(dst...); err != nil {
			f.t.Fatal(err)
		}
		out = append(out, row)
	}
	return out
}

func at(table string, row []string, from int) place {
	p := place{where: " WHERE "}
	for i, k := range primary[table] {
		if i > 0 {
			p.where += " AND "
		}
		p.where += fmt.Sprintf("CAST(%s AS TEXT) = $%d", k, from+i)
		p.args = append(p.args, row[i])
	}
	return p
}

// another draws a value of the column's kind other than old.
func (c column) another(t *rapid.T, old any) any {
	switch c.kind {
	case "time":
		shift := rapid.Int64Range(-1e15, 1e15).Filter(func(n int64) bool { return n != 0 }).Draw(t, "shift in µs")
		return old.(time.Time).UTC().Add(time.Duration(shift) * time.Microsecond)
	case "number?":
		if old != nil && rapid.Bool().Draw(t, "to null") {
			return nil
		}
	}
	if c.kind == "text" {
		s := old.(string)
		if len(s) > 0 && rapid.Bool().Draw(t, "one letter") { // the slightest change
			i := rapid.IntRange(0, len(s)-1).Draw(t, "at")
			b := byte('0')
			if s[i] == b {
				b = '1'
			}
			return s[:i] + string(b) + s[i+1:]
		}
		return rapid.StringMatching(`[a-z0-9]{0,8}`).Filter(func(n string) bool { return n != s }).Draw(t, "text")
	}
	near := rapid.OneOf(rapid.Int64Range(-1, 8), rapid.Int64())
	return near.Filter(func(n int64) bool { return any(n) != old }).Draw(t, "number")
}

func TestAnySingleChangeOfWhatIsSealedIsFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.history(t)
		f := newForger(t, d)
		rapid.Check(t, func(rt *rapid.T) {
			c := rapid.SampledFrom(sealedColumns).Draw(rt, "column")
			rows := f.rowsOf(c.table)
			row := rows[rapid.IntRange(0, len(rows)-1).Draw(rt, "row")]
			p := at(c.table, row, 1)
			var old any
			if err := f.sql.QueryRow(`SELECT `+c.name+` FROM `+c.table+p.where, p.args...).Scan(&old); err != nil {
				rt.Fatal(err)
			}
			value := c.another(rt, old)
			// A changed key is undone by the changed key.
			changed := append([]string(nil), row...)
			for i, k := range primary[c.table] {
				if k == c.name {
					changed[i] = fmt.Sprint(value)
				}
			}
			set := func(v any, row []string) error {
				p := at(c.table, row, 2)
				res, err := f.sql.Exec(`UPDATE `+c.table+` SET `+c.name+` = $1`+p.where, append([]any{v}, p.args...)...)
				if err != nil {
					return err
				}
				if n, _ := res.RowsAffected(); n != 1 {
					f.t.Fatalf("%d rows of %s %v", n, c.table, row)
				}
				return nil
			}
			if err := set(value, row); err != nil {
				rt.Skip("another row has that key") // the database itself refuses
			}
			defer func() {
				if err := set(old, changed); err != nil {
					f.t.Fatal(err)
				}
			}()
			if r := l.verify(t); len(r.Problems) == 0 {
				rt.Fatalf("%s.%s of %v: from %v to %v was not found", c.table, c.name, row, old, value)
			}
		})
		l.sound(t) // every change was undone
	})
}
