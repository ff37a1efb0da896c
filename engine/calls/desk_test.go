package calls_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/calls"
	"yinqiao/people"
	"yinqiao/staff"
)

// Who was promised a call and calls again is promised it again: there is nothing new to write, and the
// keeper goes on with the next.
func TestAPromiseToWhoCallsAgainIsTheOneThatStands(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		first := w.rings(w.Taiyuan.ElderPhone)
		first.Promise()
		w.Calls.Kept()
		again := w.rings(w.Taiyuan.ElderPhone)
		w.Calls.Kept()
		if again.Promise().IsZero() {
			t.Error("nothing is promised")
		}
		w.Calls.Kept()
		if w.Acts(t, calls.ActPromised, again.ID()) != 0 || w.Acts(t, calls.ActPromised, first.ID()) != 1 {
			t.Error("one promise is recorded twice")
		}
		if said := w.Logged.String(); said != "" {
			t.Errorf("the keeper says: %s", said)
		}
		again.End()
		first.End()
	})
}

// How far a caller came is kept while they are led, for whoever calls them back when the process falls.
func TestHowFarACallerCameOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		other := calls.New(w.Journal, w.Vault, w.Log)
		stop := other.Run()
		o := other.Begin(w.Taiyuan.ElderPhone, "140105", nil)
		all, err := w.People.Callers(t.Context(), w.Taiyuan.ElderPhone)
		w.ok(err)
		other.Kept()
		o.Known(all[0])
		o.Meant("hospital-register", "health", "a draft", "", true)
		other.Kept()
		stop()
		w.Clock.Add(3 * time.Minute)
		w.ok(w.Calls.SweepAll(t.Context(), calls.Sweep{}))
		list, err := w.Calls.CallBacks(t.Context(), w.one)
		w.ok(err)
		if len(list) != 1 || list[0].Draft != "a draft" || list[0].Person != w.Taiyuan.Elder || list[0].Service != "hospital-register" || list[0].Skill != "clinic" {
			t.Errorf("%+v", list)
		}
	})
}

func TestWhoSpeaksIsKnownWhileTheySignOffAndOnAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	w.ok(w.Calls.SignOn(t.Context(), w.one, []string{"general"}))
	o := w.rings(w.Taiyuan.ElderPhone)
	_, err := w.Calls.Take(t.Context(), w.one, o.ID(), newReceiver())
	w.ok(err)
	w.ok(w.Calls.SignOff(t.Context(), w.one))
	if l, on := w.Calls.Talking(w.one.Staff()); !on || l.ID != o.ID() || l.Name != "田丽娟" || !l.Mine {
		t.Errorf("%+v, %v", l, on)
	}
	w.ok(w.Calls.SignOn(t.Context(), w.one, []string{"general"}))
	view, err := w.Calls.Overview(t.Context(), w.manager, "140105")
	w.ok(err)
	if len(view.Seats) != 1 || view.Seats[0].Call != o.ID() || view.Talking != 1 {
		t.Errorf("%+v", view)
	}
	if w.Calls.HumanFirst(80, w.Calls.Begin("03511234567", "140105", nil)) {
		t.Error("who speaks is taken for free")
	}
	o.End()
}

// A list has an end, and what is behind it is there all the same.
func TestWhatIsBehindTheEndOfAListIsNotGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	most := 0
	var last *calls.Ongoing
	for n := 0; ; n++ {
		w.Clock.Add(time.Second)
		last = w.Calls.Begin(fmt.Sprintf("0351%07d", n), "140105", nil)
		last.Wait(false)
		if list := w.calls(w.one); len(list) <= n {
			most = len(list)
			break
		}
	}
	if l, err := w.Calls.One(t.Context(), w.one, last.ID()); err != nil || l.ID != last.ID() {
		t.Errorf("the call behind %d others: %+v, %v", most, l, err)
	}
	_, err := w.Calls.One(t.Context(), w.Xihu.Clerk, last.ID())
	w.want(err, civic.NotFound)
	view, err := w.Calls.Overview(t.Context(), w.manager, "140105")
	w.ok(err)
	if view.Waiting != most+1 {
		t.Errorf("%d wait, and %d are counted", most+1, view.Waiting)
	}
	last.End()
	w.Calls.Kept()
	list, err := w.Calls.CallBacks(t.Context(), w.one)
	w.ok(err)
	b, err := w.Calls.CallBack(t.Context(), w.one, list[0].ID)
	w.ok(err)
	if b != list[0] {
		t.Errorf("%+v, and of itself %+v", list[0], b)
	}
	_, err = w.Calls.CallBack(t.Context(), w.Xihu.Clerk, b.ID)
	w.want(err, civic.NotFound)
	w.ok(w.Calls.KeepCallBack(t.Context(), w.one, b.ID, calls.Reached))
	_, err = w.Calls.CallBack(t.Context(), w.one, b.ID)
	w.want(err, civic.NotFound)
}

