package calls

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/staff"
)

// desk is who calls and who answers, in this process.
type desk struct {
	mu       sync.Mutex
	calls    map[string]*Ongoing
	seats    map[civic.StaffID]*seat
	watchers map[chan struct{}]bool
}

// seat is an operator who takes calls.
type seat struct {
	Staff  civic.StaffID
	Name   string
	Where  []civic.Division
	Skills []string
	Since  time.Time
	call   *Ongoing // that they speak with
}

func newDesk() *desk {
	return &desk{calls: map[string]*Ongoing{}, seats: map[civic.StaffID]*seat{}, watchers: map[chan struct{}]bool{}}
}

// changed tells whoever watches. Under the lock.
func (d *desk) changed() {
	for w := range d.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// helps reports whether an operator is one for a call: who knows what it takes, and after a
// while whoever answers general calls.
func (s *seat) helps(c *Call, at time.Time) bool {
	if !slices.ContainsFunc(s.Where, func(d civic.Division) bool { return d.Covers(c.Division) }) {
		return false
	}
	widened := c.waited(at) >= rules.WidenSeconds.seconds()
	knows := slices.Contains(s.Skills, c.Skill) || widened && slices.Contains(s.Skills, General)
	speaks := c.Language == "" || slices.Contains(s.Skills, c.Language) || widened
	return knows && speaks
}

// Live is one call as an operator or a supervisor sees it.
type Live struct {
	ID       string
	Person   civic.PersonID // "" for nobody who is known; a number is no proof of who speaks
	Polite   string         // 王奶奶; "" if not known
	Tail     string         // the last four digits of the number, "" if it is withheld
	Division civic.Division
	Service  string // what it is about, as far as is known
	Draft    civic.DraftID
	Request  civic.RequestID
	Skill    string // in words
	Language string // in words, "" for none in particular
	State    State
	Began    time.Time
	Waits    *time.Time
	Taken    *time.Time
	Staff    civic.StaffID // who has taken it
	Name     string        // of them
	Mine     bool          // it is for the operator who asks: they know what it takes, or have it
	Promised *time.Time    // until when the caller was promised to be called back
}

func (o *Ongoing) live(d *desk) Live {
	c := o.call
	l := Live{ID: c.ID, Person: c.Person, Polite: o.polite, Division: c.Division, Service: c.Service, Draft: c.Draft, Request: c.Request,
		Skill: skillWords(c.Skill), State: c.State, Began: c.BeganAt, Waits: c.WaitsAt, Taken: c.TakenAt, Staff: c.Staff, Promised: o.promised}
	if c.Language != "" {
		l.Language = skillWords(c.Language)
	}
	if n := len(o.Number); n >= 4 {
		l.Tail = o.Number[n-4:]
	}
	if s := d.seats[c.Staff]; s != nil {
		l.Name = s.Name
	}
	return l
}

// mayServe asks for people.serve, and returns where the operator has it.
func mayServe(v *journal.View, actor civic.Actor) (staff.Member, []civic.Division, error) {
	if _, err := v.Authorise(civic.Need{Permission: civic.MayServePeople, Look: true}); err != nil {
		return staff.Member{}, nil, err
	}
	m, err := staff.Read(v, actor.Staff())
	return m, m.Where(civic.MayServePeople), err
}

// Calls lists the calls that are going on in this process and are an operator's to see: their own
// first, then those who wait, the longest first, with those before whom others can help better
// behind; then those who are led by keys or speak with a colleague. It needs people.serve.
func (s *Service) Calls(ctx context.Context, actor civic.Actor) ([]Live, error) {
	var where []civic.Division
	err := s.j.Look(ctx, actor, func(v *journal.View) (err error) {
		_, where, err = mayServe(v, actor)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.list(where, actor.Staff()), nil
}

// list lists the calls of some divisions.
func (s *Service) list(where []civic.Division, who civic.StaffID) []Live {
	d, now := s.desk, s.j.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []*Ongoing
	for _, o := range d.calls {
		if slices.ContainsFunc(where, func(div civic.Division) bool { return div.Covers(o.call.Division) }) {
			all = append(all, o)
		}
	}
	seat := d.seats[who]
	mine := func(o *Ongoing) bool {
		return o.call.Staff == who && o.call.State == Talking || o.call.State == Waiting && seat != nil && seat.helps(&o.call, now)
	}
	rank := func(o *Ongoing) int {
		switch {
		case o.call.State == Talking && o.call.Staff == who:
			return 0
		case o.call.State == Waiting && mine(o):
			return 1
		case o.call.State == Waiting:
			return 2
		case o.call.State == Led:
			return 3
		}
		return 4
	}
	slices.SortFunc(all, func(a, b *Ongoing) int {
		if c := cmp.Compare(rank(a), rank(b)); c != 0 {
			return c
		}
		if a.before(b) {
			return -1
		}
		if b.before(a) {
			return 1
		}
		return strings.Compare(a.call.ID, b.call.ID)
	})
	out := make([]Live, 0, len(all))
	for _, o := range all[:min(len(all), rules.ListMost.Value)] {
		l := o.live(d)
		l.Mine = mine(o)
		out = append(out, l)
	}
	return out
}

// Watch returns a channel that is sent to whenever the calls or the operators of this process
// change, and once at first; what changed is read with Calls. stop ends it.
func (s *Service) Watch() (changes <-chan struct{}, stop func()) {
	w := make(chan struct{}, 1)
	w <- struct{}{}
	s.desk.mu.Lock()
	s.desk.watchers[w] = true
	s.desk.mu.Unlock()
	return w, func() {
		s.desk.mu.Lock()
		delete(s.desk.watchers, w)
		s.desk.mu.Unlock()
	}
}

// Take gives a waiting call to the operator at the controls, who speaks through the leg. Of two
// operators one gets it; the other is told Conflict, and so is who was too late for a caller who has
// hung up. Whoever is signed on need not be; who is not is signed on for this call alone. The leg is hung up by
// this room where the call is refused.
func (s *Service) Take(ctx context.Context, actor civic.Actor, call string, leg Leg) (Live, error) {
	out, err := s.take(ctx, actor, call, leg)
	if err != nil && leg != nil {
		leg.Hangup()
	}
	return out, err
}

func (s *Service) take(ctx context.Context, actor civic.Actor, call string, leg Leg) (Live, error) {
	var m staff.Member
	var where []civic.Division
	if err := s.j.Look(ctx, actor, func(v *journal.View) (err error) {
		m, where, err = mayServe(v, actor)
		return err
	}); err != nil {
		return Live{}, err
	}
	if leg == nil {
		return Live{}, errNoLeg
	}
	d, now := s.desk, s.j.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.calls[call]
	if o != nil && !slices.ContainsFunc(where, func(div civic.Division) bool { return div.Covers(o.call.Division) }) {
		return Live{}, errElsewhere
	}
	if o == nil || o.call.State != Waiting {
		return Live{}, errGoneCall
	}
	select {
	case o.taken <- Taken{Staff: m.ID, Name: m.Name, Leg: leg}:
	default:
		return Live{}, errGoneCall
	}
	o.call.State, o.call.TakenAt, o.call.Staff, o.leg = Talking, &now, m.ID, leg
	if seat := d.seats[m.ID]; seat != nil {
		seat.call = o
	}
	waited := o.call.waited(now)
	secs := int64(waited / time.Second)
	act := ActAnswered
	if waited > rules.SoonSeconds.seconds() {
		act = ActAnsweredLate
	}
	o.note(journal.Event{Act: act, Measure: &secs, Detail: map[string]string{"skill": o.call.Skill}})
	d.changed()
	return o.live(d), nil
}

var (
	errElsewhere = civic.E(civic.NotFound, "call.elsewhere", "这个电话不归您这里接。请接名单上的下一个。")
	errNoLeg     = civic.E(civic.Invalid, "call.leg", "还没有接通您的话机。请先点「接听」，允许网页用话筒，或者拿起桌上的电话。")
	errNotYours  = civic.E(civic.Denied, "call.yours", "这个电话不是您在接，不能替同事挂断或者转走。").Accepting("请接电话的同事自己来")
)

// Hangup ends a call that the operator at the controls has taken: nobody hangs up on a caller who
// waits. One that is over is no error.
func (s *Service) Hangup(ctx context.Context, actor civic.Actor, call string) error {
	if err := s.j.Look(ctx, actor, func(v *journal.View) error { _, _, err := mayServe(v, actor); return err }); err != nil {
		return err
	}
	s.desk.mu.Lock()
	o := s.desk.calls[call]
	mine := o != nil && o.call.State == Talking && o.call.Staff == actor.Staff()
	s.desk.mu.Unlock()
	switch {
	case o == nil:
		return nil
	case !mine:
		return errNotYours
	}
	if o.hangup != nil {
		o.hangup()
	}
	return nil
}

// Pass puts the caller with whom the operator at the controls speaks back into the queue, at
// their old place, for colleagues with another skill. The line tells the caller.
func (s *Service) Pass(ctx context.Context, actor civic.Actor, call, skill string) error {
	if !slices.ContainsFunc(rules.Skills, func(k Skill) bool { return k.Code == skill }) {
		return errSkill
	}
	if err := s.j.Look(ctx, actor, func(v *journal.View) error { _, _, err := mayServe(v, actor); return err }); err != nil {
		return err
	}
	d := s.desk
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.calls[call]
	if o == nil || o.call.State != Talking || o.call.Staff != actor.Staff() {
		return errNotYours
	}
	if seat := d.seats[o.call.Staff]; seat != nil {
		seat.call = nil
	}
	o.note(journal.Event{Act: ActPassed, Detail: map[string]string{"skill": skill}})
	o.call.State, o.call.TakenAt, o.call.Staff, o.call.Skill = Waiting, nil, "", skill
	go o.leg.Hangup() // takes its time
	o.leg = nil
	d.changed()
	return nil
}
