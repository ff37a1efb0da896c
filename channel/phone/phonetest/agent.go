// Package phonetest is a telephone for tests: it calls a line, hears what is said, and
// presses keys.
package phonetest

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
	"github.com/pion/rtp"

	"yinqiao/channel/phone/line"
	"yinqiao/speech"
)

// Phone is a telephone with a number.
type Phone struct {
	t        testing.TB
	udp, tcp *sipgo.DialogClientCache
	client   *sipgo.Client // by UDP, from the port that listens
	contact  sip.ContactHeader
	calls    *sipgo.DialogServerCache // that come in
	bells    chan *Bell
	asks     atomic.Pointer[digest.Options] // of whoever calls; nil for nothing
	auth     *digest.Options                // that it proves itself by; nil for nothing
	vanish   func()
	Number   string
}

// Vanish has the telephone answer nothing any more, as one does whose network has failed.
func (p *Phone) Vanish() { p.vanish() }

// New is a telephone on the loopback, which goes with the test.
func New(t testing.TB, number string) *Phone {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := netip.MustParseAddrPort(conn.LocalAddr().String())
	ua, err := sipgo.NewUA(sipgo.WithUserAgent(number), sipgo.WithUserAgentHostname("127.0.0.1"))
	if err != nil {
		t.Fatal(err)
	}
	udp, err := sipgo.NewClient(ua, sipgo.WithClientConnectionAddr(at.String()))
	if err != nil {
		t.Fatal(err)
	}
	tcp, err := sipgo.NewClient(ua)
	if err != nil {
		t.Fatal(err)
	}
	server, err := sipgo.NewServer(ua)
	if err != nil {
		t.Fatal(err)
	}
	contact := sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: number, Host: "127.0.0.1", Port: int(at.Port())}}
	p := &Phone{t: t, Number: number, client: udp, contact: contact, bells: make(chan *Bell, 16),
		udp: sipgo.NewDialogClientCache(udp, contact), tcp: sipgo.NewDialogClientCache(tcp, contact), calls: sipgo.NewDialogServerCache(udp, contact)}
	server.OnBye(func(req *sip.Request, tx sip.ServerTransaction) {
		if p.udp.ReadBye(req, tx) != nil && p.tcp.ReadBye(req, tx) != nil {
			_ = p.calls.ReadBye(req, tx)
		}
	})
	server.OnAck(func(req *sip.Request, tx sip.ServerTransaction) { _ = p.calls.ReadAck(req, tx) })
	server.OnInvite(p.rung)
	stopped := line.Serve(server, conn)
	p.vanish = sync.OnceFunc(func() {
		_ = ua.Close()
		_ = conn.Close()
		<-stopped
	})
	t.Cleanup(p.vanish)
	return p
}

// session is a call's signalling, whichever side began it.
type session interface {
	Context() context.Context
	Bye(ctx context.Context) error
	Do(ctx context.Context, req *sip.Request) (*sip.Response, error)
	WriteRequest(req *sip.Request) error
}

// Call is one call that was answered.
type Call struct {
	t      testing.TB
	dialog session
	remote sip.Uri
	conn   *net.UDPConn
	peer   netip.AddrPort
	law    speech.Law
	keys   uint8

	mu    sync.Mutex
	heard []byte
	at    []time.Time // when each packet came
	more  chan struct{}
	seq   uint16
	stamp uint32
}

// Offer is what a call offers beside what is usual.
type Offer struct {
	Law    speech.Law
	NoKeys bool // no RFC 4733: keys go by SIP INFO
	TCP    bool
	Late   bool // no offer: the line makes one
	SDP    string
}

