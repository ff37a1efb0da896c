package staff_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/casework"
	"yinqiao/grant"
	"yinqiao/staff"
)

const pin = "739164"

func gridWorker(t testing.TB, w *apptest.World) civic.StaffID {
	t.Helper()
	a := w.Taiyuan
	h, err := w.Staff.Hire(ctx, a.Administrator, staff.Hire{Login: "grid" + db.NewID()[30:], Name: "网格员", Office: a.Community, WithoutTOTP: true,
		Posts: []staff.Post{{Role: staff.GridWorker, Division: a.Division}}})
	if err != nil {
		t.Fatal(err)
	}
	return h.ID
}

func onPhone(id civic.StaffID, device string) civic.Actor {
	return civic.Actor{Operator: civic.Party{Kind: civic.PartyStaff, ID: string(id)}, Channel: civic.ChannelField, Device: device}
}

func TestAPhoneIsEnrolledOnceAndLocksAfterWrongPINs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		admin, id := w.Taiyuan.Administrator, gridWorker(t, w)
		code, err := w.Staff.DrawCode(ctx, admin, id)
		if err != nil || len(code) != 8 {
			t.Fatal(code, err)
		}
		_, _, err = w.Staff.Enrol(ctx, code, "123456")
		wantKind(t, err, civic.Invalid, "field.pin_form")
		w.Clock.Add(15 * time.Minute)
		_, _, err = w.Staff.Enrol(ctx, code, pin)
		wantKind(t, err, civic.Denied, "field.code") // too late
		code, _ = w.Staff.DrawCode(ctx, admin, id)
		phone, token, err := w.Staff.Enrol(ctx, code, pin)
		if err != nil || phone.Staff != id {
			t.Fatal(phone, err)
		}
		_, _, err = w.Staff.Enrol(ctx, code, pin)
		wantKind(t, err, civic.Denied, "field.code") // used
		if d, err := w.Staff.SignInByPIN(ctx, token, pin); err != nil || d.ID != phone.ID {
			t.Errorf("%+v, %v", d, err)
		}
		var let atomic.Int32
		var wg sync.WaitGroup
		for range 8 { // many at once are no way round the bound
			wg.Go(func() {
				if _, err := w.Staff.SignInByPIN(ctx, token, "905271"); civic.As(err).Code == "field.pin" {
					let.Add(1)
				}
			})
		}
		wg.Wait()
		if let.Load() != 5 {
			t.Errorf("%d tries were judged, not 5", let.Load())
		}
		_, err = w.Staff.SignInByPIN(ctx, token, pin)
		wantKind(t, err, civic.Denied, "field.locked")
		code, _ = w.Staff.DrawCode(ctx, admin, id)
		if _, _, err := w.Staff.Enrol(ctx, code, pin); err != nil {
			t.Fatal(err)
		}
		_, err = w.Staff.SignInByPIN(ctx, token, pin)
		wantKind(t, err, civic.Denied, "device.revoked") // the phone before is out of use
	})
}

// Whatever happens before, a phone acts exactly while it is the newest of a member who
// is still here and nobody has revoked it.
func TestOnlyALivePhoneOfAMemberWhoIsHereActs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		admin := w.Taiyuan.Administrator
		rapid.Check(t, dbtest.Rounds(40, func(rt *rapid.T) {
			id := gridWorker(t, w)
			type phone struct{ id, token string }
			var phones []phone
			live, here := -1, true
			for _, step := range rapid.SliceOfN(rapid.SampledFrom([]string{"enrol", "enrol", "revoke", "leave"}), 1, 4).Draw(rt, "steps") {
				switch step {
				case "enrol":
					code, err := w.Staff.DrawCode(ctx, admin, id)
					if (err == nil) != here {
						rt.Fatalf("a code: %v, and the member is here: %v", err, here)
					}
					if err != nil {
						continue
					}
					p, token, err := w.Staff.Enrol(ctx, code, pin)
					if err != nil {
						rt.Fatal(err)
					}
					phones = append(phones, phone{p.ID, token})
					live = len(phones) - 1
				case "revoke":
					if live >= 0 {
						if err := w.Staff.RevokeDevice(ctx, admin, phones[live].id); err != nil {
							rt.Fatal(err)
						}
						live = -1
					}
				case "leave":
					if err := w.Staff.Leave(ctx, admin, id); (err == nil) != here {
						rt.Fatal(err)
					}
					live, here = -1, false
				}
			}
			for i, p := range phones {
				_, err := w.People.Find(ctx, onPhone(id, p.id), w.Taiyuan.ElderID)
				_, shown := w.Staff.OnPhone(ctx, onPhone(id, p.id))
				if (err == nil) != (i == live) || (shown == nil) != (i == live) {
					rt.Fatalf("phone %d of %d, live is %d: act %v, page %v", i, len(phones), live, err, shown)
				}
			}
			// Nobody's phone acts for another, and the desk's session is no phone's.
			if live >= 0 {
				if _, err := w.People.Find(ctx, onPhone(w.Taiyuan.Clerk.Staff(), phones[live].id), w.Taiyuan.ElderID); !civic.Is(err, civic.Denied) {
					rt.Fatalf("a stolen phone acts: %v", err)
				}
			}
		}))
	})
}

func TestWhoLeavesLosesEverythingAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		rc := w.ReportPost(t, a)
		if err := w.Casework.Take(ctx, a.HospitalClerk, rc.Request); err != nil {
			t.Fatal(err)
		}
		w.Open(t, a.HospitalClerk, a.Elder)
		token := signIn(t, w, a.HospitalClerk.Operator)
		if err := w.Staff.Leave(ctx, a.Administrator, a.HospitalClerk.Staff()); err != nil {
			t.Fatal(err)
		}
		if p := w.Sessions.Who(load(t, w, token)); !p.None() {
			t.Errorf("the session goes on: %+v", p)
		}
		_, err := w.People.Show(ctx, a.HospitalClerk, a.Elder)
		wantKind(t, err, civic.Denied, "")
		_, err = w.Casework.Queue(ctx, a.HospitalClerk, false)
		wantKind(t, err, civic.Denied, "")
		for _, kind := range []string{"casework.free", "grant.shut"} {
			if n := w.JobCount(t, kind); n != 2 {
				t.Errorf("%d jobs %s, want one at once and one later", n, kind)
			}
		}
		for range 2 { // jobs run at least once
			if err := w.Casework.ReleaseAll(ctx, casework.Free{Staff: a.HospitalClerk.Staff()}); err != nil {
				t.Fatal(err)
			}
			if err := w.Grant.Close(ctx, grant.Shut{Staff: a.HospitalClerk.Staff()}); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM casework WHERE state = 'open' AND assignee = ''`); n != 1 {
			t.Errorf("%d cases back in the queue, want 1", n)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM opening WHERE staff = $1`, a.HospitalClerk.Operator.ID); n != 0 {
			t.Errorf("%d openings are left", n)
		}
		if n := w.Acts(t, casework.ActReleased, string(rc.Request)); n != 1 {
			t.Errorf("released %d times", n)
		}
		wantKind(t, w.Staff.Leave(ctx, a.Administrator, a.Administrator.Staff()), civic.Denied, "staff.self")
		wantKind(t, w.Staff.Leave(ctx, w.Xihu.Administrator, a.Clerk.Staff()), civic.Denied, "staff.not_yours")
	})
}

func TestAnAdministratorTouchesNobodyWithAPostOutsideTheirDivision(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		both := w.Hire(t, "跨区", a.Community, staff.Post{Role: staff.Clerk, Division: a.Division}, staff.Post{Role: staff.Clerk, Division: w.Xihu.Division}).Staff()
		_, err := w.Staff.Account(ctx, a.Administrator, both)
		wantKind(t, err, civic.Denied, "staff.not_yours")
		wantKind(t, w.Staff.SetPosts(ctx, a.Administrator, both, []staff.Post{{Role: staff.Clerk, Division: a.Division}}), civic.Denied, "staff.not_yours")
		one := gridWorker(t, w)
		wantKind(t, w.Staff.SetPosts(ctx, a.Administrator, one, []staff.Post{{Role: staff.Clerk, Division: "14"}}), civic.Denied, "staff.not_yours")
		wantKind(t, w.Staff.Move(ctx, a.Administrator, one, w.Xihu.Community), civic.Denied, "staff.not_yours")
		wantKind(t, w.Staff.SetPosts(ctx, a.Administrator, one, []staff.Post{{Role: staff.Supervisor, Division: a.Division}, {Role: staff.Clerk, Division: a.Division}}), civic.Invalid, "staff.roles_mix")
		if err := w.Staff.SetPosts(ctx, a.Administrator, one, []staff.Post{{Role: staff.Gate, Division: a.Street}, {Role: staff.FamilyDoctor, Division: a.Division}}); err != nil {
			t.Fatal(err)
		}
		if m, err := w.Staff.Find(ctx, one); err != nil || len(m.Roles) != 2 {
			t.Errorf("%+v, %v", m, err)
		}
		token := signIn(t, w, civic.Party{Kind: civic.PartyStaff, ID: string(one)})
		h, err := w.Staff.Reset(ctx, a.Administrator, one, staff.ResetPassword)
		if err != nil || len(h.Password) < 20 {
			t.Fatal(h, err)
		}
		if p := w.Sessions.Who(load(t, w, token)); !p.None() {
			t.Error("a session outlives the password")
		}
	})
}

