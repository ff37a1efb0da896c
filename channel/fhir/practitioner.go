package fhir

import (
	"yinqiao/civic"
	"yinqiao/engine/booking"
)

// practitionerOf is somebody who can be booked by name. A doctor with hours at two places
// is entered at both, and is two here.
func practitionerOf(r booking.Resource) resource {
	p := Practitioner{head: head{ResourceType: typePractitioner, ID: r.ID}, Active: true, Name: []HumanName{{Use: "official", Text: r.Name}}}
	if r.About != "" {
		p.Qualification = []Qualification{{words(r.About)}}
	}
	return p
}

// roleOf is where and in which department somebody is seen. Its ID is the Practitioner's.
func roleOf(r booking.Resource) resource {
	return PractitionerRole{head: head{ResourceType: typePractitionerRole, ID: r.ID}, Active: true, Practitioner: Reference{typePractitioner + "/" + r.ID, r.Name},
		Organization: Reference{Reference: typeOrganization + "/" + string(r.Office)}, Location: []Reference{{Reference: typeLocation + "/" + string(r.Office)}}, Specialty: specialty(r.Department)}
}

// clinicOf is the clinic of several who take turns.
func clinicOf(r booking.Resource) resource {
	return HealthcareService{head: head{ResourceType: typeHealthcareService, ID: r.ID}, Active: true, ProvidedBy: Reference{Reference: typeOrganization + "/" + string(r.Office)},
		Type: kindOf(r.Kind), Specialty: specialty(r.Department), Location: []Reference{{Reference: typeLocation + "/" + string(r.Office)}}, Name: r.Name, Comment: r.About}
}

func (s *server) readPractitioner(c *call, id string) (resource, error) {
	return s.readAs(typePractitioner, practitionerOf)(c, id)
}

func (s *server) readRole(c *call, id string) (resource, error) {
	return s.readAs(typePractitioner, roleOf)(c, id)
}

func (s *server) readClinic(c *call, id string) (resource, error) {
	return s.readAs(typeHealthcareService, clinicOf)(c, id)
}

func (s *server) searchPractitioners(c *call, q query) (page, error) {
	return s.pageOf(c, q, individuals(), practitionerOf)
}

func (s *server) searchRoles(c *call, q query) (page, error) {
	f := individuals()
	_, id, err := c.one(q, "practitioner", typePractitioner)
	if err != nil {
		return page{}, err
	}
	if id != "" {
		f.IDs = []string{id}
	}
	return s.atOrganization(c, q, f, roleOf)
}

func (s *server) searchClinics(c *call, q query) (page, error) {
	return s.atOrganization(c, q, turns(), clinicOf)
}

// atOrganization lists resources of an organization, where one is named.
func (s *server) atOrganization(c *call, q query, f booking.FindResources, as func(booking.Resource) resource) (page, error) {
	_, id, err := c.one(q, "organization", typeOrganization)
	if err != nil {
		return page{}, err
	}
	f.Office = civic.OfficeID(id)
	return s.pageOf(c, q, f, as)
}
