package line

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"yinqiao/civic"
)

const (
	allowed = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE"
	byeWait = 5 * time.Second // until the other side says that it has heard what needs no more than that
)

// Config says where the line listens, whom it hears and whom it calls.
type Config struct {
	Addr      string         // host:port of SIP, UDP and TCP
	Advertise netip.Addr     // told to the other side instead of the address that faces it; for a router in between
	Ports     [2]uint16      // of the sound, the first and the last; none for any
	Trunk     []netip.Prefix // from where calls are taken
	Numbers   []string       // that are ours: calls to others are refused; none for any
	Out       Out            // where calls go out; none for nowhere
	Phones    []netip.Prefix // from where desk phones may register; none for nowhere. Nobody but these and the trunk is answered
	Secrets   Secrets        // of the desk phones; required with Phones
	Realm     string         // that desk phones are told; "" means yinqiao
	Browsers  string         // host:port of the sound of browsers, UDP; "" for none
	Most      int            // calls at once, both ways and without those of operators; beyond, a caller is told busy. 0 means 300
	EachHour  int            // calls of one number in an hour; 0 means 60
	Withheld  int            // calls without a number in an hour, of all that come from one address; 0 for any
	AtOnce    int            // calls of one number at once; 0 for any
	Wrong     int            // wrong secrets from one address in a quarter of an hour, beyond which none is tried; 0 means 5
	Silent    time.Duration  // a call of which nothing has come for so long, and who does not say when asked that they are there, is ended; 0 means 2 minutes
	Clock     civic.Clock    // required
}

// Out is the trunk that calls go out by.
type Out struct {
	Addr           netip.AddrPort
	TCP            bool
	From           string // the number that is shown to who is called
	User, Password string // for digest authentication (RFC 3261, 22); "" for none
}

// Handler is given each call that comes in, in its own goroutine, not answered yet. When it
// returns the call is ended.
type Handler func(ctx context.Context, c *Call)

// Line is one telephone line, open.
type Line struct {
	config  Config
	ua      *sipgo.UserAgent
	server  *sipgo.Server
	clients map[string]*sipgo.Client // by transport
	handler Handler
	pacer   *pacer
	udp     net.PacketConn
	tcp     net.Listener
	stopped <-chan struct{} // reading udp

	desk     *desk
	browsers *browsers       // nil for none
	ctx      context.Context // until the line closes
	cancel   context.CancelFunc

	mu      sync.Mutex
	calls   map[string]*Call // by dialog
	calling rates            // by number, those without one by where they come from
	atOnce  map[string]int   // calls that go on, by number
	taken   int              // calls that are counted in
	closing bool
	going   sync.WaitGroup // calls, and what serves them
}

// Open listens. The line is ready when it returns.
func Open(c Config, h Handler) (*Line, error) {
	if c.Clock == nil {
		return nil, errors.New("line: no clock")
	}
	if c.Most == 0 {
		c.Most = 300
	}
	if c.EachHour == 0 {
		c.EachHour = 60
	}
	if c.Silent == 0 {
		c.Silent = 2 * time.Minute
	}
	if c.Wrong == 0 {
		c.Wrong = 5
	}
	if c.Realm == "" {
		c.Realm = "yinqiao"
	}
	if len(c.Phones) > 0 && c.Secrets == nil {
		return nil, errors.New("line: desk phones without secrets")
	}
	l := &Line{config: c, handler: h, calls: map[string]*Call{}, atOnce: map[string]int{}, calling: newRates(time.Hour), desk: newDesk()}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	if err := l.openBrowsers(); err != nil {
		return nil, err
	}
	var err error
	if l.udp, l.tcp, err = listen(c.Addr); err != nil {
		return nil, errors.Join(err, l.closeBrowsers())
	}
	l.pacer = newPacer() // before the first call can come in
	if err = l.serve(); err != nil {
		l.pacer.close()
		return nil, errors.Join(err, l.udp.Close(), l.tcp.Close(), l.closeBrowsers())
	}
	return l, nil
}

// quiet is the log of the library: whole messages, with numbers in them, are no matter for a log.
var quiet = slog.New(slog.DiscardHandler)

// The library has one log for all of a program, which is to be set before anything uses it.
func init() { sip.SetDefaultLogger(quiet) }

// count counts a call in; the caller holds mu.
func (l *Line) count(c *Call) {
	if !c.beside {
		l.taken++
	}
	l.going.Add(1)
}

// listen opens the port for UDP and TCP; with port 0, one that both have.
func listen(addr string) (net.PacketConn, net.Listener, error) {
	tries := 1
	if _, port, err := net.SplitHostPort(addr); err == nil && port == "0" {
		tries = 20 // what UDP was given may be taken for TCP
	}
	var failed error
	for range tries {
		u, err := net.ListenPacket("udp", addr)
		if err != nil {
			return nil, nil, fmt.Errorf("line: %w", err)
		}
		t, err := net.Listen("tcp", u.LocalAddr().String())
		if err == nil {
			return u, t, nil
		}
		failed = errors.Join(fmt.Errorf("line: %w", err), u.Close())
	}
	return nil, nil, failed
}

