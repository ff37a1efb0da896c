package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/ledger/finding"
	"yinqiao/ledger/indicator"
	"yinqiao/ledger/task"
)

// The limits of what a supervisor waits for, in milliseconds, and of a recount as a share of
// what reading its rows costs.
const (
	overviewMost = 300
	behindMost   = 500
	retallyLeast = 0.3
)

// spread is over how many days entries lie.
const spread = 730

// counties are two hundred places in which people are served, of two provinces.
var counties = func() (out []civic.Division) {
	for i := range 200 {
		if province, n := "14", i; i < 117 {
			out = append(out, civic.Division(fmt.Sprintf("%s%02d%02d", province, n%11+1, n/11+5)))
		} else {
			n -= 117
			out = append(out, civic.Division(fmt.Sprintf("33%02d%02d", n%11+1, n/11+5)))
		}
	}
	return out
}()

// supervised are the places whose overview is asked for: provinces, cities and counties.
var supervised = []civic.Division{"14", "33", "14", "1401", "3301", "140105"}

// act is an act that figures count, and whether it has a measure.
type act struct {
	name    journal.Act
	measure bool
}

// counted are the acts that the figures count, with their definitions.
func counted(ctx context.Context, s *indicator.Service) (acts []act, ds []*indicator.Definition, err error) {
	board, err := s.Board(ctx, sys, indicator.Ask{})
	waits := map[journal.Act]bool{}
	var names []journal.Act
	for _, t := range board.Figures {
		ds = append(ds, t.Of)
		for _, c := range parts(t.Of) {
			for _, a := range c.Acts {
				names = append(names, a)
				waits[a] = waits[a] || c == t.Of.Wait
			}
		}
	}
	slices.Sort(names)
	for _, a := range slices.Compact(names) {
		acts = append(acts, act{a, waits[a]})
	}
	return acts, ds, err
}

// parts are what a figure counts.
func parts(d *indicator.Definition) []*indicator.Counted {
	return slices.DeleteFunc([]*indicator.Counted{d.Count, d.Of, d.Number, d.Wait}, func(c *indicator.Counted) bool { return c == nil })
}

// entries are n sealed acts of two years: some acts, ways and places have many times as many
// as others. They have no details and are about nobody: figures read neither.
func entries(n int, acts []act) table {
	rnd := rand.New(rand.NewPCG(1, uint64(n)))
	which, where := rand.NewZipf(rnd, 1.3, 4, uint64(len(acts)-1)), rand.NewZipf(rnd, 1.1, 40, uint64(len(counties)-1))
	ways := []civic.Channel{civic.ChannelDesk, civic.ChannelDesk, civic.ChannelDesk, civic.ChannelPhone, civic.ChannelPhone, civic.ChannelElder, civic.ChannelFamily, civic.ChannelKiosk, civic.ChannelField, civic.ChannelTV}
	begin := time.Now().UTC().AddDate(0, 0, -spread)
	step := spread * 24 * time.Hour / time.Duration(n)
	hash := make([]byte, 32)
	return table{name: "journal_entry", bulk: true, n: n,
		columns: strings.Fields("id at act operator_kind operator_id agent_kind agent_id subject channel device basis basis_ref division office day measure bucket digest hash batch"),
		row: func(i int) ([]any, error) {
			at := begin.Add(time.Duration(i) * step).Truncate(time.Microsecond)
			a := acts[which.Uint64()]
			place := counties[where.Uint64()]
			var measure, bucket any
			if a.measure {
				m := int64(rnd.ExpFloat64() * 600)
				measure, bucket = m, journal.Bucket(m)
			}
			for k := range 4 {
				x := rnd.Uint64()
				for b := range 8 {
					hash[8*k+b] = byte(x >> (8 * b))
				}
			}
			h := hex.EncodeToString(hash)
			id := fmt.Sprintf("%08x-%04x-7%s-a%s-%012x", at.UnixMilli()>>16, at.UnixMilli()&0xffff, h[:3], h[3:6], i)
			return []any{id, at, string(a.name), "staff", h[:36], "", "", h[10:46], string(ways[rnd.IntN(len(ways))]), "", "role", "", string(place), "",
				at.In(civic.Shanghai).Format(time.DateOnly), measure, bucket, h, h, int64(i/500 + 1)}, nil
		}}
}

