package journal

import (
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
)

// sealed is what sealing reads of an entry.
type sealed struct {
	ID, Hash, Act, Day, Division, Channel string
	Measure, Bucket                       *int64
}

// Tally is one count. Bucket is -1 for the count of acts, else a bucket of the
// histogram of their measure. Total sums the measures.
type Tally struct {
	Indicator, Day, Division, Channel string
	Bucket, N, Total                  int64
}

// countOnly is the bucket of the count of acts.
const countOnly = -1

// cell is where a count is kept: the columns of the key of its shelf but for the bucket,
// in their order; the last are empty where there are fewer.
type cell struct {
	key    [5]string
	bucket int64
}

// less orders cells as the keys of their table are ordered.
func (c cell) less(o cell) int {
	for i := range c.key {
		if c.key[i] != o.key[i] {
			if c.key[i] < o.key[i] {
				return -1
			}
			return 1
		}
	}
	return int(c.bucket - o.bucket)
}

// amount is what is counted in a cell.
type amount struct{ n, total int64 }

// shelf is a table of counts, and the columns that name a cell.
type shelf struct {
	table string
	key   []string
}

// Tallies are by act, day, channel and the place as it is; sums are by the level below each
// place of up to four digits, by day and by month.
var (
	tallies = shelf{"journal_tally", []string{"division", "indicator", "day", "channel", "bucket"}}
	sums    = shelf{"journal_sum", []string{"scope", "indicator", "period", "part", "channel", "bucket"}}
)

// eachSum calls in with each cell of the sums in which a tally is counted.
func eachSum(t Tally, in func(cell)) {
	for _, digits := range summed {
		if len(t.Division) < digits {
			return
		}
		scope := civic.Division(t.Division[:digits])
		part := t.Division[:min(len(t.Division), scope.Inner())]
		for _, period := range []string{perDay + t.Day, perMonth + month(t.Day)} {
			in(cell{[5]string{string(scope), t.Indicator, period, part, t.Channel}, t.Bucket})
		}
	}
}

// summed are how many digits the codes have of places for which there are sums.
var summed = []int{0, 2, 4}

// The beginnings of the periods of sums: in the order of their key, days are apart from months.
const (
	perDay   = "d"
	perMonth = "m"
)

func month(day string) string { return day[:min(len(day), len("2006-01"))] }

// columns are those of the shelf's table.
func (s shelf) columns() []string { return append(slices.Clone(s.key), "n", "total") }

// row is a cell with its count in the order of the columns.
func (s shelf) row(c cell, a amount) []any {
	row := make([]any, 0, len(s.key)+2)
	for i := range len(s.key) - 1 {
		row = append(row, c.key[i])
	}
	return append(row, c.bucket, a.n, a.total)
}

// count adds the entries to the tallies and sums. Keys are sorted, so that two counters
// can't deadlock.
func count(tx *db.Tx, es []sealed) error {
	each, above := map[cell]amount{}, map[cell]amount{}
	add := func(t Tally) {
		put(each, cell{[5]string{t.Division, t.Indicator, t.Day, t.Channel}, t.Bucket}, t)
		eachSum(t, func(c cell) { put(above, c, t) })
	}
	for _, e := range es {
		add(Tally{e.Act, e.Day, e.Division, e.Channel, countOnly, 1, 0})
		if e.Bucket != nil {
			add(Tally{e.Act, e.Day, e.Division, e.Channel, *e.Bucket, 1, *e.Measure})
		}
	}
	if err := tallies.add(tx, each); err != nil {
		return err
	}
	return sums.add(tx, above)
}

func put(in map[cell]amount, c cell, t Tally) {
	was := in[c]
	in[c] = amount{was.n + t.N, was.total + t.Total}
}

func (s shelf) add(tx *db.Tx, some map[cell]amount) error {
	return tx.AddRows(s.table, s.key, []string{"n", "total"}, s.rows(some))
}

// rows are the cells with their counts, in the order of the key.
func (s shelf) rows(sums map[cell]amount) [][]any {
	cells := make([]cell, 0, len(sums))
	for c := range sums {
		cells = append(cells, c)
	}
	slices.SortFunc(cells, cell.less)
	rows := make([][]any, len(cells))
	for i, c := range cells {
		rows[i] = s.row(c, sums[c])
	}
	return rows
}
