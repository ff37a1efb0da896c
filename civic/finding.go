package civic

import "time"

// Force tells a duty of the plans from a hope.
type Force string

// The forces of a rule.
const (
	Must       Force = "must"       // 应、不得、保留、提供: it can be broken
	Encouraged Force = "encouraged" // 鼓励、引导、推动: counted, never a breach
)

// Rule is one duty of the plans that a room can check. It is data of that room, one
// line in its rules.yaml, beside the function that judges it.
type Rule struct {
	Code    string   `yaml:"code"`
	Clauses []string `yaml:"clauses"` // ZJ2.3, SX6
	Force   Force    `yaml:"force"`
	Owner   string   `yaml:"owner"` // the role that answers for it: venue_manager, administrator
	Days    int      `yaml:"days"`  // working days until it must be answered
	Title   string   `yaml:"title"` // short, for lists
	Duty    string   `yaml:"duty"`  // the clause in plain words
	Clears  string   `yaml:"clears"`
}

// Subject is what a rule is about: an office, a service in a division, a division.
type Subject struct{ Kind, ID string }

// The kinds of subject.
const (
	SubjectOffice   = "office"   // by its ID
	SubjectService  = "service"  // by its name, @ and the division
	SubjectDivision = "division" // by its code
)

// Scope is what a check looks at: some offices, at most a few hundred, or one division
// as a whole without its offices. Exactly one is set.
type Scope struct {
	Offices  []OfficeID
	Division Division
}

// Finding is a duty of the plans that is not met: which rule, where, and a sentence
// that says what is wrong.
type Finding struct {
	Rule     string
	Subject  Subject
	Division Division
	Office   OfficeID // whose it is, when it is an office's
	Say      string
	Since    time.Time // when it was first found; zero while nobody keeps it
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
