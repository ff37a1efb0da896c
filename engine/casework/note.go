package casework

import (
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Note is what was said in the course of a case.
type Note struct {
	Kind string // asked, answered, noted, tried, appealed, moved, extended, former, left
	By   civic.Party
	At   time.Time
	Text string
}

// Words says what kind of note it is.
func (n Note) Words() string {
	return map[string]string{"asked": "单位问", "answered": "补充", "noted": "备注", "tried": "联系", "appealed": "不同意的理由", "moved": "转办的原因", "extended": "延期的原因",
		"former": "单位上次的答复", "left": "要另外办"}[n.Kind]
}

// Asks is what the office waits for the applicant to say, "" when it is money that it
// waits for, or nothing.
func (f *File) Asks() string {
	if f.State != Asked || f.StoppedAt == nil {
		return ""
	}
	for _, n := range slices.Backward(f.Notes) {
		if n.Kind == "asked" && !n.At.Before(*f.StoppedAt) {
			return n.Text
		}
	}
	return ""
}

// Stands says how the case stands, to a person: what waits for money is told apart.
func (f *File) Stands() string {
	if f.State == Asked && f.Asks() == "" && slices.ContainsFunc(f.Things, func(t Thing) bool { return t.State == Due }) {
		return "等您付钱"
	}
	return f.State.Words()
}

// note stores what was said, sealed.
func (s *Service) note(tx *journal.Tx, c *Case, kind, text string) error {
	return s.noteBy(tx, c, kind, text, tx.Actor.Operator, tx.Now)
}

func (s *Service) noteBy(tx *journal.Tx, c *Case, kind, text string, by civic.Party, at time.Time) error {
	id := db.NewID()
	sealed, err := s.v.Seal([]byte(text), "case-note/"+id)
	if err != nil {
		return err
	}
	return tx.InsertRows("casework_note", []string{"person", "request", "id", "kind", "by_kind", "by_id", "at", "body"},
		[][]any{{c.Person, c.Request, id, kind, by.Kind, by.ID, at, sealed}})
}

// notes reads what was said, the oldest first; colleagues' own remarks only for the
// office.
func (s *Service) notes(q db.Q, c Case, office bool) ([]Note, error) {
	var rows []struct {
		ID, Kind string
		ByKind   civic.PartyKind
		ByID     string
		At       time.Time
		Body     []byte
	}
	if err := q.Select(&rows, `SELECT id, kind, by_kind, by_id, at, body FROM casework_note WHERE person = $1 AND request = $2 ORDER BY id`, c.Person, c.Request); err != nil {
		return nil, err
	}
	var out []Note
	for _, r := range rows {
		if !office && (r.Kind == "noted" || r.Kind == "tried") || r.Body == nil {
			continue
		}
		b, err := s.v.Open(r.Body, "case-note/"+r.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, Note{r.Kind, civic.Party{Kind: r.ByKind, ID: r.ByID}, r.At, string(b)})
	}
	return out, nil
}
