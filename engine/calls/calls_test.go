package calls_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/calls"
	"yinqiao/people"
	"yinqiao/staff"
)

// world is the application with two operators of Taiyuan.
type world struct {
	*apptest.World
	t        *testing.T
	one, two civic.Actor
	manager  civic.Actor
}

func newWorld(t *testing.T, d *db.DB, opts ...apptest.Option) *world {
	t.Helper()
	w := &world{World: apptest.New(t, d, opts...), t: t}
	hire := func(name string, role staff.Role) civic.Actor {
		return w.Hire(t, name, w.Taiyuan.Community, staff.Post{Role: role, Division: "140105"})
	}
	w.one, w.two, w.manager = hire("田丽娟", staff.Operator), hire("温海燕", staff.Operator), hire("兰志强", staff.Supervisor)
	t.Cleanup(w.Calls.Run())
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) want(err error, kind civic.Kind) {
	w.t.Helper()
	if !civic.Is(err, kind) {
		w.t.Fatalf("%v, want %s", err, kind)
	}
}

// rings is a call of the elder's that waits for an operator.
func (w *world) rings(number string) *calls.Ongoing {
	w.t.Helper()
	o := w.Calls.Begin(number, "140105", nil)
	if all, err := w.People.Callers(w.t.Context(), number); err != nil || len(all) > 1 {
		w.t.Fatal(all, err)
	} else if len(all) == 1 {
		o.Known(all[0])
	}
	o.Wait(false)
	return o
}

// receiver is an operator's telephone.
type receiver struct {
	once     sync.Once
	up, down chan struct{}
}

// newReceiver is one that is up, newBrowser one that is on its way.
func newReceiver() *receiver {
	r := newBrowser()
	close(r.up)
	return r
}

func newBrowser() *receiver               { return &receiver{up: make(chan struct{}), down: make(chan struct{})} }
func (r *receiver) Up() <-chan struct{}   { return r.up }
func (r *receiver) Done() <-chan struct{} { return r.down }
func (r *receiver) Hangup()               { r.once.Do(func() { close(r.down) }) }
func (r *receiver) isDown() bool {
	select {
	case <-r.down:
		return true
	default:
		return false
	}
}

func (w *world) calls(a civic.Actor) []calls.Live {
	w.t.Helper()
	list, err := w.Calls.Calls(w.t.Context(), a)
	w.ok(err)
	return list
}

func TestWhoIsPassedOnAndHangsUpIsCalledThoughAnEarlierPromiseWasKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.ok(w.Calls.SignOn(t.Context(), w.one, []string{"general"}))
		o := w.rings(w.Taiyuan.ElderPhone)
		w.Clock.Add(time.Minute)
		first := o.Promise()
		_, err := w.Calls.Take(t.Context(), w.one, o.ID(), newReceiver())
		w.ok(err)
		w.Clock.Add(7 * time.Minute)
		w.ok(w.Calls.Pass(t.Context(), w.one, o.ID(), "clinic"))
		if at := o.Promise(); !at.After(w.Clock.Now()) || at.Equal(first) {
			t.Errorf("they are promised a call at %v, which is over", at)
		}
		o.End()
		w.Calls.Kept()
		if list, err := w.Calls.CallBacks(t.Context(), w.one); err != nil || len(list) != 1 {
			t.Errorf("nobody calls them back: %+v, %v", list, err)
		}
	})
}

func TestWhoIsLeftToTheKeysBecauseNobodyIsFreeAndHangsUpIsCalled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.ok(w.Calls.SignOn(t.Context(), w.one, []string{"general"}))
		o := w.rings(w.Taiyuan.ElderPhone)
		w.Clock.Add(20 * time.Second)
		if out, _ := o.Unwait(); !out {
			t.Fatal("somebody took them")
		}
		o.End()
		w.Calls.Kept()
		if list, err := w.Calls.CallBacks(t.Context(), w.one); err != nil || len(list) != 1 {
			t.Errorf("nobody calls them back: %+v, %v", list, err)
		}
	})
}

