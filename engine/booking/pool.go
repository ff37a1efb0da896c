package booking

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yinqiao/civic"
)

// Plan says how the places of a session are shared out among pools.
type Plan struct {
	Name   string `yaml:"name" json:"name"`
	Words  string `yaml:"words" json:"words"`
	Source string `yaml:"source" json:"source"` // who set the shares
	Pools  []Pool `yaml:"pools" json:"pools"`
}

// Pool is a part of the places, with who may draw from it.
type Pool struct {
	Code    string   `yaml:"code" json:"code"`
	Words   string   `yaml:"words" json:"words"`
	Kept    bool     `yaml:"kept" json:"kept,omitempty"`     // for people without a smartphone; shown to the public
	Share   int      `yaml:"share" json:"share,omitempty"`   // percent of the places, rounded up
	Places  int      `yaml:"places" json:"places,omitempty"` // or so many
	Rest    bool     `yaml:"rest" json:"rest,omitempty"`     // or what the others leave
	Who     Who      `yaml:"who" json:"who,omitzero"`
	Release *Release `yaml:"release" json:"release,omitempty"`
	Borrow  []Loan   `yaml:"borrow" json:"borrow,omitempty"`
}

// Who says who may draw. Everything that is said must hold.
type Who struct {
	Channels []civic.Channel `yaml:"channels" json:"channels,omitempty"`
	FromAge  int             `yaml:"from_age" json:"from_age,omitempty"` // whole years, included
	ToAge    int             `yaml:"to_age" json:"to_age,omitempty"`     // included; 0 is no bound
	Tags     []string        `yaml:"tags" json:"tags,omitempty"`         // one of them
	Roles    []string        `yaml:"roles" json:"roles,omitempty"`       // of the staff at the controls, one of them
	AtKinds  []string        `yaml:"at_kinds" json:"at_kinds,omitempty"` // kinds of the office of the staff
	Here     bool            `yaml:"here" json:"here,omitempty"`         // staff of the office itself
	SameDay  bool            `yaml:"same_day" json:"same_day,omitempty"` // on the day of the session only
}

// Release opens what is unused to others, so many minutes before the beginning.
type Release struct {
	Before int      `yaml:"before" json:"before"`
	To     []string `yaml:"to" json:"to,omitempty"` // whoever may draw one of these; empty: anybody
	Why    string   `yaml:"why" json:"why"`
}

// Loan lets the drawers of a pool take from another, of which Keep must stay.
type Loan struct {
	From string `yaml:"from" json:"from"`
	Keep int    `yaml:"keep" json:"keep,omitempty"`
	Why  string `yaml:"why" json:"why"`
}

// Drawer is what decides which pools somebody may draw from.
type Drawer struct {
	Channel civic.Channel
	Age     int // -1 when it is not known
	Tags    []string
	Roles   []string // of the staff at the controls
	AtKind  string   // kind of their office
	Office  civic.OfficeID
	Now     time.Time
}

// spot is the session that is drawn on.
type spot struct {
	office civic.OfficeID
	starts time.Time
}

func (w Who) lets(d Drawer, s spot) bool {
	some := func(want, has []string) bool {
		return len(want) == 0 || slices.ContainsFunc(has, func(h string) bool { return slices.Contains(want, h) })
	}
	switch {
	case len(w.Channels) > 0 && !slices.Contains(w.Channels, d.Channel),
		w.FromAge > 0 && d.Age < w.FromAge, w.ToAge > 0 && (d.Age < 0 || d.Age > w.ToAge),
		!some(w.Tags, d.Tags), !some(w.Roles, d.Roles),
		len(w.AtKinds) > 0 && !slices.Contains(w.AtKinds, d.AtKind),
		w.Here && d.Office != s.office,
		w.SameDay && dayOf(d.Now) != dayOf(s.starts):
		return false
	}
	return true
}

// Cause is why a place of a pool went to somebody.
type Cause string

// The causes.
const (
	Own      Cause = "own"      // a pool that they may draw from
	Released Cause = "released" // unused at the pool's time
	Borrowed Cause = "borrowed" // their own pool was empty
	Extra    Cause = "extra"    // a doctor made room
)

// Way is one way to a place: the pool it is of, on whose right it is drawn, and why.
type Way struct {
	Pool, As string
	Cause    Cause
	Keep     int // so many must stay in the pool
}

