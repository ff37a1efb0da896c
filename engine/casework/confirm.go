package casework

import (
	"context"
	"maps"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/request"
)

var (
	errOwnWork = civic.E(civic.Denied, "case.own_work", "这件事是您自己办的，不能再替老人说办好了。").Accepting("请老人自己确认，或请别的同事问过老人再确认")
	errSaid    = civic.E(civic.Conflict, "case.said", "已经记下您说办好了。又有了问题，请打承办单位的电话，或者重新办一次。")
	errNotDone = civic.E(civic.Conflict, "case.not_resolved", "这件事还没有办完，办完以后再请您确认。")
	errTooSoon = civic.E(civic.Conflict, "case.tried", "刚刚才联系过，请隔几个小时再试，最好换一个时间。")
	errAppeal  = civic.E(civic.Invalid, "case.appeal", "请写一写为什么不同意，最多500个字。").On("appeal")
	errLate    = civic.E(civic.Exhausted, "case.appeal_late", "已经过了提出的期限。可以重新办一次，或者到信访窗口反映。")
	errNoWay   = civic.E(civic.Conflict, "case.appeal_state", "这件事还没有结果，有了结果以后才能请上一级再看。")
)

// Confirm is the person's own word on a resolved case: solved, or not, which
// opens it again at the same office. Their word counts also after the case ended
// without it.
func (s *Service) Confirm(ctx context.Context, actor civic.Actor, id civic.RequestID, solved bool) error {
	return s.act(ctx, actor, id, personNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		switch again := c.State == Confirmed && solved || c.Reopened > 0 && (c.State == Open || c.State == Taken) && !solved; {
		case again:
			return journal.Event{}, journal.ErrUnchanged
		case c.State == Confirmed:
			return journal.Event{}, errSaid
		case c.State != Resolved && c.State != Unconfirmed:
			return journal.Event{}, errNotDone
		case solved && c.Assignee != "" && c.Assignee == actor.Staff():
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
		c.restart(def.Casework, now)
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
		r := theRules()
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

// Appeal asks the office above to look again: at the kind that the definition
// names, in the wider division. It is the person's right for a time after the result.
func (s *Service) Appeal(ctx context.Context, actor civic.Actor, id civic.RequestID, why string) error {
	why, err := words(why, errAppeal)
	if err != nil {
		return err
	}
	return s.act(ctx, actor, id, personNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		switch {
		case c.State != Rejected && c.State != Confirmed && c.State != Unconfirmed && c.State != Resolved:
			return journal.Event{}, errNoWay
		case c.ResolvedAt != nil && tx.Now.After(c.ResolvedAt.AddDate(0, 0, theRules().AppealDays.Value)):
			return journal.Event{}, errLate
		}
		def, err := s.requests.Definition(tx, c.Request)
		if err != nil {
			return journal.Event{}, err
		}
		detail := map[string]string{}
		if above, ok, err := s.above(tx, def.Casework, *c); err != nil {
			return journal.Event{}, err
		} else if ok {
			c.Office, c.Division = above.ID, above.Division
			detail["office"] = above.Name
		}
		c.Appealed++
		c.restart(def.Casework, tx.Now)
		maps.Copy(detail, watched(c.Request, c.DueAt))
		return journal.Event{Act: ActAppealed, Detail: detail}, s.note(tx, c, "appealed", why)
	})
}

// above finds the office that hears appeals; false means the same office hears it,
// by somebody else.
func (s *Service) above(tx *journal.Tx, def *catalog.Casework, c Case) (officeRef, bool, error) {
	if def.AppealKind == "" {
		return officeRef{}, false, nil
	}
	o, err := request.Nearest(tx, def.AppealKind, c.Division)
	if civic.Is(err, civic.Unavailable) || err == nil && o.ID == c.Office {
		return officeRef{}, false, nil
	}
	if err != nil {
		return officeRef{}, false, err
	}
	if err := manned(tx, o.ID); civic.Is(err, civic.Unavailable) {
		return officeRef{}, false, nil // heard where somebody is rather than nowhere
	} else if err != nil {
		return officeRef{}, false, err
	}
	return officeRef{o.ID, o.Division, o.Name}, true, nil
}

type officeRef struct {
	ID       civic.OfficeID
	Division civic.Division
	Name     string
}

// Withdraw takes back what the person no longer wants.
func (s *Service) Withdraw(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.act(ctx, actor, id, personNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		switch c.State {
		case Withdrawn:
			return journal.Event{}, journal.ErrUnchanged
		case Open, Taken, Asked:
		default:
			return journal.Event{}, errMoved
		}
		now := tx.Now
		c.State, c.StoppedAt, c.EndedAt = Withdrawn, nil, &now
		return journal.Event{Act: ActWithdrawn}, nil
	})
}
