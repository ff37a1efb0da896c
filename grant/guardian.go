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

// Guardianship is a guardian's appointment by a court, or by the committee or
// bureau that the Civil Code names (articles 28 to 39).
type Guardianship struct {
	Person   civic.PersonID
	Guardian civic.PersonID
	Document string // which judgment or decision; kept sealed
	Starts   time.Time
	Ends     *time.Time
}

// Appoint enters a guardianship. From then on the guardian has authority over
// everything, grants too; the ward's own grants are held until the guardian
// resumes them, and the ward gives no new ones alone. It needs people.settle where
// the person lives. The person goes on seeing everything.
func (s *Service) Appoint(ctx context.Context, actor civic.Actor, in Guardianship) (string, error) {
	in.Document = civic.FoldWords(in.Document)
	g := Grant{ID: db.NewID(), Person: in.Person, Kind: "guardian", AgentKind: "person", Agent: in.Guardian, Relation: "监护人", Services: "*",
		Starts: in.Starts, Ends: in.Ends, GivenHow: "court", State: "active", document: in.Document}
	if actor.Operator.None() {
		return "", errNobody
	}
	if n := utf8.RuneCountInString(in.Document); n == 0 || n > 100 {
		return "", errDocument
	}
	if in.Guardian == "" || in.Guardian == in.Person || in.Ends != nil && !in.Ends.After(in.Starts) {
		return "", errGrant
	}
	err := s.j.Write(ctx, actor.For(in.Person), func(tx *journal.Tx) error {
		_, auth, err := s.settler(tx, in.Person)
		if err != nil {
			return err
		}
		if g.Starts.After(tx.Now.AddDate(1, 0, 0)) {
			return errStarts
		}
		self, err := s.locked(tx, &g)
		if err != nil {
			return err
		}
		guardian, err := people.Resolve(tx, g.Agent)
		if err != nil {
			return err
		}
		if ward, err := s.isWard(tx, guardian); err != nil {
			return err
		} else if ward {
			return errWard // who has a guardian can't be one
		}
		if g.Ends != nil && !g.Ends.After(tx.Now) {
			return errEnded
		}
		if !g.Starts.After(tx.Now) {
			// One that starts later holds what is given until then by its time alone: see warded.
			if err := holdWard(tx, self, nil); err != nil {
				return err
			}
		}
		agent, err := s.agentName(tx, g)
		if err != nil {
			return err
		}
		return s.insert(tx, auth, g, agent)
	})
	if err != nil {
		return "", err
	}
	return g.ID, nil
}

// EndGuardianship ends a guardianship before its day. What it held stays so until
// the person, or staff who have heard them, resume each grant.
func (s *Service) EndGuardianship(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		self, auth, err := s.settler(tx, person)
		if err != nil {
			return err
		}
		if self, err = people.LockSelf(tx, self.Root); err != nil {
			return err
		}
		g, err := one(tx, self, id)
		if err != nil {
			return err
		}
		if g.Kind == "guardian" && g.State == "active" && !g.Starts.After(tx.Now) { // what its start held stays held
			if err := holdWard(tx, self, &g.Starts); err != nil {
				return err
			}
		}
		return s.end(tx, auth, self.Selves(), id, "guardian")
	})
}

// isWard reports whether the person has a guardian now, also one who has died: a
// new one must be appointed then.
func (s *Service) isWard(q db.Q, self people.Self) (bool, error) {
	var n int
	ids := self.Selves()
	err := q.Get(&n, `SELECT COUNT(*) FROM proxy_grant WHERE kind = 'guardian' AND state = 'active' AND starts <= $1 AND (ends IS NULL OR ends > $1)
		AND person IN `+db.In(2, len(ids)), append([]any{s.j.Now()}, db.Args(ids)...)...)
	return n > 0, err
}

// holdWard holds the live grants of a ward, or those alone that were given, or last
// resumed, before a time.
func holdWard(tx *journal.Tx, self people.Self, before *time.Time) error {
	ids := self.Selves()
	query, args := hold+` WHERE kind = 'agent' AND state = 'active' AND person IN `+db.In(2, len(ids)), slices.Concat([]any{heldWard}, db.Args(ids))
	if before != nil {
		query, args = query+` AND COALESCE(given_at, starts) < `+param(2+len(ids)), append(args, *before)
	}
	_, err := tx.Exec(query, args...)
	return err
}

// warded returns when the last guardianship of a person that has begun did so, zero
// if none has. Whatever was given or resumed before then rests on nothing until it is
// resumed, also when the guardianship was entered before it and has ended since.
func warded(q db.Q, now time.Time, ids []civic.PersonID) (time.Time, error) {
	var row struct{ Starts time.Time }
	err := q.Get(&row, `SELECT starts FROM proxy_grant WHERE kind = 'guardian' AND state = 'active' AND starts <= $1 AND person IN `+db.In(2, len(ids))+`
		ORDER BY starts DESC LIMIT 1`, append([]any{now}, db.Args(ids)...)...)
	if errors.Is(err, db.ErrNoRows) {
		return time.Time{}, nil
	}
	return row.Starts, err
}

// heldBy adds to why a grant is held that a guardianship has begun since it was given.
func heldBy(ward time.Time, kind, held string, starts time.Time, given *time.Time) string {
	if given == nil {
		given = &starts
	}
	if kind == "agent" && given.Before(ward) && !strings.Contains(held, heldWard) {
		return held + heldWard
	}
	return held
}

// holdFrom is heldBy for the grants of one person.
func holdFrom(q db.Q, now time.Time, ids []civic.PersonID, gs []Grant) error {
	ward, err := warded(q, now, ids)
	if err != nil {
		return err
	}
	for i, g := range gs {
		gs[i].Held = heldBy(ward, g.Kind, g.Held, g.Starts, g.GivenAt)
	}
	return nil
}
