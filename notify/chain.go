package notify

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/people"
)

// Urgency says how much hangs on a message.
type Urgency string

// Life is the urgency before which hours, wishes and opt-outs give way.
const Life Urgency = "life"

// Code is the urgency of what signs somebody in.
const Code Urgency = "code"

// The carriers, and page: the receiver's own page, or a word at the desk, which takes no
// attempt.
const (
	CarrierVoice  = "voice"
	CarrierSMS    = "sms"
	CarrierFamily = "family"
	CarrierTV     = "tv"
	CarrierPaper  = "paper"
	CarrierDoor   = "door"
	CarrierDesk   = "desk"
	CarrierMail   = "mail"
	CarrierPage   = "page"
)

// Carriers lists all ways in the order in which they are shown.
var Carriers = []string{CarrierVoice, CarrierSMS, CarrierFamily, CarrierTV, CarrierPaper, CarrierDoor, CarrierDesk, CarrierMail}

type carrierData struct {
	Words  string
	Decent [2]string
	Limit  int
	By     string // machine, hand or page
	Says   bool

	from, until time.Duration // of the day
}

// limit is how many characters a text may have. What is said or shown in English has
// more letters for the same meaning.
func (c carrierData) limit(lang string) int {
	if lang == English {
		return c.Limit * 2
	}
	return c.Limit
}

type urgencyData struct {
	Override bool
	Enough   string
	Over     int
	Quiet    bool
	AnyHour  bool `yaml:"any_hour"` // the receiver waits for it
	Order    []string
	Wait     map[string]int
}

type suit struct {
	Kind, Value  string
	First, Never []string
}

type chainsData struct {
	Version   int
	Source    string
	Phone     string
	Signature string
	Mail      struct{ Subject, Text string }
	Carriers  map[string]carrierData
	Urgencies map[Urgency]urgencyData
	Suits     []suit
	Storm     struct{ Many, Within, Later int }
	Retry     struct{ Tries, First, Most int }
	CatchUp   struct{ Before int } `yaml:"catch_up"` // in hours
}

// check holds the data to what the code knows, and reads the hours.
func (c *chainsData) check() error {
	for name, d := range c.Carriers {
		if !slices.Contains(Carriers, name) || d.Words == "" || d.Limit <= 0 || !slices.Contains([]string{"machine", "hand", "page"}, d.By) {
			return fmt.Errorf("notify: carrier %s is not right", name)
		}
		for i, into := range []*time.Duration{&d.from, &d.until} {
			var h, m int
			if _, err := fmt.Sscanf(d.Decent[i], "%02d:%02d", &h, &m); err != nil || h > 24 || m > 59 {
				return fmt.Errorf("notify: carrier %s: %q is no time of day", name, d.Decent[i])
			}
			*into = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
		}
		if d.from >= d.until {
			return fmt.Errorf("notify: carrier %s has no decent hour", name)
		}
		c.Carriers[name] = d
	}
	for name, u := range c.Urgencies {
		if u.Over <= 0 || len(u.Order) == 0 || u.Enough != "human" && u.Enough != "delivered" {
			return fmt.Errorf("notify: urgency %s is not right", name)
		}
		for _, o := range u.Order {
			if c.Carriers[o].Words == "" || u.Wait[o] <= 0 {
				return fmt.Errorf("notify: urgency %s: %s is no carrier, or has no wait", name, o)
			}
		}
	}
	for _, s := range c.Suits {
		for _, o := range append(slices.Clone(s.First), s.Never...) {
			if c.Carriers[o].Words == "" {
				return fmt.Errorf("notify: suits: there is no carrier %s", o)
			}
		}
	}
	if c.Storm.Many <= 0 || c.Storm.Within <= 0 || c.Storm.Later <= 0 || c.Retry.Tries <= 0 || c.Retry.First <= 0 || c.CatchUp.Before <= 0 || c.Phone == "" {
		return fmt.Errorf("notify: storm, retry and phone are needed")
	}
	return nil
}

// Relative is somebody whom a message can be given to for the person, at their own mobile
// phone.
type Relative struct {
	Person civic.PersonID
	Number string
}

// Situation is what a chain is laid by: how somebody can be reached, and wants to be.
type Situation struct {
	Phones  []people.Dial // the one to be called first in front
	Kin     []Relative    // with a mobile phone of their own
	Wishes  map[string]string
	Refused map[string]bool // carriers
	Worker  civic.StaffID   // whose task a visit is, "" for nobody
	TV      bool
	Lives   bool // an address is known
	Desk    civic.StaffID
	Mail    bool
	Ready   map[string]bool // machine carriers that there are
	Stopped map[string]bool // carriers that somebody has stopped
}

