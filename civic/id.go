package civic

// Identifiers are UUIDv7 in their canonical text form, except Division, which
// is a code of GB/T 2260 or of the statistical bureau. Each kind has its own
// type so that a person's ID can't be passed where a case's is meant.
type (
	// PersonID names one person for ever; a merge makes an alias and never
	// rewrites it.
	PersonID string
	// StaffID names one member of staff.
	StaffID string
	// OfficeID names one office: a window, hospital department or bureau.
	OfficeID string
	// DraftID names one half-done dialogue. It is also the idempotency key of
	// the request that the dialogue becomes.
	DraftID string
	// RequestID names one finished dialogue.
	RequestID string
)

// Division is an administrative division code. Codes nest by prefix: 14 is the
// province, 1401 the city, 140105 the district and 140105001 the street
// (GB/T 2260 and the statistical codes of towns).
type Division string

// Covers reports whether inner lies in d or is d itself. The empty division
// covers nothing.
func (d Division) Covers(inner Division) bool {
	return d != "" && len(inner) >= len(d) && inner[:len(d)] == d
}

// Covered reports whether a division lies in one of some.
func Covered(in []Division, d Division) bool {
	for _, x := range in {
		if x.Covers(d) {
			return true
		}
	}
	return false
}

// Inner returns how many digits the codes of the level below d have: a province has cities,
// they have counties, they streets, and those villages, which have none below.
func (d Division) Inner() int {
	for _, n := range []int{2, 4, 6, 9} {
		if len(d) < n {
			return n
		}
	}
	return 12
}

// Province returns the two digits of the province, or d itself when it is shorter.
func (d Division) Province() Division {
	if len(d) > 2 {
		return d[:2]
	}
	return d
}

// County returns the six digits of the county-level division, or d itself
// when it is shorter.
func (d Division) County() Division {
	if len(d) > 6 {
		return d[:6]
	}
	return d
}
