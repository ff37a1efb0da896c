package journal_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
)

// cell is one tally without its figures.
type cell struct {
	act, day, division, channel string
	bucket                      int64
}

type figures struct{ n, total int64 }

func (l *ledger) tallies(t testing.TB) map[cell]figures {
	t.Helper()
	out := map[cell]figures{}
	l.look(t, func(v *journal.View) error {
		var rows []journal.Tally
		err := v.Select(&rows, `SELECT indicator, day, division, channel, bucket, n, total FROM journal_tally`)
		for _, r := range rows {
			out[cell{r.Indicator, r.Day, r.Division, r.Channel, r.Bucket}] = figures{r.N, r.Total}
		}
		return err
	})
	return out
}

// doing is one act of the property test.
type doing struct {
	channel  civic.Channel
	division civic.Division
	measure  *int64
}

func anyDoing(prefix string) *rapid.Generator[doing] {
	return rapid.Custom(func(t *rapid.T) doing {
		d := doing{
			channel:  rapid.SampledFrom([]civic.Channel{civic.ChannelDesk, civic.ChannelPhone, civic.ChannelTV}).Draw(t, "channel"),
			division: civic.Division(prefix + rapid.SampledFrom([]string{"1401", "1402"}).Draw(t, "division")),
		}
		if rapid.Bool().Draw(t, "measured") {
			m := rapid.Int64Range(0, 5000).Draw(t, "measure")
			d.measure = &m
		}
		return d
	})
}

func TestTalliesEqualARecountWhoeverWrites(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, run := open(t, d), 0
		rapid.Check(t, dbtest.Rounds(40, func(rt *rapid.T) {
			run++ // the figures of each run are apart by their divisions
			all := rapid.SliceOfN(anyDoing(fmt.Sprint(run, "-")), 1, 12).Draw(rt, "acts")
			l.offset.Store(int64(rapid.IntRange(0, 3).Draw(rt, "days")) * int64(24*time.Hour))
			day := l.Now().In(civic.Shanghai).Format(time.DateOnly)
			want := map[cell]figures{}
			add := func(c cell, total int64) { f := want[c]; want[c] = figures{f.n + 1, f.total + total} }
			var work sync.WaitGroup
			for i, do := range all {
				c := cell{string(actWaited), day, string(do.division), string(do.channel), -1}
				add(c, 0)
				if do.measure != nil {
					c.bucket = journal.Bucket(*do.measure)
					add(c, *do.measure)
				}
				work.Go(func() {
					auth := civic.Mint(civic.BasisRole, "r", elder, do.division, "")
					actor := atDesk
					actor.Channel = do.channel
					if err := record(l.Journal, actor, auth, journal.Event{Act: actWaited, Measure: do.measure}); err != nil {
						rt.Error(err)
					}
				})
				if i%4 == 3 {
					work.Go(func() {
						if err := l.SealAll(context.Background()); err != nil {
							rt.Error(err)
						}
					})
				}
			}
			work.Wait()
			l.seal(t)
			got := l.tallies(t)
			maps.DeleteFunc(got, func(c cell, _ figures) bool {
				var n int
				_, _ = fmt.Sscanf(c.division, "%d-", &n)
				return n != run
			})
			if !maps.Equal(got, want) {
				rt.Fatalf("counted %v, want %v", got, want)
			}
		}))
		if r, err := l.Retally(context.Background()); err != nil || r.Different != 0 {
			t.Errorf("a recount differs: %+v, %v", r, err)
		}
	})
}

// spread writes acts that differ in every key of a tally and seals them.
func (l *ledger) spread(t *testing.T) {
	t.Helper()
	for i := range 30 {
		l.offset.Store(int64(i%3) * int64(24*time.Hour))
		actor := atDesk
		actor.Channel = []civic.Channel{civic.ChannelDesk, civic.ChannelPhone}[i%2]
		auth := civic.Mint(civic.BasisRole, "r", elder, civic.Division(fmt.Sprint("140", i%5)), "")
		if err := record(l.Journal, actor, auth, served("x"), waited(rand.Int64N(100000))); err != nil {
			t.Fatal(err)
		}
	}
	l.seal(t)
}

func TestARecountGivesTheSameFigures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.spread(t)
		l.act(t, waited(1)) // unsealed: in no figure yet
		was := l.tallies(t)
		r, err := l.Retally(context.Background())
		if err != nil || r.Different != 0 || r.Rows != len(was) {
			t.Errorf("%+v of %d, %v", r, len(was), err)
		}
		// The same from nothing.
		for _, q := range []string{`DELETE FROM journal_tally`, `DELETE FROM journal_sum`} {
			if _, err := d.Pool().Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		if r, err = l.Retally(context.Background()); err != nil || r.Different <= len(was) || r.Rows != len(was) {
			t.Errorf("%+v of %d, %v", r, len(was), err)
		}
		if !maps.Equal(was, l.tallies(t)) {
			t.Error("the recount gives other figures")
		}
	})
}

