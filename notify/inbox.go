package notify

import (
	"context"
	"errors"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// Letter is a message as its receiver reads it on their own page.
type Letter struct {
	Person civic.PersonID // whom it is about
	ID     string
	About  string
	Matter civic.RequestID // the matter of their own that it is about, "" for none
	Act    journal.Act
	Words  string
	MadeAt time.Time
	Open   bool // nobody said yet that it was heard
	Answer bool // it asks something: what it is about has to be answered
	Says   bool // whoever reads may say that it was heard: no agent may
}

// inboxMost bounds the letters that are shown.
const inboxMost = 50

// Inbox lists what a person was told, the newest first, for the person, whoever acts
// for them, and staff who have them open. Codes are not shown again.
func (s *Service) Inbox(ctx context.Context, actor civic.Actor, person civic.PersonID) ([]Letter, error) {
	var out []Letter
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		auth, err := v.Authorise(civic.WholeOf(actor, person))
		if err != nil {
			return err
		}
		ids := auth.Selves()
		var ms []Message
		if err := v.Select(&ms, `SELECT `+messageColumns+` FROM message WHERE audience <> 'staff' AND folded = '' AND receiver IN `+db.In(2, len(ids))+` ORDER BY id DESC LIMIT $1`,
			append([]any{inboxMost}, db.Args(ids)...)...); err != nil {
			return err
		}
		for _, m := range ms {
			l, err := s.letter(m, CarrierPaper)
			if err != nil {
				return err
			}
			l.Says = l.Open && !l.Answer && auth.Basis() != civic.BasisGrant
			if l.Words != "" {
				out = append(out, l)
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) letter(m Message, carrier string) (Letter, error) {
	l := Letter{Person: m.Person, ID: m.ID, About: m.About, MadeAt: m.MadeAt, Open: m.State == Open || m.State == Expired}
	t := s.book.byName[m.Template]
	if t == nil {
		return l, nil
	}
	c, err := s.content(m)
	if err != nil || c.Code != "" {
		return l, err
	}
	l.Act, l.Answer = t.Act, t.Answer && l.Open
	if t.About == "request" && t.To == Elder {
		l.Matter = civic.RequestID(m.About)
	}
	l.Words = s.book.say(t, carrier, c.Lang, false, c.Values)
	return l, nil
}

// Unread counts what a person was told and has not said that they heard, for their
// home page.
func (s *Service) Unread(ctx context.Context, actor civic.Actor, person civic.PersonID) (int, error) {
	n := 0
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		auth, err := v.Authorise(civic.WholeOf(actor, person))
		if err != nil {
			return err
		}
		ids := auth.Selves()
		return v.Get(&n, `SELECT COUNT(*) FROM message WHERE state IN ('open', 'expired') AND audience <> 'staff' AND urgency <> 'code' AND receiver IN `+db.In(1, len(ids)), db.Args(ids)...)
	})
	return n, err
}

// Heard says that the receiver of a message knows of it: themselves, their guardian, or
// staff who have them open. The same again changes nothing. Denied to an agent, about whom
// the message may be. Conflict when it asks something: what it is about is answered where it is.
func (s *Service) Heard(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := notAgent(tx, person, errHeardAgent)
		if err != nil {
			return err
		}
		ids := auth.Selves()
		var m Message
		err = tx.Get(&m, `SELECT `+messageColumns+` FROM message WHERE id = $1 AND audience <> 'staff' AND receiver IN `+db.In(2, len(ids)), append([]any{id}, db.Args(ids)...)...)
		if err != nil {
			return noRows(err, errNoMessage)
		}
		if t := s.book.byName[m.Template]; t != nil && t.Answer && (m.State == Open || m.State == Expired) {
			return errAnswer
		}
		how := CarrierPage
		if auth.Basis() == civic.BasisGuardian {
			how = CarrierFamily
		}
		if m.State == Expired { // late, and good to know
			n, err := tx.Exec(`UPDATE message SET state = 'confirmed', how = $1, ended_at = $2 WHERE person = $3 AND id = $4 AND state = 'expired'`, how, tx.Now, m.Person, m.ID)
			if err != nil || n == 0 {
				return cmpUnchanged(err)
			}
			return tx.Record(auth, journal.Event{Act: ActReached[how], About: s.about(m)})
		}
		ended, err := s.end(tx, auth, m, Confirmed, how)
		if err == nil && !ended {
			err = journal.ErrUnchanged
		}
		return err
	})
}

