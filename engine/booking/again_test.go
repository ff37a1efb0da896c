package booking_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/booking"
)

// order is for a place of a session in the tests' service.
func order(p civic.PersonID, session string) booking.Order {
	return booking.Order{Service: "hospital-register", Person: p, Session: session}
}

// waits are what somebody waits for.
func (c *clinic) waits(p civic.PersonID) []booking.Waited {
	c.t.Helper()
	ws, err := c.Booking.Waits(ctx, as(p), p)
	must(c.t, err)
	return ws
}

// offered fills a session, and offers a place of it to somebody.
func (c *clinic) offered(p civic.PersonID, session string) (others []civic.RequestID) {
	c.t.Helper()
	others = c.full(session)
	must(c.t, c.Booking.Wait(ctx, as(p), order(p, session)))
	must(c.t, c.Booking.Cancel(ctx, civic.System("test"), others[0]))
	must(c.t, c.Booking.OfferFree(ctx, booking.Offer{Session: session}))
	if ws := c.waits(p); len(ws) != 1 || !ws[0].Offered {
		c.t.Fatalf("nothing is offered: %+v", ws)
	}
	return others[1:]
}

func TestWhoWaitsForADayThatStopsIsToldAndSoIsWhoHoldsAnOffer(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		x, me, second := c.on(tomorrow, c.doctor), c.d.Elder, c.person()
		c.offered(me, x)
		must(t, c.Booking.Wait(ctx, as(second), order(second, x)))
		c.Tell(t)
		must(t, c.Booking.SetDay(ctx, c.keeper, c.d.Hospital, c.doctor, tomorrow, booking.NoDay, "李医生生病了"))
		c.Tell(t)
		for _, p := range []civic.PersonID{me, second} {
			if n := c.Acts(t, booking.ActWaitOff, string(p)); n != 1 {
				t.Errorf("%d entries", n)
			}
			if n := c.Count(t, `SELECT COUNT(*) FROM message WHERE template = 'booking.wait_off/elder' AND receiver = $1`, p); n != 1 {
				t.Errorf("%d messages that it stopped", n)
			}
			if ws := c.waits(p); len(ws) != 0 {
				t.Errorf("still waits: %+v", ws)
			}
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM message WHERE template = 'booking.offered/elder' AND state = 'open'`); n != 0 {
			t.Error("the offer of what does not take place is still told")
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_hold`); n != 0 {
			t.Errorf("%d places are held in what does not take place", n)
		}
		_, err := c.Booking.TakeOffer(ctx, as(me), order(me, x))
		wantKind(t, err, civic.Conflict, "booking.stopped")
	})
}

