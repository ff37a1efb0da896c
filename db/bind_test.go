package db_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// probe makes a table of each portable type.
func probe(t testing.TB, d *db.DB) {
	t.Helper()
	if _, err := d.Pool().Exec(`CREATE TABLE probe (k TEXT PRIMARY KEY, n BIGINT, at TIMESTAMP, body BYTEA, ok BOOLEAN)`); err != nil {
		t.Fatal(err)
	}
}

type probeRow struct {
	K    string
	N    *int64
	At   *time.Time
	Body []byte
	OK   *bool
}

const probeColumns = `k, n, at, body, ok`

// put writes one row into probe.
func put(d *db.DB, k string, n, at, body, ok any) error {
	return d.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO probe (k, n, at, body, ok) VALUES ($1, $2, $3, $4, $5)`, k, n, at, body, ok)
		return err
	})
}

func read(t testing.TB, d *db.DB) *db.Snapshot {
	t.Helper()
	r, err := d.Read(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTimesOfAnyZoneComeBackAsTheSameInstant(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		probe(t, d)
		newYork := time.FixedZone("", -5*3600)
		for i, at := range []time.Time{
			time.Date(2026, 3, 1, 8, 0, 0, 0, civic.Shanghai),
			time.Date(2026, 3, 1, 0, 0, 0, 123456789, time.UTC),
			time.Date(2026, 2, 28, 23, 59, 59, 999999999, newYork),
			time.Date(1949, 10, 1, 15, 0, 0, 0, civic.Shanghai),
			time.Now(), // with a monotonic reading
		} {
			k := string(rune('a' + i))
			if err := put(d, k, nil, at, nil, nil); err != nil {
				t.Fatal(err)
			}
			if err := put(d, k+"p", nil, &at, nil, nil); err != nil {
				t.Fatal(err)
			}
			var got []probeRow
			// The instant, in whatever zone it is named, finds the row.
			if err := read(t, d).Select(&got, `SELECT `+probeColumns+` FROM probe WHERE at = $1`, at.In(newYork)); err != nil {
				t.Fatal(err)
			}
			if len(got) != 2 {
				t.Errorf("%v: found %d rows, want 2", at, len(got))
				continue
			}
			if want := at.Truncate(time.Microsecond); !got[0].At.Equal(want) || !got[1].At.Equal(want) {
				t.Errorf("got %v and %v, want %v", got[0].At, got[1].At, want)
			}
		}
	})
}

func TestTimesOfMixedZonesOrderAlikeOnBothEngines(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		probe(t, d)
		base := time.Date(2026, 5, 1, 20, 0, 0, 0, time.UTC)
		zones := []*time.Location{time.UTC, civic.Shanghai, time.FixedZone("", -9*3600)}
		want := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"}
		for i, k := range []string{"e", "b", "i", "a", "h", "c", "g", "d", "f"} {
			step := time.Duration(k[0] - 'a')
			if err := put(d, k, nil, base.Add(step*time.Microsecond*7).In(zones[i%3]), nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		if err := read(t, d).Select(&got, `SELECT k FROM probe ORDER BY at`); err != nil || !slices.Equal(got, want) {
			t.Errorf("ordered %v, %v", got, err)
		}
		for _, z := range zones {
			got = nil
			if err := read(t, d).Select(&got, `SELECT k FROM probe WHERE at < $1 ORDER BY at`, base.Add(21*time.Microsecond).In(z)); err != nil || !slices.Equal(got, want[:3]) {
				t.Errorf("before the fourth: %v, %v", got, err)
			}
		}
	})
}

func TestTextThatOneEngineWouldRefuseIsInvalidOnBoth(t *testing.T) {
	t.Parallel()
	type name string
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		probe(t, d)
		for _, bad := range []string{"张\x00三", "\xff", "abc\xe5\xbc"} {
			if err := put(d, bad, nil, nil, nil, nil); !civic.Is(err, civic.Invalid) {
				t.Errorf("%q: %v, want invalid", bad, err)
			}
			var n int
			for _, v := range []any{bad, &bad, name(bad)} {
				if err := read(t, d).Get(&n, `SELECT COUNT(*) FROM probe WHERE k = $1`, v); !civic.Is(err, civic.Invalid) {
					t.Errorf("reading with %T %q: %v, want invalid", v, bad, err)
				}
			}
		}
		if err := put(d, "𠮷野家〇㐂", nil, nil, []byte{0, 0xff}, nil); err != nil {
			t.Errorf("rare characters and raw bytes are fine: %v", err)
		}
	})
}

func TestNamedTypesAndNilPointersBind(t *testing.T) {
	t.Parallel()
	type count int32
	type flag bool
	type word string
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		probe(t, d)
		w, nobody := word("w"), (*word)(nil)
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			return tx.InsertRows("probe", []string{"k", "n", "at", "body", "ok"}, [][]any{
				{word("full"), count(7), time.Unix(1, 0), []byte("0123"), flag(true)},
				{civic.PersonID("empty"), (*count)(nil), (*time.Time)(nil), []byte(nil), (*bool)(nil)},
				{&w, uint8(9), nil, nil, false},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		var rows []probeRow
		if err := read(t, d).Select(&rows, `SELECT `+probeColumns+` FROM probe ORDER BY k`); err != nil || len(rows) != 3 {
			t.Fatal(rows, err)
		}
		empty, full, third := rows[0], rows[1], rows[2]
		if empty.K != "empty" || empty.N != nil || empty.At != nil || empty.Body != nil || empty.OK != nil {
			t.Errorf("nil pointers came back as %+v", empty)
		}
		if full.K != "full" || *full.N != 7 || full.At.Unix() != 1 || string(full.Body) != "0123" || !*full.OK {
			t.Errorf("named types came back as %+v", full)
		}
		if third.K != "w" || *third.N != 9 || *third.OK {
			t.Errorf("a pointer came back as %+v", third)
		}
		var n int
		if err := read(t, d).Get(&n, `SELECT COUNT(*) FROM probe WHERE CAST($1 AS TEXT) IS NULL`, nobody); err != nil || n != 3 {
			t.Errorf("a nil pointer is NULL: %d, %v", n, err)
		}
	})
}

func TestWhatEnginesWouldTakeDifferentlyIsNotBound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		probe(t, d)
		for _, v := range []any{sql.NullString{}, struct{}{}, []string{"a"}, uint64(1), map[string]int{}} {
			if err := put(d, "k", v, nil, nil, nil); err == nil {
				t.Errorf("%T was bound", v)
			}
		}
	})
}

func TestAnyValueComesBackAsItWent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		probe(t, d)
		text := rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r != 0 && r != 0xFFFD && (r < 0xD800 || r > 0xDFFF) }))
		rapid.Check(t, func(t *rapid.T) {
			k := text.Draw(t, "k")
			n := rapid.Int64().Draw(t, "n")
			zone := time.FixedZone("", rapid.IntRange(-14, 14).Draw(t, "zone")*3600)
			at := time.UnixMicro(rapid.Int64Range(-1e15, 4e15).Draw(t, "at")).In(zone)
			body := rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "body")
			var got probeRow
			err := d.Write(context.Background(), func(tx *db.Tx) error {
				if _, err := tx.Exec(`DELETE FROM probe`); err != nil {
					return err
				}
				if err := tx.InsertRows("probe", []string{"k", "n", "at", "body", "ok"}, [][]any{{k, n, at, body, n%2 == 0}}); err != nil {
					return err
				}
				return tx.Get(&got, `SELECT `+probeColumns+` FROM probe WHERE k = $1 AND n = $2 AND at = $3 AND body = $4`, k, n, at, body)
			})
			if err != nil {
				t.Fatal(err)
			}
			if got.K != k || *got.N != n || !got.At.Equal(at) || string(got.Body) != string(body) || *got.OK != (n%2 == 0) {
				t.Fatalf("%q %d %v %x came back as %+v", k, n, at, body, got)
			}
		})
	})
}
