package casework

import (
	"context"

	"yinqiao/civic"
	"yinqiao/journal"
)

var (
	errAsk    = civic.E(civic.Invalid, "case.ask", "请写明要老人补充什么，让老人听得懂；最多500个字。").On("ask")
	errAnswer = civic.E(civic.Invalid, "case.answer", "请写一写要补充的情况，最多500个字。").On("answer")
	errNoAsk  = civic.E(civic.Conflict, "case.not_asked", "单位没有在等您补充，或者已经补充过了。")
)

// Ask asks the applicant for more, by whatever channel they have: it waits on their
// own pages, with their relatives, at any window, and for whoever phones them. The
// clock stands until they have answered.
func (s *Service) Ask(ctx context.Context, actor civic.Actor, id civic.RequestID, ask string) error {
	ask, err := words(ask, errAsk)
	if err != nil {
		return err
	}
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if err := c.inHand(tx, actor); err != nil {
			return journal.Event{}, err
		}
		now := tx.Now
		c.State, c.StoppedAt = Asked, &now
		return journal.Event{Act: ActAsked}, s.note(tx, c, "asked", ask)
	})
}

// Answer is what the applicant, or whoever speaks for them, says to that. The clock
// goes on where it stood, and the case goes back to whoever asked.
func (s *Service) Answer(ctx context.Context, actor civic.Actor, id civic.RequestID, answer string) error {
	answer, err := words(answer, errAnswer)
	if err != nil {
		return err
	}
	return s.act(ctx, actor, id, s.personNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if c.State != Asked {
			return journal.Event{}, errNoAsk
		}
		if err := s.goOn(tx, c); err != nil {
			return journal.Event{}, err
		}
		return journal.Event{Act: ActAnswered, Detail: watched(c.Request, c.DueAt)}, s.note(tx, c, "answered", answer)
	})
}

// GoOn stops waiting for the applicant: the office goes on with what it has.
func (s *Service) GoOn(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if c.State != Asked {
			return journal.Event{}, errNoAsk
		}
		if err := c.handsOf(tx, actor); c.Assignee != "" && err != nil {
			return journal.Event{}, err
		}
		if err := s.goOn(tx, c); err != nil {
			return journal.Event{}, err
		}
		return journal.Event{Act: ActWentOn, Detail: watched(c.Request, c.DueAt)}, nil
	})
}
