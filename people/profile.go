package people

import (
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
)

// Profile is a person as they are shown to somebody with authority over them.
type Profile struct {
	Person
	Address     string
	Credentials []Credential
	Contacts    []Contact
}

// Profile reads a person for somebody with authority over them.
func (s *Service) Profile(q db.Q, auth civic.Authority, id civic.PersonID) (Profile, error) {
	var p Profile
	if !auth.Over(id) {
		return p, errAuthority
	}
	row, err := readPerson(q, id)
	if err != nil {
		return p, err
	}
	p.Person = row.Person()
	if p.Address, err = s.openAddress(row); err != nil {
		return p, err
	}
	self, err := Resolve(q, row.ID)
	if err != nil {
		return p, err
	}
	if p.Credentials, err = s.readCredentials(q, self.Selves()); err != nil {
		return p, err
	}
	p.Contacts, err = s.contacts(q, self.Selves())
	return p, err
}

// Known reads who somebody is, without cards and phones.
func (s *Service) Known(q db.Q, auth civic.Authority, id civic.PersonID) (Person, error) {
	if !auth.Over(id) {
		return Person{}, errAuthority
	}
	row, err := readPerson(q, id)
	if err != nil {
		return Person{}, err
	}
	return row.Person(), nil
}

// KnownAll is Known for many at once, each with the authority over them in its place. Who
// was merged is read under the ID that was asked for.
func (s *Service) KnownAll(q db.Q, auths []civic.Authority, ids []civic.PersonID) (map[civic.PersonID]Person, error) {
	for i, id := range ids {
		if !auths[i].Over(id) {
			return nil, errAuthority
		}
	}
	out := make(map[civic.PersonID]Person, len(ids))
	for part := range slices.Chunk(ids, holdsAtOnce) {
		part = db.Filled(part)
		var rows []personRow
		if err := q.Select(&rows, personSelect+` WHERE alias_of = '' AND id IN `+db.In(1, len(part)), db.Args(part)...); err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.ID] = r.Person()
		}
	}
	for i, id := range ids {
		if _, ok := out[id]; ok {
			continue
		}
		p, err := s.Known(q, auths[i], id)
		if err != nil {
			return nil, err
		}
		out[id] = p
	}
	return out, nil
}

// Lives reads where a person lives, for somebody with authority over them: the
// division, and the address, "" if none is registered.
func (s *Service) Lives(q db.Q, auth civic.Authority, id civic.PersonID) (civic.Division, string, error) {
	if !auth.Over(id) {
		return "", "", errAuthority
	}
	row, err := readPerson(q, id)
	if err != nil {
		return "", "", err
	}
	address, err := s.openAddress(row)
	return row.Division, address, err
}

func (s *Service) openAddress(row personRow) (string, error) {
	if row.Address == nil {
		return "", nil
	}
	b, err := s.v.Open(row.Address, "person.address/"+string(row.ID))
	return string(b), err
}

// Name returns a person's name for a timeline or list, masked unless the
// authority reaches them.
func (s *Service) Name(q db.Q, auth civic.Authority, id civic.PersonID) (string, error) {
	row, err := readPerson(q, id)
	if err != nil {
		return "", err
	}
	if auth.Over(id) || auth.Over(row.ID) {
		return row.Name, nil
	}
	return Masked(row.Name), nil
}
