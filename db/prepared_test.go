package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func alone(t *testing.T) *sql.DB {
	t.Helper()
	return dbtest.Open(t, db.SQLite).Pool()
}

func kept(t *testing.T, d *sql.DB) (n int) {
	t.Helper()
	c, err := d.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Raw(func(conn any) error { n = db.Kept(conn); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAStatementIsPreparedOnce(t *testing.T) {
	t.Parallel()
	d := alone(t)
	before := kept(t, d)
	for i := range 50 {
		if _, err := d.Exec(`INSERT INTO idempotency (hash, result, created_at) VALUES ($1, $2, $3)`, fmt.Sprint(i), "r", "2026-01-02 03:04:05"); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := d.QueryRow(`SELECT COUNT(*) FROM idempotency WHERE hash <= $1`, "999").Scan(&n); err != nil || n != i+1 {
			t.Fatalf("%d rows, %v", n, err)
		}
	}
	if n := kept(t, d) - before; n != 2 {
		t.Errorf("%d statements are kept for two texts", n)
	}
}

func TestAStatementRunsAgainWhileItsRowsAreRead(t *testing.T) {
	t.Parallel()
	d := alone(t)
	for i := range 3 {
		if _, err := d.Exec(`INSERT INTO idempotency (hash, result, created_at) VALUES ($1, $2, $3)`, fmt.Sprint(i), "r", "2026-01-02 03:04:05"); err != nil {
			t.Fatal(err)
		}
	}
	tx, err := d.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	var walk func(depth int) int
	walk = func(depth int) int {
		rows, err := tx.Query(`SELECT hash FROM idempotency ORDER BY hash`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		n := 0
		for rows.Next() {
			n++
			if depth > 0 {
				n += walk(depth - 1)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := walk(2); n != 3+9+27 {
		t.Errorf("saw %d rows", n)
	}
}

func TestAStatementWorksAgainAfterItFailed(t *testing.T) {
	t.Parallel()
	d := alone(t)
	insert := func(hash string) error {
		_, err := d.Exec(`INSERT INTO idempotency (hash, result, created_at) VALUES ($1, $2, $3)`, hash, "r", "2026-01-02 03:04:05")
		return err
	}
	for _, c := range []struct {
		hash string
		ok   bool
	}{{"a", true}, {"a", false}, {"b", true}, {"a", false}, {"c", true}} {
		if err := insert(c.hash); (err == nil) != c.ok {
			t.Errorf("%v: %v", c.hash, err)
		}
	}
	q := `INSERT INTO idempotency (hash, result, created_at) VALUES ($1, 'r', '2026-01-02 03:04:05') RETURNING hash`
	for _, c := range []struct {
		hash string
		ok   bool
	}{{"d", true}, {"d", false}, {"e", true}} {
		var got string
		if err := d.QueryRow(q, c.hash).Scan(&got); (err == nil && got == c.hash) != c.ok {
			t.Errorf("%v: %q, %v", c.hash, got, err)
		}
	}
}

func TestAKeptStatementSeesAChangedSchema(t *testing.T) {
	t.Parallel()
	d := alone(t)
	columns := func() string {
		rows, err := d.Query(`SELECT * FROM later`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		cs, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(cs, " ")
	}
	for _, step := range []struct{ change, want string }{
		{`CREATE TABLE later (a TEXT); INSERT INTO later VALUES ('x')`, "a"},
		{`ALTER TABLE later ADD COLUMN b TEXT`, "a b"},
		{`DROP TABLE later; CREATE TABLE later (c TEXT)`, "c"},
	} {
		if _, err := d.Exec(step.change); err != nil {
			t.Fatal(err)
		}
		if got := columns(); got != step.want {
			t.Errorf("after %s: %s", step.change, got)
		}
	}
}

func TestStatementsUsedLongestAgoMakeRoom(t *testing.T) {
	t.Parallel()
	d := alone(t)
	for i := range 3 * db.KeptMost {
		var n int
		if err := d.QueryRow(fmt.Sprintf(`SELECT %d`, i)).Scan(&n); err != nil || n != i {
			t.Fatalf("%d, %v", n, err)
		}
	}
	if n := kept(t, d); n > db.KeptMost {
		t.Errorf("%d statements are kept", n)
	}
	before := kept(t, d)
	var s string
	if err := d.QueryRow(`SELECT '` + strings.Repeat("x", 5000) + `'`).Scan(&s); err != nil || len(s) != 5000 || kept(t, d) != before {
		t.Errorf("a long text: %d characters, %v, %d kept", len(s), err, kept(t, d))
	}
}
