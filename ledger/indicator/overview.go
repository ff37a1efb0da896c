package indicator

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
)

// Overview is the figures that are looked at first, of a division and of those of the level
// below beside each other.
type Overview struct {
	Span    journal.Span
	AsOf    time.Time // when what they count was sealed last; zero for never
	Figures []Trend
	League  []Standing
}

// Standing is how one division of the level below does.
type Standing struct {
	Division civic.Division
	Figures  []Figure // in the order of the overview's
}

// Overview makes them by two sums of the tallies. It needs figures.see in the division.
func (s *Service) Overview(ctx context.Context, actor civic.Actor, ask Ask) (Overview, error) {
	var out Overview
	err := s.look(ctx, actor, ask, func(v *journal.View, _ civic.Authority, in journal.Span) error {
		var ds []*Definition
		var acts []journal.Act
		for _, code := range rules.Overview {
			d := find(code)
			ds, acts = append(ds, d), append(acts, d.acts()...)
		}
		slices.Sort(acts)
		acts = slices.Compact(acts)
		steps, err := journal.Sums(v, in, stepsOf(in), acts)
		if err != nil {
			return err
		}
		where, err := journal.Sums(v, in, journal.ByDivision, acts)
		if err != nil {
			return err
		}
		out = Overview{Span: in}
		for _, d := range ds {
			out.Figures = append(out.Figures, trend(in, d, steps))
		}
		by := map[string][]journal.Sum{}
		for _, x := range where {
			by[x.Group] = append(by[x.Group], x)
		}
		for code, some := range by {
			st := Standing{Division: civic.Division(code)}
			for _, d := range ds {
				st.Figures = append(st.Figures, figureOf(d, d.among(some)))
			}
			out.League = append(out.League, st)
		}
		slices.SortFunc(out.League, func(a, b Standing) int { return cmp.Compare(a.Division, b.Division) })
		out.AsOf, err = journal.SealedAt(v)
		return err
	})
	return out, err
}

// among are the sums that the definition counts.
func (d *Definition) among(sums []journal.Sum) []journal.Sum {
	var own []journal.Sum
	for _, x := range sums {
		if d.counts(x) {
			own = append(own, x)
		}
	}
	return own
}
