package booking_test

import (
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/journal"
)

func TestSessionsFollowTheWeekTheHolidaysAndTheDaysThatAreDifferent(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		count := func() int { return c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE resource = $1`, c.doctor) }
		if n := count(); n != 10 {
			t.Fatalf("%d sessions in two weeks of five days", n)
		}
		if p := c.publish("2026-12-04"); p.Sessions != 0 || count() != 10 {
			t.Errorf("publishing again made %+v", p)
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_pool WHERE quota = 6 AND pool = 'open'`); n != 10 {
			t.Errorf("%d sessions have six open places of ten", n)
		}
		// New Year's Day is a Friday: nobody works on it unless they say so.
		c.publish("2027-01-01")
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE day = '2027-01-01'`); n != 0 {
			t.Errorf("%d sessions on a holiday", n)
		}
		// A day off with a reason; and a Saturday that goes as a Monday.
		must(t, c.Booking.SetDay(ctx, c.keeper, c.d.Hospital, c.doctor, "2026-12-03", booking.NoDay, "李医生去开会"))
		must(t, c.Booking.SetDay(ctx, c.keeper, c.d.Hospital, "", "2026-12-05", int(time.Monday), "周六加诊"))
		c.publish("2027-01-01")
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE day = '2026-12-03'`); n != 0 {
			t.Errorf("%d sessions on the day off", n)
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE day = '2026-12-05'`); n != 1 {
			t.Errorf("%d sessions on the Saturday", n)
		}
		// The hospital itself is shut on a day.
		must(t, c.Place.SetHours(ctx, c.d.HospitalClerk, c.d.Hospital, "每天 8:00-18:00"))
		must(t, c.Place.SetDay(ctx, c.d.HospitalClerk, c.d.Hospital, "2027-01-04", "", "停电检修"))
		c.publish("2027-01-05")
		if n, m := c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE day = '2027-01-04'`), c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE day = '2027-01-05'`); n != 0 || m != 1 {
			t.Errorf("%d sessions on the day it is shut, %d on the next", n, m)
		}
	})
}

func TestANewWeekTakesBackWhatNobodyHas(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		_, err := c.register(as(c.d.Elder), c.d.Elder, tomorrow, c.on(tomorrow, c.doctor))
		must(t, err)
		must(t, c.Booking.SetWeek(ctx, c.keeper, c.d.Hospital, c.doctor, tomorrow, []booking.Template{{Weekday: time.Wednesday, From: 8 * 60, To: 12 * 60, Places: 5}}))
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE resource = $1 AND day >= $2`, c.doctor, tomorrow); n != 1 {
			t.Errorf("%d sessions are left, want the one that is booked", n)
		}
		c.publish("2026-12-04")
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE resource = $1 AND day > $2`, c.doctor, tomorrow); n != 2 {
			t.Errorf("%d sessions on Wednesdays, want 2", n)
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_pool WHERE shut`); n != 0 {
			t.Errorf("%d pools stayed shut", n)
		}
	})
}

func TestAPlanThatKeepsTooLittleIsRefusedWithTheClause(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		p := tenPlan()
		p.Pools[0].Kept, p.Pools[1].Kept = false, false
		id, err := c.Booking.Add(ctx, c.keeper, booking.Resource{Office: c.d.Hospital, Kind: "clinic", Name: "王医生", Plan: "own"}, p)
		must(t, err) // so many places: whether that is enough depends on how many there are
		err = c.Booking.SetWeek(ctx, c.keeper, c.d.Hospital, id, today, []booking.Template{{Weekday: time.Monday, From: 480, To: 720, Places: 10}})
		wantKind(t, err, civic.Denied, "booking.shares")
		if e := civic.As(err); e.Accept == "" || !contains(e.Say, "SX7") {
			t.Errorf("%+v", e)
		}
		p.Pools = p.Pools[2:]
		_, err = c.Booking.Add(ctx, c.keeper, booking.Resource{Office: c.d.Hospital, Kind: "clinic", Name: "王医生", Plan: "own"}, p)
		wantKind(t, err, civic.Denied, "booking.shares")
		// A session that grows keeps its share, or does not grow.
		x := c.on(tomorrow, c.doctor)
		wantKind(t, c.Booking.SetPlaces(ctx, c.keeper, c.d.Hospital, x, 40, "医生多看几个"), civic.Denied, "booking.shares")
		must(t, c.Booking.SetPlaces(ctx, c.keeper, c.d.Hospital, x, 20, "医生多看几个"))
		wantKind(t, c.Booking.ReleaseNow(ctx, c.keeper, c.d.Hospital, x, "elder", "人少"), civic.Denied, "booking.shares")
		check := func() []civic.Finding {
			t.Helper()
			var fs []civic.Finding
			must(t, c.Journal.Look(ctx, civic.System("test"), func(v *journal.View) error {
				var err error
				fs, err = c.Booking.Check(v, v.Now, civic.Scope{Offices: []civic.OfficeID{c.d.Hospital}})
				return err
			}))
			return fs
		}
		if fs := check(); len(fs) != 0 {
			t.Errorf("%v", fs)
		}
		// Sessions that were lawful once are found when the rule asks for more.
		must(t, c.Journal.Scratch(ctx, civic.System("test"), func(tx *journal.Scratch) error {
			_, err := tx.Exec(`UPDATE booking_pool SET kept = FALSE WHERE office = $1`, c.d.Hospital)
			return err
		}))
		if fs := check(); len(fs) != 1 || fs[0].Rule != "kept-clinic" || fs[0].Office != c.d.Hospital || !contains(fs[0].Say, "SX7") {
			t.Errorf("%v", fs)
		}
	})
}
