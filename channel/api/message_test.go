package api_test

import (
	"context"
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/notify"
)

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		admin := w.do(w.tokens["admin"], "GET", "/me", nil).want(w.t, 200).text("id")
		w.tell("grant.disputed/staff", admin)
		w.tell("glass.broken/elder", string(w.elder))
		s.of["tasks"] = w.tokens["admin"]
		s.ids["message"], s.ids["carrier"] = w.only(`SELECT id FROM message WHERE template = 'glass.broken/elder'`), notify.CarrierDesk
		s.ids["task"] = w.only(`SELECT id FROM message_attempt WHERE carrier = 'desk'`)
		s.bodies["messages-refuse"] = map[string]any{"no": []any{notify.CarrierTV}}
		s.bodies["tasks-tick"] = map[string]any{"outcome": notify.Told}
	})
}

// tell queues a message about the elder to somebody, and takes its first step.
func (w *world) tell(template, to string) {
	w.t.Helper()
	ctx, sys := context.Background(), civic.System("test")
	w.ok(w.journal.Write(ctx, sys, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{})
		if err != nil {
			return err
		}
		r := notify.NewReceiver(w.elder, "140105001", notify.Chinese, notify.Values{"who": "王奶奶", "elder": "王*英", "phone": "95128"})
		r.ID = to
		_, err = w.rooms.Notify.Queue(tx, auth, template, db.NewID(), []notify.Receiver{r})
		return err
	}))
	w.ok(w.rooms.Notify.Walk(ctx, notify.Walk{}))
}

// only reads the one text that a query gives.
func (w *world) only(query string) string {
	w.t.Helper()
	var out string
	w.ok(w.journal.Look(context.Background(), civic.System("test"), func(v *journal.View) error { return v.Get(&out, query) }))
	return out
}

func TestAPersonReadsAnswersAndRefusesMessagesByTheAPI(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		elder, far := w.session(w.elder), w.session(w.stranger)
		w.tell("glass.broken/elder", string(w.elder))
		list := w.do(elder, "GET", "/people/me/messages", nil).want(t, 200).list("messages")
		if len(list) != 1 || list[0]["open"] != true || list[0]["words"] != "王奶奶您好，刚才在紧急情况下，工作人员看过您的资料。会有人复核。有疑问请打95128。" {
			t.Fatalf("%v", list)
		}
		w.do(far, "GET", "/people/"+string(w.elder)+"/messages", nil).problem(t, 403, "grant.none")
		at := "/people/me/messages/" + list[0]["id"].(string) + "/heard"
		w.do(far, "POST", at, nil).problem(t, 404, "message.unknown")
		w.do(elder, "POST", at, nil).want(t, 204)
		w.do(elder, "POST", at, nil).want(t, 204)
		if list = w.do(elder, "GET", "/people/me/messages", nil).want(t, 200).list("messages"); list[0]["open"] != false {
			t.Errorf("it is still open: %v", list)
		}
		w.do(elder, "PUT", "/people/me/messages/ways", map[string]any{"no": []any{"pigeon"}}).problem(t, 422, "")
		for _, x := range w.do(elder, "PUT", "/people/me/messages/ways", map[string]any{"no": []any{"sms"}}).want(t, 200).list("ways") {
			if x["no"] != (x["code"] == "sms") {
				t.Errorf("%v", x)
			}
		}
	})
}
