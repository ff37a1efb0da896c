package booking_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

// come books a person today at the window and sees them arrive.
func (c *clinic) come(p civic.PersonID) civic.RequestID {
	c.t.Helper()
	c.Open(c.t, c.keeper2(), p)
	rc, err := c.Booking.Extra(ctx, c.keeper2(), booking.Order{Service: "hospital-register", Person: p, Session: c.on(today, c.doctor)}, "现场来的")
	must(c.t, err)
	must(c.t, c.Booking.Arrive(ctx, c.d.HospitalClerk, rc.Request))
	return rc.Request
}

// calls is whom the door calls, in order, until nobody waits.
func (c *clinic) calls(room string) (out []civic.RequestID) {
	c.t.Helper()
	for {
		err := c.Booking.CallNext(ctx, c.d.HospitalClerk, c.doctor, room)
		if civic.Is(err, civic.Conflict) {
			return out
		}
		must(c.t, err)
		for _, t := range c.line().Called {
			if t.Room == room {
				out = append(out, t.ID)
			}
		}
	}
}

func (c *clinic) line() booking.Line {
	c.t.Helper()
	lines, err := c.Booking.Lines(ctx, c.d.HospitalClerk)
	must(c.t, err)
	if len(lines) != 1 {
		return booking.Line{}
	}
	return lines[0]
}

func TestWhoComesGetsANumberAndIsCalledByNumberAndName(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		c.Clock.Add(6 * time.Hour) // the session has begun
		a := c.come(c.d.Elder)
		c.Clock.Add(time.Minute)
		b := c.come(c.person())
		f, err := c.Booking.Read(ctx, c.d.HospitalClerk, b)
		if err != nil || f.Ticket == nil || f.Ticket.Number != 2 || f.Ticket.Ahead != 1 || f.Ticket.State != booking.Waiting {
			t.Fatalf("%+v, %v", f, err)
		}
		c.Clock.Add(9 * time.Minute)
		must(t, c.Booking.CallNext(ctx, c.d.HospitalClerk, c.doctor, "3诊室"))
		l := c.line()
		if len(l.Called) != 1 || l.Called[0].ID != a || l.Called[0].Room != "3诊室" || !contains(l.Called[0].Who, "*") || len(l.Waiting) != 1 || l.What != "李医生" {
			t.Errorf("%+v", l)
		}
		if n := c.Acts(t, booking.ActCalled, string(a)); n != 1 {
			t.Errorf("%d calls are told", n)
		}
		// Pressing for the next one ends the one before, in the same room only.
		must(t, c.Booking.CallNext(ctx, c.d.HospitalClerk, c.doctor, "3诊室"))
		if l = c.line(); len(l.Called) != 1 || l.Called[0].ID != b || len(l.Waiting) != 0 {
			t.Errorf("%+v", l)
		}
		wantKind(t, c.Booking.CallNext(ctx, c.d.HospitalClerk, c.doctor, "3诊室"), civic.Conflict, "booking.nobody_waits")
		wantKind(t, c.Booking.CallNext(ctx, c.d.HospitalClerk, c.doctor, " "), civic.Invalid, "booking.room")
		wantKind(t, c.Booking.CallNext(ctx, c.Xihu.HospitalClerk, c.doctor, "3诊室"), civic.NotFound, "booking.no_resource")
		wantKind(t, c.Booking.CallNext(ctx, as(c.d.Elder), c.doctor, "3诊室"), civic.Denied, "")
		f, err = c.Booking.Read(ctx, as(c.d.Elder), a)
		if err != nil || f.Ticket == nil || f.Ticket.Number != 1 || f.Ticket.State != booking.Done {
			t.Errorf("the elder sees %+v, %v", f.Ticket, err)
		}
	})
}