// Rung is one step of a chain: a carrier to a target.
type Rung struct {
	Carrier, Target string
	Discreet        bool // it must reveal nothing
	Former          bool // to a phone that was ended: the next step is taken with it
	Wait            time.Duration
}

// ladder lays the whole chain of a message, first step first. It is pure, and laid anew
// for every step: a phone registered today helps with a message of yesterday.
func (b *book) ladder(t *Template, s Situation) []Rung {
	u := b.chains.Urgencies[t.Urgency]
	var out []Rung
	for _, carrier := range b.order(u, s) {
		c := b.chains.Carriers[carrier]
		if s.Stopped[carrier] || c.By == "machine" && !s.Ready[carrier] {
			continue
		}
		wait := time.Duration(u.Wait[carrier]) * time.Minute
		for _, r := range targets(t, carrier, s, u.Override) {
			r.Carrier, r.Wait = carrier, wait
			if !slices.ContainsFunc(out, func(x Rung) bool { return x.Carrier == r.Carrier && x.Target == r.Target }) {
				out = append(out, r)
			}
		}
	}
	return out
}

// order is the carriers of an urgency in the order that suits the person.
func (b *book) order(u urgencyData, s Situation) []string {
	place := map[string]int{}
	never := map[string]bool{}
	for _, x := range b.chains.Suits {
		if s.Wishes[x.Kind] != x.Value {
			continue
		}
		for _, c := range x.First {
			place[c] = -1
		}
		for _, c := range x.Never {
			never[c] = true
		}
	}
	for c := range s.Refused {
		never[c] = true
	}
	out := slices.Clone(u.Order)
	if !u.Override {
		out = slices.DeleteFunc(out, func(c string) bool { return never[c] })
	}
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(place[a], place[b]) })
	return out
}

// targets lists to whom or what a carrier goes.
func targets(t *Template, carrier string, s Situation, override bool) []Rung {
	var out []Rung
	one := func(ok bool, target string, discreet bool) {
		if ok {
			out = append(out, Rung{Target: target, Discreet: discreet})
		}
	}
	switch carrier {
	case CarrierVoice, CarrierSMS:
		for _, p := range s.Phones {
			if !p.Own || carrier == CarrierSMS && !p.Mobile || t.OwnPhone && !p.Trusted() || p.Former && (carrier != CarrierSMS || !t.tellsFormer()) {
				continue
			}
			if t.guarded && p.Young && slices.ContainsFunc(s.Phones, func(o people.Dial) bool { return o.Own && !o.Young && !o.Former }) {
				continue // what was changed is not told to what it was changed to
			}
			// Life and limb go before what a neighbour may overhear.
			out = append(out, Rung{Target: p.ID, Discreet: t.Private && !p.Private() && !override, Former: p.Former})
		}
	case CarrierFamily:
		if t.To != Elder || t.OwnPhone {
			return nil
		}
		// One phone rings once, whoever it is registered for.
		rung := map[string]bool{"": true}
		for _, p := range s.Phones {
			rung[p.Number] = rung[p.Number] || p.Own && p.Mobile && !s.Refused[CarrierSMS]
		}
		for _, k := range s.Kin {
			one(!rung[k.Number], string(k.Person), true)
			rung[k.Number] = true
		}
		for _, p := range s.Phones {
			one(!p.Own && p.Mobile && !rung[p.Number], p.ID, true)
			rung[p.Number] = true
		}
	case CarrierTV:
		one(s.TV && !t.OwnPhone, "", t.Private && !override)
	case CarrierPaper:
		one(s.Lives && !t.OwnPhone, "", false)
	case CarrierDoor:
		// Who has no phone can't be told at the door to phone: there they hear all of it.
		phone := slices.ContainsFunc(s.Phones, func(p people.Dial) bool { return p.Own && !p.Former })
		one(s.Worker != "" && !t.OwnPhone, string(s.Worker), t.Private && phone && !override)
	case CarrierDesk:
		one(s.Desk != "", string(s.Desk), false)
	case CarrierMail:
		one(s.Mail, string(s.Desk), true)
	}
	return out
}

// decent says when a carrier may be used: now, or at the next decent hour.
func (b *book) decent(u Urgency, carrier string, now time.Time) time.Time {
	if x := b.chains.Urgencies[u]; x.Override || x.AnyHour {
		return now
	}
	c := b.chains.Carriers[carrier]
	local := now.In(civic.Shanghai)
	y, m, d := local.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, civic.Shanghai)
	switch since := local.Sub(midnight); {
	case since < c.from:
		return midnight.Add(c.from)
	case since < c.until:
		return now
	}
	return midnight.AddDate(0, 0, 1).Add(c.from)
}
