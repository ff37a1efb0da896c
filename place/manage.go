package place

import (
	"context"

	"yinqiao/civic"
	"yinqiao/journal"
)

// OfficesEach is how many offices a page of a list holds.
const OfficesEach = 100

// Offices lists the offices of a division and below, the newest first; before is the
// last of the page before, or "". more says that another page follows. It needs
// staff.manage there.
func (s *Service) Offices(ctx context.Context, actor civic.Actor, in civic.Division, before civic.OfficeID) (out []Office, more bool, err error) {
	err = s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayManageStaff, Division: in, Look: true}); err != nil {
			return err
		}
		var rows []officeRow
		err := v.Select(&rows, `SELECT `+officeColumns+` FROM office WHERE division >= $1 AND division < $2 AND (CAST($3 AS TEXT) = '' OR id < $3)
			ORDER BY id DESC LIMIT $4`, in, string(in)+"~", before, OfficesEach+1)
		out = offices(rows)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	if more = len(out) > OfficesEach; more {
		out = out[:OfficesEach]
	}
	return out, more, nil
}

// Find reads one office of a division that the actor manages.
func (s *Service) Find(ctx context.Context, actor civic.Actor, id civic.OfficeID) (Office, error) {
	var o Office
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayManageStaff, Look: true}); err != nil {
			return err
		}
		found, err := Read(v, id)
		if err != nil {
			return err
		}
		if _, err := v.Authorise(civic.Need{Permission: civic.MayManageStaff, Division: found.Division, Look: true}); err != nil {
			return errNoOffice // which offices there are elsewhere is told on the public pages
		}
		o = found
		return nil
	})
	return o, err
}
