package phone

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"yinqiao/channel/phone/line"
	"yinqiao/civic"
	"yinqiao/engine/calls"
	"yinqiao/people"
	"yinqiao/speech"
)

// Phone answers calls: leads callers by voice, lets them wait for operators, and joins them.
type Phone struct {
	Voice *Voice
	Calls *calls.Service
	Waits calls.Waits
	Log   *slog.Logger

	open     atomic.Pointer[line.Line]
	callers  sync.Map // by the ID of the call, those that are on the line
	once     sync.Once
	stopping chan struct{}
	going    sync.WaitGroup
}

// New makes the telephone's face.
func New(v *Voice, c *calls.Service, log *slog.Logger) *Phone {
	return &Phone{Voice: v, Calls: c, Waits: calls.RuledWaits(), Log: log, stopping: make(chan struct{})}
}

// Open opens the line. From here on calls are answered.
func (p *Phone) Open(s *Settings, clock civic.Clock) (netip.AddrPort, error) {
	p.Voice.Division = s.Division
	c := s.line
	c.Clock = clock
	c.Most, c.EachHour = cmp.Or(c.Most, rules.Most), cmp.Or(c.EachHour, rules.EachHour)
	c.Withheld, c.AtOnce = cmp.Or(c.Withheld, rules.WithheldHour), cmp.Or(c.AtOnce, rules.AtOnce)
	l, err := line.Open(c, p.Handle)
	if err != nil {
		return netip.AddrPort{}, err
	}
	p.open.Store(l)
	return l.Addr(), nil
}

// Line is the line, nil while there is none.
func (p *Phone) Line() *line.Line { return p.open.Load() }

// Close ends what goes on with a word to each caller, as long as ctx allows, and closes the line.
func (p *Phone) Close(ctx context.Context) error {
	p.Stop(ctx)
	if l := p.open.Swap(nil); l != nil {
		return l.Close()
	}
	return nil
}

// Stop ends what goes on with a word to each caller, and returns when all have hung up or ctx ends.
// The line is closed afterwards.
func (p *Phone) Stop(ctx context.Context) {
	p.once.Do(func() { close(p.stopping) })
	done := make(chan struct{})
	go func() { p.going.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

var errStopping = errors.New("phone: the line is closing")

// begin notes a call with a number that is on the line; end notes that it is over.
func (p *Phone) begin(number string, c *line.Call) (o *calls.Ongoing, end func()) {
	o = p.Calls.Begin(number, p.Voice.Division, c.Hangup)
	p.callers.Store(o.ID(), c)
	return o, func() {
		o.End()
		p.callers.Delete(o.ID())
	}
}

// Handle is the line's handler: one call, from when it rings until it is over.
func (p *Phone) Handle(ctx context.Context, c *line.Call) {
	p.going.Add(1)
	defer p.going.Done()
	if err := errors.Join(c.Ring(), c.Answer()); err != nil {
		return
	}
	o, end := p.begin(c.From, c)
	defer end()
	p.serve(ctx, c, func() string {
		if o.Promise().IsZero() {
			return "请过一会儿再打。"
		}
		return "我们会给您回电话。"
	}, func(ctx context.Context) error { return p.receive(ctx, c, o) })
}

// serve runs a conversation until it is over. Where the line closes meanwhile, the caller is told, with
// what follows.
func (p *Phone) serve(ctx context.Context, c *line.Call, follows func() string, talk func(ctx context.Context) error) {
	inner, done := p.whileOpen(ctx)
	defer done()
	err := talk(inner)
	if errors.Is(context.Cause(inner), errStopping) && ctx.Err() == nil {
		_ = p.tell(ctx, c, "对不起，电话服务要停一会儿。您办到一半的事都留着，"+follows()+goodbye)
		return
	}
	if err != nil && !errors.Is(err, line.ErrOver) && ctx.Err() == nil {
		p.Log.Error("a call broke", "error", err)
	}
}

// whileOpen is a context that ends when the line closes, by errStopping.
func (p *Phone) whileOpen(ctx context.Context) (inner context.Context, done func()) {
	inner, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-p.stopping:
			cancel(errStopping)
		case <-inner.Done():
		}
	}()
	return inner, func() { cancel(nil) }
}

