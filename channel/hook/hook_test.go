package hook_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/channel/hook"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/notify"
)

func TestOnlyTheGatewayItselfBringsReportsAndAsOftenAsItLikes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		w.Notify.Carry(notify.CarrierSMS, taker{})
		w.ReportPost(t, w.Taiyuan)
		w.Tell(t)
		var a notify.Attempt
		w.Look(t, apptest.System(), func(v *journal.View) error {
			return v.Get(&a, `SELECT person, id, message, state FROM message_attempt WHERE person = $1 AND carrier = 'sms' ORDER BY id LIMIT 1`, w.Taiyuan.Elder)
		})
		if a.State != "sent" {
			t.Fatalf("%+v", a)
		}
		mux := http.NewServeMux()
		g := &notify.Aliyun{}
		hook.Mount(mux, w.Notify, map[string]hook.Reporter{"aliyun": {Secret: "right", Read: g.ReadReports}, "open": {Read: g.ReadReports}}, slog.New(slog.DiscardHandler))
		post := func(gateway, user, password, body string) int {
			r := httptest.NewRequest("POST", "/hooks/messages/"+gateway, strings.NewReader(body))
			r.SetBasicAuth(user, password)
			rec := httptest.NewRecorder()
			mux.ServeHTTP(rec, r)
			return rec.Code
		}
		good := `[{"out_id":"` + a.ID + `","biz_id":"B1","success":true,"err_code":"DELIVERED"}]`
		for _, c := range []struct {
			gateway, user, password, body string
			want                          int
		}{
			{"aliyun", "aliyun", "wrong", good, 401}, {"aliyun", "other", "right", good, 401}, {"aliyun", "aliyun", "", good, 401}, {"none", "none", "", good, 401},
			{"open", "open", "", good, 401}, {"aliyun", "aliyun", "right", "<xml>", 400}, {"aliyun", "aliyun", "right", good, 200}, {"aliyun", "aliyun", "right", good, 200},
			{"aliyun", "aliyun", "right", strings.Replace(good, "true", "false", 1), 200}, {"aliyun", "aliyun", "right", `[{"out_id":"unknown"}]`, 200},
			{"aliyun", "aliyun", "right", "[" + strings.Repeat(`{},`, 600) + "{}]", 400},
		} {
			if got := post(c.gateway, c.user, c.password, c.body); got != c.want {
				t.Errorf("%s as %s: %d, want %d", c.gateway, c.user, got, c.want)
			}
		}
		if n := w.Acts(t, notify.ActDelivered, a.Message); n != 1 {
			t.Errorf("it arrived %d times", n)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM message_attempt WHERE id = $1 AND state = 'delivered'`, a.ID); n != 1 {
			t.Error("what has arrived did not stay so")
		}
	})
}