func TestARecountRepairsVandalisedFigures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.spread(t)
		was := l.tallies(t)
		one := func(where string) string {
			return `(indicator, day, division, channel, bucket) IN (SELECT indicator, day, division, channel, bucket
				FROM journal_tally WHERE ` + where + ` ORDER BY indicator, day, division, channel, bucket LIMIT 1)`
		}
		for _, q := range []string{
			`UPDATE journal_tally SET n = n + 1 WHERE ` + one(`bucket = -1`),
			`UPDATE journal_tally SET total = total + 1 WHERE ` + one(`bucket >= 0`),
			`DELETE FROM journal_tally WHERE ` + one(`bucket = -1 AND division = '1404'`),
			`INSERT INTO journal_tally (indicator, day, division, channel, bucket, n, total) VALUES ('test.served', '2026-03-01', '99', 'tv', -1, 7, 0)`,
			`UPDATE journal_sum SET n = n - 1 WHERE scope = '14' AND period = 'm2026-03' AND part = '1401' AND bucket = -1 AND indicator = 'test.served' AND channel = 'phone'`,
			`DELETE FROM journal_sum WHERE scope = '' AND period = 'd2026-03-02' AND bucket = -1 AND indicator = 'test.served' AND channel = 'desk'`,
			`INSERT INTO journal_sum (scope, indicator, period, part, channel, bucket, n, total) VALUES ('99', 'test.served', 'm2026-03', '9901', 'tv', 99999999999, 7, 0)`,
		} {
			res, err := d.Pool().Exec(q)
			if err != nil {
				t.Fatal(err)
			}
			if n, _ := res.RowsAffected(); n != 1 {
				t.Fatalf("%d rows: %s", n, q)
			}
		}
		for _, want := range []int{7, 0} {
			if r, err := l.Retally(context.Background()); err != nil || r.Different != want || r.Rows != len(was) {
				t.Errorf("%+v, want %d different, %v", r, want, err)
			}
			if !maps.Equal(was, l.tallies(t)) {
				t.Error("the figures are not what they were")
			}
		}
	})
}