// tell says something that asks nothing, and no key stops it. A voice that fails ends no call.
func (p *Phone) tell(ctx context.Context, c *line.Call, text string) error {
	err := speak(ctx, p.Voice.Speech, c.PlayOut, text, speech.Style{})
	c.Forget()
	var h human
	if errors.As(err, &h) {
		p.Log.Error("a caller heard nothing", "error", err)
		return nil
	}
	return err
}

// receive speaks with whoever calls: a human first where staffing allows, else the menu, and
// a human wherever keys do not lead on.
func (p *Phone) receive(ctx context.Context, c *line.Call, o *calls.Ongoing) error {
	from := p.whose(ctx, c.From)
	if done, err := p.humanFirst(ctx, c, o, from.Callers); done || err != nil {
		return err
	}
	end, err := p.Voice.Lead(ctx, c, from, o)
	if end.Human == "" || errors.Is(err, line.ErrOver) || ctx.Err() != nil {
		return err
	}
	if err != nil { // what broke is ours to mend; the caller is served
		p.Log.Error("a dialogue broke", "error", err)
	}
	return p.queue(ctx, c, o, connecting)
}

// whose looks up whose number calls, for as long as a caller has patience: what can't be found out
// by then is looked up when they are led.
func (p *Phone) whose(ctx context.Context, number string) From {
	look, stop := context.WithTimeout(ctx, seconds(rules.PatienceSeconds))
	defer stop()
	all, err := p.Voice.People.Callers(look, number)
	return From{Number: number, Callers: all, Found: err == nil}
}

// humanFirst rings an operator for an elder who is known, for as long as the rules say; done when
// they have spoken.
func (p *Phone) humanFirst(ctx context.Context, c *line.Call, o *calls.Ongoing, callers []people.Caller) (done bool, err error) {
	if len(callers) == 0 {
		return false, nil // whoever is not known yet, or can't be looked up now, is asked
	}
	oldest := callers[0]
	for _, x := range callers {
		if x.Age > oldest.Age {
			oldest = x
		}
	}
	greeting := hello
	if len(callers) == 1 {
		o.Known(oldest)
		greeting = oldest.Polite + "，" + hello
	}
	if !p.Calls.HumanFirst(oldest.Age, o) {
		return false, nil
	}
	taken := o.Wait(true)
	wait, cancel := context.WithTimeout(ctx, p.Waits.HumanFirst)
	defer cancel()
	t, err := p.hold(wait, c, taken, func(ctx context.Context) error {
		if err := p.tell(ctx, c, greeting+"正在给您接工作人员。"); err != nil {
			return err
		}
		return p.ring(ctx, c)
	})
	if t == nil && wait.Err() != nil && ctx.Err() == nil {
		if t, err = p.unwait(ctx, c, o, taken); t == nil && err == nil {
			return false, p.tell(ctx, c, "工作人员都在忙，您可以先按键办。")
		}
	}
	if t == nil {
		return true, err
	}
	return true, p.talk(ctx, c, o, t)
}

