package e2e

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"yinqiao/app"
	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/notify"
	"yinqiao/people"
	"yinqiao/staff"

	"errors"
)

// morning is ten o'clock of yesterday in Shanghai: a decent hour, and past, so that the queue
// works at once what is due by that clock.
func morning() *apptest.Clock {
	y, m, d := time.Now().In(civic.Shanghai).AddDate(0, 0, -1).Date()
	c := &apptest.Clock{}
	c.Set(time.Date(y, m, d, 10, 0, 0, 0, civic.Shanghai))
	return c
}

// staffOf finds a demonstration account.
func (s *server) staffOf(t *testing.T, login string) civic.Actor {
	t.Helper()
	var id civic.StaffID
	err := s.Journal.Look(t.Context(), apptest.System(), func(v *journal.View) error {
		return v.Get(&id, `SELECT staff FROM staff_login WHERE login = $1`, login)
	})
	if err != nil {
		t.Fatal(login, ": ", err)
	}
	return apptest.AsStaff(id)
}

// settleMessages waits until the queue has done what is due by the clock.
func (s *server) settleMessages(t *testing.T) {
	t.Helper()
	if err := s.Notify.Walk(t.Context(), notify.Walk{}); err != nil && !errors.Is(err, jobs.ErrMore) {
		t.Fatal(err)
	}
}

// await reads until the query gives at least one row.
func (s *server) await(t *testing.T, what, query string, args ...any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		var n int
		err := s.Journal.Look(ctx, apptest.System(), func(v *journal.View) error { return v.Get(&n, query, args...) })
		if err != nil {
			t.Fatal(what, ": ", err)
		}
		if n > 0 {
			tick.Stop()
			return
		}
	}
}

// A hospital answers a matter of a man without a phone. A grid worker finds the visit on
// her phone, tells him, ticks it; the message is on the page of the demonstration, and in no log.
func TestAMatterOfAManWithoutAPhoneIsToldAtHisDoor(t *testing.T) {
	t.Parallel()
	clock := morning()
	s := serveWith(t, app.Config{Dir: t.TempDir(), Demo: true, Clock: clock.Now}, slog.LevelDebug, nil)
	ctx, admin, hospital := t.Context(), s.staffOf(t, "tyadmin"), s.staffOf(t, "tyhospital")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var home civic.Division = "140105001"
	h, err := s.Staff.Account(ctx, admin, hospital.Staff())
	must(err)
	elder, err := s.People.Register(ctx, apptest.System(), people.Registration{Name: "韩玉林", Sex: people.Male, Birth: "1941-03-02", Division: home, Address: "银槐街20号", Distinct: true,
		Credentials: []people.Card{{Kind: people.KindResidentID, Number: apptest.ResidentID("140199", "19410302", 3)}}})
	must(err)
	hired, err := s.Staff.Hire(ctx, apptest.System(), staff.Hire{Login: "gridtest", Name: "田网格", Office: h.Office, Password: "a long password", WithoutTOTP: true,
		Posts: []staff.Post{{Role: staff.GridWorker, Division: home}}})
	must(err)
	code, err := s.Staff.DrawCode(ctx, apptest.System(), hired.ID)
	must(err)

	him := apptest.AsPerson(elder)
	v, err := s.Requests.Start(ctx, him, "report-post", elder, "")
	must(err)
	v, err = s.Requests.Answer(ctx, him, v.ID, v.Rev, map[string][]string{"hospital": {string(h.Office)}, "report": {"lab"}, "to": {"家里"}, "phone": {"12612345678"}, "note": {""}})
	must(err)
	rc, err := s.Requests.Submit(ctx, him, v.ID, 0)
	must(err)
	must(s.Casework.Take(ctx, hospital, rc.Request))
	must(s.Casework.Resolve(ctx, hospital, rc.Request, "寄出了。"))
	s.await(t, "the visit", `SELECT COUNT(*) FROM message_attempt WHERE person = $1 AND carrier = 'door' AND state = 'open'`, elder)

	phone := newBrowser(t, s.URL, 360, 740, true)
	phone.open("/field/enrol")
	phone.fill("#f-code", code)
	phone.fill("#f-pin", "739164")
	phone.fill("#again", "739164")
	phone.press("main form button")
	phone.sees("要上门告诉的老人", "韩*林")
	phone.axe()
	phone.press("main a.tile")
	phone.sees("韩玉林", "银槐街20号", "见到老人，请说", "您办的「代寄检查报告」") // he has no phone on which to ask
	phone.axe()
	if small := phone.small(); small != "" {
		t.Errorf("too small to press:\n%s", small)
	}
	phone.press(`button[name=outcome][value=told]`)
	phone.sees("要上门告诉的老人", "现在没有")

	clock.Add(7 * 24 * time.Hour)
	s.settleMessages(t)
	page := newBrowser(t, s.URL, 1280, 900, true)
	page.open("/demo/outbox")
	page.sees("演示：发出的消息", "网格员上门", "告诉了", "韩*林")
	page.axe()
	if n := strings.Count(page.text("main"), "韩*林"); n != 1 {
		t.Errorf("he was told %d times", n)
	}
	if strings.Contains(s.Log.String(), "您办的事有了结果") || strings.Contains(s.Log.String(), "韩玉林") {
		t.Error("what he was told is in the log")
	}
}