func TestOfTwoOperatorsOneGetsTheCallAndTheOtherIsToldSo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.ok(w.Calls.SignOn(t.Context(), w.one, []string{"general", "clinic"}))
		w.ok(w.Calls.SignOn(t.Context(), w.two, []string{"general"}))
		changes, stop := w.Calls.Watch()
		defer stop()
		<-changes
		first := w.rings(w.Taiyuan.ElderPhone)
		<-changes
		w.Clock.Add(5 * time.Second)
		second := w.rings("03511234567")
		list := w.calls(w.one)
		if len(list) != 2 || list[0].ID != first.ID() || list[0].Polite != "王奶奶" || !list[0].Mine || list[0].Person != w.Taiyuan.Elder || second.Position() != 1 {
			t.Fatalf("the queue is %+v", list)
		}
		leg, late := newReceiver(), newReceiver()
		w.Clock.Add(10 * time.Second)
		_, err := w.Calls.Take(t.Context(), w.one, first.ID(), leg)
		w.ok(err)
		_, err = w.Calls.Take(t.Context(), w.two, first.ID(), late)
		w.want(err, civic.Conflict)
		if !late.isDown() || leg.isDown() {
			t.Error("the telephone of the one who was late rings on")
		}
		got := <-first.Wait(false)
		if got != leg || second.Position() != 0 {
			t.Errorf("the call went to %+v, the next stands at %d", got, second.Position())
		}
		first.End()
		w.Clock.Add(30 * time.Second)
		_, err = w.Calls.Take(t.Context(), w.two, second.ID(), newReceiver())
		w.ok(err)
		second.End()
		w.Calls.Kept()
		if w.Acts(t, calls.ActAnswered, first.ID()) != 1 || w.Acts(t, calls.ActAnsweredLate, second.ID()) != 1 || w.Acts(t, calls.ActEnded, first.ID()) != 1 {
			t.Error("what was answered in time and what was late is not recorded so")
		}
		if w.Acts(t, calls.ActAnswered, string(w.Taiyuan.Elder)) != 1 {
			t.Error("the elder does not find who took her call")
		}
		f, err := w.Calls.Figures(t.Context(), w.manager, "140105", "2026-11-23")
		w.ok(err)
		if want := (calls.Hour{Came: 2, Queued: 2, Soon: 1, Answered: 2, Keyless: 2, Solved: 2, Ended: 2}); f.All != want || len(f.Hours) != 1 || f.Hours[0].Hour != 9 {
			t.Errorf("the figures are %+v", f)
		}
	})
}

func TestWhoHangsUpWaitingIsPromisedACallAndItIsKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		o := w.rings(w.Taiyuan.ElderPhone)
		w.Clock.Add(25 * time.Second)
		o.End()
		w.rings(w.Taiyuan.ElderPhone).End() // again and again is one promise
		nobody := w.Calls.Begin("", "140105", nil)
		nobody.Wait(false)
		if at := nobody.Promise(); !at.IsZero() {
			t.Error("nobody can be called back whose number is withheld")
		}
		nobody.End()
		w.Calls.Kept()
		if w.Acts(t, calls.ActAbandoned, o.ID()) != 1 {
			t.Error("that the caller gave up is not recorded")
		}
		list, err := w.Calls.CallBacks(t.Context(), w.one)
		w.ok(err)
		if len(list) != 1 || list[0].DueAt.Sub(list[0].MadeAt) != 5*time.Minute || list[0].Who != "王*英" || list[0].Tail != w.Taiyuan.ElderPhone[len(w.Taiyuan.ElderPhone)-4:] || list[0].Late {
			t.Fatalf("the call-backs are %+v", list)
		}
		if elsewhere, err := w.Calls.CallBacks(t.Context(), w.Xihu.Clerk); err != nil || len(elsewhere) != 0 {
			t.Errorf("another city sees %v, %v", elsewhere, err)
		}
		_, err = w.Calls.CallBackNumber(t.Context(), w.Xihu.Clerk, list[0].ID)
		w.want(err, civic.NotFound)
		n, err := w.Calls.CallBackNumber(t.Context(), w.one, list[0].ID)
		w.ok(err)
		if n != w.Taiyuan.ElderPhone || w.Acts(t, calls.ActNumberSeen, string(w.Taiyuan.Elder)) != 1 {
			t.Errorf("the number is %q, and that it was seen is not recorded", n)
		}
		w.ok(w.Calls.KeepCallBack(t.Context(), w.one, list[0].ID, calls.Missed))
		w.Clock.Add(6 * time.Minute)
		if late, err := w.Calls.CallBacks(t.Context(), w.one); err != nil || len(late) != 1 || !late[0].Late || late[0].Tries != 1 {
			t.Errorf("%+v, %v", late, err)
		}
		w.ok(w.Calls.KeepCallBack(t.Context(), w.one, list[0].ID, calls.Reached))
		w.want(w.Calls.KeepCallBack(t.Context(), w.two, list[0].ID, calls.Reached), civic.NotFound)
		if w.Acts(t, calls.ActKeptLate, list[0].ID) != 1 || w.Acts(t, calls.ActKept, list[0].ID) != 0 {
			t.Error("a promise that was kept late is not told from one kept in time")
		}
		if dump := w.Dump(t); strings.Contains(strings.ReplaceAll(dump, " ", ""), w.Taiyuan.ElderPhone) {
			t.Error("the number is in the database in clear")
		}
	})
}

