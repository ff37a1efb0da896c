package grant

import (
	"context"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// The acts that end an opening.
var (
	ActClosed   = journal.Define("person.closed", "工作人员关上了资料")
	ActBorrowed = people.ActCardBorrowed
)

// Leave ends the opening that the member of staff at the controls has of a person,
// before its time. Denied if there is none.
func (s *Service) Leave(ctx context.Context, actor civic.Actor, person civic.PersonID) error {
	return s.shut(ctx, actor, person, ActClosed)
}

// Borrowed ends an opening because whoever held the card is not its owner, who
// will see that in their story.
func (s *Service) Borrowed(ctx context.Context, actor civic.Actor, person civic.PersonID) error {
	return s.shut(ctx, actor, person, ActBorrowed)
}

// ActSignedOut ends every sign-in of a person.
var ActSignedOut = journal.Define("access.ended", "把网页登录都退出了，没用过的口令也作废了")

// SignOut ends every sign-in of the person's, and the codes that were not used: for the
// person, who then signs in anew, their guardian, and staff who have opened them. Whoever
// picked up a slip or a phone is out with it.
func (s *Service) SignOut(ctx context.Context, actor civic.Actor, person civic.PersonID) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		if auth.Basis() == civic.BasisGrant {
			return errNotYours
		}
		if err := expel(tx, auth.Selves(), true); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActSignedOut})
	})
}

// lost ends what may be in other hands with a card, and what rests on its having been
// shown. Whoever reports their own stays signed in, and so do they when an agent does.
func lost(tx *journal.Tx, self people.Self, signIns bool) error {
	ids := self.Selves()
	if err := unpresent(tx, ids); err != nil {
		return err
	}
	return expel(tx, ids, signIns && !slices.Contains(ids, tx.Actor.Person()))
}

// unpresent ends every opening that rests on a card of these people having been shown,
// whoever has it: of their own, and of those for whom they came.
func unpresent(tx *journal.Tx, ids []civic.PersonID) error {
	if err := uncome(tx, ids); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE opening SET until = $1 WHERE basis = $2 AND until > $1 AND person IN `+db.In(3, len(ids)),
		append([]any{tx.Now, civic.BasisPresented}, db.Args(ids)...)...)
	return err
}

// uncome ends every opening for which one of these people came.
func uncome(tx *journal.Tx, ids []civic.PersonID) error {
	_, err := tx.Exec(`UPDATE opening SET until = $1 WHERE until > $1 AND agent IN `+db.In(2, len(ids)), append([]any{tx.Now}, db.Args(ids)...)...)
	return err
}

// expel voids the unused codes of a person, and ends their sign-ins.
func expel(tx *journal.Tx, ids []civic.PersonID, sessions bool) error {
	if _, err := tx.Exec(`UPDATE access_code SET used_at = $1 WHERE used_at IS NULL AND person IN `+db.In(2, len(ids)), append([]any{tx.Now}, db.Args(ids)...)...); err != nil || !sessions {
		return err
	}
	for _, id := range ids {
		if err := staff.EndSessions(tx, civic.Party{Kind: civic.PartyPerson, ID: string(id)}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) shut(ctx context.Context, actor civic.Actor, person civic.PersonID, act journal.Act) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		if actor.Staff() == "" {
			return errStaffOnly
		}
		ids := auth.Selves()
		n, err := tx.Exec(`UPDATE opening SET until = $1 WHERE staff = $2 AND until > $1 AND person IN `+db.In(3, len(ids)),
			append([]any{tx.Now, actor.Operator.ID}, db.Args(ids)...)...)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNotOpen
		}
		if act == ActBorrowed { // whoever has the card may have drawn a code with it
			if err := unpresent(tx, ids); err != nil {
				return err
			}
			if err := expel(tx, ids, true); err != nil {
				return err
			}
		}
		return tx.Record(auth, journal.Event{Act: act})
	})
}
