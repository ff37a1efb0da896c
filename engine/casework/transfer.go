package casework

import (
	"context"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/place"
)

var (
	errTransfer = civic.E(civic.Invalid, "case.transfer", "请选转给哪个单位，并写明原因，最多500个字。").On("office")
	errFarAway  = civic.E(civic.Invalid, "case.transfer_far", "只能转给本省的单位。外省的事请告诉老人到哪里办。").On("office")
	errNobody   = civic.E(civic.Unavailable, "case.transfer_nobody", "那个单位还没有人在系统里办事，转过去会没人看见。请先打电话联系，或者换一个单位。").On("office")
)

// Transfer hands a case over to another office, which has to be one where somebody
// works cases: nothing may vanish from every queue. What was handed in goes with it.
// The deadline stays: an older person doesn't wait longer because we sent it to the
// wrong door.
func (s *Service) Transfer(ctx context.Context, actor civic.Actor, id civic.RequestID, to civic.OfficeID, reason string) error {
	reason, err := words(reason, errTransfer.On("reason"))
	if err != nil {
		return err
	}
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if c.State != Open {
			if err := c.inHand(tx, actor); err != nil {
				return journal.Event{}, err
			}
		}
		if to == c.Office {
			return journal.Event{}, journal.ErrUnchanged
		}
		// What is on its way has to arrive first, and what is said to be paid be looked for
		// where it was paid.
		if err := without(tx, *c, Told, Sent); err != nil {
			return journal.Event{}, err
		}
		return s.move(tx, c, to, reason, ActTransferred)
	})
}

// move puts a case into the queue of another office of its province.
func (s *Service) move(tx *journal.Tx, c *Case, to civic.OfficeID, reason string, act journal.Act) (journal.Event, error) {
	office, err := place.Read(tx, to)
	if civic.Is(err, civic.NotFound) {
		return journal.Event{}, errTransfer
	}
	if err != nil {
		return journal.Event{}, err
	}
	if len(c.Division) < 2 || !c.Division[:2].Covers(office.Division) {
		return journal.Event{}, errFarAway
	}
	if err := manned(tx, office.ID); err != nil {
		return journal.Event{}, err
	}
	if err := sendOn(tx, *c, office.ID); err != nil {
		return journal.Event{}, err
	}
	c.Office, c.Division = office.ID, office.Division
	c.free()
	return journal.Event{Act: act, Detail: map[string]string{"office": office.Name}}, s.note(tx, c, "moved", reason)
}
