package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
	"github.com/pion/rtp"

	"yinqiao/speech"
)

// heardCalls is what one round of calls heard and how long things took, in milliseconds.
type heardCalls struct {
	gaps, answers, keys []float64
	lost                int
	cpu                 float64 // of the callee, in hundredths of a core
}

// callers are many telephones at once: all signal by one port, and speak by few.
type callers struct {
	calls   []*caller
	conns   []*net.UDPConn
	byPort  sync.Map // the callee's port of sound to its caller
	measure atomic.Bool
	done    chan struct{}
	going   sync.WaitGroup
}

// caller is one telephone.
type caller struct {
	conn   *net.UDPConn
	dialog *sipgo.DialogClientSession
	peer   netip.AddrPort
	seq    uint16
	stamp  uint32

	mu      sync.Mutex
	lastAt  time.Time
	lastSeq uint16
	heard   bool
	want    byte // that the next prompt is coded as; 0 for none
	pressed time.Time
	gaps    []float64
	lost    int
	took    chan float64
}

const eachConn = 30 // calls that speak by one port

// phoneRound has many callers call one callee, listen, press a key each, and hang up.
func (b *bench) phoneRound(ctx context.Context, start func(context.Context) (*callee, error)) (heardCalls, error) {
	to, err := start(ctx)
	if err != nil {
		return heardCalls{}, err
	}
	defer to.stop()
	cs := &callers{done: make(chan struct{})}
	var got heardCalls
	hangUp, err := cs.dial(ctx, to.at, b.callers, &got)
	defer func() { hangUp(); cs.close() }()
	if err != nil {
		return got, err
	}
	cs.going.Go(cs.speak)
	time.Sleep(time.Second) // until all of them have settled
	cs.measure.Store(true)
	from, err := spent(to.pid)
	if err != nil {
		return got, err
	}
	began := time.Now()
	if err := sleep(ctx, b.listen); err != nil {
		return got, err
	}
	until, err := spent(to.pid)
	if err != nil {
		return got, err
	}
	got.cpu = (until - from) / time.Since(began).Seconds() * 100
	cs.measure.Store(false)
	if !to.echo {
		if got.keys, err = cs.press(ctx); err != nil {
			return got, err
		}
	}
	for _, c := range cs.calls {
		c.mu.Lock()
		got.gaps, got.lost = append(got.gaps, c.gaps...), got.lost+c.lost
		c.mu.Unlock()
	}
	return got, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// dial places the calls, a hundred a second, and notes how long each took to be answered.
func (cs *callers) dial(ctx context.Context, to netip.AddrPort, many int, got *heardCalls) (hangUp func(), err error) {
	quiet := slog.New(slog.DiscardHandler)

	ua, err := sipgo.NewUA(sipgo.WithUserAgent("bench"), sipgo.WithUserAgentHostname("127.0.0.1"))
	if err != nil {
		return func() {}, err
	}
	hangUp = func() { _ = ua.Close() }
	client, err := sipgo.NewClient(ua, sipgo.WithClientLogger(quiet), sipgo.WithClientHostname("127.0.0.1"))
	if err != nil {
		return hangUp, err
	}
	dialogs := sipgo.NewDialogClientCache(client, sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "bench", Host: "127.0.0.1", Port: 9}})
	hangUp = func() {
		var all sync.WaitGroup
		for _, c := range cs.calls {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
				defer cancel()
				_ = c.dialog.Bye(ctx) // the callee goes next
			})
		}
		all.Wait()
		_ = ua.Close()
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for i := range many {
		<-tick.C
		if i%eachConn == 0 {
			if err := cs.open(); err != nil {
				return hangUp, err
			}
		}
		c := &caller{conn: cs.conns[len(cs.conns)-1], took: make(chan float64, 1)}
		took, err := c.call(ctx, dialogs, to, i)
		if err != nil {
			return hangUp, fmt.Errorf("call %d: %w", i, err)
		}
		got.answers = append(got.answers, took.Seconds()*1000)
		cs.calls = append(cs.calls, c)
		cs.byPort.Store(c.peer.Port(), c)
	}
	return hangUp, nil
}

// open opens a port to speak by, whose packets the kernel stamps as they come: how soon this
// process gets to read them is not the callee's doing.
func (cs *callers) open() error {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	_ = conn.SetReadBuffer(8 << 20) // as much as the system lets
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var set error
	if err := raw.Control(func(fd uintptr) { set = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_TIMESTAMP, 1) }); err != nil || set != nil {
		return errors.Join(err, set)
	}
	cs.conns = append(cs.conns, conn)
	cs.going.Go(func() { cs.hear(conn) })
	return nil
}

func (cs *callers) close() {
	close(cs.done)
	for _, c := range cs.conns {
		_ = c.Close()
	}
	cs.going.Wait()
}

