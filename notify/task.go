package notify

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// Task is something that a hand does to bring a message: a call, a visit, a sheet to print,
// or a line on the desk.
type Task struct {
	Attempt
	Who     string // masked
	Urgent  bool
	Soon    bool   // somebody waits for it, and it is soon over
	Words   string // Chinese, for staff; discreet where it must reveal nothing
	Badges  []string
	MadeFor string // the member of staff whose task it is, "" for whoever comes first
}

// Detail is a task with what it takes to do it.
type Detail struct {
	Task
	Name    string
	Polite  string
	Lives   string // of a visit or a sheet
	Number  string // of a call
	Answers string // who answers it, "" if not known
	Own     bool   // the phone is registered as the person's own
	Ask     string // what to say when somebody else answers
	Spoken  string // a code in it, in groups; "" for none
	Answer  string // what the person has to answer: a grant; "" when being told is enough
}

// TasksMost bounds a list of tasks: whoever sees as many is told that there are more.
const TasksMost = 100

// Tasks lists what is to be done by hand: what hangs on life and limb first, then codes, for
// which somebody waits, then the oldest, TasksMost at most. By one carrier, where the
// member of staff at the controls serves people. A visit is listed for whoever it was
// given to, and at the desk for all.
func (s *Service) Tasks(ctx context.Context, actor civic.Actor, carrier string) ([]Task, error) {
	var out []Task
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		need := civic.MayServePeople
		if carrier == CarrierDesk {
			need = ""
		}
		ds, err := s.where(v, actor, need)
		if err != nil {
			return err
		}
		if !slices.Contains(Carriers, carrier) {
			return errCarrier
		}
		rows, err := openTasks(v, actor, carrier, ds)
		if err != nil {
			return err
		}
		out, err = s.tasks(v, rows)
		return err
	})
	return out, err
}

// openTasks reads the open tasks of a carrier in some divisions; a line of the desk is
// its member's wherever the person lives.
func openTasks(q db.Q, actor civic.Actor, carrier string, ds []civic.Division) ([]Attempt, error) {
	var out []Attempt
	if carrier == CarrierDesk {
		err := q.Select(&out, `SELECT `+attemptColumns+` FROM message_attempt a WHERE state = 'open' AND carrier = $1 AND target = $2 ORDER BY `+byUrgency+`, id LIMIT $3`,
			carrier, actor.Operator.ID, TasksMost)
		return out, err
	}
	whose := ""
	if actor.Channel == civic.ChannelField {
		whose = actor.Operator.ID
	}
	for _, d := range ds {
		var part []Attempt
		if err := q.Select(&part, `SELECT `+attemptColumns+` FROM message_attempt a WHERE state = 'open' AND carrier = $1 AND division >= $2 AND division < $3
			AND (CAST($4 AS TEXT) = '' OR target = $4) ORDER BY `+byUrgency+`, id LIMIT $5`, carrier, d, string(d)+"~", whose, TasksMost); err != nil {
			return nil, err
		}
		out = append(out, part...)
	}
	return out, nil
}

// byUrgency orders attempts by how long they can wait.
const byUrgency = `(SELECT CASE m.urgency WHEN 'life' THEN 0 WHEN 'code' THEN 1 ELSE 2 END FROM message m WHERE m.person = a.person AND m.id = a.message)`

func waits(u Urgency) int {
	switch u {
	case Life:
		return 0
	case Code:
		return 1
	}
	return 2
}

// where lists the divisions in which a member of staff has the permission; with none,
// they need only be one.
func (s *Service) where(v *journal.View, actor civic.Actor, p civic.Permission) ([]civic.Division, error) {
	if p == "" {
		m, err := staff.Read(v, actor.Staff())
		if err != nil || actor.Staff() == "" {
			_, refused := v.Authorise(civic.Need{Permission: civic.MayServePeople, Look: true})
			if refused != nil {
				err = refused
			}
			return nil, err
		}
		return []civic.Division{m.Division}, nil
	}
	if _, err := v.Authorise(civic.Need{Permission: p, Look: true}); err != nil {
		return nil, err
	}
	m, err := staff.Read(v, actor.Staff())
	if err != nil {
		return nil, err
	}
	return m.Where(p), nil
}

