package booking_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/booking"
	"yinqiao/engine/booking/external"
	"yinqiao/engine/booking/external/sim"
	"yinqiao/request"
)

// register is a clinic whose hospital confirms each booking by itself.
type register struct {
	*clinic
	sim  *sim.Hospital
	mood sim.Mood
}

const theirs = "test-hospital"

// confirming makes a clinic whose hospital is asked over HTTP.
func confirming(t *testing.T, places int, fn func(t *testing.T, r *register)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := &register{clinic: newClinic(t, d, places, tenPlan())}
		r.sim = &sim.Hospital{Key: "yinqiao", Secret: "right", Mood: func(bool, string) sim.Mood { return r.mood }}
		srv := httptest.NewServer(r.sim)
		t.Cleanup(srv.Close)
		r.Booking.Asks(map[string]booking.External{theirs: external.Setting{Name: theirs, URL: srv.URL, Key: "yinqiao", Secret: "right"}.Open()})
		must(t, r.Booking.SetOwner(ctx, r.keeper, booking.Owner{Office: r.d.Hospital, Way: booking.WayConfirmed, System: theirs}))
		fn(t, r)
	})
}

// chase does what is due about asks, as the queue would.
func (r *register) chase(t testing.TB) {
	t.Helper()
	must(t, r.Booking.ChaseAll(ctx, booking.Chase{}))
}

func (r *register) read(t testing.TB, p civic.PersonID, id civic.RequestID) *booking.File {
	t.Helper()
	f, err := r.Booking.Read(ctx, as(p), id)
	must(t, err)
	return f
}

func (r *register) book(t testing.TB, p civic.PersonID, session string) request.Receipt {
	t.Helper()
	rc, err := r.Booking.Book(ctx, as(p), booking.Order{Service: "hospital-register", Person: p, Session: session})
	must(t, err)
	return rc
}

func TestAHospitalThatConfirmsByItselfIsAskedAndThePlaceIsKeptMeanwhile(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		x := r.on(tomorrow, r.doctor)
		rc, err := r.register(as(r.d.Elder), r.d.Elder, tomorrow, x)
		must(t, err)
		f := r.read(t, r.d.Elder, rc.Request)
		if !f.Awaits() || f.Words() != "待医院确认" || r.sim.Calls() != 0 {
			t.Fatalf("%s %q, %d calls within the write", f.State, f.Words(), r.sim.Calls())
		}
		if used, _ := r.pool(x, "elder"); used != 1 {
			t.Errorf("%d used while it waits", used)
		}
		if a, b := r.Acts(t, booking.ActAsked, string(rc.Request)), r.Acts(t, booking.ActBookedKept, string(rc.Request)); a != 1 || b != 0 {
			t.Errorf("%d tell that it waits, %d that it is booked", a, b)
		}
		r.chase(t)
		r.chase(t)
		if f = r.read(t, r.d.Elder, rc.Request); f.Awaits() || f.Words() != "约好了" || r.sim.Calls() != 1 {
			t.Errorf("%q after %d calls", f.Words(), r.sim.Calls())
		}
		keys := r.sim.Keys(external.Confirmed)
		if len(keys) != 1 {
			t.Fatalf("the hospital has %v", keys)
		}
		k := r.sim.Asked(keys[0])
		if k.Number != string(rc.Number) || k.Resource != "李医生" || k.Department != "内科" || k.Person.Name != "王桂英" || k.Person.Number != r.d.ElderID || k.StartsAt.In(civic.Shanghai).Hour() != 14 {
			t.Errorf("the hospital was told %+v", k)
		}
		if n := r.Acts(t, booking.ActConfirmed, string(rc.Request)); n != 1 {
			t.Errorf("%d tell that it is confirmed", n)
		}
		// Cancelling goes there too.
		must(t, r.Booking.Cancel(ctx, as(r.d.Elder), rc.Request))
		r.chase(t)
		if n := len(r.sim.Keys(external.Cancelled)); n != 1 {
			t.Errorf("%d are cancelled there", n)
		}
		if used, _ := r.pool(x, "elder"); used != 0 {
			t.Errorf("%d used after it was cancelled", used)
		}
	})
}

