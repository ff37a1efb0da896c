package calls_test

import (
	"fmt"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/calls"
	"yinqiao/staff"
)

// becomes waits until a call stands as a test wants.
func (w *world) becomes(o *calls.Ongoing, so func(calls.Live) bool) calls.Live {
	w.t.Helper()
	changes, stop := w.Calls.Watch()
	defer stop()
	for end := time.After(10 * time.Second); ; {
		l, err := w.Calls.One(w.t.Context(), w.two, o.ID())
		w.ok(err)
		if so(l) {
			return l
		}
		select {
		case <-changes:
		case <-end:
			w.t.Fatalf("it never came to be so: %+v", l)
		}
	}
}

func TestACallerIsGivenToAnOperatorOnlyWhenTheirTelephoneIsUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.ok(w.Calls.SignOn(t.Context(), w.one, []string{"general"}))
		o := w.rings(w.Taiyuan.ElderPhone)
		waits := *w.calls(w.two)[0].Waits
		broken, leg := newBrowser(), newBrowser()
		_, err := w.Calls.Take(t.Context(), w.one, o.ID(), broken)
		w.ok(err)
		if l := w.calls(w.two)[0]; l.State != calls.Waiting || !l.Coming || l.Name != "田丽娟" {
			t.Errorf("while the telephone is not up the call is %+v", l)
		}
		_, err = w.Calls.Take(t.Context(), w.two, o.ID(), newReceiver())
		w.want(err, civic.Conflict)
		if w.Calls.HumanFirst(80, w.Calls.Begin("03511234567", "140105", nil)) {
			t.Error("who is answering is taken for free")
		}
		if out, settled := o.Unwait(); out || settled == nil {
			t.Error("the caller is led by keys while an operator is on their way")
		}
		broken.Hangup()
		if l := w.becomes(o, func(l calls.Live) bool { return !l.Coming }); l.State != calls.Waiting || !l.Waits.Equal(waits) {
			t.Errorf("after the telephone failed the call is %+v", l)
		}
		if w.Calls.Staffed(o) {
			t.Error("whose telephone failed is taken to be there")
		}
		_, err = w.Calls.Take(t.Context(), w.two, o.ID(), leg)
		w.ok(err)
		w.Calls.Kept()
		if w.Acts(t, calls.ActAnswered, o.ID()) != 0 {
			t.Error("a call is answered in which nobody speaks")
		}
		close(leg.up)
		w.becomes(o, func(l calls.Live) bool { return l.State == calls.Talking && l.Name == "温海燕" })
		w.Calls.Kept()
		if w.Acts(t, calls.ActAnswered, o.ID()) != 1 {
			t.Error("that they answered is not recorded")
		}
		o.End()
	})
}

func TestWhoAnswersAgainInANewWindowTakesTheCallThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	o := w.rings(w.Taiyuan.ElderPhone)
	first, second := newBrowser(), newBrowser()
	for _, leg := range []*receiver{first, second} {
		_, err := w.Calls.Take(t.Context(), w.one, o.ID(), leg)
		w.ok(err)
	}
	<-first.Done()
	close(second.up)
	w.becomes(o, func(l calls.Live) bool { return l.State == calls.Talking })

	other := w.rings("03511234567")
	third := newBrowser()
	_, err := w.Calls.Take(t.Context(), w.two, other.ID(), third)
	w.ok(err)
	w.ok(w.Calls.Hangup(t.Context(), w.two, other.ID())) // before it is up
	<-third.Done()
	if l := w.becomes(other, func(l calls.Live) bool { return !l.Coming }); l.State != calls.Waiting {
		t.Errorf("the caller who waits was hung up on: %+v", l)
	}
	other.End()
	o.End()
}

func TestWhoseOperatorIsCutOffWaitsAtTheirOldPlaceWithTheirDraft(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.ok(w.Calls.SignOn(t.Context(), w.one, []string{"general"}))
		o := w.rings(w.Taiyuan.ElderPhone)
		o.Meant("hospital-register", "health", "a draft", "", true)
		began := *w.calls(w.two)[0].Waits
		w.Clock.Add(10 * time.Second)
		later := w.rings("03511234567")
		later.Meant("hospital-register", "health", "", "", true)
		leg := newReceiver()
		_, err := w.Calls.Take(t.Context(), w.one, o.ID(), leg)
		w.ok(err)
		w.Clock.Add(3 * time.Minute)
		leg.Hangup()
		if o.Dropped(newReceiver()) || !o.Dropped(leg) || o.Dropped(leg) {
			t.Fatal("which telephone failed is not told apart")
		}
		l, err := w.Calls.One(t.Context(), w.two, o.ID())
		w.ok(err)
		if l.State != calls.Waiting || !l.Waits.Equal(began) || l.Draft != "a draft" || l.Skill != "看病挂号" || o.Position() != 0 || later.Position() != 1 {
			t.Errorf("they wait as %+v, at %d", l, o.Position())
		}
		if w.Calls.Staffed(o) || !w.Calls.Staffed(later) {
			t.Error("whose telephone failed is there for others, and not for this caller")
		}
		w.Calls.Kept()
		if w.Acts(t, calls.ActDropped, o.ID()) != 1 {
			t.Error("it is not recorded")
		}
		o.End()
		w.Calls.Kept()
		list, err := w.Calls.CallBacks(t.Context(), w.one)
		w.ok(err)
		if len(list) != 1 || list[0].Draft != "a draft" || list[0].Person != w.Taiyuan.Elder {
			t.Errorf("who hung up then is to be called: %+v", list)
		}
		later.End()
	})
}

