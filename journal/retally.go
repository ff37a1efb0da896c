package journal

import (
	"context"
	"strconv"
	"strings"

	"yinqiao/db"
)

// Retallied says what a recount found.
type Retallied struct {
	Rows      int // tallies after the recount
	Different int // tallies and sums that were missing, wrong or too many
}

// Retally counts all tallies and sums anew from the sealed entries, and puts right those
// that are not so. The same entries always give the same figures. Nothing is sealed while
// it runs; it holds about a hundred bytes a tally.
func (j *Journal) Retally(ctx context.Context) (Retallied, error) {
	var out Retallied
	err := j.db.Write(ctx, func(tx *db.Tx) error {
		out = Retallied{}
		if err := lockChain(tx); err != nil {
			return err
		}
		names := &names{numbers: map[string]uint32{}}
		counted, err := recount(tx, names)
		if err != nil {
			return err
		}
		out.Rows = len(counted)
		for i, s := range shelves {
			is := counted
			if i > 0 {
				is = s.fold(counted, names)
			}
			different, err := s.mend(tx, is, names)
			if err != nil {
				return err
			}
			out.Different += different
		}
		return nil
	})
	return out, err
}

// names numbers what cells are called, which is the same again and again.
type names struct {
	numbers map[string]uint32
	all     []string
}

func (n *names) number(s string) uint32 {
	k, ok := n.numbers[s]
	if !ok {
		s = strings.Clone(s)
		k = uint32(len(n.all)) //nolint:gosec // there are not as many places, acts and days
		n.numbers[s], n.all = k, append(n.all, s)
	}
	return k
}

// packed is a cell by the numbers of its names.
type packed struct {
	key    [5]uint32
	bucket int32
}

func (n *names) pack(c cell) packed {
	p := packed{bucket: int32(c.bucket)} //nolint:gosec // buckets are few
	for i, s := range c.key {
		p.key[i] = n.number(s)
	}
	return p
}

func (n *names) open(p packed) cell {
	c := cell{bucket: int64(p.bucket)}
	for i, k := range p.key {
		c.key[i] = n.all[k]
	}
	return c
}

// recount counts the sealed entries, each read once.
func recount(tx *db.Tx, n *names) (map[packed]amount, error) {
	out := map[packed]amount{}
	var e sealed
	var measure, bucket int64
	none := n.number("")
	add := func(p packed, total int64) {
		a := out[p]
		out[p] = amount{a.n + 1, a.total + total}
	}
	err := tx.Each(`SELECT division, act, day, channel, COALESCE(bucket, -1), COALESCE(measure, 0) FROM journal_entry WHERE batch IS NOT NULL`, nil,
		[]any{&e.Division, &e.Act, &e.Day, &e.Channel, &bucket, &measure}, func() error {
			p := packed{[5]uint32{n.number(e.Division), n.number(e.Act), n.number(e.Day), n.number(e.Channel), none}, countOnly}
			add(p, 0)
			if bucket >= 0 {
				p.bucket = int32(bucket) //nolint:gosec // buckets are few
				add(p, measure)
			}
			return nil
		})
	return out, err
}

// fold adds tallies up to what the shelf keeps.
func (s shelf) fold(tallies map[packed]amount, n *names) map[packed]amount {
	out := map[packed]amount{}
	for p, a := range tallies {
		c := n.open(p)
		t := Tally{Division: c.key[0], Indicator: c.key[1], Day: c.key[2], Channel: c.key[3], Bucket: c.bucket}
		s.of(t, func(c cell) {
			k := n.pack(c)
			was := out[k]
			out[k] = amount{was.n + a.n, was.total + a.total}
		})
	}
	return out
}

// mend makes the shelf's table what was counted, and reports how many rows were not.
func (s shelf) mend(tx *db.Tx, is map[packed]amount, n *names) (int, error) {
	var c cell
	var a amount
	into := make([]any, 0, len(s.key)+2)
	for i := range len(s.key) - 1 {
		into = append(into, &c.key[i])
	}
	right := make(map[packed]bool, len(is))
	wrong, over := map[cell]amount{}, []cell{}
	err := tx.Each(`SELECT `+strings.Join(s.columns(), ", ")+` FROM `+s.table, nil, append(into, &c.bucket, &a.n, &a.total), func() error {
		if int64(int32(c.bucket)) != c.bucket { //nolint:gosec // that is what is asked
			over = append(over, c)
			return nil
		}
		p := n.pack(c)
		want, ok := is[p]
		switch {
		case !ok:
			over = append(over, c)
		case want == a:
			right[p] = true
		default:
			wrong[c] = want
			right[p] = true
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	different := len(over) + len(wrong) + len(is) - len(right)
	for cell := range wrong {
		over = append(over, cell)
	}
	remove := `DELETE FROM ` + s.table + ` WHERE `
	for i, k := range s.key {
		if i > 0 {
			remove += ` AND `
		}
		remove += k + ` = $` + strconv.Itoa(i+1)
	}
	for _, c := range over {
		if _, err := tx.Exec(remove, s.row(c, amount{})[:len(s.key)]...); err != nil {
			return 0, err
		}
	}
	for p, want := range is {
		if !right[p] {
			wrong[n.open(p)] = want
		}
	}
	return different, tx.InsertRows(s.table, s.columns(), s.rows(wrong))
}
