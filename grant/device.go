package grant

import (
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/staff"
)

var errDevice = civic.E(civic.Denied, "device.revoked", "这台设备没有登记，或者已经停用。请找本单位管理员重新登记。").
	Accepting("请管理员重新登记这台设备")

// judgeDevice lets a card reader in use say which card was laid on it, a self-service
// machine who has come to what they booked, and a screen see who is called, each at its office,
// and nothing else.
func judgeDevice(q db.Q, h holding, actor civic.Actor, need civic.Need) (civic.Authority, error) {
	kind, person := staff.Reader, false
	switch need.Permission {
	case civic.MayReadCards:
	case civic.MayCheckIn:
		kind, person = staff.Kiosk, true
	case civic.MaySeeHall:
		kind = staff.TV
	default:
		return civic.Authority{}, errNobody
	}
	if need.Person != "" && !person || need.Division != "" || need.Office != "" {
		return civic.Authority{}, errNobody
	}
	d, err := staff.ReadDevice(q, actor.DeviceID())
	if civic.Is(err, civic.NotFound) {
		return civic.Authority{}, errDevice
	}
	if err != nil {
		return civic.Authority{}, err
	}
	if d.Kind != kind {
		return civic.Authority{}, errDevice
	}
	var home civic.Division
	if err := q.Get(&home, `SELECT division FROM office WHERE id = $1`, d.Office); err != nil {
		return civic.Authority{}, err
	}
	if need.Person == "" {
		return civic.Mint(civic.BasisOffice, d.ID, "", home.County(), d.Office), nil
	}
	self, err := held(q, h, need)
	if err != nil {
		return civic.Authority{}, err
	}
	if self.State != "active" || self.Died != "" {
		return civic.Authority{}, errNotOpen
	}
	return over(civic.BasisPresented, d.ID, need.Person, self, home, d.Office), nil
}

// judgePhone refuses acts from the field on a phone that is not the member's own, or
// no longer in use.
func judgePhone(q db.Q, actor civic.Actor) error {
	if actor.Channel != civic.ChannelField {
		return nil
	}
	ok, err := staff.Bound(q, actor.Device, actor.Staff())
	if err == nil && !ok {
		err = errDevice
	}
	return err
}
