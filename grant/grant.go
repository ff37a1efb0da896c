package grant

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// Grant is a person's permission for another to act for them.
type Grant struct {
	ID       string
	Person   civic.PersonID
	Agent    civic.PersonID
	Relation string
	Services string // "*" or names between blanks
	Starts   time.Time
	Ends     *time.Time
	GivenHow string
}

const grantColumns = `id, person, agent, relation, services, starts, ends, given_how`

// Give records a grant that the person gives: themselves, or before a member of
// staff who has opened them. The same grant again is the one that there is.
func (s *Service) Give(ctx context.Context, actor civic.Actor, g Grant) (string, error) {
	g.ID = db.NewID()
	g.Services = strings.Join(strings.Fields(g.Services), " ")
	if g.Person == "" || g.Agent == "" || g.Agent == g.Person || g.Relation == "" || utf8.RuneCountInString(g.Relation) > 20 ||
		!servicesFit(g.Services) || g.Ends != nil && !g.Ends.After(g.Starts) {
		return "", errGrant
	}
	if civic.HoldsNumber(g.Relation) || civic.HoldsNumber(g.GivenHow) {
		return "", errNumber.On("relation")
	}
	err := s.j.Write(ctx, actor.For(g.Person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: g.Person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		if auth.Basis() == civic.BasisGrant {
			return errNotYours // an agent can't pass the permission on
		}
		if err := rooted(tx, &g); err != nil {
			return err
		}
		tx.Actor.Subject = g.Person
		if err := s.fits(tx, g); err != nil {
			return err
		}
		agent, err := s.p.Name(tx, civic.Authority{}, g.Agent)
		if err != nil {
			return err
		}
		if same, err := standing(tx, g); err != nil {
			return err
		} else if same != "" {
			g.ID = same
			return journal.ErrUnchanged
		}
		if err := tx.InsertRows("proxy_grant", []string{"person", "id", "agent", "relation", "services", "starts", "ends", "given_how", "state"},
			[][]any{{g.Person, g.ID, g.Agent, g.Relation, g.Services, g.Starts, g.Ends, g.GivenHow, "active"}}); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActGiven, Detail: map[string]string{"relation": g.Relation, "services": g.Services, "how": g.GivenHow, "agent": agent},
			About: []journal.About{{ID: string(g.Agent), Kind: "person", Role: "agent"}, {ID: g.ID, Kind: "grant", Role: "object"}}})
	})
	if err != nil {
		return "", err
	}
	return g.ID, nil
}

// rooted writes a grant under the roots of both, who must be two people.
func rooted(tx *journal.Tx, g *Grant) error {
	person, err := people.Resolve(tx, g.Person)
	if err != nil {
		return err
	}
	agent, err := people.Resolve(tx, g.Agent)
	if err != nil {
		return err
	}
	if person.Root == agent.Root {
		return errGrant
	}
	g.Person, g.Agent = person.Root, agent.Root
	return nil
}

// fits checks a grant against what there is: its services, and when it starts.
func (s *Service) fits(tx *journal.Tx, g Grant) error {
	if g.Starts.After(tx.Now.AddDate(1, 0, 0)) {
		return errStarts
	}
	for _, name := range strings.Fields(g.Services) {
		if name == "*" {
			continue
		}
		if ok, err := s.c.Known(tx, name); err != nil {
			return err
		} else if !ok {
			return errService
		}
	}
	return nil
}

// standing returns the live grant that says the same, or "": a form sent twice
// makes one grant, and stopping it leaves none.
func standing(tx *journal.Tx, g Grant) (string, error) {
	// Two at the same moment take turns at the person's row.
	if _, err := tx.Exec(`UPDATE person SET division = division WHERE id = $1`, g.Person); err != nil {
		return "", err
	}
	var gs []Grant
	if err := tx.Select(&gs, `SELECT `+grantColumns+` FROM proxy_grant WHERE person = $1 AND agent = $2 AND services = $3 AND state = 'active'
		AND (ends IS NULL OR ends > $4) ORDER BY id`, g.Person, g.Agent, g.Services, tx.Now); err != nil {
		return "", err
	}
	for _, old := range gs {
		sameEnd := old.Ends == nil && g.Ends == nil || old.Ends != nil && g.Ends != nil && old.Ends.Equal(*g.Ends)
		if sameEnd && !old.Starts.After(g.Starts) {
			return old.ID, nil
		}
	}
	return "", nil
}

// servicesFit reports whether the list is "*" or some names of services between
// blanks. It is kept in the journal, so that it may not hold numbers of people.
func servicesFit(list string) bool {
	const signs = "abcdefghijklmnopqrstuvwxyz0123456789- "
	return list == "*" || list != "" && len(list) <= 1000 && strings.Trim(list, signs) == "" &&
		!slices.ContainsFunc(strings.Fields(list), func(name string) bool { return name[0] < 'a' || civic.HoldsNumber(name) })
}

