package finding

import (
	"context"
	"slices"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/place"
)

// Acts lists the acts of places and services after which React checks again; engines
// that are judged have theirs.
func Acts() []journal.Act { return slices.Concat(place.Acts(), catalog.StateActs()) }

// Recheck is the job that checks an office again when a window of it opens by itself.
type Recheck struct{ Office civic.OfficeID }

// Kind names the job.
func (Recheck) Kind() string { return "finding.recheck" }

// React checks again what acts have touched, in their own transaction: whoever closed
// the last window reads what that breaks on the page that follows.
func (s *Service) React(tx *journal.Tx, done []journal.Done) error {
	in := newScopes()
	for _, d := range done {
		if slices.Contains(catalog.StateActs(), d.Act) {
			where := civic.Division(d.Detail["division"])
			in.divisions[where] = true
			if err := in.county(tx, where); err != nil {
				return err
			}
			continue
		}
		for _, a := range d.About {
			if a.Kind != "office" {
				continue
			}
			in.offices[civic.OfficeID(a.ID)] = true
			if until, err := time.Parse(time.RFC3339, d.Detail["until"]); err == nil {
				if err := tx.Enqueue(Recheck{civic.OfficeID(a.ID)}, until.Add(time.Second)); err != nil {
					return err
				}
			}
		}
		if slices.Contains(place.CountyActs(), d.Act) {
			if err := in.county(tx, civic.Division(d.Detail["division"])); err != nil {
				return err
			}
		}
	}
	_, err := s.settle(tx, in)
	return err
}

// Again does the job of checking an office again.
func (s *Service) Again(ctx context.Context, r Recheck) error {
	return s.resettle(ctx, scopes{offices: map[civic.OfficeID]bool{r.Office: true}})
}

// resettle settles scopes in a write of its own, which may find that all is so already.
func (s *Service) resettle(ctx context.Context, in scopes) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		n, err := s.settle(tx, in)
		if err == nil && n == 0 {
			err = journal.ErrUnchanged
		}
		return err
	})
}
