package app

import (
	"context"
	"errors"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

// firstOffice finds the first administrator's office by its name, or opens it.
func (a *App) firstOffice(ctx context.Context, in civic.Division, name string) (civic.OfficeID, error) {
	var id civic.OfficeID
	err := a.Journal.Look(ctx, civic.System("admin-first"), func(v *journal.View) error {
		return v.Get(&id, `SELECT id FROM office WHERE name = $1 AND division = $2 ORDER BY id LIMIT 1`, name, in)
	})
	if errors.Is(err, db.ErrNoRows) {
		return a.Place.Open(ctx, civic.System("admin-first"), place.Office{Kind: "platform", Name: name, Division: in})
	}
	return id, err
}
