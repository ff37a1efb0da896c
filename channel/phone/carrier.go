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

// Dialler calls out: the line.
type Dialler interface {
	Dial(ctx context.Context, to string) (*line.Call, error)
}

// Reporter is told what became of a call.
type Reporter interface {
	Reported(ctx context.Context, gateway string, all []notify.Report) error
}

// Carrier tells people by telephone (notify's voice): who calls and for whom first, as the
// message's words begin, then what it is; 1 says that it was heard, 2 and 0 bring a human. When and how
// often is tried is notify's.
type Carrier struct {
	Phone   *Phone
	Line    func() Dialler // the line, nil while there is none
	Reports Reporter
	Most    int // calls out at once

	mu    sync.Mutex
	going int
}

// NewCarrier tells people by the line of the telephone.
func NewCarrier(p *Phone, reports Reporter) *Carrier {
	return &Carrier{Phone: p, Reports: reports, Most: rules.OutMost, Line: func() Dialler {
		if l := p.Line(); l != nil {
			return l
		}
		return nil
	}}
}

var (
	errBusyOut = errors.New("phone: as many calls go out as may")
	errOffHook = errors.New("phone: there is no line")
)

// Send implements notify.Carrier: it begins the call, and what becomes of it is reported. A line that
// is full or away has certainly taken nothing.
func (c *Carrier) Send(ctx context.Context, p notify.Parcel) (notify.Sent, error) {
	dial := c.Line()
	if dial == nil {
		return notify.Sent{}, &notify.Refused{Err: errOffHook}
	}
	c.mu.Lock()
	full := c.going >= c.Most
	if !full {
		c.going++
	}
	c.mu.Unlock()
	if full {
		return notify.Sent{}, &notify.Refused{Err: errBusyOut}
	}
	c.Phone.going.Go(func() {
		defer func() { c.mu.Lock(); c.going--; c.mu.Unlock() }()
		r := c.call(context.WithoutCancel(ctx), dial, p)
		c.report(context.WithoutCancel(ctx), r)
	})
	return notify.Sent{Gateway: Gateway, Ref: p.ID}, nil
}

// report tells what became of a call, and tries again while the database is away.
func (c *Carrier) report(ctx context.Context, r notify.Report) {
	ctx, cancel := context.WithTimeout(ctx, seconds(rules.RetrySeconds))
	defer cancel()
	for {
		err := c.Reports.Reported(ctx, Gateway, []notify.Report{r})
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			c.Phone.Log.Error("what became of a call is not reported", "error", err)
			return
		case <-time.After(milliseconds(rules.PauseMS)):
		}
	}
}

// call calls one person, and says what became of it.
func (c *Carrier) call(ctx context.Context, dial Dialler, p notify.Parcel) notify.Report {
	r := notify.Report{ID: p.ID, Ref: p.ID}
	ringing, cancel := context.WithTimeout(ctx, seconds(rules.RingSeconds))
	out, err := dial.Dial(ringing, p.To)
	cancel()
	if err != nil {
		r.Code = err.Error()
		return r
	}
	defer out.Hangup()
	c.Phone.serve(out.Context(), out, func() string { return "我们会再联系您。" }, func(ctx context.Context) error {
		said, err := c.tell(ctx, out, p)
		r.Heard = said == '1' || said == '2' || said == '0'
		if err != nil || said != '2' && said != '0' {
			return err
		}
		return c.human(ctx, out, p)
	})
	return r
}

// tell says the message and asks for a key: 0 as a byte for none that means anything.
func (c *Carrier) tell(ctx context.Context, out *line.Call, p notify.Parcel) (byte, error) {
	style := speech.Style{}
	if slices.Contains(p.Names, "code") {
		style = speech.Slow
	}
	end := End{}
	t := &talk{voice: c.Phone.Voice, set: out, end: &end}
	key, err := t.ask(ctx, hello+p.Text+"听明白了，请按1。有变化要改，请按2。找人说话，请按0。再听一遍，请按星号键。", "12", style)
	var h human
	switch {
	case errors.As(err, &h) && h.why == WhyAsked:
		return '0', nil
	case errors.As(err, &h):
		return 0, c.Phone.tell(ctx, out, "您没有按键，我们过一会儿再联系您。"+goodbye) // an answering machine presses nothing
	case err != nil:
		return 0, err
	case key == '1':
		return key, c.Phone.tell(ctx, out, "好的。"+goodbye)
	}
	return key, nil
}

// human lets whoever was called wait for an operator.
func (c *Carrier) human(ctx context.Context, out *line.Call, p notify.Parcel) error {
	o := c.Phone.Calls.Begin(p.To, c.Phone.Voice.Division, out.Hangup)
	defer o.End()
	c.Phone.callers.Store(o.ID(), out)
	defer c.Phone.callers.Delete(o.ID())
	if all, err := c.Phone.Voice.People.Callers(ctx, p.To); err == nil && len(all) == 1 {
		o.Known(all[0])
	}
	return c.Phone.queue(ctx, out, o, "请稍等，正在给您接工作人员。")
}

var _ notify.Carrier = (*Carrier)(nil)
var _ calls.Leg = (*line.Call)(nil)
