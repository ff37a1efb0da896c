package casework

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
	"yinqiao/staff"
)

// working is the condition under which a member m, in a role r, at an office o, works
// its cases: the role allows it, in a division round the office.
func working(first int) (cond string, args []any) {
	roles := staff.RolesThat(civic.MayWorkCases)
	return `m.state = 'active' AND o.division >= r.division AND o.division < r.division || '~' AND r.role IN ` + db.In(first, len(roles)), db.Args(roles)
}

// workers lists who may work the cases of an office.
func workers(q db.Q, office civic.OfficeID) ([]civic.StaffID, error) {
	cond, args := working(2)
	var rows []struct{ ID civic.StaffID }
	err := q.Select(&rows, `SELECT DISTINCT m.id FROM office o JOIN staff m ON m.office = o.id JOIN staff_role r ON r.staff = m.id WHERE o.id = $1 AND `+cond+` LIMIT 500`,
		append([]any{office}, args...)...)
	out := make([]civic.StaffID, len(rows))
	for i, r := range rows {
		out[i] = r.ID
	}
	return out, err
}

// manned refuses an office where nobody can work cases.
func manned(q db.Q, office civic.OfficeID) error {
	at, err := workers(q, office)
	if err == nil && len(at) == 0 {
		err = errNobody
	}
	return err
}

// Colleague is somebody of the same office to whom a case may be given.
type Colleague struct {
	ID   civic.StaffID
	Name string
}

// Colleagues lists who else of the office of the member of staff at the controls may
// work its cases, by name; who is away is not among them.
func (s *Service) Colleagues(ctx context.Context, actor civic.Actor) ([]Colleague, error) {
	var out []Colleague
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MayWorkCases, Look: true})
		if err != nil {
			return err
		}
		at, err := workers(v, auth.Office())
		if err != nil {
			return err
		}
		away, err := absences(v, auth.Office(), v.Now)
		if err != nil {
			return err
		}
		at = slices.DeleteFunc(at, func(id civic.StaffID) bool {
			return id == actor.Staff() || slices.ContainsFunc(away, func(a Absence) bool { return a.Staff == id && !a.FromAt.After(v.Now) })
		})
		names, err := staff.Names(v, at)
		if err != nil {
			return err
		}
		for _, id := range at {
			out = append(out, Colleague{id, names[id]})
		}
		slices.SortFunc(out, func(a, b Colleague) int {
			return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(string(a.ID), string(b.ID)))
		})
		return nil
	})
	return out, err
}

// Elsewhere lists the offices of the case's city that it could be handed over to: for
// whoever works it, or may redirect it.
func (s *Service) Elsewhere(ctx context.Context, actor civic.Actor, id civic.RequestID) ([]place.Office, error) {
	var out []place.Office
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := v.SignedIn(); err != nil {
			return err
		}
		c, err := read(v, id)
		if err != nil {
			return err
		}
		n, err := officeNeed(v, c)
		if err != nil {
			return err
		}
		if _, err := v.Authorise(n); err != nil {
			if _, admin := v.Authorise(strayNeed(c)); admin != nil {
				return err
			}
		}
		city := c.Division[:min(4, len(c.Division))]
		cond, args := working(4)
		return v.Select(&out, `SELECT DISTINCT o.id, o.kind, o.name, o.division, o.address, o.phone, o.hours FROM office o JOIN staff m ON m.office = o.id
			JOIN staff_role r ON r.staff = m.id WHERE o.division >= $1 AND o.division < $2 AND o.id <> $3 AND `+cond+` ORDER BY o.name, o.id LIMIT 200`,
			append([]any{city, string(city) + "~", c.Office}, args...)...)
	})
	return out, err
}
