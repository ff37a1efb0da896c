package calls

import (
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/staff"
)

// answering is an operator who has said that they take a call, and whose telephone is not up yet.
type answering struct {
	staff   civic.StaffID
	name    string
	leg     Leg
	settled chan struct{} // closed when it is up, or has failed
}

// answer gives the caller to an operator as soon as their telephone is up; false where an operator was
// given who is still on their way to the caller. Under the lock.
func (o *Ongoing) answer(m staff.Member, leg Leg) bool {
	a := &answering{staff: m.ID, name: m.Name, leg: leg, settled: make(chan struct{})}
	select {
	case <-leg.Up():
		return o.join(a)
	default:
	}
	o.coming = a
	o.s.desk.changed()
	go o.await(a)
	return true
}

// await waits until an operator's telephone is up, and gives up on one that is not in time.
func (o *Ongoing) await(a *answering) {
	late := time.NewTimer(rules.ConnectSeconds.Seconds())
	defer late.Stop()
	up := false
	select {
	case <-a.leg.Up():
		up = true
	case <-a.leg.Done():
	case <-a.settled:
	case <-late.C:
	}
	o.s.desk.mu.Lock()
	defer o.s.desk.mu.Unlock()
	if o.coming != a {
		return
	}
	if !up || !o.join(a) {
		o.dropBy(a.staff)
		o.giveUp()
		o.s.desk.changed()
	}
}

// giveUp is that nobody answers any more whose telephone was not up: the caller waits on. Under the lock.
func (o *Ongoing) giveUp() {
	if a := o.coming; a != nil {
		o.coming = nil
		close(a.settled)
		go a.leg.Hangup() // takes its time
	}
}

// join gives the caller to an operator whose telephone is up. Under the lock.
func (o *Ongoing) join(a *answering) bool {
	select {
	case o.taken <- a.leg:
	default:
		return false
	}
	if o.coming == a {
		o.coming = nil
	}
	close(a.settled)
	delete(o.dropped, a.staff)
	now := o.s.j.Now()
	o.call.State, o.call.TakenAt, o.call.Staff, o.name, o.leg = Talking, &now, a.staff, a.name, a.leg
	secs := int64(o.call.waited(now) / time.Second)
	act := ActAnswered
	if o.call.late(now) {
		act = ActAnsweredLate
	}
	o.note(journal.Event{Act: act, Measure: &secs, Detail: map[string]string{"skill": o.call.Skill}})
	o.s.desk.changed()
	return true
}

// requeue puts the caller back to where they waited, with the time that they have waited. Under the lock.
func (o *Ongoing) requeue() {
	o.call.State, o.call.TakenAt, o.call.Staff, o.name = Waiting, nil, "", ""
	o.promised = nil // it was kept when they were answered; who hangs up now is owed another
	if o.leg != nil {
		go o.leg.Hangup() // takes its time
		o.leg = nil
	}
	o.s.keeper.put(o)
	o.s.desk.changed()
}

// Dropped puts the caller back to where they waited after the telephone failed through which an operator
// spoke with them. False where they are not with that operator any more.
func (o *Ongoing) Dropped(from Leg) bool {
	o.s.desk.mu.Lock()
	defer o.s.desk.mu.Unlock()
	if o.call.State != Talking || o.leg != from {
		return false
	}
	o.note(journal.Event{Act: ActDropped})
	o.dropBy(o.call.Staff)
	o.requeue()
	return true
}

// dropBy notes whose telephone failed in the call. Under the lock.
func (o *Ongoing) dropBy(who civic.StaffID) {
	if o.dropped == nil {
		o.dropped = map[civic.StaffID]bool{}
	}
	o.dropped[who] = true
}
