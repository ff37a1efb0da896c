package app

import (
	"context"
	"errors"
	"fmt"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

func errNoDivision(code civic.Division) error {
	return civic.E(civic.Invalid, "admin.division", fmt.Sprintf("没有代码为“%s”的行政区划。请用 --division 填省、市、县或乡镇街道的代码，例如山西省是 14。"+
		"(there is no division with the code %q; --division takes the code of a province, city, county or street, for example 14)", code, string(code)))
}

// firstOffice finds the first administrator's office by its name, or opens it. Invalid if
// there is no such division.
func (a *App) firstOffice(ctx context.Context, in civic.Division, name string) (civic.OfficeID, error) {
	var id civic.OfficeID
	err := a.Journal.Look(ctx, civic.System("admin-first"), func(v *journal.View) error {
		var code civic.Division
		if err := v.Get(&code, `SELECT code FROM division WHERE code = $1`, in); errors.Is(err, db.ErrNoRows) {
			return errNoDivision(in)
		} else if err != nil {
			return err
		}
		return v.Get(&id, `SELECT id FROM office WHERE name = $1 AND division = $2 ORDER BY id LIMIT 1`, name, in)
	})
	if errors.Is(err, db.ErrNoRows) {
		return a.Place.Open(ctx, civic.System("admin-first"), place.Office{Kind: "platform", Name: name, Division: in})
	}
	return id, err
}
