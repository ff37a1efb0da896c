package app

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"yinqiao/civic"
	"yinqiao/ruledata"
)

// Edge is how the server meets its network. The zero Edge has no proxy in front
// and no address of its own for the metrics.
type Edge struct {
	Trusted     []netip.Prefix // proxies whose X-Forwarded-For is believed
	MetricsAddr string         // where /metrics is; empty is on the main address, for this machine only
}

var errProxies = civic.E(civic.Invalid, "serve.proxies", "代理的网段写得不对，请照 10.0.0.0/8,fd00::/8 这样写在 --trusted-proxies 里。(--trusted-proxies takes CIDRs)")

// parseProxies reads the networks of the proxies.
func parseProxies(texts []string) ([]netip.Prefix, error) {
	out, err := ruledata.Networks(texts)
	if err != nil {
		return nil, errProxies.Because(err)
	}
	return out, nil
}

// parseAddr reads an address, with or without a port.
func parseAddr(text string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		var ap netip.AddrPort
		ap, err = netip.ParseAddrPort(text)
		a = ap.Addr()
	}
	return a.Unmap().WithZone(""), err == nil
}

func (e Edge) trusts(a netip.Addr) bool {
	for _, p := range e.Trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// client finds whose request it is. Behind trusted proxies that is the right-most
// forwarded address that is no trusted proxy: what stands left of it, anybody can
// write.
func (e Edge) client(r *http.Request) (netip.Addr, bool) {
	at, ok := parseAddr(r.RemoteAddr)
	if !ok || !e.trusts(at) {
		return at, ok
	}
	via := strings.Split(strings.Join(r.Header.Values(forwardedFor), ","), ",")
	for i := len(via) - 1; i >= 0 && e.trusts(at); i-- {
		a, ok := parseAddr(strings.TrimSpace(via[i]))
		if !ok {
			break // the nearest that is known
		}
		at = a
	}
	return at, true
}

const forwardedFor = "X-Forwarded-For"

// named makes the client's address that of the request, for all that follows.
func (e Edge) named(next http.Handler) http.Handler {
	if len(e.Trusted) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a, ok := e.client(r); ok {
			r = r.WithContext(r.Context())
			r.RemoteAddr = netip.AddrPortFrom(a, 0).String()
		}
		next.ServeHTTP(w, r)
	})
}

// addressKey is by what tries are counted: an address, and of IPv6 the network of
// 64 bits that one customer has.
func addressKey(remote string) string {
	a, ok := parseAddr(remote)
	switch {
	case !ok:
		host, _, err := net.SplitHostPort(remote)
		if err != nil {
			return remote
		}
		return host
	case a.Is6():
		return netip.PrefixFrom(a, 64).Masked().String()
	}
	return a.String()
}

// local reports whether a request is of this machine itself, and not one that a
// proxy on it has passed on.
func local(r *http.Request) bool {
	for _, h := range []string{forwardedFor, "X-Real-Ip", "Forwarded", "Via"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	a, ok := parseAddr(r.RemoteAddr)
	return ok && a.IsLoopback()
}
