package notify_test

import (
	"regexp"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/notify"
)

func TestWhoChoseEnglishIsToldInEnglishWhatAndWhenAndByWhom(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.At(time.Date(2026, 11, 23, 10, 0, 0, 0, civic.Shanghai)))
		a, c := w.Taiyuan, &take{}
		w.Notify.Carry(notify.CarrierSMS, c)
		w.Open(t, a.Clerk, a.Elder)
		ok(t, w.People.Prefer(ctx, a.Clerk, a.Elder, map[string]string{"language": "english", "reach": "sms_ok"}))
		w.Tell(t)
		c.parcels = nil
		resolved(t, w, a.Elder)
		daughter := w.Register(t, w.NewPerson(a.Street, "李秀兰"))
		w.Give(t, a.Elder, daughter, "*")
		by := apptest.AsPerson(daughter).For(a.Elder)
		v, err := w.Requests.Start(ctx, by, "report-post", a.Elder, "")
		ok(t, err)
		v, err = w.Requests.Answer(ctx, by, v.ID, v.Rev, a.ReportAnswers())
		ok(t, err)
		_, err = w.Requests.Submit(ctx, by, v.ID, 0)
		ok(t, err)
		for range 6 { // many within the hour wait
			w.Tell(t)
			w.Clock.Add(time.Hour)
		}
		said := map[string]bool{}
		for _, p := range c.parcels {
			if !regexp.MustCompile(`[a-z]{3}`).MatchString(p.Text) {
				continue // to her daughter, who did not choose
			}
			said[p.Template] = true
			for _, word := range []string{"代寄", "公交卡", "女儿", "工作人员", "月"} {
				if contains(p.Text, word) {
					t.Errorf("%s: %s", p.Template, p.Text)
				}
			}
		}
		for _, want := range []string{"case.resolved/elder", "case.opened/elder", "request.submitted/elder"} {
			if !said[want] {
				t.Errorf("%s was not told: %+v", want, c.parcels)
			}
		}
	})
}
