package grant

import (
	"context"
	"slices"
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
		ids := self.Selves()
		if _, err := tx.Exec(hold+` WHERE kind = 'agent' AND state = 'active' AND person IN `+db.In(2, len(ids)),
			slices.Concat([]any{heldWard}, db.Args(ids))...); err != nil {
			return err
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