func TestARefusalGivesThePlaceBackAndKeepsTheNextBest(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		x := r.on(tomorrow, r.doctor)
		rc := r.book(t, r.d.Elder, x)
		r.mood = sim.Refuse
		r.chase(t)
		f := r.read(t, r.d.Elder, rc.Request)
		if f.State != booking.CalledOff || !contains(f.Reason, "医院没有确认") {
			t.Fatalf("%s %q", f.State, f.Reason)
		}
		if used, _ := r.pool(x, "elder"); used != 0 {
			t.Errorf("%d used", used)
		}
		y := r.on(after, r.doctor)
		if _, held := r.pool(y, "elder"); held != 1 {
			t.Errorf("%d held of the next day", held)
		}
		if n := r.Acts(t, booking.ActNextBest, string(r.d.Elder)); n != 1 {
			t.Errorf("%d tell of it", n)
		}
		r.mood = sim.Agree
		rc, err := r.register(as(r.d.Elder), r.d.Elder, after, y)
		must(t, err)
		r.chase(t)
		if f = r.read(t, r.d.Elder, rc.Request); f.Words() != "约好了" {
			t.Errorf("taken up, it is %q", f.Words())
		}
		if used, held := r.pool(y, "elder"); used != 1 || held != 0 {
			t.Errorf("%d used, %d held", used, held)
		}
	})
}

func TestAPlaceThatTheHospitalDoesNotHaveIsNotPromisedAgain(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		x := r.on(tomorrow, r.doctor)
		r.sim.Most = 1
		first, second := r.book(t, r.d.Elder, x), r.book(t, r.person(), x)
		r.chase(t)
		if a, b := r.Acts(t, booking.ActConfirmed, string(first.Request)), r.Acts(t, booking.ActRefused, string(second.Request)); a != 1 || b != 1 {
			t.Fatalf("%d confirmed, %d refused", a, b)
		}
		if n := r.Count(t, `SELECT places FROM booking_session WHERE id = $1`, x); n != 9 {
			t.Errorf("%d places are left of ten", n)
		}
		r.balance(t, x)
	})
}

func TestAHospitalThatDoesNotAnswerIsAskedAgainAndThenAHumanFollowsItUp(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		x := r.on(tomorrow, r.doctor)
		rc := r.book(t, r.d.Elder, x)
		r.mood = sim.Fail
		r.chase(t)
		r.chase(t)
		if r.sim.Calls() != 1 {
			t.Errorf("%d calls at once", r.sim.Calls())
		}
		for range 40 {
			r.Clock.Add(time.Minute)
			r.chase(t)
		}
		if n := r.sim.Calls(); n < 5 || n > 12 {
			t.Errorf("%d calls in forty minutes", n)
		}
		if f := r.read(t, r.d.Elder, rc.Request); f.Words() != "医院还没有答复，正在催" || r.Acts(t, booking.ActLate, string(rc.Request)) != 1 {
			t.Fatalf("%q", f.Words())
		}
		r.Clock.Add(3 * time.Hour)
		r.chase(t)
		f := r.read(t, r.d.Elder, rc.Request)
		if f.State != booking.CalledOff || r.Acts(t, booking.ActUnanswered, string(rc.Request)) != 1 || r.Acts(t, booking.ActNextBest, string(r.d.Elder)) != 1 {
			t.Fatalf("%s", f.State)
		}
		// Two owners there never are: what they confirm now is given up there.
		r.mood = sim.Agree
		key := r.keyOf(t, rc.Request)
		must(t, r.Booking.Hear(ctx, theirs, []external.Answer{{Key: key, State: external.Confirmed}}))
		r.Clock.Add(time.Hour)
		r.chase(t)
		if f = r.read(t, r.d.Elder, rc.Request); f.State != booking.CalledOff || len(r.sim.Keys(external.Confirmed)) != 0 || len(r.sim.Keys(external.Cancelled)) != 1 {
			t.Errorf("%s, and the hospital has %v", f.State, r.sim.Keys(external.Confirmed))
		}
		if n := r.Acts(t, booking.ActTooLate, string(rc.Request)); n != 1 {
			t.Errorf("%d tell of it", n)
		}
	})
}

func (r *register) keyOf(t testing.TB, id civic.RequestID) string {
	t.Helper()
	return string(id) + ".1"
}

func TestAnswersMayComeLateTwiceAndInAnyOrder(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		x := r.on(tomorrow, r.doctor)
		say := func(rc request.Receipt, states ...external.State) {
			for _, s := range states {
				must(t, r.Booking.Hear(ctx, theirs, []external.Answer{{Key: r.keyOf(t, rc.Request), State: s}}))
			}
		}
		one := r.book(t, r.d.Elder, x)
		say(one, external.Confirmed, external.Pending, external.Confirmed)
		if f := r.read(t, r.d.Elder, one.Request); f.Words() != "约好了" || r.Acts(t, booking.ActConfirmed, string(one.Request)) != 1 {
			t.Errorf("%q", f.Words())
		}
		say(one, external.Cancelled, external.Confirmed, external.Cancelled)
		if f := r.read(t, r.d.Elder, one.Request); f.State != booking.CalledOff || !contains(f.Reason, "医院取消了") || r.Acts(t, booking.ActCalledOff, string(one.Request)) != 1 {
			t.Errorf("%s %s", f.State, f.Reason)
		}
		p := r.person()
		two := r.book(t, p, x)
		say(two, external.Refused, external.Confirmed, external.Refused)
		if f := r.read(t, p, two.Request); f.State != booking.CalledOff || r.Acts(t, booking.ActRefused, string(two.Request)) != 1 {
			t.Errorf("%s", f.State)
		}
		// Another hospital's word is nobody's, and neither is one about what there is not.
		three := r.book(t, r.person(), x)
		must(t, r.Booking.Hear(ctx, "another", []external.Answer{{Key: r.keyOf(t, three.Request), State: external.Confirmed}}))
		must(t, r.Booking.Hear(ctx, theirs, []external.Answer{{Key: "none", State: external.Confirmed}}))
		if n := r.Acts(t, booking.ActConfirmed, string(three.Request)); n != 0 {
			t.Error("another hospital confirmed it")
		}
		r.balance(t, x)
	})
}

