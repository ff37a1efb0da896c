package fhir

import (
	"slices"
	"strings"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

// include is what a search brings along on demand: resources of a type to which those
// that were found refer.
type include struct {
	name string // as _include says it: Slot:schedule
	typ  string
}

// included reads what the query wants to be brought along, each once, in one go by type.
func (s *server) included(c *call, k kind, q query, found []resource) ([]resource, error) {
	var out []resource
	for _, inc := range k.includes {
		if !slices.Contains(q.Values["_include"], inc.name) {
			continue
		}
		var ids []string
		for _, x := range found {
			for _, ref := range referred(x) {
				if typ, id, _ := strings.Cut(ref, "/"); typ == inc.typ && !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
		}
		xs, err := s.several(c, inc.typ, ids)
		if err != nil {
			return nil, err
		}
		out = append(out, xs...)
	}
	return out, nil
}

// referred are the references of a resource.
func referred(x resource) (out []string) {
	switch x := x.(type) {
	case Slot:
		out = append(out, x.Schedule.Reference)
	case Appointment:
		for _, ref := range x.Slot {
			out = append(out, ref.Reference)
		}
		for _, p := range x.Participant {
			out = append(out, p.Actor.Reference)
		}
	}
	return out
}

// several reads resources of a type; one that there is no more is left out.
func (s *server) several(c *call, typ string, ids []string) ([]resource, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if typ == typeSlot {
		fs, err := s.Booking.Times(c, booking.FindTimes{IDs: ids})
		return all(fs, slotOf), err
	}
	rs, err := s.Booking.Resources(c, booking.FindResources{IDs: ids})
	switch {
	case err != nil:
		return nil, err
	case typ == typeSchedule:
		return all(rs, scheduleOf), nil
	case typ == typePractitioner:
		return all(rs, practitionerOf), nil
	}
	out := all(rs, roomOf)
	for _, id := range ids { // the places of the rest: few, however many were found
		if slices.ContainsFunc(rs, func(r booking.Resource) bool { return r.ID == id }) {
			continue
		}
		o, err := s.Place.Office(c, civic.OfficeID(id))
		if civic.Is(err, civic.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, locationOf(o))
	}
	return out, nil
}

func all[T any](xs []T, as func(T) resource) []resource {
	out := make([]resource, len(xs))
	for i, x := range xs {
		out[i] = as(x)
	}
	return out
}
