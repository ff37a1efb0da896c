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
	"yinqiao/place"
	"yinqiao/staff"
)

// Grant is a person's permission for another to act for them: for one person, or
// for whoever has a role at an office.
type Grant struct {
	ID        string
	Person    civic.PersonID
	Kind      string         // agent, or guardian whom a court or committee appointed
	AgentKind string         // person or role
	Agent     civic.PersonID // for a person
	Office    civic.OfficeID // for a role: at which office
	Role      staff.Role     // for a role: which
	Relation  string
	Services  string // "*", or names of services and @groups between blanks
	Starts    time.Time
	Ends      *time.Time
	GivenHow  string // a way of data/ways.yaml; own, guardian, court
	State     string // asked, active, revoked
	Held      string // why it authorises nothing now; HeldWords says it
	Notice    string // "", pending, told, refused: whether the person was told
	GivenAt   *time.Time
	UsedAt    *time.Time
	Evidence  Evidence `db:"-"` // what it is given on; never read back here
	document  string   // of a guardian
}

// Live reports whether acts may rest on the grant, its time aside.
func (g Grant) Live() bool { return g.State == "active" && g.Held == "" && g.Notice != pending }

// Entered reports a guardianship that waits for another member of staff to read its document.
func (g Grant) Entered() bool { return g.Kind == "guardian" && g.State == "asked" }

// Unwanted reports whether the person said that it was not their wish: then nobody but
// they or their guardian resumes it.
func (g Grant) Unwanted() bool { return strings.Contains(g.Held, heldUnwanted) }

// pending is the notice of a grant on which nothing rests until the person was asked.
const pending = "pending"

const grantColumns = `id, person, kind, agent_kind, agent, office, role, relation, services, starts, ends, given_how, state, held, notice, given_at, used_at`

// clean checks the form of a grant and brings it to its fields' defaults.
func (g *Grant) clean() error {
	g.ID = db.NewID()
	g.Kind, g.State, g.Held = "agent", "active", ""
	g.Services = strings.Join(strings.Fields(g.Services), " ")
	g.Relation = relationOf(g.Relation)
	if g.AgentKind == "" {
		g.AgentKind = "person"
	}
	switch g.AgentKind {
	case "person":
		g.Office, g.Role = "", ""
	case "role":
		g.Agent = ""
		if g.Relation == "" {
			g.Relation = g.Role.Words()
		}
	}
	if g.Person == "" || g.AgentKind == "person" && (g.Agent == "" || g.Agent == g.Person) || g.AgentKind == "role" && (g.Office == "" || !g.Role.May(civic.MayServePeople)) ||
		g.Relation == "" || utf8.RuneCountInString(g.Relation) > 20 || !servicesFit(g.Services) || g.Ends != nil && !g.Ends.After(g.Starts) {
		return errGrant
	}
	if civic.HoldsNumber(g.Relation) || civic.HoldsNumber(g.GivenHow) {
		return errNumber.On("relation")
	}
	if slices.Contains(rules.Reserved, g.Relation) {
		return errReserved
	}
	return nil
}

// Give records a grant that the person gives: themselves, before a member of staff
// who has opened them, or by their guardian. The same grant again is the one that
// there is. Invalid says what the way of giving asks for, or which limit of
// unrelated agents is met; Denied if the person has a guardian, or did not say it
// in person while relatives do not agree.
func (s *Service) Give(ctx context.Context, actor civic.Actor, g Grant) (string, error) {
	if err := g.clean(); err != nil {
		return "", err
	}
	err := s.j.Write(ctx, actor.For(g.Person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: g.Person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		if auth.Basis() == civic.BasisGrant {
			return errNotYours // an agent can't pass the permission on
		}
		agent, err := s.prepare(tx, auth, &g)
		if err != nil {
			return err
		}
		tx.Actor.Subject = g.Person
		if g.Evidence.ReadBack != "" { // what was read is our sentence; the entry names who read it
			if g.Evidence.ReadBack, err = s.readBack(tx, g, agent); err != nil {
				return err
			}
		}
		same, err := standing(tx, g)
		if err != nil {
			return err
		}
		if same.ID == "" {
			return s.insert(tx, auth, g, agent)
		}
		g.ID = same.ID
		if same.Notice == pending && g.Notice == "" { // the person's own word of today is the answer
			return s.told(tx, auth, same, agent, Agreed)
		}
		return journal.ErrUnchanged
	})
	if err != nil {
		return "", err
	}
	return g.ID, nil
}

