package line_test

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"yinqiao/channel/phone/line"
	"yinqiao/channel/phone/phonetest"
)

// wire is a telephone that says each packet by itself.
type wire struct {
	t    *testing.T
	conn net.PacketConn
	to   netip.AddrPort
}

func newWire(t *testing.T, to netip.AddrPort) *wire { return &wire{t, raw(t, "127.0.0.1", to), to} }

func (w *wire) own() string { return w.conn.LocalAddr().String() }

func (w *wire) say(packet string) {
	w.t.Helper()
	if _, err := w.conn.WriteTo([]byte(packet), net.UDPAddrFromAddrPort(w.to)); err != nil {
		w.t.Fatal(err)
	}
}

// hears waits for a packet that begins with one of some words, and returns it.
func (w *wire) hears(begins ...string) string {
	w.t.Helper()
	_ = w.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	buf := make([]byte, 4000)
	for {
		n, _, err := w.conn.ReadFrom(buf)
		if err != nil {
			w.t.Fatalf("%v did not come: %v", begins, err)
		}
		for _, b := range begins {
			if strings.HasPrefix(string(buf[:n]), b) {
				return string(buf[:n])
			}
		}
	}
}

// header is a header of a message, whole.
func header(message, name string) string {
	for _, l := range strings.Split(message, "\r\n") {
		if strings.HasPrefix(l, name+": ") {
			return l + "\r\n"
		}
	}
	return ""
}

const none = "Content-Length: 0\r\n"

func TestACallTakenBackWhileItRingsIsOver(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"CANCEL", "BYE"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			over := make(chan error, 1)
			addr := open(t, line.Config{}, func(ctx context.Context, c *line.Call) {
				_ = c.Ring()
				<-c.Done()
				over <- errors.Join(c.Answer(), c.Play(ctx, phonetest.Tone(440, time.Second)))
			})
			w := newWire(t, addr)
			invite := request("INVITE", "95128", w.own(), "x1", none)
			w.say(invite)
			ringing := w.hears("SIP/2.0 180")
			if how == "CANCEL" {
				w.say(request("CANCEL", "95128", w.own(), "x1", none))
			} else {
				bye := strings.Replace(request("BYE", "95128", w.own(), "x2", none), "Call-ID: x2", "Call-ID: x1", 1)
				bye = strings.Replace(bye, "tag=x2", "tag=x1", 1)
				bye = strings.Replace(bye, "CSeq: 1", "CSeq: 2", 1)
				w.say(strings.Replace(bye, header(bye, "To"), header(ringing, "To"), 1))
			}
			ended := w.hears("SIP/2.0 487")
			w.say(strings.Replace(request("ACK", "95128", w.own(), "x1", none), "To: <sip:95128@127.0.0.1>\r\n", header(ended, "To"), 1))
			if err := <-over; !errors.Is(err, line.ErrOver) {
				t.Error(err)
			}
		})
	}
}

func TestWhatIsSaidTwiceIsDoneOnce(t *testing.T) {
	t.Parallel()
	calls := make(chan *line.Call, 4)
	addr := open(t, line.Config{}, func(ctx context.Context, c *line.Call) {
		calls <- c
		_ = c.Answer()
		<-ctx.Done()
	})
	w := newWire(t, addr)
	invite := request("INVITE", "95128", w.own(), "x1", none)
	w.say(invite)
	w.say(invite)
	first := w.hears("SIP/2.0 200")
	again := w.hears("SIP/2.0 200") // no ACK came: it is said again by itself
	if first != again {
		t.Errorf("the answer came as %s and as %s", first, again)
	}
	within := func(method, branch, seq string) string {
		r := strings.NewReplacer("Call-ID: "+branch, "Call-ID: x1", "tag="+branch, "tag=x1", "CSeq: 1", "CSeq: "+seq).Replace(request(method, "95128", w.own(), branch, none))
		return strings.Replace(r, "To: <sip:95128@127.0.0.1>\r\n", header(first, "To"), 1)
	}
	w.say(within("ACK", "x2", "1"))
	w.say(within("ACK", "x2", "1"))
	w.say(within("OPTIONS", "x3", "2"))
	if res := w.hears("SIP/2.0 200"); !strings.Contains(res, "CSeq: 2 OPTIONS") && !strings.Contains(res, "CSeq: 1 INVITE") {
		t.Errorf("OPTIONS was told %s", res)
	}
	w.say(within("BYE", "x4", "3"))
	w.say(within("BYE", "x4", "3"))
	if res := w.hears("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP " + w.own()); res == "" {
		t.Error("BYE was not answered")
	}
	<-(<-calls).Done()
	if len(calls) > 0 {
		t.Error("one call counted twice")
	}
}

func TestALineClosesWhileCallsRing(t *testing.T) {
	t.Parallel()
	ringing := make(chan struct{})
	l, err := line.Open(line.Config{Addr: "127.0.0.1:0", Trunk: loopback, Clock: time.Now}, func(ctx context.Context, c *line.Call) {
		_ = c.Ring()
		close(ringing)
		<-ctx.Done()
	})
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(t, l.Addr())
	w.say(request("INVITE", "95128", w.own(), "x1", none))
	<-ringing
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	w.hears("SIP/2.0 480")
}

