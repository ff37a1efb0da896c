package grant_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/staff"
)

func reader(t testing.TB, w *apptest.World, office civic.OfficeID) civic.Actor {
	t.Helper()
	d, token, err := w.Staff.EnrolDevice(t.Context(), w.Taiyuan.Administrator, staff.Device{Kind: staff.Reader, Name: "窗口读卡器", Office: office})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := w.Staff.ByToken(t.Context(), token); err != nil || got.ID != d.ID {
		t.Fatal(got, err)
	}
	return civic.Actor{Operator: civic.Party{Kind: civic.PartyDevice, ID: d.ID}, Channel: civic.ChannelAPI, Device: d.ID}
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if err == nil || civic.As(err).Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// However many clerks reach for however many reads, each read opens for one of them,
// and only the newest one does.
func TestAReadIsTakenOnceByOneClerkOfItsOffice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		at := reader(t, w, a.Community)
		clerks := []civic.Actor{a.Clerk, w.Hire(t, "同事", a.Community, staff.Post{Role: staff.Clerk, Division: a.Division})}
		rapid.Check(t, dbtest.Rounds(40, func(rt *rapid.T) {
			w.Clock.Add(2 * time.Minute)
			for range rapid.IntRange(1, 2).Draw(rt, "reads") {
				w.Clock.Add(time.Second)
				in := grant.CardRead{Key: db.NewID(), Number: a.ElderID}
				for range rapid.IntRange(1, 2).Draw(rt, "sent") { // a bridge sends again when it heard nothing
					if v, err := w.Grant.PresentCard(t.Context(), at, in); err != nil || v != grant.CardFine {
						rt.Fatal(v, err)
					}
				}
			}
			var won atomic.Int32
			var wg sync.WaitGroup
			for _, c := range clerks {
				wg.Go(func() {
					if p, _, err := w.Grant.OpenRead(t.Context(), c, at.DeviceID()); err == nil && p == a.Elder {
						won.Add(1)
					} else if civic.As(err).Code != "read.none" {
						t.Error(p, err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 {
				rt.Fatalf("taken by %d", won.Load())
			}
		}))
		if _, err := w.Grant.PresentCard(t.Context(), at, grant.CardRead{Key: db.NewID(), Number: a.ElderID}); err != nil {
			t.Fatal(err)
		}
		_, _, err := w.Grant.OpenRead(t.Context(), a.HospitalClerk, at.DeviceID())
		wantCode(t, err, "read.reader") // of another office
		w.Clock.Add(2 * time.Minute)
		_, _, err = w.Grant.OpenRead(t.Context(), a.Clerk, at.DeviceID())
		wantCode(t, err, "read.none") // too old
	})
}

func TestACardThatCannotBeReliedOnOpensNobodyAndSaysWhy(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		at := reader(t, w, a.Community)
		if _, err := w.DB.Pool().Exec(`UPDATE credential SET issued = '2020-01-01' WHERE person = $1`, string(a.Elder)); err != nil {
			t.Fatal(err)
		}
		for want, in := range map[grant.Verdict]grant.CardRead{
			grant.CardFine:    {Number: a.ElderID, Issued: "2020-01-01", Expires: "2040-01-01"},
			grant.CardUnknown: {Number: apptest.ResidentID("140199", "19400101", 77)},
			grant.CardOld:     {Number: a.ElderID, Issued: "2010-01-01"},
			grant.CardExpired: {Number: a.ElderID, Expires: "2020-01-01"},
			grant.CardDoubt:   {Number: a.ElderID, Name: "赵建国"},
		} {
			w.Clock.Add(time.Second)
			in.Key = db.NewID()
			v, err := w.Grant.PresentCard(t.Context(), at, in)
			if err != nil || v != want || v.Words() == "" {
				t.Errorf("%v, %v, want %s", v, err, want)
			}
			p, v, err := w.Grant.OpenRead(t.Context(), a.Clerk, at.DeviceID())
			if err != nil || v != want || (p != "") != (want == grant.CardFine) {
				t.Errorf("%s: opened %q as %s, %v", want, p, v, err)
			}
		}
		// The journal says on which reader, and a number that a clerk typed is marked as such.
		if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = $1 AND device = $2 AND basis = 'presented'`, grant.ActReaderOpened, at.DeviceID()); n != 1 {
			t.Errorf("%d openings name the reader", n)
		}
		w.Open(t, a.Clerk, a.Elder)
		if n := w.Count(t, `SELECT COUNT(*) FROM journal_detail WHERE body LIKE '%"presented":"typed"%'`); n != 1 {
			t.Errorf("%d openings are marked as typed", n)
		}
		if err := w.Staff.RevokeDevice(t.Context(), a.Administrator, at.DeviceID()); err != nil {
			t.Fatal(err)
		}
		_, err := w.Grant.PresentCard(t.Context(), at, grant.CardRead{Key: db.NewID(), Number: a.ElderID})
		wantCode(t, err, "device.revoked")
	})
}

func TestAnEmergencyShowsAPersonForAShortTimeAndIsJudgedByAnother(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, far := w.Taiyuan, w.Xihu
		gate := w.Hire(t, "闸口人", far.Community, staff.Post{Role: staff.Gate, Division: far.Division})
		_, err := w.People.Show(t.Context(), gate, a.Elder)
		wantCode(t, err, "grant.not_open")
		wantCode(t, w.Grant.BreakGlass(t.Context(), gate, a.Elder, "none", "老人在闸口晕倒，要联系家人。"), "glass.emergency")
		wantCode(t, w.Grant.BreakGlass(t.Context(), gate, a.Elder, "collapse", "晕倒"), "glass.reason")
		wantCode(t, w.Grant.BreakGlass(t.Context(), a.Supervisor, a.Elder, "collapse", "老人在闸口晕倒，要联系家人。"), "grant.role")
		if err := w.Grant.BreakGlass(t.Context(), gate, a.Elder, "collapse", "老人在闸口晕倒，要联系家人。"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.People.Show(t.Context(), gate, a.Elder); err != nil {
			t.Errorf("the glass is broken and nobody is shown: %v", err)
		}
		if err := w.Grant.BreakGlass(t.Context(), far.Clerk, a.Elder, "lost", "老人走失，站在路口说不清家在哪里。"); err != nil {
			t.Fatal(err)
		}
		_, err = w.Grant.IssueCode(t.Context(), far.Clerk, a.Elder)
		wantCode(t, err, "glass.look") // it shows, and does nothing
		list, err := w.Grant.GlassReviews(t.Context(), far.Supervisor, far.Division, false)
		if err != nil || len(list) != 2 || list[0].Who == "王桂英" || list[0].Who == "" || list[0].By != "闸口人" || len(list[0].Done) == 0 {
			t.Fatalf("%+v, %v", list, err)
		}
		_, err = w.People.Show(t.Context(), far.Supervisor, a.Elder)
		wantCode(t, err, "grant.role")
		wantCode(t, w.Grant.JudgeGlass(t.Context(), a.Supervisor, list[0].ID, grant.Improper, "没有紧急情况。"), "glass.unknown")
		if err := w.Grant.JudgeGlass(t.Context(), far.Supervisor, list[0].ID, grant.Improper, "没有紧急情况。"); err != nil {
			t.Fatal(err)
		}
		wantCode(t, w.Grant.JudgeGlass(t.Context(), far.Supervisor, list[0].ID, grant.Proper, "又想了想。"), "glass.judged")
		if bad, err := w.Grant.GlassReviews(t.Context(), far.Administrator, far.Division, false); err != nil || len(bad) != 1 {
			t.Errorf("the administrator sees %d, %v", len(bad), err)
		}
		told := map[journal.Act]int{}
		for _, act := range []journal.Act{grant.ActGlassBroken, grant.ActGlassImproper} {
			told[act] = w.Acts(t, act, string(a.Elder))
		}
		if told[grant.ActGlassBroken] != 2 || told[grant.ActGlassImproper] != 1 {
			t.Errorf("the elder is told %v", told)
		}
		w.Clock.Add(15 * time.Minute)
		_, err = w.People.Show(t.Context(), gate, a.Elder)
		wantCode(t, err, "grant.not_open")
	})
}
