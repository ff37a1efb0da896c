package calls

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// State is where a call stands.
type State string

// The states.
const (
	Led     State = "led"     // led by voice and keys
	Waiting State = "waiting" // for an operator
	Talking State = "talking" // with one
	Ended   State = "ended"
)

// Words names the state.
func (s State) Words() string {
	return map[State]string{Led: "自己按键办理", Waiting: "等人接", Talking: "正在通话", Ended: "已经挂机"}[s]
}

// How a call ended.
const (
	HowLed       = "led"       // at the end of what was led by keys
	HowTalked    = "talked"    // after an operator spoke with the caller
	HowAbandoned = "abandoned" // the caller hung up while waiting
	HowLeft      = "left"      // the caller hung up while being led
	HowLost      = "lost"      // the process fell
)

// Call is one call, as it is kept.
type Call struct {
	ID         string
	Person     civic.PersonID
	NumberHash string
	Sealed     []byte
	Division   civic.Division
	Service    string
	Draft      civic.DraftID
	Request    civic.RequestID
	Skill      string
	Language   string
	State      State
	How        string
	Keys       bool
	HumanFirst bool
	Staff      civic.StaffID
	Node       string
	BeganAt    time.Time
	WaitsAt    *time.Time
	TakenAt    *time.Time
	EndedAt    *time.Time
}

const columns = `id, person, number_hash, sealed, division, service, draft, request, skill, language, state, how, keys, human_first, staff, node, began_at, waits_at, taken_at, ended_at`

// waited is how long the caller waited for an operator, as of a moment.
func (c *Call) waited(at time.Time) time.Duration {
	if c.WaitsAt == nil {
		return 0
	}
	if c.TakenAt != nil {
		at = *c.TakenAt
	}
	return at.Sub(*c.WaitsAt)
}

// late reports whether the caller waits, or waited, for longer than the rules call soon.
func (c *Call) late(at time.Time) bool { return c.waited(at) > rules.SoonSeconds.Seconds() }

// Ongoing is a call that is going on on a line of this process. Its methods are for the line and
// may be used by several at once. What is told of it is kept at once where the database
// answers, and later where it does not: nothing that is said to the caller waits for it.
type Ongoing struct {
	s      *Service
	Number string // "" if it is withheld
	taken  chan Leg

	// Under the desk's lock.
	call     Call
	polite   string
	name     string   // of the operator who has taken it
	promised *promise // what the caller was promised
	events   []event
	failed   int // to be kept, while the database answers
	hangup   func()
	leg      Leg
	coming   *answering             // an operator whose telephone is not up yet; nil for none
	dropped  map[civic.StaffID]bool // operators whose telephone failed in the call
}

// event is what happened in a call, to be recorded: by whom of the operators, and what was promised.
type event struct {
	journal.Event

	staff    civic.StaffID
	promised *promise
}

// promise is that a caller is called back, until when and why.
type promise struct {
	due time.Time
	why string
}

// Leg is an operator's telephone: in a browser, or on the desk. The line makes it and knows how
// to join it with a caller; this room hands it from one to the other.
type Leg interface {
	// Up is closed when sound can go both ways: an operator who answers in a browser is not there before.
	Up() <-chan struct{}
	// Done is closed when the operator has hung up, or their telephone is gone.
	Done() <-chan struct{}
	Hangup()
}

// Now is the time of the room.
func (o *Ongoing) Now() time.Time { return o.s.j.Now() }

// ID names the call.
func (o *Ongoing) ID() string { return o.call.ID }

// Begin notes a call that has come in. hangup ends it, for a supervisor's word.
func (s *Service) Begin(number string, division civic.Division, hangup func()) *Ongoing {
	now := s.j.Now()
	o := &Ongoing{s: s, Number: number, taken: make(chan Leg, 1), hangup: hangup,
		call: Call{ID: db.NewID(), Division: division, Skill: General, State: Led, Node: s.node, BeganAt: now}}
	if n, err := people.CleanPhone(number); err == nil {
		o.Number, o.call.NumberHash = n, s.v.Index("phone", n)
	}
	s.desk.mu.Lock()
	s.desk.calls[o.call.ID] = o
	o.note(journal.Event{Act: ActCame})
	s.desk.changed()
	s.desk.mu.Unlock()
	return o
}

