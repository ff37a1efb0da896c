package grant

import (
	"context"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// Agent is somebody who holds a grant of a person.
type Agent struct {
	Grant
	Name string // in full to the person themselves, masked to others; or a role at its office
}

// Agents lists who may act for a person: for the person, for staff who have
// opened them, and for staff whose role covers their home and who are about to: to these
// only those of the agents whose card was shown to them a moment ago.
// Grants that start later, are held or only asked for are among them; see Live. An
// agent sees their own alone.
func (s *Service) Agents(ctx context.Context, actor civic.Actor, person civic.PersonID) ([]Agent, error) {
	var out []Agent
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Look: true})
		var self people.Self
		if civic.As(err).Code == errNotOpen.Code && err != nil {
			if self, err = people.Resolve(v, person); err != nil {
				return err
			}
			_, err = v.Authorise(civic.Need{Permission: civic.MayServePeople, Division: self.Division, Look: true})
		}
		if err != nil {
			return err
		}
		ids := auth.Selves()
		if !auth.Valid() {
			ids = self.Selves()
		}
		var mine []civic.PersonID
		if auth.Basis() == civic.BasisGrant && actor.Person() != "" {
			me, err := people.Resolve(v, actor.Person())
			if err != nil {
				return err
			}
			mine = me.Selves()
		}
		var gs []Grant
		if err := v.Select(&gs, `SELECT `+grantColumns+` FROM proxy_grant WHERE state IN ('active', 'asked')
			AND (ends IS NULL OR ends > $1) AND person IN `+db.In(2, len(ids))+` ORDER BY id`, append([]any{v.Now}, db.Args(ids)...)...); err != nil {
			return err
		}
		if err := holdFrom(v, v.Now, ids, gs); err != nil {
			return err
		}
		for _, g := range gs {
			if mine != nil && !slices.Contains(mine, g.Agent) {
				continue
			}
			if !auth.Valid() {
				if came, err := s.cameWithCard(v, actor.Staff(), g); err != nil {
					return err
				} else if !came {
					continue
				}
			}
			m, err := s.agentTo(v, auth, g)
			if err != nil {
				return err
			}
			out = append(out, Agent{g, m})
		}
		return nil
	})
	return out, err
}

// cameWithCard reports whether a card of who holds a grant was shown to a member of staff a
// moment ago: whom somebody lets act is for those who have them open.
func (s *Service) cameWithCard(v *journal.View, clerk civic.StaffID, g Grant) (bool, error) {
	if g.AgentKind != "person" {
		return false, nil
	}
	agent, err := people.Resolve(v, g.Agent)
	if err != nil {
		return false, err
	}
	cards, err := s.p.CardsShown(v, clerk, agent, v.Now.Add(-people.TypedFor()))
	return len(cards) > 0, err
}

// Elder is somebody for whom the person at the controls may act.
type Elder struct {
	Person   civic.PersonID
	Name     string
	Relation string
}

// Elders lists for whom the person at the controls may act now, and for which of
// the dead something is left to do.
func (s *Service) Elders(ctx context.Context, actor civic.Actor) ([]Elder, error) {
	var out []Elder
	me := actor.Person()
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Person: me, Look: true})
		if err != nil {
			return err
		}
		ids := auth.Selves()
		var rows []struct {
			Elder
			Kind    string
			Held    string
			Notice  string
			Starts  time.Time
			GivenAt *time.Time
			AliasOf civic.PersonID
		}
		if err := v.Select(&rows, `SELECT DISTINCT g.person, p.name, p.alias_of, g.relation, g.kind, g.held, g.notice, g.starts, g.given_at FROM proxy_grant g JOIN person p ON p.id = g.person
			WHERE g.state = 'active' AND g.agent_kind = 'person' AND g.starts <= $1 AND (g.ends IS NULL OR g.ends > $1) AND g.agent IN `+db.In(2, len(ids))+`
			ORDER BY p.name, g.person`, append([]any{v.Now}, db.Args(ids)...)...); err != nil {
			return err
		}
		for _, r := range rows {
			self, err := people.Resolve(v, r.Person)
			if err != nil {
				return err
			}
			ward, err := warded(v, v.Now, self.Selves())
			if err != nil {
				return err
			}
			r.Held = heldBy(ward, r.Kind, r.Held, r.Starts, r.GivenAt)
			if !stands(r.Held, r.Notice, r.Relation, self.Died != "") {
				continue
			}
			if r.AliasOf != "" { // somebody who was registered twice is listed once
				r.Person = self.Root
			}
			if !slices.ContainsFunc(out, func(e Elder) bool { return e.Person == r.Person && e.Relation == r.Relation }) {
				out = append(out, r.Elder)
			}
		}
		return nil
	})
	return out, err
}
