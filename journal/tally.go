package journal

import (
	"context"
	"sort"

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

type tallyKey struct {
	indicator, day, division, channel string
	bucket                            int64
}

// count adds the entries to the tallies. Keys are sorted, so that two counters
// can't deadlock.
func count(tx *db.Tx, es []sealed) error {
	sums := map[tallyKey]*Tally{}
	add := func(e sealed, bucket, total int64) {
		k := tallyKey{e.Act, e.Day, e.Division, e.Channel, bucket}
		t := sums[k]
		if t == nil {
			t = &Tally{e.Act, e.Day, e.Division, e.Channel, bucket, 0, 0}
			sums[k] = t
		}
		t.N++
		t.Total += total
	}
	for _, e := range es {
		add(e, -1, 0)
		if e.Bucket != nil {
			add(e, *e.Bucket, *e.Measure)
		}
	}
	list := make([]*Tally, 0, len(sums))
	for _, t := range sums {
		list = append(list, t)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].less(list[j]) })
	for _, t := range list {
		if _, err := tx.Exec(`INSERT INTO journal_tally (indicator, day, division, channel, bucket, n, total)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (indicator, day, division, channel, bucket)
			DO UPDATE SET n = journal_tally.n + excluded.n, total = journal_tally.total + excluded.total`,
			t.Indicator, t.Day, t.Division, t.Channel, t.Bucket, t.N, t.Total); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tally) less(o *Tally) bool {
	switch {
	case t.Indicator != o.Indicator:
		return t.Indicator < o.Indicator
	case t.Day != o.Day:
		return t.Day < o.Day
	case t.Division != o.Division:
		return t.Division < o.Division
	case t.Channel != o.Channel:
		return t.Channel < o.Channel
	}
	return t.Bucket < o.Bucket
}

const tallyColumns = `indicator, day, division, channel, bucket, n, total`

// recount computes every tally from the sealed entries.
const recount = `
	SELECT act AS indicator, day, division, channel, CAST(-1 AS BIGINT) AS bucket, COUNT(*) AS n, CAST(0 AS BIGINT) AS total
	FROM journal_entry WHERE batch IS NOT NULL GROUP BY act, day, division, channel
	UNION ALL
	SELECT act, day, division, channel, bucket, COUNT(*), CAST(SUM(measure) AS BIGINT)
	FROM journal_entry WHERE batch IS NOT NULL AND bucket IS NOT NULL GROUP BY act, day, division, channel, bucket`

// Retallied says what a recount found.
type Retallied struct {
	Rows      int // tallies after the recount
	Different int // tallies that were missing, wrong or too many
}

// Retally computes all tallies anew from the sealed entries and replaces them.
// The same entries always give the same figures.
func (j *Journal) Retally(ctx context.Context) (Retallied, error) {
	var out Retallied
	err := j.db.Write(ctx, func(tx *db.Tx) error {
		out = Retallied{}
		if err := lockChain(tx); err != nil {
			return err
		}
		var was, is []Tally
		if err := tx.Select(&was, `SELECT `+tallyColumns+` FROM journal_tally`); err != nil {
			return err
		}
		if err := tx.Select(&is, recount); err != nil {
			return err
		}
		old := make(map[Tally]bool, len(was))
		for _, t := range was {
			old[t] = true
		}
		for _, t := range is {
			if old[t] {
				delete(old, t)
			} else {
				out.Different++
			}
		}
		keys := map[tallyKey]bool{}
		for _, t := range is {
			keys[tallyKey{t.Indicator, t.Day, t.Division, t.Channel, t.Bucket}] = true
		}
		for t := range old { // left over: not in the recount under any value
			if !keys[tallyKey{t.Indicator, t.Day, t.Division, t.Channel, t.Bucket}] {
				out.Different++
			}
		}
		out.Rows = len(is)
		if out.Different == 0 {
			return nil
		}
		if _, err := tx.Exec(`DELETE FROM journal_tally`); err != nil {
			return err
		}
		rows := make([][]any, len(is))
		for i, t := range is {
			rows[i] = []any{t.Indicator, t.Day, t.Division, t.Channel, t.Bucket, t.N, t.Total}
		}
		return tx.InsertRows("journal_tally", []string{"indicator", "day", "division", "channel", "bucket", "n", "total"}, rows)
	})
	return out, err
}
