package grant

import (
	"context"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// ReportDeath enters that a person died, on a day (YYYY-MM-DD) and by a source of
// DeathSources. Grants end both ways, openings and codes of theirs are closed, and
// they sign in no more; relatives who held a live grant may look, and act in
// services for after a death. It needs people.settle where the person lived.
func (s *Service) ReportDeath(ctx context.Context, actor civic.Actor, person civic.PersonID, day, source string) error {
	if actor.Operator.None() {
		return errNobody
	}
	if !slices.ContainsFunc(given.Deaths, func(c Choice) bool { return c.Code == source }) {
		return errSource
	}
	if day == "" {
		return errDay
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		_, auth, err := s.settler(tx, person)
		if err != nil {
			return err
		}
		changed, err := people.SetDied(tx, auth, person, day)
		if err != nil {
			return err
		}
		if !changed {
			return journal.ErrUnchanged
		}
		self, err := people.Resolve(tx, person) // their row is held now
		if err != nil {
			return err
		}
		if err := s.died(tx, self, hold); err != nil {
			return err
		}
		ids := self.Selves()
		if _, err := tx.Exec(`DELETE FROM opening WHERE person IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE access_code SET used_at = $1 WHERE used_at IS NULL AND person IN `+db.In(2, len(ids)),
			append([]any{tx.Now}, db.Args(ids)...)...); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActDied, Detail: map[string]string{"day": day, "source": source}})
	})
}

// WithdrawDeath takes a wrong report back: what it held is as it was before.
func (s *Service) WithdrawDeath(ctx context.Context, actor civic.Actor, person civic.PersonID, reason string) error {
	if actor.Operator.None() {
		return errNobody
	}
	reason, err := cleanReason(reason)
	if err != nil {
		return err
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		_, auth, err := s.settler(tx, person)
		if err != nil {
			return err
		}
		changed, err := people.SetDied(tx, auth, person, "")
		if err != nil {
			return err
		}
		if !changed {
			return journal.ErrUnchanged
		}
		self, err := people.Resolve(tx, person) // their row is held now
		if err != nil {
			return err
		}
		if err := s.died(tx, self, let); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActAlive, Detail: map[string]string{"reason": reason}})
	})
}

// died holds, or lets go, the grants that a person gave and those that they hold.
// The person's row is locked, so that no give comes between.
func (s *Service) died(tx *journal.Tx, self people.Self, how string) error {
	ids := self.Selves()
	if _, err := tx.Exec(how+` WHERE state <> 'revoked' AND person IN `+db.In(2, len(ids)), append([]any{heldElder}, db.Args(ids)...)...); err != nil {
		return err
	}
	_, err := tx.Exec(how+` WHERE state <> 'revoked' AND agent_kind = 'person' AND agent IN `+db.In(2, len(ids)), append([]any{heldAgent}, db.Args(ids)...)...)
	return err
}

// split takes back what a merge held, when it is undone, and makes the holds of deaths
// agree with what is registered of each: a death that was reported or taken back meanwhile is that of the
// kept one. The rows of both people are locked.
func (s *Service) split(tx *journal.Tx, merge string, sides ...people.Self) error {
	if err := s.parted(tx, merge, sides...); err != nil {
		return err
	}
	if err := s.undoGiven(tx, merge, sides...); err != nil {
		return err
	}
	for _, self := range sides {
		how := let
		if self.Died != "" {
			how = hold
		}
		if err := s.died(tx, self, how); err != nil {
			return err
		}
	}
	return nil
}

var errDay = civic.E(civic.Invalid, "death.day", "请写明去世的日期，例如2026-11-20。").On("day")

// Standing is what staff who settle matters need to know of a person, and no
// more.
type Standing struct {
	Person civic.PersonID
	Name   string // masked
	Died   string // YYYY-MM-DD or ""
	Ward   bool
	Grants []Agent
}

// Standing reads how a person stands: for staff who settle matters where they
// live.
func (s *Service) Standing(ctx context.Context, actor civic.Actor, person civic.PersonID) (Standing, error) {
	var out Standing
	if actor.Operator.None() {
		return out, errNobody
	}
	if actor.Person() != "" {
		return out, errStaffOnly
	}
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		self, err := people.Resolve(v, person)
		if err != nil {
			return err
		}
		if _, err := v.Authorise(civic.Need{Person: person, Division: self.Division, Permission: civic.MaySettlePeople, Look: true}); err != nil {
			return err
		}
		out = Standing{Person: self.Root, Died: self.Died}
		if out.Name, err = s.p.Name(v, civic.Authority{}, self.Root); err != nil {
			return err
		}
		if out.Ward, err = s.isWard(v, self); err != nil {
			return err
		}
		ids := self.Selves()
		var gs []Grant
		if err := v.Select(&gs, `SELECT `+grantColumns+` FROM proxy_grant WHERE state <> 'revoked' AND (ends IS NULL OR ends > $1) AND person IN `+db.In(2, len(ids))+` ORDER BY id`,
			append([]any{v.Now}, db.Args(ids)...)...); err != nil {
			return err
		}
		if err := holdFrom(v, v.Now, ids, gs); err != nil {
			return err
		}
		for _, g := range gs {
			name, err := s.agentName(v, g)
			if err != nil {
				return err
			}
			out.Grants = append(out.Grants, Agent{g, name})
		}
		return nil
	})
	if err != nil {
		return Standing{}, err
	}
	return out, nil
}