// Known says who calls, and where they live.
func (o *Ongoing) Known(c people.Caller) {
	o.change(func(c2 *Call) {
		c2.Person, c2.Division, c2.Language = c.Person, c.Division, tongue(c.Speaks)
		o.polite = c.Polite
	})
}

// Speaks says by which skill an operator understands the caller best.
func (o *Ongoing) Speaks(skill string) {
	o.change(func(c *Call) { c.Language = skill })
}

// Meant says how far the caller has come by keys. group is of the service.
func (o *Ongoing) Meant(service, group string, draft civic.DraftID, request civic.RequestID, keys bool) {
	o.change(func(c *Call) {
		c.Service, c.Draft, c.Request, c.Keys = service, draft, request, keys
		c.Skill = skillOf(group)
	})
}

// Wait lets the caller wait for an operator. The channel brings the telephone of whoever takes the
// call; humanFirst says that nothing was asked before.
func (o *Ongoing) Wait(humanFirst bool) <-chan Leg {
	o.s.desk.mu.Lock()
	defer o.s.desk.mu.Unlock()
	now := o.s.j.Now()
	if o.call.State == Led {
		o.call.State, o.call.HumanFirst = Waiting, humanFirst
		if o.call.WaitsAt == nil {
			o.call.WaitsAt = &now
			o.note(journal.Event{Act: ActQueued})
		} else {
			o.note()
		}
		o.s.desk.changed()
	}
	return o.taken
}

// Unwait takes the caller out of the queue again, to be led by keys; false when an operator was
// faster. While an operator answers whose telephone is not up yet, nothing is decided: settled is closed when it is.
func (o *Ongoing) Unwait() (out bool, settled <-chan struct{}) {
	o.s.desk.mu.Lock()
	defer o.s.desk.mu.Unlock()
	if o.call.State != Waiting {
		return false, nil
	}
	if o.coming != nil {
		return false, o.coming.settled
	}
	o.call.State, o.call.HumanFirst = Led, false
	o.note()
	o.s.desk.changed()
	return true, nil
}

// Position is how many callers are before this one, among those whom the same operators
// help: 0 for whoever is next.
func (o *Ongoing) Position() int {
	o.s.desk.mu.Lock()
	defer o.s.desk.mu.Unlock()
	n := 0
	for _, x := range o.s.desk.calls {
		if x.call.State == Waiting && x != o && x.call.Skill == o.call.Skill && x.before(o) {
			n++
		}
	}
	return n
}

// before reports whether a call is served before another: whoever has waited longer.
func (o *Ongoing) before(x *Ongoing) bool {
	a, b := o.call.WaitsAt, x.call.WaitsAt
	if a == nil || b == nil {
		return b == nil && a != nil
	}
	if !a.Equal(*b) {
		return a.Before(*b)
	}
	return o.call.ID < x.call.ID
}

// Passed reports whether the operator who spoke through a telephone has given the caller on: to the queue,
// or to a colleague who has taken them from there since.
func (o *Ongoing) Passed(from Leg) bool {
	o.s.desk.mu.Lock()
	defer o.s.desk.mu.Unlock()
	return o.call.State != Ended && o.leg != from
}

// End notes that the call is over. A caller who hung up while waiting is promised to be called
// back, as are all who were promised it before and not taken.
func (o *Ongoing) End() {
	o.s.desk.mu.Lock()
	now := o.s.j.Now()
	c := &o.call
	if c.State == Ended {
		o.s.desk.mu.Unlock()
		return
	}
	ev := journal.Event{Act: ActEnded}
	took := int64(now.Sub(c.BeganAt) / time.Second)
	ev.Measure = &took
	abandoned := c.State == Waiting
	// Who was asked to help themselves by keys because no human was free, and hung up, is called too.
	turnedAway := c.State == Led && c.WaitsAt != nil && c.TakenAt == nil && c.Request == ""
	switch {
	case abandoned:
		waited := int64(c.waited(now) / time.Second)
		c.How, ev = HowAbandoned, journal.Event{Act: ActAbandoned, Measure: &waited}
	case c.State == Talking:
		c.How = HowTalked
	case c.Request != "":
		c.How = HowLed
	default:
		c.How = HowLeft
	}
	c.State, c.EndedAt = Ended, &now
	o.giveUp()
	delete(o.s.desk.calls, c.ID)
	if o.leg != nil {
		go o.leg.Hangup() // takes its time
		o.leg = nil
	}
	if (abandoned || turnedAway) && o.promised == nil {
		o.promise("abandoned")
	}
	o.note(ev)
	o.s.desk.changed()
	o.s.desk.mu.Unlock()
}

