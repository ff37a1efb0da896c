package notify

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/people"
)

// How many messages one turn of the walk takes, and how many share a transaction.
const (
	walkMost   = 200
	walkAtOnce = 20
)

type key struct {
	Person civic.PersonID
	ID     string
}

// Walk takes the next step of the messages that are due: the next carrier of their
// chain, or their end. It is a job; several at once do no harm. A message whose step
// fails holds up no other.
func (s *Service) Walk(ctx context.Context, _ Walk) error {
	var due []key
	err := s.j.Look(ctx, civic.System("notify"), func(v *journal.View) error {
		return v.Select(&due, `SELECT person, id FROM message WHERE state = 'open' AND next_at <= $1 ORDER BY next_at, id LIMIT $2`, v.Now, walkMost)
	})
	if err != nil {
		return err
	}
	full := len(due) == walkMost
	slices.SortFunc(due, func(a, b key) int { return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.ID, b.ID)) })
	var failed error
	for part := range slices.Chunk(due, walkAtOnce) {
		if err := s.steps(ctx, part); err == nil {
			continue
		}
		for _, k := range part {
			if err := s.steps(ctx, []key{k}); err != nil {
				failed = errors.Join(failed, err)
			}
		}
	}
	if failed == nil && full {
		return jobs.ErrMore
	}
	return failed
}

// steps takes the next step of some messages in one transaction.
func (s *Service) steps(ctx context.Context, keys []key) error {
	return s.j.Write(ctx, civic.System("notify"), func(tx *journal.Tx) error {
		off, err := readStops(tx)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if err := s.step(tx, k, off); err != nil {
				return err
			}
		}
		if len(tx.Recorded()) == 0 {
			return journal.ErrUnchanged
		}
		return nil
	})
}

// step takes one message a step further. Its row is held first, so that of two walkers
// one finds it done.
func (s *Service) step(tx *journal.Tx, k key, off []stop) error {
	n, err := tx.Exec(`UPDATE message SET next_at = over_at WHERE person = $1 AND id = $2 AND state = 'open' AND next_at <= $3`, k.Person, k.ID, tx.Now)
	if err != nil || n == 0 {
		return err
	}
	m, err := readMessage(tx, k.Person, k.ID)
	if err != nil {
		return err
	}
	self, err := people.Resolve(tx, m.Person)
	if civic.Is(err, civic.NotFound) {
		auth, err := over(tx, m.Person, m.Division, []civic.PersonID{m.Person})
		if err == nil {
			_, err = s.end(tx, auth, m, Cancelled, "withdrawn")
		}
		return err
	}
	if err != nil {
		return err
	}
	auth, err := over(tx, self.Root, self.Division, append(self.Selves(), m.Person))
	if err != nil {
		return err
	}
	t := s.book.byName[m.Template]
	if why := s.needless(m, t, self); why != "" {
		_, err := s.end(tx, auth, m, Cancelled, why)
		return err
	}
	receiver, rauth := self, auth
	if m.Audience == Family {
		if receiver, rauth, err = s.relative(tx, m); err != nil {
			return err
		}
		if !rauth.Valid() {
			_, err := s.end(tx, auth, m, Cancelled, receiverGone)
			return err
		}
	}
	sit, err := s.situation(tx, m, t, receiver, rauth, off)
	if err != nil {
		return err
	}
	return s.climb(tx, auth, m, t, sit)
}

// needless says why a message need not be told any more, or "".
func (s *Service) needless(m Message, t *Template, self people.Self) string {
	switch {
	case t == nil:
		return "unknown"
	case self.State != "active":
		return "erased"
	case m.Audience == Elder && self.Died != "":
		return died
	}
	return ""
}

// relative finds a relative who is to be told, with an authority over them; none if they
// are no more.
func (s *Service) relative(tx *journal.Tx, m Message) (people.Self, civic.Authority, error) {
	self, err := people.Resolve(tx, civic.PersonID(m.Receiver))
	if civic.Is(err, civic.NotFound) || err == nil && (self.State != "active" || self.Died != "") {
		return self, civic.Authority{}, nil
	}
	if err != nil {
		return self, civic.Authority{}, err
	}
	auth, err := over(tx, self.Root, self.Division, self.Selves())
	return self, auth, err
}

