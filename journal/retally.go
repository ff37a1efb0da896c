package journal

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"yinqiao/civic"
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
		n := &names{numbers: map[string]uint32{}}
		is, err := recount(tx, n)
		if err != nil {
			return err
		}
		out.Rows = len(is)
		all := n.byDivision(is)
		if out.Different, err = tallies.mend(tx, is, n, ""); err != nil {
			return err
		}
		scopes, err := n.scopes(tx)
		if err != nil {
			return err
		}
		for _, scope := range scopes {
			different, err := sums.mend(tx, n.sum(all, scope), n, `scope = $1`, scope)
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

func (n *names) number(s string) uint32 { return n.numberOf([]byte(s)) }

func (n *names) numberOf(s []byte) uint32 {
	k, ok := n.numbers[string(s)]
	if !ok {
		k = uint32(len(n.all)) //nolint:gosec // there are not as many places, acts and days
		n.all = append(n.all, string(s))
		n.numbers[n.all[k]] = k
	}
	return k
}

// packed is a cell by the numbers of its names.
type packed struct {
	key    [5]uint32
	bucket int32
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
	var key [4]db.Text
	var measure, bucket int64
	none := n.number("")
	err := tx.Each(`SELECT division, act, day, channel, COALESCE(bucket, -1), COALESCE(measure, 0) FROM journal_entry WHERE batch IS NOT NULL`, nil,
		[]any{&key[0], &key[1], &key[2], &key[3], &bucket, &measure}, func() error {
			p := packed{bucket: countOnly}
			for i := range key {
				p.key[i] = n.numberOf(key[i])
			}
			p.key[4] = none
			a := out[p]
			out[p] = amount{a.n + 1, 0}
			if bucket >= 0 {
				p.bucket = int32(bucket) //nolint:gosec // buckets are few
				a = out[p]
				out[p] = amount{a.n + 1, a.total + measure}
			}
			return nil
		})
	return out, err
}

// measured is a cell of the tallies with what was counted.
type measured struct {
	packed
	amount
}

// byDivision are the tallies in the order of the numbers of their places.
func (n *names) byDivision(is map[packed]amount) []measured {
	all := make([]measured, 0, len(is))
	for p, a := range is {
		all = append(all, measured{p, a})
	}
	slices.SortFunc(all, func(a, b measured) int { return cmp.Compare(a.key[0], b.key[0]) })
	return all
}

// scopes are the places that have sums, or should have.
func (n *names) scopes(tx *db.Tx) ([]string, error) {
	var out []string
	if err := tx.Select(&out, `SELECT DISTINCT scope FROM journal_sum`); err != nil {
		return nil, err
	}
	for _, name := range n.all { // those that are no places have no tallies
		for _, digits := range summed {
			if len(name) >= digits {
				out = append(out, name[:digits])
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// sum adds the tallies up to what is kept of one scope.
func (n *names) sum(all []measured, scope string) map[packed]amount {
	out := map[packed]amount{}
	if !slices.Contains(summed, len(scope)) {
		return out
	}
	in, inner := n.number(scope), civic.Division(scope).Inner()
	days := map[uint32][2]uint32{}
	for len(all) > 0 {
		place := n.all[all[0].key[0]]
		end, _ := slices.BinarySearchFunc(all, all[0].key[0]+1, func(c measured, k uint32) int { return cmp.Compare(c.key[0], k) })
		some := all[:end]
		all = all[end:]
		if !strings.HasPrefix(place, scope) {
			continue
		}
		part := n.number(place[:min(len(place), inner)])
		for _, c := range some {
			periods, ok := days[c.key[2]]
			if !ok {
				day := n.all[c.key[2]]
				periods = [2]uint32{n.number(perDay + day), n.number(perMonth + month(day))}
				days[c.key[2]] = periods
			}
			for _, period := range periods {
				k := packed{[5]uint32{in, c.key[1], period, part, c.key[3]}, c.bucket}
				was := out[k]
				out[k] = amount{was.n + c.n, was.total + c.total}
			}
		}
	}
	return out
}

// mend makes the rows of the shelf's table what was counted, those where a condition holds,
// and reports how many were not. It uses is up.
func (s shelf) mend(tx *db.Tx, is map[packed]amount, n *names, where string, args ...any) (int, error) {
	var raw [5]db.Text
	var bucket int64
	var a amount
	into := make([]any, 0, len(s.key)+2)
	for i := range len(s.key) - 1 {
		into = append(into, &raw[i])
	}
	query := `SELECT ` + strings.Join(s.columns(), ", ") + ` FROM ` + s.table
	if where != "" {
		query += ` WHERE ` + where
	}
	none := n.number("")
	var over []cell
	wrong := map[cell]amount{}
	err := tx.Each(query, args, append(into, &bucket, &a.n, &a.total), func() error {
		p := packed{bucket: int32(bucket)} //nolint:gosec // one that is too large is none of ours
		for i := range p.key {
			if p.key[i] = none; i < len(s.key)-1 {
				p.key[i] = n.numberOf(raw[i])
			}
		}
		want, ok := is[p]
		if !ok || int64(p.bucket) != bucket {
			c := n.open(p)
			c.bucket = bucket
			over = append(over, c)
			return nil
		}
		delete(is, p) // what is left was not there
		if want != a {
			wrong[n.open(p)] = want
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	different := len(over) + len(wrong) + len(is)
	for c := range wrong {
		over = append(over, c)
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
		wrong[n.open(p)] = want
		if len(wrong) >= mendAtOnce {
			if err := tx.InsertRows(s.table, s.columns(), s.rows(wrong)); err != nil {
				return 0, err
			}
			clear(wrong)
		}
	}
	return different, tx.InsertRows(s.table, s.columns(), s.rows(wrong))
}

// mendAtOnce is how many rows are put in together.
const mendAtOnce = 10_000
