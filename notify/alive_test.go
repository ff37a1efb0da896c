package notify_test

import (
	"slices"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/notify"
	"yinqiao/rights"
	"yinqiao/staff"
)

func TestARelativeWhoWasWronglyReportedDeadIsToldWhatTheyMissed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 21, 30, 0, 0, civic.Shanghai))) // nobody is told at night
		a := w.Taiyuan
		daughter := w.Register(t, w.NewPerson(a.Street, "李秀兰"))
		to := func(template string) (out []notify.Message) {
			for _, m := range states(t, w, a.Elder, template) {
				if m.Receiver == string(daughter) {
					out = append(out, m)
				}
			}
			return out
		}
		w.Give(t, a.Elder, daughter, "*")
		w.Tell(t)
		if ms := to("grant.given/family"); len(ms) != 1 || ms[0].State != notify.Open {
			t.Fatalf("before: %+v", ms)
		}
		source := grant.DeathSources()[0].Code
		ok(t, w.Grant.ReportDeath(ctx, a.Administrator, daughter, "2026-11-22", source))
		w.Clock.Add(14 * time.Hour) // her turn comes, and she counts as dead
		w.Tell(t)
		if ms := to("grant.given/family"); len(ms) != 1 || ms[0].How != "receiver_gone" {
			t.Fatalf("while she counts as dead: %+v", ms)
		}
		ok(t, w.Grant.ReportDeath(ctx, a.Administrator, a.Elder, "2026-11-22", source))
		w.Tell(t)
		staff := len(states(t, w, a.Elder, "person.died/staff"))
		if n := len(to("person.died/family")); n != 0 {
			t.Fatalf("she was told %d times", n)
		}
		ok(t, w.Grant.WithdrawDeath(ctx, a.Administrator, daughter, "同名的人"))
		w.Tell(t)
		if ms := to("grant.given/family"); len(ms) != 1 || ms[0].State == notify.Cancelled {
			t.Errorf("that she may act she is not told: %+v", ms)
		}
		if ms := to("person.died/family"); len(ms) != 1 {
			t.Errorf("of her mother's death: %+v", ms)
		}
		if n := len(states(t, w, a.Elder, "person.died/staff")); n != staff {
			t.Errorf("colleagues were told %d times, then %d", staff, n)
		}
	})
}

func TestADeathThatWasNoneLeavesNothingUntold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a, c := w.Taiyuan, &arrives{}
		w.Notify.Carry(notify.CarrierSMS, c)
		end := w.Clock.Now().AddDate(0, 6, 0)
		w.Services(t, "a")
		ok(t, w.Grant.Open(ctx, a.Clerk, a.Elder, false, "老人打电话来", ""))
		_, err := w.Grant.Give(ctx, a.Clerk, grant.Grant{Person: a.Elder, Agent: a.Stranger, Relation: "邻居", Services: "a", Starts: w.Clock.Now(), Ends: &end,
			GivenHow: "phone", Evidence: grant.Evidence{ReadBack: "念了"}})
		ok(t, err)
		settled := resolved(t, w, a.Elder)
		later := w.ReportPostOf(t, a, a.Elder).Request
		ok(t, w.Casework.Take(ctx, a.HospitalClerk, later))
		w.Tell(t)
		asked := states(t, w, a.Elder, "grant.given/elder")
		if len(asked) == 0 || asked[len(asked)-1].State != notify.Open {
			t.Fatalf("%+v", asked)
		}
		last := len(asked) - 1
		ok(t, w.Grant.ReportDeath(ctx, a.Administrator, a.Elder, "2026-11-22", grant.DeathSources()[0].Code))
		w.Tell(t)
		if m := states(t, w, a.Elder, "grant.given/elder")[last]; m.State != notify.Cancelled || m.How != "died" {
			t.Fatalf("after the report: %+v", m)
		}
		w.Clock.Add(4 * 24 * time.Hour)
		ok(t, w.Casework.Confirm(ctx, apptest.System(), settled, true))
		ok(t, w.Casework.Resolve(ctx, a.HospitalClerk, later, "寄了，单号 SF0002。"))
		w.Tell(t)
		c.told()
		ok(t, w.Grant.WithdrawDeath(ctx, a.Administrator, a.Elder, "同名的人"))
		w.Tell(t)
		m := states(t, w, a.Elder, "grant.given/elder")[last]
		if m.State != notify.Open || !m.OverAt.After(w.Clock.Now().Add(48*time.Hour)) || len(tried(t, w, m.ID)) != 1 {
			t.Errorf("she is not asked again: %+v, %+v", m, tried(t, w, m.ID))
		}
		answers := states(t, w, a.Elder, "case.resolved/elder")
		if len(answers) != 2 || answers[0].State == notify.Open {
			t.Errorf("what was settled meanwhile: %+v", answers)
		} else if answers[1].State != notify.Open {
			t.Errorf("what was done meanwhile she is not told: %+v", answers)
		}
		if got := c.told(); !slices.Contains(got, a.ElderPhone) || len(got) < 2 {
			t.Errorf("that it was withdrawn is told to %v", got)
		}
		for template, n := range map[string]int{"person.alive/elder": 1, "person.alive/family": 1} {
			if ms := states(t, w, a.Elder, template); len(ms) != n {
				t.Errorf("%s: %+v", template, ms)
			}
		}
	})
}