func TestATurnEndsAtItsTimeAndIsSaidToEndBefore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for _, a := range []civic.Actor{w.one, w.two} {
			w.ok(w.Calls.SignOn(t.Context(), a, []string{"general"}))
		}
		o := w.rings(w.Taiyuan.ElderPhone)
		_, err := w.Calls.Take(t.Context(), w.one, o.ID(), newReceiver())
		w.ok(err)
		ends := w.Clock.Now().Add(24 * time.Hour)
		w.Clock.Add(23*time.Hour + 51*time.Minute)
		changes, stop := w.Calls.Watch()
		defer stop()
		<-changes
		w.ok(w.Calls.EndTurns(t.Context()))
		select {
		case <-changes:
		default:
			t.Error("no page learns that a turn ends soon")
		}
		if at := w.Calls.TurnEnds(w.one.Staff()); !at.Equal(ends) {
			t.Errorf("the turn is said to end at %v", at)
		}
		w.ok(w.Calls.SignOn(t.Context(), w.two, []string{"general"})) // goes on
		if at := w.Calls.TurnEnds(w.two.Staff()); !at.IsZero() {
			t.Errorf("a turn that began anew ends at %v", at)
		}
		w.Clock.Add(9 * time.Minute)
		w.ok(w.Calls.EndTurns(t.Context()))
		for _, x := range []struct {
			actor civic.Actor
			seats int
		}{{w.one, 0}, {w.two, 1}} {
			_, on, err := w.Calls.MySkills(t.Context(), x.actor)
			w.ok(err)
			if len(on) != x.seats || w.Count(t, `SELECT COUNT(*) FROM call_seat WHERE staff = $1`, x.actor.Staff()) != x.seats {
				t.Errorf("%s is signed on for %v", x.actor.Staff(), on)
			}
		}
		if l, on := w.Calls.Talking(w.one.Staff()); !on || l.ID != o.ID() {
			t.Error("the call in which they speak was cut")
		}
		o.End()
	})
}

func TestWhoCallsAgainIsCalledBackAboutWhatTheyCalledForLast(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		const shared = "03511234567"
		call := func(number string, tell func(o *calls.Ongoing)) {
			o := w.Calls.Begin(number, "140105", nil)
			tell(o)
			o.Wait(false)
			o.Promise()
			o.End()
			w.Calls.Kept()
			w.Clock.Add(time.Minute)
		}
		back := func() calls.CallBack {
			t.Helper()
			list, err := w.Calls.CallBacks(t.Context(), w.one)
			w.ok(err)
			if len(list) != 1 {
				t.Fatalf("%+v", list)
			}
			return list[0]
		}
		call(shared, func(*calls.Ongoing) {})
		first := back()
		all, err := w.People.Callers(t.Context(), w.Taiyuan.ElderPhone)
		w.ok(err)
		call(shared, func(o *calls.Ongoing) {
			o.Known(all[0])
			o.Meant("hospital-register", "health", "a draft", "", true)
		})
		b := back()
		if b.ID != first.ID || !b.DueAt.Equal(first.DueAt) || b.Person != w.Taiyuan.Elder || b.Draft != "a draft" || b.Service != "hospital-register" || b.Skill != "clinic" {
			t.Errorf("it is %+v", b)
		}
		call(shared, func(o *calls.Ongoing) { o.Known(all[0]) })
		if b := back(); b.Draft != "a draft" || b.Service != "hospital-register" {
			t.Errorf("who begins nothing new loses what they began: %+v", b)
		}
		if w.Acts(t, calls.ActPromised, first.ID) != 1 || w.Acts(t, calls.ActRenewed, first.ID) != 1 {
			t.Error("that it changed is not recorded once")
		}
	})
}

func TestAHumanFirstKeepsItsHoursAndLeavesAShareOfTheFree(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	sign := func(a civic.Actor) { w.ok(w.Calls.SignOn(t.Context(), a, []string{"general"})) }
	sign(w.one)
	first := func() bool { return w.Calls.HumanFirst(80, w.Calls.Begin("", "140105", nil)) }
	if !first() {
		t.Fatal("by day, with somebody free, nobody is rung first")
	}
	w.Clock.Add(13 * time.Hour) // 22:05
	if first() {
		t.Error("at night somebody is rung who was not asked for")
	}
	w.Clock.Add(11 * time.Hour)
	sign(w.two)
	for i := range 6 { // eight on duty, of whom seven will speak
		a := w.Hire(t, "苗秀英", w.Taiyuan.Community, staffPost)
		sign(a)
		w.busy(a, i)
	}
	w.busy(w.two, 6)
	if first() {
		t.Error("the last who is free of eight is rung for who did not ask")
	}
}

var staffPost = staff.Post{Role: staff.Operator, Division: "140105"}

// busy has an operator speak with somebody.
func (w *world) busy(a civic.Actor, n int) {
	w.t.Helper()
	o := w.Calls.Begin(fmt.Sprintf("0351765432%d", n), "140105", nil)
	o.Wait(false)
	_, err := w.Calls.Take(w.t.Context(), a, o.ID(), newReceiver())
	w.ok(err)
}
