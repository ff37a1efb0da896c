package line_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/icholy/digest"

	"yinqiao/channel/phone/line"
	"yinqiao/channel/phone/phonetest"
)

// secrets are those of the desk phones, by extension.
type secrets map[string]string

func (s secrets) Secret(_ context.Context, extension string) (string, error) {
	return s[extension], nil
}

// clock is a clock that a test turns.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

var elsewhere = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}

// office is a line with desk phones and no trunk that calls.
func office(t *testing.T, c *clock, h line.Handler) *line.Line {
	t.Helper()
	return openLine(t, line.Config{Trunk: elsewhere, Phones: loopback, Secrets: secrets{"801": "long and drawn", "802": "another"}, Clock: c.now}, h)
}

func TestADeskPhoneThatProvesWhoItIsIsRungAndSpokenWith(t *testing.T) {
	t.Parallel()
	at := newClock()
	l := office(t, at, nil)
	desk := phonetest.New(t, "801")
	if _, err := l.Ring(t.Context(), "801", "95128"); !errors.Is(err, line.ErrNotThere) {
		t.Errorf("before it registered: %v", err)
	}
	if code := desk.Register(l.Addr(), "long and drawn", 600); code != 200 || !l.Registered("801") {
		t.Fatalf("it was told %d", code)
	}
	calls := make(chan *line.Call, 1)
	go func() {
		c, err := l.Ring(t.Context(), "801", "13800001234")
		if err != nil {
			t.Error(err)
		}
		calls <- c
	}()
	bell := desk.Rings(5 * time.Second)
	if bell.From != "13800001234" {
		t.Errorf("the phone shows %q", bell.From)
	}
	there, here := bell.Answer(), <-calls
	prompt := phonetest.Tone(440, 300*time.Millisecond)
	if err := here.Play(t.Context(), prompt); err != nil {
		t.Fatal(err)
	}
	there.Hears(prompt, 5*time.Second)
	there.Hangup()
	<-here.Done()

	at.turn(601 * time.Second)
	if l.Registered("801") {
		t.Error("its time is over and it counts as there")
	}
	if code := desk.Register(l.Addr(), "long and drawn", 600); code != 200 {
		t.Errorf("once more: %d", code)
	}
	if code := desk.Register(l.Addr(), "long and drawn", 0); code != 200 || l.Registered("801") {
		t.Errorf("it signed off and was told %d", code)
	}
	if code := desk.Register(l.Addr(), "long and drawn", 10); code != 423 {
		t.Errorf("for ten seconds: %d", code)
	}
}

func TestAWrongSecretIsRefusedAndSoonNoneIsTried(t *testing.T) {
	t.Parallel()
	at := newClock()
	l := office(t, at, nil)
	desk := phonetest.New(t, "801")
	for range 5 {
		if code := desk.Register(l.Addr(), "guessed", 600); code != 403 || l.Registered("801") {
			t.Fatalf("a wrong secret was told %d", code)
		}
	}
	if code := desk.Register(l.Addr(), "long and drawn", 600); code != 403 {
		t.Errorf("the sixth try was told %d", code)
	}
	at.turn(16 * time.Minute)
	if code := phonetest.New(t, "803").Register(l.Addr(), "", 600); code != 403 {
		t.Errorf("an extension that there is not was told %d", code)
	}
	if code := desk.Register(l.Addr(), "long and drawn", 600); code != 200 {
		t.Errorf("after a while the right one was told %d", code)
	}
}

func TestADeskPhoneThatCallsIsWhoItProvedToBeAndOthersAreNotTaken(t *testing.T) {
	t.Parallel()
	from := make(chan string, 1)
	l := office(t, newClock(), func(ctx context.Context, c *line.Call) {
		from <- c.Phone + " " + c.From
		_ = c.Answer()
	})
	desk := phonetest.New(t, "801")
	desk.Register(l.Addr(), "long and drawn", 600)
	c, err := desk.Dial(l.Addr(), "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	if got := <-from; got != "801 801" {
		t.Errorf("it is taken for %q", got)
	}
	c.Ended(5 * time.Second)
	if code := refusal(t, l.Addr(), "801", "95128"); code != 401 {
		t.Errorf("a phone that proves nothing was told %d", code)
	}
}