// prepare checks a grant against what there is, with the rows of both people
// locked, so that two gives at once meet the same limits one after the other. It
// returns the agent's name for the journal.
func (s *Service) prepare(tx *journal.Tx, auth civic.Authority, g *Grant) (string, error) {
	if err := s.fits(tx, *g); err != nil {
		return "", err
	}
	self, err := s.locked(tx, g)
	if err != nil {
		return "", err
	}
	if err := s.permitted(tx, auth, self, g); err != nil {
		return "", err
	}
	if err := s.within(tx, self, *g); err != nil {
		return "", err
	}
	return s.agentName(tx, *g)
}

// locked takes the rows of both people in turn and puts their first identities
// into the grant.
func (s *Service) locked(tx *journal.Tx, g *Grant) (people.Self, error) {
	who := []civic.PersonID{g.Person}
	if g.AgentKind == "person" {
		who = append(who, g.Agent)
	}
	both, err := people.LockAll(tx, who...)
	if err != nil {
		return people.Self{}, err
	}
	self := both[0]
	if len(both) == 2 && both[1].Root == self.Root {
		return self, errGrant
	}
	for _, p := range both {
		if p.Died != "" || p.State != "active" {
			return self, errGone
		}
	}
	g.Person = self.Root
	if g.AgentKind == "person" {
		g.Agent = both[1].Root
	}
	return self, nil
}

// permitted checks how the grant is given, and by whom.
func (s *Service) permitted(tx *journal.Tx, auth civic.Authority, self people.Self, g *Grant) error {
	if auth.Basis() == civic.BasisSystem {
		return nil // imports and tests say themselves how it was given
	}
	staffed := false
	switch {
	case auth.Basis() == civic.BasisGuardian:
		g.GivenHow = "guardian"
	case auth.Basis() == civic.BasisOwn:
		g.GivenHow = "own"
	default:
		staffed = true
		w, ok := way(g.GivenHow)
		if !ok {
			return errHow
		}
		if w.Card {
			if err := s.inHand(tx, auth, tx.Actor.Staff(), self, errCardHere); err != nil {
				return err
			}
		}
		if err := g.Evidence.meets(w); err != nil {
			return err
		}
		if g.AgentKind == "role" {
			m, err := staff.Read(tx, tx.Actor.Staff())
			if err != nil {
				return err
			}
			if m.Office == g.Office { // they would give it to themselves
				if err := s.inHand(tx, auth, m.ID, self, errRoleCard); err != nil {
					return err
				}
			}
		}
		if err := s.impartial(tx, *g); err != nil {
			return err
		}
		if w.Notice || g.AgentKind == "role" {
			g.Notice = pending
		}
	}
	if auth.Basis() == civic.BasisGuardian {
		return nil
	}
	if ward, err := s.isWard(tx, self); err != nil {
		return err
	} else if ward {
		return errWard
	}
	if !staffed || g.GivenHow == "in_person" {
		return nil // the person's own word stands, also between relatives
	}
	n, err := disputed(tx, tx.Now, self.Selves())
	if err == nil && n > 0 {
		err = errDisputed
	}
	return err
}

// insert stores a grant with its evidence and records it.
func (s *Service) insert(tx *journal.Tx, auth civic.Authority, g Grant, agent string) error {
	if err := tx.InsertRows("proxy_grant", []string{"person", "id", "kind", "agent_kind", "agent", "office", "role", "relation", "services", "starts", "ends",
		"given_how", "state", "held", "notice", "given_at"},
		[][]any{{g.Person, g.ID, g.Kind, g.AgentKind, g.Agent, g.Office, g.Role, g.Relation, g.Services, g.Starts, g.Ends,
			g.GivenHow, g.State, g.Held, g.Notice, tx.Now}}); err != nil {
		return err
	}
	if err := s.keepEvidence(tx, auth, g); err != nil {
		return err
	}
	act := ActGiven
	switch {
	case g.Entered():
		act = ActEntered
	case g.State == "asked":
		act = ActAsked
	case g.Kind == "guardian":
		act = ActAppointed
	}
	return tx.Record(auth, s.event(act, g, agent))
}

// event is an act about a grant.
func (s *Service) event(act journal.Act, g Grant, agent string) journal.Event {
	d := map[string]string{"relation": g.Relation, "services": g.Services, "how": g.GivenHow, "agent": agent, "notice": ""}
	if g.Notice == pending {
		d["notice"] = "pending"
	}
	about := []journal.About{{ID: g.ID, Kind: "grant", Role: "object"}}
	if g.AgentKind == "role" {
		about = append(about, journal.About{ID: string(g.Office), Kind: "office", Role: "agent"})
	} else {
		about = append(about, journal.About{ID: string(g.Agent), Kind: "person", Role: "agent"})
	}
	return journal.Event{Act: act, Detail: d, About: about}
}

