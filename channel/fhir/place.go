package fhir

import (
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/place"
)

func addressOf(o place.Office) Address {
	return Address{Use: "work", Text: o.Address, District: place.DivisionName(o.Division), Country: "CN"}
}

func phoneOf(o place.Office) []ContactPoint {
	if o.Phone == "" {
		return nil
	}
	return []ContactPoint{{System: "phone", Value: o.Phone, Use: "work"}}
}

func placeType(o place.Office) []CodeableConcept {
	return []CodeableConcept{coded(systemPlace, o.Kind, place.KindWords(o.Kind))}
}

func locationOf(o place.Office) resource {
	at := addressOf(o)
	l := Location{head: head{ResourceType: typeLocation, ID: string(o.ID)}, Status: "active", Name: o.Name, Description: o.Landmark, Mode: "instance",
		Type: placeType(o), Telecom: phoneOf(o), Address: &at, ManagingOrganization: &Reference{typeOrganization + "/" + string(o.ID), o.Name}}
	if o.Shut != "" {
		l.Status, l.Description = "inactive", o.Shut
	}
	if o.At.Known() {
		l.Position = &Position{o.At.Lon, o.At.Lat}
	}
	return l
}

// roomOf is a hall, class or the like, as a room of its place.
func roomOf(r booking.Resource) resource {
	return Location{head: head{ResourceType: typeLocation, ID: r.ID}, Status: "active", Name: r.Name, Description: r.About, Mode: "instance", Type: kindOf(r.Kind),
		ManagingOrganization: &Reference{Reference: typeOrganization + "/" + string(r.Office)}, PartOf: &Reference{Reference: typeLocation + "/" + string(r.Office)}}
}

func organizationOf(o place.Office) resource {
	return Organization{head: head{ResourceType: typeOrganization, ID: string(o.ID)}, Active: o.Shut == "", Type: placeType(o), Name: o.Name, Telecom: phoneOf(o), Address: []Address{addressOf(o)}}
}

func (s *server) readOrganization(c *call, id string) (resource, error) {
	o, err := s.Place.Office(c, civic.OfficeID(id))
	if err != nil {
		return nil, err
	}
	return organizationOf(o), nil
}

// readLocation reads a place, or a room in one.
func (s *server) readLocation(c *call, id string) (resource, error) {
	o, err := s.Place.Office(c, civic.OfficeID(id))
	if err == nil {
		return locationOf(o), nil
	}
	if !civic.Is(err, civic.NotFound) {
		return nil, err
	}
	return s.readAs(typeLocation, roomOf)(c, id)
}

func (s *server) searchOrganizations(c *call, q query) (page, error) {
	return s.directory(c, q, organizationOf)
}

func (s *server) searchLocations(c *call, q query) (page, error) {
	_, id, err := c.one(q, "partof", typeLocation)
	if err != nil {
		return page{}, err
	}
	if id == "" {
		return s.directory(c, q, locationOf)
	}
	return s.pageOf(c, q, rooms(civic.OfficeID(id)), roomOf)
}

// directory lists the places that serve the public.
func (s *server) directory(c *call, q query, as func(place.Office) resource) (page, error) {
	if q.after != "" && !isID(q.after) {
		return page{}, errValue.On("_after")
	}
	os, err := s.Place.Directory(c, civic.OfficeID(q.after), q.count+1)
	if err != nil {
		return page{}, err
	}
	return paged(q, os, as, func(o place.Office) string { return string(o.ID) }), nil
}
