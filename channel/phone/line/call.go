package line

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"yinqiao/speech"
)

// ErrOver is a call that is over: the other side hung up, or the line is closing.
var ErrOver = errors.New("line: the call is over")

// Call is one call: of somebody who called, of somebody whom we called, or of a colleague at
// their browser. Its methods may be used until the handler returns, or, of a call that we
// made, until Hangup.
type Call struct {
	From string // the number that calls, digits only; "" if it is withheld or none
	To   string // the number that was called, digits only
	// Phone is the extension of the desk phone that called, proven by its secret; "" for calls
	// from outside.
	Phone string
	// Began is when the call came in or was made.
	Began time.Time

	line    *Line
	media   *media
	id      uint64
	version uint64 // of our session description
	leg     leg
	ctx     context.Context // until the call is over
	cancel  context.CancelFunc
	up      chan struct{} // closed when it was answered
	rising  sync.Once
	gone    atomic.Int32 // how it went, a Gone
	once    string       // the number under which it counts as one of a few at once; "" for none
	beside  bool         // of an operator: it takes none of the places of those who call
	ending  sync.Once
	left    sync.Once
	key     string // under which the line finds it; "" for not yet

	mu    sync.Mutex
	offer *description // what the other side said last; nil until it has
	at    sip.ContactHeader
}

// Gone is how the other side of a call went.
type Gone int32

// The ways to go.
const (
	Lost   Gone = iota // without a word: its network or its machine failed
	HungUp             // they put the receiver down
	Closed             // a browser closed the page that the call was in, whether or not anybody meant to hang up
)

// Gone is how the other side went, of a call that is over and was not hung up by us.
func (c *Call) Gone() Gone { return Gone(c.gone.Load()) }

// Up is closed when the call was answered, and sound can go both ways.
func (c *Call) Up() <-chan struct{} { return c.up }

func (c *Call) isUp() bool {
	select {
	case <-c.up:
		return true
	default:
		return false
	}
}

// leg is the signalling of a call.
type leg interface {
	// bye ends a call that was answered.
	bye(ctx context.Context) error
	// asks whether the other side is still in the call.
	asks(ctx context.Context) bool
}

// dialog is a leg by SIP, whichever side began it.
type dialog interface {
	leg
	ReadBye(req *sip.Request, tx sip.ServerTransaction) error
	ReadRequest(req *sip.Request, tx sip.ServerTransaction) error
}

// inbound is a call that came in.
type inbound struct {
	*sipgo.DialogServerSession
	tx sip.ServerTransaction
}

func (d *inbound) bye(ctx context.Context) error { return d.Bye(ctx) }

func (d *inbound) asks(ctx context.Context) bool {
	return stays(ctx, d, d.InviteRequest.Contact(), d.InviteRequest.Transport())
}

// stays asks who is at a contact, within their call, whether they are still in it: whoever knows the
// call answers, whatever they know of such questions (RFC 5057).
func stays(ctx context.Context, d interface {
	Do(ctx context.Context, req *sip.Request) (*sip.Response, error)
}, contact *sip.ContactHeader, transport string) bool {
	if contact == nil {
		return false
	}
	req := sip.NewRequest(sip.OPTIONS, contact.Address)
	req.SetTransport(transport)
	res, err := d.Do(ctx, req)
	return err == nil && res.StatusCode != sip.StatusCallTransactionDoesNotExists && res.StatusCode != sip.StatusRequestTimeout
}

// refuse ends a call that was not answered. It does not wait for the other side to say that it knows, as the session's own would
// for half a minute: the transaction repeats the answer by itself.
func (d *inbound) refuse(code int, reason string) error {
	return d.tx.Respond(sip.NewResponseFromRequest(d.InviteRequest, code, reason, nil))
}

// outbound is a call that we made.
type outbound struct{ *sipgo.DialogClientSession }

func (d *outbound) bye(ctx context.Context) error { return d.Bye(ctx) }

func (d *outbound) asks(ctx context.Context) bool {
	return stays(ctx, d, d.InviteResponse.Contact(), d.InviteRequest.Transport())
}

// Done is closed when the call is over.
func (c *Call) Done() <-chan struct{} { return c.ctx.Done() }

// Context ends with the call.
func (c *Call) Context() context.Context { return c.ctx }

// Law is how the other side's sound is coded.
func (c *Call) Law() speech.Law { return c.media.coding() }

