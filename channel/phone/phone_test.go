package phone_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"yinqiao/channel/phone"
	"yinqiao/channel/phone/phonetest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/calls"
	"yinqiao/speech"
	"yinqiao/staff"
)

// hotline is the world's telephone with an operator and the telephone on their desk.
type hotline struct {
	*world
	at       netip.AddrPort
	operator civic.Actor
	desk     *phonetest.Phone
}

func newHotline(t *testing.T, d *db.DB) *hotline {
	t.Helper()
	h := &hotline{world: newWorld(t, d), desk: phonetest.New(t, "801")}
	h.operator = h.Hire(t, "田丽娟", h.Taiyuan.Community, staff.Post{Role: staff.Operator, Division: "140105"})
	h.Phone.Voice.Speech = aloud{h.world}
	h.Phone.Waits = calls.Waits{Position: 700 * time.Millisecond, Promise: 2 * time.Second, HumanFirst: 1500 * time.Millisecond}
	stop := h.Calls.Run()
	var err error
	h.at, err = h.Phone.Open(phone.Settled("140105", h.desk.Addr()), h.Clock.Now)
	h.ok(err)
	t.Cleanup(func() {
		bye, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		h.ok(h.Phone.Close(bye))
		stop()
	})
	return h
}

// waiting waits until a call waits for an operator.
func (h *hotline) waiting() calls.Live {
	h.t.Helper()
	changes, stop := h.Calls.Watch()
	defer stop()
	for end := time.After(20 * time.Second); ; {
		list, err := h.Calls.Calls(h.t.Context(), h.operator)
		h.ok(err)
		if len(list) > 0 && list[0].State == calls.Waiting {
			return list[0]
		}
		select {
		case <-changes:
		case <-end:
			h.t.Fatalf("nobody waits: %+v", list)
		}
	}
}

// picksUp takes a call on the desk's telephone.
func (h *hotline) picksUp(call string) *phonetest.Call {
	h.t.Helper()
	up := make(chan *phonetest.Call, 1)
	go func() { up <- h.desk.Rings(5 * time.Second).Answer() }()
	leg, err := h.Phone.Line().Dial(h.t.Context(), "801")
	h.ok(err)
	_, err = h.Calls.Take(h.t.Context(), h.operator, call, leg)
	h.ok(err)
	return <-up
}

func TestAnOperatorTakesACallAndBothHearEachOther(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHotline(t, d)
		c := h.dial(h.at, h.Taiyuan.ElderPhone)
		c.answers("医院挂号，请按1。", '0')
		call := h.waiting()
		if call.Person != h.Taiyuan.Elder || call.Polite != "王奶奶" {
			t.Errorf("who waits is %+v", call)
		}
		c.hears("请稍等，正在给您接工作人员。", speech.Style{})
		o := h.picksUp(call.ID)
		elder, operator := tone(t, "elder"), tone(t, "operator")
		c.Forget()
		h.hear(c.Call, o, elder)
		h.hear(o, c.Call, operator)
		o.Hangup()
		c.Ended(5 * time.Second)
		h.Calls.Kept()
		if list, err := h.Calls.CallBacks(t.Context(), h.operator); err != nil || len(list) != 0 || h.Acts(t, calls.ActAnswered, call.ID) != 1 {
			t.Errorf("that the operator took the call is not recorded, or %v are still to be called, %v", list, err)
		}
	})
}

// hear says a word until it is heard at the other end, whole.
func (h *hotline) hear(from, to *phonetest.Call, word speech.PCM) {
	h.t.Helper()
	law := speech.ALaw
	want := law.Decode(law.Encode(word))
	for range 50 {
		from.Say(word)
		if phonetest.Contains(to.Heard(), want) {
			return
		}
	}
	h.t.Fatal("the two do not hear each other")
}

// tone is a sound like no other.
func tone(t *testing.T, of string) speech.PCM {
	t.Helper()
	p, err := murmur{}.Say(t.Context(), speech.Utterance{Text: of}, speech.Style{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhoWaitsHearsTheirPlaceAndIsPromisedACallThatStandsWhenTheyHangUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHotline(t, d)
		h.ok(h.Calls.SignOn(t.Context(), h.operator, []string{"general"}))
		c := h.dial(h.at, "03511234567") // whom nobody knows
		c.answers("您好，这里是老年人服务热线。", '0')
		c.hears("下一位就是您，请稍等。", speech.Style{})
		c.hears("您可以挂机，我们5分钟内给您打过去。愿意等，就不用挂。", speech.Style{})
		c.Hangup()
		h.waitFor(func() bool {
			list, err := h.Calls.Calls(t.Context(), h.operator)
			h.ok(err)
			return len(list) == 0
		})
		h.Calls.Kept()
		list, err := h.Calls.CallBacks(t.Context(), h.operator)
		h.ok(err)
		if len(list) != 1 || list[0].Tail != "4567" || list[0].Why != "waited" {
			t.Errorf("the call-backs are %+v", list)
		}
	})
}

// waitFor waits until something is so after a change of the queue.
func (h *hotline) waitFor(so func() bool) {
	h.t.Helper()
	changes, stop := h.Calls.Watch()
	defer stop()
	for end := time.After(10 * time.Second); !so(); {
		select {
		case <-changes:
		case <-end:
			h.t.Fatal("it never came to be so")
		}
	}
}

