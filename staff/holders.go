package staff

import (
	"yinqiao/civic"
	"yinqiao/db"
)

// Answering names who answers for something: members of the office in the role, or if
// it has none the administrators in whose division it lies, the narrowest first. At
// most three; none where nobody holds either.
func Answering(q db.Q, role Role, office civic.OfficeID, in civic.Division) ([]Member, error) {
	if office != "" {
		ms, err := holders(q, `s.office = $1 AND r.role = $2`, office, role)
		if err != nil || len(ms) > 0 {
			return ms, err
		}
	}
	args := []any{Administrator}
	for n := len(in); n > 0; n-- {
		args = append(args, in[:n])
	}
	if len(args) == 1 {
		return nil, nil
	}
	return holders(q, `r.role = $1 AND r.division IN `+db.In(2, len(args)-1), args...)
}

func holders(q db.Q, where string, args ...any) ([]Member, error) {
	var rows []struct {
		ID       civic.StaffID
		Name     string
		Office   civic.OfficeID
		Role     Role
		Division civic.Division
	}
	if err := q.Select(&rows, `SELECT s.id, s.name, s.office, r.role, r.division FROM staff s JOIN staff_role r ON r.staff = s.id
		WHERE s.state = 'active' AND `+where+` ORDER BY length(r.division) DESC, s.id LIMIT 3`, args...); err != nil {
		return nil, err
	}
	out := make([]Member, 0, len(rows))
	for _, r := range rows {
		out = append(out, Member{ID: r.ID, Name: r.Name, Office: r.Office, State: "active", Roles: []Post{{r.Role, r.Division}}})
	}
	return out, nil
}
