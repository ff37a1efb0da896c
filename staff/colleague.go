package staff

import (
	"context"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Colleague is somebody of the same office to whom a case may be given.
type Colleague struct {
	ID   civic.StaffID
	Name string
}

// RolesThat lists the roles that include a permission.
func RolesThat(p civic.Permission) []Role {
	return slices.DeleteFunc(slices.Clone(Roles), func(r Role) bool { return !r.May(p) })
}

// Colleagues lists who else of the office of the member of staff at the controls may
// work cases, by name.
func (s *Service) Colleagues(ctx context.Context, actor civic.Actor) ([]Colleague, error) {
	var out []Colleague
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MayWorkCases, Look: true})
		if err != nil {
			return err
		}
		roles := RolesThat(civic.MayWorkCases)
		return v.Select(&out, `SELECT DISTINCT s.id, s.name FROM staff s JOIN staff_role r ON r.staff = s.id
			WHERE s.office = $1 AND s.state = 'active' AND s.id <> $2 AND r.role IN `+db.In(3, len(roles))+` ORDER BY s.name, s.id LIMIT 200`,
			append([]any{auth.Office(), actor.Staff()}, db.Args(roles)...)...)
	})
	return out, err
}
