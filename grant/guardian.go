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
	Scan     []byte // of it: a JPEG, PNG or PDF
	Starts   time.Time
	Ends     *time.Time
}

// Appoint enters a guardianship with the scan of its document. It needs people.settle where
// the person lives, and changes nothing until another who settles there has read the
// document (ConfirmGuardian): who gets everything of a person is not one member's word. An
// import says itself that it stands.
func (s *Service) Appoint(ctx context.Context, actor civic.Actor, in Guardianship) (string, error) {
	in.Document = civic.FoldWords(in.Document)
	g := Grant{ID: db.NewID(), Person: in.Person, Kind: "guardian", AgentKind: "person", Agent: in.Guardian, Relation: "监护人", Services: "*",
		Starts: in.Starts, Ends: in.Ends, GivenHow: "court", State: "asked", document: in.Document, Evidence: Evidence{Scan: in.Scan}}
	if actor.Operator.None() {
		return "", errNobody
	}
	if n := utf8.RuneCountInString(in.Document); n == 0 || n > 100 {
		return "", errDocument
	}
	imported := actor.Operator.Kind == civic.PartySystem
	if imported {
		g.State = "active"
	} else if media(in.Scan) == "" {
		return "", errDocumentScan
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
		if err := s.mayGuard(tx, g); err != nil {
			return err
		}
		if imported {
			if err := stepIn(tx, self, g); err != nil {
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

// ConfirmGuardian puts a guardianship in force that another member of staff entered. From then
// on the guardian has authority over everything, grants too; the ward's own grants are held
// until the guardian resumes them, and the ward gives no new ones alone. The person goes on
// seeing everything. It needs people.settle where the person lives, by somebody who has read
// the scan of the document. Denied to whoever entered it, and before the scan was read.
func (s *Service) ConfirmGuardian(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		self, auth, err := s.settler(tx, person)
		if err != nil {
			return err
		}
		g, err := one(tx, self, id)
		if err != nil {
			return err
		}
		row := g.Person // an alias of theirs, when they were merged since
		if self, err = s.locked(tx, &g); err != nil {
			return err
		}
		if entered, err := did(tx, g.ID, ActEntered); err != nil {
			return err
		} else if entered {
			return errOwnShip
		}
		if read, err := did(tx, g.ID, ActEvidenceSeen); err != nil {
			return err
		} else if !read {
			return errUnread
		}
		if err := s.mayGuard(tx, g); err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE proxy_grant SET state = 'active', given_at = $1 WHERE person = $2 AND id = $3 AND kind = 'guardian' AND state = 'asked'`, tx.Now, row, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return errConfirmed
		}
		if err := stepIn(tx, self, g); err != nil {
			return err
		}
		agent, err := s.agentName(tx, g)
		if err != nil {
			return err
		}
		return tx.Record(auth, s.event(ActAppointed, g, agent))
	})
}

// mayGuard refuses a guardian who has one themselves, and a guardianship that is over.
func (s *Service) mayGuard(q db.Q, g Grant) error {
	guardian, err := people.Resolve(q, g.Agent)
	if err != nil {
		return err
	}
	if ward, err := s.isWard(q, guardian); err != nil {
		return err
	} else if ward {
		return errWard
	}
	if g.Ends != nil && !g.Ends.After(s.j.Now()) {
		return errEnded
	}
	return nil
}

// stepIn does what a guardianship's coming into force takes: the ward's grants are held, and
// whoever is open for the guardian as an agent is opened anew, with the card that a guardian
// shows. One that starts later holds what is given until then by its time alone: see warded.
func stepIn(tx *journal.Tx, self people.Self, g Grant) error {
	guardian, err := people.Resolve(tx, g.Agent)
	if err != nil {
		return err
	}
	if err := uncome(tx, guardian.Selves()); err != nil || g.Starts.After(tx.Now) {
		return err
	}
	return holdWard(tx, self, nil)
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
