package phone_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"yinqiao/channel/phone"
	"yinqiao/channel/phone/phonetest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/calls"
	"yinqiao/staff"
)

func TestAnOperatorAnswersOnTheDeskPhoneThatIsRegistered(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite)
	h := &hotline{world: newWorld(t, d), desk: phonetest.New(t, "801")}
	h.operator = h.Hire(t, "田丽娟", h.Taiyuan.Community, staff.Post{Role: staff.Operator, Division: "140105"})
	h.Phone.Voice.Speech = aloud{h.world}
	dir := t.TempDir()
	for name, text := range map[string]string{"secret": "long and drawn\n", "phone.yaml": "listen: 127.0.0.1:0\ntrunk: [127.0.0.0/8]\nphones: [127.0.0.0/8]\ndivision: \"140105\"\nbrowsers: 127.0.0.1:0\ndesks:\n  - extension: \"801\"\n    secret_file: secret\n"} {
		h.ok(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	settings, err := phone.ReadSettings(filepath.Join(dir, "phone.yaml"))
	h.ok(err)
	stop := h.Calls.Run()
	t.Cleanup(stop)
	h.at, err = h.Phone.Open(settings, time.Now)
	h.ok(err)
	t.Cleanup(func() {
		bye, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		h.ok(h.Phone.Close(bye))
	})
	h.ok(h.Calls.SignOn(t.Context(), h.operator, []string{"general"}))
	caller := h.dial(h.at, "03511112222")
	caller.answers("您好，这里是老年人服务热线。", '0')
	call := h.waiting()
	if _, err := h.Phone.Ring(t.Context(), call.ID, "801"); !civic.Is(err, civic.Conflict) {
		t.Errorf("a phone that is not there: %v", err)
	}
	if code := h.desk.Register(h.at, "long and drawn", 300); code != 200 {
		t.Fatalf("the desk phone was told %d", code)
	}
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := h.Phone.Ring(short, call.ID, "801"); !civic.Is(err, civic.Conflict) {
		t.Errorf("a phone that nobody picks up: %v", err)
	}
	h.desk.Rings(5 * time.Second).TakenBack(5 * time.Second)
	up := make(chan *phonetest.Call, 1)
	go func() {
		bell := h.desk.Rings(5 * time.Second)
		if bell.From != "03511112222" {
			t.Errorf("the desk phone shows %q", bell.From)
		}
		up <- bell.Answer()
	}()
	leg, err := h.Phone.Ring(t.Context(), call.ID, "801")
	h.ok(err)
	_, err = h.Calls.Take(t.Context(), h.operator, call.ID, leg)
	h.ok(err)
	there := <-up
	h.hear(caller.Call, there, tone(t, "caller"))
	h.hear(there, caller.Call, tone(t, "operator"))
	h.ok(h.Calls.Hangup(t.Context(), h.operator, call.ID))
	caller.Ended(5 * time.Second)
	<-leg.Done()
	if _, _, err := h.Phone.Browser(t.Context(), call.ID, "v=0"); !civic.Is(err, civic.Invalid) {
		t.Errorf("an offer of no use: %v", err)
	}
}

func TestAnOperatorIsJoinedWithWhomTheyCallBackAndHearsWhenNobodyAnswers(t *testing.T) {
	t.Parallel()
	h := newHotline(t, dbtest.Open(t, db.SQLite))
	pickUp := func() (*phonetest.Call, calls.Leg) {
		t.Helper()
		up := make(chan *phonetest.Call, 1)
		go func() { up <- h.desk.Rings(5 * time.Second).Answer() }()
		leg, err := h.Phone.Line().Dial(t.Context(), "801")
		h.ok(err)
		return <-up, leg
	}
	if !h.Phone.Reaches() {
		t.Fatal("the line calls nobody")
	}
	own, leg := pickUp()
	h.ok(h.Phone.Reach(leg, "13900001111"))
	bell := h.desk.Rings(5 * time.Second)
	if bell.To != "13900001111" {
		t.Errorf("%s rings", bell.To)
	}
	other := bell.Answer()
	h.hear(own, other, tone(t, "operator"))
	h.hear(other, own, tone(t, "elder"))
	other.Hangup()
	own.Ended(5 * time.Second)

	own, leg = pickUp()
	h.ok(h.Phone.Reach(leg, "13900001111"))
	h.desk.Rings(5*time.Second).Refuse(486, "Busy Here")
	own.Ended(10 * time.Second)
}