// Revoke ends a grant at once, also for pages that the agent has open. An agent
// may lay down their own grant, never another's.
func (s *Service) Revoke(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		if auth.Basis() == civic.BasisGrant {
			var own bool
			if own, err = sameAgent(tx, auth, id); err != nil {
				return err
			}
			if !own {
				return errNotYours
			}
		}
		var g Grant
		ids := auth.Selves()
		err = tx.Get(&g, `UPDATE proxy_grant SET state = 'revoked' WHERE id = $1 AND state = 'active' AND person IN `+db.In(2, len(ids))+` RETURNING `+grantColumns,
			append([]any{id}, db.Args(ids)...)...)
		if errors.Is(err, db.ErrNoRows) {
			return errNoSuch
		}
		if err != nil {
			return err
		}
		agent, err := s.p.Name(tx, civic.Authority{}, g.Agent)
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActRevoked, Detail: map[string]string{"relation": g.Relation, "services": g.Services, "agent": agent},
			About: []journal.About{{ID: string(g.Agent), Kind: "person", Role: "agent"}, {ID: id, Kind: "grant", Role: "object"}}})
	})
}

// sameAgent reports whether a grant is held by the person who holds the grant that
// the authority rests on.
func sameAgent(q db.Q, auth civic.Authority, id string) (bool, error) {
	ids := auth.Selves()
	var agents []civic.PersonID
	if err := q.Select(&agents, `SELECT agent FROM proxy_grant WHERE id IN ($1, $2) AND person IN `+db.In(3, len(ids)),
		append([]any{id, auth.Ref()}, db.Args(ids)...)...); err != nil || len(agents) == 0 {
		return false, err
	}
	if id != auth.Ref() && len(agents) < 2 {
		return false, nil
	}
	first, err := people.Resolve(q, agents[0])
	if err != nil {
		return false, err
	}
	return slices.Contains(first.Selves(), agents[len(agents)-1]), nil
}

// Agent is somebody who holds a live grant of a person, as a clerk sees them.
type Agent struct {
	Grant
	Name string // masked
}

// Agents lists who may act for a person: for the person, for staff who have
// opened them, and for staff whose role covers their home and who are about to.
// Grants that start later are among them. An agent sees their own alone.
func (s *Service) Agents(ctx context.Context, actor civic.Actor, person civic.PersonID) ([]Agent, error) {
	var out []Agent
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		_, err := v.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Look: true})
		if civic.As(err).Code == errNotOpen.Code && err != nil {
			home, homeErr := people.Home(v, person)
			if homeErr != nil {
				return homeErr
			}
			_, err = v.Authorise(civic.Need{Permission: civic.MayServePeople, Division: home, Look: true})
		}
		if err != nil {
			return err
		}
		self, err := people.Resolve(v, person)
		if err != nil {
			return err
		}
		ids := self.Selves()
		var gs []Grant
		if err := v.Select(&gs, `SELECT `+grantColumns+` FROM proxy_grant WHERE state = 'active' AND (ends IS NULL OR ends > $1)
			AND person IN `+db.In(2, len(ids))+` ORDER BY id`, append([]any{v.Now}, db.Args(ids)...)...); err != nil {
			return err
		}
		me, err := actingSelves(v, actor)
		if err != nil {
			return err
		}
		for _, g := range gs {
			if len(me) > 0 && !slices.Contains(me, self.Root) && !slices.Contains(me, g.Agent) {
				continue
			}
			m, err := s.p.Name(v, civic.Authority{}, g.Agent)
			if err != nil {
				return err
			}
			out = append(out, Agent{g, m})
		}
		return nil
	})
	return out, err
}

// Elder is somebody for whom the person at the controls may act.
type Elder struct {
	Person   civic.PersonID
	Name     string
	Relation string
}

// Elders lists for whom the person at the controls may act now.
func (s *Service) Elders(ctx context.Context, actor civic.Actor) ([]Elder, error) {
	var out []Elder
	me := actor.Person()
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Person: me, Look: true}); err != nil {
			return err
		}
		ids, err := actingSelves(v, actor)
		if err != nil {
			return err
		}
		var rows []struct {
			Elder
			AliasOf civic.PersonID
		}
		if err := v.Select(&rows, `SELECT DISTINCT g.person, p.name, p.alias_of, g.relation FROM proxy_grant g JOIN person p ON p.id = g.person
			WHERE g.state = 'active' AND g.starts <= $1 AND (g.ends IS NULL OR g.ends > $1) AND g.agent IN `+db.In(2, len(ids))+` ORDER BY p.name, g.person`,
			append([]any{v.Now}, db.Args(ids)...)...); err != nil {
			return err
		}
		for _, r := range rows {
			if r.AliasOf != "" { // somebody who was registered twice is listed once
				self, err := people.Resolve(v, r.Person)
				if err != nil {
					return err
				}
				r.Person = self.Root
			}
			if !slices.Contains(out, r.Elder) && !slices.ContainsFunc(out, func(e Elder) bool { return e.Person == r.Person && e.Relation == r.Relation }) {
				out = append(out, r.Elder)
			}
		}
		return nil
	})
	return out, err
}

// actingSelves are the identities of the person at the controls; none for staff.
func actingSelves(q db.Q, actor civic.Actor) ([]civic.PersonID, error) {
	if actor.Person() == "" {
		return nil, nil
	}
	self, err := people.Resolve(q, actor.Person())
	return self.Selves(), err
}
