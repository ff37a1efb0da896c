package line

import (
	"errors"
	"math"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"yinqiao/civic"
	"yinqiao/speech"
)

// frame is how much sound a packet has, and how often one is sent.
const (
	frame        = 20 * time.Millisecond
	frameSamples = 160
)

// media is the sound of one call: a port of ours, and what is played to and heard from the
// other side. Packets are sent by the pacer, every 20 ms while the call lasts.
type media struct {
	conn *net.UDPConn                    // nil of a browser's
	rtcp *net.UDPConn                    // beside it, where reports come (RTCP); nil where that port is somebody else's
	send func(*rtp.Header, []byte) error // of a browser's; nil sends by conn
	from []netip.Addr                    // where packets may come from: the address told and the one that signals
	now  civic.Clock

	mu      sync.Mutex
	law     speech.Law
	payload uint8
	keysPT  uint8
	open    bool // the other side listens
	holds   bool // it has put us on hold
	peer    netip.AddrPort
	latched bool // the peer is where packets really come from
	playing *playback
	seq     uint16
	stamp   uint32
	ssrc    uint32
	fresh   bool // the next packet begins a talkspurt
	other   *media
	raw     [1500]byte

	keys    chan byte
	lastKey uint32 // timestamp of the last key
	hasKey  bool
	heard   atomic.Int64 // when the last packet came, in nanoseconds; 0 for never
}

// playback is one sound on its way.
type playback struct {
	sound []byte // coded
	at    int
	whole bool          // no key stops it
	done  chan struct{} // closed when it was sent or stopped
}

// beside opens the port of the reports, next to that of the sound (RFC 3550, 11). Where another has it, they are not heard.
func (m *media) beside() *media {
	at := addrPort(m.conn.LocalAddr().String())
	if at.Port() == math.MaxUint16 {
		return m
	}
	if conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(at.Addr(), at.Port()+1))); err == nil {
		m.rtcp = conn
	}
	return m
}

func newMedia(conn *net.UDPConn, now civic.Clock) *media {
	return &media{conn: conn, now: now, keys: make(chan byte, 32), ssrc: rand.Uint32(), seq: uint16(rand.Uint32()), stamp: rand.Uint32(), fresh: true}
}

// hear notes that something came now.
func (m *media) hear() { m.heard.Store(m.now().UnixNano()) }

// deafFor is how many times longer one may be silent who is not on hold and says when asked that they are there.
const deafFor = 5

// onHold reports whether the other side has said that it speaks, or listens, no more for now. Who puts on hold may play
// music, and often does not.
func (m *media) onHold() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.holds
}

// gone reports whether nothing has come for too long.
func (m *media) gone(most time.Duration) bool {
	at := m.heard.Load()
	return at != 0 && m.now().Sub(time.Unix(0, at)) > most
}

// close ends what is playing and frees the port.
func (m *media) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop()
	for _, c := range []*net.UDPConn{m.conn, m.rtcp} {
		if c != nil {
			_ = c.Close()
		}
	}
}

// coding is the law agreed on.
func (m *media) coding() speech.Law {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.law
}

// follow takes what the other side said of its sound. from is where it signals from.
func (m *media) follow(d description, from netip.Addr) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.law, m.payload, m.keysPT = d.law, d.payload, d.keys
	m.open = d.direction == SendRecv || d.direction == RecvOnly
	m.holds = d.direction != SendRecv
	m.hear()
	m.from = []netip.Addr{d.at.Addr(), from}
	if !m.latched || m.peer.Addr() != d.at.Addr() && m.peer.Addr() != from {
		m.peer, m.latched = d.at, false
	}
}

// play has a sound sent and returns at once; done is closed when it was, or was stopped. What
// was playing is stopped. No key stops what is to be heard whole.
func (m *media) play(p speech.PCM, whole bool) (done <-chan struct{}) {
	next := &playback{sound: m.coding().Encode(p), whole: whole, done: make(chan struct{})}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop()
	m.playing = next
	return next.done
}

// stop ends a sound that is still playing.
func (m *media) stop(done <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.playing != nil && m.playing.done == done {
		m.drop()
	}
}

func (m *media) drop() {
	if m.playing != nil {
		close(m.playing.done)
		m.playing = nil
	}
}

// tick sends the next 20 ms: of what is playing, or of silence, so that the way through
// routers stays open. A bridged call sends what the other one says, as it comes.
func (m *media) tick(buf []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.other != nil && m.playing == nil {
		return
	}
	out := buf[:frameSamples]
	n := 0
	if p := m.playing; p != nil {
		n = copy(out, p.sound[p.at:])
		if p.at += n; p.at >= len(p.sound) {
			m.drop()
		}
	}
	for i := n; i < len(out); i++ {
		out[i] = m.law.Silence()
	}
	m.write(out)
}

