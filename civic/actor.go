package civic

// Channel is the way by which an act reached the platform.
type Channel string

// The channels. Figures are counted per channel, so that an offline way that
// is worse than the online one can be seen.
const (
	ChannelDesk   Channel = "desk"   // a member of staff at a window or counter
	ChannelField  Channel = "field"  // a member of staff out of the house, with their own phone
	ChannelElder  Channel = "elder"  // the older person's own web pages
	ChannelFamily Channel = "family" // a relative's web pages
	ChannelAPI    Channel = "api"    // another system
	ChannelPhone  Channel = "phone"  // a call
	ChannelKiosk  Channel = "kiosk"  // a self-service machine
	ChannelTV     Channel = "tv"     // a television and its remote control
	ChannelSystem Channel = "system" // the platform itself: jobs, imports
)

// PartyKind says what sort of party took part in an act.
type PartyKind string

// The kinds of party.
const (
	PartyPerson PartyKind = "person"
	PartyStaff  PartyKind = "staff"
	PartyDevice PartyKind = "device"
	PartySystem PartyKind = "system"
)

// Party is one participant: a person, a member of staff, a device or the
// platform itself.
type Party struct {
	Kind PartyKind
	ID   string
}

// None reports whether there is no such party.
func (p Party) None() bool { return p.Kind == "" }

// Actor says who acts: who is at the controls, who asked if somebody else did,
// and for whom. The zero Actor is nobody and may do nothing.
type Actor struct {
	Operator Party    // who is at the controls
	Agent    Party    // who asked, when that is not the operator or the subject
	Subject  PersonID // for whom; empty when the act is not about one person
	Channel  Channel
	Device   string // the device or address, never a phone number
}

// For returns the actor acting for the given person.
func (a Actor) For(p PersonID) Actor { a.Subject = p; return a }

// Person returns the person at the controls, or "" if it is not a person.
func (a Actor) Person() PersonID {
	if a.Operator.Kind == PartyPerson {
		return PersonID(a.Operator.ID)
	}
	return ""
}

// DeviceID returns the device at the controls, or "" if it is none.
func (a Actor) DeviceID() string {
	if a.Operator.Kind == PartyDevice {
		return a.Operator.ID
	}
	return ""
}

// Staff returns the member of staff at the controls, or "" if it is none.
func (a Actor) Staff() StaffID {
	if a.Operator.Kind == PartyStaff {
		return StaffID(a.Operator.ID)
	}
	return ""
}

// System is the actor of the platform's own acts: jobs, seals, imports.
func System(name string) Actor {
	return Actor{Operator: Party{PartySystem, name}, Channel: ChannelSystem}
}
