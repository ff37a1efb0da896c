package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/people"
)

// million is a furnished store with very many people. It is kept between runs.
type million struct {
	store
	manifest
}

// crowd is the kept store of people alone.
func (b *bench) crowd(ctx context.Context, e db.Dialect) (million, error) {
	return b.million(ctx, e, fmt.Sprintf("people_%d", b.people), nil)
}

// manifest says what a kept store holds; it is written when the store is whole.
type manifest struct {
	Schema string
	People int
	Clerk  civic.StaffID
	Rate   float64 // people a second when it was built
}

// built is the version of how the people are made; a new one makes them anew.
const built = "2"

// million opens a kept store, building it when it is missing or of another
// schema; more are rows beside those of its people.
func (b *bench) million(ctx context.Context, e db.Dialect, name string, more func(*rooms) ([]table, error)) (million, error) {
	want, err := b.schema(ctx)
	if err != nil {
		return million{}, err
	}
	m := million{}
	if m.store, err = b.disk.at(e, name); err != nil {
		return m, err
	}
	if err := m.read(); err == nil && m.Schema == want && m.there(ctx) {
		return m, nil
	}
	note("building %s with %d people on %s", name, b.people, e)
	if m.store, err = b.disk.fresh(ctx, e, name); err != nil {
		return m, err
	}
	m.manifest = manifest{Schema: want, People: b.people}
	if err := m.build(ctx, more); err != nil {
		return m, err
	}
	note("built at %.0f people/s", m.Rate)
	return m, m.write()
}

// schema is the hash of what a migration makes, and of the way of building.
func (b *bench) schema(ctx context.Context) (string, error) {
	s, err := b.disk.fresh(ctx, db.SQLite, "schema")
	if err != nil {
		return "", err
	}
	defer func() { _ = s.drop(context.WithoutCancel(ctx)) }()
	d, err := s.bare(1, false)
	if err != nil {
		return "", err
	}
	defer d.Close()
	var all string
	err = d.QueryRowContext(ctx, `SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master ORDER BY name)`).Scan(&all)
	h := sha256.Sum256([]byte(built + all))
	return hex.EncodeToString(h[:8]), err
}

func (m *million) path() string { return filepath.Join(m.Dir, "manifest.json") }

func (m *million) read() error {
	b, err := os.ReadFile(m.path())
	if err != nil {
		return err
	}
	return json.Unmarshal(b, &m.manifest)
}

func (m *million) write() error {
	b, err := json.Marshal(m.manifest)
	if err != nil {
		return err
	}
	return os.WriteFile(m.path(), b, 0o600)
}

func (m *million) there(ctx context.Context) bool {
	if m.engine == db.Postgres {
		ok, err := m.disk.cluster.Has(ctx, m.name)
		return ok && err == nil
	}
	_, err := os.Stat(filepath.Join(m.Dir, db.File))
	return err == nil
}

func (m *million) build(ctx context.Context, more func(*rooms) ([]table, error)) error {
	r, err := m.open(ctx, true)
	if err != nil {
		return err
	}
	if _, m.Clerk, err = r.furnish(ctx); err == nil {
		err = r.journal.SealAll(ctx)
	}
	var beside []table
	if err == nil && more != nil {
		beside, err = more(r)
	}
	if err := errors.Join(err, r.close()); err != nil {
		return err
	}
	began := time.Now()
	load := loadSQLite
	if m.engine == db.Postgres {
		load = loadPostgres
	}
	if err := load(ctx, m.store, append(tables(r, m.People), beside...)); err != nil {
		return err
	}
	m.Rate = round(float64(m.People) / time.Since(began).Seconds())
	return nil
}

// table is the rows to load into one table; row i is made when it is asked for.
type table struct {
	name    string
	columns []string
	n       int
	row     func(i int) ([]any, error) // asked for in order, each once
	bulk    bool                       // its indexes are made when it is full
}

