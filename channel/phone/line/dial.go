package line

import (
	"context"
	"errors"
	"net/netip"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// Why a call that we made was not answered.
var (
	// ErrBusy is somebody who speaks with someone else.
	ErrBusy = errors.New("line: busy")
	// ErrNoAnswer is a telephone that rang in vain, or that can't be reached just now.
	ErrNoAnswer = errors.New("line: no answer")
	// ErrRefused is somebody who declined, or a trunk that won't connect this call.
	ErrRefused = errors.New("line: refused")
	// ErrNoNumber is a number that nobody has: to try it again is of no use.
	ErrNoNumber = errors.New("line: no such number")
	// ErrTrunk is a trunk that does not work, or a line that has none.
	ErrTrunk = errors.New("line: calls can't go out")
	// ErrFull is a line of which every call is taken.
	ErrFull = errors.New("line: every call is taken")
	// ErrNotThere is a desk phone that is not registered.
	ErrNotThere = errors.New("line: the desk phone is not registered")
)

// place is where a call is sent.
type place struct {
	uri            sip.Uri
	at             netip.AddrPort
	tcp            bool
	user, password string
}

// Dial calls a number of 3 to 20 digits by the trunk, and returns when it was answered. The
// call is its caller's to end, by Hangup. When ctx is over before, the call is taken back; if
// its deadline passed, the error is ErrNoAnswer. Nothing that comes in by the line leads here:
// who is called is decided by our own side alone, and where a trunk or a telephone would have
// the call sent on (3xx), it is not.
func (l *Line) Dial(ctx context.Context, to string) (*Call, error) {
	out := l.config.Out
	if !out.Addr.IsValid() {
		return nil, ErrTrunk
	}
	if len(to) < 3 || digits(to) != to {
		return nil, ErrNoNumber
	}
	uri := sip.Uri{Scheme: "sip", User: to, Host: out.Addr.Addr().String(), Port: int(out.Addr.Port())}
	return l.place(ctx, l.newCall(out.From, to, out.Addr.Addr()), place{uri, out.Addr, out.TCP, out.User, out.Password})
}

// Dials reports whether the line has a trunk that calls go out by.
func (l *Line) Dials() bool { return l.config.Out.Addr.IsValid() }

// place makes a call and waits until it is answered.
func (l *Line) place(ctx context.Context, c *Call, p place) (*Call, error) {
	if err := l.reserve(c); err != nil {
		return nil, err
	}
	d, err := l.invite(c, p)
	if err != nil {
		l.leave(c)
		return nil, errors.Join(ErrTrunk, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(l.ctx, cancel) // the line closes
	end := func() { stop(); cancel() }
	answer := make(chan error, 1)
	go func() { answer <- await(ctx, d, p) }()
	select {
	case err = <-answer:
		defer end()
	case <-ctx.Done():
		err = ctx.Err()
		go func() { // who gives up does not wait until the other side knows
			defer end()
			c.takeBack(d, <-answer)
		}()
	}
	if err != nil {
		if err := ctx.Err(); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				return nil, ErrNoAnswer
			}
			return nil, err
		}
		l.leave(c)
		return nil, whyNot(err)
	}
	return c, c.connect(d)
}

// reserve counts in a call that we make. Operators' are beside those who call: a line that is full of callers
// is one that has to be answered.
func (l *Line) reserve(c *Call) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing {
		return ErrTrunk
	}
	if !c.beside && l.taken >= l.config.Most {
		return ErrFull
	}
	l.count(c)
	return nil
}

// invite sends the call.
func (l *Line) invite(c *Call, p place) (*sipgo.DialogClientSession, error) {
	var err error
	if c.media, err = l.openMedia(); err != nil {
		return nil, err
	}
	transport := "UDP"
	if p.tcp {
		transport = "TCP"
	}
	req := sip.NewRequest(sip.INVITE, p.uri)
	req.SetTransport(transport)
	req.SetDestination(p.at.String())
	from := sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: c.From, Host: c.at.Address.Host}, Params: sip.NewParams()}
	from.Params.Add("tag", sip.GenerateTagN(16))
	req.AppendHeader(&from)
	req.AppendHeader(sip.NewHeader("Allow", allowed))
	req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	req.SetBody(session(c.id, c.version, l.mediaAddr(c.media, c.at), nil))
	ua := &sipgo.DialogUA{Client: l.clients[transport], ContactHDR: c.at, RewriteContact: true}
	return ua.WriteInvite(l.ctx, req)
}

// answersMost is how many responses the session waits for at a time: a telephone that rings
// for long may send more.
const answersMost = 10

// await waits for the answer, and takes the call back when ctx is over.
func await(ctx context.Context, d *sipgo.DialogClientSession, p place) error {
	for {
		n := 0
		err := d.WaitAnswer(ctx, sipgo.AnswerOptions{Username: p.user, Password: p.password, OnResponse: func(*sip.Response) error {
			n++
			return nil
		}})
		if err == nil || n <= answersMost || ctx.Err() != nil {
			return err
		}
	}
}

// takeBack ends a call that nobody waits for any more; it may have been answered meanwhile.
func (c *Call) takeBack(d *sipgo.DialogClientSession, err error) {
	defer c.line.leave(c)
	if r := d.InviteResponse; err != nil && (r == nil || !r.IsSuccess()) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), byeWait)
	defer cancel()
	if d.Ack(ctx) == nil {
		_ = d.Bye(ctx) // the other side may be gone
	}
}

// connect is a call that was answered.
func (c *Call) connect(d *sipgo.DialogClientSession) error {
	answer, err := readSDP(d.InviteResponse.Body())
	if err != nil {
		c.takeBack(d, nil)
		return errors.Join(ErrRefused, err)
	}
	c.leg = &outbound{d}
	c.ctx, c.cancel = context.WithCancel(d.Context())
	c.offer = &answer
	c.media.follow(answer, source(d.InviteResponse))
	c.line.enter(d.ID, c)
	ctx, cancel := context.WithTimeout(c.ctx, byeWait)
	defer cancel()
	if err := d.Ack(ctx); err != nil {
		c.Hangup()
		return errors.Join(ErrTrunk, err)
	}
	c.begun()
	return nil
}

// whyNot reads why a call was not answered.
func whyNot(err error) error {
	var no *sipgo.ErrDialogResponse
	if !errors.As(err, &no) {
		return errors.Join(ErrTrunk, err)
	}
	switch code := no.Res.StatusCode; code {
	case sip.StatusBusyHere, sip.StatusGlobalBusyEverywhere:
		return ErrBusy
	case sip.StatusRequestTimeout, sip.StatusTemporarilyUnavailable, sip.StatusRequestTerminated:
		return ErrNoAnswer
	case sip.StatusNotFound, sip.StatusGone, sip.StatusAddressIncomplete, sip.StatusGlobalDoesNotExistAnywhere:
		return ErrNoNumber
	case sip.StatusUnauthorized, sip.StatusProxyAuthRequired:
		return ErrTrunk // the trunk does not know us
	default:
		if code >= 500 && code < 600 {
			return ErrTrunk
		}
		return ErrRefused
	}
}