var (
	errHeardAgent = civic.E(civic.Denied, "message.agent", "告诉老人的消息，要老人自己说知道了，代办的人不能替老人点。请您告诉老人，老人在自己的网页上点，或打服务电话说一声。").
			Accepting("老人自己点，或打电话说一声")
	errRefuseAgent = civic.E(civic.Denied, "message.ways_agent", "用什么办法告诉老人，要老人自己选，代办的人不能改。请老人在自己的网页上选，或打服务电话、带证件到窗口改。").
			Accepting("老人自己选，或带证件到窗口改")
	errRefuseCard = civic.E(civic.Denied, "message.ways_card", "不要用哪些办法通知，要老人本人说了才能改：请让老人出示证件，放到读卡器上或输入它的整个号码，重新打开资料。老人不在场的，请老人在自己的网页上选。").
			Accepting("老人本人带证件来，或自己在网页上选")
)

// notAgent lets the person, their guardian and staff who have them open act, and refuses
// whoever acts by a grant: what the person is told, and how, is what keeps agents in sight.
func notAgent(tx *journal.Tx, person civic.PersonID, refusal *civic.Error) (civic.Authority, error) {
	auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
	if err == nil && auth.Basis() == civic.BasisGrant {
		err = refusal
	}
	return auth, err
}

func cmpUnchanged(err error) error {
	if err == nil {
		return journal.ErrUnchanged
	}
	return err
}

func noRows(err error, instead *civic.Error) error {
	if errors.Is(err, db.ErrNoRows) {
		return instead
	}
	return err
}

// refusable are the carriers that a person may refuse. What is for life and limb comes
// all the same.
var refusable = []string{CarrierVoice, CarrierSMS, CarrierFamily, CarrierTV, CarrierPaper, CarrierDoor}

// Way is a way of being told that a person may refuse.
type Way struct {
	people.Coded
	No bool // they do not want it
}

// Ways lists by which ways a person may be told, and which they do not want.
func (s *Service) Ways(ctx context.Context, actor civic.Actor, person civic.PersonID) ([]Way, error) {
	var out []Way
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		auth, err := v.Authorise(civic.WholeOf(actor, person))
		if err != nil {
			return err
		}
		no, err := refusals(v, auth.Selves())
		if err != nil {
			return err
		}
		for _, c := range refusable {
			out = append(out, Way{people.Coded{Code: c, Words: s.book.chains.Carriers[c].Words}, slices.Contains(no, c)})
		}
		return nil
	})
	return out, err
}

// refusals lists by which carriers a person does not want to be told.
func refusals(q db.Q, ids []civic.PersonID) ([]string, error) {
	var out []string
	err := q.Select(&out, `SELECT DISTINCT carrier FROM message_refusal WHERE person IN `+db.In(1, len(ids))+` ORDER BY carrier`, db.Args(ids)...)
	return out, err
}

// Refuse keeps by which carriers a person does not want to be told: exactly these, none
// for all are welcome. It is the person's own word: theirs, their guardian's, or a member of
// staff's to whom a card of theirs was shown that is proof. Denied to an agent, and to staff
// who opened the person by role. What is told of cards, phones and agents, and what asks the
// person something, heeds no refusal (Template.insists).
func (s *Service) Refuse(ctx context.Context, actor civic.Actor, person civic.PersonID, carriers []string) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := notAgent(tx, person, errRefuseAgent)
		if err == nil && auth.Basis() == civic.BasisRole {
			err = errRefuseCard
		}
		if err != nil {
			return err
		}
		if slices.ContainsFunc(carriers, func(c string) bool { return !slices.Contains(refusable, c) }) {
			return errCarrier
		}
		self, err := people.Resolve(tx, person)
		if err != nil {
			return err
		}
		if err := s.codes.Proven(tx, auth, self); err != nil {
			return err
		}
		ids := self.Selves()
		had, err := refusals(tx, ids)
		if err != nil {
			return err
		}
		want := slices.Compact(slices.Sorted(slices.Values(carriers)))
		if slices.Equal(had, want) {
			return journal.ErrUnchanged
		}
		if _, err := tx.Exec(`DELETE FROM message_refusal WHERE person IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
			return err
		}
		for _, c := range want {
			if err := tx.InsertRows("message_refusal", []string{"person", "carrier", "at"}, [][]any{{self.Root, c, tx.Now}}); err != nil {
				return err
			}
		}
		return tx.Record(auth, journal.Event{Act: ActRefused})
	})
}