func TestAKnownElderRingsAHumanFirstAndIsLedByKeysWhereNobodyPicksUp(t *testing.T) {
	t.Parallel()
	h := newHotline(t, dbtest.Open(t, db.SQLite))
	h.ok(h.Calls.SignOn(t.Context(), h.operator, []string{"general"}))
	c := h.dial(h.at, h.Taiyuan.ElderPhone)
	c.hears("王奶奶，您好，这里是老年人服务热线。正在给您接工作人员。", speech.Style{})
	c.hears("工作人员都在忙，您可以先按键办。", speech.Style{})
	c.answers("医院挂号，请按1。", '0')
	o := h.picksUp(h.waiting().ID)
	c.Hangup()
	o.Ended(5 * time.Second)

	c = h.dial(h.at, h.Taiyuan.ElderPhone)
	o = h.picksUp(h.waiting().ID)
	word := tone(t, "hello")
	h.hear(c.Call, o, word)
	o.Hangup()
	c.Ended(5 * time.Second)
}

func TestWhoIsOnTheLineWhenItClosesIsToldAndCalledBack(t *testing.T) {
	t.Parallel()
	h := newHotline(t, dbtest.Open(t, db.SQLite))
	c := h.dial(h.at, "03511234567")
	c.answers("您好，这里是老年人服务热线。", '0')
	h.waiting()
	done := make(chan error, 1)
	go func() { done <- h.Phone.Close(context.Background()) }()
	c.hears("对不起，电话服务要停一会儿。您办到一半的事都留着，我们会给您回电话。", speech.Style{})
	c.Ended(5 * time.Second)
	h.ok(<-done)
	h.Calls.Kept()
	if list, err := h.Calls.CallBacks(t.Context(), h.operator); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}

// Whom one operator passes on and another takes at once speaks with the other: nobody hangs up on them.
func TestWhoIsPassedOnAndTakenAtOnceIsNotHungUpOn(t *testing.T) {
	t.Parallel()
	h := newHotline(t, dbtest.Open(t, db.SQLite))
	colleague := h.Hire(t, "温海燕", h.Taiyuan.Community, staff.Post{Role: staff.Operator, Division: "140105"})
	c := h.dial(h.at, "03511234567")
	c.answers("您好，这里是老年人服务热线。", '0')
	call := h.waiting()
	first := h.picksUp(call.ID)
	h.hear(c.Call, first, tone(t, "elder"))
	up := make(chan *phonetest.Call, 1)
	go func() { up <- h.desk.Rings(5 * time.Second).Answer() }()
	leg, err := h.Phone.Line().Dial(t.Context(), "801")
	h.ok(err)
	second := <-up
	h.ok(h.Calls.Pass(t.Context(), h.operator, call.ID, "clinic"))
	_, err = h.Calls.Take(t.Context(), colleague, call.ID, leg)
	h.ok(err)
	h.hear(c.Call, second, tone(t, "still here"))
	h.hear(second, c.Call, tone(t, "colleague"))
	second.Hangup()
	c.Ended(5 * time.Second)
}

func TestWhoSpeaksAsPeopleDoWhereTheyLiveAsksForThatByAKey(t *testing.T) {
	t.Parallel()
	h := newHotline(t, dbtest.Open(t, db.SQLite))
	c := h.dial(h.at, "03511234567")
	c.answers("您好，这里是老年人服务热线。医院挂号，请按1。代寄检查报告，请按2。看戏和上课，请按3。找人帮忙，请按0。再听一遍，请按星号键。想说本地话，请按9。", '9')
	if call := h.waiting(); call.Language != "晋语" {
		t.Errorf("who waits is %+v", call)
	}
	c.hears("请稍等，正在给您接工作人员。", speech.Style{})
	c.Hangup()
}

// speechless is a voice that is broken.
type speechless struct{}

func (speechless) Say(context.Context, speech.Request) (speech.Clip, error) {
	return speech.Clip{}, civic.E(civic.Unavailable, "speech.voice", "现在不能朗读。")
}

func TestWhereNoVoiceSpeaksAHumanAnswersAllTheSame(t *testing.T) {
	t.Parallel()
	h := newHotline(t, dbtest.Open(t, db.SQLite))
	h.Phone.Voice.Speech = speechless{}
	c := h.dial(h.at, h.Taiyuan.ElderPhone)
	o := h.picksUp(h.waiting().ID)
	h.hear(c.Call, o, tone(t, "hello"))
	o.Hangup()
	c.Ended(5 * time.Second)
}

func TestWhoIsLedWhenTheLineClosesIsCalledBackToo(t *testing.T) {
	t.Parallel()
	h := newHotline(t, dbtest.Open(t, db.SQLite))
	c := h.dial(h.at, h.Taiyuan.ElderPhone)
	c.answers("王奶奶，您好，这里是老年人服务热线。医院挂号，请按1。", '1')
	c.hears("去哪家医院？", speech.Style{})
	done := make(chan error, 1)
	go func() { done <- h.Phone.Close(context.Background()) }()
	c.hears("对不起，电话服务要停一会儿。您办到一半的事都留着，我们会给您回电话。", speech.Style{})
	c.Ended(5 * time.Second)
	h.ok(<-done)
	h.Calls.Kept()
	if list, err := h.Calls.CallBacks(t.Context(), h.operator); err != nil || len(list) != 1 || list[0].Draft == "" {
		t.Errorf("%+v, %v", list, err)
	}
}
