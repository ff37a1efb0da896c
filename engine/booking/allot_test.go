package booking_test

import (
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

func TestAHospitalGivesPlacesByItsListAndWhatIsBookedStays(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		const head = "科室,医生,就诊日期,就诊时间,结束时间,号数\n"
		allot := func(lines ...string) (booking.Allotment, error) {
			return c.Booking.Allot(ctx, c.keeper, c.d.Hospital, []byte(head+strings.Join(lines, "\n")))
		}
		tom, evening := "内科,李医生,"+tomorrow+",14:00,17:00,", "内科,李医生,"+tomorrow+",18:00,20:00,"
		_, err := allot(tom + "6")
		wantKind(t, err, civic.Invalid, "booking.list")
		must(t, c.Booking.SetOwner(ctx, c.keeper, booking.Owner{Office: c.d.Hospital, Way: booking.WayAllotted}))
		a, err := allot(tom+"6", evening+"5")
		if err != nil || a.Made != 1 || a.Changed != 1 || len(a.Short) != 0 {
			t.Fatalf("%+v, %v", a, err)
		}
		if a, err = allot(tom+"6", evening+"5"); err != nil || a.Made+a.Changed != 0 {
			t.Errorf("the same again: %+v, %v", a, err)
		}
		x := c.on(tomorrow, c.doctor)
		if n := c.Count(t, `SELECT SUM(quota) FROM booking_pool WHERE session = $1`, x); n != 6 {
			t.Errorf("%d places", n)
		}
		// Two of anybody are booked; the hospital now gives one less than there are.
		for range 2 {
			p := c.young()
			_, err := c.Booking.Book(ctx, as(p), booking.Order{Service: "hospital-register", Person: p, Session: x})
			must(t, err)
		}
		a, err = allot(tom + "5")
		if err != nil || len(a.Short) != 1 || a.Short[0] != 2 {
			t.Fatalf("%+v, %v", a, err)
		}
		c.balance(t, x)
		if n := c.Count(t, `SELECT places FROM booking_session WHERE id = $1`, x); n != 6 {
			t.Errorf("%d places", n)
		}
		for line, want := range map[string]string{"内科,王医生," + tomorrow + ",14:00,17:00,5": "没有这个医生", tom + "9000": "号数", tom + "0": "个号", "内科,李医生," + tomorrow + ",17:00,14:00,5": "时间",
			"内科,李医生,2026-01-05,14:00,17:00,5": "从今天起"} {
			_, err := allot(line)
			if e := civic.As(err); e == nil || e.Kind != civic.Invalid || !strings.Contains(e.Say, want) || !strings.Contains(e.Say, "第2行") {
				t.Errorf("%s: %v, want %s", line, err, want)
			}
		}
		_, err = c.Booking.Allot(ctx, c.d.HospitalClerk, c.d.Hospital, []byte(head+tom+"6"))
		wantKind(t, err, civic.Denied, "")
	})
}