func TestTheRosterTellsWhoIsOnDutyAndWhenNobodyIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, now := w.Taiyuan, w.Clock.Now()
		monday := now.In(civic.Shanghai).Add(-9*time.Hour - 5*time.Minute).Truncate(time.Minute)
		add := func(who civic.Actor, from, to time.Duration) {
			t.Helper()
			if _, err := w.Staff.AddDuty(ctx, a.Administrator, staff.Duty{Office: a.Hospital, Staff: who.Staff(), Role: staff.Clerk, FromAt: monday.Add(from), UntilAt: monday.Add(to)}); err != nil {
				t.Fatal(err)
			}
		}
		other := w.Hire(t, "同事", a.Hospital, staff.Post{Role: staff.Clerk, Division: a.Division})
		add(a.HospitalClerk, 8*time.Hour, 16*time.Hour)
		add(other, 9*time.Hour, 20*time.Hour)
		_, err := w.Staff.AddDuty(ctx, a.Administrator, staff.Duty{Office: a.Hospital, Staff: a.Clerk.Staff(), Role: staff.Clerk, FromAt: now, UntilAt: now.Add(time.Hour)})
		wantKind(t, err, civic.Invalid, "duty.who")
		on := func(at time.Duration) []civic.StaffID {
			r, err := w.DB.Read(ctx)
			if err != nil {
				t.Fatal(err)
			}
			ids, err := staff.OnDuty(r, a.Hospital, staff.Clerk, monday.Add(at))
			if err != nil {
				t.Fatal(err)
			}
			return ids
		}
		first, second := a.HospitalClerk.Staff(), other.Staff()
		for at, want := range map[time.Duration][]civic.StaffID{7 * time.Hour: nil, 8 * time.Hour: {first}, 10 * time.Hour: {second, first}, 16 * time.Hour: {second}, 20 * time.Hour: nil} {
			if got := on(at); !slices.Equal(got, want) {
				t.Errorf("at %v: %v, want %v", at, got, want)
			}
		}
		ds, gaps, err := w.Staff.Roster(ctx, a.Administrator, a.Hospital, monday)
		if err != nil || len(ds) != 2 || len(gaps) != 2 || !gaps[0].To.Equal(monday.Add(8*time.Hour)) || !gaps[1].From.Equal(monday.Add(20*time.Hour)) {
			t.Errorf("%d turns, gaps %+v, %v", len(ds), gaps, err)
		}
		if n, err := w.Staff.CopyWeek(ctx, a.Administrator, a.Hospital, monday.AddDate(0, 0, 7)); err != nil || n != 2 {
			t.Errorf("copied %d, %v", n, err)
		}
		_, err = w.Staff.CopyWeek(ctx, a.Administrator, a.Hospital, monday.AddDate(0, 0, 7))
		wantKind(t, err, civic.Conflict, "duty.nothing")
		const note = "三号窗口的打印机缺纸"
		if err := w.Staff.HandOver(ctx, a.HospitalClerk, note); err != nil {
			t.Fatal(err)
		}
		if n, err := w.Staff.ReadNote(ctx, other); err != nil || n.Text != note {
			t.Errorf("%+v, %v", n, err)
		}
		if strings.Contains(w.Dump(t), note) {
			t.Error("the note is in the database in clear")
		}
		if err := w.Staff.Leave(ctx, a.Administrator, second); err != nil {
			t.Fatal(err)
		}
		if got := on(10 * time.Hour); !slices.Equal(got, []civic.StaffID{first}) {
			t.Errorf("who left is on duty: %v", got)
		}
	})
}
