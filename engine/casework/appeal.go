package casework

import (
	"context"
	"maps"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/place"
	"yinqiao/request"
)

var (
	errAppeal = civic.E(civic.Invalid, "case.appeal", "请写一写为什么不同意，最多500个字。").On("appeal")
	errLate   = civic.E(civic.Exhausted, "case.appeal_late", "已经过了提出的期限。可以重新办一次，或者到信访窗口反映。")
	errNoWay  = civic.E(civic.Conflict, "case.appeal_state", "这件事还没有结果，有了结果以后才能请上一级再看。")
)

// Appeal asks the office above to look again: at the kind that the definition
// names, in the wider division. It is the person's right for a time after the result.
func (s *Service) Appeal(ctx context.Context, actor civic.Actor, id civic.RequestID, why string) error {
	why, err := words(why, errAppeal)
	if err != nil {
		return err
	}
	return s.act(ctx, actor, id, s.personNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		switch {
		case c.State == Open && c.Appealed > 0:
			return journal.Event{}, journal.ErrUnchanged
		case c.State != Rejected && c.State != Confirmed && c.State != Unconfirmed && c.State != Resolved:
			return journal.Event{}, errNoWay
		case c.ResolvedAt != nil && tx.Now.After(c.ResolvedAt.AddDate(0, 0, theRules.AppealDays.Value)):
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
func (s *Service) above(tx *journal.Tx, def *catalog.Casework, c Case) (place.Office, bool, error) {
	if def.AppealKind == "" {
		return place.Office{}, false, nil
	}
	o, err := request.Nearest(tx, def.AppealKind, c.Division)
	if civic.Is(err, civic.Unavailable) || err == nil && o.ID == c.Office {
		return place.Office{}, false, nil
	}
	if err != nil {
		return place.Office{}, false, err
	}
	if err := manned(tx, o.ID); civic.Is(err, civic.Unavailable) {
		return place.Office{}, false, nil // heard where somebody is rather than nowhere
	} else if err != nil {
		return place.Office{}, false, err
	}
	return o, true, nil
}

// Withdraw takes back what the person no longer wants.
func (s *Service) Withdraw(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.act(ctx, actor, id, s.personNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if c.State == Withdrawn {
			return journal.Event{}, journal.ErrUnchanged
		}
		return journal.Event{Act: ActWithdrawn}, c.drop(tx)
	})
}

// Needless ends the case of a request whose matter was settled without the office, in the
// write that settled it: a visit to somebody whom the data have found. A case that has been
// answered stays, and so does one for which money is owed or something is on its way.
func (s *Service) Needless(tx *journal.Tx, person civic.PersonID, id civic.RequestID) error {
	err := tx.As(civic.System("casework").For(person), func() error {
		return s.step(tx, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
			return journal.Event{Act: ActNeedless}, c.drop(tx)
		})
	})
	if civic.Is(err, civic.Conflict) {
		return nil
	}
	return err
}

// drop ends a case that was not answered yet, as withdrawn.
func (c *Case) drop(tx *journal.Tx) error {
	if c.State != Open && c.State != Taken && c.State != Asked {
		return errMoved
	}
	if err := settled(tx, *c); err != nil {
		return err
	}
	now := tx.Now
	c.State, c.StoppedAt, c.EndedAt = Withdrawn, nil, &now
	return nil
}
