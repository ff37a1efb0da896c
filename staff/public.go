package staff

import (
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
)

// Public is what everybody may know of a member of staff, who acts in office:
// also of one who has left.
type Public struct {
	Name   string
	Office civic.OfficeID
	Role   Role // the first by the order of Roles; "" when they have none any more
}

// ReadPublic returns what everybody may know of a member; nothing of an unknown.
func ReadPublic(q db.Q, id civic.StaffID) (Public, error) {
	var rows []struct {
		Name   string
		Office civic.OfficeID
		Role   *Role
	}
	if err := q.Select(&rows, `SELECT s.name, s.office, r.role FROM staff s LEFT JOIN staff_role r ON r.staff = s.id WHERE s.id = $1 ORDER BY r.role`, id); err != nil || len(rows) == 0 {
		return Public{}, err
	}
	p := Public{Name: rows[0].Name, Office: rows[0].Office}
	at := len(Roles)
	for _, r := range rows {
		if r.Role == nil {
			continue
		}
		if i := slices.Index(Roles, *r.Role); i >= 0 && i < at {
			at, p.Role = i, *r.Role
		}
	}
	return p, nil
}
