package fhir

// The types of resources, as references and addresses name them.
const (
	typeSchedule          = "Schedule"
	typeSlot              = "Slot"
	typeAppointment       = "Appointment"
	typePatient           = "Patient"
	typePractitioner      = "Practitioner"
	typePractitionerRole  = "PractitionerRole"
	typeHealthcareService = "HealthcareService"
	typeLocation          = "Location"
	typeOrganization      = "Organization"
)

// head is what every resource begins with.
type head struct {
	ResourceType string `json:"resourceType"`
	ID           string `json:"id,omitempty"`
	Meta         *Meta  `json:"meta,omitempty"`
}

func (h head) self() head { return h }

// resource is anything that can be an entry of a Bundle.
type resource interface{ self() head }

// Schedule is a doctor, hall or class whose times can be booked.
type Schedule struct {
	head
	Active      bool              `json:"active"`
	ServiceType []CodeableConcept `json:"serviceType,omitempty"`
	Specialty   []CodeableConcept `json:"specialty,omitempty"`
	Actor       []Reference       `json:"actor"`
	Comment     string            `json:"comment,omitempty"`
}

// Slot is one time of a Schedule, for as many people as it has places.
type Slot struct {
	head
	ServiceType []CodeableConcept `json:"serviceType,omitempty"`
	Specialty   []CodeableConcept `json:"specialty,omitempty"`
	Schedule    Reference         `json:"schedule"`
	Status      string            `json:"status"`
	Start       string            `json:"start"`
	End         string            `json:"end"`
	Comment     string            `json:"comment,omitempty"`
}

// Appointment is a place that is somebody's.
type Appointment struct {
	head
	Identifier        []Identifier      `json:"identifier,omitempty"`
	Status            string            `json:"status"`
	CancelationReason *CodeableConcept  `json:"cancelationReason,omitempty"`
	ServiceType       []CodeableConcept `json:"serviceType,omitempty"`
	Specialty         []CodeableConcept `json:"specialty,omitempty"`
	Description       string            `json:"description,omitempty"`
	Start             string            `json:"start,omitempty"`
	End               string            `json:"end,omitempty"`
	Created           string            `json:"created,omitempty"`
	Slot              []Reference       `json:"slot,omitempty"`
	Participant       []Participant     `json:"participant"`
}

// Participant is who or what takes part in an Appointment.
type Participant struct {
	Actor    *Reference `json:"actor,omitempty"`
	Required string     `json:"required,omitempty"`
	Status   string     `json:"status"`
}

// Patient is a person whom places are booked for.
type Patient struct {
	head
	Identifier []Identifier   `json:"identifier,omitempty"`
	Name       []HumanName    `json:"name,omitempty"`
	Telecom    []ContactPoint `json:"telecom,omitempty"`
	Gender     string         `json:"gender,omitempty"`
	BirthDate  string         `json:"birthDate,omitempty"`
	Address    []Address      `json:"address,omitempty"`
}

// PractitionerRole is where and in which department a Practitioner is seen.
type PractitionerRole struct {
	head
	Active       bool              `json:"active"`
	Practitioner Reference         `json:"practitioner"`
	Organization Reference         `json:"organization"`
	Specialty    []CodeableConcept `json:"specialty,omitempty"`
	Location     []Reference       `json:"location"`
}

// HealthcareService is a clinic at which several take turns.
type HealthcareService struct {
	head
	Active     bool              `json:"active"`
	ProvidedBy Reference         `json:"providedBy"`
	Type       []CodeableConcept `json:"type,omitempty"`
	Specialty  []CodeableConcept `json:"specialty,omitempty"`
	Location   []Reference       `json:"location"`
	Name       string            `json:"name"`
	Comment    string            `json:"comment,omitempty"`
}

// Practitioner is one person who can be booked by name.
type Practitioner struct {
	head
	Active        bool            `json:"active"`
	Name          []HumanName     `json:"name,omitempty"`
	Qualification []Qualification `json:"qualification,omitempty"`
}

// Qualification is what a Practitioner is by training.
type Qualification struct {
	Code CodeableConcept `json:"code"`
}

// Location is a place, or a hall in one.
type Location struct {
	head
	Status               string            `json:"status,omitempty"`
	Name                 string            `json:"name,omitempty"`
	Description          string            `json:"description,omitempty"`
	Mode                 string            `json:"mode,omitempty"`
	Type                 []CodeableConcept `json:"type,omitempty"`
	Telecom              []ContactPoint    `json:"telecom,omitempty"`
	Address              *Address          `json:"address,omitempty"`
	Position             *Position         `json:"position,omitempty"`
	ManagingOrganization *Reference        `json:"managingOrganization,omitempty"`
	PartOf               *Reference        `json:"partOf,omitempty"`
}

// Organization is the unit that serves people at a place.
type Organization struct {
	head
	Active  bool              `json:"active"`
	Type    []CodeableConcept `json:"type,omitempty"`
	Name    string            `json:"name,omitempty"`
	Telecom []ContactPoint    `json:"telecom,omitempty"`
	Address []Address         `json:"address,omitempty"`
}

// Bundle is a page of what a search found.
type Bundle struct {
	head
	Type  string  `json:"type"`
	Total *int    `json:"total,omitempty"`
	Link  []Link  `json:"link,omitempty"`
	Entry []Entry `json:"entry,omitempty"`
}

// Link leads to this page or the next.
type Link struct {
	Relation string `json:"relation"`
	URL      string `json:"url"`
}

// Entry is one resource of a Bundle.
type Entry struct {
	FullURL  string   `json:"fullUrl,omitempty"`
	Resource resource `json:"resource"`
	Search   struct {
		Mode string `json:"mode"`
	} `json:"search"`
}

// OperationOutcome is how an error is told.
type OperationOutcome struct {
	head
	Issue []Issue `json:"issue"`
}

// Issue is one thing that is wrong.
type Issue struct {
	Severity    string           `json:"severity"`
	Code        string           `json:"code"`
	Details     *CodeableConcept `json:"details,omitempty"`
	Diagnostics string           `json:"diagnostics,omitempty"`
	Expression  []string         `json:"expression,omitempty"`
}
