package request

import (
	"errors"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Whole is a matter with all that was answered, for the copy that the person asks
// for.
type Whole struct {
	Stored
	Draft bool
	At    time.Time
}

// Everything reads all requests and open drafts of a person, oldest first.
func (s *Service) Everything(q db.Q, auth civic.Authority) ([]Whole, error) {
	ids := auth.Selves()
	if len(ids) == 0 {
		return nil, errors.New("request: everything of nobody")
	}
	in, args := db.In(1, len(ids)), db.Args(ids)
	var rows []struct {
		Person    civic.PersonID
		ID        civic.RequestID
		CreatedAt time.Time
	}
	if err := q.Select(&rows, `SELECT person, id, created_at FROM request WHERE person IN `+in+` ORDER BY created_at, id`, args...); err != nil {
		return nil, err
	}
	var out []Whole
	for _, r := range rows {
		st, err := s.Read(q, auth, r.Person, r.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, Whole{*st, false, r.CreatedAt})
	}
	var drafts []draftRow
	if err := q.Select(&drafts, `SELECT `+draftColumns+` FROM draft WHERE state = 'open' AND person IN `+in+` ORDER BY created_at, id`, args...); err != nil {
		return nil, err
	}
	for _, r := range drafts {
		d, err := s.fromRow(r)
		if err != nil {
			return nil, err
		}
		def, err := s.catalog.Version(q, d.DefHash)
		if err != nil {
			return nil, err
		}
		w := Whole{Stored{Request: Request{Person: d.Person, ID: civic.RequestID(d.ID), Number: d.Number, Service: d.Service, Def: def}}, true, d.Created}
		for _, question := range def.Questions {
			if vs := d.Answers[question.Key]; len(vs) > 0 {
				w.Lines = append(w.Lines, Line{Key: question.Key, Label: question.Label, Shown: shown(vs)})
			}
		}
		out = append(out, w)
	}
	return out, nil
}

// Forget takes the answers from a person's requests and deletes their drafts. What
// figures are made of stays: that there was a request, for what, when and how.
func Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error {
	if !auth.Valid() || len(ids) == 0 {
		return errors.New("request: forgetting needs an authority, and somebody")
	}
	in, args := db.In(1, len(ids)), db.Args(ids)
	if _, err := tx.Exec(`UPDATE request SET answers = $1 WHERE person IN `+db.In(2, len(ids)), append([]any{Erased}, args...)...); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM draft WHERE person IN `+in, args...); err != nil {
		return err
	}
	// A number that was said once is never drawn again.
	_, err := tx.Exec(`UPDATE spoken_number SET person = '' WHERE person IN `+in, args...)
	return err
}
