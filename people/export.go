package people

import (
	"yinqiao/civic"
	"yinqiao/db"
)

// FullCard is a card with its whole number, for nobody but the person.
type FullCard struct {
	Kind    string `json:"kind"`
	Words   string `json:"words"`
	Number  string `json:"number"`
	State   string `json:"state"`
	Issued  string `json:"issued,omitempty"`
	Expires string `json:"expires,omitempty"`
}

// FullPhone is a phone with its whole number.
type FullPhone struct {
	Number    string `json:"number"`
	Whose     string `json:"whose"`
	Answers   string `json:"answers,omitempty"`
	Emergency bool   `json:"emergency,omitempty"`
	State     string `json:"state"`
}

// Numbers opens all numbers of a person, those no longer in use too. It is for the
// copy that the person asks for; nothing else shows whole numbers.
func (s *Service) Numbers(q db.Q, auth civic.Authority, person civic.PersonID) ([]FullCard, []FullPhone, error) {
	if !auth.Over(person) || !seesSensitive(auth) {
		return nil, nil, errAuthority
	}
	ids := auth.Selves()
	in, args := db.In(1, len(ids)), db.Args(ids)
	var cs []struct {
		Person                     civic.PersonID
		ID, State, Issued, Expires string
		Kind                       CredentialKind
		Sealed                     []byte
	}
	if err := q.Select(&cs, `SELECT person, id, state, issued, expires, kind, sealed FROM credential WHERE person IN `+in+` ORDER BY id`, args...); err != nil {
		return nil, nil, err
	}
	var cards []FullCard
	for _, c := range cs {
		b, err := s.v.Open(c.Sealed, "number/"+string(c.Person)+"/"+c.ID)
		if err != nil {
			return nil, nil, err
		}
		cards = append(cards, FullCard{string(c.Kind), c.Kind.Words(), string(b), c.State, c.Issued, c.Expires})
	}
	var ps []struct {
		Person           civic.PersonID
		ID, Whose, State string
		Sealed, Answers  []byte
		Emergency        bool
	}
	if err := q.Select(&ps, `SELECT person, id, whose, state, sealed, answers, emergency FROM contact WHERE person IN `+in+` ORDER BY state, place, id`, args...); err != nil {
		return nil, nil, err
	}
	var phones []FullPhone
	for _, p := range ps {
		b, err := s.v.Open(p.Sealed, "number/"+string(p.Person)+"/"+p.ID)
		if err != nil {
			return nil, nil, err
		}
		f := FullPhone{Number: string(b), Whose: p.Whose, Emergency: p.Emergency, State: p.State}
		if p.Answers != nil {
			if b, err = s.v.Open(p.Answers, "contact.answers/"+p.ID); err != nil {
				return nil, nil, err
			}
			f.Answers = string(b)
		}
		phones = append(phones, f)
	}
	return cards, phones, nil
}

// EveryTag lists all facts that were ever registered, ended ones too.
func (s *Service) EveryTag(q db.Q, auth civic.Authority, person civic.PersonID) ([]Tag, error) {
	if !auth.Over(person) || !seesSensitive(auth) {
		return nil, errAuthority
	}
	ids := auth.Selves()
	var out []Tag
	err := q.Select(&out, `SELECT id, kind, variant, scale, level, source, starts AS "from", CASE WHEN ends = '`+forEver+`' THEN '' ELSE ends END AS "to", reassess
		FROM person_tag WHERE person IN `+db.In(1, len(ids))+` ORDER BY starts, id`, db.Args(ids)...)
	return out, err
}

// EveryName lists the second names of a person, ended ones too.
func (s *Service) EveryName(q db.Q, auth civic.Authority, person civic.PersonID) ([]string, error) {
	if !auth.Over(person) {
		return nil, errAuthority
	}
	ids := auth.Selves()
	var out []string
	err := q.Select(&out, `SELECT name FROM other_name WHERE person IN `+db.In(1, len(ids))+` ORDER BY id`, db.Args(ids)...)
	return out, err
}

// EveryOther lists the other registrations of a person, which were merged into the
// root: each has a name, a birth, a home and an address of its own.
func (s *Service) EveryOther(q db.Q, auth civic.Authority, person civic.PersonID) ([]Profile, []string, error) {
	if !auth.Over(person) || !seesSensitive(auth) {
		return nil, nil, errAuthority
	}
	self, err := Resolve(q, person)
	if err != nil {
		return nil, nil, err
	}
	var out []Profile
	var villages []string
	for _, id := range self.Also {
		if !auth.Over(id) {
			return nil, nil, errAuthority
		}
		var r personRow
		if err := q.Get(&r, `SELECT id, name, sex, birth, division, village, address, alias_of FROM person WHERE id = $1`, id); err != nil {
			return nil, nil, err
		}
		p := Profile{Person: r.Person()}
		if p.Address, err = s.openAddress(r); err != nil {
			return nil, nil, err
		}
		out, villages = append(out, p), append(villages, r.Village)
	}
	return out, villages, nil
}
