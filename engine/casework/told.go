package casework

import (
	"errors"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Told says how each case of a person stands and what the office answered, in
// words, for the copy that the person asks for; with what was asked and said in its
// course, and what was handed in.
func (s *Service) Told(q db.Q, auth civic.Authority) (map[civic.RequestID][2]string, error) {
	ids := auth.Selves()
	if len(ids) == 0 {
		return nil, errors.New("casework: the cases of nobody")
	}
	var rows []Case
	if err := q.Select(&rows, `SELECT `+columns+` FROM casework WHERE person IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
		return nil, err
	}
	out := map[civic.RequestID][2]string{}
	for _, r := range rows {
		var said []string
		if outcome, err := s.outcome(&r); err != nil {
			return nil, err
		} else if outcome != "" {
			said = append(said, outcome)
		}
		notes, err := s.notes(q, r, true)
		if err != nil {
			return nil, err
		}
		for _, n := range notes {
			said = append(said, n.Words()+"："+n.Text)
		}
		things, err := s.things(q, r)
		if err != nil {
			return nil, err
		}
		for _, t := range things {
			said = append(said, t.Says()+"："+t.Words())
		}
		out[r.Request] = [2]string{r.State.Words(), strings.Join(said, "\n")}
	}
	return out, nil
}

// Unfinished counts the cases of a person that an office still works on, that wait for
// the person's word, or of which something is with an office still.
func (s *Service) Unfinished(q db.Q, ids []civic.PersonID) (int, error) {
	var n int
	err := q.Get(&n, `SELECT COUNT(*) FROM casework WHERE (`+notEnded+` OR EXISTS (SELECT 1 FROM casework_custody k
		WHERE k.person = casework.person AND k.request = casework.request AND k.state IN ('due', 'told', 'held', 'sent'))) AND person IN `+db.In(1, len(ids)), db.Args(ids)...)
	return n, err
}

// Forget takes from a person's cases what the offices wrote to them, and what was said.
func (s *Service) Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error {
	if !auth.Valid() || len(ids) == 0 {
		return errors.New("casework: forgetting needs an authority, and somebody")
	}
	in, args := db.In(1, len(ids)), db.Args(ids)
	for _, q := range []string{`UPDATE casework SET outcome = NULL`, `UPDATE casework_note SET body = NULL`, `UPDATE casework_custody SET what = NULL`, `DELETE FROM casework_seen`} {
		if _, err := tx.Exec(q+` WHERE person IN `+in, args...); err != nil {
			return err
		}
	}
	return nil
}