func TestAtNightTheCallIsPromisedForTheMorning(t *testing.T) {
	t.Parallel()
	night := time.Date(2026, 11, 23, 15, 30, 0, 0, time.UTC) // 23:30 in Shanghai
	w := newWorld(t, dbtest.Open(t, db.SQLite), apptest.At(night))
	o := w.rings(w.Taiyuan.ElderPhone)
	if at := o.Promise().In(civic.Shanghai).Format(time.DateTime); at != "2026-11-24 08:00:00" {
		t.Errorf("the call is promised for %s", at)
	}
	o.End()
	w.Calls.Kept()
	list, err := w.Calls.CallBacks(t.Context(), w.one)
	w.ok(err)
	if len(list) != 1 || list[0].NextAt.In(civic.Shanghai).Hour() < 7 {
		t.Errorf("%+v", list)
	}
}

func TestWhoIsSpokenWithAfterAllWasCalledBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		o := w.rings(w.Taiyuan.ElderPhone)
		o.Promise()
		_, err := w.Calls.Take(t.Context(), w.one, o.ID(), newReceiver())
		w.ok(err)
		o.End()
		w.Calls.Kept()
		if list, err := w.Calls.CallBacks(t.Context(), w.one); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestCallsGoToWhoeverKnowsWhatTheyTakeAndAfterAWhileToAnybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	w.ok(w.Calls.SignOn(t.Context(), w.one, []string{"general"}))
	w.ok(w.Calls.SignOn(t.Context(), w.two, []string{"clinic", "jin"}))
	w.want(w.Calls.SignOn(t.Context(), w.two, nil), civic.Invalid)
	w.want(w.Calls.SignOn(t.Context(), w.two, []string{"magic"}), civic.Invalid)
	w.want(w.Calls.SignOn(t.Context(), w.manager, []string{"general"}), civic.Denied)
	o := w.Calls.Begin("03511234567", "140105", nil)
	o.Known(people.Caller{Division: "140105001", Polite: "王奶奶", Speaks: "jin"})
	o.Meant("hospital-register", "health", "", "", true)
	o.Wait(false)
	if a, b := w.calls(w.one), w.calls(w.two); a[0].Mine || !b[0].Mine || b[0].Skill != "看病挂号" || b[0].Language != "晋语" {
		t.Errorf("%+v %+v", a, b)
	}
	w.Clock.Add(21 * time.Second)
	if a := w.calls(w.one); !a[0].Mine {
		t.Error("nobody else helps, and the caller waits")
	}
	leg := newReceiver()
	_, err := w.Calls.Take(t.Context(), w.one, o.ID(), leg)
	w.ok(err)
	<-o.Wait(false)
	w.want(w.Calls.Pass(t.Context(), w.two, o.ID(), "clinic"), civic.Denied)
	w.ok(w.Calls.Pass(t.Context(), w.one, o.ID(), "clinic"))
	if !o.Passed(leg) || o.Position() != 0 {
		t.Error("whoever was passed on is not in the queue again")
	}
	taken := newReceiver()
	_, err = w.Calls.Take(t.Context(), w.two, o.ID(), taken)
	w.ok(err)
	if !o.Passed(leg) || o.Passed(taken) {
		t.Error("whom a colleague has taken at once is taken for one who hung up")
	}
	w.ok(w.Calls.Pass(t.Context(), w.two, o.ID(), "clinic"))
	w.ok(w.Calls.SignOff(t.Context(), w.two))
	if view, err := w.Calls.Overview(t.Context(), w.manager, "140105"); err != nil || view.Waiting != 1 || len(view.Seats) != 1 || view.Longest != 21*time.Second {
		t.Errorf("%+v, %v", view, err)
	}
	o.End()
	if o.Passed(taken) {
		t.Error("who has hung up is passed on")
	}
	w.Calls.Kept()
	if w.Acts(t, calls.ActPassed, string(w.one.Staff())) != 1 || w.Acts(t, calls.ActPassed, string(w.two.Staff())) != 1 || w.Acts(t, calls.ActAnsweredLate, string(w.one.Staff())) != 1 {
		t.Error("who took and who passed on is not recorded")
	}
}