// Promise promises the caller who waits to be called back, and says until when at the latest. They
// may go on waiting: whoever is answered after all has been called. Zero for a number that is
// withheld.
func (o *Ongoing) Promise() time.Time {
	o.s.desk.mu.Lock()
	defer o.s.desk.mu.Unlock()
	if o.promised == nil {
		o.promise("waited")
	}
	if o.promised == nil {
		return time.Time{}
	}
	return o.promised.due
}

// promise is Promise under the lock.
func (o *Ongoing) promise(why string) {
	if o.call.NumberHash == "" {
		return
	}
	o.promised = &promise{due(o.s.j.Now()), why}
	o.tell(event{Event: o.promised.event(), promised: o.promised})
}

func (p *promise) event() journal.Event {
	return journal.Event{Act: ActPromised, Detail: map[string]string{"due": p.due.Format(time.RFC3339), "why": p.why}}
}

func (o *Ongoing) change(fn func(*Call)) {
	o.s.desk.mu.Lock()
	defer o.s.desk.mu.Unlock()
	fn(&o.call)
	o.note()
	o.s.desk.changed()
}

// note keeps how the call stands, with what happened. It is called under the desk's lock and
// does not wait: the keeper writes what is newest.
func (o *Ongoing) note(evs ...journal.Event) {
	for _, ev := range evs {
		o.tell(event{Event: ev})
	}
	o.s.keeper.put(o)
}

// tell is note of one event.
func (o *Ongoing) tell(ev event) {
	ev.staff = o.call.Staff // who it is now: the keeper writes it when they may have passed the caller on
	o.events = append(o.events, ev)
	o.s.keeper.put(o)
}

var errGoneCall = civic.E(civic.Conflict, "call.gone", "这个电话刚刚被同事接了，或者对方已经挂机。请接下一个。")

// write keeps a call as it stood, with its events. How it stands is no act where nothing happened that
// is one, as when a caller has come a question further.
func (s *Service) write(ctx context.Context, c Call, number string, evs []event) error {
	recorded := 0
	if len(evs) > 0 {
		if err := s.j.Write(ctx, system(), func(tx *journal.Tx) (err error) {
			if recorded, err = s.record(tx, c, number, evs); err != nil {
				return err
			}
			if recorded == 0 { // what was promised again
				return journal.ErrUnchanged
			}
			return putCall(tx.Tx, c)
		}); err != nil {
			return err
		}
	}
	if recorded > 0 {
		return nil
	}
	return s.j.Scratch(ctx, system(), func(tx *journal.Scratch) error { return putCall(tx.Tx, c) })
}

// record records the events of a call, and returns how many of them were anything new.
func (s *Service) record(tx *journal.Tx, c Call, number string, evs []event) (recorded int, err error) {
	auth, err := tx.Authorise(civic.Need{Division: c.Division})
	if err != nil {
		return 0, err
	}
	for _, ev := range evs {
		about := append([]journal.About{{ID: c.ID, Kind: "call", Role: "object"}}, ev.About...)
		if ev.staff != "" {
			about = append(about, journal.About{ID: string(ev.staff), Kind: "staff", Role: "operator"})
		}
		if ev.promised != nil {
			back, act, err := s.enterPromise(tx, c, number, *ev.promised)
			if err != nil {
				return 0, err
			}
			if back == "" {
				continue
			}
			ev.Act = act
			about = append(about, journal.About{ID: back, Kind: "call_back", Role: "object"})
		}
		ev.About = about
		if err := recordFor(tx, auth, c.Person, ev.Event); err != nil {
			return 0, err
		}
		recorded++
		if ev.Act == ActAnswered || ev.Act == ActAnsweredLate {
			if err := s.answered(tx, auth, c, ev.staff); err != nil {
				return 0, err
			}
		}
	}
	return recorded, nil
}

// recordFor records an event of a caller who is known, or of one who is not.
func recordFor(tx *journal.Tx, auth civic.Authority, person civic.PersonID, ev journal.Event) error {
	if person == "" {
		return tx.Record(auth, ev)
	}
	return tx.RecordFor(auth, person, ev)
}

// system is the line at work.
func system() civic.Actor {
	a := civic.System("phone")
	a.Channel = civic.ChannelPhone
	return a
}
