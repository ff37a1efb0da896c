package phone_test

import (
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"yinqiao/app/apptest"
	"yinqiao/channel/phone"
	"yinqiao/channel/phone/phonetest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/calls"
	"yinqiao/engine/casework"
	"yinqiao/journal"
	"yinqiao/request"
	"yinqiao/speech"
	"yinqiao/staff"
)

// answersInBrowser takes a call in a browser, which hears of the answer or does not.
func (h *hotline) answersInBrowser(call string, hears bool) (*webrtc.PeerConnection, calls.Leg) {
	h.t.Helper()
	pc := phonetest.Browser(h.t)
	answer, leg, err := h.Phone.Browser(h.t.Context(), call, phonetest.OfferOf(h.t, pc))
	h.ok(err)
	_, err = h.Calls.Take(h.t.Context(), h.operator, call, leg)
	h.ok(err)
	if hears {
		h.ok(pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}))
	}
	return pc, leg
}

// stands waits until a call stands as a test wants.
func (h *hotline) stands(call string, so func(calls.Live) bool) {
	h.t.Helper()
	h.waitFor(func() bool {
		l, err := h.Calls.One(h.t.Context(), h.operator, call)
		h.ok(err)
		return so(l)
	})
}

// An operator's browser never connects, and then one dies in the middle of a call: the caller is told, keeps their place and what
// they began, and a colleague goes on.
func TestACallerOutlivesTheBrowserOfTheirOperator(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHotline(t, d)
		h.ok(h.Calls.SignOn(t.Context(), h.operator, []string{"general", "clinic"}))
		colleague := h.Hire(t, "温海燕", h.Taiyuan.Community, staff.Post{Role: staff.Operator, Division: "140105"})
		h.ok(h.Calls.SignOn(t.Context(), colleague, []string{"general"}))
		c := h.dial(h.at, h.Taiyuan.ElderPhone)
		c.answers("医院挂号，请按1。", '1')
		c.answers("去哪家医院？", '0')
		call := h.waiting()
		if call.Draft == "" || call.Waits == nil {
			t.Fatalf("who waits is %+v", call)
		}
		_, leg := h.answersInBrowser(call.ID, false)
		c.Forget()
		c.hears("下一位就是您，请稍等。", speech.Style{}) // they wait on
		leg.Hangup()
		h.stands(call.ID, func(l calls.Live) bool { return l.State == calls.Waiting && !l.Coming && l.Waits.Equal(*call.Waits) })

		pc, _ := h.answersInBrowser(call.ID, true)
		h.stands(call.ID, func(l calls.Live) bool { return l.State == calls.Talking })
		c.Forget()
		h.ok(pc.Close())
		c.hears("对不起，刚才断线了。请不要挂机，正在重新给您接。", speech.Style{})
		h.stands(call.ID, func(l calls.Live) bool {
			return l.State == calls.Waiting && l.Waits.Equal(*call.Waits) && l.Draft == call.Draft && l.Skill == call.Skill
		})
		c.hears("下一位就是您，请稍等。", speech.Style{})

		// The last who is there is cut off too: the caller is promised a call at once.
		h.ok(h.Calls.SignOff(t.Context(), colleague))
		pc, _ = h.answersInBrowser(call.ID, true)
		h.stands(call.ID, func(l calls.Live) bool { return l.State == calls.Talking })
		c.Forget()
		h.ok(pc.Close())
		c.hears("请不要挂机，正在重新给您接。工作人员都在忙。您可以挂机，我们5分钟内给您打过去。", speech.Style{})
		o := h.picksUp(call.ID)
		h.hear(c.Call, o, tone(t, "still here"))
		c.Forget()
		o.Hangup()
		c.hears("通话结束了。谢谢您的来电，再见。", speech.Style{})
		c.Ended(5 * time.Second)
		h.Calls.Kept()
		if h.Acts(t, calls.ActDropped, call.ID) != 2 || h.Acts(t, calls.ActAnswered, call.ID)+h.Acts(t, calls.ActAnsweredLate, call.ID) != 3 {
			t.Error("what happened is not recorded")
		}
	})
}

// An operator answers in the moment in which the menu would have come: the caller rings on until it is clear.
func TestWhoRingsFirstRingsOnWhileAnOperatorsTelephoneConnects(t *testing.T) {
	t.Parallel()
	h := newHotline(t, dbtest.Open(t, db.SQLite))
	h.ok(h.Calls.SignOn(t.Context(), h.operator, []string{"general"}))
	c := h.dial(h.at, h.Taiyuan.ElderPhone)
	call := h.waiting()
	_, leg := h.answersInBrowser(call.ID, false)
	<-time.After(2 * h.Phone.Waits.HumanFirst) // nothing happens: that is what is waited for
	if l, err := h.Calls.One(t.Context(), h.operator, call.ID); err != nil || l.State != calls.Waiting || !l.Coming {
		t.Fatalf("%+v, %v", l, err)
	}
	leg.Hangup()
	c.hears("工作人员都在忙，您可以先按键办。", speech.Style{})
	c.Hangup()
}