// agentName names who holds a grant: a person masked, or a role at its office.
func (s *Service) agentName(q db.Q, g Grant) (string, error) {
	if g.AgentKind == "role" {
		o, err := place.Read(q, g.Office)
		return o.Name + g.Role.Words(), err
	}
	return s.p.Name(q, civic.Authority{}, g.Agent)
}

// agentTo names who holds a grant to whoever reads of it: in full to the person
// themselves, who must know whom they let act, or who asks to.
func (s *Service) agentTo(q db.Q, auth civic.Authority, g Grant) (string, error) {
	if auth.Basis() != civic.BasisOwn || g.AgentKind == "role" {
		return s.agentName(q, g)
	}
	return s.p.Name(q, civic.Mint(civic.BasisGrant, g.ID, g.Agent, auth.Division(), auth.Office()), g.Agent)
}

// fits checks a grant against what there is: its services, and when it starts.
func (s *Service) fits(tx *journal.Tx, g Grant) error {
	// An import, and no person, may bring a relation that is on no list.
	if g.AgentKind == "person" && tx.Actor.Operator.Kind != civic.PartySystem && !slices.Contains(Relations(), g.Relation) {
		return errRelation
	}
	if g.Starts.After(tx.Now.AddDate(1, 0, 0)) {
		return errStarts
	}
	if g.Ends != nil && !g.Ends.After(tx.Now) && tx.Actor.Operator.Kind != civic.PartySystem { // an import may bring what has ended
		return errEnded
	}
	for _, name := range strings.Fields(g.Services) {
		if name == "*" {
			continue
		}
		if group, is := strings.CutPrefix(name, "@"); is {
			if s.c.GroupWords(group) == "" {
				return errService
			}
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

// standing returns the live grant that says the same, or an empty one: a form sent
// twice makes one grant, and stopping it leaves none. The person's row is locked.
func standing(tx *journal.Tx, g Grant) (Grant, error) {
	self, err := people.Resolve(tx, g.Person)
	if err != nil {
		return Grant{}, err
	}
	ids, agents := self.Selves(), []civic.PersonID{g.Agent} // a role has no ID
	if g.AgentKind == "person" {
		agent, err := people.Resolve(tx, g.Agent)
		if err != nil {
			return Grant{}, err
		}
		agents = agent.Selves()
	}
	var gs []Grant
	args := append([]any{g.AgentKind, g.Office, g.Role, g.Services, g.State, tx.Now, g.Relation}, append(db.Args(ids), db.Args(agents)...)...)
	if err := tx.Select(&gs, `SELECT `+grantColumns+` FROM proxy_grant WHERE agent_kind = $1 AND office = $2 AND role = $3 AND services = $4
		AND state = $5 AND held = '' AND kind = 'agent' AND (ends IS NULL OR ends > $6) AND relation = $7 AND person IN `+db.In(8, len(ids))+` AND agent IN `+db.In(8+len(ids), len(agents))+` ORDER BY id`, args...); err != nil {
		return Grant{}, err
	}
	if len(gs) == 0 {
		return Grant{}, nil
	}
	if err := holdFrom(tx, tx.Now, self.Selves(), gs); err != nil {
		return Grant{}, err
	}
	for _, old := range gs {
		if old.Held != "" {
			continue // it authorises nothing: the person's word of today makes a new one
		}
		sameEnd := old.Ends == nil && g.Ends == nil || old.Ends != nil && g.Ends != nil && old.Ends.Equal(*g.Ends)
		if sameEnd && !old.Starts.After(g.Starts) {
			return old, nil
		}
	}
	return Grant{}, nil
}

// servicesFit reports whether the list is "*" or some names of services and
// @groups between blanks. It is kept in the journal, so that it may not hold
// numbers of people.
func servicesFit(list string) bool {
	const signs = "abcdefghijklmnopqrstuvwxyz0123456789- @"
	return list == "*" || list != "" && len(list) <= 1000 && strings.Trim(list, signs) == "" &&
		!slices.ContainsFunc(strings.Fields(list), func(name string) bool {
			name = strings.TrimPrefix(name, "@")
			return name == "" || name[0] < 'a' || strings.Contains(name, "@") || civic.HoldsNumber(name)
		})
}

// one reads a grant of a person.
func one(q db.Q, self people.Self, id string) (Grant, error) {
	var g Grant
	ids := self.Selves()
	err := q.Get(&g, `SELECT `+grantColumns+` FROM proxy_grant WHERE id = $1 AND person IN `+db.In(2, len(ids)), append([]any{id}, db.Args(ids)...)...)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoSuch
	}
	return g, err
}
