package fhir

import (
	"strings"

	"yinqiao/civic"
	"yinqiao/people"
	"yinqiao/place"
)

// readPatient reads a person for whoever has authority over them, and the masked
// minimum for staff who have not opened them.
func (s *server) readPatient(c *call, id string) (resource, error) {
	p, err := s.People.Show(c, c.actor, civic.PersonID(id))
	if err == nil {
		return patientOf(p), nil
	}
	if !civic.Is(err, civic.Denied) || c.actor.Staff() == "" {
		return nil, err
	}
	m, glance := s.People.Glance(c, c.actor, civic.PersonID(id))
	switch {
	case civic.Is(glance, civic.Denied):
		return nil, err // who may not find people is told about opening them
	case glance != nil:
		return nil, glance
	}
	return glimpseOf(m), nil
}

// searchPatients finds the person of a card by its whole number, masked, for staff. The
// look-up is journalled by the people room.
func (s *server) searchPatients(c *call, q query) (page, error) {
	ids, err := q.list("identifier")
	if err != nil {
		return page{}, err
	}
	if len(ids) != 1 || token(ids[0]) == "" {
		return page{}, errRequired.On("identifier")
	}
	found, err := s.People.Find(c, c.actor, token(ids[0]))
	if civic.Is(err, civic.NotFound) {
		return page{}, nil
	}
	if err != nil {
		return page{}, err
	}
	var p page
	for _, m := range found.Matches {
		if m.Card { // not somebody of that name
			p.found = append(p.found, glimpseOf(m))
		}
	}
	return p, nil
}

func genderOf(x people.Sex) string {
	if x == people.Male || x == people.Female {
		return string(x)
	}
	return string(people.Unknown)
}

func divisionAddress(d civic.Division, text string) []Address {
	if d == "" && text == "" {
		return nil
	}
	return []Address{{Use: "home", Text: text, District: place.DivisionName(d), Country: "CN"}}
}

// glimpseOf is the masked minimum: enough to ask "are you …?".
func glimpseOf(m people.Match) resource {
	return Patient{head: head{ResourceType: typePatient, ID: string(m.Person), Meta: &Meta{Security: maskedLabel}}, Name: []HumanName{{Text: m.Name}},
		Gender: genderOf(m.Sex), BirthDate: m.Birth, Address: divisionAddress(m.Division.County(), "")}
}

// patientOf is a person with all that is shown of them. Numbers of cards and phones
// are shown nowhere but by their tails.
func patientOf(p people.Profile) resource {
	out := Patient{head: head{ResourceType: typePatient, ID: string(p.ID)}, Name: []HumanName{{Use: "official", Text: p.Name}}, Gender: genderOf(p.Sex),
		BirthDate: p.Birth, Address: divisionAddress(p.Division, p.Address)}
	for _, x := range p.Credentials {
		if !x.Live() {
			continue
		}
		t := words(tailed(x.Kind.Words(), x.Tail))
		out.Identifier = append(out.Identifier, Identifier{Use: "official", Type: &t, Hidden: hidden})
	}
	for range p.Contacts {
		out.Telecom = append(out.Telecom, ContactPoint{System: "phone", Hidden: hidden})
	}
	return out
}

func tailed(what, tail string) string {
	if strings.TrimSpace(tail) == "" {
		return what
	}
	return what + "（尾号" + tail + "）"
}
