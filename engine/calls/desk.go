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
	"yinqiao/people"
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
	told   bool // that their turn is over soon
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

// talking is the call in which an operator speaks, nil for none. Under the lock.
func (d *desk) talking(who civic.StaffID) *Ongoing {
	for _, o := range d.calls {
		if who != "" && o.call.State == Talking && o.call.Staff == who {
			return o
		}
	}
	return nil
}

// busy reports whether an operator speaks, or is about to. Under the lock.
func (d *desk) busy(who civic.StaffID) bool {
	for _, o := range d.calls {
		if o.coming != nil && o.coming.staff == who {
			return true
		}
	}
	return d.talking(who) != nil
}

// isFor reports whether a call is for an operator: theirs, or one that they are one for. Under the lock.
func (d *desk) isFor(o *Ongoing, who civic.StaffID, at time.Time) bool {
	if o.call.State == Talking {
		return o.call.Staff == who
	}
	if o.coming != nil {
		return o.coming.staff == who
	}
	seat := d.seats[who]
	return o.call.State == Waiting && seat != nil && seat.helps(&o.call, at)
}

// helps reports whether an operator is one for a call: who knows what it takes, and after a
// while whoever answers general calls.
func (s *seat) helps(c *Call, at time.Time) bool {
	if !civic.Covered(s.Where, c.Division) {
		return false
	}
	widened := c.waited(at) >= rules.WidenSeconds.Seconds()
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
	Late     bool // they wait for longer than the rules call soon
	Taken    *time.Time
	Coming   bool          // somebody is answering, whose telephone is not up yet
	Staff    civic.StaffID // who has taken it, or is answering
	Name     string        // of them
	Mine     bool          // it is for the operator who asks: they know what it takes, or have it
	Promised *time.Time    // until when the caller was promised to be called back
}

// live is a call as an operator sees it. Under the lock.
func (o *Ongoing) live(who civic.StaffID, at time.Time) Live {
	c := o.call
	l := Live{ID: c.ID, Person: c.Person, Polite: o.polite, Division: c.Division, Service: c.Service, Draft: c.Draft, Request: c.Request, Tail: people.Tail(o.Number),
		Skill: skillWords(c.Skill), State: c.State, Began: c.BeganAt, Waits: c.WaitsAt, Late: c.State == Waiting && c.late(at), Taken: c.TakenAt, Staff: c.Staff, Name: o.name, Mine: o.s.desk.isFor(o, who, at)}
	if c.Language != "" {
		l.Language = skillWords(c.Language)
	}
	if o.promised != nil {
		l.Promised = &o.promised.due
	}
	if o.coming != nil {
		l.Coming, l.Staff, l.Name = true, o.coming.staff, o.coming.name
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

// serving is mayServe of one look.
func (s *Service) serving(ctx context.Context, actor civic.Actor) (m staff.Member, where []civic.Division, err error) {
	err = s.j.Look(ctx, actor, func(v *journal.View) (err error) {
		m, where, err = mayServe(v, actor)
		return err
	})
	return m, where, err
}

// Calls lists the calls that are going on in this process and are an operator's to see: their own
// first, then those who wait, the longest first, with those before whom others can help better
// behind; then those who are led by keys or speak with a colleague. It needs people.serve.
func (s *Service) Calls(ctx context.Context, actor civic.Actor) ([]Live, error) {
	_, where, err := s.serving(ctx, actor)
	if err != nil {
		return nil, err
	}
	d, now := s.desk, s.j.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.ranked(where, actor.Staff(), now)
	out := make([]Live, 0, len(all))
	for _, o := range all[:min(len(all), rules.ListMost.Value)] {
		out = append(out, o.live(actor.Staff(), now))
	}
	return out, nil
}

// ranked are the calls of some divisions in an operator's order. Under the lock.
func (d *desk) ranked(where []civic.Division, who civic.StaffID, at time.Time) []*Ongoing {
	type ranked struct {
		*Ongoing
		rank int
	}
	var all []ranked
	for _, o := range d.calls {
		if !civic.Covered(where, o.call.Division) {
			continue
		}
		rank := 4 // with a colleague
		switch mine := d.isFor(o, who, at); {
		case mine && o.call.State == Talking:
			rank = 0
		case mine:
			rank = 1
		case o.call.State == Waiting:
			rank = 2
		case o.call.State == Led:
			rank = 3
		}
		all = append(all, ranked{o, rank})
	}
	slices.SortFunc(all, func(a, b ranked) int {
		switch {
		case a.rank != b.rank:
			return cmp.Compare(a.rank, b.rank)
		case a.before(b.Ongoing):
			return -1
		case b.before(a.Ongoing):
			return 1
		}
		return strings.Compare(a.call.ID, b.call.ID)
	})
	out := make([]*Ongoing, len(all))
	for i, x := range all {
		out[i] = x.Ongoing
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
// this room where the call is refused. Where the leg is not up yet the call is kept for them, and the caller waits
// on where they are until it is: one that fails, or is not up within the seconds of the rules, has taken nobody.
func (s *Service) Take(ctx context.Context, actor civic.Actor, call string, leg Leg) (Live, error) {
	out, err := s.take(ctx, actor, call, leg)
	if err != nil && leg != nil {
		leg.Hangup()
	}
	return out, err
}

func (s *Service) take(ctx context.Context, actor civic.Actor, call string, leg Leg) (Live, error) {
	m, where, err := s.serving(ctx, actor)
	if err != nil {
		return Live{}, err
	}
	if leg == nil {
		return Live{}, errNoLeg
	}
	d, now := s.desk, s.j.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.calls[call]
	if o != nil && !civic.Covered(where, o.call.Division) {
		return Live{}, errElsewhere
	}
	if o == nil || o.call.State != Waiting || o.coming != nil && o.coming.staff != m.ID {
		return Live{}, errGoneCall
	}
	o.giveUp() // who answers again, in a window that they opened anew
	if !o.answer(m, leg) {
		return Live{}, errGoneCall
	}
	return o.live(m.ID, now), nil
}

var (
	errElsewhere = civic.E(civic.NotFound, "call.elsewhere", "这个电话不归您这里接。请接名单上的下一个。")
	errNoLeg     = civic.E(civic.Invalid, "call.leg", "还没有接通您的话机。请先点「接听」，允许网页用话筒，或者拿起桌上的电话。")
	errNotYours  = civic.E(civic.Denied, "call.yours", "这个电话不是您在接，不能替同事挂断或者转走。").Accepting("请接电话的同事自己来")
)

// Hangup ends a call that the operator at the controls has taken: nobody hangs up on a caller who
// waits. One that is over is no error.
func (s *Service) Hangup(ctx context.Context, actor civic.Actor, call string) error {
	if _, _, err := s.serving(ctx, actor); err != nil {
		return err
	}
	s.desk.mu.Lock()
	o := s.desk.calls[call]
	mine := o != nil && o.call.State == Talking && o.call.Staff == actor.Staff()
	back := o != nil && o.coming != nil && o.coming.staff == actor.Staff()
	if back { // they answered, and think better of it before their telephone is up
		o.giveUp()
		s.desk.changed()
	}
	s.desk.mu.Unlock()
	switch {
	case o == nil || back:
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
	if _, _, err := s.serving(ctx, actor); err != nil {
		return err
	}
	d := s.desk
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.calls[call]
	if o == nil || o.call.State != Talking || o.call.Staff != actor.Staff() {
		return errNotYours
	}
	o.note(journal.Event{Act: ActPassed, Detail: map[string]string{"skill": skill}})
	o.call.Skill = skill
	o.requeue()
	return nil
}
