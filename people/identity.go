package people

import (
	"errors"

	"yinqiao/civic"
	"yinqiao/db"
)

// Identity is by what another system registers the same person: the name, and the number
// of one card that is in use, a resident ID where there is one. Card is zero without any.
// It is for those whom the person asked to be registered with, and for nothing else.
func (s *Service) Identity(q db.Q, auth civic.Authority, person civic.PersonID) (name string, card Card, err error) {
	if !auth.Over(person) || !seesSensitive(auth) {
		return "", card, errAuthority
	}
	if name, err = s.Name(q, auth, person); err != nil {
		return "", card, err
	}
	ids := auth.Selves()
	var c struct {
		Person civic.PersonID
		ID     string
		Kind   CredentialKind
		Sealed []byte
	}
	err = q.Get(&c, `SELECT person, id, kind, sealed FROM credential WHERE state = 'active' AND kind <> 'printed_card' AND person IN `+db.In(1, len(ids))+`
		ORDER BY CASE WHEN kind = 'resident_id' THEN 0 ELSE 1 END, id LIMIT 1`, db.Args(ids)...)
	if errors.Is(err, db.ErrNoRows) {
		return name, card, nil
	}
	if err != nil {
		return "", card, err
	}
	b, err := s.v.Open(c.Sealed, "number/"+string(c.Person)+"/"+c.ID)
	return name, Card{Kind: c.Kind, Number: string(b)}, err
}
