package place

import (
	"testing"

	"yinqiao/civic"
)

func TestNoTwoDivisionsLieOnOneSquare(t *testing.T) {
	t.Parallel()
	for _, province := range []civic.Division{"14", "33", "31"} {
		var cities []civic.Division
		for _, d := range Divisions() {
			if d.Level == LevelCity && province.Covers(d.Code) {
				cities = append(cities, d.Code)
			}
		}
		ts, known := Tiles(cities)
		if want := province != "31"; known != want || len(ts) != len(cities) {
			t.Errorf("%s: %d squares for %d cities, known %v", province, len(ts), len(cities), known)
		}
		seen := map[[2]int]civic.Division{}
		for _, x := range ts {
			at := [2]int{x.Column, x.Row}
			if twin := seen[at]; twin != "" {
				t.Errorf("%s and %s lie on one square", twin, x.Division)
			}
			seen[at] = x.Division
		}
	}
}
