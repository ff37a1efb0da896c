package booking

import (
	"cmp"
	"context"
	"slices"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/place"
)

// Proof is what the public may know of how an office kept its places.
type Proof struct {
	Office   place.Office
	From, To string // days, included
	Rows     []ProofRow
	Duty     string // the clause and what it asks for, "" where there is none
}

// ProofRow is one pool of one resource over the days: how many places were kept, who
// used them, and what became of the rest.
type ProofRow struct {
	What     string // the doctor, hall or class
	Resource string
	Pool     string
	Words    string // the pool, for people
	Kept     bool
	Quota    int // places of the sessions so far
	Own      int // used by those they are kept for
	Lent     int // used by others after their time, or borrowed
	Released int // unused when their time came
	Why      string
	Unused   int // used by nobody; still to be had while the sessions last
}

// proofDays is how many days a proof covers at most.
const proofDays = 93

// Prove shows, for the days from, to included, what an office kept, what was used, what
// was released and why. It is public.
func (s *Service) Prove(ctx context.Context, office civic.OfficeID, from, to string) (*Proof, error) {
	p := &Proof{From: from, To: to}
	err := s.j.Look(ctx, civic.System("booking"), func(v *journal.View) error {
		if err := parseSpan(from, to, proofDays); err != nil {
			return err
		}
		var err error
		if p.Office, err = place.Read(v, office); err != nil {
			return err
		}
		var sums []struct {
			Resource, Plan, Pool  string
			Kept                  bool
			Quota, Used, Released int
		}
		if err := v.Select(&sums, `SELECT s.resource, s.plan, p.pool, p.kept, CAST(SUM(p.quota) AS BIGINT) AS quota, CAST(SUM(p.used) AS BIGINT) AS used, CAST(SUM(COALESCE(p.released, 0)) AS BIGINT) AS released
			FROM booking_session s JOIN booking_pool p ON p.office = s.office AND p.session = s.id
			WHERE s.office = $1 AND s.day >= $2 AND s.day <= $3 AND s.state = 'open' GROUP BY s.resource, s.plan, p.pool, p.kept`, office, from, to); err != nil {
			return err
		}
		var lent []struct {
			Resource, Pool string
			N              int
		}
		if err := v.Select(&lent, `SELECT resource, pool, COUNT(*) AS n FROM booking WHERE office = $1 AND day >= $2 AND day <= $3 AND cause IN ('released', 'borrowed') AND state NOT IN ('cancelled', 'called_off') GROUP BY resource, pool`, office, from, to); err != nil {
			return err
		}
		rs, err := resourcesOf(v, office)
		if err != nil {
			return err
		}
		names := map[string]string{}
		for _, r := range rs {
			names[r.ID] = r.Named()
			if rule, ok := shareFor(r.Kind, p.Office.Division, from); ok && p.Duty == "" {
				p.Duty = rule.Clause + "：" + rule.Source
			}
		}
		for _, x := range sums {
			plan, err := s.plan(v, x.Plan)
			if err != nil {
				return err
			}
			row := ProofRow{What: names[x.Resource], Resource: x.Resource, Pool: x.Pool, Words: plan.pool(x.Pool).Words, Kept: x.Kept, Quota: x.Quota, Own: x.Used, Released: x.Released, Unused: x.Quota - x.Used}
			if r := plan.pool(x.Pool).Release; r != nil {
				row.Why = r.Why
			}
			for _, l := range lent {
				if l.Resource == x.Resource && l.Pool == x.Pool {
					row.Lent, row.Own = l.N, row.Own-l.N
				}
			}
			p.Rows = append(p.Rows, row)
		}
		slices.SortFunc(p.Rows, func(a, b ProofRow) int {
			kept := func(r ProofRow) int {
				if r.Kept {
					return 0
				}
				return 1
			}
			return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Resource, b.Resource), cmp.Compare(kept(a), kept(b)), cmp.Compare(a.Pool, b.Pool))
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}
