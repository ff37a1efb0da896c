package line

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

func (l *Line) onInvite(req *sip.Request, tx sip.ServerTransaction) {
	if to := req.To(); to == nil || req.From() == nil || req.CallID() == nil || req.CSeq() == nil {
		respond(tx, req, sip.StatusBadRequest, "Bad Request")
		return
	} else if to.Params.Has("tag") {
		l.onChange(req, tx)
		return
	}
	from := source(req)
	phone := ""
	if !l.isTrunk(from) {
		if phone = l.prove(req, tx); phone == "" {
			return
		}
	}
	c := l.newCall(user(req.From().Address), user(req.Recipient), from)
	if c.Phone = phone; phone != "" {
		c.From = phone // who proved to be one extension is not another
	}
	if len(l.config.Numbers) > 0 && !slices.Contains(l.config.Numbers, c.To) {
		respond(tx, req, sip.StatusNotFound, "Not Found") // we are nobody's way to somebody else
		return
	}
	if code, reason := l.admit(c, from); code != 0 {
		respond(tx, req, code, reason, sip.NewHeader("Retry-After", "30"))
		return
	}
	if err := l.begin(c, req, tx, from); err != nil {
		l.leave(c)
		code, reason := sip.StatusInternalServerError, "Server Internal Error"
		switch {
		case errors.Is(err, errNoSound):
			code, reason = sip.StatusNotAcceptableHere, "Not Acceptable Here"
		case errors.Is(err, errGarbled):
			code, reason = sip.StatusBadRequest, "Bad Request"
		}
		respond(tx, req, code, reason)
		return
	}
	l.run(c)
}

// newCall is a call with someone who signals from an address.
func (l *Line) newCall(from, to string, peer netip.Addr) *Call {
	return &Call{From: from, To: to, Began: l.config.Clock(), line: l, up: make(chan struct{}), id: rand.Uint64() >> 1, version: 1,
		at: sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "line", Host: l.facing(peer).String(), Port: int(l.Addr().Port())}}}
}

// admit counts a call in, or says why it is not taken.
func (l *Line) admit(c *Call, from netip.Addr) (code int, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing {
		return sip.StatusServiceUnavailable, "Service Unavailable"
	}
	if l.taken >= l.config.Most {
		return sip.StatusBusyHere, "Busy Here"
	}
	if c.Phone == "" && !l.mayCall(c, from) {
		return sip.StatusServiceUnavailable, "Service Unavailable"
	}
	l.count(c)
	if c.Phone == "" && c.From != "" {
		c.once = c.From
		l.atOnce[c.once]++
	}
	return 0, ""
}

// mayCall reports whether a number does not call too often, or too often at once; whoever withholds theirs is one of all who come
// from the same address. The caller holds mu.
func (l *Line) mayCall(c *Call, from netip.Addr) bool {
	if c.From == "" {
		return l.config.Withheld == 0 || l.calling.allow("from "+from.String(), l.config.Withheld, c.Began)
	}
	if l.config.AtOnce > 0 && l.atOnce[c.From] >= l.config.AtOnce {
		return false
	}
	return l.calling.allow(c.From, l.config.EachHour, c.Began)
}

var errGarbled = errors.New("line: the call can't be read")

// begin makes the dialog and the port of a call.
func (l *Line) begin(c *Call, req *sip.Request, tx sip.ServerTransaction, from netip.Addr) (err error) {
	if body := req.Body(); len(body) > 0 {
		d, err := readSDP(body)
		if err != nil {
			if errors.Is(err, errNoSound) {
				return err
			}
			return errors.Join(errGarbled, err)
		}
		c.offer = &d
	}
	if c.media, err = l.openMedia(); err != nil {
		return err
	}
	if c.offer != nil {
		c.media.follow(*c.offer, from)
	}
	client := l.clients[strings.ToUpper(req.Transport())]
	if client == nil {
		return errGarbled
	}
	ua := sipgo.DialogUA{Client: client, ContactHDR: c.at, RewriteContact: true}
	in, err := ua.ReadInvite(req, tx)
	if err != nil {
		return errors.Join(errGarbled, err)
	}
	c.leg = &inbound{in, tx}
	c.ctx, c.cancel = context.WithCancel(in.Context())
	l.enter(in.ID, c)
	return nil
}

// enter makes a call findable by its dialog, and hears its sound.
func (l *Line) enter(id string, c *Call) {
	l.mu.Lock()
	l.calls[id], c.key = c, id
	l.mu.Unlock()
	if c.media.conn != nil {
		go c.media.listen()
	}
	if c.media.rtcp != nil {
		go c.media.reports()
	}
	go l.watch(c)
}

// run has the handler speak with the caller, and ends the call.
func (l *Line) run(c *Call) {
	ctx, cancel := context.WithCancel(c.ctx)
	l.handler(ctx, c)
	cancel()
	c.Hangup()
	l.leave(c)
}

// watch ends a call whose other side has gone without a word. Who is silent may listen, be on hold, or send nothing
// while they say nothing: they are asked by the way the call is signalled before they are taken for gone. Whoever is not on hold and
// of whom nothing is heard for some times longer has a way for their sound that does not work, whoever answers for them.
// How often it looks is no rule, so a ticker does; how long nothing has come is judged by the clock.
func (l *Line) watch(c *Call) {
	t := time.NewTicker(l.config.Silent / 4)
	defer t.Stop()
	for {
		select {
		case <-c.ctx.Done():
			if _, in := c.leg.(*inbound); !in { // a call that came in is left when its handler is done
				l.leave(c)
			}
			return
		case <-t.C:
		}
		if c.isUp() && c.media.gone(l.config.Silent) && !c.there() {
			c.Hangup()
			return
		}
	}
}

// there asks the other side of a call that is silent whether it is there.
func (c *Call) there() bool {
	if !c.media.onHold() && c.media.gone(c.line.config.Silent*deafFor) {
		return false
	}
	ctx, cancel := context.WithTimeout(c.ctx, byeWait)
	defer cancel()
	return c.leg.asks(ctx)
}

// leave frees what a call had.
func (l *Line) leave(c *Call) {
	c.left.Do(func() {
		if c.cancel != nil {
			c.cancel()
		}
		if c.media != nil {
			l.pacer.remove(c.media)
			c.media.close()
		}
		if b, ok := c.leg.(browserLeg); ok {
			_ = b.Close()
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.calls[c.key] == c {
			delete(l.calls, c.key)
		}
		if !c.beside {
			l.taken--
		}
		if c.once != "" {
			if l.atOnce[c.once]--; l.atOnce[c.once] == 0 {
				delete(l.atOnce, c.once)
			}
		}
		l.going.Done()
	})
}
