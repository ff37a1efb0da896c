package phone

import (
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

// Handle is the line's handler: one call, from when it rings until it is over.
func (p *Phone) Handle(ctx context.Context, c *line.Call) {
	p.going.Add(1)
	defer p.going.Done()
	if err := errors.Join(c.Ring(), c.Answer()); err != nil {
		return
	}
	o := p.Calls.Begin(c.From, p.Voice.Division, c.Hangup)
	p.callers.Store(o.ID(), c)
	defer p.callers.Delete(o.ID())
	defer o.End()
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
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-p.stopping:
			cancel(errStopping)
		case <-inner.Done():
		}
	}()
	err := talk(inner)
	if errors.Is(context.Cause(inner), errStopping) && ctx.Err() == nil {
		_ = p.tell(ctx, c, "对不起，电话服务要停一会儿。您办到一半的事都留着，"+follows()+goodbye)
		return
	}
	if err != nil && !errors.Is(err, line.ErrOver) && ctx.Err() == nil {
		p.Log.Error("a call broke", "error", err)
	}
}

// tell says something that asks nothing. A voice that fails ends no call.
func (p *Phone) tell(ctx context.Context, c *line.Call, text string) error {
	c.Forget() // no key stops it
	err := speak(ctx, p.Voice.Speech, c, text, speech.Style{})
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
	if done, err := p.humanFirst(ctx, c, o); done || err != nil {
		return err
	}
	end, err := p.Voice.Lead(ctx, c, c.From, o)
	if end.Human == "" || errors.Is(err, line.ErrOver) || ctx.Err() != nil {
		return err
	}
	if err != nil { // what broke is ours to mend; the caller is served
		p.Log.Error("a dialogue broke", "error", err)
	}
	return p.queue(ctx, c, o, "请稍等，正在给您接工作人员。")
}

// humanFirst rings an operator for an elder who is known, for as long as the rules say; done when
// they have spoken.
func (p *Phone) humanFirst(ctx context.Context, c *line.Call, o *calls.Ongoing) (done bool, err error) {
	look, stop := context.WithTimeout(ctx, seconds(rules.PatienceSeconds))
	callers, err := p.Voice.People.Callers(look, c.From)
	stop()
	if err != nil || len(callers) == 0 {
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
		if o.Unwait() {
			return false, p.tell(ctx, c, "工作人员都在忙，您可以先按键办。")
		}
		x := <-taken // an operator was faster
		t, err = &x, nil
	}
	if t == nil {
		return true, err
	}
	return true, p.talk(ctx, c, o, *t)
}

// hold does something with the caller until an operator takes the call: nil when none does
// before ctx ends.
func (p *Phone) hold(ctx context.Context, c *line.Call, taken <-chan calls.Taken, meanwhile func(ctx context.Context) error) (*calls.Taken, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- meanwhile(inner) }()
	select {
	case t := <-taken:
		cancel()
		<-done
		return &t, nil
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
	return p.talk(ctx, c, o, *t)
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
func (p *Phone) talk(ctx context.Context, c *line.Call, o *calls.Ongoing, t calls.Taken) error {
	leg, ok := t.Leg.(*line.Call)
	if !ok {
		t.Leg.Hangup()
		return fmt.Errorf("phone: a %T is no telephone of the line", t.Leg)
	}
	line.Bridge(ctx, c, leg)
	if o.Passed() {
		return p.queue(ctx, c, o, "请稍等，正在给您转给同事。")
	}
	leg.Hangup()
	return nil
}

// ring plays the tone of a telephone that rings elsewhere until ctx ends.
func (p *Phone) ring(ctx context.Context, c *line.Call) error {
	for {
		c.Forget() // a key stops nothing here
		if err := c.Play(ctx, ringback); err != nil {
			return err
		}
	}
}

// ringback is 450 Hz for a second, and four of silence (GB/T 3380).
var ringback = func() speech.PCM {
	out := speech.PCM{Rate: 8000, Samples: make([]int16, 5*8000)}
	for i := range 8000 {
		out.Samples[i] = int16(2500 * math.Sin(2*math.Pi*450*float64(i)/8000))
	}
	return out
}()
