package db_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// manyRow is a row of each type that is stored, null in places.
type manyRow struct {
	K  string
	S  *string
	N  *int64
	F  *float64
	B  bool
	At *time.Time
	Y  []byte
	No *string
}

func TestManyRowsGoInAsOneWouldAndComeBackTheSame(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := d.Pool().Exec(`CREATE TABLE many (k TEXT PRIMARY KEY, s TEXT, n BIGINT, f DOUBLE PRECISION, b BOOLEAN NOT NULL, at TIMESTAMP, y BYTEA, no TEXT)`); err != nil {
			t.Fatal(err)
		}
		columns := []string{"k", "s", "n", "f", "b", "at", "y", "no"}
		at := time.Date(2026, 11, 23, 8, 0, 0, 123456789, time.FixedZone("", 8*3600))
		for _, total := range []int{1, 2, 3, 501} {
			var rows [][]any
			for i := range total {
				k, n, f := fmt.Sprintf("%03d-%05d", total, i), i, float64(i)/2
				row := []any{k, "王·" + k + "{},\"NULL", n, f, i%2 == 0, at.Add(time.Duration(i) * time.Hour), []byte{0, byte(i), 255}, nil}
				if i%3 == 1 {
					row = []any{k, nil, (*int)(nil), nil, true, (*time.Time)(nil), nil, nil}
				}
				rows = append(rows, row)
			}
			if err := d.Write(soon(t), func(tx *db.Tx) error { return tx.InsertRows("many", columns, rows) }); err != nil {
				t.Fatalf("%d rows: %v", total, err)
			}
			var got []manyRow
			if err := read(t, d).Select(&got, `SELECT k, s, n, f, b, at, y, no FROM many WHERE k >= $1 AND k < $2 ORDER BY k`, fmt.Sprintf("%03d-", total), fmt.Sprintf("%03d.", total)); err != nil {
				t.Fatal(err)
			}
			if len(got) != total {
				t.Fatalf("%d rows came back of %d", len(got), total)
			}
			for i, g := range got {
				if i%3 == 1 {
					if g.S != nil || g.N != nil || g.F != nil || !g.B || g.At != nil || g.Y != nil || g.No != nil {
						t.Errorf("a row of nulls: %+v", g)
					}
					continue
				}
				when := at.Add(time.Duration(i) * time.Hour).UTC().Truncate(time.Microsecond)
				if *g.S != rows[i][1] || *g.N != int64(i) || *g.F != float64(i)/2 || g.B != (i%2 == 0) || !g.At.Equal(when) || !slices.Equal(g.Y, []byte{0, byte(i), 255}) || g.No != nil {
					t.Errorf("row %d of %d: %+v", i, total, g)
				}
			}
		}
		var fresh []string
		err := d.Write(soon(t), func(tx *db.Tx) error {
			var err error
			fresh, err = tx.InsertNew("many", []string{"k", "b"}, [][]any{{"002-00000", true}, {"a", true}, {"b", false}})
			return err
		})
		if slices.Sort(fresh); err != nil || strings.Join(fresh, " ") != "a b" {
			t.Errorf("new are %v, %v", fresh, err)
		}
		if err := d.Write(soon(t), func(tx *db.Tx) error {
			return tx.InsertRows("many", []string{"k", "b"}, [][]any{{"c", true}, {"nul\x00", false}})
		}); err == nil {
			t.Error("a text that no engine takes went in among others")
		}
	})
}
