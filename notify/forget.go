package notify

import (
	"errors"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// ToldOf is one message in the copy of everything about a person.
type ToldOf struct {
	At    time.Time `json:"at"`
	Words string    `json:"words"`
	State string    `json:"state"`
	How   string    `json:"how,omitempty"`
}

// Told lists what a person was told, for the copy that they ask for.
func (s *Service) Told(q db.Q, auth civic.Authority) ([]ToldOf, error) {
	ids := auth.Selves()
	if len(ids) == 0 {
		return nil, errors.New("notify: the messages of nobody")
	}
	var ms []Message
	if err := q.Select(&ms, `SELECT `+messageColumns+` FROM message WHERE folded = '' AND audience <> 'staff' AND receiver IN `+db.In(1, len(ids))+` ORDER BY id`, db.Args(ids)...); err != nil {
		return nil, err
	}
	out := []ToldOf{}
	for _, m := range ms {
		l, err := s.letter(m, CarrierPaper)
		if err != nil {
			return nil, err
		}
		how := s.book.chains.Carriers[m.How].Words
		out = append(out, ToldOf{m.MadeAt, l.Words, stateWords[m.State], how})
	}
	return out, nil
}

var stateWords = map[State]string{Open: "还在告诉", Confirmed: "已经告诉", Expired: "没有联系上，交给了专人", Cancelled: "不用再告诉"}

// Words says a state.
func (s State) Words() string { return stateWords[s] }

// Forget deletes every message about a person, and every one to them, under all their
// identities. What was tried stays in the journal, with opaque IDs.
func (s *Service) Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error {
	if !auth.Valid() || len(ids) == 0 {
		return errors.New("notify: forgetting needs an authority, and somebody")
	}
	in, args := db.In(1, len(ids)), db.Args(ids)
	for _, q := range []string{
		`DELETE FROM message_attempt WHERE message IN (SELECT id FROM message WHERE receiver IN ` + in + `)`,
		`DELETE FROM message_attempt WHERE target IN ` + in,
		`DELETE FROM message_attempt WHERE person IN ` + in,
		`DELETE FROM message WHERE receiver IN ` + in,
		`DELETE FROM message WHERE person IN ` + in,
		`DELETE FROM message_refusal WHERE person IN ` + in,
	} {
		if _, err := tx.Exec(q, args...); err != nil {
			return err
		}
	}
	return nil
}
