package line_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo"

	"yinqiao/channel/phone/line"
	"yinqiao/channel/phone/phonetest"
	"yinqiao/speech"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func open(t *testing.T, c line.Config, h line.Handler) netip.AddrPort {
	t.Helper()
	return openLine(t, c, h).Addr()
}

func openLine(t *testing.T, c line.Config, h line.Handler) *line.Line {
	t.Helper()
	c.Addr = "127.0.0.1:0"
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Trunk == nil {
		c.Trunk = loopback
	}
	l, err := line.Open(c, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// refusal is what a call is told that is not taken.
func refusal(t *testing.T, at netip.AddrPort, from, to string) int {
	t.Helper()
	_, err := phonetest.New(t, from).Dial(at, to, phonetest.Offer{})
	var no *sipgo.ErrDialogResponse
	if !errors.As(err, &no) {
		t.Fatalf("%v", err)
	}
	return no.Res.StatusCode
}

func TestTheCallerHearsThePromptAndIsHeardPressingKeys(t *testing.T) {
	t.Parallel()
	ways := map[string]phonetest.Offer{"A-law": {}, "mu-law": {Law: speech.MuLaw}, "tcp": {TCP: true}, "keys by INFO": {NoKeys: true}, "late offer": {Late: true}}
	for name, o := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prompt, bye := phonetest.Tone(440, 700*time.Millisecond), phonetest.Tone(610, 300*time.Millisecond)
			got := make(chan string, 1)
			addr := open(t, line.Config{}, func(ctx context.Context, c *line.Call) {
				if err := errors.Join(c.Ring(), c.Answer(), c.Play(ctx, prompt)); err != nil {
					t.Error(err)
				}
				keys := ""
				for range 3 {
					k, err := c.Key(ctx, 5*time.Second)
					if err != nil {
						t.Error(err)
					}
					keys += string(k)
				}
				if err := c.Play(ctx, bye); err != nil {
					t.Error(err)
				}
				got <- c.From + " " + c.To + " " + keys
			})
			c, err := phonetest.New(t, "13800001234").Dial(addr, "95128", o)
			if err != nil {
				t.Fatal(err)
			}
			c.Hears(prompt, 5*time.Second)
			for _, k := range "1*0" {
				c.Press(byte(k))
			}
			c.Hears(bye, 5*time.Second)
			c.Ended(5 * time.Second)
			if g := <-got; g != "13800001234 95128 1*0" {
				t.Errorf("%q", g)
			}
		})
	}
}

