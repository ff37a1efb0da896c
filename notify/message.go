package notify

import (
	"encoding/json"
	"errors"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// State is where a message is.
type State string

// The states of a message. Every message ends in one of the last three.
const (
	Open      State = "open"
	Confirmed State = "confirmed" // somebody said that it was heard, or it arrived where that is enough
	Expired   State = "expired"   // nobody was reached, and a named member of staff was told
	Cancelled State = "cancelled" // it need not be told any more
)

// Message is one thing that one receiver is told.
type Message struct {
	Person   civic.PersonID // whom it is about
	ID       string
	Template string
	Audience Audience
	Receiver string // person or member of staff
	Entry    string // of the act
	About    string
	Urgency  Urgency
	Division civic.Division
	Sealed   []byte
	State    State
	How      string
	Folded   string
	MadeAt   time.Time
	NextAt   time.Time
	OverAt   time.Time
	EndedAt  *time.Time
}

const messageColumns = `person, id, template, audience, receiver, entry, about, urgency, division, sealed, state, how, folded, made_at, next_at, over_at, ended_at`

// content is what is sealed with a message.
type content struct {
	Lang   string
	Values Values
	Code   string `json:",omitempty"` // the ID of a code that is put in when it is told
}

func (s *Service) seal(id string, c content) ([]byte, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return s.v.Seal(b, "message/"+id)
}

// content opens what is sealed with a message.
func (s *Service) content(m Message) (content, error) {
	c := content{Lang: Chinese, Values: Values{}}
	if m.Sealed == nil {
		return c, nil
	}
	b, err := s.v.Open(m.Sealed, "message/"+m.ID)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(b, &c)
}

// words says a message as one carrier brings it. A message of an act that is in the data
// no more says nothing.
func (s *Service) words(m Message, carrier string, discreet bool) (string, error) {
	t := s.book.byName[m.Template]
	if t == nil {
		return "", nil
	}
	c, err := s.content(m)
	if err != nil {
		return "", err
	}
	return s.book.say(t, carrier, c.Lang, discreet, c.Values), nil
}

func readMessage(q db.Q, person civic.PersonID, id string) (Message, error) {
	var m Message
	err := q.Get(&m, `SELECT `+messageColumns+` FROM message WHERE person = $1 AND id = $2`, person, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoMessage
	}
	return m, err
}

// about names a message in an entry, with its receiver and its matter.
func (s *Service) about(m Message, more ...journal.About) []journal.About {
	out := append([]journal.About{{ID: m.ID, Kind: "message", Role: "object"}}, more...)
	switch m.Audience {
	case Family:
		out = append(out, journal.About{ID: m.Receiver, Kind: "person", Role: "receiver"})
	case Staff:
		out = append(out, journal.About{ID: m.Receiver, Kind: "staff", Role: "receiver"})
	}
	if t := s.book.byName[m.Template]; t != nil && m.About != "" {
		out = append(out, journal.About{ID: m.About, Kind: t.About, Role: "object"})
	}
	return out
}

// end ends an open message, confirmed or cancelled, and drops what is still to be done for it.
// It reports whether it was open.
func (s *Service) end(tx *journal.Tx, auth civic.Authority, m Message, to State, how string) (bool, error) {
	n, err := tx.Exec(`UPDATE message SET state = $1, how = $2, ended_at = $3 WHERE person = $4 AND id = $5 AND state = 'open'`, to, how, tx.Now, m.Person, m.ID)
	if err != nil || n == 0 {
		return false, err
	}
	dropped, err := tx.Exec(`UPDATE message_attempt SET state = 'dropped', settled_at = $1 WHERE person = $2 AND message = $3 AND state IN ('due', 'open')`,
		tx.Now, m.Person, m.ID)
	if err == nil && dropped > 0 {
		err = s.unsent(tx, m)
	}
	if err != nil {
		return false, err
	}
	took := int64(tx.Now.Sub(m.MadeAt) / time.Second)
	ev := journal.Event{About: s.about(m), Measure: &took, Detail: map[string]string{"carrier": how}}
	switch to {
	case Confirmed:
		ev.Act = ActReached[how]
	default:
		ev.Act, ev.Detail = ActCancelled, map[string]string{"why": how}
	}
	return true, tx.RecordFor(auth, m.Person, ev)
}

// unsent has what went with the attempts of a message that were dropped before they were sent get texts
// of their own.
func (s *Service) unsent(tx *journal.Tx, m Message) error {
	var dropped []Attempt
	if err := tx.Select(&dropped, `SELECT `+attemptColumns+` FROM message_attempt WHERE person = $1 AND message = $2 AND state = 'dropped'
		AND NOT EXISTS (SELECT 1 FROM message_sending x WHERE x.attempt = message_attempt.id AND x.busy)`, m.Person, m.ID); err != nil {
		return err
	}
	for _, a := range dropped {
		if err := s.part(tx, a, true); err != nil {
			return err
		}
	}
	return nil
}

// over is the authority of the platform over a person, under all their identities.
func over(tx *journal.Tx, person civic.PersonID, home civic.Division, selves []civic.PersonID) (civic.Authority, error) {
	auth, err := tx.Authorise(civic.Need{Person: person, Division: home})
	if err != nil {
		return auth, err
	}
	return auth.Reaching(selves), nil
}
