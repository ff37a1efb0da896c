package notify

import (
	"cmp"
	"context"
	"errors"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/people"
)

// Send is the job that gives one parcel to its carrier.
type Send struct {
	Person  civic.PersonID `json:"person"`
	Attempt string         `json:"attempt"`
}

// Kind implements jobs.Args.
func (Send) Kind() string { return "notify.send" }

// sendFor bounds how long a carrier may take.
const sendFor = 20 * time.Second

// Attempt is one try to bring a message by one carrier.
type Attempt struct {
	Person    civic.PersonID
	ID        string
	Message   string
	Carrier   string
	Target    string
	Discreet  bool
	State     string
	Division  civic.Division
	Gateway   string
	Ref       string
	Cost      int64
	Tries     int64
	MadeAt    time.Time
	SettledAt *time.Time
}

const attemptColumns = `person, id, message, carrier, target, discreet, state, division, gateway, ref, cost, tries, made_at, settled_at`

func readAttempt(q db.Q, person civic.PersonID, id string) (Attempt, error) {
	var a Attempt
	err := q.Get(&a, `SELECT `+attemptColumns+` FROM message_attempt WHERE person = $1 AND id = $2`, person, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoTask
	}
	return a, err
}

// Send gives a parcel to its carrier, once. A mark is set before and taken away when
// the carrier refused: who finds the mark does not know what became of the parcel, and
// leaves it to a report and to the next carrier.
func (s *Service) Send(ctx context.Context, job Send) error {
	p, a, off, patient, err := s.parcel(ctx, job)
	if err != nil || p == nil {
		return err
	}
	carrier := s.carriers[machine(a.Carrier)]
	if carrier == nil || off || p.To == "" && a.Carrier != CarrierTV {
		return s.result(ctx, job, Sent{}, &Refused{Err: errors.New("the carrier is stopped, or the phone is no more"), ForGood: true})
	}
	mine, tries, err := s.mark(ctx, job.Attempt)
	if err != nil {
		return err
	}
	if !mine {
		var may Sent
		if priced, ok := carrier.(Priced); ok {
			may.Cost = priced.Price(*p)
		}
		return s.result(ctx, job, may, errUnknown)
	}
	sendCtx, cancel := context.WithTimeout(ctx, sendFor)
	sent, err := carrier.Send(sendCtx, *p)
	cancel()
	no, isNo := refused(err)
	if !isNo {
		return s.result(ctx, job, sent, err)
	}
	if err := s.unmark(ctx, job.Attempt, no.Turn); err != nil {
		return err
	}
	retry := s.book.chains.Retry
	if no.Turn {
		return jobs.Later(time.Duration(retry.First) * time.Second)
	}
	if no.ForGood || tries >= retry.Tries && !patient {
		return s.result(ctx, job, sent, err)
	}
	wait := min(retry.First<<min(tries-1, 10), retry.Most)
	return jobs.Later(time.Duration(wait) * time.Second)
}

var errUnknown = errors.New("notify: it is not known whether the parcel was taken")

// machine names the carrier that brings what another stands for: what a relative is to
// pass on is a text.
func machine(carrier string) string {
	if carrier == CarrierFamily {
		return CarrierSMS
	}
	return carrier
}