func TestWhatIsCancelledBeforeItWasSentIsNeverSent(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		rc := r.book(t, r.d.Elder, r.on(tomorrow, r.doctor))
		must(t, r.Booking.Cancel(ctx, as(r.d.Elder), rc.Request))
		r.chase(t)
		if r.sim.Calls() != 0 || r.Count(t, `SELECT COUNT(*) FROM booking_ask WHERE next_at IS NOT NULL`) != 0 {
			t.Errorf("%d calls", r.sim.Calls())
		}
	})
}

func TestAConfirmedPlaceStaysUntilTheHospitalAgreesToTheNewOne(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		x, y := r.on(tomorrow, r.doctor), r.on(after, r.doctor)
		rc := r.book(t, r.d.Elder, x)
		r.chase(t)
		move := func() {
			must(t, r.Booking.Change(ctx, as(r.d.Elder), rc.Request, y))
			must(t, r.Booking.Change(ctx, as(r.d.Elder), rc.Request, y))
		}
		standing := func(what string, xUsed, yUsed, yHeld int) {
			t.Helper()
			a, _ := r.pool(x, "elder")
			b, h := r.pool(y, "elder")
			if a != xUsed || b != yUsed || h != yHeld {
				t.Errorf("%s: %d used, then %d used and %d held", what, a, b, h)
			}
			r.balance(t, x)
			r.balance(t, y)
		}
		move()
		standing("while it waits", 1, 0, 1)
		r.mood = sim.Refuse
		r.chase(t)
		standing("refused", 1, 0, 0)
		if f := r.read(t, r.d.Elder, rc.Request); f.Booking.Session != x || f.Words() != "约好了" || r.Acts(t, booking.ActMoveRefused, string(rc.Request)) != 1 {
			t.Fatalf("%q", f.Words())
		}
		r.mood = sim.Agree
		move()
		r.chase(t)
		standing("agreed", 0, 1, 0)
		f := r.read(t, r.d.Elder, rc.Request)
		if f.Booking.Session != y || f.Words() != "约好了" || r.Acts(t, booking.ActChanged, string(rc.Request)) != 1 {
			t.Fatalf("%q", f.Words())
		}
		r.chase(t)
		if n := r.sim.Keys(external.Confirmed); len(n) != 1 || !r.sim.Asked(n[0]).StartsAt.Equal(f.StartsAt) {
			t.Errorf("the hospital has %v", n)
		}
		// A wish to move that is never answered leaves everything as it was.
		r.mood = sim.Think
		must(t, r.Booking.Change(ctx, as(r.d.Elder), rc.Request, x))
		r.chase(t)
		r.Clock.Add(31 * time.Minute)
		r.chase(t)
		standing("not answered", 0, 1, 0)
		r.sim.Decide(func(string) bool { return true })
		must(t, r.Booking.Hear(ctx, theirs, r.sim.Said()))
		r.mood = sim.Agree
		r.Clock.Add(time.Hour)
		r.chase(t)
		if n := r.sim.Keys(external.Confirmed); len(n) != 1 {
			t.Errorf("the hospital has %v", n)
		}
		standing("agreed too late", 0, 1, 0)
	})
}

func TestAHospitalThatFailsIsLeftAloneForAWhile(t *testing.T) {
	confirming(t, 20, func(t *testing.T, r *register) {
		r.mood = sim.Fail
		x := r.on(tomorrow, r.doctor)
		for range 6 {
			r.book(t, r.person(), x)
		}
		r.chase(t)
		if r.sim.Calls() != 3 {
			t.Errorf("%d calls to a hospital that is away", r.sim.Calls())
		}
		r.mood = sim.Agree
		r.Clock.Add(31 * time.Second)
		r.chase(t)
		if n := len(r.sim.Keys(external.Confirmed)); n != 6 {
			t.Errorf("%d confirmed when it was back", n)
		}
	})
}

