package indicator_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/ledger/indicator"
)

var ctx = context.Background()

func ok(t apptest.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// raw counts sealed acts from the entries themselves.
func raw(t apptest.TB, w *apptest.World, in journal.Span, acts []journal.Act, by string) int64 {
	t.Helper()
	n := 0
	for _, act := range acts {
		where := ""
		switch by {
		case "offline":
			where = ` AND channel IN ('desk', 'field', 'phone', 'kiosk', 'tv')`
		case "people":
			where = ` AND channel <> 'system'`
		}
		n += w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE batch IS NOT NULL AND act = $1 AND day >= $2 AND day <= $3 AND division >= $4 AND division < $5`+where,
			act, in.From, in.To, in.Division, string(in.Division)+"~")
	}
	return int64(n)
}

func TestFiguresEqualARecountFromTheRawJournal(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Open(t, a.Clerk, a.Elder)
		rounds := 0
		rapid.Check(t, func(rt *rapid.T) {
			if rounds++; rounds > 6 {
				return
			}
			for range rapid.IntRange(1, 4).Draw(rt, "matters") {
				in := rapid.SampledFrom([]*apptest.District{w.Taiyuan, w.Xihu}).Draw(rt, "where")
				rc := w.ReportPost(rt, in)
				w.Clock.Add(time.Duration(rapid.IntRange(1, 40).Draw(rt, "hours")) * time.Hour)
				if rapid.Bool().Draw(rt, "done") {
					ok(rt, w.Casework.Take(ctx, in.HospitalClerk, rc.Request))
					ok(rt, w.Casework.Resolve(ctx, in.HospitalClerk, rc.Request, "寄了，单号 SF0001。"))
					ok(rt, w.Casework.Confirm(ctx, apptest.AsPerson(in.Elder), rc.Request, rapid.Bool().Draw(rt, "solved")))
				}
				w.Tell(rt)
			}
			if rapid.Bool().Draw(rt, "sealed") {
				ok(rt, w.Journal.SealAll(ctx))
			}
			div := rapid.SampledFrom([]civic.Division{"14", a.Division, a.Street}).Draw(rt, "division")
			b, err := w.Figures.Board(ctx, apptest.System(), indicator.Ask{Division: div})
			ok(rt, err)
			// The same over many months, which are told by month and not by day.
			last, err := time.Parse(time.DateOnly, b.Span.To)
			ok(rt, err)
			year, err := w.Figures.Board(ctx, apptest.System(), indicator.Ask{Division: div, From: last.AddDate(0, 0, -rapid.IntRange(92, 300).Draw(rt, "back")).Format(time.DateOnly)})
			ok(rt, err)
			for i, f := range b.Figures {
				if y := year.Figures[i]; y.N < f.N || len(y.Steps) > 11 || len(y.Steps) < 4 {
					rt.Fatalf("%s: %d since %s in %d steps, and %d since %s", f.Figure.Of.Code, y.N, year.Span.From, len(y.Steps), f.N, b.Span.From)
				}
				def := f.Figure.Of
				switch {
				case def.Count != nil:
					if n, of := raw(rt, w, b.Span, def.Count.Acts, def.Count.By), raw(rt, w, b.Span, def.Of.Acts, def.Of.By); f.N != n || f.Out != of {
						rt.Fatalf("%s in %s: %d of %d, and the journal has %d of %d", def.Code, div, f.N, f.Out, n, of)
					}
				case def.Number != nil:
					if n := raw(rt, w, b.Span, def.Number.Acts, ""); f.N != n {
						rt.Fatalf("%s in %s: %d, and the journal has %d", def.Code, div, f.N, n)
					}
				}
				var days int64
				for _, p := range f.Steps {
					days += p.N
				}
				if days != f.N {
					rt.Fatalf("%s: its days sum to %d, not %d", def.Code, days, f.N)
				}
				detail, err := w.Figures.Detail(ctx, apptest.System(), def.Code, indicator.Ask{Division: div})
				ok(rt, err)
				var parts int64
				for _, p := range detail.Divisions {
					parts += p.N
				}
				if parts != f.N {
					rt.Fatalf("%s: its divisions sum to %d, not %d", def.Code, parts, f.N)
				}
				listed, before := int64(0), ""
				for more := true; more; {
					var list []indicator.Behind
					_, list, more, err = w.Figures.Behind(ctx, apptest.System(), def.Code, indicator.Ask{Division: div}, false, before)
					ok(rt, err)
					listed += int64(len(list))
					if more {
						before = list[len(list)-1].ID
					}
				}
				if def.Wait == nil && listed != f.N {
					rt.Fatalf("%s: %d entries are behind a figure of %d", def.Code, listed, f.N)
				}
			}
		})
	})
}

func TestFiguresAreSeenByThoseWhoSuperviseThereAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		if _, err := w.Figures.Board(ctx, a.Supervisor, indicator.Ask{Division: a.Division}); err != nil {
			t.Error(err)
		}
		for who, actor := range map[string]civic.Actor{"a clerk": a.Clerk, "another district": w.Xihu.Supervisor, "the elder": apptest.AsPerson(a.Elder)} {
			ask := indicator.Ask{Division: a.Division}
			_, err := w.Figures.Board(ctx, actor, ask)
			_, e2 := w.Figures.Detail(ctx, actor, "overdue", ask)
			_, _, _, e3 := w.Figures.Behind(ctx, actor, "overdue", ask, false, "")
			for _, err := range []error{err, e2, e3} {
				if !civic.Is(err, civic.Denied) {
					t.Errorf("%s: %v", who, err)
				}
			}
		}
		for _, ask := range []indicator.Ask{{From: "2026-13-01"}, {From: "2026-11-02", To: "2026-11-01"}, {From: "2020-01-01", To: "2026-01-01"}, {To: "x"}} {
			ask.Division = a.Division
			if _, err := w.Figures.Board(ctx, a.Supervisor, ask); !civic.Is(err, civic.Invalid) {
				t.Errorf("%+v: %v", ask, err)
			}
		}
		if _, err := w.Figures.Detail(ctx, a.Supervisor, "nothing", indicator.Ask{Division: a.Division}); !civic.Is(err, civic.NotFound) {
			t.Error(err)
		}
	})
}