func (c *caller) call(ctx context.Context, dialogs *sipgo.DialogClientCache, to netip.AddrPort, i int) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	offer := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n",
		c.conn.LocalAddr().(*net.UDPAddr).Port)
	from := sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: fmt.Sprintf("138%08d", i), Host: "127.0.0.1"}, Params: sip.NewParams()}
	from.Params.Add("tag", sip.GenerateTagN(8))
	began := time.Now()
	d, err := dialogs.Invite(ctx, sip.Uri{Scheme: "sip", User: "95128", Host: to.Addr().String(), Port: int(to.Port())}, []byte(offer), &from, sip.NewHeader("Content-Type", "application/sdp"))
	if err != nil {
		return 0, err
	}
	if err := d.WaitAnswer(ctx, sipgo.AnswerOptions{}); err != nil {
		return 0, err
	}
	took := time.Since(began)
	c.dialog = d
	for _, l := range strings.Split(string(d.InviteResponse.Body()), "\r\n") {
		var port uint16
		if n, _ := fmt.Sscanf(l, "m=audio %d", &port); n == 1 {
			c.peer = netip.AddrPortFrom(to.Addr(), port)
		}
	}
	if !c.peer.IsValid() {
		return 0, errors.New("no port of sound in the answer")
	}
	return took, d.Ack(ctx)
}

// speak has every caller say silence, as telephones do, every 20 ms.
func (cs *callers) speak() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	quiet := speech.ALaw.Encode(speech.PCM{Rate: 8000, Samples: make([]int16, 160)})
	for {
		select {
		case <-cs.done:
			return
		case <-tick.C:
		}
		for i, c := range cs.calls {
			c.send(rtp.Header{Version: 2, PayloadType: 8, SSRC: uint32(i)}, quiet)
		}
	}
}

func (c *caller) send(h rtp.Header, payload []byte) {
	c.mu.Lock()
	h.SequenceNumber, h.Timestamp = c.seq, c.stamp
	c.seq, c.stamp = c.seq+1, c.stamp+160
	c.mu.Unlock()
	p := rtp.Packet{Header: h, Payload: payload}
	if raw, err := p.Marshal(); err == nil {
		_, _ = c.conn.WriteToUDPAddrPort(raw, c.peer) // one that is lost is lost
	}
}

// hear reads one port.
func (cs *callers) hear(conn *net.UDPConn) {
	buf, oob := make([]byte, 2048), make([]byte, 128)
	var p rtp.Packet
	for {
		n, on, _, from, err := conn.ReadMsgUDPAddrPort(buf, oob)
		if err != nil {
			return
		}
		p = rtp.Packet{}
		if p.Unmarshal(buf[:n]) != nil || len(p.Payload) == 0 {
			continue
		}
		if c, ok := cs.byPort.Load(from.Port()); ok {
			c.(*caller).note(&p, stamped(oob[:on]), cs.measure.Load())
		}
	}
}

// stamped is when the kernel got a packet.
func stamped(oob []byte) time.Time {
	ms, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return time.Now()
	}
	for _, m := range ms {
		if m.Header.Level == syscall.SOL_SOCKET && m.Header.Type == syscall.SO_TIMESTAMP && len(m.Data) >= 16 {
			return time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:]))*1000)
		}
	}
	return time.Now()
}

// note is one packet that came.
func (c *caller) note(p *rtp.Packet, at time.Time, measure bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.want != 0 && p.Payload[len(p.Payload)/2] == c.want {
		c.want = 0
		c.took <- at.Sub(c.pressed).Seconds() * 1000
	}
	if measure && c.heard {
		switch ahead := int(int16(p.SequenceNumber - c.lastSeq)); { // the numbers go round
		case ahead == 1:
			c.gaps = append(c.gaps, at.Sub(c.lastAt).Seconds()*1000)
		case ahead > 1:
			c.lost += ahead - 1
		case ahead < 0: // overtaken by others on its way, and taken for lost
			c.lost--
			return
		default:
			return // the same again
		}
	}
	c.heard = measure
	c.lastAt, c.lastSeq = at, p.SequenceNumber
}

// press has every caller press a key, a hundred a second, while all of them listen, and says
// how long each waited for the other prompt.
func (cs *callers) press(ctx context.Context) ([]float64, error) {
	next := speech.ALaw.Encode(speech.PCM{Rate: 8000, Samples: prompts[1].Samples[:1]})[0]
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for i, c := range cs.calls {
		<-tick.C
		c.mu.Lock()
		c.want, c.pressed = next, time.Now()
		stamp, seq := c.stamp, c.seq
		c.seq++
		c.mu.Unlock()
		p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 101, Marker: true, SSRC: uint32(i), Timestamp: stamp, SequenceNumber: seq}, Payload: []byte{1, 10, 0, 160}}
		raw, err := p.Marshal()
		if err != nil {
			return nil, err
		}
		if _, err := c.conn.WriteToUDPAddrPort(raw, c.peer); err != nil {
			return nil, err
		}
	}
	var took []float64
	for i, c := range cs.calls {
		select {
		case t := <-c.took:
			took = append(took, t)
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(10 * time.Second):
			return nil, fmt.Errorf("call %d has not heard the next prompt", i)
		}
	}
	return took, nil
}
