package journal

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
)

// Span is which acts are counted: where, from which day to which, both included
// (YYYY-MM-DD). An empty division is everywhere.
type Span struct {
	Division civic.Division
	From, To string
}

// Sum is one count of a span. Group is what it was asked by: a month, a day, or a division of
// the level below. Bucket is -1 for the count of acts, else one of the histogram.
type Sum struct {
	Act       Act
	Channel   civic.Channel
	Group     string
	Bucket, N int64
}

// By says what the sums of a span are grouped by.
type By int

// The groups.
const (
	ByDay By = iota
	ByMonth
	ByDivision // the level below that of the span
)

// Sums counts the sealed acts of a span by act, channel, group and bucket.
func Sums(q db.Q, in Span, by By, acts []Act) ([]Sum, error) {
	if len(acts) == 0 {
		return nil, nil
	}
	if !slices.Contains(summed, len(in.Division)) {
		return sumTallies(q, in, by, acts)
	}
	group := [...]string{ByDay: "substr(period, 2, 10)", ByMonth: "substr(period, 2, 7)", ByDivision: "part"}[by]
	var out []Sum
	for _, p := range periods(in, by == ByDay) {
		var some []Sum
		if err := q.Select(&some, `SELECT indicator AS act, channel, `+group+` AS "group", bucket, CAST(SUM(n) AS BIGINT) AS n
			FROM journal_sum WHERE scope = $1 AND indicator IN `+db.In(4, len(acts))+` AND period >= $2 AND period <= $3
			GROUP BY indicator, channel, bucket, `+group, append([]any{in.Division, p.from, p.to}, db.Args(acts)...)...); err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// sumTallies counts in a place that is too small to have sums.
func sumTallies(q db.Q, in Span, by By, acts []Act) ([]Sum, error) {
	group := [...]string{ByDay: "day", ByMonth: "substr(day, 1, 7)", ByDivision: "substr(division, 1, " + strconv.Itoa(in.Division.Inner()) + ")"}[by]
	var out []Sum
	err := q.Select(&out, `SELECT indicator AS act, channel, `+group+` AS "group", bucket, CAST(SUM(n) AS BIGINT) AS n
		FROM journal_tally WHERE indicator IN `+db.In(5, len(acts))+` AND day >= $1 AND day <= $2 AND division >= $3 AND division < $4
		GROUP BY indicator, channel, bucket, `+group, append([]any{in.From, in.To, in.Division, string(in.Division) + "~"}, db.Args(acts)...)...)
	return out, err
}

// period is a range of sums of one kind.
type period struct{ from, to string }

// periods cuts a span into days, whole months and days again; a day that is none is left as
// it was written.
func periods(in Span, days bool) []period {
	all := []period{{perDay + in.From, perDay + in.To}}
	from, err := time.Parse(time.DateOnly, in.From)
	to, err2 := time.Parse(time.DateOnly, in.To)
	if days || err != nil || err2 != nil {
		return all
	}
	first := from.AddDate(0, 0, 1-from.Day())
	if from.Day() > 1 {
		first = first.AddDate(0, 1, 0)
	}
	end := to.AddDate(0, 0, 1)             // the day after
	last := end.AddDate(0, 0, 1-end.Day()) // of the month that is not whole any more
	if !first.Before(last) {
		return all
	}
	var out []period
	if from.Before(first) {
		out = append(out, period{perDay + in.From, perDay + first.AddDate(0, 0, -1).Format(time.DateOnly)})
	}
	out = append(out, period{perMonth + first.Format("2006-01"), perMonth + last.AddDate(0, -1, 0).Format("2006-01")})
	if last.Before(end) {
		out = append(out, period{perDay + last.Format(time.DateOnly), perDay + in.To})
	}
	return out
}

// behindMost is how many entries a page of a list behind a figure has.
const behindMost = 50

// dated is an entry by the day that it counts for.
type dated struct{ ID, Day string }

// Behind returns the entries that a count is of, those of the newest day first and in a day the
// newest first: those after one, or "" for the first page; more says that there are others.
// channels is empty for all. The authority must have been minted for the figures of the span.
func Behind(q db.Q, auth civic.Authority, in Span, acts []Act, channels []civic.Channel, after string) (out []Entry, more bool, err error) {
	if !auth.Valid() {
		return nil, false, fmt.Errorf("journal: what is behind a figure needs an authority")
	}
	last := dated{Day: in.To + "~"}
	if after != "" {
		err := q.Get(&last, `SELECT id, day FROM journal_entry WHERE id = $1`, after)
		if err != nil && !errors.Is(err, db.ErrNoRows) { // an address that was typed wrong begins with the first page
			return nil, false, err
		}
		in.To = min(in.To, last.Day)
	}
	var found []dated
	for _, act := range acts {
		some, err := newest(q, in, act, channels, last)
		if err != nil {
			return nil, false, err
		}
		found = append(found, some...)
	}
	slices.SortFunc(found, func(a, b dated) int { return cmp.Or(strings.Compare(b.Day, a.Day), strings.Compare(b.ID, a.ID)) })
	if more = len(found) > behindMost; more {
		found = found[:behindMost]
	}
	if len(found) == 0 {
		return nil, false, nil
	}
	ids := make([]any, len(found))
	at := map[string]int{}
	for i, f := range found {
		ids[i], at[f.ID] = f.ID, i
	}
	err = q.Select(&out, `SELECT `+entryColumns+` FROM journal_entry WHERE id IN `+db.In(1, len(ids)), ids...)
	slices.SortFunc(out, func(a, b Entry) int { return at[a.ID] - at[b.ID] })
	return out, more, err
}

// newest are the newest entries of one act, one more than a page has. The counts say on
// which days there are any, so that each read finds some, however rare they are.
func newest(q db.Q, in Span, act Act, channels []civic.Channel, last dated) ([]dated, error) {
	days, err := counted(q, in, act, channels)
	if err != nil {
		return nil, err
	}
	var out []dated
	for _, day := range days {
		args := []any{act, day, in.Division, string(in.Division) + "~", last.Day, last.ID}
		where := ""
		if len(channels) > 0 {
			where = ` AND channel IN ` + db.In(len(args)+1, len(channels))
			args = append(args, db.Args(channels)...)
		}
		var some []dated
		if err := q.Select(&some, `SELECT id, day FROM journal_entry WHERE act = $1 AND day = $2 AND division >= $3 AND division < $4
			AND (CAST($5 AS TEXT) > day OR id < $6)`+where+` AND batch IS NOT NULL ORDER BY id DESC LIMIT `+strconv.Itoa(behindMost+1-len(out)), args...); err != nil {
			return nil, err
		}
		if out = append(out, some...); len(out) > behindMost {
			break
		}
	}
	return out, nil
}

// counted are the newest days of a span on which an act was counted, as many as can matter to a page.
func counted(q db.Q, in Span, act Act, channels []civic.Channel) (days []string, err error) {
	args := []any{act, in.Division}
	query := `SELECT substr(period, 2) FROM journal_sum WHERE indicator = $1 AND scope = $2 AND period >= $3 AND period <= $4 AND bucket = -1`
	group := `period`
	if slices.Contains(summed, len(in.Division)) {
		args = append(args, perDay+in.From, perDay+in.To)
	} else {
		query = `SELECT day FROM journal_tally WHERE indicator = $1 AND division >= $2 AND day >= $3 AND day <= $4 AND division < $5 AND bucket = -1`
		group = `day`
		args = append(args, in.From, in.To, string(in.Division)+"~")
	}
	if len(channels) > 0 {
		query += ` AND channel IN ` + db.In(len(args)+1, len(channels))
		args = append(args, db.Args(channels)...)
	}
	// One more than a page, since of the day after which a page begins all may be on the one before.
	err = q.Select(&days, query+` GROUP BY `+group+` ORDER BY `+group+` DESC LIMIT `+strconv.Itoa(behindMost+2), args...)
	return days, err
}

// SealedAt is when the acts were sealed last that figures count; the zero time when none were.
func SealedAt(q db.Q) (time.Time, error) {
	var at []struct{ SealedAt time.Time }
	err := q.Select(&at, `SELECT sealed_at FROM journal_batch ORDER BY seq DESC LIMIT 1`)
	if err != nil || len(at) == 0 {
		return time.Time{}, err
	}
	return at[0].SealedAt, nil
}

// Percentile is the measure below or at which p of 100 of the acts in some sums lie, by the
// buckets of their histogram (at most a quarter too high); false where nothing was measured.
func Percentile(sums []Sum, p int64) (int64, bool) {
	at := map[int64]int64{}
	var all int64
	for _, s := range sums {
		if s.Bucket >= 0 {
			at[s.Bucket] += s.N
			all += s.N
		}
	}
	if all == 0 {
		return 0, false
	}
	buckets := make([]int64, 0, len(at))
	for b := range at {
		buckets = append(buckets, b)
	}
	slices.Sort(buckets)
	var sum int64
	for _, b := range buckets {
		if sum += at[b]; sum*100 >= all*p {
			return Ceiling(b), true
		}
	}
	return Ceiling(buckets[len(buckets)-1]), true
}
