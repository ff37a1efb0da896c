package fhir

import (
	"errors"
	"slices"

	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/people"
)

// statusOfState are the statuses of an Appointment
// (hl7.org/fhir/R4/valueset-appointmentstatus.html) by the states of a booking.
var statusOfState = map[booking.State]string{booking.Booked: "booked", booking.Arrived: "arrived", booking.Missed: "noshow",
	booking.Cancelled: "cancelled", booking.CalledOff: "cancelled"}

// statusPending is the status of what is booked and a hospital still has to confirm.
const statusPending = "pending"

// appointmentStatuses are all that FHIR knows. Nothing here is ever in the others.
var appointmentStatuses = []string{"proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "entered-in-error", "checked-in", "waitlist"}

// who, what and where of a booking, in words; individual says that what is one person.
type told struct {
	title, who, what, where string
	individual              bool
}

func appointmentOf(b booking.Booking, x booking.Session, t told) Appointment {
	changed := b.MadeAt
	if b.EndedAt != nil {
		changed = *b.EndedAt
	}
	a := Appointment{head: head{ResourceType: typeAppointment, ID: string(b.ID), Meta: &Meta{VersionID: version(b.Rev), LastUpdated: instant(changed)}},
		Identifier: []Identifier{{Use: "official", System: systemNumber, Value: string(b.Number)}}, Status: statusOfState[b.State],
		ServiceType: []CodeableConcept{coded(systemService, b.Service, t.title)}, Specialty: specialty(b.Department), Description: t.title,
		Start: instant(x.StartsAt), End: instant(x.EndsAt), Created: instant(b.MadeAt), Slot: []Reference{{Reference: typeSlot + "/" + b.Session}}}
	if b.Awaits() {
		a.Status = statusPending
	}
	what := actorOf(booking.Resource{ID: b.Resource, Kind: b.Kind, Name: t.what, Individual: t.individual})
	for _, ref := range []Reference{{typePatient + "/" + string(b.Person), t.who}, what, {typeLocation + "/" + string(b.Office), t.where}} {
		a.Participant = append(a.Participant, Participant{Actor: &ref, Required: "required", Status: "accepted"})
	}
	if b.Awaits() {
		a.Participant[1].Status = "needs-action" // the doctor's, whose hospital has not answered
	}
	if a.Status == "cancelled" {
		code, display := "pat", "Patient"
		if b.State == booking.CalledOff {
			code, display = "prov", "Provider"
		}
		a.CancelationReason = &CodeableConcept{Coding: []Coding{{"http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason", code, display}}, Text: b.Reason}
	}
	return a
}

func (s *server) appointment(c *call, id string) (*booking.File, Appointment, error) {
	f, err := s.Booking.Read(c, c.actor, civic.RequestID(id))
	if err != nil {
		return nil, Appointment{}, err
	}
	return f, appointmentOf(f.Booking, f.Session, told{f.Title, people.Masked(f.Who.Name), f.Resource.Name, f.Office.Name, f.Resource.Individual}), nil
}

func (s *server) readAppointment(c *call, id string) (resource, error) {
	_, a, err := s.appointment(c, id)
	if err != nil {
		return nil, err
	}
	return a, nil
}

func (s *server) searchAppointments(c *call, q query) (page, error) {
	if q.Has("identifier") {
		return s.appointmentNumbered(c, q)
	}
	f, person, err := s.appointmentsWanted(c, q)
	if errors.Is(err, errNone) {
		return page{}, nil
	}
	if err != nil {
		return page{}, err
	}
	f.Most = q.count + 1
	var items []booking.Item
	if person != "" {
		items, err = s.Booking.FindOf(c, c.actor, person, f)
	} else {
		items, err = s.Booking.FindAt(c, c.actor, f)
	}
	if err != nil {
		return page{}, err
	}
	sessions := make([]string, len(items))
	for i, it := range items {
		sessions[i] = it.Session
	}
	xs, err := s.Booking.Sessions(c, sessions)
	if err != nil {
		return page{}, err
	}
	as := func(it booking.Item) resource {
		return appointmentOf(it.Booking, xs[it.Session], told{it.Title, it.Who, it.What, it.Where, it.Individual})
	}
	return paged(q, items, as, func(it booking.Item) string { return mark(it.StartsAt, string(it.ID)) }), nil
}

// errNone says that nothing can be all that a search asks for.
var errNone = errors.New("fhir: nothing is all of this")

// appointmentsWanted reads what a search for appointments asks for: of a person, or ""
// for those of the office of whoever asks.
func (s *server) appointmentsWanted(c *call, q query) (f booking.Find, person civic.PersonID, err error) {
	person = c.actor.Person()
	for _, name := range []string{"patient", "actor"} {
		types := []string{typePatient}
		if name == "actor" {
			types = append(types, typePractitioner, typeHealthcareService, typeLocation)
		}
		typ, id, err := c.one(q, name, types...)
		if err != nil {
			return f, "", err
		}
		switch typ {
		case "":
		case typePatient:
			if name == "actor" && q.Has("patient") && person != civic.PersonID(id) {
				return f, "", errNone // a booking is one person's
			}
			person = civic.PersonID(id)
		default:
			rs, err := s.narrowed(c, typ, id)
			if err != nil {
				return f, "", err
			}
			if f.Office = rs.Office; len(rs.IDs) > 0 {
				f.Resource = id
			}
		}
	}
	status, err := q.list("status")
	if err != nil {
		return f, "", err
	}
	for i, st := range status {
		if status[i] = token(st); !slices.Contains(appointmentStatuses, status[i]) {
			return f, "", errValue.On("status")
		}
		for state, is := range statusOfState {
			if is == token(st) {
				f.States = append(f.States, state)
			}
		}
		if token(st) == statusPending {
			f.States = append(f.States, booking.Booked)
		}
	}
	pending, sure := slices.Contains(status, statusPending), slices.Contains(status, statusOfState[booking.Booked])
	if pending != sure {
		f.Awaits = &pending
	}
	if len(status) > 0 && len(f.States) == 0 {
		return f, "", errNone
	}
	slices.Sort(f.States)
	f.Latest = q.Get("_sort") == "-date"
	if f.Starts, f.Except, err = q.span("date"); err != nil {
		return f, "", err
	}
	at, id, err := q.marked()
	f.After = booking.Booking{StartsAt: at, ID: civic.RequestID(id)}
	return f, person, err
}

// appointmentNumbered finds the booking of a spoken number.
func (s *server) appointmentNumbered(c *call, q query) (page, error) {
	for _, name := range []string{"patient", "actor", "status", "date"} {
		if q.Has(name) {
			return page{}, errSearch.On(name)
		}
	}
	ns, err := q.list("identifier")
	if err != nil {
		return page{}, err
	}
	if len(ns) != 1 {
		return page{}, errValue.On("identifier")
	}
	n, err := s.Requests.Find(c, c.actor, token(ns[0]))
	if civic.Is(err, civic.NotFound) {
		return page{}, nil
	}
	if err != nil || n.Draft {
		return page{}, err
	}
	a, err := s.readAppointment(c, string(n.ID))
	if civic.Is(err, civic.NotFound) { // a number of something else
		return page{}, nil
	}
	if err != nil {
		return page{}, err
	}
	return page{found: []resource{a}}, nil
}
