package line_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pion/webrtc/v4"

	"yinqiao/channel/phone/line"
	"yinqiao/channel/phone/phonetest"
	"yinqiao/speech"
)

// page is a telephone in a browser: it offers its microphone and hears what comes.
const page = `<!doctype html><script>
window.loud = 0
async function call() {
  const pc = window.pc = new RTCPeerConnection()
  const mic = await navigator.mediaDevices.getUserMedia({audio: true})
  mic.getTracks().forEach(t => pc.addTrack(t, mic))
  pc.ontrack = e => {
    const out = new Audio(); out.srcObject = e.streams[0] || new MediaStream([e.track]); out.play()
    const ctx = new AudioContext(), hear = ctx.createAnalyser(); ctx.resume()
    ctx.createMediaStreamSource(out.srcObject).connect(hear)
    const bins = new Uint8Array(hear.frequencyBinCount)
    setInterval(() => { hear.getByteFrequencyData(bins)
      let top = 0; bins.forEach((b, i) => { if (b > bins[top]) top = i })
      if (bins[top] > 100) window.loud = top * ctx.sampleRate / 2 / bins.length }, 50)
  }
  await pc.setLocalDescription(await pc.createOffer())
  await new Promise(done => { if (pc.iceGatheringState == 'complete') done(); else pc.onicegatheringstatechange = () => pc.iceGatheringState == 'complete' && done() })
  const res = await fetch('/', {method: 'POST', body: pc.localDescription.sdp})
  if (!res.ok) throw new Error(await res.text())
  await pc.setRemoteDescription({type: 'answer', sdp: await res.text()})
}
window.failed = ''
call().catch(e => window.failed = String(e))
</script>`

// chromium opens a page with a microphone that beeps.
func chromium(t *testing.T, url string) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("Chromium is missing: run make deps")
		}
		t.Skip("Chromium is missing: run make deps")
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("allow-loopback-in-peer-connection", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"), chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewContext(alloc)
	ctx, timeout := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(func() { timeout(); cancel(); stop() })
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func evaluate[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestACallIsAnsweredInABrowserWithSoundBothWays(t *testing.T) {
	t.Parallel()
	for _, law := range []speech.Law{speech.ALaw, speech.MuLaw} {
		t.Run(law.String(), func(t *testing.T) {
			t.Parallel()
			callers := make(chan *line.Call, 1)
			l := openLine(t, line.Config{Browsers: "127.0.0.1:0"}, func(ctx context.Context, c *line.Call) {
				_ = c.Answer()
				callers <- c
				<-ctx.Done()
			})
			caller, err := phonetest.New(t, "13800001234").Dial(l.Addr(), "95128", phonetest.Offer{Law: law})
			if err != nil {
				t.Fatal(err)
			}
			here := <-callers
			colleagues := make(chan *line.Call, 1)
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == "GET" {
					w.Header().Set("Content-Type", "text/html")
					_, _ = io.WriteString(w, page)
					return
				}
				offer, _ := io.ReadAll(r.Body)
				answer, c, err := l.Browser(r.Context(), string(offer), here.Law())
				if err != nil {
					http.Error(w, err.Error(), http.StatusBadRequest)
					return
				}
				colleagues <- c
				_, _ = io.WriteString(w, answer)
			}))
			t.Cleanup(site.Close)
			window := chromium(t, site.URL)
			var colleague *line.Call
			select {
			case colleague = <-colleagues:
			case <-time.After(20 * time.Second):
				t.Fatalf("no offer came: %s", evaluate[string](t, window, "window.failed"))
			}
			go line.Bridge(t.Context(), here, colleague)

			// The browser hears the caller, and the caller the beeps of the browser's microphone.
			heard, ends := 0.0, time.Now().Add(20*time.Second)
			for heard < 900 || heard > 1100 {
				if time.Now().After(ends) {
					t.Fatalf("the browser hears %v Hz; failed: %q", heard, evaluate[string](t, window, "window.failed"))
				}
				caller.Say(phonetest.Tone(1000, 200*time.Millisecond))
				heard = evaluate[float64](t, window, "window.loud")
			}
			for !phonetest.Loud(caller.Heard()) {
				if time.Now().After(ends) {
					t.Fatal("the caller hears nothing of the browser's microphone")
				}
				caller.Say(phonetest.Tone(1000, 200*time.Millisecond))
			}
			evaluate[bool](t, window, "window.pc.close() || true")
			select {
			case <-colleague.Done():
			case <-time.After(20 * time.Second):
				t.Error("the browser has gone and its call goes on")
			}
			if here.Context().Err() != nil {
				t.Error("the caller was hung up on when the browser went")
			}
		})
	}
}

