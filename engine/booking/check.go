package booking

import (
	"context"
	"fmt"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/place"
)

// Check holds the sessions of the next days to the shares that must be kept: a rule
// may have been made stricter since they were planned.
func (s *Service) Check(ctx context.Context) ([]civic.Finding, error) {
	var out []civic.Finding
	err := s.j.Look(ctx, civic.System("booking.check"), func(v *journal.View) error {
		var rows []struct {
			Office       civic.OfficeID
			Kind         string
			Quota, Saved int
		}
		if err := v.Select(&rows, `SELECT s.office, s.kind, CAST(SUM(p.quota) AS BIGINT) AS quota, CAST(SUM(CASE WHEN p.kept THEN p.quota ELSE 0 END) AS BIGINT) AS saved
			FROM booking_session s JOIN booking_pool p ON p.office = s.office AND p.session = s.id
			WHERE s.day >= $1 AND s.day <= $2 AND s.state = 'open' AND p.pool <> 'extra' GROUP BY s.office, s.kind ORDER BY s.office, s.kind`,
			dayOf(v.Now), dayOf(v.Now.AddDate(0, 0, 30))); err != nil {
			return err
		}
		for _, r := range rows {
			o, err := place.Read(v, r.Office)
			if err != nil {
				return err
			}
			rule, ok := shareFor(r.Kind, o.Division, dayOf(v.Now))
			if !ok || r.Quota == 0 || r.Saved*100 >= rule.Least*r.Quota {
				continue
			}
			out = append(out, civic.Finding{Rule: "booking.shares", Clause: rule.Clause, Division: o.Division, Office: o.ID, Since: v.Now,
				Say: fmt.Sprintf("%s今后30天的%d个号里只留了%d个%s，按%s至少要留百分之%d。把预留的比例加上去，重新放号。", o.Name, r.Quota, r.Saved, rule.Say, rule.Clause, rule.Least)})
		}
		return nil
	})
	return out, err
}
