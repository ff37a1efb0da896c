package grant

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// Opening says how a person was opened at a desk.
type Opening struct {
	Basis  civic.Basis
	Agent  civic.PersonID // who came for them, if somebody did
	Reason string
	Until  time.Time
	Died   string `db:"-"` // YYYY-MM-DD, "" while the person is alive as far as is known
}

// Open lets the member of staff at the controls read and act for a person for a
// short time. Their role must cover the person's home, or the person's card must have
// been shown (presented): the same member typed its whole number a moment ago or a
// reader read it for them. Nobody's word stands for that, nor for an agent's having come: a
// card of theirs must have been shown too, and of a guardian one that is proof enough.
func (s *Service) Open(ctx context.Context, actor civic.Actor, person civic.PersonID, presented bool, reason string, agent civic.PersonID) error {
	reason = civic.FoldWords(reason)
	if reason == "" || utf8.RuneCountInString(reason) > 100 {
		return errReason
	}
	if civic.HoldsNumber(reason) {
		return errNumber.On("reason")
	}
	if agent == person {
		agent = ""
	}
	if agent != "" {
		actor.Agent = civic.Party{Kind: civic.PartyPerson, ID: string(agent)}
	}
	if actor.Operator.None() {
		return errNobody // before anything is read, so that who exists is not told
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		self, err := people.Resolve(tx, person)
		if err != nil {
			return err
		}
		person, tx.Actor.Subject = self.Root, self.Root
		if slices.Contains(self.Selves(), agent) {
			agent, tx.Actor.Agent = "", civic.Party{}
		}
		need := civic.Need{Permission: civic.MayServePeople, Division: self.Division}
		basis := civic.BasisRole
		detail := map[string]string{"reason": reason}
		if presented {
			need.Division, basis = "", civic.BasisPresented
		}
		auth, err := tx.Authorise(need)
		if err != nil {
			return err
		}
		detail["basis"] = string(basis)
		auth = civic.Mint(basis, auth.Ref(), person, auth.Division(), auth.Office())
		// Whoever takes the person away or reports a card lost meanwhile waits, or came first
		// and is seen.
		who := []civic.PersonID{person}
		if agent != "" {
			who = append(who, agent)
		}
		now, err := people.LockAll(tx, who...)
		if civic.Is(err, civic.NotFound) {
			return errAgent
		}
		if err != nil {
			return err
		}
		if presented {
			cards, err := s.p.CardsShown(tx, actor.Staff(), now[0], tx.Now.Add(-people.TypedFor()))
			if err != nil {
				return err
			}
			if len(cards) == 0 {
				return errNotShown
			}
			detail["presented"] = "typed" // a read card says "reader"
		}
		switch {
		case now[0].State != "active":
			return people.ErrErased
		case now[0].Root != person:
			return errNotOpen
		}
		if agent != "" {
			if err := s.came(tx, now[0], now[1]); err != nil {
				return err
			}
		}
		if err := open(tx, person, actor.Staff(), basis, reason, agent, tx.Now.Add(OpenFor())); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActOpened, Detail: detail})
	})
}

// came refuses an agent who may not act for the person, or of whom the member of staff at the
// controls saw no card. What a guardian says goes as far as the person's own card does, so
// that theirs must be one that nobody could have made for the purpose. The rows of both are
// locked: whoever reports the card lost waits, or came first and is seen.
func (s *Service) came(tx *journal.Tx, self, agent people.Self) error {
	g, err := agentRests(tx, tx.Now, self, agent.Root, civic.Need{Look: true}, errAgent)
	if err != nil {
		return err
	}
	cards, err := s.p.CardsShown(tx, tx.Actor.Staff(), agent, tx.Now.Add(-people.TypedFor()))
	switch {
	case err != nil:
		return err
	case len(cards) == 0:
		return errAgentCard
	case g.Kind == "guardian" && !proof(cards):
		return errGuardianCard
	}
	return nil
}

// Shown names the kinds of a person's cards that were shown to the member of staff at
// the controls a moment ago, for the page that asks why the person is opened. Denied to
// whoever opens nobody.
func (s *Service) Shown(ctx context.Context, actor civic.Actor, person civic.PersonID) ([]people.CredentialKind, error) {
	var out []people.CredentialKind
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayServePeople, Look: true}); err != nil {
			return err
		}
		self, err := people.Resolve(v, person)
		if err != nil {
			return err
		}
		cards, err := s.p.CardsShown(v, actor.Staff(), self, v.Now.Add(-people.TypedFor()))
		for _, c := range cards {
			out = append(out, c.Kind)
		}
		return err
	})
	return out, err
}

// Opened returns the live opening that the member of staff at the controls has
// of a person. Denied if there is none.
func (s *Service) Opened(ctx context.Context, actor civic.Actor, person civic.PersonID) (Opening, error) {
	var o Opening
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Look: true})
		if err != nil {
			return err
		}
		ids := auth.Selves()
		err = v.Get(&o, `SELECT basis, agent, reason, until FROM opening WHERE staff = $1 AND person IN `+db.In(2, len(ids))+` ORDER BY until DESC LIMIT 1`,
			append([]any{actor.Operator.ID}, db.Args(ids)...)...)
		if errors.Is(err, db.ErrNoRows) {
			return errNotOpen
		}
		if err != nil {
			return err
		}
		self, err := people.Resolve(v, person)
		o.Died = self.Died
		return err
	})
	if err != nil {
		return Opening{}, err
	}
	return o, nil
}
