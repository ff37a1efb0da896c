package people

import (
	"slices"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
)

// readCredentials lists the cards of a person under all their identities, as they
// stand today. Cards that went with a merge are listed once.
func (s *Service) readCredentials(q db.Q, selves []civic.PersonID) ([]Credential, error) {
	var cs []Credential
	err := q.Select(&cs, `SELECT id, kind, tail, state, issued, expires FROM credential WHERE person IN `+db.In(1, len(selves))+` ORDER BY id`, db.Args(selves)...)
	for i := range cs {
		cs[i].State = stateOn(cs[i].State, cs[i].Expires, s.j.Now())
	}
	return cs, err
}

// others names the kinds of card by which a person can still be found, in the
// order in which kinds are offered.
func (s *Service) others(q db.Q, id civic.PersonID) (Kinds, error) {
	self, err := Resolve(q, id)
	if err != nil {
		return "", err
	}
	cs, err := s.readCredentials(q, self.Selves())
	var out []string
	for _, k := range CredentialKinds {
		if slices.ContainsFunc(cs, func(c Credential) bool { return c.Kind == k && c.State == Active }) {
			out = append(out, string(k))
		}
	}
	return Kinds(strings.Join(out, " ")), err
}
