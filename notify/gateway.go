package notify

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"yinqiao/civic"
)

// Gateway is one way to send short texts.
type Gateway interface {
	Name() string
	Carrier
}

// Gateways sends by the first gateway that works. One that fails several times is left
// out for a while, longer each time; the others take over.
type Gateways struct {
	clock civic.Clock

	mu  sync.Mutex
	all []*lane
}

// lane is a gateway with how it does.
type lane struct {
	Gateway
	limit *rate.Limiter
	fails int       // in a row
	until time.Time // left out until then
}

// GatewayState is how a gateway does, for the overview and the metrics.
type GatewayState struct {
	Name      string
	Fails     int
	Out       bool    // left out now
	PerSecond float64 // texts it is given at most; 0 is without bound
}

// After how many failures in a row a gateway is left out, and how long at first and at
// most.
const (
	failsMost = 3
	outFirst  = 30 * time.Second
	outMost   = 15 * time.Minute
)

// NewGateways puts gateways in the order of preference. perSecond is how many texts each
// takes; 0 is without bound.
func NewGateways(clock civic.Clock, perSecond float64, all ...Gateway) *Gateways {
	g := &Gateways{clock: clock}
	for _, x := range all {
		limit := rate.Inf
		if perSecond > 0 {
			limit = rate.Limit(perSecond)
		}
		g.all = append(g.all, &lane{Gateway: x, limit: rate.NewLimiter(limit, max(1, int(perSecond)))})
	}
	return g
}

var errNoGateway = errors.New("notify: no gateway takes texts now")

// Send implements Carrier. It goes on to the next gateway only where the one before has
// certainly not taken the parcel: nobody gets a text twice because a reply was lost.
func (g *Gateways) Send(ctx context.Context, p Parcel) (Sent, error) {
	last := error(&Refused{Err: errNoGateway})
	for _, l := range g.ready() {
		if err := l.limit.Wait(ctx); err != nil {
			return Sent{}, &Refused{Err: err, Turn: true} // it waited for its turn, and nothing was sent
		}
		sent, err := l.Send(ctx, p)
		sent.Gateway = l.Name()
		no, isNo := refused(err)
		g.did(l, err == nil || isNo && no.ForGood)
		if !isNo {
			return sent, err
		}
		if no.ForGood {
			return sent, err
		}
		last = err
	}
	return Sent{}, last
}

// Price implements Priced: by the gateway that is asked first.
func (g *Gateways) Price(p Parcel) int64 {
	for _, l := range g.ready() {
		if priced, ok := l.Gateway.(Priced); ok {
			return priced.Price(p)
		}
	}
	return 0
}

// ready lists the gateways that are not left out; all, when every one is: somebody has
// to try.
func (g *Gateways) ready() []*lane {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock()
	in := slices.DeleteFunc(slices.Clone(g.all), func(l *lane) bool { return now.Before(l.until) })
	if len(in) == 0 {
		return slices.Clone(g.all)
	}
	return in
}

func (g *Gateways) did(l *lane, well bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if well {
		l.fails, l.until = 0, time.Time{}
		return
	}
	l.fails++
	if l.fails >= failsMost {
		out := min(outFirst<<min(l.fails-failsMost, 10), outMost)
		l.until = g.clock().Add(out)
	}
}

// States tells how each gateway does.
func (g *Gateways) States() []GatewayState {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := make([]GatewayState, len(g.all))
	for i, l := range g.all {
		out[i] = GatewayState{Name: l.Name(), Fails: l.fails, Out: g.clock().Before(l.until)}
		if l.limit.Limit() != rate.Inf {
			out[i].PerSecond = float64(l.limit.Limit())
		}
	}
	return out
}

// Out counts the gateways that are left out now.
func (s *Service) Out() int {
	n := 0
	for _, g := range s.gateways() {
		if g.Out {
			n++
		}
	}
	return n
}

// gateways tells how the gateways for texts do; none where there are none.
func (s *Service) gateways() []GatewayState {
	if g, ok := s.carriers[CarrierSMS].(*Gateways); ok {
		return g.States()
	}
	return nil
}