// plans are the tasks of two hundred places, and what the rules found in them.
func plans(rules []civic.Rule) []table {
	const measures, units = 20, 10
	now := time.Now().UTC().Truncate(time.Microsecond)
	states := []task.State{task.Silent, task.UnderWay, task.Done, task.Accepted, task.Accepted}
	tasks := table{name: "ledger_task", bulk: true, n: len(counties) * measures * units,
		columns: strings.Fields("id policy measure action meeting division unit leads force words due state said late_on done_on urged"),
		row: func(i int) ([]any, error) {
			place, measure, unit := counties[i/(measures*units)], i/units%measures, i%units
			return []any{db.NewID(), "bench", fmt.Sprint("bench-", place[:2], "-", measure), int64(0), "", string(place), fmt.Sprint("单位", unit), unit == 0, "must", "做好这件事",
				now.AddDate(0, 0, i%700-350).Format(time.DateOnly), string(states[i%len(states)]), "", "", "", false}, nil
		}}
	found := table{name: "finding", bulk: true, n: len(counties) * 100,
		columns: strings.Fields("id rule subject_kind subject scope force division office say since due asked asked_by answer answered_by checked_at cleared_at"),
		row: func(i int) ([]any, error) {
			var cleared any
			if i%4 > 0 {
				cleared = now
			}
			return []any{db.NewID(), rules[i%len(rules)].Code, "division", fmt.Sprint(i), fmt.Sprint(i), "must", string(counties[i%len(counties)]), "", "没有做到", now, now.AddDate(0, 0, i%9-4), "", "", "", "", now, cleared}, nil
		}}
	return []table{tasks, found}
}

