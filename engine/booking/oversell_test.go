package booking_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/booking"
	"yinqiao/journal"
)

// counts is what the rows say of one pool: what is counted, and what there is.
type counts struct {
	Pool                       string
	Quota, Used, Held          int
	Bookings, Holds, Forbidden int
}

// balance checks that a session's counts are what its bookings and holds add up to,
// that no pool gave more than it has, and that no kept place went to somebody else
// before its time.
func (c *clinic) balance(t rapid.TB, session string) {
	t.Helper()
	var rows []counts
	must := func(err error) {
		if err != nil {
			t.Fatalf("%v", err)
		}
	}
	must(c.Journal.Look(ctx, civic.System("test"), func(v *journal.View) error {
		return v.Select(&rows, `SELECT p.pool, p.quota, p.used, p.held,
			(SELECT COUNT(*) FROM booking b WHERE b.office = p.office AND b.session = p.session AND b.pool = p.pool AND b.state IN ('booked', 'arrived', 'missed')) AS bookings,
			(SELECT COUNT(*) FROM booking_hold h WHERE h.office = p.office AND h.session = p.session AND h.pool = p.pool) AS holds,
			(SELECT COUNT(*) FROM booking b WHERE b.office = p.office AND b.session = p.session AND b.pool = p.pool AND b.cause = 'released' AND b.made_at < p.release_at) AS forbidden
			FROM booking_pool p WHERE p.session = $1`, session)
	}))
	for _, r := range rows {
		if r.Used != r.Bookings || r.Held != r.Holds || r.Used+r.Held > r.Quota || r.Forbidden > 0 {
			t.Fatalf("session %s: %+v", session, r)
		}
	}
}

// Whatever is done in whatever order, nothing is sold twice, nothing kept leaks before
// its time, and the counts are what there is.
func TestWhateverIsDoneNothingIsOversoldAndNothingKeptLeaks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d, 5, tenPlan())
		people := []civic.PersonID{c.d.Elder, c.person(), c.young(), c.young(), c.young(), c.young()}
		for _, p := range people {
			c.Open(t, c.keeper2(), p)
		}
		rounds, steps := 2, 25
		if dbtest.Slow() {
			rounds, steps = 40, 120
		}
		ran, failing := 0, false
		rapid.Check(t, func(t *rapid.T) {
			if ran++; ran > rounds && !failing {
				return // a hundred rounds are for the slow run
			}
			failing = true
			c.model(t, people, ran, steps)
			failing = false
		})
	})
}

// model does random things to two sessions and checks the books after each.
func (c *clinic) model(t *rapid.T, people []civic.PersonID, round, steps int) {
	c.Clock.Set(time.Date(2026, 11, 23, 9, 5, 0, 0, civic.Shanghai))
	resource := c.add(fmt.Sprintf("科%d", round), "赵医生", tenPlan())
	c.week(resource, 5)
	h := c.outside(t, resource)
	c.publish("2026-11-25")
	sessions := []string{c.on(tomorrow, resource), c.on(after, resource)}
	var made []civic.RequestID
	for range steps {
		p := rapid.SampledFrom(people).Draw(t, "person")
		x := rapid.SampledFrom(sessions).Draw(t, "session")
		actor := as(p)
		if rapid.IntRange(0, 2).Draw(t, "desk") == 0 {
			actor = c.keeper2()
			c.Open(c.t, actor, p)
		}
		order := booking.Order{Service: "hospital-register", Person: p, Session: x}
		switch rapid.IntRange(0, 15).Draw(t, "do") {
		case 0, 1, 2:
			if rc, err := c.Booking.Book(ctx, actor, order); err == nil {
				made = append(made, rc.Request)
			}
		case 3, 4:
			_, _ = c.chooseOf(actor, p, resource, fmt.Sprintf("科%d", round), x) // held, and left lying
		case 5:
			if len(made) > 0 {
				_ = c.Booking.Cancel(ctx, c.keeper2(), rapid.SampledFrom(made).Draw(t, "which"))
			}
		case 6:
			if len(made) > 0 {
				_ = c.Booking.Change(ctx, c.keeper2(), rapid.SampledFrom(made).Draw(t, "which"), x)
			}
		case 7:
			_ = c.Booking.SetPlaces(ctx, c.keeper, c.d.Hospital, x, rapid.IntRange(0, 9).Draw(t, "places"), "试验")
		case 8:
			_ = c.Booking.Wait(ctx, actor, order)
		case 9:
			if rc, err := c.Booking.Extra(ctx, c.keeper2(), order, "试验"); err == nil {
				made = append(made, rc.Request)
			}
		case 10:
			c.Clock.Add(time.Duration(rapid.IntRange(1, 300).Draw(t, "minutes")) * time.Minute)
			if err := c.Booking.Sweep(ctx, booking.Sweep{}); err != nil {
				t.Fatalf("%v", err)
			}
		case 11, 12:
			h.chase(t)
		case 13:
			h.decide(t)
		case 14:
			h.withdraw(t)
		case 15:
			h.phone(t)
		}
		for _, s := range sessions {
			c.balance(t, s)
		}
	}
	h.rest(t)
	for _, s := range sessions {
		c.balance(t, s)
	}
}

// chooseOf holds a place through the dialogue, with another doctor.
func (c *clinic) chooseOf(actor civic.Actor, p civic.PersonID, resource, dept, session string) (civic.DraftID, error) {
	v, err := c.Requests.Start(ctx, actor, "hospital-register", p, "")
	if err != nil {
		return "", err
	}
	day := c.dayOf(session)
	for _, a := range [][2]string{{"hospital", string(c.d.Hospital)}, {"department", "d:" + dept}, {"doctor", resource}, {"day", day}, {"time", session}} {
		if v, err = c.Requests.Answer(ctx, actor, v.ID, v.Rev, map[string][]string{a[0]: {a[1]}}); err != nil {
			return "", err
		}
	}
	return v.ID, nil
}

func (c *clinic) dayOf(session string) (day string) {
	c.Look(c.t, civic.System("test"), func(v *journal.View) error {
		return v.Get(&day, `SELECT day FROM booking_session WHERE id = $1`, session)
	})
	return day
}

// Many at once on one session: as many are booked as there are places, and the rest
// are told that it is full.
func TestManyAtOnceAreBookedOnceForEachPlace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d, 10, tenPlan()) // six for anybody
		x := c.on(tomorrow, c.doctor)
		var people []civic.PersonID
		for range 24 {
			people = append(people, c.young())
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		won, full := 0, 0
		for i, p := range people {
			wg.Go(func() {
				var err error
				if i%2 == 0 {
					_, err = c.Booking.Book(ctx, as(p), booking.Order{Service: "hospital-register", Person: p, Session: x})
				} else {
					_, err = c.register(as(p), p, tomorrow, x)
				}
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case civic.Is(err, civic.Exhausted), civic.Is(err, civic.Conflict), civic.As(err).Code == "answer.choice", civic.As(err).Code == "draft.rev":
					full++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		c.balance(t, x)
		used, held := c.pool(x, "open")
		if won != used || used+held != 6 && won+full != len(people) || used > 6 {
			t.Errorf("%d won, %d were told that it is full, %d used, %d held", won, full, used, held)
		}
		if kept, _ := c.pool(x, "elder"); kept != 0 {
			t.Errorf("%d kept places leaked", kept)
		}
	})
}
