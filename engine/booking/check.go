package booking

import (
	"fmt"
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

// CheckedActs lists the acts after which an office may keep enough places or too few.
func CheckedActs() []journal.Act { return []journal.Act{ActPublished, ActDay, ActPlaces, ActAllotted} }

// checkDays is how many days ahead sessions are held to the shares that must be kept.
const checkDays = 30

// Rules lists what the engine can find.
func (s *Service) Rules() []civic.Rule {
	out := make([]civic.Rule, len(rules.Findings))
	for i, f := range rules.Findings {
		out[i] = f.Rule
	}
	return out
}

// Check holds the sessions of the next days to the shares that must be kept: a rule
// may have been made stricter since they were planned.
func (s *Service) Check(q db.Q, at time.Time, in civic.Scope) ([]civic.Finding, error) {
	if len(in.Offices) == 0 {
		return nil, nil
	}
	var rows []struct {
		Office       civic.OfficeID
		Kind         string
		Quota, Saved int
	}
	n := len(in.Offices)
	if err := q.Select(&rows, `SELECT s.office, s.kind, CAST(SUM(p.quota) AS BIGINT) AS quota, CAST(SUM(CASE WHEN p.kept THEN p.quota ELSE 0 END) AS BIGINT) AS saved
		FROM booking_session s JOIN booking_pool p ON p.office = s.office AND p.session = s.id
		WHERE s.office IN `+db.In(1, n)+` AND s.day >= $`+strconv.Itoa(n+1)+` AND s.day <= $`+strconv.Itoa(n+2)+` AND s.state = 'open' AND p.pool <> 'extra'
		GROUP BY s.office, s.kind ORDER BY s.office, s.kind`,
		append(db.Args(in.Offices), dayOf(at), dayOf(at.AddDate(0, 0, checkDays)))...); err != nil {
		return nil, err
	}
	var out []civic.Finding
	for _, r := range rows {
		o, err := place.Read(q, r.Office)
		if err != nil {
			return nil, err
		}
		rule, ok := shareFor(r.Kind, o.Division, dayOf(at))
		if !ok || r.Quota == 0 || r.Saved*100 >= rule.Least*r.Quota {
			continue
		}
		for _, f := range rules.Findings {
			if f.Kind == r.Kind {
				out = append(out, civic.Finding{Rule: f.Code, Subject: civic.Subject{Kind: civic.SubjectOffice, ID: string(o.ID)}, Division: o.Division, Office: o.ID,
					Say: fmt.Sprintf("今后%d天的%d个号里只留了%d个%s，按%s至少要留百分之%d。", checkDays, r.Quota, r.Saved, rule.Say, rule.Clause, rule.Least)})
			}
		}
	}
	return out, nil
}
