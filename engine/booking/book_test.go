package booking_test

import (
	"strings"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

func TestAPlaceIsHeldWhileSomebodyDecidesAndBookedWhenTheySubmit(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		x := c.on(tomorrow, c.doctor)
		v, err := c.choose(as(c.d.Elder), c.d.Elder, tomorrow, x)
		must(t, err)
		if used, held := c.pool(x, "elder"); used != 0 || held != 1 {
			t.Fatalf("%d used, %d held of what is kept for older people", used, held)
		}
		if len(v.Step.Review) != 5 || !contains(v.Step.Review[4].Shown, "下午2点") {
			t.Errorf("%+v", v.Step.Review)
		}
		rc, err := c.Requests.Submit(ctx, as(c.d.Elder), v.ID, v.Rev)
		must(t, err)
		if used, held := c.pool(x, "elder"); used != 1 || held != 0 {
			t.Errorf("%d used, %d held", used, held)
		}
		if n := c.Acts(t, booking.ActBookedKept, string(rc.Request)); n != 1 {
			t.Errorf("%d entries tell of it", n)
		}
		f, err := c.Booking.Read(ctx, as(c.d.Elder), rc.Request)
		if err != nil || f.State != booking.Booked || f.Resource.Name != "李医生" || !f.MaySay || f.MayWork || !contains(f.When, "11月24日 星期二 下午2点到下午5点") {
			t.Errorf("%+v, %v", f, err)
		}
		list, err := c.Booking.Coming(ctx, as(c.d.Daughter), c.d.Elder)
		if err != nil || len(list) != 1 || list[0].What != "李医生" {
			t.Errorf("%+v, %v", list, err)
		}
		_, err = c.Booking.Read(ctx, as(c.d.Stranger), rc.Request)
		wantKind(t, err, civic.NotFound, "booking.unknown")
	})
}

func TestAChoiceThatIsDroppedOrChangedLetsThePlaceGo(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		x, y := c.on(tomorrow, c.doctor), c.on(after, c.doctor)
		v, err := c.choose(as(c.d.Elder), c.d.Elder, tomorrow, x)
		must(t, err)
		if v, err = c.Requests.Answer(ctx, as(c.d.Elder), v.ID, v.Rev, map[string][]string{"day": {after}}); err != nil {
			t.Fatal(err)
		}
		if _, held := c.pool(x, "elder"); held != 0 {
			t.Error("the old place is still held")
		}
		v, err = c.Requests.Answer(ctx, as(c.d.Elder), v.ID, v.Rev, map[string][]string{"time": {y}})
		must(t, err)
		must(t, c.Requests.Drop(ctx, as(c.d.Elder), v.ID))
		if _, held := c.pool(y, "elder"); held != 0 {
			t.Error("a draft put away holds its place")
		}
		if v, err = c.Requests.Restore(ctx, as(c.d.Elder), v.ID); err != nil || len(v.Step.Review) == 0 {
			t.Fatalf("%+v, %v", v, err)
		}
		if _, held := c.pool(y, "elder"); held != 1 {
			t.Error("taken up again, it holds nothing")
		}
	})
}

