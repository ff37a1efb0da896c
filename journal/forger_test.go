package journal_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/db/vault"
)

// forger is whoever administers the database: everything in it may be changed,
// and the program is known, so that all hashes can be computed anew. Only the
// keys and the heads file are out of reach. It computes with code of its own,
// which thereby also holds the sealed format still.
type forger struct {
	t    testing.TB
	sql  *sql.DB
	keys *vault.Vault // keys of its own
}

func newForger(t testing.TB, d *db.DB) *forger {
	t.Helper()
	f := &forger{t, d.Pool(), dbtest.Vault(t)}
	// Constraints do not stop an administrator.
	if d.Dialect() == db.SQLite {
		f.do(`PRAGMA foreign_keys = OFF`) // the write handle has one connection
	} else {
		f.do(`ALTER TABLE journal_detail DROP CONSTRAINT journal_detail_entry_fkey`)
	}
	return f
}

func (f *forger) do(query string, args ...any) int64 {
	f.t.Helper()
	res, err := f.sql.Exec(query, args...)
	if err != nil {
		f.t.Fatalf("forging: %s: %v", query, err)
	}
	n, _ := res.RowsAffected()
	return n
}

// one changes exactly one row.
func (f *forger) one(query string, args ...any) {
	f.t.Helper()
	if n := f.do(query, args...); n != 1 {
		f.t.Fatalf("forging: %d rows: %s", n, query)
	}
}

// list returns the first column of a query's rows.
func (f *forger) list(query string, args ...any) (out []string) {
	f.t.Helper()
	f.rows(query, args, func(r *sql.Rows) error {
		var s string
		err := r.Scan(&s)
		out = append(out, s)
		return err
	})
	return out
}

func (f *forger) rows(query string, args []any, each func(*sql.Rows) error) {
	f.t.Helper()
	r, err := f.sql.Query(query, args...)
	if err != nil {
		f.t.Fatalf("forging: %s: %v", query, err)
	}
	defer r.Close()
	for r.Next() {
		if err := each(r); err != nil {
			f.t.Fatalf("forging: %s: %v", query, err)
		}
	}
	if err := r.Err(); err != nil {
		f.t.Fatalf("forging: %s: %v", query, err)
	}
}

// entries returns the IDs of the entries of a batch in their order.
func (f *forger) entries(batch int) []string {
	f.t.Helper()
	return f.list(`SELECT id FROM journal_entry WHERE batch = $1 ORDER BY id`, batch)
}

// remove deletes an entry without a trace.
func (f *forger) remove(id string) {
	f.t.Helper()
	f.do(`DELETE FROM journal_about WHERE entry = $1`, id)
	f.do(`DELETE FROM journal_detail WHERE entry = $1`, id)
	f.one(`DELETE FROM journal_entry WHERE id = $1`, id)
}

// add copies an entry under another ID into a batch.
func (f *forger) add(from, id string, batch any) {
	f.t.Helper()
	const fields = `at, act, operator_kind, operator_id, agent_kind, agent_id, subject, channel, device, basis, basis_ref,
		division, office, day, measure, bucket, digest, hash`
	f.one(`INSERT INTO journal_entry (id, `+fields+`, batch) SELECT CAST($1 AS TEXT), `+fields+`, CAST($2 AS BIGINT) FROM journal_entry WHERE id = $3`, id, batch, from)
	f.do(`INSERT INTO journal_detail (entry, salt, body) SELECT CAST($1 AS TEXT), salt, body FROM journal_detail WHERE entry = $2`, id, from)
	f.do(`INSERT INTO journal_about (id, kind, entry, role) SELECT id, kind, CAST($1 AS TEXT), role FROM journal_about WHERE entry = $2`, id, from)
}

// rename gives an entry another ID, with all that hangs on it.
func (f *forger) rename(from, to string) {
	f.t.Helper()
	f.one(`UPDATE journal_entry SET id = $1 WHERE id = $2`, to, from)
	f.do(`UPDATE journal_detail SET entry = $1 WHERE entry = $2`, to, from)
	f.do(`UPDATE journal_about SET entry = $1 WHERE entry = $2`, to, from)
}

// swap exchanges the places of two entries.
func (f *forger) swap(a, b string) {
	f.t.Helper()
	f.rename(a, "between")
	f.rename(b, a)
	f.rename("between", b)
}

