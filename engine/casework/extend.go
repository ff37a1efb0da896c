package casework

import (
	"context"
	"strconv"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/place"
)

var (
	errExtend     = civic.E(civic.Invalid, "case.extend", "请写明为什么要延期，老人会看到；最多500个字。").On("reason")
	errExtendDays = civic.E(civic.Invalid, "case.extend_days", "延期的工作日太多了，请少写一些。").On("days")
	errExtended   = civic.E(civic.Exhausted, "case.extended", "这件事已经延过期，不能再延了。请尽快办结，或转给能办的单位。")
)

// Extend moves the deadline by working days, once, with a reason that the person
// reads.
func (s *Service) Extend(ctx context.Context, actor civic.Actor, id civic.RequestID, workingDays int, reason string) error {
	reason, err := words(reason, errExtend)
	if err != nil {
		return err
	}
	if workingDays < 1 || workingDays > theRules.ExtensionWorkingDays.Value {
		return errExtendDays
	}
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if err := c.inHand(tx, actor); err != nil {
			return journal.Event{}, err
		}
		if c.Extended >= int64(theRules.Extensions.Value) {
			return journal.Event{}, errExtended
		}
		c.Extended++
		c.DueAt = place.AddWorkingDays(c.DueAt, workingDays).UTC()
		c.NearAt = near(c.DueAt)
		if tx.Now.Before(c.DueAt) {
			c.OverdueAt = nil
		}
		detail := watched(c.Request, c.DueAt)
		detail["days"] = strconv.Itoa(workingDays)
		return journal.Event{Act: ActExtended, Detail: detail}, s.note(tx, c, "extended", reason)
	})
}