// Whoever says nothing and is there is asked, and stays: on hold for as long as they like.
func TestACallIsEndedWhenItsOtherSideIsGoneAndNotWhenItIsSilent(t *testing.T) {
	t.Parallel()
	at := newClock()
	up, over := make(chan string, 4), make(chan string, 4)
	addr := open(t, line.Config{Clock: at.now, Silent: 200 * time.Millisecond}, func(ctx context.Context, c *line.Call) {
		_ = c.Answer()
		up <- c.From
		<-ctx.Done()
		if c.Gone() != line.Lost {
			t.Errorf("%s went as %d", c.From, c.Gone())
		}
		over <- c.From
	})
	dial := func(number string) (*phonetest.Phone, *phonetest.Call) {
		t.Helper()
		p := phonetest.New(t, number)
		c, err := p.Dial(addr, "95128", phonetest.Offer{})
		if err != nil {
			t.Fatal(err)
		}
		<-up
		return p, c
	}
	held := map[string]*phonetest.Phone{}
	for number, direction := range map[string]string{"13800000001": "inactive", "13800000002": "sendonly"} {
		p, c := dial(number)
		c.Reinvite(direction)
		held[number] = p
	}
	gone, _ := dial("13800000003")
	gone.Vanish()
	at.turn(300 * time.Millisecond)
	if who := <-over; who != "13800000003" {
		t.Fatalf("%s is silent and was hung up on", who)
	}
	_, deaf := dial("13800000004")
	at.turn(time.Minute) // whoever is not on hold and of whom nothing comes for so long can't be heard
	deaf.Ended(5 * time.Second)
	if who := <-over; who != "13800000004" {
		t.Fatalf("%s is on hold and was hung up on", who)
	}
	for _, p := range held {
		p.Vanish()
	}
	<-over
	<-over
}

// Who sends no sound while they say nothing, or says by reports alone that they are there, has not gone.
func TestComfortNoiseAndReportsAreSignsOfLife(t *testing.T) {
	t.Parallel()
	at := newClock()
	calls := make(chan *line.Call, 1)
	addr := open(t, line.Config{Clock: at.now, Silent: time.Hour}, func(ctx context.Context, c *line.Call) {
		_ = c.Answer()
		calls <- c
		<-ctx.Done()
	})
	c, err := phonetest.New(t, "13800000001").Dial(addr, "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	here := <-calls
	report := []byte{0x80, 201, 0, 1, 0, 0, 0, 7} // a receiver's, of nobody
	for what, say := range map[string]func(){
		"comfort noise":             func() { c.Raw([]byte{0x80, 13, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 40}, 0) },
		"a report by the same port": func() { c.Raw(report, 0) },
		"a report beside":           func() { c.Raw(report, 1) },
	} {
		if what == "a report beside" && !here.HearsReports() {
			continue // another call of the test has that port
		}
		at.turn(time.Minute)
		for end := time.Now().Add(5 * time.Second); !here.Heard().Equal(at.now()); {
			if time.Now().After(end) {
				t.Fatalf("%s is no sign of life", what)
			}
			say()
			runtime.Gosched()
		}
	}
}

func TestNonsenseBreaksNothingAndTheNextCallIsGood(t *testing.T) {
	t.Parallel()
	prompt := phonetest.Tone(440, 300*time.Millisecond)
	addr := open(t, line.Config{EachHour: 10_000}, func(ctx context.Context, c *line.Call) {
		if c.From != "13800000008" && c.From != "13800000009" || c.Answer() != nil {
			return
		}
		for c.Play(ctx, prompt) == nil {
			if k, err := c.Key(ctx, 100*time.Millisecond); err != nil || k == '7' {
				return
			}
		}
	})
	good, err := phonetest.New(t, "13800000009").Dial(addr, "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	good.Hears(prompt, 5*time.Second)
	good.Say(phonetest.Tone(300, 100*time.Millisecond)) // from now on, the line knows where the caller is

	r := rand.New(rand.NewPCG(1, 2))
	w := newWire(t, addr)
	whole := request("INVITE", "95128", w.own(), "x9", "Content-Type: application/sdp\r\nContent-Length: 120\r\n") +
		"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
	for i := range 400 {
		b := []byte(strings.ReplaceAll(whole, "x9", "n"+string(rune('a'+i%26))+string(rune('a'+i/26))))
		for range 1 + r.IntN(8) {
			switch r.IntN(3) {
			case 0:
				b[r.IntN(len(b))] = byte(r.Uint32())
			case 1:
				b = b[:1+r.IntN(len(b))]
			default:
				n := r.IntN(len(b))
				b = append(b[:n:n], append([]byte(strings.Repeat("\x00;", r.IntN(40))), b[n:]...)...)
			}
		}
		w.say(string(b))
	}
	sound, err := net.Dial("udp", good.Peer().String())
	if err != nil {
		t.Fatal(err)
	}
	defer sound.Close()
	for range 400 {
		b := make([]byte, r.IntN(200))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		if len(b) > 12 && r.IntN(2) == 0 { // RTP with lies in it
			b[0], b[1] = 0x80|byte(r.IntN(64)), 101
			binary.BigEndian.PutUint16(b[2:], uint16(r.Uint32()))
		}
		if _, err := sound.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	good.Forget()
	good.Hears(prompt, 5*time.Second)
	next, err := phonetest.New(t, "13800000008").Dial(addr, "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	next.Hears(prompt, 5*time.Second)
	next.Press('7')
	next.Ended(5 * time.Second)
	good.Hangup()
}