// A certificate is good for a month, and a line stays open for longer.
func TestEachCallOfABrowserHasACertificateOfItsOwn(t *testing.T) {
	t.Parallel()
	l := openLine(t, line.Config{Browsers: "127.0.0.1:0"}, nil)
	seen := map[string]bool{}
	for range 2 {
		pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = pc.Close() })
		if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio); err != nil {
			t.Fatal(err)
		}
		offer, err := pc.CreateOffer(nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, c, err := l.Browser(t.Context(), offer.SDP, speech.ALaw)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Hangup)
		_, after, _ := strings.Cut(answer, "a=fingerprint:")
		print, _, _ := strings.Cut(after, "\r\n")
		if print == "" || seen[print] {
			t.Errorf("the certificate is %q again", print)
		}
		seen[print] = true
	}
}

// answersIn is a browser that is made by the same hands as the line: it answers, or never hears what it is told.
func answersIn(t *testing.T, l *line.Line, hears bool) (*webrtc.PeerConnection, *line.Call) {
	t.Helper()
	pc := phonetest.Browser(t)
	both := make(chan struct{})
	shook := sync.OnceFunc(func() { close(both) })
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			shook()
		}
	})
	answer, c, err := l.Browser(t.Context(), phonetest.OfferOf(t, pc), speech.ALaw)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Hangup)
	if hears {
		if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
			t.Fatal(err)
		}
		<-both // a browser that closes before it has shaken hands says no good-bye
	}
	return pc, c
}

func TestABrowserIsUpWhenSoundCanFlowAndOneThatNeverConnectsIsGone(t *testing.T) {
	t.Parallel()
	l := openLine(t, line.Config{Browsers: "127.0.0.1:0"}, nil)
	_, never := answersIn(t, l, false)
	pc, there := answersIn(t, l, true)
	<-there.Up()
	if err := pc.Close(); err != nil {
		t.Fatal(err)
	}
	<-there.Done()
	if there.Gone() != line.Closed {
		t.Errorf("a page that was closed went as %d", there.Gone())
	}
	select {
	case <-never.Up():
		t.Error("a browser that heard nothing is up")
	case <-never.Done():
	}
	if never.Gone() != line.Lost {
		t.Errorf("a browser that never connected went as %d", never.Gone())
	}
}

func TestALineThatIsFullOfCallersIsAnsweredAllTheSame(t *testing.T) {
	t.Parallel()
	in := make(chan *line.Call, 1)
	l := openLine(t, line.Config{Browsers: "127.0.0.1:0", Most: 1, Phones: loopback, Secrets: secrets{"801": "drawn"}, Trunk: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}, func(ctx context.Context, c *line.Call) {
		_ = c.Answer()
		in <- c
		<-ctx.Done()
	})
	desk := phonetest.New(t, "801")
	if code := desk.Register(l.Addr(), "drawn", 300); code != 200 {
		t.Fatal(code)
	}
	if _, err := phonetest.New(t, "13800000001").Dial(l.Addr(), "95128", phonetest.Offer{}); err != nil {
		t.Fatal(err)
	}
	<-in
	_, browser := answersIn(t, l, true)
	<-browser.Up()
	go func() { desk.Rings(5 * time.Second).Answer() }()
	c, err := l.Ring(t.Context(), "801", "13800000001")
	if err != nil {
		t.Fatal(err)
	}
	browser.Hangup()
	c.Hangup()
	if code := refusal(t, l.Addr(), "13800000002", "95128"); code != 486 {
		t.Errorf("one caller too many was told %d", code)
	}
}

func TestAnOfferOfNoUseIsRefused(t *testing.T) {
	t.Parallel()
	l := openLine(t, line.Config{Browsers: "127.0.0.1:0", Most: 1}, nil)
	for _, offer := range []string{"", "v=0", "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"} {
		if _, _, err := l.Browser(t.Context(), offer, speech.ALaw); !errors.Is(err, line.ErrOffer) {
			t.Errorf("%q: %v", offer, err)
		}
	}
	if _, _, err := openLine(t, line.Config{}, nil).Browser(t.Context(), "", speech.ALaw); !errors.Is(err, line.ErrNoBrowsers) {
		t.Error(err)
	}
}
