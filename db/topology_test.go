package db_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// schema is what the catalog says of the migrated tables.
type schema struct {
	tables []string
	keys   []key  // primary and unique
	joins  []join // foreign keys
}

type key struct {
	Table, Name, Columns string // columns between commas
	Prime                bool
}

type join struct{ Child, Parent, ChildColumns, ParentColumns string }

func catalog(t *testing.T, d *db.DB) schema {
	t.Helper()
	r, s := read(t, d), schema{}
	const ours = `n.nspname = 'public' AND c.relname NOT LIKE 'goose\_%' AND c.relname NOT LIKE 'river\_%'`
	if err := r.Select(&s.tables, `SELECT CAST(c.relname AS TEXT) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p') AND `+ours+` ORDER BY 1`); err != nil {
		t.Fatal(err)
	}
	if err := r.Select(&s.keys, `SELECT CAST(c.relname AS TEXT) AS "table", CAST(k.relname AS TEXT) AS name, i.indisprimary AS prime,
			string_agg(CAST(a.attname AS TEXT), ',' ORDER BY array_position(CAST(i.indkey AS int2[]), a.attnum)) AS columns
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class k ON k.oid = i.indexrelid
		JOIN pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
		WHERE i.indisunique AND `+ours+` GROUP BY 1, 2, 3`); err != nil {
		t.Fatal(err)
	}
	if err := r.Select(&s.joins, `SELECT CAST(c.relname AS TEXT) AS child, CAST(p.relname AS TEXT) AS parent,
			string_agg(CAST(ca.attname AS TEXT), ',' ORDER BY u.ord) AS child_columns,
			string_agg(CAST(pa.attname AS TEXT), ',' ORDER BY u.ord) AS parent_columns
		FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
		JOIN pg_namespace n ON n.oid = c.relnamespace
		CROSS JOIN LATERAL unnest(f.conkey, f.confkey) WITH ORDINALITY AS u (child, parent, ord)
		JOIN pg_attribute ca ON ca.attrelid = c.oid AND ca.attnum = u.child
		JOIN pg_attribute pa ON pa.attrelid = p.oid AND pa.attnum = u.parent
		WHERE f.contype = 'f' AND `+ours+` GROUP BY f.oid, 1, 2`); err != nil {
		t.Fatal(err)
	}
	return s
}

// faults holds a schema to a topology.
func faults(top map[string]db.Where, s schema) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	prime := map[string]bool{}
	for _, k := range s.keys {
		prime[k.Table] = prime[k.Table] || k.Prime
		if by := top[k.Table].By; by != "" && !slices.Contains(strings.Split(k.Columns, ","), by) {
			say("%s: unique key %s (%s) lacks the sharding column %s", k.Table, k.Name, k.Columns, by)
		}
	}
	for _, table := range s.tables {
		if _, ok := top[table]; !ok {
			say("%s: has no place in the topology", table)
		}
		if !prime[table] {
			say("%s: has no primary key", table)
		}
	}
	for table, w := range top {
		if !slices.Contains(s.tables, table) {
			say("%s: is in the topology but not in the database", table)
		}
		if sharded := slices.Contains([]string{"person", "place", "key"}, w.Kind); sharded != (w.By != "") {
			say("%s: %s with sharding column %q", table, w.Kind, w.By)
		} else if !sharded && w.Kind != "reference" && w.Kind != "local" {
			say("%s: unknown kind %q", table, w.Kind)
		}
	}
	for _, j := range s.joins {
		child, parent := top[j.Child], top[j.Parent]
		switch {
		case parent.Kind == "reference":
		case parent.Kind == "local":
			if child.Kind != "local" {
				say("%s: refers to the local table %s", j.Child, j.Parent)
			}
		case child.Kind != parent.Kind:
			say("%s (%s): refers to %s (%s)", j.Child, child.Kind, j.Parent, parent.Kind)
		default:
			cs, ps := strings.Split(j.ChildColumns, ","), strings.Split(j.ParentColumns, ",")
			if i := slices.Index(cs, child.By); i < 0 || ps[i] != parent.By {
				say("%s: the foreign key to %s does not join the sharding columns", j.Child, j.Parent)
			}
		}
	}
	return out
}

func TestTheSchemaKeepsToTheTopology(t *testing.T) {
	t.Parallel()
	s := catalog(t, dbtest.Open(t, db.Postgres))
	if len(s.tables) < 10 || len(s.keys) < len(s.tables) || len(s.joins) < 5 {
		t.Fatalf("the catalog was not read: %d tables, %d keys, %d joins", len(s.tables), len(s.keys), len(s.joins))
	}
	for _, f := range faults(db.Topology, s) {
		t.Error(f)
	}
}

func TestASchemaThatCannotBeSpreadIsFound(t *testing.T) {
	t.Parallel()
	top := map[string]db.Where{
		"person": {Kind: "person", By: "id"}, "visit": {Kind: "person", By: "person"}, "bed": {Kind: "place", By: "place"},
		"hash": {Kind: "key", By: "hash"}, "area": {Kind: "reference"}, "chain": {Kind: "local"}, "area2": {Kind: "reference"},
	}
	primary := func(table, columns string) key { return key{table, table + "_pkey", columns, true} }
	sound := func() schema {
		return schema{
			tables: []string{"person", "visit", "bed", "hash", "area", "area2", "chain"},
			keys: []key{primary("person", "id"), primary("visit", "person,n"), primary("bed", "place,n"), primary("hash", "hash"),
				primary("area", "code"), primary("area2", "code"), primary("chain", "one")},
			joins: []join{{"visit", "person", "person", "id"}, {"visit", "area", "area", "code"}, {"area", "area2", "code", "code"}, {"chain", "area", "one", "code"}},
		}
	}
	if got := faults(top, sound()); len(got) != 0 {
		t.Fatalf("a sound schema: %v", got)
	}
	for what, spoil := range map[string]func(*schema){
		"a table without a place":              func(s *schema) { s.tables = append(s.tables, "extra"); s.keys = append(s.keys, primary("extra", "id")) },
		"a place without a table":              func(s *schema) { s.tables = s.tables[1:]; s.joins = nil },
		"a table without a primary key":        func(s *schema) { s.keys = s.keys[1:] },
		"a unique key without the column":      func(s *schema) { s.keys = append(s.keys, key{"visit", "visit_number", "number", false}) },
		"a join beside the sharding column":    func(s *schema) { s.joins = append(s.joins, join{"visit", "person", "doctor", "id"}) },
		"a join by columns that do not pair":   func(s *schema) { s.joins = append(s.joins, join{"visit", "visit", "person,n", "n,person"}) },
		"a join from place to person":          func(s *schema) { s.joins = append(s.joins, join{"bed", "person", "place", "id"}) },
		"a join from a key to a person":        func(s *schema) { s.joins = append(s.joins, join{"hash", "person", "hash", "id"}) },
		"a sharded table that refers to local": func(s *schema) { s.joins = append(s.joins, join{"visit", "chain", "person", "one"}) },
		"a reference table that refers to one": func(s *schema) { s.joins = append(s.joins, join{"area", "person", "code", "id"}) },
		"a local table that refers to sharded": func(s *schema) { s.joins = append(s.joins, join{"chain", "person", "one", "id"}) },
	} {
		s := sound()
		spoil(&s)
		if got := faults(top, s); len(got) != 1 {
			t.Errorf("%s: %v", what, got)
		}
	}
}
