package people

import (
	"context"
	"strconv"

	"yinqiao/civic"
	"yinqiao/journal"
)

// Caller is somebody who may be at the other end of a call: whose own phone it is, as far as
// is registered. A number is not a proof.
type Caller struct {
	Person   civic.PersonID
	Polite   string // how they are spoken to, by family name
	Division civic.Division
	Age      int    // in years
	Speaks   string // what they said they speak, of data/preferences.yaml; "" if they did not
	Private  bool   // nobody else has this number, and nobody entered it lately: what is theirs may be told
}

// Actor is the caller at their own telephone.
func (c Caller) Actor() civic.Actor {
	return civic.Actor{Operator: civic.Party{Kind: civic.PartyPerson, ID: string(c.Person)}, Channel: civic.ChannelPhone}
}

// callersRead bounds how many people a number is looked up for.
const callersRead = 20

// Callers tells whose own phone a number is, none for what is no number. It is for the
// line, which greets them by name: nothing else of theirs is in the answer.
func (s *Service) Callers(ctx context.Context, number string) ([]Caller, error) {
	n, err := CleanPhone(number)
	if err != nil {
		return nil, nil
	}
	var out []Caller
	err = s.j.Look(ctx, civic.System("phone"), func(v *journal.View) error {
		out = nil
		var ids []civic.PersonID
		if err := v.Select(&ids, `SELECT person FROM contact_index WHERE hash = $1 ORDER BY person LIMIT `+strconv.Itoa(callersRead), s.phoneHash(n)); err != nil {
			return err
		}
		seen := map[civic.PersonID]bool{}
		for _, id := range ids {
			self, err := Resolve(v, id)
			if err != nil {
				return err
			}
			if self.State != "active" || self.Died != "" || seen[self.Root] {
				continue
			}
			seen[self.Root] = true
			c, err := s.caller(v, self, n)
			if err != nil {
				return err
			}
			if c != nil {
				out = append(out, *c)
			}
		}
		return nil
	})
	return out, err
}

// caller is a person as the owner of a number; nil for one whose own it is not.
func (s *Service) caller(v *journal.View, self Self, number string) (*Caller, error) {
	rows, err := s.contactRows(v, self.Selves())
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.Whose != own || r.number != number {
			continue
		}
		row, err := readPerson(v, self.Root)
		if err != nil {
			return nil, err
		}
		d, err := s.dial(v, self, r, v.Now)
		if err != nil {
			return nil, err
		}
		p := row.Person()
		c := Caller{Person: self.Root, Polite: p.Polite(v.Now), Division: p.Division, Age: p.Age(v.Now), Private: d.Trusted()}
		prefs, err := readPreferences(v, self.Selves())
		c.Speaks = prefs["language"]
		if err != nil {
			return nil, err
		}
		return &c, nil
	}
	return nil, nil
}
