package civic

import "slices"

// Basis is the ground on which an act was allowed.
type Basis string

// The grounds of an authority, as the journal keeps them.
const (
	BasisOwn       Basis = "own"       // the person acted for themselves
	BasisGrant     Basis = "grant"     // a grant of the person's
	BasisGuardian  Basis = "guardian"  // a guardian whom a court or committee appointed
	BasisRole      Basis = "role"      // a role of staff that covers the division
	BasisPresented Basis = "presented" // the person's card was just presented
	BasisOffice    Basis = "office"    // the office that the matter was handed to
	BasisSystem    Basis = "system"    // the platform itself
	BasisGlass     Basis = "glass"     // break-glass: a life may hang on it; reviewed afterwards
)

// Authority is the proof that an act was allowed, and why. Only the grant room
// mints one (a test of the architecture holds it to that); store helpers that
// read or write personal data ask for it.
type Authority struct {
	basis    Basis
	ref      string
	subject  PersonID
	also     []PersonID
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

// Reaching returns the authority reaching also the other identities of its
// subject, when the same person was registered twice and merged.
func (a Authority) Reaching(same []PersonID) Authority { a.also = same; return a }

// Selves are the identities that the authority reaches: its subject, then those
// merged with it.
func (a Authority) Selves() []PersonID {
	if a.subject == "" {
		return nil
	}
	return append([]PersonID{a.subject}, slices.DeleteFunc(slices.Clone(a.also), func(p PersonID) bool { return p == a.subject })...)
}

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

// Over reports whether the authority reaches the given person, by their own ID or
// under any of the identities that were merged with the subject's.
func (a Authority) Over(p PersonID) bool {
	return a.Valid() && p != "" && (a.subject == p || slices.Contains(a.also, p))
}

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
	MaySettlePeople   Permission = "people.settle"   // merge twins, settle disputes over cards and grants, record deaths
	MayImportPeople   Permission = "people.import"   // enter rosters of many people
	MayErasePeople    Permission = "people.erase"    // erase what a person may have erased
	MayBreakGlass     Permission = "people.glass"    // open a person in an emergency without card or division
	MayReviewAccess   Permission = "access.review"   // judge afterwards whether breaking the glass was right
	MayKeepDuty       Permission = "duty.keep"       // keep the duty roster of an office
	MayKeepPlace      Permission = "place.keep"      // hours, windows and features of one's own office
	MayKeepSessions   Permission = "booking.keep"    // sessions, pools and extra places of one's own office
	MayRunMessages    Permission = "messages.run"    // stop and start carriers, see how they do
	MaySupervise      Permission = "finding.ask"     // ask an office to answer for what the rules found
	MayKeepLedger     Permission = "ledger.keep"     // take plans into the ledger, press units, judge what they report, hold the joint conference
	MayReportTasks    Permission = "ledger.report"   // report on the tasks of one's own office
	MayReadCards      Permission = "card.read"       // a card reader's: say which card was laid on it
	MayCheckIn        Permission = "booking.arrive"  // a self-service machine's: say who has come to what they booked
	MaySeeHall        Permission = "booking.hall"    // a screen's in a hall: show who is called, by number and masked name
)

// Need says what an act needs in order to be allowed. Person asks for a right
// over that person; Division or Office asks for a role there. Permission is what
// a member of staff must hold, and is empty where staff have no business.
type Need struct {
	Person     PersonID
	Service    string // narrows a grant: the service acted in, "" for general
	Group      string // the group of that service, which a grant may name as a whole
	Permission Permission
	Division   Division
	Office     OfficeID
	// Look asks only to read: a grant or opening that covers acting covers looking.
	Look bool
	// After marks what relatives still have to do when the person has died.
	After bool
}

// WholeOf is what it takes to look at everything about a person: staff serve them, and
// an agent's grant covers every service.
func WholeOf(actor Actor, person PersonID) Need {
	need := Need{Person: person, Permission: MayServePeople, Look: true}
	if actor.Person() != "" {
		need.Service = "*"
	}
	return need
}
