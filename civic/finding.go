package civic

import "time"

// Finding is a duty of the plans that is not met: which rule and clause, where,
// and a sentence that says what is wrong and what would clear it.
type Finding struct {
	Rule     string
	Clause   string // for example ZJ2.3
	Division Division
	Office   OfficeID
	Say      string
	Since    time.Time
}

// Clock tells the time. Tests inject their own.
type Clock func() time.Time

// Shanghai is the zone in which days are counted and times are shown. The zone
// data is embedded in the binary.
var Shanghai = mustZone("Asia/Shanghai")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		// Without zone data the fixed offset is right: the country has had no summer
		// time since 1991.
		return time.FixedZone("CST", 8*3600)
	}
	return z
}
