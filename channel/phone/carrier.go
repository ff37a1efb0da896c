package phone

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"yinqiao/channel/phone/line"
	"yinqiao/engine/calls"
	"yinqiao/notify"
	"yinqiao/speech"
)

// Gateway is the name by which calls report what became of messages.
const Gateway = "phone"

// Reporter is told what became of a call.
type Reporter interface {
	Reported(ctx context.Context, gateway string, all []notify.Report) error
}

// Carrier tells people by telephone (notify's voice): who calls and for whom first, as the
// message's words begin, then what it is; 1 says that it was heard, 2 and 0 bring a human. When and how
// often is tried is notify's.
type Carrier struct {
	phone   *Phone
	reports Reporter

	mu    sync.Mutex
	going int // calls out
}

// NewCarrier tells people by the line of the telephone.
func NewCarrier(p *Phone, reports Reporter) *Carrier { return &Carrier{phone: p, reports: reports} }

var (
	errBusyOut = errors.New("phone: as many calls go out as may")
	errOffHook = errors.New("phone: there is no line")
	errNoKey   = errors.New("phone: no key was pressed")
)

// Send implements notify.Carrier: it begins the call, and what becomes of it is reported. A line that
// is full or away has certainly taken nothing.
func (c *Carrier) Send(ctx context.Context, p notify.Parcel) (notify.Sent, error) {
	l := c.phone.Line()
	if l == nil {
		return notify.Sent{}, &notify.Refused{Err: errOffHook}
	}
	c.mu.Lock()
	full := c.going >= rules.OutMost
	if !full {
		c.going++
	}
	c.mu.Unlock()
	if full {
		return notify.Sent{}, &notify.Refused{Err: errBusyOut}
	}
	c.phone.going.Go(func() {
		defer func() { c.mu.Lock(); c.going--; c.mu.Unlock() }()
		r := c.call(context.WithoutCancel(ctx), l, p)
		c.report(context.WithoutCancel(ctx), r)
	})
	return notify.Sent{Gateway: Gateway, Ref: p.ID}, nil
}

// report tells what became of a call, and tries again while the database is away.
func (c *Carrier) report(ctx context.Context, r notify.Report) {
	ctx, cancel := context.WithTimeout(ctx, seconds(rules.RetrySeconds))
	defer cancel()
	for {
		err := c.reports.Reported(ctx, Gateway, []notify.Report{r})
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			c.phone.Log.Error("what became of a call is not reported", "error", err)
			return
		case <-time.After(milliseconds(rules.PauseMS)):
		}
	}
}

// call calls one person, and says what became of it.
func (c *Carrier) call(ctx context.Context, l *line.Line, p notify.Parcel) notify.Report {
	r := notify.Report{ID: p.ID, Ref: p.ID}
	ringing, cancel := context.WithTimeout(ctx, seconds(rules.RingSeconds))
	out, err := l.Dial(ringing, p.To)
	cancel()
	if err != nil {
		r.Code = err.Error()
		return r
	}
	defer out.Hangup()
	c.phone.serve(out.Context(), out, func() string { return "我们会再联系您。" }, func(ctx context.Context) error {
		said, err := c.tell(ctx, out, p)
		r.Heard = said != 0
		switch {
		case errors.Is(err, errNoKey): // an answering machine presses nothing
			r.Code = err.Error()
			return c.phone.tell(ctx, out, "您没有按键，我们过一会儿再联系您。"+goodbye)
		case err != nil:
			r.Code = err.Error()
			return err
		case said == '1':
			return c.phone.tell(ctx, out, "好的。"+goodbye)
		}
		return c.human(ctx, out, p)
	})
	return r
}

// tell says the message and asks for a key: 1, 2 or 0.
func (c *Carrier) tell(ctx context.Context, out *line.Call, p notify.Parcel) (byte, error) {
	style, voice := speech.Style{}, c.phone.Voice
	if slices.Contains(p.Names, "code") {
		own := *voice
		own.Speech = secretly{voice.Speech}
		style, voice = speech.Slow, &own
	}
	t := &talk{voice: voice, set: out, end: &End{}}
	key, err := t.ask(ctx, hello+p.Text+"听明白了，请按1。有变化要改，请按2。找人说话，请按0。"+again, "12", style)
	var h human
	if errors.As(err, &h) {
		switch h.why {
		case WhyAsked:
			return '0', nil
		case WhySilent:
			return 0, errNoKey
		}
	}
	return key, err
}

// human lets whoever was called wait for an operator.
func (c *Carrier) human(ctx context.Context, out *line.Call, p notify.Parcel) error {
	o, end := c.phone.begin(p.To, out)
	defer end()
	if from := c.phone.whose(ctx, p.To); len(from.Callers) == 1 {
		o.Known(from.Callers[0])
	}
	return c.phone.queue(ctx, out, o, connecting)
}

var _ notify.Carrier = (*Carrier)(nil)
var _ calls.Leg = (*line.Call)(nil)