func (s *Service) tasks(q db.Q, rows []Attempt) ([]Task, error) {
	about, err := messagesOf(q, rows)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b Attempt) int {
		return cmp.Or(cmp.Compare(waits(about[a.Message].Urgency), waits(about[b.Message].Urgency)), strings.Compare(a.ID, b.ID))
	})
	rows = rows[:min(len(rows), TasksMost)]
	var persons []civic.PersonID
	var workers []civic.StaffID
	for _, a := range rows {
		persons = append(persons, a.Person)
		if a.Carrier == CarrierDoor {
			workers = append(workers, civic.StaffID(a.Target))
		}
	}
	names, err := people.MaskedNames(q, persons)
	if err != nil {
		return nil, err
	}
	given, err := staff.Names(q, workers)
	if err != nil {
		return nil, err
	}
	out := make([]Task, 0, len(rows))
	for _, a := range rows {
		m := about[a.Message]
		t := Task{Attempt: a, Who: names[a.Person], Urgent: m.Urgency == Life, Soon: m.Urgency == Code, MadeFor: given[civic.StaffID(a.Target)]}
		if t.Soon { // its words are the code, which is opened with the task
			t.Words = "老人等着听口令，请现在就打。"
			out = append(out, t)
			continue
		}
		// A list reveals nothing that the one who does the task need not know yet.
		if t.Words, err = s.words(m, a.Carrier, a.Discreet || a.Carrier != CarrierDesk && s.isPrivate(m)); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// messagesOf reads what some attempts bring, by the ID of the message.
func messagesOf(q db.Q, rows []Attempt) (map[string]Message, error) {
	out := make(map[string]Message, len(rows))
	for part := range slices.Chunk(rows, TasksMost) {
		var persons, ids []any
		for _, a := range part {
			persons, ids = append(persons, a.Person), append(ids, a.Message)
		}
		var ms []Message
		if err := q.Select(&ms, `SELECT `+messageColumns+` FROM message WHERE person IN `+db.In(1, len(part))+` AND id IN `+db.In(len(part)+1, len(part)), append(persons, ids...)...); err != nil {
			return nil, err
		}
		for _, m := range ms {
			out[m.ID] = m
		}
	}
	return out, nil
}

func (s *Service) isPrivate(m Message) bool {
	t := s.book.byName[m.Template]
	return t != nil && t.Private
}

// See opens a task: the words, and the phone or the address that it takes. It is
// recorded, and the person can read who saw them. It needs people.serve where they live.
func (s *Service) See(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) (Detail, error) {
	var d Detail
	err := s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		a, m, auth, err := s.task(tx, actor, person, id)
		if err != nil {
			return err
		}
		if d, err = s.detail(tx, auth, a, m); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActTaskSeen, About: s.about(m)})
	})
	if err != nil {
		return Detail{}, err
	}
	return d, nil
}

// task reads an open task and judges whether the member of staff may do it: where the
// person lives; a line of the desk, only whose it is.
func (s *Service) task(tx *journal.Tx, actor civic.Actor, person civic.PersonID, id string) (Attempt, Message, civic.Authority, error) {
	none := civic.Authority{}
	if err := tx.SignedIn(); err != nil {
		return Attempt{}, Message{}, none, err
	}
	if _, err := tx.Authorise(civic.Need{Permission: civic.MayServePeople, Look: true}); err != nil {
		if a, e := readAttempt(tx, person, id); e != nil || a.Carrier != CarrierDesk || a.Target != actor.Operator.ID {
			return Attempt{}, Message{}, none, err
		}
	}
	a, err := readAttempt(tx, person, id)
	if err != nil {
		return a, Message{}, none, err
	}
	m, err := readMessage(tx, a.Person, a.Message)
	if err != nil {
		return a, m, none, err
	}
	need := civic.Need{Person: a.Person, Division: m.Division, Permission: civic.MayServePeople}
	if a.Carrier == CarrierDesk {
		member, err := staff.Read(tx, actor.Staff())
		if err != nil || a.Target != actor.Operator.ID {
			return a, m, none, errNoTask
		}
		need = staff.Own(member)
		need.Person = a.Person
	}
	self, err := people.Resolve(tx, a.Person)
	if err != nil {
		return a, m, none, err
	}
	auth, err := tx.Authorise(need)
	if err != nil {
		return a, m, none, err
	}
	return a, m, auth.Reaching(append(self.Selves(), a.Person)), nil
}

func (s *Service) detail(tx *journal.Tx, auth civic.Authority, a Attempt, m Message) (Detail, error) {
	d := Detail{Task: Task{Attempt: a, Urgent: m.Urgency == Life}}
	if a.State != "open" {
		return d, errNoTask
	}
	var err error
	if d.Words, err = s.words(m, a.Carrier, a.Discreet); err != nil {
		return d, err
	}
	if t := s.book.byName[m.Template]; t != nil && t.Answer {
		d.Answer = m.About
	}
	rauth, self, err := told(tx, auth, m)
	if err != nil {
		return d, err
	}
	p, err := people.Brief(tx, rauth, self.Root)
	if err != nil {
		return d, err
	}
	d.Name, d.Who, d.Polite = p.Name, people.Masked(p.Name), p.Polite(tx.Now)
	wishes, err := s.people.Preferences(tx, rauth, self.Root)
	if err != nil {
		return d, err
	}
	for _, w := range wishes {
		if b := w.Badge(); b != "" {
			d.Badges = append(d.Badges, b)
		}
	}
	switch a.Carrier {
	case CarrierDoor, CarrierPaper:
		var home civic.Division
		if home, d.Lives, err = s.people.Lives(tx, rauth, self.Root); err != nil {
			return d, err
		}
		d.Division = home
	case CarrierVoice:
		if err := s.call(tx, rauth, self, m, &d); err != nil {
			return d, err
		}
	}
	return d, nil
}

