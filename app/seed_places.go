package app

import (
	"context"
	"fmt"
	"time"

	"yinqiao/app/demo"
	"yinqiao/civic"
	"yinqiao/place"
)

// seedPlaces enters the other places of the demonstration. Few of them have staff.
func (a *App) seedPlaces(ctx context.Context) ([]seat, error) {
	var seats []seat
	for _, p := range demo.Places() {
		id, err := a.Place.Open(ctx, civic.System("demo"), place.Office{Kind: p.Kind, Name: p.Name, Division: p.Division, Village: p.Village,
			Address: p.Address, Landmark: p.Landmark, Phone: p.Phone, Hours: p.Hours, Can: p.Can, Cannot: p.Cannot})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		if err := a.furnish(ctx, id, p.Furnishing); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		seats = append(seats, seat{p.Kind, id, p.Division})
	}
	return seats, nil
}

// furnish enters what a place of the demonstration has and lacks, and its windows.
func (a *App) furnish(ctx context.Context, id civic.OfficeID, f demo.Furnishing) error {
	sys := civic.System("demo")
	said := map[string]place.Presence{}
	for _, x := range f.Has {
		said[x] = place.Present
	}
	for _, x := range f.Lacks {
		said[x] = place.Absent
	}
	if len(said) > 0 {
		if err := a.Place.SetFeatures(ctx, sys, id, said); err != nil {
			return err
		}
	}
	for _, w := range f.Windows {
		window, err := a.Place.AddWindow(ctx, sys, id, place.Window{Name: w.Name, Serves: w.Serves, Kind: place.WindowKind(w.Kind)})
		if err != nil {
			return err
		}
		if w.Shut != "" {
			until := a.Journal.Now().Add(3 * time.Hour)
			if err := a.Place.CloseWindow(ctx, sys, id, window, w.Shut, &until); err != nil {
				return err
			}
		}
	}
	return nil
}
