package casework

import (
	"errors"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Told says how each case of a person stands and what the office answered, in
// words, for the copy that the person asks for.
func (s *Service) Told(q db.Q, auth civic.Authority) (map[civic.RequestID][2]string, error) {
	ids := auth.Selves()
	if len(ids) == 0 {
		return nil, errors.New("casework: the cases of nobody")
	}
	var rows []struct {
		Request civic.RequestID
		State   State
		Outcome []byte
	}
	if err := q.Select(&rows, `SELECT request, state, outcome FROM casework WHERE person IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
		return nil, err
	}
	out := map[civic.RequestID][2]string{}
	for _, r := range rows {
		said := ""
		if r.Outcome != nil {
			b, err := s.v.Open(r.Outcome, "outcome/"+string(r.Request))
			if err != nil {
				return nil, err
			}
			said = string(b)
		}
		out[r.Request] = [2]string{r.State.Words(), said}
	}
	return out, nil
}

// Unfinished counts the cases of a person that an office still works on or that
// wait for the person's word.
func (s *Service) Unfinished(q db.Q, ids []civic.PersonID) (int, error) {
	var n int
	err := q.Get(&n, `SELECT COUNT(*) FROM casework WHERE state IN ('open', 'taken', 'resolved') AND person IN `+db.In(1, len(ids)), db.Args(ids)...)
	return n, err
}

// Forget takes from a person's cases what the offices wrote to them.
func (s *Service) Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error {
	if !auth.Valid() || len(ids) == 0 {
		return errors.New("casework: forgetting needs an authority, and somebody")
	}
	in, args := db.In(1, len(ids)), db.Args(ids)
	if _, err := tx.Exec(`UPDATE casework SET outcome = NULL WHERE person IN `+in, args...); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM casework_seen WHERE person IN `+in, args...)
	return err
}