// told finds who is told by a task, with the authority of the member of staff whose task
// it is: that over whom the message is about covers the relative too, where the person lives.
func told(tx *journal.Tx, auth civic.Authority, m Message) (civic.Authority, people.Self, error) {
	who := m.Person
	if m.Audience == Family {
		who = civic.PersonID(m.Receiver)
	}
	self, err := people.Resolve(tx, who)
	if err != nil || m.Audience != Family {
		return auth, self, err
	}
	rauth, err := tx.Authorise(civic.Need{Person: self.Root, Division: m.Division, Permission: civic.MayServePeople})
	return rauth.Reaching(append(self.Selves(), who)), self, err
}

// call fills in what an operator needs for a call. A code is read out to nobody but the
// person, on a phone of their own.
func (s *Service) call(tx *journal.Tx, auth civic.Authority, self people.Self, m Message, d *Detail) error {
	dials, err := s.people.Dials(tx, auth, self.Root)
	if err != nil {
		return err
	}
	for _, x := range dials {
		if x.ID == d.Target {
			d.Number, d.Answers, d.Own = x.Number, x.Answers, x.Private()
		}
	}
	if d.Ask, err = s.words(m, CarrierVoice, true); err != nil {
		return err
	}
	c, err := s.content(m)
	if err != nil || c.Code == "" {
		return err
	}
	if d.Spoken, err = s.codes.Spoken(tx, auth, c.Code); err != nil {
		return err
	}
	c.Values["code"] = d.Spoken
	d.Words = s.book.say(s.book.byName[m.Template], CarrierVoice, c.Lang, false, c.Values)
	return nil
}

// The outcomes of a task.
const (
	Told   = "told"   // the person was told; of a sheet, that it was printed and handed over
	Absent = "absent" // nobody was there, or nobody answered
	Gone   = "gone"   // they are not at this place or number any more
)

// Tick says what became of a task. Told confirms the message and ends its chain, or
// lets it wait where the person has to answer; otherwise the chain goes on at once. The same again changes nothing. It needs people.serve where the
// person lives; a line on somebody's desk is ticked by them alone.
func (s *Service) Tick(ctx context.Context, actor civic.Actor, person civic.PersonID, id, outcome string) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		a, m, auth, err := s.task(tx, actor, person, id)
		if err != nil {
			return err
		}
		if !slices.Contains([]string{Told, Absent, Gone}, outcome) {
			return errOutcome
		}
		state := "done"
		if outcome != Told {
			state = "missed"
		}
		n, err := tx.Exec(`UPDATE message_attempt SET state = $1, settled_at = $2 WHERE person = $3 AND id = $4 AND state IN ('open', 'missed') AND state <> $1`, state, tx.Now, a.Person, a.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return journal.ErrUnchanged
		}
		if state == "missed" {
			if err := tx.Record(auth, journal.Event{Act: ActMissed, About: s.about(m), Detail: map[string]string{"carrier": a.Carrier, "why": outcome}}); err != nil {
				return err
			}
			return s.after(tx, auth, m, a, state)
		}
		return s.tickTold(tx, auth, a, m)
	})
}

// tickTold confirms the message of a task that was done. Printing a sheet is arriving, and
// enough only where that is.
func (s *Service) tickTold(tx *journal.Tx, auth civic.Authority, a Attempt, m Message) error {
	if a.Carrier == CarrierPaper {
		if err := tx.Record(auth, journal.Event{Act: ActDelivered, About: s.about(m), Detail: map[string]string{"carrier": a.Carrier}}); err != nil {
			return err
		}
		return s.after(tx, auth, m, a, "delivered")
	}
	if t := s.book.byName[m.Template]; t != nil && t.Answer && m.State == Open {
		// They know, and have not answered: no other way is tried until the time is over.
		if err := s.moveOn(tx, m, m.OverAt, m.OverAt); err != nil {
			return err
		}
	} else if ended, err := s.end(tx, auth, m, Confirmed, a.Carrier); err != nil || ended {
		return err
	}
	// That somebody went, and found the person, is kept all the same.
	took := int64(tx.Now.Sub(m.MadeAt) / time.Second)
	return tx.Record(auth, journal.Event{Act: ActReached[a.Carrier], About: s.about(m), Measure: &took})
}
