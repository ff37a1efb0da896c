package phonetest

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"yinqiao/speech"
)

// Bell is a telephone that rings.
type Bell struct {
	From, To string
	phone    *Phone
	dialog   *sipgo.DialogServerSession
	done     chan struct{} // closed when it was answered, refused, or taken back
	decide   chan func() error
}

// Addr is where the telephone listens.
func (p *Phone) Addr() netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(p.contact.Address.Port))
}

// Demand has the telephone take calls only from whoever proves by digest to be someone, as
// trunks do.
func (p *Phone) Demand(user, password string) {
	p.asks.Store(&digest.Options{Username: user, Password: password})
}

// rung is a call that comes in.
func (p *Phone) rung(req *sip.Request, tx sip.ServerTransaction) {
	if asks := p.asks.Load(); asks != nil && !proven(asks, req, tx) {
		return
	}
	d, err := p.calls.ReadInvite(req, tx)
	if err != nil {
		return
	}
	b := &Bell{From: req.From().Address.User, To: req.Recipient.User, phone: p, dialog: d, decide: make(chan func() error), done: make(chan struct{})}
	_ = d.Respond(sip.StatusRinging, "Ringing", nil)
	p.bells <- b
	defer close(b.done)
	select {
	case f := <-b.decide:
		_ = f()
	case <-d.Context().Done():
	}
}

func proven(asks *digest.Options, req *sip.Request, tx sip.ServerTransaction) bool {
	chal := &digest.Challenge{Realm: "trunk", Nonce: "n1", Algorithm: "MD5", QOP: []string{"auth"}}
	if h := req.GetHeader("Proxy-Authorization"); h != nil {
		creds, err := digest.ParseCredentials(h.Value())
		if err == nil {
			want, err := digest.Digest(chal, digest.Options{Method: "INVITE", URI: creds.URI, Count: creds.Nc, Cnonce: creds.Cnonce, Username: asks.Username, Password: asks.Password})
			if err == nil && want.Response == creds.Response && creds.Username == asks.Username {
				return true
			}
		}
	}
	res := sip.NewResponseFromRequest(req, sip.StatusProxyAuthRequired, "Proxy Authentication Required", nil)
	res.AppendHeader(sip.NewHeader("Proxy-Authenticate", chal.String()))
	_ = tx.Respond(res)
	return false
}

// Rings waits until the telephone rings.
func (p *Phone) Rings(within time.Duration) *Bell {
	p.t.Helper()
	select {
	case b := <-p.bells:
		return b
	case <-time.After(within):
		p.t.Fatalf("%s has not rung within %v", p.Number, within)
		return nil
	}
}

// Rung reports whether it rings or has rung unseen.
func (p *Phone) Rung() bool { return len(p.bells) > 0 }

// Answer picks up.
func (b *Bell) Answer() *Call {
	b.phone.t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.phone.t.Fatal(err)
	}
	c := &Call{t: b.phone.t, conn: conn, law: speech.ALaw, keys: 101, more: make(chan struct{}, 1), seq: 1, dialog: b.dialog, remote: b.dialog.InviteRequest.Contact().Address}
	c.read(string(b.dialog.InviteRequest.Body()))
	answered := make(chan error, 1)
	b.decide <- func() error {
		answered <- b.dialog.RespondSDP([]byte(c.offer(Offer{Law: c.law})))
		return nil
	}
	if err := <-answered; err != nil {
		b.phone.t.Fatal(err)
	}
	c.begin()
	return c
}

// Refuse says no.
func (b *Bell) Refuse(code int, reason string, hs ...sip.Header) {
	b.decide <- func() error { return b.dialog.Respond(code, reason, nil, hs...) }
	<-b.done
}

// TakenBack waits until whoever called has given up.
func (b *Bell) TakenBack(within time.Duration) {
	b.phone.t.Helper()
	select {
	case <-b.dialog.Context().Done():
	case <-time.After(within):
		b.phone.t.Fatalf("%s still rings after %v", b.phone.Number, within)
	}
}

// Register says where the telephone is, for some seconds, and returns the code of the answer.
// From then on it proves to be itself where it is asked.
func (p *Phone) Register(at netip.AddrPort, secret string, expires int) int {
	p.t.Helper()
	p.auth = &digest.Options{Username: p.Number, Password: secret}
	req := sip.NewRequest(sip.REGISTER, sip.Uri{Scheme: "sip", Host: at.Addr().String(), Port: int(at.Port())})
	aor := sip.Uri{Scheme: "sip", User: p.Number, Host: at.Addr().String()}
	from := sip.FromHeader{Address: aor, Params: sip.NewParams()}
	from.Params.Add("tag", sip.GenerateTagN(8))
	req.AppendHeader(&from)
	req.AppendHeader(&sip.ToHeader{Address: aor})
	req.AppendHeader(sip.HeaderClone(&p.contact))
	req.AppendHeader(sip.NewHeader("Expires", strconv.Itoa(expires)))
	ctx, cancel := context.WithTimeout(p.t.Context(), 10*time.Second)
	defer cancel()
	res, err := p.client.Do(ctx, req)
	if err == nil && res.StatusCode == sip.StatusUnauthorized {
		res, err = p.client.DoDigestAuth(ctx, req, res, sipgo.DigestAuth{Username: p.Number, Password: secret})
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode
}

// Refer asks the line to connect the call on (RFC 3515), and returns the code of the answer.
func (c *Call) Refer(to string) int {
	c.t.Helper()
	req := sip.NewRequest(sip.REFER, c.remote)
	req.AppendHeader(sip.NewHeader("Refer-To", "<"+to+">"))
	ctx, cancel := context.WithTimeout(c.t.Context(), 5*time.Second)
	defer cancel()
	res, err := c.dialog.Do(ctx, req)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode
}