// unwait takes the caller out of the queue, unless an operator was faster. It rings on while one answers whose telephone is
// not up yet.
func (p *Phone) unwait(ctx context.Context, c *line.Call, o *calls.Ongoing, taken <-chan calls.Leg) (calls.Leg, error) {
	for {
		out, settled := o.Unwait()
		switch {
		case out:
			return nil, nil
		case settled == nil:
			select {
			case t := <-taken: // it is there, or comes at once
				return t, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		rung, cancel := context.WithCancel(ctx)
		go func() {
			defer cancel()
			select {
			case <-settled:
			case <-rung.Done():
			}
		}()
		err := p.ring(rung, c) // until it is told to stop
		cancel()
		if ctx.Err() != nil || errors.Is(err, line.ErrOver) {
			return nil, err
		}
	}
}

// hold does something with the caller until an operator takes the call: nil when none does
// before ctx ends.
func (p *Phone) hold(ctx context.Context, c *line.Call, taken <-chan calls.Leg, meanwhile func(ctx context.Context) error) (calls.Leg, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- meanwhile(inner) }()
	select {
	case t := <-taken:
		cancel()
		<-done
		return t, nil
	case err := <-done:
		return nil, err
	}
}

// queue lets the caller wait until an operator takes the call: they hear their place, and after a
// while until when they are called back if they hang up.
func (p *Phone) queue(ctx context.Context, c *line.Call, o *calls.Ongoing, lead string) error {
	taken := o.Wait(false)
	t, err := p.hold(ctx, c, taken, func(ctx context.Context) error { return p.waiting(ctx, c, o, lead) })
	if t == nil {
		return err
	}
	return p.talk(ctx, c, o, t)
}

// waiting is what a caller hears who waits.
func (p *Phone) waiting(ctx context.Context, c *line.Call, o *calls.Ongoing, lead string) error {
	if err := p.tell(ctx, c, lead); err != nil {
		return err
	}
	promise := time.NewTimer(p.Waits.Promise)
	defer promise.Stop()
	if !p.Calls.Staffed(o) {
		promise.Reset(0) // nobody is there: they need not wait to hear it
	}
	position := time.NewTicker(p.Waits.Position)
	defer position.Stop()
	for {
		rung, cancel := context.WithCancel(ctx)
		over := make(chan error, 1)
		go func() { over <- p.ring(rung, c) }()
		text := ""
		select {
		case <-promise.C:
			text = p.promise(o)
		case <-position.C:
			text = place(o.Position())
		case err := <-over:
			cancel()
			return err
		}
		cancel()
		<-over
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.tell(ctx, c, text); err != nil {
			return err
		}
	}
}

func place(n int) string {
	if n == 0 {
		return "下一位就是您，请稍等。"
	}
	return fmt.Sprintf("您前面还有%d位，请稍等。", n)
}

// promise promises a call, in words.
func (p *Phone) promise(o *calls.Ongoing) string {
	now := o.Now()
	at := o.Promise()
	local := at.In(civic.Shanghai)
	switch {
	case at.IsZero():
		return "工作人员都在忙。您的电话没有显示号码，没法给您回电话，请您再等一等，或者过一会儿再打。"
	case at.Sub(now) > time.Hour:
		day := "明早"
		if local.Day() == now.In(civic.Shanghai).Day() {
			day = "今早"
		}
		return fmt.Sprintf("现在夜里接电话的人少。有危险请马上打120、110或者119。别的事您可以挂机，%s%d点前我们给您打过去。", day, local.Hour())
	}
	return fmt.Sprintf("工作人员都在忙。您可以挂机，我们%d分钟内给您打过去。愿意等，就不用挂。", int(math.Ceil(at.Sub(now).Minutes())))
}

// talk joins the caller with the operator who has taken the call, until one hangs up. Whom the operator passes on waits
// again.
func (p *Phone) talk(ctx context.Context, c *line.Call, o *calls.Ongoing, taken calls.Leg) error {
	leg, ok := taken.(*line.Call)
	if !ok {
		taken.Hangup()
		return fmt.Errorf("phone: a %T is no telephone of the line", taken)
	}
	line.Bridge(ctx, c, leg)
	switch {
	case ctx.Err() != nil:
	case o.Passed(leg):
		return p.queue(ctx, c, o, "请稍等，正在给您转给同事。")
	case c.Context().Err() != nil:
	case leg.Gone() == line.HungUp: // the operator put the receiver down
		leg.Hangup()
		return p.tell(ctx, c, "通话结束了。"+goodbye)
	case o.Dropped(leg):
		return p.queue(ctx, c, o, cutOff)
	}
	leg.Hangup()
	return nil
}

// cutOff is what callers hear whose operator's telephone failed.
const cutOff = "对不起，刚才断线了。请不要挂机，正在重新给您接。"

// ring plays the tone of a telephone that rings elsewhere until ctx ends.
func (p *Phone) ring(ctx context.Context, c *line.Call) error {
	for {
		c.Forget() // a key stops nothing here
		if err := c.Play(ctx, ringback); err != nil {
			return err
		}
	}
}
