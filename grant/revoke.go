package grant

import (
	"context"
	"errors"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// Revoke ends a grant at once, also for pages that the agent has open: at the
// person's word, or the guardian's. An agent may lay down their own grant, never
// another's; so may an ask be taken back or refused. A guardianship ends otherwise.
func (s *Service) Revoke(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := s.mayRevoke(tx, person, id)
		if err != nil {
			return err
		}
		return s.end(tx, auth, auth.Selves(), id, "agent")
	})
}

// mayRevoke is the authority for ending a grant.
func (s *Service) mayRevoke(tx *journal.Tx, person civic.PersonID, id string) (civic.Authority, error) {
	if own, err := s.layDown(tx, person, id); err != nil || own.Valid() {
		return own, err
	}
	auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
	if err != nil || auth.Basis() != civic.BasisGrant {
		return auth, err
	}
	// Somebody who came with a grant lays down their own alone.
	own, err := sameAgent(tx, auth, id)
	if err == nil && !own {
		err = errNotYours
	}
	return auth, err
}

// sameAgent reports whether a grant is held by the person who holds the grant that
// the authority rests on. A role at an office lays down nothing but its own.
func sameAgent(q db.Q, auth civic.Authority, id string) (bool, error) {
	if id == auth.Ref() {
		return true, nil
	}
	ids := auth.Selves()
	var agents []civic.PersonID
	if err := q.Select(&agents, `SELECT agent FROM proxy_grant WHERE agent_kind = 'person' AND id IN ($1, $2) AND person IN `+db.In(3, len(ids)),
		append([]any{id, auth.Ref()}, db.Args(ids)...)...); err != nil || len(agents) < 2 {
		return false, err
	}
	first, err := people.Resolve(q, agents[0])
	if err != nil {
		return false, err
	}
	return slices.Contains(first.Selves(), agents[1]), nil
}

// layDown is the authority of agents over their own grant, also one that is held
// or only asked for. It is not valid for anybody else.
func (s *Service) layDown(tx *journal.Tx, person civic.PersonID, id string) (civic.Authority, error) {
	who := tx.Actor.Person()
	if who == "" {
		return civic.Authority{}, nil
	}
	self, err := people.Resolve(tx, person)
	if err != nil {
		return civic.Authority{}, err
	}
	me, err := people.Resolve(tx, who)
	if err != nil {
		return civic.Authority{}, hide(err)
	}
	g, err := one(tx, self, id)
	if civic.Is(err, civic.NotFound) || err == nil && (g.Agent == "" || !slices.Contains(me.Selves(), g.Agent) || me.Died != "") {
		return civic.Authority{}, nil // the judge says
	}
	if err != nil {
		return civic.Authority{}, err
	}
	return over(civic.BasisGrant, g.ID, person, self, self.Division, ""), nil
}

func hide(err error) error {
	if civic.Is(err, civic.NotFound) {
		return errNobody
	}
	return err
}

// end revokes a grant of the kind and records it.
func (s *Service) end(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID, id, kind string) error {
	var g Grant
	err := tx.Get(&g, `UPDATE proxy_grant SET state = 'revoked', notice = CASE WHEN notice = 'pending' THEN '' ELSE notice END
		WHERE id = $1 AND kind = $2 AND state IN ('active', 'asked') AND person IN `+db.In(3, len(ids))+` RETURNING `+grantColumns,
		append([]any{id, kind}, db.Args(ids)...)...)
	if errors.Is(err, db.ErrNoRows) {
		var n int
		if err := tx.Get(&n, `SELECT COUNT(*) FROM proxy_grant WHERE id = $1 AND kind = 'guardian' AND state IN ('active', 'asked') AND person IN `+db.In(2, len(ids)),
			append([]any{id}, db.Args(ids)...)...); err != nil {
			return err
		}
		if n > 0 && kind == "agent" {
			return errGuardian
		}
		return errNoSuch
	}
	if err != nil {
		return err
	}
	agent, err := s.agentName(tx, g)
	if err != nil {
		return err
	}
	act := ActRevoked
	if kind == "guardian" {
		act = ActReleased
	}
	return tx.Record(auth, s.event(act, g, agent))
}
