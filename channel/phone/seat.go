package phone

import (
	"context"
	"errors"

	"yinqiao/channel/phone/line"
	"yinqiao/civic"
	"yinqiao/engine/calls"
	"yinqiao/speech"
)

var (
	errNoLine    = civic.E(civic.Unavailable, "call.line", "电话线现在没有接通，接不了电话。请过一会儿刷新，还不行就告诉管理员。")
	errNoBrowser = civic.E(civic.Unavailable, "call.browser", "这条电话线不能在网页里接，请改用桌上的电话接。")
	errOffer     = civic.E(civic.Invalid, "call.offer", "网页里的电话没有接通。请换一个新一点的浏览器，或者改用桌上的电话接。")
	errNotThere  = civic.E(civic.Conflict, "call.desk_phone", "这个分机没有登记。请看看桌上的电话有没有通电、号码对不对，或者改在网页里接。").On("extension")
	errNotUp     = civic.E(civic.Conflict, "call.not_up", "桌上的电话响过了，没有人拿起来。来电还在等，请再接一次。").On("extension")
)

// Browser makes the telephone of an operator's browser, to speak with a call: the answer is what the
// browser must have. It is coded as the caller's sound is, so that nothing is transcoded. The errors
// say what to do instead.
func (p *Phone) Browser(ctx context.Context, call, offer string) (answer string, leg calls.Leg, err error) {
	l := p.Line()
	if l == nil {
		return "", nil, errNoLine
	}
	law := speech.ALaw
	if c, ok := p.callers.Load(call); ok {
		law = c.(*line.Call).Law()
	}
	answer, c, err := l.Browser(ctx, offer, law)
	if err != nil {
		return "", nil, legError(err)
	}
	return answer, c, nil
}

// Ring rings an operator's desk phone, to speak with a call, and returns when it was picked up. It rings
// as long as ctx and the caller wait.
func (p *Phone) Ring(ctx context.Context, call, extension string) (calls.Leg, error) {
	l := p.Line()
	if l == nil {
		return nil, errNoLine
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	shown := ""
	if c, ok := p.callers.Load(call); ok {
		caller := c.(*line.Call)
		shown = caller.From
		defer context.AfterFunc(caller.Context(), cancel)()
	}
	c, err := l.Ring(ctx, extension, shown)
	if err != nil {
		return nil, legError(err)
	}
	return c, nil
}

// Reaches reports whether numbers can be called from here.
func (p *Phone) Reaches() bool {
	l := p.Line()
	return l != nil && l.Dials()
}

// Reach calls a number for an operator who speaks through a leg, and joins the two until one hangs
// up. It returns at once: the operator hears it ring, or that nobody can be reached.
func (p *Phone) Reach(leg calls.Leg, number string) error {
	l := p.Line()
	own, ok := leg.(*line.Call)
	if l == nil || !ok {
		leg.Hangup()
		return errNoLine
	}
	p.going.Go(func() {
		defer own.Hangup()
		ctx, done := p.whileOpen(own.Context())
		defer done()
		p.reach(ctx, l, own, number)
	})
	return nil
}

func (p *Phone) reach(ctx context.Context, l *line.Line, own *line.Call, number string) {
	select {
	case <-own.Up(): // nobody's phone rings for an operator who can't be heard
	case <-ctx.Done():
		return
	}
	hears, quiet := context.WithCancel(ctx)
	rung := make(chan struct{})
	go func() {
		defer close(rung)
		_ = p.ring(hears, own) // until it is told to stop
	}()
	wait, cancel := context.WithTimeout(ctx, seconds(rules.RingSeconds))
	defer cancel()
	out, err := l.Dial(wait, number)
	quiet()
	<-rung
	if err != nil {
		_ = own.Play(ctx, engaged) // what becomes of the call-back the operator says
		return
	}
	defer out.Hangup()
	line.Bridge(ctx, own, out)
	if own.Context().Err() != nil && own.Gone() == line.Lost {
		_ = p.tell(out.Context(), out, "对不起，电话断了，我们再给您打过来。"+goodbye) // the call-back is still to be kept
	}
}

func legError(err error) error {
	switch {
	case errors.Is(err, line.ErrNoBrowsers):
		return errNoBrowser
	case errors.Is(err, line.ErrOffer):
		return errOffer.Because(err)
	case errors.Is(err, line.ErrNotThere):
		return errNotThere
	case errors.Is(err, line.ErrNoAnswer), errors.Is(err, line.ErrBusy), errors.Is(err, line.ErrRefused), errors.Is(err, context.Canceled):
		return errNotUp
	}
	return errNoLine.Because(err)
}