// climb takes the first rung of the chain that was not tried yet, or ends the message
// when none is left or its time is over.
func (s *Service) climb(tx *journal.Tx, auth civic.Authority, m Message, t *Template, sit Situation) error {
	var tried []struct{ Carrier, Target string }
	if err := tx.Select(&tried, `SELECT carrier, target FROM message_attempt WHERE person = $1 AND message = $2`, m.Person, m.ID); err != nil {
		return err
	}
	rest := slices.DeleteFunc(s.book.ladder(t, sit), func(r Rung) bool {
		return slices.ContainsFunc(tried, func(x struct{ Carrier, Target string }) bool { return x.Carrier == r.Carrier && x.Target == r.Target })
	})
	over := !tx.Now.Before(m.OverAt)
	if len(rest) == 0 && !over && (m.Audience == Staff || s.book.chains.Urgencies[t.Urgency].Quiet) {
		// Nothing else can be tried, and nobody would be told: until its time is over a report
		// may come, a gateway may be back, a colleague may look.
		return s.moveOn(tx, m, m.OverAt, m.OverAt)
	}
	if len(rest) == 0 || over {
		return s.giveUp(tx, auth, m, t)
	}
	next := rest[0]
	if at := s.book.decent(m.Urgency, next.Carrier, tx.Now); at.After(tx.Now) {
		// Waiting for a decent hour takes nothing from the time of the message.
		return s.wait(tx, auth, m, at, m.OverAt.Add(at.Sub(tx.Now)))
	}
	joined, err := s.join(tx, auth, m, t, next, sit)
	if err != nil {
		return err
	}
	if !joined {
		err = s.try(tx, auth, m, next, sit)
	} else if m, err = readMessage(tx, m.Person, m.ID); err == nil && m.State != Open {
		return nil // the same words had arrived
	}
	if err != nil {
		return err
	}
	if next.Former && len(rest) > 1 { // it never counts as told, so that nothing is waited for
		return s.climb(tx, auth, m, t, sit)
	}
	return s.moveOn(tx, m, earlier(tx.Now.Add(next.Wait), m.OverAt), m.OverAt)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func (s *Service) moveOn(tx *journal.Tx, m Message, next, over time.Time) error {
	_, err := tx.Exec(`UPDATE message SET next_at = $1, over_at = $2 WHERE person = $3 AND id = $4 AND state = 'open'`, next, over, m.Person, m.ID)
	return err
}

// wait puts a message off, and says so.
func (s *Service) wait(tx *journal.Tx, auth civic.Authority, m Message, until, over time.Time) error {
	if err := s.moveOn(tx, m, until, over); err != nil {
		return err
	}
	return tx.RecordFor(auth, m.Person, journal.Event{Act: ActWaits, About: s.about(m)})
}

// try enters an attempt: a task for a hand, a parcel for a machine.
func (s *Service) try(tx *journal.Tx, auth civic.Authority, m Message, r Rung, sit Situation) error {
	state := "open"
	if sit.Ready[r.Carrier] {
		state = "due"
	}
	a, ok, err := s.attempt(tx, m, r, state, nil)
	if err != nil || !ok {
		return err
	}
	var more []journal.About
	if r.Carrier == CarrierDoor {
		more = append(more, journal.About{ID: r.Target, Kind: "staff", Role: "object"})
	}
	if err := tx.RecordFor(auth, m.Person, journal.Event{Act: ActTried[r.Carrier], About: s.about(m, more...)}); err != nil {
		return err
	}
	if state == "due" {
		return tx.Enqueue(Send{Person: m.Person, Attempt: a.ID}, time.Time{})
	}
	return nil
}

// attempt enters that a rung is tried; ok is false where it was before.
func (s *Service) attempt(tx *journal.Tx, m Message, r Rung, state string, settled *time.Time) (a Attempt, ok bool, err error) {
	a = Attempt{Person: m.Person, ID: db.NewID(), Message: m.ID, Carrier: r.Carrier, Target: r.Target, Discreet: r.Discreet, State: state}
	n, err := tx.Exec(`INSERT INTO message_attempt (person, id, message, carrier, target, discreet, state, division, gateway, ref, cost, tries, made_at, settled_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', 0, 0, $9, $10) ON CONFLICT DO NOTHING`, a.Person, a.ID, a.Message, a.Carrier, a.Target, a.Discreet, a.State, m.Division, tx.Now, settled)
	return a, n > 0, err
}

// join lets a text that would say the very same as one that went to the same phone a short time
// ago, which is so where it may say nothing of the matter, go with that one. What only informs
// counts as far as that one does. Of all else nobody can know from one text that it is two
// matters: the chain goes on until it is told by itself. What went with another was not sent itself,
// and nothing goes with it. Nobody waits behind one for life and limb.
func (s *Service) join(tx *journal.Tx, auth civic.Authority, m Message, t *Template, r Rung, sit Situation) (bool, error) {
	asks := r.Carrier == CarrierFamily && t.To == Elder // to pass on that there is something, never what
	if !sit.Ready[r.Carrier] || !asks && !r.Discreet || s.book.chains.Urgencies[t.Urgency].Override {
		return false, nil
	}
	var states []string
	if err := tx.Select(&states, `SELECT a.state FROM message_attempt a JOIN message o ON o.person = a.person AND o.id = a.message
		WHERE a.target = $1 AND a.carrier = $2 AND a.discreet = $3 AND o.receiver = $4 AND (o.template = $5 OR $6) AND o.audience = $7
			AND a.made_at > $8 AND a.state IN ('due', 'sent', 'delivered') AND (a.state = 'due' OR a.tries > 0 OR a.gateway <> '') ORDER BY a.state LIMIT 1`,
		r.Target, r.Carrier, r.Discreet, m.Receiver, m.Template, asks, m.Audience,
		tx.Now.Add(-time.Duration(s.book.chains.Storm.Within)*time.Minute)); err != nil || len(states) == 0 {
		return false, err
	}
	state := "sent"
	if states[0] == "delivered" && s.book.chains.Urgencies[t.Urgency].Quiet {
		state = "delivered"
	}
	a, ok, err := s.attempt(tx, m, r, state, &tx.Now)
	if err != nil || !ok {
		return false, err
	}
	if err := tx.RecordFor(auth, m.Person, journal.Event{Act: ActJoined, About: s.about(m), Detail: map[string]string{"carrier": r.Carrier}}); err != nil {
		return false, err
	}
	return true, s.after(tx, auth, m, a, a.State)
}

// giveUp ends a message whose chain is at its end, but waits for what was tried last.
// What only informs is given up quietly; of all else a named member of staff is told, who is
// never the one whose act it is about.
func (s *Service) giveUp(tx *journal.Tx, auth civic.Authority, m Message, t *Template) error {
	if s.book.chains.Urgencies[t.Urgency].Quiet {
		_, err := s.end(tx, auth, m, Cancelled, "not_reached")
		return err
	}
	first, above, err := s.origin(tx, m)
	if err != nil {
		return err
	}
	values, err := s.unreached(m, first)
	if err != nil {
		return err
	}
	who := civic.StaffID(m.Receiver)
	if !above { // else two colleagues were told, and it is theirs
		if who, err = s.tellOf(tx, auth, m, first, values); err != nil {
			return err
		}
		if who == "" { // a message never ends without somebody who knows of it
			return s.wait(tx, auth, m, tx.Now.Add(24*time.Hour), tx.Now)
		}
	}
	if _, err := tx.Exec(`UPDATE message SET state = 'expired', how = $1, ended_at = $2 WHERE person = $3 AND id = $4 AND state = 'open'`, who, tx.Now, m.Person, m.ID); err != nil {
		return err
	}
	took := int64(tx.Now.Sub(m.MadeAt) / time.Second)
	return tx.RecordFor(auth, m.Person, journal.Event{Act: ActExpired, Measure: &took, Detail: values,
		About: s.about(m, journal.About{ID: string(who), Kind: "staff", Role: "told"})})
}

// tellOf tells a named member of staff of a message that is given up, and returns who that is;
// "" when there is nobody. first is the message that it began with.
func (s *Service) tellOf(tx *journal.Tx, auth civic.Authority, m, first Message, values Values) (civic.StaffID, error) {
	told := s.book.byName[string(ActExpired)+"/"+string(Staff)]
	roles, not := told.Roles, civic.StaffID("")
	if m.Audience == Staff { // nobody looked: to whoever stands above, and is another
		roles, not = slices.Clone(roles), civic.StaffID(m.Receiver)
		slices.Reverse(roles)
	}
	maker, err := madeBy(tx, first)
	if err != nil {
		return "", err
	}
	who, err := named(tx, m.Person, m.Division, roles, not, maker)
	if err != nil || who == "" {
		return "", err
	}
	row := []Receiver{{Person: m.Person, ID: string(who), Division: m.Division, content: content{Lang: Chinese, Values: values}}}
	_, err = s.Queue(tx, auth, told.Name, m.ID, row)
	return who, err
}

// unreached says who was not reached, about what, and what a colleague is asked to do. first
// is the message that it began with.
func (s *Service) unreached(m, first Message) (Values, error) {
	c, err := s.content(first)
	if err != nil {
		return nil, err
	}
	elder, v := c.Values["elder"], Values{}
	if t := s.book.byName[first.Template]; t != nil {
		v["what"] = t.Act.Words()
	}
	switch m.Audience {
	case Elder:
		v["whom"], v["ask"] = elder, "请您想办法告诉老人，或问清老人在哪里。"
	case Family:
		v["whom"], v["ask"] = elder+"的家里人", "请您想办法告诉家里人。"
	case Staff:
		v["whom"], v["ask"] = "该看"+elder+"这件事的同事", "请您接着办。"
	}
	for name, text := range v {
		v[name] = civic.Cut(text, max(1, s.book.params[name]))
	}
	return v, nil
}