func TestANumberThatWentByIsNotLostAndWhoComesBackFromAnExaminationGoesFirst(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		c.Clock.Add(6 * time.Hour)
		a, b := c.come(c.person()), c.come(c.person())
		clerk := c.d.HospitalClerk
		wantKind(t, c.Booking.Pass(ctx, clerk, a), civic.Conflict, "booking.ticket_moved") // not called yet
		must(t, c.Booking.CallNext(ctx, clerk, c.doctor, "1诊室"))
		must(t, c.Booking.CallAgain(ctx, clerk, a))
		must(t, c.Booking.Pass(ctx, clerk, a))
		must(t, c.Booking.Pass(ctx, clerk, a)) // pressing twice is no fault
		if l := c.line(); len(l.Passed) != 1 || l.Passed[0].Calls != 2 || len(l.Called) != 0 {
			t.Fatalf("%+v", l)
		}
		c.Clock.Add(time.Minute)
		must(t, c.Booking.Return(ctx, clerk, a))
		c.Clock.Add(time.Minute)
		d := c.come(c.person())
		if got := c.calls("1诊室"); !slices.Equal(got, []civic.RequestID{b, a, d}) {
			t.Errorf("called %v, want %v", got, []civic.RequestID{b, a, d})
		}
		e := c.come(c.person())
		c.Clock.Add(time.Minute)
		must(t, c.Booking.Return(ctx, clerk, b)) // with the pictures in hand
		if l := c.line(); l.Waiting[0].ID != b || !contains(l.Waiting[0].First(), "检查") || l.Waiting[1].ID != e {
			t.Errorf("%+v", l.Waiting)
		}
		wantKind(t, c.Booking.Return(ctx, c.Xihu.HospitalClerk, b), civic.Denied, "")
	})
}

func TestANumberIsForToday(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		rc, err := c.register(as(c.d.Elder), c.d.Elder, tomorrow, c.on(tomorrow, c.doctor))
		must(t, err)
		err = c.Booking.Arrive(ctx, c.d.HospitalClerk, rc.Request)
		wantKind(t, err, civic.Conflict, "booking.other_day")
		if say := civic.As(err).Say; !contains(say, "11月24日") {
			t.Error(say)
		}
		wantKind(t, c.Booking.CallAgain(ctx, c.d.HospitalClerk, rc.Request), civic.Conflict, "booking.no_ticket")
	})
}

func TestTwoRoomsNeverCallTheSamePerson(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		c.Clock.Add(6 * time.Hour)
		const many = 6
		for range many {
			c.come(c.person())
		}
		var wg sync.WaitGroup
		for _, room := range []string{"1诊室", "2诊室", "3诊室"} {
			wg.Go(func() {
				for range many / 3 {
					if err := c.Booking.CallNext(ctx, c.d.HospitalClerk, c.doctor, room); err != nil {
						t.Errorf("%s: %v", room, err)
					}
				}
			})
		}
		wg.Wait()
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_ticket WHERE calls = 1 AND state IN ('called', 'done')`); n != many {
			t.Errorf("%d of %d were called once", n, many)
		}
	})
}

// Whoever goes first overtakes only those who came at most so many minutes before them.
func TestNobodyIsOvertakenByWhoCameMuchLater(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		type one struct {
			ready, rank time.Time
			number      int
			first       int
		}
		var line []one
		ages := rapid.SliceOfN(rapid.IntRange(50, 100), 2, 40).Draw(t, "ages")
		at := begin
		for i, age := range ages {
			at = at.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "gap")) * time.Minute)
			rank, minutes := booking.RankOf(age, nil, at)
			line = append(line, one{at, rank, i, minutes})
		}
		most := 0
		for _, x := range line {
			most = max(most, x.first)
		}
		called := slices.Clone(line)
		slices.SortStableFunc(called, func(a, b one) int { return a.rank.Compare(b.rank) })
		for i, x := range called {
			for _, y := range called[i+1:] {
				if over := x.ready.Sub(y.ready); over > time.Duration(most)*time.Minute {
					t.Fatalf("one overtook another who came %s before", over)
				}
				if x.first == y.first && x.number > y.number {
					t.Fatal("of two alike the later was called first")
				}
			}
		}
	})
}

func TestTomorrowIsRecalledOnceAndByDay(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		x := c.on(after, c.doctor)
		rc, err := c.register(as(c.d.Elder), c.d.Elder, after, x)
		must(t, err)
		told := func() int { return c.Acts(t, booking.ActTomorrow, string(rc.Request)) }
		sweep := func() {
			t.Helper()
			must(t, c.Booking.Sweep(ctx, booking.Sweep{}))
		}
		sweep()
		c.Clock.Add(15 * time.Hour) // midnight
		sweep()
		if told() != 0 {
			t.Error("somebody is reminded at night, or too early")
		}
		c.Clock.Add(10 * time.Hour)
		sweep()
		sweep()
		if told() != 1 {
			t.Errorf("reminded %d times", told())
		}
		p := c.person() // who books today for tomorrow has just been told
		late, err := c.register(as(p), p, after, x)
		must(t, err)
		sweep()
		if n := c.Acts(t, booking.ActTomorrow, string(late.Request)); n != 0 {
			t.Error("reminded of what was booked a moment ago")
		}
	})
}
