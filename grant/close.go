package grant

import (
	"context"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// The acts that end an opening.
var (
	ActClosed   = journal.Define("person.closed", "工作人员关上了资料")
	ActBorrowed = journal.Define("person.card_borrowed", "有人拿着您的卡来办事，不是您本人，没有办")
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
		return tx.Record(auth, journal.Event{Act: act})
	})
}