func TestWhoeverComesIsNoLongerWaitedFor(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		r.mood = sim.Fail
		rc := r.book(t, r.d.Elder, r.on(tomorrow, r.doctor))
		r.Clock.Set(time.Date(2026, 11, 24, 13, 30, 0, 0, civic.Shanghai))
		must(t, r.Booking.Arrive(ctx, r.d.HospitalClerk, rc.Request))
		r.Clock.Add(4 * time.Hour)
		r.chase(t)
		if f := r.read(t, r.d.Elder, rc.Request); f.State != booking.Arrived {
			t.Errorf("%s", f.State)
		}
	})
}

func TestAnOfficeAsksOnlyAHospitalThatIsConnected(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		err := r.Booking.SetOwner(ctx, r.keeper, booking.Owner{Office: r.d.Hospital, Way: booking.WayConfirmed, System: "none"})
		wantKind(t, err, civic.Invalid, "booking.system")
		err = r.Booking.SetOwner(ctx, r.d.HospitalClerk, booking.Owner{Office: r.d.Hospital, Way: booking.WayOurs})
		wantKind(t, err, civic.Denied, "")
		// One doctor's own word goes before the hospital's.
		must(t, r.Booking.SetOwner(ctx, r.keeper, booking.Owner{Office: r.d.Hospital, Resource: r.doctor, Way: booking.WayOurs}))
		rc := r.book(t, r.d.Elder, r.on(tomorrow, r.doctor))
		if f := r.read(t, r.d.Elder, rc.Request); f.Words() != "约好了" {
			t.Errorf("%q", f.Words())
		}
		all, err := r.Booking.Owners(ctx, r.keeper, r.d.Hospital)
		if err != nil || len(all.List) != 2 || all.Of("").Way != booking.WayConfirmed || all.Of(r.doctor).Way != booking.WayOurs {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestWhatIsRestoredAsOursAwaitsNoHospital(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		rc := r.book(t, r.d.Elder, r.on(tomorrow, r.doctor))
		must(t, r.Booking.Cancel(ctx, as(r.d.Elder), rc.Request))
		must(t, r.Booking.SetOwner(ctx, r.keeper, booking.Owner{Office: r.d.Hospital, Way: booking.WayOurs}))
		must(t, r.Booking.Restore(ctx, as(r.d.Elder), rc.Request))
		if f := r.read(t, r.d.Elder, rc.Request); f.Awaits() || f.Words() != "约好了" {
			t.Errorf("%q", f.Words())
		}
	})
}

func TestAPlaceToMoveToIsNoSecondChoice(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		for i, day := range []string{tomorrow, after, "2026-11-26"} {
			rc := r.book(t, r.d.Elder, r.on(day, r.doctor))
			r.mood = sim.Agree
			r.chase(t)
			r.mood = sim.Think
			must(t, r.Booking.Change(ctx, as(r.d.Elder), rc.Request, r.on([]string{"2026-11-30", "2026-12-01", "2026-12-02"}[i], r.doctor)))
		}
		_, err := r.choose(as(r.d.Elder), r.d.Elder, "2026-12-03", r.on("2026-12-03", r.doctor))
		must(t, err)
	})
}

func TestAHospitalThatIsAwayKeepsNoOtherWaiting(t *testing.T) {
	confirming(t, 10, func(t *testing.T, r *register) {
		other, far := &sim.Hospital{}, &sim.Hospital{Mood: func(bool, string) sim.Mood { return sim.Fail }}
		r.Booking.Asks(map[string]booking.External{theirs: far, "another": other})
		second := r.add("骨科", "王医生", tenPlan())
		r.week(second, 10)
		r.publish("2026-12-04")
		must(t, r.Booking.SetOwner(ctx, r.keeper, booking.Owner{Office: r.d.Hospital, Resource: second, Way: booking.WayConfirmed, System: "another"}))
		r.book(t, r.person(), r.on(tomorrow, r.doctor))
		r.meanwhile(`INSERT INTO booking_ask (office, id, request, session, system, kind, hold, want, has, ref, word, tried, asked_at, next_at)
			SELECT a.office, x.id || y.id, a.request, a.session, a.system, a.kind, a.hold, a.want, a.has, a.ref, a.word, a.tried, a.asked_at, $1
			FROM booking_ask a, booking_session x, booking_session y`, r.Clock.Now().Add(-time.Hour))()
		r.chase(t)
		rc := r.book(t, r.d.Elder, r.on(after, second))
		r.chase(t)
		if f := r.read(t, r.d.Elder, rc.Request); f.Words() != "约好了" {
			t.Errorf("%q after %d calls of the one that is away", f.Words(), far.Calls())
		}
	})
}
