package phone_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/channel/phone"
	"yinqiao/channel/phone/phonetest"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/notify"
	"yinqiao/speech"
)

// reports hands reports on, and tells a test that they came.
type reports struct {
	*notify.Service

	came chan notify.Report
}

func (r *reports) Reported(ctx context.Context, gateway string, all []notify.Report) error {
	err := r.Service.Reported(ctx, gateway, all)
	if err == nil {
		r.came <- all[0]
	}
	return err
}

// told lets the daughter hand in something for the elder, who is told of it by telephone.
func (h *hotline) told(t *testing.T) *reports {
	t.Helper()
	r := &reports{Service: h.Notify, came: make(chan notify.Report, 10)}
	h.Notify.Carry(notify.CarrierVoice, phone.NewCarrier(h.Phone, r))
	ctx, daughter := t.Context(), apptest.AsPerson(h.Taiyuan.Daughter)
	v, err := h.Requests.Start(ctx, daughter, "report-post", h.Taiyuan.Elder, "")
	h.ok(err)
	v, err = h.Requests.Answer(ctx, daughter, v.ID, v.Rev, h.Taiyuan.ReportAnswers())
	h.ok(err)
	_, err = h.Requests.Submit(ctx, daughter, v.ID, 0)
	h.ok(err)
	h.Tell(t)
	return r
}

// spokenOf is what the elder is told, as it was said.
func (h *hotline) spokenOf(c *phonetest.Call) {
	h.t.Helper()
	e := &ear{c, h.world}
	e.hears("您好，这里是老年人服务热线。听明白了，请按1。有变化要改，请按2。找人说话，请按0。", speech.Style{})
}

func TestAMessageIsToldByTelephoneAndAKeySaysThatItWasHeard(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHotline(t, d)
		r := h.told(t)
		c := h.desk.Rings(10 * time.Second).Answer()
		h.spokenOf(c)
		c.Press('1')
		c.Ended(10 * time.Second)
		if got := <-r.came; !got.Heard {
			t.Errorf("the report is %+v", got)
		}
		if n := h.Acts(t, notify.ActReached[notify.CarrierVoice], string(h.Taiyuan.Elder)); n != 1 {
			t.Errorf("that she was reached is recorded %d times", n)
		}
		var open int
		h.Look(t, apptest.System(), func(v *journal.View) error {
			return v.Get(&open, `SELECT COUNT(*) FROM message WHERE state = 'open' AND template = 'request.submitted/elder'`)
		})
		if open != 0 {
			t.Errorf("%d messages are still told by other ways", open)
		}
		if strings.Contains(h.Logged.String(), h.Taiyuan.ElderPhone) {
			t.Error("the number is in the log")
		}
	})
}

func TestWhoIsCalledAndWantsAHumanGetsOne(t *testing.T) {
	t.Parallel()
	h := newHotline(t, dbtest.Open(t, db.SQLite))
	h.ok(h.Calls.SignOn(t.Context(), h.operator, []string{"general"}))
	r := h.told(t)
	c := h.desk.Rings(10 * time.Second).Answer()
	h.spokenOf(c)
	c.Press('2')
	call := h.waiting()
	if call.Person != h.Taiyuan.Elder {
		t.Errorf("who waits is %+v", call)
	}
	o := h.picksUp(call.ID)
	word := tone(t, "elder")
	h.hear(c, o, word)
	o.Hangup()
	c.Ended(5 * time.Second)
	if got := <-r.came; !got.Heard {
		t.Errorf("the report is %+v", got)
	}
}

// A voice that fails is not the silence of whoever was called.
func TestWhatKeptAMessageFromBeingHeardIsReportedAsItWas(t *testing.T) {
	t.Parallel()
	h := newHotline(t, dbtest.Open(t, db.SQLite))
	r := h.told(t)
	c := h.desk.Rings(10 * time.Second).Answer()
	h.spokenOf(c)
	for range 2 {
		c.Press('9')
	}
	e := &ear{c, h.world}
	e.hears("您没有按键，我们过一会儿再联系您。", speech.Style{})
	c.Ended(10 * time.Second)
	if got := <-r.came; got.Heard || !strings.Contains(got.Code, "no key") {
		t.Errorf("the report is %+v", got)
	}

	mute := newHotline(t, dbtest.Open(t, db.SQLite))
	mute.Phone.Voice.Speech = speechless{}
	r = mute.told(t)
	mute.desk.Rings(10 * time.Second).Answer().Ended(10 * time.Second)
	if got := <-r.came; got.Heard || got.Code == "" || strings.Contains(got.Code, "no key") {
		t.Errorf("the report is %+v", got)
	}
}

func TestWhoDoesNotAnswerOrPressesNothingIsToldByTheNextWay(t *testing.T) {
	t.Parallel()
	h := newHotline(t, dbtest.Open(t, db.SQLite))
	r := h.told(t)
	h.desk.Rings(10*time.Second).Refuse(486, "Busy Here")
	if got := <-r.came; got.Heard || got.Delivered {
		t.Errorf("the report is %+v", got)
	}
	var states []string
	h.Look(t, apptest.System(), func(v *journal.View) error {
		return v.Select(&states, `SELECT state FROM message_attempt WHERE carrier = 'voice' AND person = $1`, h.Taiyuan.Elder)
	})
	if len(states) != 1 || states[0] != "failed" {
		t.Errorf("the attempts stand at %v", states)
	}
}

// overheard notes what is said, and how.
type overheard struct {
	phone.Sayer

	mu   sync.Mutex
	said []speech.Request
}

func (o *overheard) Say(ctx context.Context, req speech.Request) (speech.Clip, error) {
	o.mu.Lock()
	o.said = append(o.said, req)
	o.mu.Unlock()
	return o.Sayer.Say(ctx, req)
}

func TestACodeThatIsToldByTelephoneIsSaidAsASecret(t *testing.T) {
	t.Parallel()
	h := newHotline(t, dbtest.Open(t, db.SQLite))
	over := &overheard{Sayer: h.Phone.Voice.Speech}
	h.Phone.Voice.Speech = over
	r := &reports{Service: h.Notify, came: make(chan notify.Report, 10)}
	carrier := phone.NewCarrier(h.Phone, r)
	for _, names := range [][]string{{"who", "code"}, {"who"}} {
		_, err := carrier.Send(t.Context(), notify.Parcel{ID: db.NewID(), To: h.Taiyuan.ElderPhone, Text: "王奶奶您好，您的登录口令是4821 6350。", Names: names, Values: []string{"王奶奶", "4821 6350"}[:len(names)]})
		h.ok(err)
		c, style := h.desk.Rings(10*time.Second).Answer(), speech.Style{}
		if len(names) == 2 {
			style = speech.Slow
		}
		(&ear{c, h.world}).hears("王奶奶您好，您的登录口令是4821 6350。", style)
		c.Press('1')
		c.Ended(10 * time.Second)
		<-r.came
		over.mu.Lock()
		told := false
		for _, req := range over.said {
			if strings.Contains(req.Text, "4821") {
				told = true
				if req.Secret != (len(names) == 2) {
					t.Errorf("with %v: %+v", names, req)
				}
			}
		}
		over.said = nil
		over.mu.Unlock()
		if !told {
			t.Errorf("with %v it was not told", names)
		}
	}
}
