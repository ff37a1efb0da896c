package line

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"maps"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// Secrets has what desk phones prove themselves by.
type Secrets interface {
	// Secret is the secret of an extension; "" of one that there is not, or no more.
	Secret(ctx context.Context, extension string) (string, error)
}

const (
	nonceLasts   = 5 * time.Minute
	wrongWindow  = 15 * time.Minute
	expiresLeast = 60 // seconds
	expiresMost  = 3600
	secretWait   = 5 * time.Second
)

// desk has the desk phones that are registered, and what they prove themselves by.
type desk struct {
	key [32]byte // of the nonces

	mu     sync.Mutex
	phones map[string]binding
	used   map[string]usage // nonces that were used with success
	wrong  rates            // by address
}

// usage is how often a nonce was used, and when it was made.
type usage struct {
	times int
	made  time.Time
}

// binding is where a desk phone is.
type binding struct {
	contact sip.Uri
	at      netip.AddrPort
	tcp     bool
	until   time.Time
}

func newDesk() *desk {
	d := &desk{phones: map[string]binding{}, used: map[string]usage{}, wrong: newRates(wrongWindow)}
	_, _ = rand.Read(d.key[:]) // it never fails
	return d
}

// Registered reports whether the desk phone of an extension is there.
func (l *Line) Registered(extension string) bool {
	_, ok := l.where(extension)
	return ok
}

func (l *Line) where(extension string) (binding, bool) {
	l.desk.mu.Lock()
	defer l.desk.mu.Unlock()
	b, ok := l.desk.phones[extension]
	return b, ok && l.config.Clock().Before(b.until)
}

// Ring calls the desk phone of an extension, and returns when it was picked up. from is shown
// as who calls. The rest is as in Dial; ErrNotThere if the phone is not registered.
func (l *Line) Ring(ctx context.Context, extension, from string) (*Call, error) {
	b, ok := l.where(extension)
	if !ok {
		return nil, ErrNotThere
	}
	c := l.newCall(digits(from), extension, b.at.Addr())
	c.beside = true
	return l.place(ctx, c, place{uri: b.contact, at: b.at, tcp: b.tcp})
}

func (l *Line) onRegister(req *sip.Request, tx sip.ServerTransaction) {
	if req.To() == nil || req.From() == nil || req.CallID() == nil || req.CSeq() == nil {
		respond(tx, req, sip.StatusBadRequest, "Bad Request")
		return
	}
	extension := l.prove(req, tx)
	if extension == "" {
		return
	}
	if req.To().Address.User != extension {
		respond(tx, req, sip.StatusForbidden, "Forbidden")
		return
	}
	contact := req.Contact()
	if contact == nil { // asks where we take it to be
		respond(tx, req, sip.StatusOK, "OK")
		return
	}
	lasts := expires(req, contact)
	switch {
	case lasts == 0:
		l.desk.mu.Lock()
		delete(l.desk.phones, extension)
		l.desk.mu.Unlock()
		respond(tx, req, sip.StatusOK, "OK")
		return
	case lasts < expiresLeast:
		respond(tx, req, sip.StatusIntervalToBrief, "Interval Too Brief", sip.NewHeader("Min-Expires", strconv.Itoa(expiresLeast)))
		return
	}
	at := addrPort(req.Source())
	if !at.IsValid() || contact.Address.Wildcard {
		respond(tx, req, sip.StatusBadRequest, "Bad Request")
		return
	}
	lasts = min(lasts, expiresMost)
	b := binding{contact: *contact.Address.Clone(), at: at, tcp: strings.EqualFold(req.Transport(), "TCP"),
		until: l.config.Clock().Add(time.Duration(lasts) * time.Second)}
	l.desk.mu.Lock()
	l.desk.phones[extension] = b
	l.desk.mu.Unlock()
	bound := sip.ContactHeader{Address: *contact.Address.Clone(), Params: sip.NewParams()}
	bound.Params.Add("expires", strconv.Itoa(lasts))
	respond(tx, req, sip.StatusOK, "OK", &bound)
}

// expires is for how many seconds a registration is asked.
func expires(req *sip.Request, contact *sip.ContactHeader) int {
	text, ok := contact.Params.Get("expires")
	if h := req.GetHeader("Expires"); !ok && h != nil {
		text, ok = h.Value(), true
	}
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 31)
	if !ok || err != nil {
		return expiresMost
	}
	return int(n)
}

