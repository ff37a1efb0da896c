package request

import (
	"context"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/journal"
	"yinqiao/people"
)

// Engine fulfils requests. Accept runs in the request's own transaction.
type Engine interface {
	Accept(tx *journal.Tx, auth civic.Authority, r *Request) error
}

// Service starts, resumes and submits dialogues.
type Service struct {
	j       *journal.Journal
	v       *vault.Vault
	catalog *catalog.Service
	people  *people.Service
	engines map[string]Engine // by the name that a definition gives
	sources map[string]Source
}

// New makes the service. engine fulfils the services that become cases.
func New(j *journal.Journal, v *vault.Vault, c *catalog.Service, p *people.Service, engine Engine) *Service {
	return &Service{j, v, c, p, map[string]Engine{"casework": engine}, map[string]Source{"home": home{}, "offices": offices{}}}
}

// Fulfils adds the engine of services whose definition names it. For the wiring,
// before the first request.
func (s *Service) Fulfils(name string, e Engine) { s.engines[name] = e }

// need is what acting for a person in a service takes. The version of a draft is
// in memory; before there is one, the newest says what group the service is of.
func (s *Service) need(q db.Q, d *Draft) (civic.Need, error) {
	n := civic.Need{Person: d.Person, Service: d.Service, Permission: civic.MayServePeople}
	if d.DefHash == "" {
		scope, err := s.catalog.Scope(q, d.Service)
		n.Group, n.After = scope.Group, scope.After
		return n, err
	}
	def, err := s.catalog.Version(q, d.DefHash)
	if err != nil {
		return n, err
	}
	n.Group, n.After = def.Group, def.AfterDeath
	return n, nil
}

// Need is what acting for a person in a service takes, for an engine.
func (s *Service) Need(q db.Q, person civic.PersonID, service string) (civic.Need, error) {
	return s.need(q, &Draft{Person: person, Service: service})
}

var errOwn = civic.E(civic.Denied, "service.own", "这件事要老人本人来办，家人不能代办。").Accepting("请老人本人到窗口、打电话或在自己的网页上办")

// mayAct refuses an agent in a service that asks for the person themselves.
func mayAct(auth civic.Authority, def *catalog.Definition) error {
	if auth.Basis() == civic.BasisGrant && !def.Proxy {
		return errOwn
	}
	return nil
}

// Look shows a draft to somebody with authority over its person.
func (s *Service) Look(ctx context.Context, actor civic.Actor, id civic.DraftID) (*View, error) {
	var out *View
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		d, auth, err := s.reach(v, &v.Actor, id, looks(v.Authorise))
		if err != nil {
			return err
		}
		out, err = s.sit(v, v.Actor, v.Now, auth, d).view(d)
		return err
	})
	return out, err
}

// reach reads a draft and the authority over its person. Whoever has none is
// told the same as if there were no draft, unless they are staff who can mend it.
func (s *Service) reach(q db.Q, actor *civic.Actor, id civic.DraftID, authorise func(civic.Need) (civic.Authority, error)) (*Draft, civic.Authority, error) {
	if actor.Operator.None() {
		_, err := authorise(civic.Need{}) // nobody: say how to sign in
		return nil, civic.Authority{}, err
	}
	d, err := s.readDraft(q, id)
	if err != nil {
		return nil, civic.Authority{}, err
	}
	auth, err := s.over(q, actor, d, authorise)
	return d, auth, err
}

// looks asks only to read.
func looks(authorise func(civic.Need) (civic.Authority, error)) func(civic.Need) (civic.Authority, error) {
	return func(n civic.Need) (civic.Authority, error) { n.Look = true; return authorise(n) }
}

// over is reach for a draft that was read already.
func (s *Service) over(q db.Q, actor *civic.Actor, d *Draft, authorise func(civic.Need) (civic.Authority, error)) (civic.Authority, error) {
	actor.Subject = d.Person
	n, err := s.need(q, d)
	if err != nil {
		return civic.Authority{}, err
	}
	auth, err := authorise(n)
	if civic.Is(err, civic.Denied) && actor.Operator.Kind == civic.PartyPerson {
		err = errNoDraft.Because(err)
	}
	return auth, err
}