func TestALostHoldOffersTheNextBest(t *testing.T) {
	each(t, 5, func(t *testing.T, c *clinic) {
		x := c.on(tomorrow, c.doctor) // two for the window, two for the old, one for anybody
		slow, err := c.choose(as(c.d.Elder), c.d.Elder, tomorrow, x)
		must(t, err)
		for range 2 {
			p := c.person()
			_, err := c.register(as(p), p, tomorrow, x)
			must(t, err)
		}
		p := c.person() // takes back the one window place that may be borrowed
		_, err = c.register(as(p), p, tomorrow, x)
		must(t, err)
		if n := c.Acts(t, booking.ActBorrowed, x); n != 1 {
			t.Errorf("%d borrowed", n)
		}
		last := c.person()
		v, err := c.choose(as(last), last, tomorrow, c.on(after, c.doctor))
		wantKind(t, err, civic.Invalid, "answer.choice")
		_ = v
		// The slow one is too slow: half an hour later the place is somebody else's.
		c.Clock.Add(31 * time.Minute)
		_, err = c.register(as(last), last, tomorrow, x)
		must(t, err)
		_, err = c.Requests.Submit(ctx, as(c.d.Elder), slow.ID, slow.Rev)
		wantKind(t, err, civic.Conflict, "")
		if s := civic.As(err).Say; s == "" {
			t.Error("nothing is said")
		}
		// Nothing is lost but the time: another day is a touch away.
		v, err = c.Requests.Look(ctx, as(c.d.Elder), slow.ID)
		must(t, err)
		if v.State != "open" || len(v.Step.Ask) == 0 && v.Step.Human == "" {
			t.Fatalf("%+v", v.Step)
		}
		v, err = c.Requests.Answer(ctx, as(c.d.Elder), v.ID, v.Rev, map[string][]string{"day": {after}})
		must(t, err)
		v, err = c.Requests.Answer(ctx, as(c.d.Elder), v.ID, v.Rev, map[string][]string{"time": {c.on(after, c.doctor)}})
		must(t, err)
		_, err = c.Requests.Submit(ctx, as(c.d.Elder), v.ID, v.Rev)
		must(t, err)
	})
}

func TestKeptPlacesStayKeptUntilTheirTime(t *testing.T) {
	each(t, 5, func(t *testing.T, c *clinic) {
		x := c.on(tomorrow, c.doctor)
		young := []civic.PersonID{c.young(), c.young(), c.young(), c.young(), c.young()}
		_, err := c.register(as(young[0]), young[0], tomorrow, x)
		must(t, err)
		if _, err = c.choose(as(young[1]), young[1], tomorrow, x); err == nil {
			t.Fatal("a place that is kept was given away")
		}
		// Twelve hours before, the two for older people are anybody's; the window's are not.
		c.Clock.Set(time.Date(2026, 11, 24, 2, 0, 1, 0, civic.Shanghai))
		for _, p := range young[1:3] {
			_, err := c.register(as(p), p, tomorrow, x)
			must(t, err)
		}
		if n := c.Acts(t, booking.ActLent, x); n != 2 {
			t.Errorf("%d of two are told", n)
		}
		if _, err = c.choose(as(young[3]), young[3], tomorrow, x); err == nil {
			t.Fatal("a place of the window was given away")
		}
		// On the day the window has its two.
		c.Clock.Set(time.Date(2026, 11, 24, 8, 0, 0, 0, civic.Shanghai))
		p := c.person()
		c.Open(t, c.d.Clerk, p)
		_, err = c.register(c.d.Clerk, p, tomorrow, x)
		must(t, err)
		if used, _ := c.pool(x, "window"); used != 1 {
			t.Errorf("%d of the window's", used)
		}
		// What the sweep tells is what was unused.
		c.Clock.Set(time.Date(2026, 11, 24, 13, 0, 0, 0, civic.Shanghai))
		must(t, c.Booking.Sweep(ctx, booking.Sweep{}))
		if n := c.Count(t, `SELECT released FROM booking_pool WHERE session = $1 AND pool = 'window'`, x); n != 1 {
			t.Errorf("%d released", n)
		}
		if n := c.Acts(t, booking.ActReleased, x); n != 1 {
			t.Errorf("%d entries tell of it", n)
		}
		must(t, c.Booking.Sweep(ctx, booking.Sweep{}))
		_, err = c.register(as(young[3]), young[3], tomorrow, x)
		must(t, err)
		pr, err := c.Booking.Prove(ctx, c.d.Hospital, tomorrow, tomorrow)
		must(t, err)
		for _, r := range pr.Rows {
			want := map[string][4]int{"window": {2, 1, 1, 1}, "elder": {2, 0, 2, 2}, "open": {1, 1, 0, 0}}[r.Pool]
			if [4]int{r.Quota, r.Own, r.Lent, r.Released} != want && r.Pool != "elder" || r.Pool == "elder" && [3]int{r.Quota, r.Own, r.Lent} != [3]int{2, 0, 2} {
				t.Errorf("%+v, want %v", r, want)
			}
		}
	})
}

