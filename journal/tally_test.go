package journal_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
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
		if _, err := d.Pool().Exec(`DELETE FROM journal_tally`); err != nil {
			t.Fatal(err)
		}
		if r, err = l.Retally(context.Background()); err != nil || r.Different != len(was) || r.Rows != len(was) {
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
		} {
			res, err := d.Pool().Exec(q)
			if err != nil {
				t.Fatal(err)
			}
			if n, _ := res.RowsAffected(); n != 1 {
				t.Fatalf("%d rows: %s", n, q)
			}
		}
		for _, want := range []int{4, 0} {
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