func TestNoKeyStopsTheNumberBeforeItWasSaidAndAnotherMatterCanFollow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		at, got := w.open()
		c := w.dial(at, w.Taiyuan.ElderPhone)
		opera := func() civic.Number {
			t.Helper()
			c.answers("看戏和上课，请按3。", '3')
			c.answers("在哪个文化馆？", '1')
			c.answers("参加哪一个？", '1')
			c.answers("哪一次？", '1')
			c.answers("您要办的是看戏和上课。", '1')
			c.hears("已经办好了。", speech.Slow)
			c.Press('1') // into the number
			c.Press('#')
			_, number, _ := w.request(w.Taiyuan.Elder)
			c.hears(phone.Spoken(number), speech.Slow)
			return number
		}
		first := opera()
		c.answers("还要办别的事，请按1。", '1')
		c.Forget()
		c.answers("医院挂号，请按1。", '2')
		c.answers("您在哪家医院做的检查？", '1')
		c.answers("要寄哪一种报告？化验报告，请按1。", '1')
		c.answers("寄到什么地方？银槐街18号2单元301，请按1。", '1')
		c.answers("快递员打哪个电话？就打您现在用的这个电话，请按1。", '1')
		c.answers("还有什么要交代的吗？不用，跳过，请按1。", '1')
		c.answers("您要办的是代寄检查报告。", '1')
		c.hears("已经办好了。", speech.Slow)
		_, second, _ := w.request(w.Taiyuan.Elder)
		c.hears(phone.Spoken(second), speech.Slow)
		c.hears("还要办别的事，请按1。再听一遍，请按星号键。谢谢您的来电，再见。", speech.Style{})
		c.Ended(5 * time.Second)
		if end := <-got; end.Number != second || first == second || end.Draft != "" {
			t.Errorf("the call ended with %+v after %s", end, first)
		}
	})
}

// What was handed in and not told, because its answer was lost, is told by its receipt.
func TestWhatIsHandedInAlreadyIsToldByItsNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		at, got := w.open()
		c := w.dial(at, w.Taiyuan.ElderPhone)
		c.answers("看戏和上课，请按3。", '3')
		c.answers("在哪个文化馆？", '1')
		c.answers("参加哪一个？", '1')
		c.answers("哪一次？", '1')
		c.hears("您要办的是看戏和上课。", speech.Style{})
		var draft civic.DraftID
		w.Look(t, apptest.System(), func(v *journal.View) error {
			return v.Get(&draft, `SELECT id FROM draft WHERE person = $1`, w.Taiyuan.Elder)
		})
		rc, err := w.Requests.Submit(t.Context(), apptest.AsPerson(w.Taiyuan.Elder), draft, 0)
		w.ok(err)
		c.Press('1')
		c.hears("已经办好了。"+phone.Spoken(rc.Number), speech.Slow)
		if end := <-got; end.Number != rc.Number || end.Human != "" {
			t.Errorf("the call ended with %+v", end)
		}
	})
}

func TestAllThatOfficesHaveAnsweredIsTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		const posted = "化验报告已经寄出。"
		var all []request.Receipt
		for range 4 {
			rc := w.ReportPost(t, w.Taiyuan)
			w.ok(w.Casework.Take(t.Context(), w.Taiyuan.HospitalClerk, rc.Request))
			w.ok(w.Casework.Resolve(t.Context(), w.Taiyuan.HospitalClerk, rc.Request, posted))
			all = append(all, rc)
		}
		at, got := w.open()
		c := w.dial(at, w.Taiyuan.ElderPhone)
		c.answers("您办的代寄检查报告，代寄检查报告，代寄检查报告，有答复了。另外还有1件。听答复，请按1。办别的事，请按2。", '1')
		for i := range 4 {
			if i == 3 {
				c.answers("您办的代寄检查报告，有答复了。听答复，请按1。", '1')
			}
			c.hears("140105 hospital答复说，"+posted+"再说一遍。"+posted+"这件事办好了吗？办好了，请按1。", speech.Slow)
			c.Forget()
			if i == 0 {
				c.Press('2')
				c.Press('5') // into what happens next
				c.hears("已经告诉单位没有办好，请他们重新办，有消息再告诉您。", speech.Slow)
			} else {
				c.Press('1')
				c.hears("好的，记下了。", speech.Style{})
			}
		}
		c.hears("谢谢您的来电，再见。", speech.Style{})
		end := <-got
		confirmed, reopened := 0, 0
		for _, rc := range all {
			confirmed += w.Acts(t, casework.ActConfirmed, string(rc.Request))
			reopened += w.Acts(t, casework.ActReopened, string(rc.Request))
		}
		if confirmed != 3 || reopened != 1 || end.Request == "" || end.Human != "" {
			t.Errorf("%d are solved and %d are not; the call ended with %+v", confirmed, reopened, end)
		}
	})
}
