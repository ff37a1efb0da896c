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
			var own int
			if err := tx.Get(&own, `SELECT COUNT(*) FROM proxy_grant a JOIN proxy_grant b ON b.person = a.person AND b.agent = a.agent
				WHERE a.person = $1 AND a.id = $2 AND b.id = $3`, person, id, auth.Ref()); err != nil {
				return err
			}
			if own == 0 {
				return errNotYours
			}
		}
		var g Grant
		err = tx.Get(&g, `UPDATE proxy_grant SET state = 'revoked' WHERE person = $1 AND id = $2 AND state = 'active' RETURNING `+grantColumns, person, id)
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
		var gs []Grant
		if err := v.Select(&gs, `SELECT `+grantColumns+` FROM proxy_grant WHERE person = $1 AND state = 'active'
			AND (ends IS NULL OR ends > $2) ORDER BY id`, person, v.Now); err != nil {
			return err
		}
		for _, g := range gs {
			if me := actor.Person(); me != "" && me != person && me != g.Agent {
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
		return v.Select(&out, `SELECT DISTINCT g.person, p.name, g.relation FROM proxy_grant g JOIN person p ON p.id = g.person
			WHERE g.agent = $1 AND g.state = 'active' AND g.starts <= $2 AND (g.ends IS NULL OR g.ends > $2) ORDER BY p.name, g.person`, me, v.Now)
	})
	return out, err
}
