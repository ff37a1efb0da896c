package line

import (
	"errors"
	"net"
	"net/netip"
	"sync"

	"github.com/emiago/sipgo"
)

// Serve has a server read a port, and returns when it does: a request that is sent before
// would not find the port to leave by. stopped is closed when the port was closed.
func Serve(s *sipgo.Server, conn net.PacketConn) (stopped <-chan struct{}) {
	r := &reading{PacketConn: conn, begun: make(chan struct{})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.ServeUDP(r)
	}()
	select {
	case <-r.begun:
	case <-done:
	}
	return done
}

// reading is a port that tells when it is read for the first time.
type reading struct {
	net.PacketConn
	once  sync.Once
	begun chan struct{}
}

func (r *reading) ReadFrom(b []byte) (int, net.Addr, error) {
	r.once.Do(func() { close(r.begun) })
	return r.PacketConn.ReadFrom(b)
}

// known is a port that hears only some addresses: what comes from elsewhere is not even
// parsed, and whoever looks for telephones to abuse finds none.
type known struct {
	net.PacketConn
	answers func(netip.Addr) bool
}

func (k *known) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := k.PacketConn.ReadFrom(b)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return n, from, err
			}
			continue // what a packet of ours met on its way is no reason to be deaf
		}
		if k.answers(addrPort(from.String()).Addr()) {
			return n, from, nil
		}
	}
}

// knownTCP is the same by TCP.
type knownTCP struct {
	net.Listener
	answers func(netip.Addr) bool
}

func (k *knownTCP) Accept() (net.Conn, error) {
	for {
		conn, err := k.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if k.answers(addrPort(conn.RemoteAddr().String()).Addr()) {
			return conn, nil
		}
		_ = conn.Close()
	}
}
