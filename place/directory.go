package place

import (
	"context"

	"yinqiao/civic"
	"yinqiao/journal"
)

// DirectoryMost bounds a page of the directory.
const DirectoryMost = 200

// Directory lists the places that serve the public, by ID, after the last of the page
// before. What places there are is public.
func (s *Service) Directory(ctx context.Context, after civic.OfficeID, most int) ([]Office, error) {
	if most < 1 || most > DirectoryMost {
		most = DirectoryMost
	}
	var rows []officeRow
	err := s.j.Look(ctx, civic.System("place"), func(v *journal.View) error {
		return v.Select(&rows, `SELECT `+officeColumns+` FROM office WHERE shut = '' AND id > $1 ORDER BY id LIMIT $2`, after, most)
	})
	return offices(rows), err
}