// cut removes a batch and its entries.
func (f *forger) cut(batch int) {
	f.t.Helper()
	for _, id := range f.entries(batch) {
		f.remove(id)
	}
	f.one(`DELETE FROM journal_batch WHERE seq = $1`, batch)
}

// setBack lets the chain end with the last batch that there is.
func (f *forger) setBack() {
	f.t.Helper()
	f.one(`UPDATE journal_chain SET seq = COALESCE((SELECT MAX(seq) FROM journal_batch), 0),
		head = COALESCE((SELECT head FROM journal_batch ORDER BY seq DESC LIMIT 1), '')`)
}

func hashed(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// measured writes texts one after the other, each after its length.
func measured(texts []string) string {
	var b strings.Builder
	for _, s := range texts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		b.Write(n[:])
		b.WriteString(s)
	}
	return b.String()
}

// hash computes an entry's digest and hash from its rows.
func (f *forger) hash(id string) (digest, hash string) {
	f.t.Helper()
	text := make([]string, 16)
	var at time.Time
	var measure, bucket sql.NullInt64
	dst := []any{&at}
	for i := range text {
		dst = append(dst, &text[i])
	}
	dst = append(dst, &measure, &bucket)
	f.rows(`SELECT at, id, act, operator_kind, operator_id, agent_kind, agent_id, subject, channel, device, basis, basis_ref,
		division, office, day, digest, hash, measure, bucket FROM journal_entry WHERE id = $1`, []any{id}, func(r *sql.Rows) error { return r.Scan(dst...) })
	digest = text[14]
	f.rows(`SELECT salt, body FROM journal_detail WHERE entry = $1`, []any{id}, func(r *sql.Rows) error {
		var salt, body string
		err := r.Scan(&salt, &body)
		digest = hashed(salt + "\x00" + body)
		return err
	})
	number := func(n sql.NullInt64) string {
		if !n.Valid {
			return ""
		}
		return fmt.Sprint(n.Int64)
	}
	all := slices.Concat(text[:1], []string{fmt.Sprint(at.UnixMicro())}, text[1:14], []string{number(measure), number(bucket), digest})
	f.rows(`SELECT id, kind, role FROM journal_about WHERE entry = $1 ORDER BY id, role`, []any{id}, func(r *sql.Rows) error {
		var id, kind, role string
		err := r.Scan(&id, &kind, &role)
		all = append(all, id, kind, role)
		return err
	})
	return digest, hashed(measured(all))
}

// cover computes every digest, hash, root and head anew, signs the batches that
// changed with keys of its own if resign is set, and lets the chain end there.
// It returns the number of batches whose head it changed.
func (f *forger) cover(resign bool) (changed int) {
	f.t.Helper()
	prev := ""
	for _, seq := range f.list(`SELECT CAST(seq AS TEXT) FROM journal_batch ORDER BY seq`) {
		var n int
		if _, err := fmt.Sscan(seq, &n); err != nil {
			f.t.Fatal(err)
		}
		lines := ""
		ids := f.entries(n)
		for _, id := range ids {
			digest, hash := f.hash(id)
			f.one(`UPDATE journal_entry SET digest = $1, hash = $2 WHERE id = $3`, digest, hash, id)
			lines += hash + "\n"
		}
		var at time.Time
		var old string
		f.rows(`SELECT sealed_at, head FROM journal_batch WHERE seq = $1`, []any{n}, func(r *sql.Rows) error { return r.Scan(&at, &old) })
		root := hashed(lines)
		head := hashed(fmt.Sprintf("%s\n%d\n%d\n%d\n%s", prev, n, at.UnixMicro(), len(ids), root))
		f.one(`UPDATE journal_batch SET entries = $1, root = $2, head = $3 WHERE seq = $4`, len(ids), root, head, n)
		if prev = head; head != old {
			changed++
			if resign {
				sig, err := f.keys.Sign(fmt.Appendf(nil, "%d\n%s", n, head))
				if err != nil {
					f.t.Fatal(err)
				}
				f.one(`UPDATE journal_batch SET signature = $1 WHERE seq = $2`, hex.EncodeToString(sig), n)
			}
		}
	}
	f.setBack()
	return changed
}