// Dial calls a number of a line and waits until it is answered. The error is that of the
// line's refusal.
func (p *Phone) Dial(at netip.AddrPort, number string, o Offer) (*Call, error) {
	p.t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		p.t.Fatal(err)
	}
	c := &Call{t: p.t, conn: conn, law: o.Law, more: make(chan struct{}, 1), seq: 1}
	if !o.NoKeys {
		c.keys = 101
	}
	to := sip.Uri{Scheme: "sip", User: number, Host: at.Addr().String(), Port: int(at.Port())}
	dialogs := p.udp
	if o.TCP {
		dialogs = p.tcp
		to.UriParams = sip.NewParams()
		to.UriParams.Add("transport", "tcp")
	}
	ctx, cancel := context.WithTimeout(p.t.Context(), 20*time.Second)
	defer cancel()
	var body []byte
	from := sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: p.Number, Host: "127.0.0.1"}, Params: sip.NewParams()}
	from.Params.Add("tag", sip.GenerateTagN(8))
	hs := []sip.Header{&from}
	if !o.Late {
		body = []byte(c.offer(o))
		hs = append(hs, sip.NewHeader("Content-Type", "application/sdp"))
	}
	d, err := dialogs.Invite(ctx, to, body, hs...)
	if err != nil {
		conn.Close()
		return nil, err
	}
	var answer sipgo.AnswerOptions
	if p.auth != nil {
		answer.Username, answer.Password = p.auth.Username, p.auth.Password
	}
	if err := d.WaitAnswer(ctx, answer); err != nil {
		conn.Close()
		return nil, err
	}
	c.dialog, c.remote = d, d.InviteResponse.Contact().Address
	c.read(string(d.InviteResponse.Body()))
	c.begin()
	if o.Late {
		err = d.WriteAck(ctx, ackWith(d, c.offer(o)))
	} else {
		err = d.Ack(ctx)
	}
	return c, err
}

// begin hears the call, and sees that it does not outlast the test: the telephone goes before
// the line does, which would wait for it.
func (c *Call) begin() {
	go c.listen()
	c.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = c.dialog.Bye(ctx) // mostly it is over
		_ = c.conn.Close()
	})
}

func ackWith(d *sipgo.DialogClientSession, body string) *sip.Request {
	ack := sip.NewRequest(sip.ACK, d.InviteResponse.Contact().Address)
	ack.AppendHeader(sip.HeaderClone(d.InviteRequest.From()))
	ack.AppendHeader(sip.HeaderClone(d.InviteResponse.To()))
	ack.AppendHeader(sip.HeaderClone(d.InviteRequest.CallID()))
	seq := sip.CSeqHeader{SeqNo: d.InviteRequest.CSeq().SeqNo, MethodName: sip.ACK}
	ack.AppendHeader(&seq)
	ack.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	ack.SetBody([]byte(body))
	return ack
}

func (c *Call) port() uint16 { return netip.MustParseAddrPort(c.conn.LocalAddr().String()).Port() }

func (c *Call) offer(o Offer) string {
	if o.SDP != "" {
		return strings.ReplaceAll(o.SDP, "PORT", fmt.Sprint(c.port()))
	}
	pt := map[speech.Law]int{speech.MuLaw: 0, speech.ALaw: 8}[o.Law]
	keys, attr := "", ""
	if !o.NoKeys {
		keys, attr = " 101", "a=rtpmap:101 telephone-event/8000\r\n"
	}
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP %d%s\r\na=rtpmap:%d %s/8000\r\n%s", c.port(), pt, keys, pt, o.Law, attr)
}

// read finds where the line listens.
func (c *Call) read(body string) {
	for _, l := range strings.Split(body, "\r\n") {
		var port uint16
		if n, _ := fmt.Sscanf(l, "m=audio %d", &port); n == 1 {
			c.peer = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port)
		}
	}
}

func (c *Call) listen() {
	buf := make([]byte, 2048)
	for {
		n, err := c.conn.Read(buf)
		if err != nil {
			return
		}
		var p rtp.Packet
		if p.Unmarshal(buf[:n]) != nil {
			continue
		}
		c.mu.Lock()
		c.heard = append(c.heard, p.Payload...)
		c.at = append(c.at, time.Now())
		c.mu.Unlock()
		select {
		case c.more <- struct{}{}:
		default:
		}
	}
}

// Heard is all that was heard so far.
func (c *Call) Heard() speech.PCM {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.law.Decode(c.heard)
}

// Arrived is when each packet came.
func (c *Call) Arrived() []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]time.Time(nil), c.at...)
}

// Forget begins to hear anew.
func (c *Call) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard, c.at = nil, nil
}

// Hears waits until a sound was heard whole, and fails the test when it was not in time.
func (c *Call) Hears(want speech.PCM, within time.Duration) {
	c.t.Helper()
	want = c.law.Decode(c.law.Encode(want))
	end := time.NewTimer(within)
	defer end.Stop()
	over := c.dialog.Context().Done()
	for {
		if Contains(c.Heard(), want) {
			return
		}
		select {
		case <-c.more:
		case <-over:
			// What was said last may still be on its way.
			over = nil
			end.Reset(min(within, time.Second))
		case <-end.C:
			c.t.Fatalf("%v of sound was not heard within %v; %v came", want.Duration(), within, c.Heard().Duration())
		}
	}
}

