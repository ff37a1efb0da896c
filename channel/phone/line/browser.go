package line

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"yinqiao/speech"
)

var (
	// ErrNoBrowsers is a line that has no port for browsers.
	ErrNoBrowsers = errors.New("line: calls can't be answered in browsers")
	// ErrOffer is what a browser offered that can't be used: no G.711, or not readable.
	ErrOffer = errors.New("line: the browser's offer can't be used")
)

const (
	gathers = 5 * time.Second // our own addresses may take to be listed
	// A browser whose network stumbles keeps its call for the sum of these.
	unheard = 5 * time.Second
	lost    = 10 * time.Second
)

// browsers is what all calls of browsers share: one port.
type browsers struct {
	api *webrtc.API
	mux ice.UDPMux
}

// codecs are what we speak with browsers: nothing is transcoded, so it is what telephones speak.
var codecs = map[speech.Law]webrtc.RTPCodecParameters{
	speech.ALaw:  {RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000}, PayloadType: 8},
	speech.MuLaw: {RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: 8000}, PayloadType: 0},
}

// closeBrowsers closes the port of the browsers, where there is one.
func (l *Line) closeBrowsers() error {
	if l.browsers == nil {
		return nil
	}
	return l.browsers.mux.Close()
}

// openBrowsers opens the port for the sound of browsers, if there is one.
func (l *Line) openBrowsers() error {
	if l.config.Browsers == "" {
		return nil
	}
	conn, err := net.ListenPacket("udp", l.config.Browsers)
	if err != nil {
		return fmt.Errorf("line: %w", err)
	}
	quiet := logging.NewDefaultLoggerFactory()
	quiet.Writer = io.Discard
	at := addrPort(conn.LocalAddr().String()).Addr()
	engine := webrtc.SettingEngine{LoggerFactory: quiet}
	engine.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	engine.SetICETimeouts(unheard, lost, 2*time.Second)
	engine.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	engine.SetIncludeLoopbackCandidate(at.IsLoopback())
	if l.config.Advertise.IsValid() {
		err = engine.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{External: []string{l.config.Advertise.String()}, AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace})
		if err != nil {
			return errors.Join(err, conn.Close())
		}
	}
	b := &browsers{mux: webrtc.NewICEUDPMux(quiet.NewLogger("mux"), conn)}
	engine.SetICEUDPMux(b.mux)
	media := &webrtc.MediaEngine{}
	for _, c := range codecs {
		if err := media.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			return errors.Join(err, b.mux.Close())
		}
	}
	b.api = webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(engine))
	l.browsers = b
	return nil
}

// browserLeg is a call of a browser.
type browserLeg struct{ *webrtc.PeerConnection }

func (b browserLeg) bye(context.Context) error { return b.Close() }

// asks knows by ICE, which asks all the time.
func (b browserLeg) asks(context.Context) bool {
	return b.ConnectionState() == webrtc.PeerConnectionStateConnected
}

// Browser makes a call of a browser's offer (WebRTC), and returns the answer that the browser
// must have. law is how the sound is coded both ways: that of the call with which it is going
// to be bridged. The call is its caller's to end, by Hangup; it ends by itself when the browser
// has gone.
func (l *Line) Browser(ctx context.Context, offer string, law speech.Law) (answer string, c *Call, err error) {
	if l.browsers == nil {
		return "", nil, ErrNoBrowsers
	}
	c = &Call{Began: l.config.Clock(), line: l, media: newMedia(nil, l.config.Clock), up: make(chan struct{}), beside: true}
	if err := l.reserve(c); err != nil {
		return "", nil, err
	}
	pc, err := l.browsers.api.NewPeerConnection(webrtc.Configuration{}) // makes a certificate, which lasts a month: a line lasts longer
	if err != nil {
		l.leave(c)
		return "", nil, err
	}
	c.leg = browserLeg{pc}
	c.ctx, c.cancel = context.WithCancel(l.ctx)
	answer, err = c.negotiate(ctx, pc, offer, law)
	if err != nil {
		l.leave(c)
		return "", nil, errors.Join(ErrOffer, err, pc.Close())
	}
	l.enter(fmt.Sprintf("browser %p", c), c)
	return answer, c, nil
}

// negotiate answers an offer.
func (c *Call) negotiate(ctx context.Context, pc *webrtc.PeerConnection, offer string, law speech.Law) (string, error) {
	codec := codecs[law]
	track, err := webrtc.NewTrackLocalStaticRTP(codec.RTPCodecCapability, "audio", "yinqiao")
	if err != nil {
		return "", err
	}
	c.media.speak(law, uint8(codec.PayloadType), track)
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		switch s {
		case webrtc.PeerConnectionStateConnected:
			c.begun()
		case webrtc.PeerConnectionStateClosed:
			if c.ctx.Err() == nil { // one that was lost is closed afterwards, by us
				c.gone.Store(int32(Closed))
			}
			c.cancel()
		case webrtc.PeerConnectionStateFailed:
			c.cancel()
		}
	})
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { c.media.hearFrom(t) })
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	sender, err := pc.AddTrack(track)
	if err != nil {
		return "", err
	}
	for _, t := range pc.GetTransceivers() {
		if t.Sender() == sender {
			if err := t.SetCodecPreferences([]webrtc.RTPCodecParameters{codec}); err != nil {
				return "", err
			}
		}
	}
	go func() { // what is reported of our sound must be read
		buf := make([]byte, 1500)
		for {
			if _, _, err := sender.Read(buf); err != nil {
				return
			}
			c.media.hear()
		}
	}()
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, gathers)
	defer cancel()
	select {
	case <-gathered:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	return pc.LocalDescription().SDP, nil
}

// speak has the sound go to a browser.
func (m *media) speak(law speech.Law, payload uint8, track *webrtc.TrackLocalStaticRTP) {
	m.law, m.payload, m.open = law, payload, true
	m.send = func(h *rtp.Header, payload []byte) error {
		return track.WriteRTP(&rtp.Packet{Header: *h, Payload: payload})
	}
}

// hearFrom reads what a browser says until it is gone.
func (m *media) hearFrom(t *webrtc.TrackRemote) {
	for {
		p, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		m.mu.Lock()
		m.hearing(p)
		m.mu.Unlock()
	}
}