func (l *Line) serve() (err error) {
	if l.ua, err = sipgo.NewUA(sipgo.WithUserAgent("Yinqiao")); err != nil {
		return err
	}
	if l.server, err = sipgo.NewServer(l.ua, sipgo.WithServerLogger(quiet)); err != nil {
		return err
	}
	// By UDP, what we ask leaves by the port that listens; by TCP it takes the connection that
	// is there.
	udp, err := sipgo.NewClient(l.ua, sipgo.WithClientLogger(quiet), sipgo.WithClientNAT(), sipgo.WithClientConnectionAddr(l.udp.LocalAddr().String()))
	if err != nil {
		return err
	}
	tcp, err := sipgo.NewClient(l.ua, sipgo.WithClientLogger(quiet))
	if err != nil {
		return err
	}
	l.clients = map[string]*sipgo.Client{"UDP": udp, "TCP": tcp}
	l.server.OnInvite(l.onInvite)
	l.server.OnAck(l.onAck)
	l.server.OnBye(l.onBye)
	l.server.OnInfo(l.onInfo)
	l.server.OnUpdate(l.onUpdate)
	l.server.OnRegister(l.onRegister)
	l.server.OnOptions(func(req *sip.Request, tx sip.ServerTransaction) {
		respond(tx, req, sip.StatusOK, "OK", sip.NewHeader("Allow", allowed), sip.NewHeader("Accept", "application/sdp"))
	})
	l.server.OnCancel(func(req *sip.Request, tx sip.ServerTransaction) {
		respond(tx, req, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
	})
	l.stopped = Serve(l.server, &known{l.udp, l.answers})
	l.going.Go(func() { _ = l.server.ServeTCP(&knownTCP{l.tcp, l.answers}) })
	return nil
}

// Addr is where the line listens.
func (l *Line) Addr() netip.AddrPort { return addrPort(l.udp.LocalAddr().String()) }

// Close takes no more calls, ends those that there are, and frees the ports.
func (l *Line) Close() error {
	l.cancel()
	l.mu.Lock()
	l.closing = true
	var all []*Call
	for _, c := range l.calls {
		all = append(all, c)
	}
	l.mu.Unlock()
	var byes sync.WaitGroup
	for _, c := range all {
		byes.Go(c.Hangup)
	}
	byes.Wait()
	l.pacer.close()
	err := errors.Join(l.ua.Close(), ignoreClosed(l.udp.Close()), ignoreClosed(l.tcp.Close()), l.closeBrowsers())
	l.going.Wait()
	<-l.stopped
	return err
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func respond(tx sip.ServerTransaction, req *sip.Request, code int, reason string, hs ...sip.Header) {
	res := sip.NewResponseFromRequest(req, code, reason, nil)
	for _, h := range hs {
		res.AppendHeader(h)
	}
	_ = tx.Respond(res) // whoever asked is gone
}

// addrPort reads an address of the system's or of a packet, IPv4 as such; none that can't be read.
func addrPort(s string) netip.AddrPort {
	ap, err := netip.ParseAddrPort(s)
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// source is where a message came from.
func source(m interface{ Source() string }) netip.Addr { return addrPort(m.Source()).Addr() }

// isTrunk reports whether an address is of the trunk.
func (l *Line) isTrunk(from netip.Addr) bool {
	return from == l.config.Out.Addr.Addr() && from.IsValid() || within(l.config.Trunk, from)
}

// answers reports whether anybody there is answered at all.
func (l *Line) answers(from netip.Addr) bool { return l.isTrunk(from) || within(l.config.Phones, from) }

func within(ps []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(ps, func(p netip.Prefix) bool { return p.Contains(a) })
}

// facing is our address as the other side reaches it.
func (l *Line) facing(peer netip.Addr) netip.Addr {
	if l.config.Advertise.IsValid() {
		return l.config.Advertise
	}
	own := l.Addr().Addr()
	if !own.IsUnspecified() {
		return own.Unmap()
	}
	c, err := net.Dial("udp", netip.AddrPortFrom(peer, 9).String()) // sends nothing: asks the routes
	if err != nil {
		return own
	}
	defer c.Close()
	return addrPort(c.LocalAddr().String()).Addr()
}

// openMedia opens a port for sound.
func (l *Line) openMedia() (*media, error) {
	host := l.Addr().Addr()
	first, last := l.config.Ports[0], l.config.Ports[1]
	if first == 0 {
		conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(host, 0)))
		if err != nil {
			return nil, fmt.Errorf("line: %w", err)
		}
		return newMedia(conn, l.config.Clock).beside(), nil
	}
	n := int(last) - int(first) + 1
	start := rand.IntN(max(1, n))
	for i := range n {
		port := first + uint16((start+i)%n)
		if port%2 != 0 {
			continue // RTP has the even ones (RFC 3550, 11)
		}
		if conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(host, port))); err == nil {
			return newMedia(conn, l.config.Clock).beside(), nil
		}
	}
	return nil, errors.New("line: every port for sound is taken")
}

// mediaAddr is where we listen for sound, as the other side reaches it.
func (l *Line) mediaAddr(m *media, contact sip.ContactHeader) netip.AddrPort {
	host, _ := netip.ParseAddr(contact.Address.Host)
	return netip.AddrPortFrom(host, addrPort(m.conn.LocalAddr().String()).Port())
}

// user is the number of a header, if it is one, as it is dialled within the country: a trunk may bring
// it with the country's code.
func user(u sip.Uri) string {
	n, _, _ := strings.Cut(u.User, ";")
	rest, abroad := strings.CutPrefix(n, "+86")
	n = digits(rest)
	if !abroad && strings.HasPrefix(n, "86") && (len(n) == 12 || len(n) == 13) {
		n, abroad = n[2:], true
	}
	if abroad {
		return civic.National(n)
	}
	return n
}

func digits(s string) string {
	s = strings.NewReplacer("-", "", " ", "", "+", "").Replace(s)
	if len(s) > 20 {
		return ""
	}
	if _, err := strconv.ParseUint(s, 10, 64); err != nil && s != "" {
		return ""
	}
	return s
}