func TestWhoWasTriedAMomentAgoStandsBehindWhoWasNotTriedYet(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for _, n := range []string{"03511234567", "03517654321"} {
			w.Clock.Add(time.Minute)
			w.rings(n).End()
			w.Calls.Kept()
		}
		order := func() (tails string) {
			list, err := w.Calls.CallBacks(t.Context(), w.one)
			w.ok(err)
			for _, b := range list {
				tails += b.Tail + " "
			}
			return tails
		}
		if got := order(); got != "4567 4321 " {
			t.Errorf("to be called are %s", got)
		}
		list, err := w.Calls.CallBacks(t.Context(), w.one)
		w.ok(err)
		w.ok(w.Calls.KeepCallBack(t.Context(), w.one, list[0].ID, calls.Missed))
		if got := order(); got != "4321 4567 " {
			t.Errorf("to be called are %s", got)
		}
	})
}

func TestFiguresAreCountedAgainAfterAMomentAndNotAtEveryChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	came := func() int {
		t.Helper()
		w.Calls.Kept()
		f, err := w.Calls.Figures(t.Context(), w.manager, "140105", "2026-11-23")
		w.ok(err)
		return f.All.Came
	}
	w.rings("03511234567").End()
	if n := came(); n != 1 {
		t.Fatalf("%d calls", n)
	}
	w.rings("03517654321").End()
	if n := came(); n != 1 {
		t.Errorf("%d calls are counted a moment later", n)
	}
	_, err := w.Calls.Figures(t.Context(), w.one, "140105", "2026-11-23")
	w.want(err, civic.Denied)
	w.Clock.Add(31 * time.Second)
	if n := came(); n != 2 {
		t.Errorf("%d calls are counted half a minute later", n)
	}
}

func TestWhoAnswersAndWhoLooksFromAboveMayWatchAndNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	w.ok(w.Calls.MayWatch(t.Context(), w.one))
	w.ok(w.Calls.MayWatch(t.Context(), w.manager))
	w.want(w.Calls.MayWatch(t.Context(), w.Hire(t, "车师傅", w.Taiyuan.Community, staff.Post{Role: staff.Driver, Division: "140105"})), civic.Denied)
	if w.Calls.MayWatch(t.Context(), civic.Actor{}) == nil {
		t.Error("nobody in particular watches")
	}
}

// The dialect of a place is asked for where a skill has it.
func TestADialectIsThatOfThePlace(t *testing.T) {
	t.Parallel()
	for in, want := range map[civic.Division]string{"140105": "jin", "330106": "wu", "140802": "", "": ""} {
		if got := calls.Dialect(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	w.ok(w.Calls.SignOn(t.Context(), w.one, []string{"general", "jin"}))
	w.ok(w.Calls.SignOn(t.Context(), w.two, []string{"general"}))
	o := w.Calls.Begin("03511234567", "140105", nil)
	o.Known(people.Caller{Division: "140105001"})
	o.Speaks("jin")
	o.Wait(false)
	if a, b := w.calls(w.one), w.calls(w.two); !a[0].Mine || b[0].Mine || a[0].Language != "晋语" {
		t.Errorf("%+v %+v", a, b)
	}
	o.End()
}

// A keeper whose last write was cut off does not hold whoever waits for it.
func TestWhoeverWaitsForTheKeeperIsNotHeldByOneThatWasStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	other := calls.New(w.Journal, w.Vault, w.Log)
	stop := other.Run()
	o := other.Begin("03511234567", "140105", nil)
	other.Kept()
	o.End()
	stop()
	done := make(chan struct{})
	go func() { other.Kept(); close(done) }()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	select {
	case <-done:
	case <-ctx.Done():
		t.Error("it waits for ever")
	}
}
