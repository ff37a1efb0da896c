package booking_test

import (
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/staff"
)

func TestWhoComesToAMachineIsGivenANumberByAnyCardOrTheirSlip(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		enrol := func(kind staff.DeviceKind, office civic.OfficeID) civic.Actor {
			t.Helper()
			d, _, err := c.Staff.EnrolDevice(ctx, civic.System("test"), staff.Device{Kind: kind, Name: "大厅", Office: office})
			must(t, err)
			return civic.Actor{Operator: civic.Party{Kind: civic.PartyDevice, ID: d.ID}, Channel: civic.ChannelKiosk, Device: d.ID}
		}
		kiosk := enrol(staff.Kiosk, c.d.Hospital)
		c.Clock.Set(time.Date(2026, 11, 23, 13, 30, 0, 0, civic.Shanghai))
		x := c.on(today, c.doctor)
		book := func(p civic.PersonID) civic.Number {
			t.Helper()
			rc, err := c.Booking.Book(ctx, civic.System("test"), booking.Order{Service: "hospital-register", Person: p, Session: x})
			must(t, err)
			return rc.Number
		}
		other := book(c.person())
		book(c.d.Elder)
		in := func(who civic.Actor, text string) (booking.CheckedIn, error) {
			list, err := c.Booking.CheckIn(ctx, who, text)
			if err != nil || len(list) != 1 {
				return booking.CheckedIn{}, err
			}
			return list[0], nil
		}
		a, err := in(kiosk, other.Grouped())
		must(t, err)
		b, err := in(kiosk, c.d.ElderID)
		must(t, err)
		if a.Number != 1 || a.Ahead != 0 || b.Number != 2 || b.What != "李医生" || b.Department != "内科" || b.State != booking.Waiting {
			t.Errorf("%+v, %+v", a, b)
		}
		if again, err := in(kiosk, c.d.ElderID); err != nil || again.Number != 2 {
			t.Errorf("twice at the machine: %+v, %v", again, err)
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_ticket`); n != 2 {
			t.Errorf("%d tickets", n)
		}
		_, err = in(kiosk, "没有")
		wantKind(t, err, civic.NotFound, "booking.none_today")
		_, err = in(enrol(staff.Kiosk, c.d.CivilAffairs), other.Grouped())
		wantKind(t, err, civic.NotFound, "booking.none_today")
		for _, who := range []civic.Actor{enrol(staff.Reader, c.d.Hospital), c.d.HospitalClerk, as(c.d.Elder), {}} {
			_, err = in(who, other.Grouped())
			wantKind(t, err, civic.Denied, "")
		}
		must(t, c.Staff.RevokeDevice(ctx, civic.System("test"), kiosk.DeviceID()))
		_, err = in(kiosk, c.d.ElderID)
		wantKind(t, err, civic.Denied, "device.revoked")
	})
}

func TestTheScreenOfAHallIsADeviceOfItsOwnThatShowsWhoIsCalledAndNothingElse(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		enrol := func(kind staff.DeviceKind) civic.Actor {
			t.Helper()
			d, _, err := c.Staff.EnrolDevice(ctx, civic.System("test"), staff.Device{Kind: kind, Name: "大厅", Office: c.d.Hospital})
			must(t, err)
			return civic.Actor{Operator: civic.Party{Kind: civic.PartyDevice, ID: d.ID}, Channel: civic.ChannelTV, Device: d.ID}
		}
		screen := enrol(staff.TV)
		c.Clock.Set(time.Date(2026, 11, 23, 13, 30, 0, 0, civic.Shanghai))
		rc, err := c.Booking.Book(ctx, civic.System("test"), order(c.d.Elder, c.on(today, c.doctor)))
		must(t, err)
		must(t, c.Booking.Arrive(ctx, c.d.HospitalClerk, rc.Request))
		must(t, c.Booking.CallNext(ctx, c.d.HospitalClerk, c.doctor, "3诊室"))
		h, err := c.Booking.Hall(ctx, screen)
		must(t, err)
		if h.Where == "" || !h.At.Equal(c.Clock.Now()) || len(h.Lines) != 1 || len(h.Lines[0].Called) != 1 {
			t.Fatalf("%+v", h)
		}
		if who := h.Lines[0].Called[0].Who; !contains(who, "*") {
			t.Errorf("the hall reads %q", who)
		}
		for _, other := range []civic.Actor{enrol(staff.Kiosk), c.d.HospitalClerk, as(c.d.Elder), {}} {
			if _, err := c.Booking.Hall(ctx, other); err == nil {
				t.Errorf("%+v sees the hall", other.Operator)
			}
		}
		if _, err := c.Booking.CheckIn(ctx, screen, c.d.ElderID); err == nil {
			t.Error("the screen gives numbers")
		}
	})
}
