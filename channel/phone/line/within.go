package line

import (
	"github.com/emiago/sipgo/sip"
)

// call finds the call that a request is within, and its dialog.
func (l *Line) call(req *sip.Request) (*Call, dialog) {
	if req.CallID() == nil || req.To() == nil || req.From() == nil || req.CSeq() == nil {
		return nil, nil
	}
	theirs, err := sip.DialogIDFromRequestUAS(req)
	if err != nil {
		return nil, nil
	}
	ours, err := sip.DialogIDFromRequestUAC(req) // of a call that we made
	if err != nil {
		return nil, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.calls[theirs]; c != nil {
		if d, ok := c.leg.(*inbound); ok {
			return c, d
		}
	}
	if c := l.calls[ours]; c != nil {
		if d, ok := c.leg.(*outbound); ok {
			return c, d
		}
	}
	return nil, nil
}

func (l *Line) onAck(req *sip.Request, tx sip.ServerTransaction) {
	c, dialog := l.call(req)
	if c == nil {
		return
	}
	c.mu.Lock()
	if body := req.Body(); c.offer == nil && len(body) > 0 {
		if d, err := readSDP(body); err == nil { // the answer to our offer
			c.offer = &d
			c.media.follow(d, source(req))
		}
	}
	c.mu.Unlock()
	if in, ok := dialog.(*inbound); ok {
		_ = in.ReadAck(req, tx) // one that is late or twice is of no matter
	}
}

func (l *Line) onBye(req *sip.Request, tx sip.ServerTransaction) {
	c, d := l.call(req)
	if c == nil {
		respond(tx, req, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
		return
	}
	if in, ok := d.(*inbound); ok && !answered(in) { // who takes their call back by BYE is told of both (RFC 3261, 15.1.2)
		_ = in.refuse(sip.StatusRequestTerminated, "Request Terminated")
	}
	c.gone.Store(int32(HungUp)) // before the dialog says that it is over
	if err := d.ReadBye(req, tx); err != nil {
		respond(tx, req, sip.StatusBadRequest, "Bad Request")
		return
	}
	c.cancel()
}

func (l *Line) onInfo(req *sip.Request, tx sip.ServerTransaction) {
	c, _ := l.call(req)
	if c == nil {
		respond(tx, req, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
		return
	}
	kind := ""
	if h := req.ContentType(); h != nil {
		kind = h.Value()
	}
	if key, ok := infoKey(kind, req.Body()); ok {
		c.media.pressByInfo(key)
	}
	respond(tx, req, sip.StatusOK, "OK")
}

func (l *Line) onUpdate(req *sip.Request, tx sip.ServerTransaction) {
	if c, _ := l.call(req); c == nil {
		respond(tx, req, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
		return
	}
	respond(tx, req, sip.StatusOK, "OK") // a refresh of the session's time; sound is changed by INVITE
}

// answered reports whether a call was picked up. That the other side's word of it and what it
// says next may be read in either order is no matter.
func answered(d dialog) bool {
	in, ok := d.(*inbound)
	return !ok || in.LoadState() >= sip.DialogStateEstablished
}

// onChange is an INVITE within a call: put on hold, taken back, or moved elsewhere.
func (l *Line) onChange(req *sip.Request, tx sip.ServerTransaction) {
	c, dialog := l.call(req)
	if c == nil {
		respond(tx, req, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
		return
	}
	if !answered(dialog) {
		respond(tx, req, sip.StatusRequestPending, "Request Pending")
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if body := req.Body(); len(body) > 0 {
		d, err := readSDP(body)
		if err != nil {
			respond(tx, req, sip.StatusNotAcceptableHere, "Not Acceptable Here")
			return
		}
		c.offer = &d
		c.media.follow(d, source(req))
	} else {
		c.offer = nil // we offer, and they answer with their ACK
	}
	c.version++
	if err := dialog.ReadRequest(req, tx); err != nil {
		respond(tx, req, sip.StatusBadRequest, "Bad Request")
		return
	}
	res := sip.NewSDPResponseFromRequest(req, session(c.id, c.version, l.mediaAddr(c.media, c.at), c.offer))
	res.AppendHeader(&c.at)
	_ = tx.Respond(res)
}
