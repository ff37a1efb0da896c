package staff

import (
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
)

// coveringMost bounds among how many members a matter is shared out.
const coveringMost = 50

// Covering lists the active members who have a role where somebody lives, those of
// the narrowest division only: the street's grid worker before the district's. Who is among not does not count,
// so that where a district has nobody else, the city's are listed.
func Covering(q db.Q, role Role, home civic.Division, not ...civic.StaffID) ([]civic.StaffID, error) {
	var above []civic.Division
	for _, n := range []int{12, 9, 6, 4, 2} {
		if len(home) >= n {
			above = append(above, home[:n])
		}
	}
	for _, d := range above {
		var ids []civic.StaffID
		if err := q.Select(&ids, `SELECT s.id FROM staff s JOIN staff_role r ON r.staff = s.id WHERE s.state = 'active' AND r.role = $1 AND r.division = $2 ORDER BY s.id LIMIT $3`,
			role, d, coveringMost+len(not)); err != nil {
			return nil, err
		}
		ids = slices.DeleteFunc(ids, func(id civic.StaffID) bool { return slices.Contains(not, id) })
		if len(ids) > 0 {
			return ids[:min(len(ids), coveringMost)], nil
		}
	}
	return nil, nil
}
