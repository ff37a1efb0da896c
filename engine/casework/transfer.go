package casework

import (
	"context"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
	"yinqiao/staff"
)

var (
	errTransfer = civic.E(civic.Invalid, "case.transfer", "请选转给哪个单位，并写明原因，最多500个字。").On("office")
	errFarAway  = civic.E(civic.Invalid, "case.transfer_far", "只能转给本省的单位。外省的事请告诉老人到哪里办。").On("office")
	errNobody   = civic.E(civic.Unavailable, "case.transfer_nobody", "那个单位还没有人在系统里办事，转过去会没人看见。请先打电话联系，或者换一个单位。").On("office")
)

// Transfer hands a case over to another office, which has to be one where somebody
// works cases: nothing may vanish from every queue. The deadline stays: an older
// person doesn't wait longer because we sent it to the wrong door.
func (s *Service) Transfer(ctx context.Context, actor civic.Actor, id civic.RequestID, to civic.OfficeID, reason string) error {
	reason, err := words(reason, errTransfer.On("reason"))
	if err != nil {
		return err
	}
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if c.State != Open && c.State != Taken || c.State == Taken && c.Assignee != actor.Staff() {
			return journal.Event{}, errMoved
		}
		if to == c.Office {
			return journal.Event{}, journal.ErrUnchanged
		}
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
		c.Office, c.Division, c.State, c.Assignee = office.ID, office.Division, Open, ""
		return journal.Event{Act: ActTransferred, Detail: map[string]string{"office": office.Name}}, s.note(tx, c, "moved", reason)
	})
}

// manned refuses an office where nobody can work cases.
func manned(q db.Q, office civic.OfficeID) error {
	roles := staff.RolesThat(civic.MayWorkCases)
	var n int
	if err := q.Get(&n, `SELECT COUNT(*) FROM staff s JOIN staff_role r ON r.staff = s.id WHERE s.office = $1 AND s.state = 'active' AND r.role IN `+db.In(2, len(roles)),
		append([]any{office}, db.Args(roles)...)...); err != nil {
		return err
	}
	if n == 0 {
		return errNobody
	}
	return nil
}

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
	if workingDays < 1 || workingDays > theRules().ExtensionWorkingDays.Value {
		return errExtendDays
	}
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if err := c.inHand(actor); err != nil {
			return journal.Event{}, err
		}
		if c.Extended >= int64(theRules().Extensions.Value) {
			return journal.Event{}, errExtended
		}
		c.Extended++
		c.DueAt = addWorkingDays(c.DueAt, workingDays)
		c.NearAt = near(c.DueAt)
		if tx.Now.Before(c.DueAt) {
			c.OverdueAt = nil
		}
		detail := watched(c.Request, c.DueAt)
		detail["days"] = itoa(workingDays)
		return journal.Event{Act: ActExtended, Detail: detail}, s.note(tx, c, "moved", reason)
	})
}

// Elsewhere lists the offices of the case's city that it could be handed over to.
func (s *Service) Elsewhere(ctx context.Context, actor civic.Actor, id civic.RequestID) ([]place.Office, error) {
	var out []place.Office
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := signedIn(v.Authorise, actor); err != nil {
			return err
		}
		c, err := read(v, id)
		if err != nil {
			return err
		}
		if _, err := v.Authorise(officeNeed(c)); err != nil {
			return err
		}
		roles := staff.RolesThat(civic.MayWorkCases)
		city := c.Division[:min(4, len(c.Division))]
		return v.Select(&out, `SELECT DISTINCT o.id, o.kind, o.name, o.division, o.address, o.phone, o.hours FROM office o JOIN staff s ON s.office = o.id
			JOIN staff_role r ON r.staff = s.id WHERE o.division >= $1 AND o.division < $2 AND o.id <> $3 AND s.state = 'active' AND r.role IN `+db.In(4, len(roles))+`
			ORDER BY o.name, o.id LIMIT 200`, append([]any{city, string(city) + "~", c.Office}, db.Args(roles)...)...)
	})
	return out, err
}
