package fhir

import (
	"strings"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

// practitioners are the kinds of what can be booked at which one is seen by somebody.
// All others are rooms that one goes to.
var practitioners = []string{"clinic"}

var errGone = civic.E(civic.NotFound, "fhir.unknown", "没有这一个，可能已经停了，请重新查找。")

func isPractitioner(r booking.Resource) bool { return r.Kind == practitioners[0] }

// actorOf refers to what a resource is.
func actorOf(r booking.Resource) Reference {
	typ := typeLocation
	if isPractitioner(r) {
		typ = typePractitioner
	}
	return Reference{typ + "/" + r.ID, r.Name}
}

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

// bookable finds one resource.
func (s *server) bookable(c *call, id string) (booking.Resource, error) {
	rs, err := s.Booking.Resources(c, booking.FindResources{IDs: []string{id}, Most: 1})
	if err != nil {
		return booking.Resource{}, err
	}
	if len(rs) == 0 {
		return booking.Resource{}, errGone
	}
	return rs[0], nil
}

func (s *server) readSchedule(c *call, id string) (resource, error) {
	r, err := s.bookable(c, id)
	if err != nil {
		return nil, err
	}
	return scheduleOf(r), nil
}

func (s *server) searchSchedules(c *call, q query) (page, error) {
	var f booking.FindResources
	if q.Has("actor") {
		typ, id := c.reference(q.Get("actor"), typePractitioner, typeLocation)
		if id == "" || len(q.Values["actor"]) > 1 {
			return page{}, errValue.On("actor")
		}
		var err error
		if f, err = s.narrowed(c, typ, id); err != nil {
			return page{}, err
		}
	}
	return s.pageOf(c, q, f, scheduleOf)
}

// narrowed asks for what a practitioner or room is, or for all that is at a place.
func (s *server) narrowed(c *call, typ, id string) (booking.FindResources, error) {
	f := booking.FindResources{IDs: []string{id}, Kinds: practitioners, OtherThan: typ == typeLocation}
	if typ == typePractitioner {
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
	var p page
	if len(rs) > q.count {
		rs = rs[:q.count]
		last := rs[q.count-1]
		p.next = string(last.Office) + "/" + last.ID
	}
	for _, r := range rs {
		p.found = append(p.found, as(r))
	}
	return p, nil
}

func practitionerOf(r booking.Resource) resource {
	p := Practitioner{head: head{ResourceType: typePractitioner, ID: r.ID}, Active: true, Name: []HumanName{{Use: "official", Text: r.Name}}}
	if r.About != "" {
		p.Qualification = []Qualification{{words(r.About)}}
	}
	return p
}

func (s *server) readPractitioner(c *call, id string) (resource, error) {
	r, err := s.bookable(c, id)
	if err == nil && !isPractitioner(r) {
		err = errGone
	}
	if err != nil {
		return nil, err
	}
	return practitionerOf(r), nil
}

func (s *server) searchPractitioners(c *call, q query) (page, error) {
	return s.pageOf(c, q, booking.FindResources{Kinds: practitioners}, practitionerOf)
}