// tables are the rows of n people, as people.Register would have stored them: a
// home, an ID card, a mobile phone and the keys of their name each. Index rows come in the order of their
// key, which is random: a B-tree is filled many times faster from one end.
func tables(r *rooms, n int) []table {
	type ids struct{ person, card, phone string }
	who := make([]ids, n)
	for i := range who {
		who[i] = ids{db.NewID(), db.NewID(), db.NewID()}
	}
	seal := func(plain, about string) ([]byte, error) { return r.vault.Seal([]byte(plain), about) }
	at := time.Now().UTC().Truncate(time.Microsecond)
	tail := func(s string) string { return s[len(s)-4:] }
	cards := byHash(n, func(i int) string { return r.people.CredentialHash(elder(i).card()) })
	phones := byHash(n, func(i int) string { return r.vault.Index("phone", elder(i).phone()) })
	named := func(i int) people.Person {
		e := elder(i)
		return people.Person{ID: civic.PersonID(who[i].person), Name: e.name(), Birth: e.birth().Format(time.DateOnly), Division: e.home()}
	}
	_, version := people.NameKeys(named(0))
	return []table{
		nameKeys(n, named),
		{name: "person", columns: strings.Fields("id name sex birth division address created_at keyed"), n: n, row: func(i int) ([]any, error) {
			e := elder(i)
			address, err := seal(e.address(), "person.address/"+who[i].person)
			return []any{who[i].person, e.name(), string(e.sex()), e.birth().Format(time.DateOnly), string(e.home()), address, at, version}, err
		}},
		{name: "credential", columns: strings.Fields("person id kind sealed tail state issued expires replaced_by changed_at"), n: n, row: func(i int) ([]any, error) {
			number := elder(i).card()
			sealed, err := seal(number, "number/"+who[i].person+"/"+who[i].card)
			return []any{who[i].person, who[i].card, string(people.KindResidentID), sealed, tail(number), "active", "", "", "", at}, err
		}},
		{name: "credential_index", columns: strings.Fields("hash person credential"), n: n, row: func(i int) ([]any, error) {
			c := cards[i]
			return []any{c.hash, who[c.of].person, who[c.of].card}, nil
		}},
		{name: "contact", columns: strings.Fields("person id kind sealed tail whose"), n: n, row: func(i int) ([]any, error) {
			number := elder(i).phone()
			sealed, err := seal(number, "number/"+who[i].person+"/"+who[i].phone)
			return []any{who[i].person, who[i].phone, "mobile", sealed, tail(number), "own"}, err
		}},
		{name: "contact_index", columns: strings.Fields("hash person"), n: n, row: func(i int) ([]any, error) {
			p := phones[i]
			return []any{p.hash, who[p.of].person}, nil
		}},
	}
}

// nameKeys are the rows by which names are found. People of one name have as many
// each.
func nameKeys(n int, who func(i int) people.Person) table {
	each, all := map[string]int{}, 0
	for i := range n {
		name := elder(i).name()
		if each[name] == 0 {
			rows, _ := people.NameKeys(who(i))
			each[name] = len(rows)
		}
		all += each[name]
	}
	var rest [][]any
	next := 0
	return table{name: "name_key", columns: people.NameKeyColumns, n: all, bulk: true, row: func(int) ([]any, error) {
		if len(rest) == 0 {
			rest, _ = people.NameKeys(who(next))
			next++
		}
		row := rest[0]
		rest = rest[1:]
		return row, nil
	}}
}

type hashed struct {
	hash string
	of   int
}

func byHash(n int, hash func(int) string) []hashed {
	out := make([]hashed, n)
	_ = each(context.Background(), runtime.NumCPU(), runtime.NumCPU(), func(_ context.Context, part int) error {
		for i := part; i < n; i += runtime.NumCPU() {
			out[i] = hashed{hash(i), i}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b hashed) int { return strings.Compare(a.hash, b.hash) })
	return out
}
