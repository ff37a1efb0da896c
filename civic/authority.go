package civic

// Basis is the ground on which an act was allowed.
type Basis string

// The grounds of an authority, as the journal keeps them.
const (
	BasisOwn       Basis = "own"       // the person acted for themselves
	BasisGrant     Basis = "grant"     // a grant of the person's
	BasisRole      Basis = "role"      // a role of staff that covers the division
	BasisPresented Basis = "presented" // the person's card was just presented
	BasisOffice    Basis = "office"    // the office that the matter was handed to
	BasisSystem    Basis = "system"    // the platform itself
)

// Authority is the proof that an act was allowed, and why. Only the grant room
// mints one (a test of the architecture holds it to that); store helpers that
// read or write personal data ask for it.
type Authority struct {
	basis    Basis
	ref      string
	subject  PersonID
	division Division
	office   OfficeID
	agent    Party
}

// Mint makes an authority. For the grant room alone. ref names the grant, role
// or opening relied on; division and office are where the operator acts from.
func Mint(basis Basis, ref string, subject PersonID, division Division, office OfficeID) Authority {
	return Authority{basis: basis, ref: ref, subject: subject, division: division, office: office}
}

// AskedBy returns the authority with the party who asked for the act, when the
// ground itself names one.
func (a Authority) AskedBy(agent Party) Authority { a.agent = agent; return a }

// AskedFor is who asked for an act: whom the actor names, or else whom the
// ground of the authority names.
func (a Authority) AskedFor(actor Actor) Party {
	if actor.Agent.None() {
		return a.agent
	}
	return actor.Agent
}

// Valid reports whether the authority was minted.
func (a Authority) Valid() bool { return a.basis != "" }

// Over reports whether the authority reaches the given person.
func (a Authority) Over(p PersonID) bool { return a.Valid() && p != "" && a.subject == p }

// Basis returns the ground of the authority.
func (a Authority) Basis() Basis { return a.basis }

// Ref names the grant, role or opening that was relied on.
func (a Authority) Ref() string { return a.ref }

// Division is where the act is counted.
func (a Authority) Division() Division { return a.division }

// Office is the operator's office, or "" for people and the platform.
func (a Authority) Office() OfficeID { return a.office }

// Permission is one thing that a role of staff may do.
type Permission string

// The permissions that roles consist of.
const (
	MayFindPeople     Permission = "people.find"     // search for people, masked
	MayServePeople    Permission = "people.serve"    // open a person, act at their wish
	MayRegisterPeople Permission = "people.register" // make and change persons
	MayWorkCases      Permission = "case.work"       // take, resolve and hand over cases
	MaySeeFigures     Permission = "figures.see"     // totals, never names
	MayManageStaff    Permission = "staff.manage"    // accounts, roles, offices
	MayPublish        Permission = "catalog.publish" // publish and suspend services
)

// Need says what an act needs in order to be allowed. Person asks for a right
// over that person; Division or Office asks for a role there. Permission is what
// a member of staff must hold, and is empty where staff have no business.
type Need struct {
	Person     PersonID
	Service    string // narrows a grant: the service acted in, "" for general
	Permission Permission
	Division   Division
	Office     OfficeID
	// Look asks only to read: a grant or opening that covers acting covers looking.
	Look bool
}