// raw sends packets and says what came back, up to a call that is known to come after them.
func raw(t *testing.T, from string, to netip.AddrPort, packets ...string) net.PacketConn {
	t.Helper()
	conn, err := net.ListenPacket("udp", from+":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	for _, p := range packets {
		if _, err := conn.WriteTo([]byte(p), net.UDPAddrFromAddrPort(to)); err != nil {
			t.Fatal(err)
		}
	}
	return conn
}

// request is a SIP request that is well formed.
func request(method, number, from, branch string, more string) string {
	return method + " sip:" + number + "@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP " + from + ";rport;branch=z9hG4bK" + branch + "\r\nFrom: <sip:13800001234@127.0.0.1>;tag=" + branch +
		"\r\nTo: <sip:" + number + "@127.0.0.1>\r\nCall-ID: " + branch + "\r\nCSeq: 1 " + method + "\r\nContact: <sip:13800001234@" + from + ">\r\nMax-Forwards: 70\r\n" + more + "\r\n"
}

func TestAStrangerHearsNothingNotEvenARefusal(t *testing.T) {
	t.Parallel()
	only := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	called := make(chan string, 8)
	addr := open(t, line.Config{Trunk: only}, func(ctx context.Context, c *line.Call) {
		called <- c.From
		_ = c.Answer()
	})
	stranger := raw(t, "127.0.0.2", addr, request("OPTIONS", "95128", "127.0.0.2:5060", "a", "Content-Length: 0\r\n"), request("INVITE", "95128", "127.0.0.2:5060", "b", "Content-Length: 0\r\n"),
		request("REGISTER", "801", "127.0.0.2:5060", "c", "Content-Length: 0\r\n"), "nonsense")
	c, err := phonetest.New(t, "13800000001").Dial(addr, "95128", phonetest.Offer{}) // comes after them on the same port
	if err != nil {
		t.Fatal(err)
	}
	c.Ended(5 * time.Second)
	if err := stranger.SetReadDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1500)
	if n, _, err := stranger.ReadFrom(buf); err == nil {
		t.Errorf("a stranger was answered: %s", buf[:n])
	}
	if who := <-called; who != "13800000001" || len(called) > 0 {
		t.Errorf("a stranger's call was taken")
	}
	tcp, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}).Dial("tcp", addr.String())
	if err != nil {
		return // refused at once is as good
	}
	defer tcp.Close()
	_ = tcp.SetReadDeadline(time.Now().Add(5 * time.Second))
	var late net.Error
	if n, err := tcp.Read(buf); err == nil || errors.As(err, &late) && late.Timeout() {
		t.Errorf("a stranger may speak by TCP: %s %v", buf[:n], err)
	}
}

func TestWhatProvedADeskPhoneOnceProvesNothingTwice(t *testing.T) {
	t.Parallel()
	l := office(t, newClock(), nil)
	conn := raw(t, "127.0.0.1", l.Addr())
	own := conn.LocalAddr().String()
	ask := func(branch, more string) string {
		t.Helper()
		if _, err := conn.WriteTo([]byte(request("REGISTER", "801", own, branch, more+"Content-Length: 0\r\n")), net.UDPAddrFromAddrPort(l.Addr())); err != nil {
			t.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		buf := make([]byte, 2000)
		n, _, err := conn.ReadFrom(buf)
		if err != nil {
			t.Fatal(err)
		}
		return string(buf[:n])
	}
	chal := challengeOf(t, ask("one", ""))
	creds, err := digest.Digest(chal, digest.Options{Method: "REGISTER", URI: "sip:127.0.0.1", Username: "801", Password: "long and drawn"})
	if err != nil {
		t.Fatal(err)
	}
	proof := "Authorization: " + creds.String() + "\r\n"
	if res := ask("two", proof); !strings.Contains(res, "SIP/2.0 200") {
		t.Fatalf("the proof was told %s", res)
	}
	if res := ask("three", proof); !strings.Contains(res, "SIP/2.0 401") || !strings.Contains(res, "stale=true") {
		t.Errorf("the same again was told %s", res)
	}
}
