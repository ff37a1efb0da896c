package casework

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

var (
	errColleague = civic.E(civic.Invalid, "case.colleague", "请选一位本单位在岗的同事。").On("to")
	errOwnAnswer = civic.E(civic.Denied, "case.own_answer", "老人不同意的是您给的答复，要由别的同事重新看。").Accepting("请别的同事接过来办").On("to")
	errAnswered  = civic.E(civic.Conflict, "case.answered", "这件事已经答复过了，老人看到的还是上一次的话，您这次写的没有记下。要改答复，请打电话跟老人说清楚，老人点「还没办好」以后再重新答复。").On("outcome")
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
		if err := freshEyes(tx, *c, actor.Staff()); err != nil {
			return journal.Event{}, err
		}
		c.State, c.Assignee = Taken, actor.Staff()
		waited := int64(tx.Now.Sub(c.OpenedAt) / time.Second)
		return journal.Event{Act: ActTaken, Measure: &waited}, nil
	})
}

// Release puts a case back into the office's queue, for a colleague to take.
func (s *Service) Release(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if err := c.inHand(tx, actor); err != nil {
			return journal.Event{}, err
		}
		c.free()
		return journal.Event{Act: ActReleased}, nil
	})
}

// free takes a case out of its hands. One that waits for the applicant goes on
// waiting; whoever is there goes on with it.
func (c *Case) free() {
	c.Assignee = ""
	if c.State == Taken {
		c.State = Open
	}
}

// TakeOver puts a case from a colleague's hands into those of the member of staff
// at the controls: nobody's absence may hold up an older person's matter.
func (s *Service) TakeOver(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		switch {
		case c.State != Taken && c.State != Asked:
			return journal.Event{}, errMoved
		case c.Assignee == actor.Staff():
			return journal.Event{}, journal.ErrUnchanged
		}
		if err := freshEyes(tx, *c, actor.Staff()); err != nil {
			return journal.Event{}, err
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
		if err := present(tx, tx.Now, c.Office, to); err != nil {
			return journal.Event{}, err
		}
		if err := freshEyes(tx, *c, to); err != nil {
			return journal.Event{}, err
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

// Resolve says what was done, in words for the person. The case then waits for
// the person's own word.
func (s *Service) Resolve(ctx context.Context, actor civic.Actor, id civic.RequestID, outcome string) error {
	outcome, err := words(outcome, errOutcome)
	if err != nil {
		return err
	}
	return s.conclude(ctx, actor, id, Resolved, ActResolved, outcome)
}

var errReject = civic.E(civic.Invalid, "case.reject", "请写明为什么这次办不成，再写清楚老人接下来可以怎么办。两样都要写，各最多300个字。").On("reason")

// Reject says why it can't be done, and the next way that there is: an older person
// is never sent away with a bare no. They may appeal.
func (s *Service) Reject(ctx context.Context, actor civic.Actor, id civic.RequestID, reason, next string) error {
	reason, next = strings.TrimSpace(reason), strings.TrimSpace(next)
	if reason == "" || next == "" || utf8.RuneCountInString(reason) > 300 || utf8.RuneCountInString(next) > 300 {
		return errReject
	}
	return s.conclude(ctx, actor, id, Rejected, ActRejected, "这次没有办成："+reason+"\n接下来可以："+next)
}

// conclude gives the office's answer to the person, once nothing is owed and nothing
// is on its way.
func (s *Service) conclude(ctx context.Context, actor civic.Actor, id civic.RequestID, as State, act journal.Act, text string) error {
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if c.State == as && c.AnsweredBy == actor.Staff() {
			if had, err := s.outcome(c); err != nil || had != text {
				return journal.Event{}, cmp.Or(err, error(errAnswered))
			}
			return journal.Event{}, journal.ErrUnchanged
		}
		if err := c.inHand(tx, actor); err != nil {
			return journal.Event{}, err
		}
		if err := settled(tx, *c); err != nil {
			return journal.Event{}, err
		}
		if err := s.answer(c, text); err != nil {
			return journal.Event{}, err
		}
		now := tx.Now
		c.State, c.ResolvedAt, c.Attempts, c.AnsweredBy = as, &now, 0, actor.Staff()
		if as.Ended() {
			c.EndedAt = &now
		}
		took := int64(now.Sub(c.OpenedAt) / time.Second)
		return journal.Event{Act: act, Measure: &took}, nil
	})
}

// inHand refuses whoever does not have the case in hand, nor stands in for whoever
// has.
func (c *Case) inHand(tx *journal.Tx, actor civic.Actor) error {
	if c.State != Taken {
		return errMoved
	}
	return c.handsOf(tx, actor)
}

func (c *Case) handsOf(tx *journal.Tx, actor civic.Actor) error {
	if c.Assignee == actor.Staff() {
		return nil
	}
	away, err := coveredBy(tx, tx.Now, c.Office, actor.Staff())
	if err == nil && !slices.Contains(away, c.Assignee) {
		err = errNotYours
	}
	return err
}

// freshEyes refuses whoever gave the answer that an appeal is against, unless nobody
// else is there.
func freshEyes(q db.Q, c Case, who civic.StaffID) error {
	if c.Appealed == 0 || c.AnsweredBy == "" || c.AnsweredBy != who {
		return nil
	}
	at, err := workers(q, c.Office)
	if err == nil && len(at) > 1 {
		err = errOwnAnswer
	}
	return err
}

// answer seals what the office says to the person.
func (s *Service) answer(c *Case, text string) error {
	sealed, err := s.v.Seal([]byte(text), "outcome/"+string(c.Request))
	c.Outcome = sealed
	return err
}

// outcome opens what the office has said to the person, "" for nothing.
func (s *Service) outcome(c *Case) (string, error) {
	if c.Outcome == nil {
		return "", nil
	}
	b, err := s.v.Open(c.Outcome, "outcome/"+string(c.Request))
	return string(b), err
}

// words trims what somebody wrote and bounds it.
func words(text string, wrong error) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > 500 || strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
		return "", wrong
	}
	return text, nil
}
