package casework

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
)

var (
	errOwnWork = civic.E(civic.Denied, "case.own_work", "这件事是您自己办的，不能再替老人说办好了。").Accepting("请老人自己确认，或请别的同事问过老人再确认")
	errSaid    = civic.E(civic.Conflict, "case.said", "已经记下您说办好了。又有了问题，请打承办单位的电话，或者重新办一次。")
	errNotDone = civic.E(civic.Conflict, "case.not_resolved", "这件事还没有办完，办完以后再请您确认。")
	errTooSoon = civic.E(civic.Conflict, "case.tried", "刚刚才联系过，请隔几个小时再试，最好换一个时间。")
)

// Confirm is the person's own word on a resolved case: solved, or not, which
// opens it again at the same office. Their word counts also after the case ended
// without it.
func (s *Service) Confirm(ctx context.Context, actor civic.Actor, id civic.RequestID, solved bool) error {
	return s.act(ctx, actor, id, s.personNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		switch again := c.State == Confirmed && solved || c.Reopened > 0 && (c.State == Open || c.State == Taken) && !solved; {
		case again:
			return journal.Event{}, journal.ErrUnchanged
		case c.State == Confirmed:
			return journal.Event{}, errSaid
		case c.State != Resolved && c.State != Unconfirmed:
			return journal.Event{}, errNotDone
		case solved && c.AnsweredBy != "" && c.AnsweredBy == actor.Staff():
			return journal.Event{}, errOwnWork
		}
		now := tx.Now
		if solved {
			c.State, c.EndedAt = Confirmed, &now
			return journal.Event{Act: ActConfirmed}, nil
		}
		def, err := s.requests.Definition(tx, c.Request)
		if err != nil {
			return journal.Event{}, err
		}
		c.Reopened++
		if err := s.restart(tx, c, def.Casework); err != nil {
			return journal.Event{}, err
		}
		return journal.Event{Act: ActReopened, Detail: watched(c.Request, c.DueAt)}, nil
	})
}

// Try records an attempt to reach the person for their word that did not reach
// them. After as many as the rules want, hours apart, the case ends unconfirmed:
// closed is not solved, but a case can't wait for ever.
func (s *Service) Try(ctx context.Context, actor civic.Actor, id civic.RequestID, note string) error {
	note, err := words(note, civic.E(civic.Invalid, "case.try", "请写明怎么联系的，比如：下午打了登记的电话，没人接。").On("note"))
	if err != nil {
		return err
	}
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		r := theRules
		switch {
		case c.State != Resolved:
			return journal.Event{}, errNotDone
		case c.TriedAt != nil && tx.Now.Sub(*c.TriedAt) < time.Duration(r.AttemptHoursApart.Value)*time.Hour:
			return journal.Event{}, errTooSoon
		}
		now := tx.Now
		c.Attempts, c.TriedAt = c.Attempts+1, &now
		ev := journal.Event{Act: ActTried}
		if c.Attempts >= int64(r.Attempts.Value) {
			c.State, c.EndedAt = Unconfirmed, &now
			ev.Act = ActUnconfirmed
		}
		return ev, s.note(tx, c, "tried", note)
	})
}
