package casework

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/staff"
)

var (
	errColleague = civic.E(civic.Invalid, "case.colleague", "请选一位本单位在岗的同事。").On("to")
	errOutcome   = civic.E(civic.Invalid, "case.outcome", "请写明办理结果，让老人看得懂；最多500个字。").On("outcome")
)

// Take puts an open case into the hands of the member of staff at the controls.
// Conflict if it is in somebody's hands already.
func (s *Service) Take(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if c.State == Taken && c.Assignee == actor.Staff() {
			return journal.Event{}, journal.ErrUnchanged
		}
		if c.State != Open {
			return journal.Event{}, errMoved
		}
		c.State, c.Assignee = Taken, actor.Staff()
		waited := int64(tx.Now.Sub(c.OpenedAt) / time.Second)
		return journal.Event{Act: ActTaken, Measure: &waited}, nil
	})
}

// Release puts a case back into the office's queue, for a colleague to take.
func (s *Service) Release(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.act(ctx, actor, id, officeNeed, func(_ *journal.Tx, c *Case) (journal.Event, error) {
		switch {
		case c.State != Taken:
			return journal.Event{}, errMoved
		case c.Assignee != actor.Staff():
			return journal.Event{}, errNotYours
		}
		c.State, c.Assignee = Open, ""
		return journal.Event{Act: ActReleased}, nil
	})
}

// TakeOver puts a case from a colleague's hands into those of the member of staff
// at the controls: nobody's absence may hold up an older person's matter.
func (s *Service) TakeOver(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.act(ctx, actor, id, officeNeed, func(_ *journal.Tx, c *Case) (journal.Event, error) {
		switch {
		case c.State != Taken && c.State != Asked:
			return journal.Event{}, errMoved
		case c.Assignee == actor.Staff():
			return journal.Event{}, journal.ErrUnchanged
		}
		from := c.Assignee
		c.Assignee = actor.Staff()
		return journal.Event{Act: ActTakenOver, About: []journal.About{{ID: string(from), Kind: "staff", Role: "object"}}}, nil
	})
}

// Assign puts a case that is still to be done into a colleague's hands: somebody of
// the same office who may work cases.
func (s *Service) Assign(ctx context.Context, actor civic.Actor, id civic.RequestID, to civic.StaffID) error {
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		m, err := staff.Read(tx, to)
		if civic.Is(err, civic.NotFound) {
			return journal.Event{}, errColleague
		}
		if err != nil {
			return journal.Event{}, err
		}
		if _, may := m.May(civic.MayWorkCases); !may || m.Office != c.Office {
			return journal.Event{}, errColleague
		}
		switch {
		case c.State != Open && c.State != Taken && c.State != Asked:
			return journal.Event{}, errMoved
		case c.Assignee == to:
			return journal.Event{}, journal.ErrUnchanged
		}
		if c.State == Open {
			c.State = Taken
		}
		c.Assignee = to
		return journal.Event{Act: ActAssigned, About: []journal.About{{ID: string(to), Kind: "staff", Role: "object"}}}, nil
	})
}

// GiveBack puts everything that somebody who has left had in hand back into the
// queue, a hundred at a time; it reports whether there may be more. A job.
func (s *Service) GiveBack(ctx context.Context, who civic.StaffID) (more bool, err error) {
	var ids []civic.RequestID
	err = s.j.Look(ctx, civic.System("casework.give_back"), func(v *journal.View) error {
		return v.Select(&ids, `SELECT request FROM casework WHERE assignee = $1 AND state IN ('taken', 'asked') ORDER BY request LIMIT 100`, who)
	})
	for _, id := range ids {
		if err != nil {
			break
		}
		err = s.act(ctx, civic.System("casework.give_back"), id, officeNeed, func(_ *journal.Tx, c *Case) (journal.Event, error) {
			if c.Assignee != who {
				return journal.Event{}, journal.ErrUnchanged
			}
			c.Assignee = ""
			if c.State == Taken {
				c.State = Open
			}
			return journal.Event{Act: ActReleased}, nil
		})
	}
	return len(ids) == 100, err
}

// Resolve says what was done, in words for the person. The case then waits for
// the person's own word.
func (s *Service) Resolve(ctx context.Context, actor civic.Actor, id civic.RequestID, outcome string) error {
	outcome, err := words(outcome, errOutcome)
	if err != nil {
		return err
	}
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if c.State == Resolved && c.Assignee == actor.Staff() {
			return journal.Event{}, journal.ErrUnchanged
		}
		if err := c.inHand(actor); err != nil {
			return journal.Event{}, err
		}
		if err := s.answer(c, outcome); err != nil {
			return journal.Event{}, err
		}
		now := tx.Now
		c.State, c.ResolvedAt, c.Attempts = Resolved, &now, 0
		took := int64(now.Sub(c.OpenedAt) / time.Second)
		return journal.Event{Act: ActResolved, Measure: &took}, nil
	})
}

var errReject = civic.E(civic.Invalid, "case.reject", "请写明为什么这次办不成，再写清楚老人接下来可以怎么办。两样都要写，各最多300个字。").On("reason")

// Reject says why it can't be done, and the next way that there is: an older person
// is never sent away with a bare no. They may appeal.
func (s *Service) Reject(ctx context.Context, actor civic.Actor, id civic.RequestID, reason, next string) error {
	reason, next = strings.TrimSpace(reason), strings.TrimSpace(next)
	if reason == "" || next == "" || utf8.RuneCountInString(reason) > 300 || utf8.RuneCountInString(next) > 300 {
		return errReject
	}
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if c.State == Rejected && c.Assignee == actor.Staff() {
			return journal.Event{}, journal.ErrUnchanged
		}
		if err := c.inHand(actor); err != nil {
			return journal.Event{}, err
		}
		if err := s.answer(c, "这次没有办成："+reason+"\n接下来可以："+next); err != nil {
			return journal.Event{}, err
		}
		now := tx.Now
		c.State, c.ResolvedAt, c.EndedAt = Rejected, &now, &now
		took := int64(now.Sub(c.OpenedAt) / time.Second)
		return journal.Event{Act: ActRejected, Measure: &took}, nil
	})
}

// inHand refuses whoever does not have the case in hand.
func (c *Case) inHand(actor civic.Actor) error {
	switch {
	case c.State != Taken:
		return errMoved
	case c.Assignee != actor.Staff():
		return errNotYours
	}
	return nil
}

// answer seals what the office says to the person.
func (s *Service) answer(c *Case, text string) error {
	sealed, err := s.v.Seal([]byte(text), "outcome/"+string(c.Request))
	c.Outcome = sealed
	return err
}

// words trims what somebody wrote and bounds it.
func words(text string, wrong error) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > 500 || strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
		return "", wrong
	}
	return text, nil
}
