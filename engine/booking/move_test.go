package booking_test

import (
	"slices"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

func TestABookingIsMovedToATimeThatIsListed(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		other := c.add("内科", "王医生", tenPlan())
		c.week(other, 10)
		c.publish("2026-12-04")
		rc, err := c.register(as(c.d.Elder), c.d.Elder, tomorrow, c.on(tomorrow, c.doctor))
		must(t, err)
		o, err := c.Booking.Others(ctx, as(c.d.Elder), rc.Request)
		must(t, err)
		if len(o.Same) != 9 || len(o.Else) != 10 || o.Same[0].Free != 10-1 { // of two that are kept for the window one may be borrowed
			t.Fatalf("%d with the same doctor, %d with the other: %+v", len(o.Same), len(o.Else), o.Same[0])
		}
		must(t, c.Booking.Change(ctx, as(c.d.Elder), rc.Request, o.Else[3].ID))
		_, err = c.Booking.Others(ctx, as(c.d.Stranger), rc.Request)
		wantKind(t, err, civic.NotFound, "")
		_, err = c.Booking.Others(ctx, c.d.HospitalClerk, rc.Request) // the office does not speak for the person
		wantKind(t, err, civic.Denied, "")
	})
}

func TestWhatWasCancelledAMomentAgoCanBeHadAgainUnlessItHasGone(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		me, x := as(c.d.Elder), c.on(tomorrow, c.doctor)
		rc, err := c.register(me, c.d.Elder, tomorrow, x)
		must(t, err)
		must(t, c.Booking.Cancel(ctx, me, rc.Request))
		f, err := c.Booking.Read(ctx, me, rc.Request)
		must(t, err)
		if f.Restore == nil {
			t.Fatal("nothing to restore")
		}
		must(t, c.Booking.Restore(ctx, me, rc.Request))
		must(t, c.Booking.Restore(ctx, me, rc.Request))
		if used, _ := c.pool(x, "elder"); used != 1 {
			t.Errorf("%d places are used", used)
		}
		must(t, c.Booking.Cancel(ctx, me, rc.Request))
		c.Clock.Add(11 * time.Minute)
		wantKind(t, c.Booking.Restore(ctx, me, rc.Request), civic.Conflict, "booking.restore")

		rc, err = c.register(me, c.d.Elder, after, c.on(after, c.doctor))
		must(t, err)
		must(t, c.Booking.Cancel(ctx, me, rc.Request))
		c.full(c.on(after, c.doctor))
		wantKind(t, c.Booking.Restore(ctx, me, rc.Request), civic.Exhausted, "booking.given")
	})
}

// full books all that the elder can get of a session.
func (c *clinic) full(session string) []civic.RequestID {
	c.t.Helper()
	var out []civic.RequestID
	for {
		rc, err := c.Booking.Book(ctx, civic.System("test"), booking.Order{Service: "hospital-register", Person: c.person(), Session: session})
		if civic.Is(err, civic.Exhausted) {
			return out
		}
		must(c.t, err)
		out = append(out, rc.Request)
	}
}

func TestWhoWaitsIsOfferedAPlaceAndTakesItOrLetsItGoToTheNext(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		x, me, second := c.on(tomorrow, c.doctor), c.d.Elder, c.person()
		booked := c.full(x)
		ask := booking.FullAsk{Service: "hospital-register", Kind: "clinic", Person: me, Office: c.d.Hospital, Department: "内科"}
		full, err := c.Booking.Full(ctx, as(me), ask)
		must(t, err)
		if len(full) != 1 || full[0].ID != x || full[0].Kept != 1 || full[0].Waiting {
			t.Fatalf("%+v", full)
		}
		order := func(p civic.PersonID) booking.Order {
			return booking.Order{Service: "hospital-register", Person: p, Session: x}
		}
		must(t, c.Booking.Wait(ctx, as(me), order(me)))
		c.Clock.Add(time.Minute)
		must(t, c.Booking.Wait(ctx, as(second), order(second)))
		waits := func(p civic.PersonID) booking.Waited {
			t.Helper()
			ws, err := c.Booking.Waits(ctx, as(p), p)
			must(t, err)
			if len(ws) != 1 {
				t.Fatalf("%+v", ws)
			}
			return ws[0]
		}
		if w := waits(second); w.Offered || w.Ahead != 1 {
			t.Errorf("%+v", w)
		}
		_, err = c.Booking.TakeOffer(ctx, as(me), order(me))
		wantKind(t, err, civic.Conflict, "booking.offer_gone")
		must(t, c.Booking.Cancel(ctx, civic.System("test"), booked[0]))
		must(t, c.Booking.OfferFree(ctx, booking.Offer{Session: x}))
		if w := waits(me); !w.Offered || w.Until == nil {
			t.Errorf("%+v", w)
		}
		// Not wanted: the next one has it at once.
		must(t, c.Booking.Leave(ctx, as(me), order(me)))
		must(t, c.Booking.OfferFree(ctx, booking.Offer{Session: x}))
		if w := waits(second); !w.Offered {
			t.Errorf("%+v", w)
		}
		_, err = c.Booking.TakeOffer(ctx, as(me), order(me))
		wantKind(t, err, civic.Conflict, "booking.offer_gone")
		rc, err := c.Booking.TakeOffer(ctx, as(second), order(second))
		must(t, err)
		if f, err := c.Booking.Read(ctx, as(second), rc.Request); err != nil || f.State != booking.Booked || f.Booking.Session != x {
			t.Errorf("%+v, %v", f, err)
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_hold`); n != 0 {
			t.Errorf("%d places are held", n)
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_wait WHERE state = 'served'`); n != 1 {
			t.Errorf("%d are served", n)
		}
	})
}