func TestADayThatWasStoppedIsOpenedAgainAndOfferedToWhoHadBookedAndThenToWhoWaited(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		x, second := c.on(tomorrow, c.doctor), c.person()
		booked := len(c.full(x))
		must(t, c.Booking.Wait(ctx, as(second), order(second, x)))
		day := func(resource string, weekday int) {
			t.Helper()
			must(t, c.Booking.SetDay(ctx, c.keeper, c.d.Hospital, resource, tomorrow, weekday, "李医生生病了"))
		}
		day(c.doctor, booking.NoDay)
		if free, err := c.Booking.Free(ctx, c.d.Hospital, "clinic", tomorrow, tomorrow); err != nil || len(free) != 0 {
			t.Fatalf("%+v, %v", free, err)
		}
		c.Clock.Add(time.Minute)
		day("", booking.NoDay)
		day("", booking.AsUsual) // the doctor is still ill
		if free, err := c.Booking.Free(ctx, c.d.Hospital, "clinic", tomorrow, tomorrow); err != nil || len(free) != 0 {
			t.Fatalf("%+v, %v", free, err)
		}
		day("", booking.NoDay)
		day(c.doctor, booking.AsUsual)
		if got := c.on(tomorrow, c.doctor); got != x {
			t.Errorf("another session was made: %s", got)
		}
		if n := c.JobCount(t, "booking.offer"); n == 0 {
			t.Error("nobody is asked to offer what is free")
		}
		must(t, c.Booking.OfferFree(ctx, booking.Offer{Session: x}))
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_hold WHERE session = $1 AND draft = ''`, x); n != booked {
			t.Errorf("%d of %d who were called off are offered a place", n, booked)
		}
		if ws := c.waits(second); len(ws) != 1 || ws[0].Offered || ws[0].Ahead != 0 {
			t.Errorf("who waited: %+v", ws)
		}
		day(c.doctor, booking.AsUsual)
		day("", booking.AsUsual)
	})
}

func TestAnOfferStandsThoughAnotherDayIsAnswered(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		x, me := c.on(tomorrow, c.doctor), c.d.Elder
		c.offered(me, x)
		v, err := c.choose(as(me), me, tomorrow, x)
		must(t, err)
		if ws := c.waits(me); len(ws) != 1 || !ws[0].Offered || ws[0].Until == nil {
			t.Fatalf("while it is answered: %+v", ws)
		}
		v, err = c.Requests.Answer(ctx, as(me), v.ID, v.Rev, map[string][]string{"day": {after}})
		must(t, err)
		_, err = c.Requests.Answer(ctx, as(me), v.ID, v.Rev, map[string][]string{"time": {c.on(after, c.doctor)}})
		must(t, err)
		c.Clock.Add(40 * time.Minute) // the draft's own place lapses; the offer was said to last longer
		must(t, c.Booking.Sweep(ctx, booking.Sweep{}))
		if ws := c.waits(me); len(ws) != 1 || !ws[0].Offered || ws[0].Until == nil {
			t.Fatalf("after another day was answered: %+v", ws)
		}
		_, err = c.Booking.TakeOffer(ctx, as(me), order(me, x))
		must(t, err)
	})
}

func TestAnOfferIsBookedByTheDialogueAndIsNotAnsweredTwice(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		x, me := c.on(tomorrow, c.doctor), c.d.Elder
		c.offered(me, x)
		_, err := c.register(as(me), me, tomorrow, x)
		must(t, err)
		if n, w := c.Count(t, `SELECT COUNT(*) FROM booking_hold`), c.Count(t, `SELECT COUNT(*) FROM booking_wait WHERE state = 'served'`); n != 0 || w != 1 {
			t.Errorf("%d are held, %d served", n, w)
		}
	})
}

func TestWhoHasABookingMovesItToThePlaceThatIsOfferedAndIsToldSoBefore(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		second := c.add("内科", "王医生", tenPlan())
		c.week(second, 10)
		c.publish("2026-12-04")
		x, mine, me := c.on(tomorrow, c.doctor), c.on(tomorrow, second), c.d.Elder
		rc, err := c.Booking.Book(ctx, as(me), order(me, mine))
		must(t, err)
		c.offered(me, x)
		w := c.waits(me)[0]
		if w.Gives != rc.Request || !contains(w.GivesAt, "王医生") {
			t.Fatalf("what is given up: %+v", w)
		}
		_, err = c.Booking.TakeOffer(ctx, as(me), order(me, x))
		wantKind(t, err, civic.Conflict, "booking.gives") // nobody gives up what they were not told of
		o := order(me, x)
		o.Gives = w.Gives
		got, err := c.Booking.TakeOffer(ctx, as(me), o)
		must(t, err)
		f, err := c.Booking.Read(ctx, as(me), rc.Request)
		must(t, err)
		if got.Request != rc.Request || f.Booking.Session != x || f.State != booking.Booked || c.Acts(t, booking.ActChanged, string(rc.Request)) != 1 {
			t.Errorf("%+v: %+v", got, f.Booking)
		}
		if used, _ := c.pool(mine, "elder"); used != 0 {
			t.Error("the old place is not free")
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_hold`); n != 0 {
			t.Errorf("%d are held", n)
		}
		if ws := c.waits(me); len(ws) != 0 {
			t.Errorf("still waits: %+v", ws)
		}
	})
}