// write sends one packet; the caller holds mu.
func (m *media) write(payload []byte) {
	h := rtp.Header{Version: 2, Marker: m.fresh, PayloadType: m.payload, SequenceNumber: m.seq, Timestamp: m.stamp, SSRC: m.ssrc}
	m.fresh, m.seq, m.stamp = false, m.seq+1, m.stamp+uint32(len(payload))
	if !m.open {
		m.fresh = true
		return
	}
	if m.send != nil {
		_ = m.send(&h, payload)
		return
	}
	if !m.peer.IsValid() || m.peer.Port() == 0 {
		m.fresh = true
		return
	}
	p := rtp.Packet{Header: h, Payload: payload}
	if n, err := p.MarshalTo(m.raw[:]); err == nil { // what is too long, of a bridged call with other packets, is left out
		_, _ = m.conn.WriteToUDPAddrPort(m.raw[:n], m.peer) // a packet that is lost is lost: the next comes in 20 ms
	}
}

// listen reads packets until the port is closed.
func (m *media) listen() {
	buf := make([]byte, 2048)
	var p rtp.Packet // one for all: fifty come in a second, of each call
	for {
		n, from, err := m.conn.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil { // what a packet of ours met on its way is no reason to be deaf
			m.packet(&p, buf[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
		}
	}
}

// packet is what came by the port, whatever it is.
func (m *media) packet(p *rtp.Packet, b []byte, from netip.AddrPort) {
	if isReport(b) { // on the same port (RFC 5761), whether or not that was agreed
		m.report(from.Addr())
		return
	}
	*p = rtp.Packet{}
	if p.Unmarshal(b) == nil && p.Version == 2 {
		m.take(p, from)
	}
}

// comfortNoise is the payload type of who sends no sound while they say nothing (RFC 3389). It is fixed, and comes from
// telephones that agreed on nothing of the kind.
const comfortNoise = 13

// isReport tells reports (RTCP) from sound, by the second byte (RFC 5761, 4).
func isReport(b []byte) bool { return len(b) >= 8 && b[0]>>6 == 2 && b[1] >= 192 && b[1] <= 223 }

// report is that the other side says how it hears us: it is there, whether or not it speaks.
func (m *media) report(from netip.Addr) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if slices.Contains(m.from, from) {
		m.hear()
	}
}

// reports reads what comes beside the sound until the port is closed.
func (m *media) reports() {
	buf := make([]byte, 2048)
	for {
		n, from, err := m.rtcp.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil && isReport(buf[:n]) {
			m.report(from.Addr().Unmap())
		}
	}
}

// take is one packet that came by the port.
func (m *media) take(p *rtp.Packet, from netip.AddrPort) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !slices.Contains(m.from, from.Addr()) || m.latched && from != m.peer {
		return // nobody else talks into the call
	}
	if p.PayloadType != m.payload && (m.keysPT == 0 || p.PayloadType != m.keysPT) {
		if p.PayloadType == comfortNoise {
			m.hear() // who says nothing is there
		}
		return
	}
	if !m.latched { // symmetric RTP: a phone behind a router is where its packets come from
		m.peer, m.latched = from, true
	}
	m.hearing(p)
}

// hearing is a packet of the other side; the caller holds mu.
func (m *media) hearing(p *rtp.Packet) {
	m.hear()
	if p.PayloadType == m.payload {
		if o := m.other; o != nil {
			m.forward(o, slices.Clone(p.Payload))
		}
		return
	}
	if key, ok := eventKey(p.Payload); ok && m.keysPT != 0 && p.PayloadType == m.keysPT && (!m.hasKey || p.Timestamp != m.lastKey) {
		m.hasKey, m.lastKey = true, p.Timestamp // its other packets have the same timestamp
		m.press(key)
	}
}

// forward brings what was said to the call that this one is bridged with.
func (m *media) forward(o *media, payload []byte) {
	law := m.law
	m.mu.Unlock() // never two at once: each may forward to the other
	defer m.mu.Lock()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.other != m || o.playing != nil {
		return
	}
	if o.law != law {
		payload = o.law.Encode(law.Decode(payload))
	}
	o.write(payload)
}

// press is a key, by RFC 4733 or SIP INFO; the caller holds mu. It stops what is playing and may be stopped. One
// too many waiting is dropped: nobody presses thirty keys that mean something.
func (m *media) press(key byte) {
	if m.playing != nil && !m.playing.whole {
		m.drop()
	}
	select {
	case m.keys <- key:
	default:
	}
}

// pressByInfo is a key by SIP INFO. Who has agreed on telephone events sends it by both ways,
// so that it would count twice.
func (m *media) pressByInfo(key byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keysPT == 0 {
		m.press(key)
	}
}

const keyNames = "0123456789*#ABCD"

// eventKey reads the key of a telephone event (RFC 4733, 2.3).
func eventKey(payload []byte) (byte, bool) {
	if len(payload) < 4 || int(payload[0]) >= len(keyNames) {
		return 0, false
	}
	return keyNames[payload[0]], true
}

// bridge connects two calls; unbridge parts them.
func bridge(a, b *media) {
	a.mu.Lock()
	a.drop()
	a.other, a.fresh = b, true
	a.mu.Unlock()
	b.mu.Lock()
	b.drop()
	b.other, b.fresh = a, true
	b.mu.Unlock()
}

func unbridge(a, b *media) {
	for _, m := range []*media{a, b} {
		m.mu.Lock()
		m.other, m.fresh = nil, true
		m.mu.Unlock()
	}
}