func TestAWeekAndADaySayWhatBecameOfThePlaces(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		x := c.on(today, c.doctor)
		c.Clock.Set(time.Date(2026, 11, 23, 13, 30, 0, 0, civic.Shanghai)) // past the time of what is kept, before the session
		var first civic.RequestID
		for i := range 8 { // two of them have what was kept
			rc, err := c.Booking.Book(ctx, civic.System("test"), booking.Order{Service: "hospital-register", Person: c.young(), Session: x})
			must(t, err)
			if i == 0 {
				first = rc.Request
			}
		}
		c.Clock.Set(time.Date(2026, 11, 23, 14, 10, 0, 0, civic.Shanghai))
		must(t, c.Booking.Arrive(ctx, c.d.HospitalClerk, first))
		c.Clock.Add(12 * time.Minute)
		must(t, c.Booking.CallNext(ctx, c.d.HospitalClerk, c.doctor, "3诊室"))
		c.Clock.Add(30 * time.Minute)
		must(t, c.Booking.CallAgain(ctx, c.d.HospitalClerk, first)) // how long they waited is counted to the first call
		for _, who := range []civic.Actor{c.keeper, c.d.HospitalClerk} {
			g, err := c.Booking.Week(ctx, who, today, "")
			must(t, err)
			if len(g.Rows) != 1 || g.Days[0] != today || len(g.Rows[0].Days[0]) != 1 || g.Rows[0].Days[0][0].Booked() != 8 || len(g.Table()) != 1+5*3 {
				t.Fatalf("%+v", g.Rows[0].Days)
			}
			if g, err = c.Booking.Week(ctx, who, today, "骨科"); err != nil || len(g.Rows) != 0 || g.Cut || !slices.Equal(g.Departments, []string{"内科"}) {
				t.Errorf("another department: %+v, %v", g, err)
			}
			f, err := c.Booking.At(ctx, who, x)
			must(t, err)
			if len(f.Items) != 8 || len(f.Table()) != 9 {
				t.Errorf("%+v", f.Items)
			}
			for _, b := range f.Bars {
				if b.Own+b.Released+b.Borrowed+b.Held+b.Unused() != b.Quota {
					t.Errorf("the parts of %s don't add up: %+v", b.Pool, b)
				}
			}
			d, err := c.Booking.Day(ctx, who, "")
			must(t, err)
			if y := d.Tally; y.Booked != 8 || y.Arrived != 1 || y.Due != 7 || y.Kept != 4 || y.Called != 1 || y.P50 != 12*time.Minute || y.P90 != 12*time.Minute || y.KeptUsed != 0 {
				t.Errorf("%+v", y)
			}
		}
		for _, who := range []civic.Actor{as(c.d.Elder), c.d.Supervisor} {
			_, err := c.Booking.Week(ctx, who, today, "")
			wantKind(t, err, civic.Denied, "")
			_, err = c.Booking.Day(ctx, who, today)
			wantKind(t, err, civic.Denied, "")
			_, err = c.Booking.At(ctx, who, x)
			wantKind(t, err, civic.Denied, "")
		}
		_, err := c.Booking.At(ctx, c.Xihu.HospitalClerk, x)
		wantKind(t, err, civic.NotFound, "")
	})
}
