package grant

import (
	"context"
	"errors"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// Ask asks a person to let the one at the controls act for them. It authorises
// nothing until the person agrees: on their page, at the window or when a clerk
// calls back. Exhausted if too many asks wait already.
func (s *Service) Ask(ctx context.Context, actor civic.Actor, g Grant) error {
	g.Agent, g.AgentKind, g.GivenHow = actor.Person(), "person", "asked"
	if actor.Operator.None() {
		return errNobody
	}
	if g.Agent == "" {
		return errStaffOnly
	}
	if err := g.clean(); err != nil {
		return err
	}
	g.State, g.Notice = "asked", "pending"
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: actor.Person()})
		if err != nil {
			return err
		}
		if err := s.fits(tx, g); err != nil {
			return err
		}
		self, err := s.locked(tx, &g)
		if err != nil {
			return err
		}
		if err := s.within(tx, self, g); err != nil {
			return err
		}
		if same, err := standing(tx, g); err != nil {
			return err
		} else if same.ID != "" {
			return journal.ErrUnchanged
		}
		var n int
		if err := tx.Get(&n, `SELECT COUNT(*) FROM proxy_grant WHERE state = 'asked' AND kind = 'agent' AND agent = $1`, g.Agent); err != nil {
			return err
		}
		if n >= rules.Asks {
			return errAsks
		}
		agent, err := s.agentName(tx, g)
		if err != nil {
			return err
		}
		tx.Actor.Subject = g.Person // the person will see who asked
		return s.insert(tx, auth, g, agent)
	})
}

// Relative is somebody whom a person names by a card and name, or by the code on
// their slip.
type Relative struct {
	Person civic.PersonID
	Name   string // masked
}

// Named finds a relative for the person at the controls: by the number and name on
// a card, both of which they must know, or by the code from the window that the
// relative was given. Tries that find nobody are counted and recorded. NotFound tells nothing of
// which part was wrong.
func (s *Service) Named(ctx context.Context, actor civic.Actor, text, name string) (Relative, error) {
	var out Relative
	me := actor.Person()
	if actor.Operator.None() {
		return out, errNobody
	}
	if me == "" {
		return out, errStaffOnly
	}
	err := s.j.Write(ctx, actor.For(me), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: me})
		if err != nil {
			return err
		}
		var tries int
		if err := tx.Get(&tries, `SELECT COUNT(*) FROM journal_entry e JOIN journal_about a ON a.entry = e.id WHERE a.id = $1 AND a.role = 'subject' AND e.act = $2 AND e.at > $3`,
			me, ActNamed, tx.Now.Add(-time.Hour)); err != nil {
			return err
		}
		if tries >= rules.Namings {
			return errNamings
		}
		if out, err = s.relative(tx, text, name); err != nil && !civic.Is(err, civic.NotFound) {
			return err
		}
		if out.Person != "" && out.Person != me {
			return journal.ErrUnchanged
		}
		return tx.Record(auth, journal.Event{Act: ActNamed})
	})
	if err == nil && (out.Person == "" || out.Person == me) {
		err = errNobodyBy
	}
	if err != nil {
		return Relative{}, err
	}
	return out, nil
}

func (s *Service) relative(q db.Q, text, name string) (Relative, error) {
	id, err := s.holder(q, text)
	if err != nil || id == "" {
		return Relative{}, err
	}
	self, err := people.Resolve(q, id)
	if err != nil {
		return Relative{}, err
	}
	masked, err := s.p.Name(q, civic.Authority{}, self.Root)
	if err != nil || self.Died != "" {
		return Relative{}, err
	}
	if code := civic.Digits(text); len(code) != 8 {
		var full string
		if err := q.Get(&full, `SELECT name FROM person WHERE id = $1`, self.Root); err != nil {
			return Relative{}, err
		}
		if given, err := people.CleanName(strings.Join(strings.Fields(civic.Fold(name)), "")); err != nil || given != full {
			return Relative{}, nil
		}
	}
	return Relative{self.Root, masked}, nil
}

// holder finds whose code or card it is, "" if nobody's.
func (s *Service) holder(q db.Q, text string) (civic.PersonID, error) {
	if code := civic.Digits(text); len(code) == codeDigits {
		var id civic.PersonID
		err := q.Get(&id, `SELECT person FROM access_code WHERE hash = $1 AND used_at IS NULL AND expires > $2`,
			s.v.Index("access", code), s.j.Now())
		if errors.Is(err, db.ErrNoRows) {
			err = nil
		}
		return id, err
	}
	m, err := s.p.ByCard(q, text)
	if civic.Is(err, civic.NotFound) || err == nil && m.State != "active" {
		return "", nil
	}
	return m.Person, err
}
