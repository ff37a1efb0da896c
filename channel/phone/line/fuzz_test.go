package line

import (
	"net/netip"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/pion/rtp"
)

func FuzzSDP(f *testing.F) {
	f.Add([]byte("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n"))
	f.Add([]byte("v=0\r\no=- 1 1 IN IP6 ::1\r\ns=-\r\nt=0 0\r\nm=video 4000 RTP/AVP 96\r\nm=audio 4000 RTP/AVP 0\r\nc=IN IP6 ::1\r\n"))
	f.Add([]byte("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0/127\r\nt=0 0\r\nm=audio 0 RTP/SAVP 8\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := readSDP(b)
		if err != nil {
			return
		}
		if _, ok := laws[d.payload]; !ok || !d.at.Addr().IsValid() || d.keys != 0 && d.keys < 96 {
			t.Fatalf("%+v", d)
		}
		answer, err := readSDP(session(1, 1, netip.MustParseAddrPort("127.0.0.1:4000"), &d))
		if err != nil {
			t.Fatalf("our answer can't be read: %v", err)
		}
		if answer.payload != d.payload || answer.keys != d.keys || len(answer.sections) != len(d.sections) || answer.direction != d.direction.answered() {
			t.Fatalf("%+v is answered by %+v", d, answer)
		}
	})
}

func FuzzInfo(f *testing.F) {
	f.Add("application/dtmf-relay", []byte("Signal=5\r\nDuration=160\r\n"))
	f.Add("application/dtmf", []byte("#"))
	f.Add("Application/DTMF-Relay; charset=utf-8", []byte("signal = 11"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		key, ok := infoKey(kind, body)
		if ok != isKey(key) {
			t.Fatalf("%q %v", key, ok)
		}
	})
}

func isKey(k byte) bool {
	for i := range keyNames {
		if keyNames[i] == k {
			return true
		}
	}
	return false
}

// FuzzSound hears packets as they come, of a call that has agreed on A-law and keys.
func FuzzSound(f *testing.F) {
	key := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 101, Timestamp: 9, SSRC: 1}, Payload: []byte{5, 0x8A, 3, 32}}
	raw, err := key.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte{0x80, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xD5, 0xD5})
	f.Add([]byte{0xBF, 101, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xBE, 0xDE, 0xFF, 0xFF})
	from := netip.MustParseAddrPort("127.0.0.1:4000")
	f.Fuzz(func(t *testing.T, b []byte) {
		m := newMedia(nil, time.Now)
		m.follow(description{at: from, law: laws[8], payload: 8, keys: 101, direction: SendRecv}, from.Addr())
		m.packet(&rtp.Packet{}, b, from)
		for len(m.keys) > 0 {
			if k := <-m.keys; !isKey(k) {
				t.Fatalf("%q", k)
			}
		}
		m.packet(&rtp.Packet{}, b, netip.MustParseAddrPort("127.0.0.2:4000"))
		if len(m.keys) > 0 {
			t.Fatal("somebody else pressed a key")
		}
	})
}

func TestANumberIsKnownHoweverATrunkWritesIt(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"+863511234567": "03511234567", "863511234567": "03511234567", "03511234567": "03511234567", "+861012345678": "01012345678",
		"+8612612345678": "12612345678", "8612612345678": "12612345678", "12612345678": "12612345678", "12612345678;phone-context=+86": "12612345678",
		"95128": "95128", "+8695128": "95128", "+864001234567": "4001234567", "anonymous": "",
	} {
		if got := user(sip.Uri{User: in}); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}