// Contains reports whether a sound is within another, exactly, beginning at any packet.
func Contains(in, want speech.PCM) bool {
	for from := 0; from+len(want.Samples) <= len(in.Samples); from += 160 {
		same := true
		for i, s := range want.Samples {
			if in.Samples[from+i] != s {
				same = false
				break
			}
		}
		if same {
			return true
		}
	}
	return false
}

// Press presses a key for 100 ms: by RFC 4733, each packet three times at the end as it says,
// or by SIP INFO.
func (c *Call) Press(key byte) {
	c.t.Helper()
	if c.keys == 0 {
		c.Info(key)
		return
	}
	event := byte(strings.IndexByte("0123456789*#ABCD", key))
	c.mu.Lock()
	stamp := c.stamp
	c.stamp += 8000
	c.mu.Unlock()
	for i := range 8 {
		end := byte(0)
		duration := uint16(160 * (i + 1))
		if i >= 5 {
			end, duration = 0x80, 800
		}
		c.send(rtp.Packet{Header: rtp.Header{Version: 2, Marker: i == 0, PayloadType: c.keys, Timestamp: stamp, SSRC: 7},
			Payload: []byte{event, end | 10, byte(duration >> 8), byte(duration)}})
	}
}

// Info presses a key by SIP INFO.
func (c *Call) Info(key byte) {
	c.t.Helper()
	req := sip.NewRequest(sip.INFO, c.remote)
	req.AppendHeader(sip.NewHeader("Content-Type", "application/dtmf-relay"))
	req.SetBody([]byte("Signal=" + string(key) + "\r\nDuration=160\r\n"))
	res, err := c.dialog.Do(c.t.Context(), req)
	if err != nil || res.StatusCode != 200 {
		c.t.Fatalf("INFO: %v %v", res, err)
	}
}

// Say speaks into the call, in real time.
func (c *Call) Say(p speech.PCM) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for b := c.law.Encode(p); len(b) > 0; <-tick.C {
		n := min(160, len(b))
		c.mu.Lock()
		stamp := c.stamp
		c.stamp += uint32(n)
		c.mu.Unlock()
		pt := map[speech.Law]uint8{speech.MuLaw: 0, speech.ALaw: 8}[c.law]
		c.send(rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: pt, Timestamp: stamp, SSRC: 7}, Payload: b[:n]})
		b = b[n:]
	}
}

func (c *Call) send(p rtp.Packet) {
	c.mu.Lock()
	p.SequenceNumber = c.seq
	c.seq++
	c.mu.Unlock()
	raw, err := p.Marshal()
	if err == nil {
		_, err = c.conn.WriteToUDPAddrPort(raw, c.peer)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// Raw sends bytes to where the line listens for sound, or some ports above that.
func (c *Call) Raw(b []byte, above uint16) {
	c.t.Helper()
	if _, err := c.conn.WriteToUDPAddrPort(b, netip.AddrPortFrom(c.peer.Addr(), c.peer.Port()+above)); err != nil {
		c.t.Fatal(err)
	}
}

// Reinvite changes the session, for example to put it on hold, and returns the answer.
func (c *Call) Reinvite(direction string) string {
	c.t.Helper()
	req := sip.NewRequest(sip.INVITE, c.remote)
	req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	req.SetBody([]byte(c.offer(Offer{Law: c.law}) + "a=" + direction + "\r\n"))
	res, err := c.dialog.Do(c.t.Context(), req)
	if err != nil || res.StatusCode != 200 {
		c.t.Fatalf("re-INVITE: %v %v", res, err)
	}
	ack := sip.NewRequest(sip.ACK, c.remote)
	if err := c.dialog.WriteRequest(ack); err != nil {
		c.t.Fatal(err)
	}
	return string(res.Body())
}

// Hangup ends the call.
func (c *Call) Hangup() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second) // a cleanup may call it
	defer cancel()
	if err := c.dialog.Bye(ctx); err != nil {
		c.t.Fatal(err)
	}
}

// Ended waits until the line has hung up.
func (c *Call) Ended(within time.Duration) {
	c.t.Helper()
	select {
	case <-c.dialog.Context().Done():
	case <-time.After(within):
		c.t.Fatalf("the line has not hung up within %v", within)
	}
}

// Over is closed when the call is over.
func (c *Call) Over() <-chan struct{} { return c.dialog.Context().Done() }

// Peer is where the line listens for the sound of the call.
func (c *Call) Peer() netip.AddrPort { return c.peer }