// prove has a desk phone prove which extension it is (RFC 3261, 22; RFC 2617), and answers
// those that have not; then it returns "".
func (l *Line) prove(req *sip.Request, tx sip.ServerTransaction) (extension string) {
	from, now := source(req), l.config.Clock()
	if !within(l.config.Phones, from) {
		respond(tx, req, sip.StatusForbidden, "Forbidden")
		return ""
	}
	if l.desk.tries(from, now) >= l.config.Wrong {
		respond(tx, req, sip.StatusForbidden, "Forbidden", sip.NewHeader("Retry-After", strconv.Itoa(int(wrongWindow/time.Second))))
		return ""
	}
	h := req.GetHeader("Authorization")
	if h == nil {
		l.challenge(req, tx, from, false)
		return ""
	}
	creds, err := digest.ParseCredentials(h.Value())
	if err != nil || creds.Realm != l.config.Realm || creds.QOP != "auth" || creds.Nc < 1 {
		l.challenge(req, tx, from, false)
		return ""
	}
	made, fresh := l.desk.fresh(creds.Nonce, from, now)
	if !fresh {
		l.challenge(req, tx, from, true)
		return ""
	}
	ctx, cancel := context.WithTimeout(l.ctx, secretWait)
	defer cancel()
	secret, err := l.config.Secrets.Secret(ctx, creds.Username)
	if err != nil {
		respond(tx, req, sip.StatusServiceUnavailable, "Service Unavailable")
		return ""
	}
	want, err := digest.Digest(l.asks(creds.Nonce, false), digest.Options{Method: string(req.Method), URI: creds.URI, Count: creds.Nc, Cnonce: creds.Cnonce, Username: creds.Username, Password: secret})
	if err != nil || secret == "" || subtle.ConstantTimeCompare([]byte(want.Response), []byte(creds.Response)) != 1 {
		l.desk.failed(from, now)
		respond(tx, req, sip.StatusForbidden, "Forbidden")
		return ""
	}
	if !l.desk.use(creds.Nonce, usage{creds.Nc, made}, now) { // heard on the wire and said again
		l.challenge(req, tx, from, true)
		return ""
	}
	return creds.Username
}

func (l *Line) asks(nonce string, stale bool) *digest.Challenge {
	// MD5 is what desk phones know. It guards no more than the secret's own length does: secrets
	// are drawn by us, not thought of by people.
	return &digest.Challenge{Realm: l.config.Realm, Nonce: nonce, Algorithm: "MD5", QOP: []string{"auth"}, Stale: stale}
}

func (l *Line) challenge(req *sip.Request, tx sip.ServerTransaction, from netip.Addr, stale bool) {
	nonce := l.desk.nonce(from, l.config.Clock())
	respond(tx, req, sip.StatusUnauthorized, "Unauthorized", sip.NewHeader("WWW-Authenticate", l.asks(nonce, stale).String()))
}

// nonce is a number used once, for one address and a short time. It needs no memory, so that
// nobody can fill it.
func (d *desk) nonce(from netip.Addr, now time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], uint64(now.UnixNano()))
	_, _ = rand.Read(b[8:])
	return base64.RawURLEncoding.EncodeToString(append(b[:], d.sign(b[:], from)...))
}

func (d *desk) sign(b []byte, from netip.Addr) []byte {
	m := hmac.New(sha256.New, d.key[:])
	m.Write(b)
	m.Write([]byte(from.String()))
	return m.Sum(nil)[:16]
}

// fresh reports whether a nonce is ours, for that address, and not old, and when it was made.
func (d *desk) fresh(nonce string, from netip.Addr, now time.Time) (made time.Time, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(nonce)
	if err != nil || len(b) != 32 || !hmac.Equal(b[16:], d.sign(b[:16], from)) {
		return made, false
	}
	made = time.Unix(0, int64(binary.BigEndian.Uint64(b)))
	return made, now.Sub(made) < nonceLasts
}

// use notes that a nonce was used once more, and refuses what was said before.
func (d *desk) use(nonce string, u usage, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	maps.DeleteFunc(d.used, func(_ string, old usage) bool { return now.Sub(old.made) > nonceLasts })
	if u.times <= d.used[nonce].times {
		return false
	}
	d.used[nonce] = u
	return true
}

func (d *desk) tries(from netip.Addr, now time.Time) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.wrong.count(from.String(), now)
}

func (d *desk) failed(from netip.Addr, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wrong.add(from.String(), now)
}