// overview measures how long a supervisor waits for the overview and for the first page of what is
// behind it, and how fast all figures are counted anew, beside reading the same rows and no more.
func (b *bench) overview(ctx context.Context, e db.Dialect) error {
	m, err := b.million(ctx, e, fmt.Sprintf("figures_%d", b.counted), func(r *rooms) ([]table, error) {
		acts, _, err := counted(ctx, r.figures)
		batch := table{name: "journal_batch", columns: strings.Fields("seq sealed_at entries root head signature"), n: 1,
			row: func(int) ([]any, error) { return []any{int64(b.counted), time.Now().UTC(), int64(0), "", "", ""}, nil }}
		return append(plans(r.findings.Rules()), entries(b.counted, acts), batch), err
	})
	if err != nil {
		return err
	}
	r, err := m.open(ctx, false)
	if err != nil {
		return err
	}
	defer r.close()
	if err := b.retally(ctx, m.store, r); err != nil {
		return err
	}
	_, ds, err := counted(ctx, r.figures)
	if err != nil {
		return err
	}
	bare, err := m.bare(1, false)
	if err != nil {
		return err
	}
	defer bare.Close()
	sum, err := bare.PrepareContext(ctx, `SELECT indicator, channel, bucket, period, SUM(n) FROM journal_sum WHERE scope = $1 AND indicator = $2 AND period >= $3 AND period <= $4 GROUP BY indicator, channel, bucket, period`)
	if err != nil {
		return err
	}
	defer sum.Close()
	today := time.Now().In(civic.Shanghai)
	day := func(back int) string { return today.AddDate(0, 0, -back).Format(time.DateOnly) }
	var ours, peer []float64
	worst := map[string]float64{}
	for i := range b.overviews + 10 {
		in := indicator.Ask{Division: supervised[i%len(supervised)], To: day(0)}
		in.From = day([]int{29, 29, 89, 364}[i/len(supervised)%4])
		took1, err := took(func() error {
			_, err := r.figures.Overview(ctx, sys, in)
			if err == nil {
				_, err = r.tasks.Stand(ctx, sys, in.Division)
			}
			if err == nil {
				_, _, err = r.findings.Count(ctx, sys, in.Division)
			}
			return err
		})
		if err != nil {
			return err
		}
		took2, err := took(func() error {
			for _, d := range ds[:8] {
				if err := drain(sum.QueryContext(ctx, string(in.Division), string(parts(d)[0].Acts[0]), "d"+in.From, "d"+in.To)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if i >= 10 {
			ours, peer = append(ours, took1), append(peer, took2)
			key := fmt.Sprintf("%s_%s", in.Division, in.From)
			worst[key] = max(worst[key], round(took1))
		}
	}
	b.atMost("overview."+string(e), ours, peer, overviewMost, "the sums by day of one act of each of its eight figures, prepared",
		extra{"entries": b.counted, "people": m.People, "divisions": len(counties), "slowest": worst})

	ours, peer = nil, nil
	one, err := bare.PrepareContext(ctx, `SELECT * FROM journal_entry WHERE act = $1 AND day = $2 AND batch IS NOT NULL LIMIT 50`)
	if err != nil {
		return err
	}
	defer one.Close()
	for i := range b.overviews + 10 {
		d := ds[i%len(ds)]
		in := indicator.Ask{Division: counties[rand.IntN(len(counties))], From: day(364), To: day(0)}
		in.Division = in.Division[:2+2*(i%3)]
		took1, err := took(func() error {
			switch i % 8 {
			case 0:
				_, _, err := r.tasks.Tasks(ctx, sys, task.Ask{Division: in.Division})
				return err
			case 1:
				_, _, err := r.findings.List(ctx, sys, finding.Ask{Division: in.Division})
				return err
			case 2:
				_, err := r.figures.Detail(ctx, sys, d.Code, in)
				return err
			}
			_, _, _, err := r.figures.Behind(ctx, sys, d.Code, in, i%2 == 0, "")
			return err
		})
		if err != nil {
			return err
		}
		took2, err := took(func() error {
			return drain(one.QueryContext(ctx, string(parts(d)[0].Acts[0]), day(rand.IntN(300))))
		})
		if err != nil {
			return err
		}
		if i >= 10 {
			ours, peer = append(ours, took1), append(peer, took2)
		}
	}
	b.atMost("behind."+string(e), ours, peer, behindMost, "fifty entries of one act and day by the index, prepared", extra{"entries": b.counted, "slowest_ms": round(slices.Max(ours))})
	return nil
}

// atMost prints how long 95 of 100 waited, beside a limit.
func (b *bench) atMost(name string, ours, peer []float64, most float64, what string, more extra) {
	v, p := quantile(ours, 0.95), quantile(peer, 0.95)
	met := v <= most
	more["asked"], more["p50"], more["p99"] = len(ours), round(quantile(ours, 0.5)), round(quantile(ours, 0.99))
	b.lines.print(line{Name: name, Value: v, Unit: "ms, p95", Peer: what, PeerValue: p, Ratio: v / p, Want: fmt.Sprintf("<= %g ms", most), Met: &met, extra: more})
}

// retally measures a recount of everything: once from nothing, where the store is new, then of
// figures that are right.
func (b *bench) retally(ctx context.Context, s store, r *rooms) error {
	bare, err := s.bare(1, false)
	if err != nil {
		return err
	}
	defer bare.Close()
	first, err := took(func() error { _, err := r.journal.Retally(ctx); return err })
	if err != nil {
		return err
	}
	var got rates
	var out journal.Retallied
	for range 2 {
		ours, err := took(func() (err error) { out, err = r.journal.Retally(ctx); return err })
		if err != nil {
			return err
		}
		peer, err := took(func() error {
			return scan(ctx, bare, `SELECT division, act, day, channel, bucket, measure FROM journal_entry WHERE batch IS NOT NULL`)
		})
		if err != nil {
			return err
		}
		got.ours, got.peer = append(got.ours, float64(b.counted)/ours*1000), append(got.peer, float64(b.counted)/peer*1000)
	}
	if out.Different != 0 {
		return fmt.Errorf("a recount of what was counted differs in %d rows", out.Different)
	}
	b.lines.print(got.against("retally."+string(s.engine), "entries/s", "a bare scan of the same columns of the same rows", retallyLeast, extra{"entries": b.counted, "figures": out.Rows, "from_nothing_s": round(first / 1000)}))
	return nil
}