func TestACancelledPlaceGoesToWhoeverWaitsFirst(t *testing.T) {
	each(t, 5, func(t *testing.T, c *clinic) {
		x := c.on(tomorrow, c.doctor)
		young := c.young()
		rc, err := c.register(as(young), young, tomorrow, x)
		must(t, err)
		waits := func(p civic.PersonID) error {
			return c.Booking.Wait(ctx, as(p), booking.Order{Service: "hospital-register", Person: p, Session: x})
		}
		first, second := c.young(), c.young()
		wantKind(t, waits(c.d.Elder), civic.Conflict, "booking.wait_free")
		must(t, waits(first))
		c.Clock.Add(time.Second)
		must(t, waits(second))
		must(t, waits(second))
		must(t, c.Booking.Cancel(ctx, as(young), rc.Request))
		must(t, c.Booking.Cancel(ctx, as(young), rc.Request))
		if n := c.JobCount(t, "booking.offer"); n != 1 {
			t.Errorf("%d jobs", n)
		}
		must(t, c.Booking.OfferFree(ctx, booking.Offer{Session: x}))
		if n, m := c.Acts(t, booking.ActOffered, string(first)), c.Acts(t, booking.ActOffered, string(second)); n != 1 || m != 0 {
			t.Fatalf("%d and %d offers", n, m)
		}
		// It is theirs alone while the offer lasts, and then the next one's.
		if _, err := c.choose(as(second), second, tomorrow, x); err == nil {
			t.Error("somebody else took what was offered")
		}
		c.Clock.Add(181 * time.Minute)
		must(t, c.Booking.Sweep(ctx, booking.Sweep{}))
		if n := c.Acts(t, booking.ActOffered, string(second)); n != 1 {
			t.Fatalf("%d offers to the second", n)
		}
		_, err = c.register(as(second), second, tomorrow, x)
		must(t, err)
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_wait WHERE state IN ('waiting', 'offered')`); n != 0 {
			t.Errorf("%d wait still", n)
		}
		if used, held := c.pool(x, "open"); used != 1 || held != 0 {
			t.Errorf("%d used, %d held", used, held)
		}
	})
}

func TestAPlaceThatWasOfferedToOneWhoNoLongerWaitsIsFreeAgain(t *testing.T) {
	each(t, 5, func(t *testing.T, c *clinic) {
		x := c.on(tomorrow, c.doctor)
		young, first := c.young(), c.young()
		rc, err := c.register(as(young), young, tomorrow, x)
		must(t, err)
		o := booking.Order{Service: "hospital-register", Person: first, Session: x}
		must(t, c.Booking.Wait(ctx, as(first), o))
		must(t, c.Booking.Cancel(ctx, as(young), rc.Request))
		must(t, c.Booking.OfferFree(ctx, booking.Offer{Session: x}))
		if used, held := c.pool(x, "open"); used != 0 || held != 1 {
			t.Fatalf("%d used, %d held of what is offered", used, held)
		}
		must(t, c.Booking.Leave(ctx, as(first), o))
		c.Clock.Add(181 * time.Minute)
		must(t, c.Booking.Sweep(ctx, booking.Sweep{}))
		if used, held := c.pool(x, "open"); used != 0 || held != 0 {
			t.Errorf("%d used, %d held after the offer", used, held)
		}
	})
}

func TestAChangeTakesTheNewPlaceBeforeItGivesTheOldOneBack(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		x, y := c.on(tomorrow, c.doctor), c.on(after, c.doctor)
		rc, err := c.register(as(c.d.Elder), c.d.Elder, tomorrow, x)
		must(t, err)
		must(t, c.Booking.Change(ctx, as(c.d.Daughter), rc.Request, y))
		if a, _ := c.pool(x, "elder"); a != 0 {
			t.Error("the old place is not free")
		}
		if b, _ := c.pool(y, "elder"); b != 1 {
			t.Error("there is no new place")
		}
		f, err := c.Booking.Read(ctx, as(c.d.Elder), rc.Request)
		if err != nil || f.Day != after {
			t.Errorf("%+v, %v", f, err)
		}
		// A full one leaves the old one.
		for range 6 {
			p := c.young()
			_, err := c.register(as(p), p, tomorrow, x)
			must(t, err)
		}
		p := c.young()
		rc, err = c.register(as(p), p, after, y)
		must(t, err)
		wantKind(t, c.Booking.Change(ctx, as(p), rc.Request, x), civic.Exhausted, "booking.full")
		if f, err := c.Booking.Read(ctx, as(p), rc.Request); err != nil || f.Day != after || f.State != booking.Booked {
			t.Errorf("%+v, %v", f, err)
		}
		wantKind(t, c.Booking.Change(ctx, as(c.d.Stranger), rc.Request, x), civic.Denied, "")
	})
}

func TestADoctorMakesRoomWithAReason(t *testing.T) {
	each(t, 5, func(t *testing.T, c *clinic) {
		x := c.on(tomorrow, c.doctor)
		c.Open(t, c.d.Clerk, c.d.Elder)
		c.Open(t, c.keeper2(), c.d.Elder)
		o := booking.Order{Service: "hospital-register", Person: c.d.Elder, Session: x}
		_, err := c.Booking.Extra(ctx, c.d.Clerk, o, "复查")
		wantKind(t, err, civic.Denied, "")
		_, err = c.Booking.Extra(ctx, c.keeper2(), o, "")
		wantKind(t, err, civic.Invalid, "booking.reason")
		rc, err := c.Booking.Extra(ctx, c.keeper2(), o, "复查，李医生同意加号")
		must(t, err)
		if used, _ := c.pool(x, "extra"); used != 1 {
			t.Error("no extra place")
		}
		must(t, c.Booking.Cancel(ctx, as(c.d.Elder), rc.Request))
		rc, err = c.Booking.Extra(ctx, c.keeper2(), o, "复查，李医生同意加号")
		must(t, err)
		must(t, c.Booking.Change(ctx, as(c.d.Elder), rc.Request, c.on(after, c.doctor)))
		if n := c.Count(t, `SELECT quota FROM booking_pool WHERE session = $1 AND pool = 'extra'`, x); n != 0 {
			t.Error("an extra place outlives its reason")
		}
	})
}

func TestWhoDidNotComeDoesNotCancelInTheEvening(t *testing.T) {
	each(t, 5, func(t *testing.T, c *clinic) {
		p := c.young()
		rc, err := c.register(as(p), p, tomorrow, c.on(tomorrow, c.doctor))
		must(t, err)
		c.Clock.Add(48 * time.Hour)
		wantKind(t, c.Booking.Cancel(ctx, as(p), rc.Request), civic.Conflict, "booking.past")
		wantKind(t, c.Booking.Change(ctx, as(p), rc.Request, c.on(after, c.doctor)), civic.Conflict, "booking.past")
		c.Open(t, c.keeper2(), p)
		must(t, c.Booking.Miss(ctx, c.keeper2(), rc.Request))
	})
}

func TestLimitsAreDataAndABlackListNeverBlocksTheCounter(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		second := c.add("内科", "张医生", tenPlan())
		c.week(second, 10)
		c.publish("2026-12-04")
		elder := as(c.d.Elder)
		x := c.on(tomorrow, c.doctor)
		rc, err := c.register(elder, c.d.Elder, tomorrow, x)
		must(t, err)
		_, err = c.Booking.Book(ctx, elder, booking.Order{Service: "hospital-register", Person: c.d.Elder, Session: c.on(tomorrow, second)})
		wantKind(t, err, civic.Exhausted, "booking.limit")
		_, err = c.Booking.Book(ctx, elder, booking.Order{Service: "hospital-register", Person: c.d.Elder, Session: x})
		wantKind(t, err, civic.Exhausted, "booking.twice")
		must(t, c.Booking.Cancel(ctx, elder, rc.Request))
		// Three times not come, and one's own pages book no more for a while; the window does.
		for _, day := range []string{tomorrow, after, "2026-11-26"} {
			c.Clock.Set(time.Date(2026, 11, 23, 9, 5, 0, 0, civic.Shanghai))
			rc, err := c.Booking.Book(ctx, elder, booking.Order{Service: "hospital-register", Person: c.d.Elder, Session: c.on(day, second)})
			must(t, err)
			wantKind(t, c.Booking.Miss(ctx, c.d.HospitalClerk, rc.Request), civic.Conflict, "booking.early")
			c.Clock.Set(time.Date(2026, 11, 26, 18, 0, 0, 0, civic.Shanghai))
			must(t, c.Booking.Miss(ctx, c.d.HospitalClerk, rc.Request))
		}
		y := c.on("2026-11-27", c.doctor)
		_, err = c.Booking.Book(ctx, elder, booking.Order{Service: "hospital-register", Person: c.d.Elder, Session: y})
		wantKind(t, err, civic.Exhausted, "booking.missed")
		c.Open(t, c.d.Clerk, c.d.Elder)
		_, err = c.Booking.Book(ctx, c.d.Clerk, booking.Order{Service: "hospital-register", Person: c.d.Elder, Session: y})
		must(t, err)
	})
}

func TestADayThatIsCalledOffTellsThoseWhoHadBooked(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		rc, err := c.register(as(c.d.Elder), c.d.Elder, tomorrow, c.on(tomorrow, c.doctor))
		must(t, err)
		must(t, c.Booking.SetDay(ctx, c.keeper, c.d.Hospital, c.doctor, tomorrow, booking.NoDay, "李医生生病了"))
		f, err := c.Booking.Read(ctx, as(c.d.Elder), rc.Request)
		if err != nil || f.State != booking.CalledOff || f.Reason != "李医生生病了" {
			t.Errorf("%+v, %v", f, err)
		}
		if n := c.Acts(t, booking.ActCalledOff, string(c.d.Elder)); n != 1 {
			t.Errorf("%d entries", n)
		}
		free, err := c.Booking.Free(ctx, c.d.Hospital, "clinic", tomorrow, tomorrow)
		if err != nil || len(free) != 0 {
			t.Errorf("%+v, %v", free, err)
		}
	})
}

func TestAnAgentBooksThroughTheGrantAndUnderEitherIdentity(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		rc, err := c.register(as(c.d.Daughter), c.d.Elder, tomorrow, c.on(tomorrow, c.doctor))
		must(t, err)
		f, err := c.Booking.Read(ctx, as(c.d.Elder), rc.Request)
		if err != nil || f.Person != c.d.Elder {
			t.Fatalf("%+v, %v", f, err)
		}
		found := false
		for _, l := range f.Story {
			found = found || contains(l.Says, "女儿")
		}
		if !found {
			t.Errorf("the story does not name the daughter: %+v", f.Story)
		}
		must(t, c.Grant.Revoke(ctx, as(c.d.Elder), c.d.Elder, c.World.Taiyuan.Grant))
		wantKind(t, c.Booking.Cancel(ctx, as(c.d.Daughter), rc.Request), civic.Denied, "")
		_, err = c.Requests.Start(ctx, as(c.d.Daughter), "hospital-register", c.d.Elder, "")
		wantKind(t, err, civic.Denied, "")
	})
}

// keeper2 keeps the sessions and serves people: the manager with a clerk's post.
func (c *clinic) keeper2() civic.Actor {
	if c.both.Operator.None() {
		c.both = c.Hire(c.t, "门诊主任", c.d.Hospital, posts(c.d.Division)...)
	}
	return c.both
}

func TestOnePersonHoldsOnlySoManyTimesAtOnce(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		days := []string{tomorrow, after, "2026-11-26", "2026-11-27"}
		for _, day := range days[:3] {
			_, err := c.choose(as(c.d.Elder), c.d.Elder, day, c.on(day, c.doctor))
			must(t, err)
		}
		x := c.on(days[3], c.doctor)
		_, err := c.choose(as(c.d.Elder), c.d.Elder, days[3], x)
		wantKind(t, err, civic.Exhausted, "booking.holds")
		if _, held := c.pool(x, "elder"); held != 0 {
			t.Error("a fourth is held")
		}
		c.Clock.Add(31 * time.Minute) // the first three lapse
		_, err = c.choose(as(c.d.Elder), c.d.Elder, days[3], x)
		must(t, err)
	})
}

func TestWhoeverIsCalledOffIsToldNotToComeInVain(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		rc, err := c.register(as(c.d.Elder), c.d.Elder, tomorrow, c.on(tomorrow, c.doctor))
		must(t, err)
		c.Tell(t)
		must(t, c.Booking.SetDay(ctx, c.keeper, c.d.Hospital, c.doctor, tomorrow, booking.NoDay, "李医生生病了"))
		c.Tell(t)
		for template, want := range map[string]int{"booking.booked_kept/elder": 1, "booking.called_off/elder": 1, "booking.cancelled/elder": 0} {
			if n := c.Count(t, `SELECT COUNT(*) FROM message WHERE template = $1 AND receiver = $2 AND about = $3`, template, c.d.Elder, rc.Request); n != want {
				t.Errorf("%d messages %s, want %d", n, template, want)
			}
		}
	})
}

// What somebody is told of an offer stands until that offer is answered: what they book
// otherwise, or what another books of the same session, says nothing of it.
func TestAnOfferIsToldThoughSomethingElseIsBooked(t *testing.T) {
	each(t, 5, func(t *testing.T, c *clinic) {
		x, other := c.on(tomorrow, c.doctor), c.on(after, c.doctor)
		young, first := c.young(), c.young()
		rc, err := c.register(as(young), young, tomorrow, x)
		must(t, err)
		o := booking.Order{Service: "hospital-register", Person: first, Session: x}
		must(t, c.Booking.Wait(ctx, as(first), o))
		must(t, c.Booking.Cancel(ctx, as(young), rc.Request))
		must(t, c.Booking.OfferFree(ctx, booking.Offer{Session: x}))
		_, err = c.register(as(c.d.Elder), c.d.Elder, tomorrow, x)
		must(t, err)
		_, err = c.register(as(first), first, after, other)
		must(t, err)
		c.Tell(t)
		open := func() int {
			return c.Count(t, `SELECT COUNT(*) FROM message WHERE person = $1 AND template = 'booking.offered/elder' AND state = 'open'`, first)
		}
		if open() != 1 {
			t.Error("they are not told of the offer")
		}
		must(t, c.Booking.Leave(ctx, as(first), o))
		c.Tell(t)
		if open() != 0 {
			t.Error("they are told of what they left")
		}
	})
}

func TestWhatWasBookedInOneGoIsOfferedAsLastTime(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		second := c.add("骨科", "王医生", tenPlan())
		c.week(second, 10)
		c.publish("2026-12-04")
		_, err := c.Booking.Book(ctx, as(c.d.Elder), booking.Order{Service: "hospital-register", Person: c.d.Elder, Session: c.on(tomorrow, second)})
		must(t, err)
		v, err := c.Requests.Start(ctx, as(c.d.Elder), "hospital-register", c.d.Elder, "")
		must(t, err)
		var got []string
		for _, k := range v.Same {
			got = append(got, k.Shown)
		}
		if s := strings.Join(got, " "); !contains(s, "骨科 王医生") {
			t.Errorf("as last time is %q", s)
		}
	})
}