func TestTheCounterBooksThePlaceThatIsOfferedToThatVeryPerson(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		x, me := c.on(tomorrow, c.doctor), c.d.Elder
		c.offered(me, x)
		_, err := c.Booking.Book(ctx, civic.System("test"), order(c.person(), x))
		wantKind(t, err, civic.Exhausted, "booking.full") // it is nobody else's
		c.Open(t, c.d.HospitalClerk, me)
		_, err = c.Booking.Book(ctx, c.d.HospitalClerk, order(me, x))
		must(t, err)
		if n, w := c.Count(t, `SELECT COUNT(*) FROM booking_hold`), c.Count(t, `SELECT COUNT(*) FROM booking_wait WHERE state = 'served'`); n != 0 || w != 1 {
			t.Errorf("%d are held, %d served", n, w)
		}
	})
}

func TestAMoveUsesThePlaceThatIsOffered(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		x, me := c.on(tomorrow, c.doctor), c.d.Elder
		rc, err := c.register(as(me), me, after, c.on(after, c.doctor))
		must(t, err)
		c.offered(me, x)
		must(t, c.Booking.Change(ctx, as(me), rc.Request, x))
		if n, w := c.Count(t, `SELECT COUNT(*) FROM booking_hold`), c.Count(t, `SELECT COUNT(*) FROM booking_wait WHERE state = 'served'`); n != 0 || w != 1 {
			t.Errorf("%d are held, %d served", n, w)
		}
	})
}

func TestAPlaceIsOfferedToTheFirstWhoMayHaveItHoweverManyMayNot(t *testing.T) {
	each(t, 5, func(t *testing.T, c *clinic) {
		x := c.on(tomorrow, c.doctor)
		booked := c.full(x)
		// What is free is of the elder's pool: of those who are young, nobody may draw it.
		var last civic.PersonID
		for range 25 {
			young := c.young()
			must(t, c.Booking.Wait(ctx, as(young), order(young, x)))
			c.Clock.Add(time.Second)
		}
		last = c.person()
		must(t, c.Booking.Wait(ctx, as(last), order(last, x)))
		for _, id := range booked {
			f, err := c.Booking.Read(ctx, c.d.HospitalClerk, id)
			must(t, err)
			if f.Pool == "elder" {
				must(t, c.Booking.Cancel(ctx, civic.System("test"), id))
				break
			}
		}
		must(t, c.Booking.OfferFree(ctx, booking.Offer{Session: x}))
		if n := c.Acts(t, booking.ActOffered, string(last)); n != 1 {
			t.Errorf("%d offers to the first who may have it", n)
		}
	})
}

func TestPressedTwiceTheFormOfAnExtraPlaceMakesOne(t *testing.T) {
	each(t, 5, func(t *testing.T, c *clinic) {
		x := c.on(tomorrow, c.doctor)
		keeper := c.keeper2()
		c.Open(t, keeper, c.d.Elder)
		o := order(c.d.Elder, x)
		o.Key = "a form"
		first, err := c.Booking.Extra(ctx, keeper, o, "复查")
		must(t, err)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if rc, err := c.Booking.Extra(ctx, keeper, o, "复查"); err != nil || rc.Request != first.Request || rc.Number != first.Number {
					t.Errorf("%+v, %v", rc, err)
				}
			})
		}
		wg.Wait()
		if used, _ := c.pool(x, "extra"); used != 1 {
			t.Errorf("%d extra places", used)
		}
		other := o
		other.Session = c.on(after, c.doctor)
		_, err = c.Booking.Extra(ctx, keeper, other, "复查")
		wantKind(t, err, civic.Conflict, "booking.key")
		o.Key = "another form"
		_, err = c.Booking.Extra(ctx, keeper, o, "复查")
		must(t, err)
		if used, _ := c.pool(x, "extra"); used != 2 {
			t.Errorf("%d extra places", used)
		}
		all, err := c.Booking.Addable(ctx, keeper)
		must(t, err)
		if len(all) == 0 || all[0].What != "内科 李医生" {
			t.Errorf("%+v", all)
		}
	})
}