// Ring tells the caller that somebody is being called. Of a call that we made it does nothing.
func (c *Call) Ring() error {
	in, ok := c.leg.(*inbound)
	if !ok || c.isUp() {
		return c.over()
	}
	return in.Respond(sip.StatusRinging, "Ringing", nil)
}

// Answer picks the call up, and returns when the other side knows. ErrOver if they hung up
// meanwhile. Of a call that is up it does nothing.
func (c *Call) Answer() error {
	in, ok := c.leg.(*inbound)
	if err := c.over(); err != nil || !ok || c.isUp() {
		return err
	}
	c.mu.Lock()
	body := session(c.id, c.version, c.line.mediaAddr(c.media, c.at), c.offer)
	c.mu.Unlock()
	res := sip.NewSDPResponseFromRequest(in.InviteRequest, body)
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	known := make(chan error, 1)
	go func() { known <- in.WriteResponse(res) }() // it looks up every few seconds only
	select {
	case err := <-known:
		if err != nil {
			return errors.Join(ErrOver, err)
		}
	case <-c.ctx.Done():
		return ErrOver
	}
	c.begun()
	return nil
}

// begun is a call that was answered: sound flows.
func (c *Call) begun() {
	c.media.hear()
	c.line.pacer.add(c.media)
	c.rising.Do(func() { close(c.up) })
}

// Play plays a sound to its end. A key that is pressed stops it and is left for Key, so that
// nobody has to hear what they know. ErrOver when the call is over.
func (c *Call) Play(ctx context.Context, p speech.PCM) error {
	if len(c.media.keys) > 0 {
		return c.over()
	}
	return c.play(ctx, p, false)
}

// PlayOut plays a sound to its end, whatever is pressed meanwhile: what has to be heard. Keys are left for Key.
func (c *Call) PlayOut(ctx context.Context, p speech.PCM) error { return c.play(ctx, p, true) }

func (c *Call) play(ctx context.Context, p speech.PCM, whole bool) error {
	done := c.media.play(p, whole)
	defer c.media.stop(done)
	select {
	case <-done:
	case <-ctx.Done():
		return c.ended(ctx)
	case <-c.ctx.Done():
	}
	return c.over()
}

func (c *Call) over() error {
	if c.ctx.Err() != nil {
		return ErrOver
	}
	return nil
}

// ended says why a wait ended early. The handler's context ends with the call, and which of
// the two is seen first is chance: that the call is over comes first.
func (c *Call) ended(ctx context.Context) error {
	if err := c.over(); err != nil {
		return err
	}
	return ctx.Err()
}

// Key waits for a key: 0 to 9, * or #; 0 as a byte when none was pressed in time. ErrOver when
// the call is over.
func (c *Call) Key(ctx context.Context, wait time.Duration) (byte, error) {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case k := <-c.media.keys:
		return k, nil
	default:
	}
	select {
	case k := <-c.media.keys:
		return k, nil
	case <-t.C:
		return 0, c.over()
	case <-ctx.Done():
		return 0, c.ended(ctx)
	case <-c.ctx.Done():
		return 0, ErrOver
	}
}

// Forget drops keys that were pressed and not read: those of a question before.
func (c *Call) Forget() {
	for {
		select {
		case <-c.media.keys:
		default:
			return
		}
	}
}

// lastWords is how long a telephone has sound in hand before it is heard.
const lastWords = 200 * time.Millisecond

// Hangup ends the call, when what was played last has been heard. It returns when the call is
// over.
func (c *Call) Hangup() {
	c.ending.Do(func() {
		defer c.cancel() // whether or not the other side answers
		if in, ok := c.leg.(*inbound); ok && !answered(in) {
			if c.over() == nil {
				_ = in.refuse(sip.StatusTemporarilyUnavailable, "Temporarily Unavailable") // who called may be gone already
			}
			return
		}
		if c.isUp() {
			select {
			case <-time.After(lastWords):
			case <-c.ctx.Done():
				return
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), byeWait)
		defer cancel()
		_ = c.leg.bye(ctx) // the other side may be gone already
	})
	if _, in := c.leg.(*inbound); !in {
		c.line.leave(c)
	}
}

// Bridge connects two calls until one of them is over or ctx is; both stay up.
func Bridge(ctx context.Context, a, b *Call) {
	bridge(a.media, b.media)
	defer unbridge(a.media, b.media)
	select {
	case <-ctx.Done():
	case <-a.ctx.Done():
	case <-b.ctx.Done():
	}
}
