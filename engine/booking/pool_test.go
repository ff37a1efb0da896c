package booking_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

func TestThePlansOfThisReleaseAreRightAndShareOutEveryPlace(t *testing.T) {
	t.Parallel()
	for _, p := range booking.Plans() {
		if err := p.Check(); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		for n := range 300 {
			sum := 0
			for _, q := range p.Split(n) {
				if sum += q; q < 0 {
					t.Fatalf("%s: %d places: %v", p.Name, n, p.Split(n))
				}
			}
			if sum != n {
				t.Fatalf("%s shares %d of %d places out", p.Name, sum, n)
			}
		}
	}
}

func TestAPlanThatSaysTooLittleIsRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(p *booking.Plan){
		"no rest":                func(p *booking.Plan) { p.Pools = p.Pools[:2] },
		"two with the rest":      func(p *booking.Plan) { p.Pools[0].Places, p.Pools[0].Rest = 0, true },
		"more than all":          func(p *booking.Plan) { p.Pools[0].Places, p.Pools[0].Share = 0, 101 },
		"a twin":                 func(p *booking.Plan) { p.Pools[1].Code = "window" },
		"the doctor's own":       func(p *booking.Plan) { p.Pools[1].Code = "extra" },
		"a release without why":  func(p *booking.Plan) { p.Pools[0].Release.Why = "" },
		"released to nobody":     func(p *booking.Plan) { p.Pools[0].Release.To = []string{"other"} },
		"borrowed from nowhere":  func(p *booking.Plan) { p.Pools[1].Borrow[0].From = "other" },
		"no source":              func(p *booking.Plan) { p.Source = "" },
		"borrowed from itself":   func(p *booking.Plan) { p.Pools[1].Borrow[0].From = "elder" },
		"a share and a number":   func(p *booking.Plan) { p.Pools[0].Share = 5 },
		"a pool without a label": func(p *booking.Plan) { p.Pools[0].Words = "" },
	} {
		p := tenPlan()
		if p.Check() != nil {
			t.Fatal("the plan itself is refused")
		}
		spoil(p)
		if err := p.Check(); civic.KindOf(err) != civic.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whoever draws, the ways lead to pools of the plan, each own pool before what is
// released, and what is borrowed last; nobody is led to a pool that neither they may
// draw from, nor is released to them, nor lends to one of theirs.
func TestWaysLeadOnlyWhereThePlanSays(t *testing.T) {
	t.Parallel()
	starts := time.Date(2026, 11, 24, 14, 0, 0, 0, civic.Shanghai)
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(booking.Plans()).Draw(t, "plan")
		d := booking.Drawer{Channel: rapid.SampledFrom([]civic.Channel{civic.ChannelDesk, civic.ChannelElder, civic.ChannelPhone}).Draw(t, "channel"),
			Age: rapid.IntRange(-1, 100).Draw(t, "age"), AtKind: rapid.SampledFrom([]string{"", "clinic", "hospital"}).Draw(t, "at"),
			Office: civic.OfficeID(rapid.SampledFrom([]string{"", "here", "there"}).Draw(t, "office")), Now: starts.Add(-time.Duration(rapid.IntRange(0, 72).Draw(t, "hours")) * time.Hour)}
		ways := p.Ways(d, "here", starts)
		order := map[booking.Cause]int{booking.Own: 0, booking.Released: 1, booking.Borrowed: 2}
		last, own := 0, []string{}
		for _, w := range ways {
			if order[w.Cause] < last {
				t.Fatalf("%+v", ways)
			}
			last = order[w.Cause]
			i := slices.IndexFunc(p.Pools, func(x booking.Pool) bool { return x.Code == w.Pool })
			as := slices.IndexFunc(p.Pools, func(x booking.Pool) bool { return x.Code == w.As })
			switch {
			case i < 0 || as < 0:
				t.Fatalf("no such pool: %+v", w)
			case w.Cause == booking.Own:
				own = append(own, w.Pool)
			case !slices.Contains(own, w.As):
				t.Fatalf("%+v draws on a right that they have not", w)
			case w.Cause == booking.Released && (p.Pools[i].Release == nil || len(p.Pools[i].Release.To) > 0 && !slices.Contains(p.Pools[i].Release.To, w.As)):
				t.Fatalf("%+v is not released to them", w)
			case w.Cause == booking.Borrowed && !slices.ContainsFunc(p.Pools[as].Borrow, func(l booking.Loan) bool { return l.From == w.Pool && l.Keep == w.Keep }):
				t.Fatalf("%+v is not lent to them", w)
			}
			if w.Pool == "window" && w.Cause == booking.Own && d.Channel != civic.ChannelDesk {
				t.Fatalf("%s drew from the window", d.Channel)
			}
		}
	})
}
