package grant

import (
	"errors"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/people"
)

// Kin is a person who holds a grant of somebody's.
type Kin struct {
	Agent    civic.PersonID
	Relation string
}

// KinTo lists those of whom a person is or may be a relative, whatever holds the grant now.
func KinTo(q db.Q, auth civic.Authority, person civic.PersonID) ([]civic.PersonID, error) {
	if !auth.Over(person) {
		return nil, errors.New("grant: whose relative a person is needs an authority over them")
	}
	self, err := people.Resolve(q, person)
	if err != nil {
		return nil, err
	}
	var out []civic.PersonID
	err = q.Select(&out, `SELECT DISTINCT person FROM proxy_grant WHERE state <> 'revoked' AND agent_kind = 'person' AND agent IN `+db.In(1, len(self.Selves()))+` ORDER BY person`,
		db.Args(self.Selves())...)
	return out, err
}

// KinOf lists the people by whom a message may reach somebody: those who hold a live
// grant, family first; after a death, relatives who held one. The authority is over the person.
func KinOf(q db.Q, auth civic.Authority, now time.Time, person civic.PersonID) ([]Kin, error) {
	if !auth.Over(person) {
		return nil, errors.New("grant: the relatives of a person need an authority over them")
	}
	self, err := people.Resolve(q, person)
	if err != nil {
		return nil, err
	}
	ids := self.Selves()
	var gs []Grant
	if err := q.Select(&gs, `SELECT `+grantColumns+` FROM proxy_grant WHERE state = 'active' AND agent_kind = 'person'`+inTime+`
		AND person IN `+db.In(2, len(ids))+` ORDER BY id`, append([]any{now}, db.Args(ids)...)...); err != nil {
		return nil, err
	}
	if err := holdFrom(q, now, ids, gs); err != nil {
		return nil, err
	}
	var out []Kin
	seen := map[civic.PersonID]bool{}
	for _, near := range []bool{true, false} {
		for _, g := range gs {
			if stands(g.Held, g.Notice, g.Relation, self.Died != "") && !seen[g.Agent] && near == rules.family(g.Relation) {
				seen[g.Agent] = true
				out = append(out, Kin{g.Agent, g.Relation})
			}
		}
	}
	return out, nil
}