func TestWhatCameToBeHeededOnlyAfterAWrongDeathWasReportedIsToldWhenItIsTakenBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a := w.Taiyuan
		rc := w.ReportPostOf(t, a, a.Elder).Request
		ok(t, w.Casework.Take(ctx, a.HospitalClerk, rc))
		w.Tell(t)
		ok(t, w.Casework.Resolve(ctx, a.HospitalClerk, rc, "寄了，单号 SF0003。"))
		ok(t, w.Grant.ReportDeath(ctx, a.Administrator, a.Elder, "2026-11-22", grant.DeathSources()[0].Code)) // the job of what was done before has not run
		w.Tell(t)
		if ms := states(t, w, a.Elder, "case.resolved/elder"); len(ms) != 0 {
			t.Fatalf("while she counts as dead: %+v", ms)
		}
		told := len(states(t, w, a.Elder, "request.submitted/elder"))
		ok(t, w.Grant.WithdrawDeath(ctx, a.Administrator, a.Elder, "同名的人"))
		w.Tell(t)
		if ms := states(t, w, a.Elder, "case.resolved/elder"); len(ms) != 1 || ms[0].State != notify.Open {
			t.Errorf("what was done just before she is not told: %+v", ms)
		}
		if n := len(states(t, w, a.Elder, "request.submitted/elder")); n != told {
			t.Errorf("what she was told before, she is told again: %d, then %d", told, n)
		}
	})
}

func TestHoweverMuchSomebodyMissedWhileTheyCountedAsDeadTheyAreToldAllOfIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 9, 0, 0, 0, civic.Shanghai)))
		a := w.Taiyuan
		ok(t, w.Grant.ReportDeath(ctx, a.Administrator, a.Elder, "2026-11-22", grant.DeathSources()[0].Code))
		w.Tell(t)
		const acts = 205 // more than are read at once
		ok(t, w.Journal.Write(ctx, apptest.System(), func(tx *journal.Tx) error {
			auth, err := tx.Authorise(civic.Need{})
			for range acts {
				if err == nil {
					err = tx.RecordFor(auth, a.Elder, journal.Event{Act: rights.ActUnwished})
				}
			}
			return err
		}))
		w.Tell(t)
		ok(t, w.Grant.WithdrawDeath(ctx, a.Administrator, a.Elder, "同名的人"))
		w.Tell(t)
		if ms := states(t, w, a.Elder, "rights.erase_unwished/elder"); len(ms) != acts {
			t.Errorf("of %d she is told %d", acts, len(ms))
		}
	})
}

func TestADeathIsCheckedBySomebodyElseAlsoWhereThereIsOneAdministratorAndNoSupervisor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		died := func() notify.Message {
			t.Helper()
			ok(t, w.Grant.ReportDeath(ctx, a.Administrator, a.Elder, "2026-11-22", grant.DeathSources()[0].Code))
			w.Tell(t)
			ms := states(t, w, a.Elder, "person.died/staff")
			ok(t, w.Grant.WithdrawDeath(ctx, a.Administrator, a.Elder, "同名的人"))
			w.Tell(t)
			if len(ms) == 0 {
				t.Fatal("nobody is asked to make sure")
			}
			return ms[len(ms)-1]
		}
		_, err := d.Pool().Exec(`UPDATE staff SET state = 'left' WHERE id IN (SELECT staff FROM staff_role WHERE role IN ('administrator', 'supervisor')) AND id <> $1`, a.Administrator.Operator.ID)
		ok(t, err)
		if m := died(); m.Receiver == "" || m.Receiver == a.Administrator.Operator.ID {
			t.Errorf("alone: %+v", m)
		}
		above := w.Hire(t, "省管理员", a.Community, staff.Post{Role: staff.Administrator, Division: a.Division[:2]})
		if m := died(); m.Receiver != above.Operator.ID {
			t.Errorf("the province's administrator is not asked: %+v", m)
		}
	})
}
