package line

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pion/sdp/v3"

	"yinqiao/speech"
)

// Direction is which way sound goes, seen from whoever says it (RFC 3264).
type Direction string

// The directions.
const (
	SendRecv Direction = "sendrecv"
	SendOnly Direction = "sendonly"
	RecvOnly Direction = "recvonly"
	Inactive Direction = "inactive"
)

// answered is the direction that answers another (RFC 3264, 6.1).
func (d Direction) answered() Direction {
	switch d {
	case SendOnly:
		return RecvOnly
	case RecvOnly:
		return SendOnly
	}
	return d
}

// laws are the payload types of G.711, which are fixed (RFC 3551).
var laws = map[uint8]speech.Law{0: speech.MuLaw, 8: speech.ALaw}

// description is what one side says of its sound.
type description struct {
	at        netip.AddrPort // where it listens
	law       speech.Law
	payload   uint8 // of the law
	keys      uint8 // payload type of telephone-event (RFC 4733); 0 if it has none
	direction Direction
	sections  []*sdp.MediaDescription // of an offer, all of them, in order
	audio     int                     // which of them is ours
}

// errNoSound is an offer of nothing that a telephone understands: no G.711, or encrypted.
var errNoSound = errors.New("line: no G.711 without encryption was offered")

// readSDP reads an offer or an answer. It fails with errNoSound when it is well formed and of
// no use.
func readSDP(body []byte) (description, error) {
	var s sdp.SessionDescription
	if err := s.Unmarshal(body); err != nil {
		return description{}, fmt.Errorf("line: session description: %w", err)
	}
	d := description{sections: s.MediaDescriptions, direction: SendRecv}
	for i, m := range s.MediaDescriptions {
		if m.MediaName.Media != "audio" || m.MediaName.Port.Value == 0 || strings.Join(m.MediaName.Protos, "/") != "RTP/AVP" {
			continue
		}
		if !d.formats(m) {
			continue
		}
		c := m.ConnectionInformation
		if c == nil {
			c = s.ConnectionInformation
		}
		if c == nil || c.Address == nil {
			return d, errors.New("line: no address in the session description")
		}
		host, _, _ := strings.Cut(c.Address.Address, "/")
		ip, err := netip.ParseAddr(host)
		if err != nil {
			return d, errors.New("line: the address of the sound is no IP address")
		}
		if m.MediaName.Port.Value < 0 || m.MediaName.Port.Value > 65535 {
			return d, errors.New("line: the port of the sound is none")
		}
		d.at, d.audio = netip.AddrPortFrom(ip.Unmap(), uint16(m.MediaName.Port.Value)), i
		for _, as := range [][]sdp.Attribute{s.Attributes, m.Attributes} {
			for _, a := range as {
				if x := Direction(a.Key); x == SendRecv || x == SendOnly || x == RecvOnly || x == Inactive {
					d.direction = x
				}
			}
		}
		if ip.IsUnspecified() {
			d.direction = Inactive // how RFC 2543 puts on hold
		}
		return d, nil
	}
	return d, errNoSound
}

// formats chooses the first law that is offered, and finds the keys.
func (d *description) formats(m *sdp.MediaDescription) bool {
	found := false
	for _, f := range m.MediaName.Formats {
		n, err := strconv.ParseUint(f, 10, 7)
		if err != nil {
			continue
		}
		if law, ok := laws[uint8(n)]; ok && !found {
			d.law, d.payload, found = law, uint8(n), true
		}
	}
	d.keys = 0
	for _, a := range m.Attributes {
		if a.Key != "rtpmap" {
			continue
		}
		pt, what, _ := strings.Cut(a.Value, " ")
		if n, err := strconv.ParseUint(pt, 10, 7); err == nil && n >= 96 && strings.EqualFold(strings.TrimSpace(what), "telephone-event/8000") && slices.Contains(m.MediaName.Formats, pt) {
			d.keys = uint8(n)
		}
	}
	return found
}

// keysPayload is the payload type under which we offer keys.
const keysPayload = 101

// session writes what we say of our sound. With the description of the other side it is an
// answer: what we do not take of it is refused by a port of 0.
func session(id uint64, version uint64, at netip.AddrPort, to *description) []byte {
	family := "IP4"
	if at.Addr().Is6() {
		family = "IP6"
	}
	s := sdp.SessionDescription{
		Origin:                sdp.Origin{Username: "-", SessionID: id, SessionVersion: version, NetworkType: "IN", AddressType: family, UnicastAddress: at.Addr().String()},
		SessionName:           "yinqiao",
		ConnectionInformation: &sdp.ConnectionInformation{NetworkType: "IN", AddressType: family, Address: &sdp.Address{Address: at.Addr().String()}},
		TimeDescriptions:      []sdp.TimeDescription{{}},
	}
	if to == nil {
		s.MediaDescriptions = []*sdp.MediaDescription{sound(at.Port(), []uint8{8, 0}, keysPayload, SendRecv)}
	} else {
		for i, m := range to.sections {
			if i == to.audio {
				s.MediaDescriptions = append(s.MediaDescriptions, sound(at.Port(), []uint8{to.payload}, to.keys, to.direction.answered()))
				continue
			}
			s.MediaDescriptions = append(s.MediaDescriptions, &sdp.MediaDescription{
				MediaName: sdp.MediaName{Media: m.MediaName.Media, Protos: m.MediaName.Protos, Formats: m.MediaName.Formats}})
		}
	}
	b, err := s.Marshal()
	if err != nil {
		panic(err) // it never fails: nothing in it is optional
	}
	return b
}

// sound is one stream of G.711 with its keys.
func sound(port uint16, payloads []uint8, keys uint8, d Direction) *sdp.MediaDescription {
	m := &sdp.MediaDescription{MediaName: sdp.MediaName{Media: "audio", Port: sdp.RangedPort{Value: int(port)}, Protos: []string{"RTP", "AVP"}}}
	for _, p := range payloads {
		n := strconv.Itoa(int(p))
		m.MediaName.Formats = append(m.MediaName.Formats, n)
		m.Attributes = append(m.Attributes, sdp.NewAttribute("rtpmap", n+" "+laws[p].String()+"/8000"))
	}
	if keys != 0 {
		n := strconv.Itoa(int(keys))
		m.MediaName.Formats = append(m.MediaName.Formats, n)
		m.Attributes = append(m.Attributes, sdp.NewAttribute("rtpmap", n+" telephone-event/8000"), sdp.NewAttribute("fmtp", n+" 0-15"))
	}
	m.Attributes = append(m.Attributes, sdp.NewAttribute("ptime", strconv.Itoa(int(frame/time.Millisecond))), sdp.NewPropertyAttribute(string(d)))
	return m
}