// Ways lists the ways to a place in the order in which they are tried: pools that the
// drawer may draw from in the plan's order, then what is released to them, then what
// their pools may borrow. Whether a pool's time has come is its row's to say, since a
// manager may bring it forward.
func (p *Plan) Ways(d Drawer, office civic.OfficeID, starts time.Time) []Way {
	s := spot{office, starts}
	var own, out []Way
	mine := map[string]bool{}
	for i := range p.Pools {
		if x := &p.Pools[i]; x.Who.lets(d, s) {
			mine[x.Code] = true
			own = append(own, Way{Pool: x.Code, As: x.Code, Cause: Own})
		}
	}
	out = own
	for i := range p.Pools {
		x := &p.Pools[i]
		if x.Release == nil || mine[x.Code] {
			continue
		}
		for _, w := range own {
			if len(x.Release.To) == 0 || slices.Contains(x.Release.To, w.Pool) {
				out = append(out, Way{x.Code, w.Pool, Released, 0})
				break
			}
		}
	}
	for _, w := range own {
		for _, l := range p.pool(w.Pool).Borrow {
			if !mine[l.From] {
				out = append(out, Way{l.From, w.Pool, Borrowed, l.Keep})
			}
		}
	}
	return out
}

func (p *Plan) pool(code string) *Pool {
	i := slices.IndexFunc(p.Pools, func(x Pool) bool { return x.Code == code })
	if code == extraPool {
		return &Pool{Code: code, Words: "医生加的号"}
	}
	if i < 0 {
		return &Pool{Code: code, Words: code}
	}
	return &p.Pools[i]
}

// Split shares so many places out, in the order of the pools. The quotas add up to
// the places.
func (p *Plan) Split(places int) []int {
	out, left, rest := make([]int, len(p.Pools)), places, -1
	for i, x := range p.Pools {
		n := x.Places
		switch {
		case x.Rest:
			rest = i
			continue
		case x.Share > 0:
			n = (places*x.Share + 99) / 100
		}
		out[i] = min(n, left)
		left -= out[i]
	}
	if rest >= 0 {
		out[rest] = left
	}
	return out
}

// releaseAt is when a pool's time comes for a session; nil for never.
func (x *Pool) releaseAt(starts time.Time) *time.Time {
	if x.Release == nil {
		return nil
	}
	t := starts.Add(-time.Duration(x.Release.Before) * time.Minute)
	return &t
}

// kept is how many of so many places lie in kept pools.
func (p *Plan) kept(places int) (n int) {
	for i, q := range p.Split(places) {
		if p.Pools[i].Kept {
			n += q
		}
	}
	return n
}

// Bounds of a plan.
const (
	poolsMost  = 12
	placesMost = 5000 // of one session
)

// Check says what is wrong with a plan, or nil.
func (p *Plan) Check() error {
	bad := func(format string, args ...any) error {
		return civic.E(civic.Invalid, "booking.plan", "号源方案写得不对："+fmt.Sprintf(format, args...)+"。请改好再交。").On("plan")
	}
	if p.Name == "" || p.Source == "" || len(p.Pools) == 0 || len(p.Pools) > poolsMost {
		return bad("要有名称、来源和1到%d个号池", poolsMost)
	}
	rest, share, seen := 0, 0, map[string]bool{}
	for _, x := range p.Pools {
		ways := 0
		for _, is := range []bool{x.Share > 0, x.Places > 0, x.Rest} {
			if is {
				ways++
			}
		}
		switch {
		case x.Code == "" || x.Words == "" || seen[x.Code] || len(x.Code) > 40 || x.Code == extraPool:
			return bad("号池要有名称和各自的代码")
		case ways != 1 || x.Share < 0 || x.Share > 100 || x.Places < 0 || x.Places > placesMost:
			return bad("号池「%s」要么写比例，要么写个数，要么写「其余」", x.Words)
		case x.Release != nil && (x.Release.Before < 0 || x.Release.Before > 90*24*60 || x.Release.Why == ""):
			return bad("号池「%s」什么时候放出来、为什么，要写清楚", x.Words)
		}
		seen[x.Code], share = true, share+x.Share
		if x.Rest {
			rest++
		}
	}
	if rest != 1 || share > 100 {
		return bad("要正好有一个号池装其余的号，比例加起来不超过100")
	}
	for _, x := range p.Pools {
		for _, l := range x.Borrow {
			if !seen[l.From] || l.From == x.Code || l.Keep < 0 || l.Why == "" {
				return bad("号池「%s」向谁借、为什么，要写清楚", x.Words)
			}
		}
		if x.Release != nil && slices.ContainsFunc(x.Release.To, func(c string) bool { return !seen[c] }) {
			return bad("号池「%s」放给谁，要写清楚", x.Words)
		}
	}
	return nil
}

// extraPool holds the places that a doctor adds by hand.
const extraPool = "extra"

// hash names a plan by its content.
func (p *Plan) hash() (hash, body string) {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // plain data always marshals
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:16]), string(b)
}

func dayOf(t time.Time) string { return t.In(civic.Shanghai).Format(time.DateOnly) }
