package app

import (
	"fmt"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/ledger"
	"yinqiao/place"
	"yinqiao/staff"
)

// adminOffice opens an office. The command line acts as the platform itself:
// whoever runs it has the keys and the database anyway.
func (r runner) adminOffice() error {
	c := r.c.Admin.Office
	return r.with(c.where, func(a *App) error {
		if err := a.Prepare(r.ctx); err != nil {
			return err
		}
		id, err := a.Place.Open(r.ctx, civic.System("admin-office"), place.Office{Kind: c.Kind, Name: c.Name,
			Division: civic.Division(c.Division), Address: c.Address, Phone: c.Phone, Hours: c.Hours})
		if err == nil {
			fmt.Fprintf(r.out, "office: %s\n", id)
		}
		return err
	})
}

var errNoOffice = civic.E(civic.NotFound, "admin.office", "这个区划里没有这个名称的单位，请先用 admin office 建立。(no office of that name in that division: open it with admin office)")

// adminStaff enters a member of staff and prints, once, what they need to sign in.
func (r runner) adminStaff() error {
	c := r.c.Admin.Staff
	return r.with(c.where, func(a *App) error {
		var ids []civic.OfficeID
		if err := a.Journal.Look(r.ctx, civic.System("admin-staff"), func(v *journal.View) error {
			return v.Select(&ids, `SELECT id FROM office WHERE name = $1 AND division = $2 ORDER BY id LIMIT 1`, c.Office, c.Division)
		}); err != nil {
			return err
		}
		if len(ids) == 0 {
			return errNoOffice
		}
		h, err := a.Staff.Hire(r.ctx, civic.System("admin-staff"), staff.Hire{Login: c.Login, Name: c.Name, Office: ids[0],
			Posts: []staff.Post{{Role: staff.Role(c.Role), Division: civic.Division(c.Division)}}})
		if err != nil {
			return err
		}
		r.showOnce(c.Login, h)
		return nil
	})
}

func (r runner) showOnce(login string, h staff.Hired) {
	fmt.Fprintf(r.out, "login:         %s\npassword:      %s\nauthenticator: %s\nThese are shown once. Sign in at /desk/sign-in.\n", login, h.Password, h.TOTPURL)
}

// ledgerImport reads a policy document and shows its measures.
func (r runner) ledgerImport() error {
	c := r.c.Ledger.Import
	p, err := ledger.ReadFile(r.ctx, c.File)
	if err != nil {
		return say(err)
	}
	out, err := ledger.Render(p, c.Format)
	if err != nil {
		return say(err)
	}
	_, err = r.out.Write(out)
	return err
}
