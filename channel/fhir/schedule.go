package fhir

import (
	"strings"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

// clinics are the kinds of what can be booked at which one is seen by whoever is on duty.
// Other things that are no person are rooms that one goes to.
var clinics = []string{"clinic"}

var errGone = civic.E(civic.NotFound, "fhir.unknown", "没有这一个，可能已经停了，请重新查找。")

// typeOf is what a resource is: a person, the clinic of several who take turns, or a room.
func typeOf(r booking.Resource) string {
	switch {
	case r.Individual:
		return typePractitioner
	case r.Kind == clinics[0]:
		return typeHealthcareService
	}
	return typeLocation
}

// individuals, turns and rooms ask for the resources of each of these types.
func individuals() booking.FindResources { return booking.FindResources{Individual: new(true)} }

func turns() booking.FindResources {
	return booking.FindResources{Individual: new(false), Kinds: clinics}
}

func rooms(at civic.OfficeID) booking.FindResources {
	return booking.FindResources{Office: at, Individual: new(false), Kinds: clinics, OtherThan: true}
}

// actorOf refers to what a resource is.
func actorOf(r booking.Resource) Reference { return Reference{typeOf(r) + "/" + r.ID, r.Name} }

func scheduleOf(r booking.Resource) resource {
	return Schedule{head: head{ResourceType: typeSchedule, ID: r.ID}, Active: true, ServiceType: kindOf(r.Kind), Specialty: specialty(r.Department),
		Actor: []Reference{actorOf(r), {Reference: typeLocation + "/" + string(r.Office)}}, Comment: r.About}
}

func kindOf(kind string) []CodeableConcept {
	return []CodeableConcept{{Coding: []Coding{{System: systemKind, Code: kind}}}}
}

func specialty(department string) []CodeableConcept {
	if department == "" {
		return nil
	}
	return []CodeableConcept{words(department)}
}

// readAs reads a resource as one of a type, or as any where typ is "".
func (s *server) readAs(typ string, as func(booking.Resource) resource) func(c *call, id string) (resource, error) {
	return func(c *call, id string) (resource, error) {
		rs, err := s.Booking.Resources(c, booking.FindResources{IDs: []string{id}, Most: 1})
		if err == nil && (len(rs) == 0 || typ != "" && typeOf(rs[0]) != typ) {
			err = errGone
		}
		if err != nil {
			return nil, err
		}
		return as(rs[0]), nil
	}
}

func (s *server) readSchedule(c *call, id string) (resource, error) {
	return s.readAs("", scheduleOf)(c, id)
}

func (s *server) searchSchedules(c *call, q query) (page, error) {
	var f booking.FindResources
	typ, id, err := c.one(q, "actor", typePractitioner, typeHealthcareService, typeLocation)
	if err != nil {
		return page{}, err
	}
	if id != "" {
		if f, err = s.narrowed(c, typ, id); err != nil {
			return page{}, err
		}
	}
	return s.pageOf(c, q, f, scheduleOf)
}

// narrowed asks for what a practitioner, clinic or room is, or for all that is at a place.
func (s *server) narrowed(c *call, typ, id string) (booking.FindResources, error) {
	f := map[string]booking.FindResources{typePractitioner: individuals(), typeHealthcareService: turns(), typeLocation: rooms("")}[typ]
	f.IDs = []string{id}
	if typ != typeLocation {
		return f, nil
	}
	rs, err := s.Booking.Resources(c, f)
	if err == nil && len(rs) == 0 {
		f = booking.FindResources{Office: civic.OfficeID(id)}
	}
	return f, err
}

// pageOf lists resources that can be booked, as what they are to the one who asks.
func (s *server) pageOf(c *call, q query, f booking.FindResources, as func(booking.Resource) resource) (page, error) {
	office, id, both := strings.Cut(q.after, "/")
	if q.after != "" && (!both || !isID(office) || !isID(id)) {
		return page{}, errValue.On("_after")
	}
	f.After, f.Most = booking.Resource{Office: civic.OfficeID(office), ID: id}, q.count+1
	rs, err := s.Booking.Resources(c, f)
	if err != nil {
		return page{}, err
	}
	return paged(q, rs, as, func(r booking.Resource) string { return string(r.Office) + "/" + r.ID }), nil
}