// mark sets the mark of a parcel that is being handed over, and counts how often. It
// reports false when the mark was there.
func (s *Service) mark(ctx context.Context, attempt string) (mine bool, tries int, err error) {
	err = s.j.Scratch(ctx, civic.System("notify"), func(tx *journal.Scratch) error {
		if _, err := tx.Exec(`INSERT INTO message_sending (attempt, busy, tries, at) VALUES ($1, FALSE, 0, $2) ON CONFLICT DO NOTHING`, attempt, tx.Now); err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE message_sending SET busy = TRUE, tries = tries + 1, at = $1 WHERE attempt = $2 AND NOT busy`, tx.Now, attempt)
		if err != nil {
			return err
		}
		mine = n == 1
		return tx.Get(&tries, `SELECT tries FROM message_sending WHERE attempt = $1`, attempt)
	})
	return mine, tries, err
}

// unmark takes the mark away; what only waited for its turn was no try.
func (s *Service) unmark(ctx context.Context, attempt string, untried bool) error {
	back := 0
	if untried {
		back = 1
	}
	return s.j.Scratch(ctx, civic.System("notify"), func(tx *journal.Scratch) error {
		_, err := tx.Exec(`UPDATE message_sending SET busy = FALSE, tries = tries - $2 WHERE attempt = $1`, attempt, back)
		return err
	})
}

// parcel makes the parcel of an attempt that is due; nil when it is no longer wanted. off says
// that its carrier is stopped, patient that a gateway that is down is asked until the message
// ends: it would not go any other way.
func (s *Service) parcel(ctx context.Context, job Send) (p *Parcel, a Attempt, off, patient bool, err error) {
	// A write that writes nothing: what it reads belongs together, and a code is opened.
	err = s.j.Write(ctx, civic.System("notify"), func(tx *journal.Tx) error {
		p = nil
		if a, err = readAttempt(tx, job.Person, job.Attempt); civic.Is(err, civic.NotFound) || err == nil && a.State != "due" {
			return journal.ErrUnchanged
		}
		if err != nil {
			return err
		}
		all, err := readStops(tx)
		if err != nil {
			return err
		}
		stops := stoppedIn(all, a.Division)
		off = stops[a.Carrier] || stops[machine(a.Carrier)]
		m, err := readMessage(tx, a.Person, a.Message)
		if err != nil {
			return err
		}
		patient = s.book.chains.Urgencies[m.Urgency].Quiet
		if p, err = s.wrap(tx, m, a); err != nil {
			return err
		}
		return journal.ErrUnchanged
	})
	return p, a, off, patient, err
}

// wrap makes a parcel: the words, and where it goes. A target that is no more, such as a
// phone that was ended, leaves the address empty.
func (s *Service) wrap(tx *journal.Tx, m Message, a Attempt) (*Parcel, error) {
	t := s.book.byName[m.Template]
	if t == nil || m.State != Open {
		return nil, nil
	}
	c, err := s.content(m)
	if err != nil {
		return nil, err
	}
	auth, self, err := s.authOf(tx, m)
	if err != nil || self.Root == "" {
		return nil, err
	}
	if c.Code != "" {
		if c.Values["code"], err = s.codes.Spoken(tx, auth, c.Code); civic.Is(err, civic.NotFound) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
	}
	p := &Parcel{ID: a.ID, Template: m.Template, Text: s.book.say(t, a.Carrier, c.Lang, a.Discreet, c.Values)}
	x := t.words[c.Lang].read
	switch {
	case a.Carrier == CarrierFamily && t.To == Elder:
		x, p.Template = s.book.passOn[c.Lang].read, "pass_on"
	case a.Discreet && t.Private:
		x, p.Template = t.words[c.Lang].discreet, m.Template+"/discreet"
	}
	p.Names = x.params()
	for _, name := range p.Names {
		p.Values = append(p.Values, c.Values[name])
	}
	if a.Carrier == CarrierMail {
		p.Subject, p.Text = s.book.chains.Mail.Subject, s.book.chains.Mail.Text
	}
	p.To, err = s.address(tx, auth, self, a, m.Template)
	return p, err
}

// authOf is the platform's authority over the receiver of a message.
func (s *Service) authOf(tx *journal.Tx, m Message) (civic.Authority, people.Self, error) {
	who := m.Person
	if m.Audience == Family {
		who = civic.PersonID(m.Receiver)
	}
	self, err := people.Resolve(tx, who)
	if civic.Is(err, civic.NotFound) {
		return civic.Authority{}, people.Self{}, nil
	}
	if err != nil {
		return civic.Authority{}, self, err
	}
	auth, err := over(tx, self.Root, self.Division, append(self.Selves(), who))
	return auth, self, err
}

// address finds the number that an attempt goes to.
func (s *Service) address(tx *journal.Tx, auth civic.Authority, self people.Self, a Attempt, template string) (string, error) {
	switch a.Carrier {
	case CarrierTV:
		return string(self.Root), nil
	case CarrierMail:
		return s.mailOf(tx, a.Target)
	}
	dials, err := s.people.Dials(tx, auth, self.Root)
	if err != nil {
		return "", err
	}
	if t := s.book.byName[template]; t != nil && t.tellsFormer() {
		former, err := s.people.Formers(tx, auth, self.Root)
		if err != nil {
			return "", err
		}
		dials = append(dials, former...)
	}
	for _, d := range dials {
		if d.ID == a.Target {
			return d.Number, nil
		}
	}
	if a.Carrier != CarrierFamily {
		return "", nil
	}
	d, _, err := s.mobileOf(tx, civic.PersonID(a.Target))
	return d.Number, err
}

// result notes what became of a parcel. What a report said before stands.
func (s *Service) result(ctx context.Context, job Send, sent Sent, failed error) error {
	return s.j.Write(ctx, civic.System("notify"), func(tx *journal.Tx) error {
		a, err := readAttempt(tx, job.Person, job.Attempt)
		if err != nil {
			return err
		}
		m, err := readMessage(tx, a.Person, a.Message)
		if err != nil {
			return err
		}
		auth, _, err := s.authOf(tx, Message{Person: m.Person})
		if err != nil {
			return err
		}
		state, act := "sent", ActSent
		_, isNo := refused(failed)
		switch {
		case isNo:
			state, act = "failed", ActFailed
		case failed != nil:
			state, act = "unsure", ActUnsure
		case sent.Delivered:
			state, act = "delivered", ActDelivered
		}
		n, err := tx.Exec(`UPDATE message_attempt SET state = $1, gateway = $2, ref = $3, cost = $4, tries = tries + 1, settled_at = $5 WHERE person = $6 AND id = $7 AND state = 'due'`,
			state, sent.Gateway, sent.Ref, sent.Cost, tx.Now, a.Person, a.ID)
		if err != nil {
			return err
		}
		if n == 0 { // a report was faster, or the message has ended: only what it cost is new
			n, err = tx.Exec(`UPDATE message_attempt SET gateway = $1, ref = $2, cost = $3 WHERE person = $4 AND id = $5 AND gateway = ''`, sent.Gateway, sent.Ref, sent.Cost, a.Person, a.ID)
			if err != nil || n == 0 {
				return cmp.Or(err, journal.ErrUnchanged)
			}
		}
		ev := journal.Event{Act: act, About: s.about(m), Detail: map[string]string{"carrier": a.Carrier, "gateway": sent.Gateway}}
		if err := tx.RecordFor(auth, m.Person, ev); err != nil {
			return err
		}
		if err := s.after(tx, auth, m, a, state); err != nil {
			return err
		}
		if isNo {
			if err := s.part(tx, a, false); err != nil {
				return err
			}
		}
		return s.early(tx, auth, m, a, sent)
	})
}

// after draws the consequence of an attempt's state for its message: it is told where
// arriving is enough, and it climbs at once where nothing is to be waited for.
func (s *Service) after(tx *journal.Tx, auth civic.Authority, m Message, a Attempt, state string) error {
	t := s.book.byName[m.Template]
	if t == nil || m.State != Open {
		return nil
	}
	switch {
	case state == "delivered" && t.guarded && a.Carrier == CarrierSMS && t.To == Elder:
		// A phone that was ended may have told somebody else alone.
		if used, err := people.PhoneInUse(tx, auth, a.Target); err != nil || !used || s.book.chains.Urgencies[t.Urgency].Enough != "delivered" {
			return err
		}
		_, err := s.end(tx, auth, m, Confirmed, a.Carrier)
		return err
	case state == "delivered" && s.book.chains.Urgencies[t.Urgency].Enough == "delivered" && (a.Carrier != CarrierFamily || t.To != Elder):
		_, err := s.end(tx, auth, m, Confirmed, a.Carrier)
		return err
	case state == "failed" || state == "missed":
		if err := s.moveOn(tx, m, tx.Now, m.OverAt); err != nil {
			return err
		}
		return tx.Enqueue(Walk{}, time.Time{})
	}
	return nil
}

// part has what went with an attempt go on at once, for nothing brings it any more: by its next
// way where that attempt failed, by a text of its own where that was never sent.
func (s *Service) part(tx *journal.Tx, a Attempt, unsent bool) error {
	const with = `target = $1 AND carrier = $2 AND discreet = $3 AND made_at >= $4 AND id <> $5 AND state = 'sent' AND tries = 0 AND gateway = ''`
	args := []any{a.Target, a.Carrier, a.Discreet, a.MadeAt, a.ID}
	n, err := tx.Exec(`UPDATE message SET next_at = $6 WHERE state = 'open' AND next_at > $6 AND (person, id) IN (SELECT person, message FROM message_attempt WHERE `+with+`)`, append(args, tx.Now)...)
	if err != nil || n == 0 {
		return err
	}
	if unsent {
		if _, err := tx.Exec(`DELETE FROM message_attempt WHERE `+with+` AND (person, message) IN (SELECT person, id FROM message WHERE state = 'open')`, args...); err != nil {
			return err
		}
	}
	return tx.Enqueue(Walk{}, time.Time{})
}