func TestAKeyCutsThePromptOff(t *testing.T) {
	t.Parallel()
	long := phonetest.Tone(440, 20*time.Second)
	took := make(chan time.Duration, 1)
	playing := make(chan struct{})
	addr := open(t, line.Config{}, func(ctx context.Context, c *line.Call) {
		_ = c.Answer()
		close(playing)
		began := time.Now()
		_ = c.Play(ctx, long)
		took <- time.Since(began)
		if k, err := c.Key(ctx, time.Second); k != '2' || err != nil {
			t.Error(k, err)
		}
	})
	c, err := phonetest.New(t, "13800001234").Dial(addr, "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	<-playing
	c.Hears(phonetest.Tone(440, 100*time.Millisecond), 5*time.Second)
	c.Press('2')
	if d := <-took; d > 5*time.Second {
		t.Errorf("the prompt went on for %v", d)
	}
	c.Ended(5 * time.Second)
}

func TestWhatIsPlayedWholeIsHeardToItsEndAndTheKeyIsLeftForTheQuestionAfterIt(t *testing.T) {
	t.Parallel()
	whole, playing := phonetest.Tone(440, time.Second), make(chan struct{})
	addr := open(t, line.Config{}, func(ctx context.Context, c *line.Call) {
		_ = c.Answer()
		close(playing)
		if err := c.PlayOut(ctx, whole); err != nil {
			t.Error(err)
		}
		if k, err := c.Key(ctx, time.Second); k != '2' || err != nil {
			t.Error(k, err)
		}
	})
	c, err := phonetest.New(t, "13800001234").Dial(addr, "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	<-playing
	c.Hears(phonetest.Tone(440, 100*time.Millisecond), 5*time.Second)
	c.Press('2')
	c.Hears(whole, 5*time.Second)
	c.Ended(5 * time.Second)
}

func TestACallerWhoHangsUpEndsTheCallAtOnce(t *testing.T) {
	t.Parallel()
	over := make(chan error, 1)
	addr := open(t, line.Config{}, func(ctx context.Context, c *line.Call) {
		_ = c.Answer()
		over <- c.Play(ctx, phonetest.Tone(440, time.Minute))
	})
	c, err := phonetest.New(t, "13800001234").Dial(addr, "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	c.Hears(phonetest.Tone(440, 100*time.Millisecond), 5*time.Second)
	c.Hangup()
	if err := <-over; !errors.Is(err, line.ErrOver) {
		t.Error(err)
	}
}

func TestTooManyAreToldBusy(t *testing.T) {
	t.Parallel()
	hold := func(ctx context.Context, c *line.Call) {
		_ = c.Answer()
		<-ctx.Done()
	}
	refused := func(addr netip.AddrPort, number string) int { return refusal(t, addr, number, "95128") }
	one := open(t, line.Config{Most: 1}, hold)
	stays := func(addr netip.AddrPort, number string) {
		if _, err := phonetest.New(t, number).Dial(addr, "95128", phonetest.Offer{}); err != nil {
			t.Fatal(err)
		}
	}
	stays(one, "13800000001")
	if code := refused(one, "13800000002"); code != 486 {
		t.Errorf("one too many was told %d", code)
	}
	rated := open(t, line.Config{EachHour: 1}, hold)
	stays(rated, "13800000001")
	if code := refused(rated, "13800000001"); code != 503 {
		t.Errorf("who calls too often was told %d", code)
	}
	stays(rated, "13800000003")
	unnamed := open(t, line.Config{Withheld: 2, EachHour: 1}, hold)
	stays(unnamed, "anonymous")
	stays(unnamed, "unknown")
	if code := refused(unnamed, "anonymous"); code != 503 {
		t.Errorf("who withholds their number as too many others do was told %d", code)
	}
	stays(unnamed, "13800000001")
	few := open(t, line.Config{AtOnce: 1}, hold)
	first, err := phonetest.New(t, "13800000001").Dial(few, "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	if code := refused(few, "13800000001"); code != 503 {
		t.Errorf("who calls twice at once was told %d", code)
	}
	stays(few, "13800000002")
	first.Hangup()
	for end := time.Now().Add(5 * time.Second); ; { // the line frees the place after it said that it heard
		if _, err := phonetest.New(t, "13800000001").Dial(few, "95128", phonetest.Offer{}); err == nil {
			break
		} else if time.Now().After(end) {
			t.Fatalf("who has hung up is counted on: %v", err)
		}
	}
	video := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio PORT RTP/SAVP 8\r\n"
	_, err = phonetest.New(t, "13800000004").Dial(rated, "95128", phonetest.Offer{SDP: video})
	var no *sipgo.ErrDialogResponse
	if !errors.As(err, &no) || no.Res.StatusCode != 488 {
		t.Errorf("an encrypted offer: %v", err)
	}
}

func TestACallOnHoldHearsNothingAndIsTakenBack(t *testing.T) {
	t.Parallel()
	addr := open(t, line.Config{}, func(ctx context.Context, c *line.Call) {
		_ = c.Answer()
		for c.Play(ctx, phonetest.Tone(440, 200*time.Millisecond)) == nil {
		}
	})
	c, err := phonetest.New(t, "13800001234").Dial(addr, "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	c.Hears(phonetest.Tone(440, 200*time.Millisecond), 5*time.Second)
	if answer := c.Reinvite("sendonly"); !strings.Contains(answer, "a=recvonly") {
		t.Errorf("put on hold, the line said %s", answer)
	}
	c.Forget()
	before := len(c.Arrived())
	if answer := c.Reinvite("sendrecv"); !strings.Contains(answer, "a=sendrecv") {
		t.Errorf("taken back, the line said %s", answer)
	}
	if before > 2 { // what was on its way
		t.Errorf("%d packets came to a call on hold", before)
	}
	c.Hears(phonetest.Tone(440, 200*time.Millisecond), 5*time.Second)
	c.Hangup()
}

func TestTwoCallsAreBridgedWithSoundBothWays(t *testing.T) {
	t.Parallel()
	calls := make(chan *line.Call, 2)
	done := make(chan struct{})
	addr := open(t, line.Config{}, func(ctx context.Context, c *line.Call) {
		_ = c.Answer()
		calls <- c
		if c.From == "13800000001" {
			a, b := <-calls, <-calls
			line.Bridge(ctx, a, b)
			close(done)
			return
		}
		<-ctx.Done()
	})
	one, err := phonetest.New(t, "13800000001").Dial(addr, "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	two, err := phonetest.New(t, "13800000002").Dial(addr, "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	first, second := phonetest.Tone(500, 400*time.Millisecond), phonetest.Tone(700, 400*time.Millisecond)
	ends := time.Now().Add(10 * time.Second)
	for !phonetest.Contains(two.Heard(), speech.ALaw.Decode(speech.ALaw.Encode(first))) || !phonetest.Contains(one.Heard(), speech.ALaw.Decode(speech.ALaw.Encode(second))) {
		if time.Now().After(ends) {
			t.Fatalf("heard %v and %v", one.Heard().Duration(), two.Heard().Duration())
		}
		one.Say(first)
		two.Say(second)
	}
	one.Hangup()
	<-done
	two.Hangup()
}

func TestNobodyElseTalksIntoACall(t *testing.T) {
	t.Parallel()
	keys := make(chan byte, 1)
	addr := open(t, line.Config{}, func(ctx context.Context, c *line.Call) {
		_ = c.Answer()
		k, _ := c.Key(ctx, 3*time.Second)
		keys <- k
	})
	c, err := phonetest.New(t, "13800001234").Dial(addr, "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	c.Say(phonetest.Tone(300, 100*time.Millisecond)) // from now on, the line knows where the caller is
	other, err := net.Dial("udp", c.Peer().String())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for i := range 5 { // key 9, from another port
		if _, err := other.Write([]byte{0x80, 101, 0, byte(i), 0, 0, 0, 9, 0, 0, 0, 1, 9, 0x8A, 3, 32}); err != nil {
			t.Fatal(err)
		}
	}
	c.Press('4')
	if k := <-keys; k != '4' {
		t.Errorf("the line took %q", k)
	}
	c.Ended(5 * time.Second)
}

func TestPacketsAreTwentyMillisecondsApart(t *testing.T) {
	t.Parallel()
	addr := open(t, line.Config{}, func(ctx context.Context, c *line.Call) {
		_ = c.Answer()
		_ = c.Play(ctx, phonetest.Tone(440, time.Second))
	})
	c, err := phonetest.New(t, "13800001234").Dial(addr, "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	c.Ended(10 * time.Second)
	at := c.Arrived()
	if len(at) < 48 {
		t.Fatalf("%d packets for a second of sound", len(at))
	}
	// On a busy machine single packets are late, and silence follows until the call is ended; on the whole they keep time.
	if apart := at[len(at)-1].Sub(at[0]) / time.Duration(len(at)-1); apart < 18*time.Millisecond || apart > 60*time.Millisecond {
		t.Errorf("they are %v apart", apart)
	}
}

func TestGarbledCallsBreakNothing(t *testing.T) {
	t.Parallel()
	addr := open(t, line.Config{}, func(ctx context.Context, c *line.Call) { _ = c.Answer() })
	conn, err := net.Dial("udp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, m := range []string{"", "\x00\xff", "INVITE", "INVITE sip:1@x SIP/2.0\r\n\r\n", "BYE sip:1@x SIP/2.0\r\nCall-ID: 1\r\n\r\n", "ACK sip:1@x SIP/2.0\r\n\r\n",
		fmt.Sprintf("INVITE sip:1@x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bKa\r\nFrom: <sip:2@x>;tag=1\r\nTo: <sip:1@x>\r\nCall-ID: g\r\nCSeq: 1 INVITE\r\nContent-Length: 3\r\n\r\nv=1", 9),
		strings.Repeat("A", 60_000)} {
		if _, err := conn.Write([]byte(m)); err != nil {
			t.Fatal(err)
		}
	}
	c, err := phonetest.New(t, "13800001234").Dial(addr, "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	c.Ended(5 * time.Second)
}

func TestACodedSampleComesBackAsItWas(t *testing.T) {
	t.Parallel()
	for _, l := range []speech.Law{speech.ALaw, speech.MuLaw} {
		for c := range 256 {
			b := []byte{byte(c)}
			if back := l.Encode(l.Decode(b)); !slices.Equal(back, b) && !(l == speech.MuLaw && c == 0x7F && back[0] == 0xFF) {
				t.Errorf("%s: %#x comes back as %#x", l, b, back)
			}
		}
	}
}
