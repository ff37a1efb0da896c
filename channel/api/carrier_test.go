package api_test

import (
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/notify"
)

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		s.of["carriers"] = w.tokens["admin"]
		s.bodies["carriers-stop"] = map[string]any{"reason": "网关在修"}
	})
}

func TestACarrierIsStoppedAndStartedByTheAPIAndItsFiguresAreTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		admin := w.tokens["admin"]
		w.tell("grant.disputed/staff", w.do(admin, "GET", "/me", nil).want(t, 200).text("id"))
		of := func(code string) map[string]any {
			t.Helper()
			for _, c := range w.do(admin, "GET", "/carriers/140105", nil).want(t, 200).list("carriers") {
				if c["code"] == code {
					return c
				}
			}
			t.Fatal("there is no ", code)
			return nil
		}
		tried := 0.0
		for _, code := range notify.Carriers {
			c := of(code)
			tried += c["today"].(map[string]any)["tried"].(float64)
			if c["today"].(map[string]any)["tried"].(float64) > c["week"].(map[string]any)["tried"].(float64) {
				t.Errorf("more today than in the week: %v", c)
			}
		}
		if tried != 1 {
			t.Errorf("%v were tried today", tried)
		}
		w.do(w.tokens["clerk"], "GET", "/carriers/140105", nil).problem(t, 403, "")
		w.do(w.tokens["clerk"], "POST", "/carriers/140105/voice/stop", map[string]any{"reason": "线路在修"}).problem(t, 403, "")
		w.do(admin, "POST", "/carriers/140105/pigeon/stop", map[string]any{"reason": "线路在修"}).problem(t, 422, "")
		w.do(admin, "POST", "/carriers/140105/voice/stop", map[string]any{"reason": "打13800000000问"}).problem(t, 422, "message.reason")
		w.do(admin, "POST", "/carriers/140105/voice/stop", map[string]any{"reason": "线路在修"}).want(t, 204)
		if c := of("voice"); c["stopped"] != true || c["why"] != "线路在修" {
			t.Errorf("%v", c)
		}
		w.do(admin, "POST", "/carriers/140105/voice/start", nil).want(t, 204)
		if c := of("voice"); c["stopped"] != false {
			t.Errorf("%v", c)
		}
	})
}