func TestTheListOfADayIsWholeHoweverLongItIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d, 10, tenPlan())
		x := c.on(tomorrow, c.doctor)
		const n = 1003
		must(t, d.Write(ctx, func(tx *db.Tx) error {
			for id := range n {
				if _, err := tx.Exec(`INSERT INTO booking (office, id, session, pool, drew_as, cause, person, number, service, kind, department, resource, day, starts_at, state, reason, channel, made_at, rev, theirs)
					SELECT office, $1, id, 'open', 'open', 'own', $2, '', 'hospital-register', kind, department, resource, day, starts_at, 'booked', '', 'desk', $3, 1, '' FROM booking_session WHERE id = $4`,
					fmt.Sprintf("test-%d", id), c.d.Elder, c.Clock.Now(), x); err != nil {
					return err
				}
			}
			return nil
		}))
		f, err := c.Booking.Day(ctx, c.d.HospitalClerk, tomorrow)
		must(t, err)
		at, err := c.Booking.At(ctx, c.d.HospitalClerk, x)
		must(t, err)
		roll, err := c.Booking.Roll(ctx, c.d.HospitalClerk, tomorrow)
		must(t, err)
		if len(f.Table()) != n+1 || len(at.Table()) != n+1 || len(roll) != n {
			t.Errorf("of %d: %d in the day's list, %d in the session's, %d on the roll", n, len(f.Table())-1, len(at.Table())-1, len(roll))
		}
	})
}

func TestOneOrderForNobodyThatIsKnownFailsAloneAndNotThoseBesideIt(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		x := c.on(tomorrow, c.doctor)
		orders := []booking.Order{order(c.person(), x), order("nobody", x), order(c.person(), x), {Service: "no-such-service", Person: c.person(), Session: x}}
		for _, errs := range [][]error{c.Booking.Together(ctx, civic.System("test"), orders)} {
			for i, err := range errs {
				if bad := i%2 == 1; bad != (err != nil) {
					t.Errorf("order %d: %v", i, err)
				}
			}
			wantKind(t, errs[1], civic.NotFound, "")
		}
	})
}

func TestADepartmentIsOfferedHoweverManySessionsComeBeforeIts(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		late := c.add("骨科", "王医生", tenPlan())
		c.week(late, 10)
		c.publish("2026-12-04")
		first := c.on(tomorrow, c.doctor)
		must(t, c.DB.Write(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(`DELETE FROM booking_pool WHERE session IN (SELECT id FROM booking_session WHERE resource = $1 AND day < '2026-12-04')`, late); err != nil {
				return err
			}
			if _, err := tx.Exec(`DELETE FROM booking_session WHERE resource = $1 AND day < '2026-12-04'`, late); err != nil {
				return err
			}
			for i := range 2100 {
				id, at := fmt.Sprintf("test-%d", i), c.Clock.Now().Add(time.Duration(i+1)*time.Minute+7*time.Second)
				if _, err := tx.Exec(`INSERT INTO booking_session (office, id, resource, kind, department, day, starts_at, ends_at, opens_at, places, plan, state, reason)
					SELECT office, $1, resource, kind, department, day, $2, $3, opens_at, places, plan, state, reason FROM booking_session WHERE id = $4`,
					id, at, at.Add(48*time.Hour), first); err != nil {
					return err
				}
			}
			return nil
		}))
		v, err := c.Requests.Start(ctx, as(c.d.Elder), "hospital-register", c.d.Elder, "")
		must(t, err)
		v, err = c.Requests.Answer(ctx, as(c.d.Elder), v.ID, v.Rev, map[string][]string{"hospital": {string(c.d.Hospital)}})
		must(t, err)
		_, err = c.Requests.Answer(ctx, as(c.d.Elder), v.ID, v.Rev, map[string][]string{"department": {"d:骨科"}})
		must(t, err)
	})
}
