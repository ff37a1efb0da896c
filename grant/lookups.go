package grant

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// LookupsSpent is a member of staff having had all the look-ups by a whole number of an
// hour or a day.
type LookupsSpent struct {
	At    time.Time
	Staff civic.StaffID
	By    string // their name
}

// LookupsSpent lists who has had all their look-ups lately in a division, newest first: for
// supervisors, who ask what the numbers were looked up for.
func (s *Service) LookupsSpent(ctx context.Context, actor civic.Actor, in civic.Division) ([]LookupsSpent, error) {
	var out []LookupsSpent
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayReviewAccess, Division: in, Look: true}); err != nil {
			return err
		}
		if err := v.Select(&out, `SELECT e.at, e.operator_id AS staff FROM journal_about a JOIN journal_entry e ON e.id = a.entry
			WHERE a.id >= $1 AND a.id < $2 AND e.act = $3 ORDER BY e.id DESC LIMIT $4`, people.LookupsOf(in), people.LookupsOf(in)+"~", people.ActLookupsSpent, GlassMost); err != nil {
			return err
		}
		var ids []civic.StaffID
		for _, x := range out {
			ids = append(ids, x.Staff)
		}
		names, err := staff.Names(v, ids)
		for i := range out {
			out[i].By = names[out[i].Staff]
		}
		return err
	})
	return out, err
}