func TestAHumanFirstForElderCallersWhereEnoughStayForOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	elder := func() *calls.Ongoing { return w.Calls.Begin("03511234567", "140105", nil) }
	if w.Calls.HumanFirst(80, elder()) {
		t.Error("nobody is on duty")
	}
	for _, a := range []civic.Actor{w.one, w.two} {
		w.ok(w.Calls.SignOn(t.Context(), a, []string{"general"}))
	}
	a, b := elder(), elder()
	if w.Calls.HumanFirst(59, a) || !w.Calls.HumanFirst(60, a) {
		t.Error("it is for those of 60 and more")
	}
	a.Wait(true)
	if w.Calls.HumanFirst(80, b) {
		t.Error("half of those on duty stay for others")
	}
	if out, _ := a.Unwait(); !out || !w.Calls.HumanFirst(80, b) {
		t.Error("who is led by keys holds no operator")
	}
}

func TestACallWhoseProcessFellIsPromisedToBeCalledBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		other := calls.New(w.Journal, w.Vault, w.Log) // another process on the same database
		stop := other.Run()
		o := other.Begin(w.Taiyuan.ElderPhone, "140105", nil)
		o.Wait(false)
		other.Kept()
		w.ok(other.Beat(t.Context()))
		stop()
		w.Clock.Add(time.Minute)
		w.ok(w.Calls.SweepAll(t.Context(), calls.Sweep{}))
		if list, _ := w.Calls.CallBacks(t.Context(), w.one); len(list) != 0 {
			t.Errorf("a process that was heard of a minute ago has not fallen: %+v", list)
		}
		w.Clock.Add(2 * time.Minute)
		w.ok(w.Calls.SweepAll(t.Context(), calls.Sweep{}))
		w.ok(w.Calls.SweepAll(t.Context(), calls.Sweep{}))
		list, err := w.Calls.CallBacks(t.Context(), w.one)
		w.ok(err)
		if len(list) != 1 || list[0].Why != calls.HowLost || w.Acts(t, calls.ActEnded, o.ID()) != 1 {
			t.Errorf("%+v", list)
		}
		w.ok(w.Calls.KeepCallBack(t.Context(), w.one, list[0].ID, calls.Reached))
		w.Clock.Add(91 * 24 * time.Hour)
		w.ok(w.Calls.Beat(t.Context()))
		w.ok(w.Calls.ClearAll(t.Context(), calls.Clear{}))
		w.ok(w.Calls.ClearAll(t.Context(), calls.Clear{}))
		if n := w.Count(t, `SELECT COUNT(*) FROM call_node`); n != 1 {
			t.Errorf("%d processes are known, of which one lives", n)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM call WHERE number_hash <> '' OR sealed IS NOT NULL`) + w.Count(t, `SELECT COUNT(*) FROM call_back WHERE number_hash <> '' OR sealed IS NOT NULL`); n != 0 {
			t.Errorf("%d numbers are kept for ever", n)
		}
	})
}

func TestSeatsAreTakenAgainAfterARestartAndGivenUpByWhoLeaves(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.ok(w.Calls.SignOn(t.Context(), w.one, []string{"general"}))
		again := calls.New(w.Journal, w.Vault, w.Log)
		w.ok(again.Restore(t.Context()))
		if _, on, err := again.MySkills(t.Context(), w.one); err != nil || len(on) != 1 {
			t.Errorf("%v, %v", on, err)
		}
		w.ok(again.Vacate(t.Context(), calls.Leave{Staff: w.one.Staff()}))
		if n := w.Count(t, `SELECT COUNT(*) FROM call_seat`); n != 1 {
			t.Error("whoever serves stays in their seat")
		}
		w.ok(w.Staff.Leave(t.Context(), w.Taiyuan.Administrator, w.one.Staff()))
		w.ok(again.Vacate(t.Context(), calls.Leave{Staff: w.one.Staff()}))
		if n := w.Count(t, `SELECT COUNT(*) FROM call_seat`); n != 0 {
			t.Error("whoever has left still takes calls")
		}
	})
}