func TestARecountMayRunWhileActsAreSealed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.spread(t)
		var work sync.WaitGroup
		work.Go(func() {
			for range 20 {
				if err := record(l.Journal, atDesk, allowed, waited(5)); err != nil {
					t.Error(err)
				}
				if err := l.SealAll(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
		work.Go(func() {
			for range 10 {
				if r, err := l.Retally(context.Background()); err != nil || r.Different != 0 {
					t.Errorf("%+v, %v", r, err)
				}
			}
		})
		work.Wait()
		if r, err := l.Retally(context.Background()); err != nil || r.Different != 0 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestCountsAreByChannelAndDay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.spread(t)
		l.look(t, func(v *journal.View) error {
			for _, c := range []struct {
				from, to    string
				desk, phone int64
			}{
				{"2026-03-01", "2026-03-03", 15, 15},
				{"2026-03-02", "2026-03-02", 5, 5},
				{"2026-04-01", "2026-04-30", 0, 0},
			} {
				sums, err := journal.Sums(v, journal.Span{From: c.from, To: c.to}, journal.ByDay, []journal.Act{actServed})
				got := map[civic.Channel]int64{}
				for _, x := range sums {
					if x.Bucket < 0 {
						got[x.Channel] += x.N
					}
				}
				if err != nil || got["desk"] != c.desk || got["phone"] != c.phone {
					t.Errorf("%s to %s: %v, %v", c.from, c.to, got, err)
				}
			}
			return nil
		})
	})
}

// TestSumsOfAnySpanEqualACountOfItsEntries has acts of half a year in places of every level, and asks for
// spans that begin and end anywhere.
func TestSumsOfAnySpanEqualACountOfItsEntries(t *testing.T) {
	t.Parallel()
	places := []civic.Division{"", "14", "1401", "140105", "140106", "140105001", "140105001002", "1402", "140212", "33", "330106"}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		for i := range 300 {
			l.offset.Store(int64(rand.IntN(200)) * int64(24*time.Hour))
			actor := atDesk
			actor.Channel = []civic.Channel{civic.ChannelDesk, civic.ChannelPhone}[i%2]
			auth := civic.Mint(civic.BasisRole, "r", elder, places[rand.IntN(len(places))], "")
			if err := record(l.Journal, actor, auth, served("x"), waited(rand.Int64N(1000))); err != nil {
				t.Fatal(err)
			}
		}
		l.seal(t)
		begin := time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC)
		acts := []journal.Act{actServed, actWaited}
		rapid.Check(t, dbtest.Rounds(60, func(rt *rapid.T) {
			from := begin.AddDate(0, 0, rapid.IntRange(0, 220).Draw(rt, "from"))
			in := journal.Span{Division: rapid.SampledFrom(append(places[:9:9], "140", "15")).Draw(rt, "where"), From: from.Format(time.DateOnly),
				To: from.AddDate(0, 0, rapid.IntRange(0, 120).Draw(rt, "days")).Format(time.DateOnly)}
			by := rapid.SampledFrom([]journal.By{journal.ByDay, journal.ByMonth, journal.ByDivision}).Draw(rt, "by")
			type group struct {
				act     journal.Act
				channel civic.Channel
				group   string
				bucket  int64
			}
			want, got := map[group]int64{}, map[group]int64{}
			l.look(t, func(v *journal.View) error {
				var rows []struct {
					Act           journal.Act
					Channel       civic.Channel
					Day, Division string
					Bucket        *int64
				}
				if err := v.Select(&rows, `SELECT act, channel, day, division, bucket FROM journal_entry WHERE day >= $1 AND day <= $2`, in.From, in.To); err != nil {
					return err
				}
				for _, r := range rows {
					if !strings.HasPrefix(r.Division, string(in.Division)) {
						continue
					}
					g := group{r.Act, r.Channel, r.Day, -1}
					switch by {
					case journal.ByMonth:
						g.group = r.Day[:7]
					case journal.ByDivision:
						g.group = r.Division[:min(len(r.Division), in.Division.Inner())]
					}
					want[g]++
					if r.Bucket != nil {
						g.bucket = *r.Bucket
						want[g]++
					}
				}
				sums, err := journal.Sums(v, in, by, acts)
				for _, x := range sums {
					got[group{x.Act, x.Channel, x.Group, x.Bucket}] += x.N
				}
				return err
			})
			if !maps.Equal(got, want) {
				rt.Fatalf("%+v by %v: %v, want %v", in, by, got, want)
			}
		}))
	})
}

// TestWhatIsBehindACountIsAllOfItOnceTheNewestDayFirst goes through all pages of counts of places of every level.
func TestWhatIsBehindACountIsAllOfItOnceTheNewestDayFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		for i := range 400 {
			l.offset.Store(int64(rand.IntN(70)) * int64(24*time.Hour))
			actor := atDesk
			actor.Channel = []civic.Channel{civic.ChannelDesk, civic.ChannelPhone}[i%2]
			auth := civic.Mint(civic.BasisRole, "r", elder, []civic.Division{"14", "140105", "140105001", "1402", "33"}[rand.IntN(5)], "")
			ev := served("x")
			if i%3 == 0 {
				ev = waited(7)
			}
			if err := record(l.Journal, actor, auth, ev); err != nil {
				t.Fatal(err)
			}
		}
		l.seal(t)
		l.act(t, waited(1)) // unsealed: in no figure yet
		auth := civic.Mint(civic.BasisRole, "r", elder, "", "")
		acts := []journal.Act{actServed, actWaited}
		for _, where := range []civic.Division{"", "14", "1401", "140105", "140105001", "15"} {
			for _, channels := range [][]civic.Channel{nil, {civic.ChannelPhone}} {
				in := journal.Span{Division: where, From: "2026-03-10", To: "2026-04-20"}
				l.look(t, func(v *journal.View) error {
					sums, err := journal.Sums(v, in, journal.ByDay, acts)
					var want int64
					for _, x := range sums {
						if x.Bucket < 0 && (channels == nil || x.Channel == channels[0]) {
							want += x.N
						}
					}
					seen, last, after := map[string]bool{}, "~", ""
					for more := err == nil; more; {
						var some []journal.Entry
						if some, more, err = journal.Behind(v, auth, in, acts, channels, after); err != nil {
							return err
						}
						for _, e := range some {
							key := e.Day + e.ID
							if seen[e.ID] || key >= last || !strings.HasPrefix(string(e.Division), string(where)) || e.Day < in.From || e.Day > in.To {
								t.Errorf("%s of %s comes after %s", e.ID, key, last)
							}
							seen[e.ID], last, after = true, key, e.ID
						}
					}
					if int64(len(seen)) != want {
						t.Errorf("%q %v: %d entries behind %d", where, channels, len(seen), want)
					}
					return err
				})
			}
		}
	})
}
