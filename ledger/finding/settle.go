package finding

import (
	"maps"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

// actor is who finds and clears: the platform itself.
var actor = civic.System("rules")

// key names what a finding is about, once among those that are open.
type key struct {
	rule string
	of   civic.Subject
}

// scopes is a set of what is to be checked again.
type scopes struct {
	offices   map[civic.OfficeID]bool
	divisions map[civic.Division]bool
}

func newScopes() scopes {
	return scopes{map[civic.OfficeID]bool{}, map[civic.Division]bool{}}
}

// county adds what a change in a division may touch: the counties in it or round it that
// have joined, and the county itself, which may have left.
func (s scopes) county(q db.Q, in civic.Division) error {
	if in == "" {
		return nil
	}
	s.divisions[in.County()] = true
	joined, err := place.Joined(q, in)
	for _, d := range joined {
		s.divisions[d] = true
	}
	return err
}

func (s scopes) sorted() ([]civic.OfficeID, []civic.Division) {
	return slices.Sorted(maps.Keys(s.offices)), slices.Sorted(maps.Keys(s.divisions))
}

// hold keeps others from settling the same scopes until the write ends, in one order for
// all.
func (s scopes) hold(tx *journal.Tx) error {
	offices, divisions := s.sorted()
	for _, id := range offices {
		if err := place.Hold(tx, id); err != nil {
			return err
		}
	}
	for _, d := range divisions {
		if _, err := tx.Exec(`UPDATE division SET name = name WHERE code = $1`, d); err != nil {
			return err
		}
	}
	return nil
}

// settle checks again what is in the scopes and brings the account into line: what is
// found newly is entered, what is the matter otherwise is reworded, what is found no more
// is cleared. Scopes are locked first, in
// order, so that of two acts at once the later sees what the earlier did. It returns how
// many changed.
func (s *Service) settle(tx *journal.Tx, in scopes) (changed int, err error) {
	if err := in.hold(tx); err != nil {
		return 0, err
	}
	offices, divisions := in.sorted()
	err = tx.As(actor, func() error {
		for _, id := range offices {
			n, err := s.settleOne(tx, civic.Scope{Offices: []civic.OfficeID{id}}, string(id))
			if err != nil {
				return err
			}
			changed += n
		}
		for _, d := range divisions {
			n, err := s.settleOne(tx, civic.Scope{Division: d}, string(d))
			if err != nil {
				return err
			}
			changed += n
		}
		return nil
	})
	return changed, err
}

func (s *Service) settleOne(tx *journal.Tx, in civic.Scope, scope string) (changed int, err error) {
	now, err := s.check(tx, tx.Now, in)
	if err != nil {
		return 0, err
	}
	var was []Finding
	if err := tx.Select(&was, `SELECT `+columns+` FROM finding WHERE scope = $1 AND cleared_at IS NULL ORDER BY id`, scope); err != nil {
		return 0, err
	}
	stays := map[key]bool{}
	for _, f := range now {
		i := slices.IndexFunc(was, func(w Finding) bool { return w.key() == keyOf(f) })
		stays[keyOf(f)] = true
		switch {
		case i < 0:
			changed++
			err = s.found(tx, f, scope)
		case was[i].Say != f.Say:
			changed++
			err = s.reworded(tx, was[i], f.Say)
		}
		if err != nil {
			return changed, err
		}
	}
	for _, w := range was {
		if stays[w.key()] {
			continue
		}
		changed++
		if err := s.cleared(tx, w); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

func (f Finding) key() key {
	return key{f.Rule, civic.Subject{Kind: f.SubjectKind, ID: f.Subject}}
}
func keyOf(f civic.Finding) key { return key{f.Rule, f.Subject} }

func (s *Service) found(tx *journal.Tx, f civic.Finding, scope string) error {
	r := s.rules[f.Rule]
	auth, err := tx.Authorise(civic.Need{Division: f.Division, Office: f.Office})
	if err != nil {
		return err
	}
	id := db.NewID()
	if err := tx.InsertRows("finding", []string{"id", "rule", "subject_kind", "subject", "scope", "force", "division", "office", "say", "since", "due",
		"asked", "asked_by", "answer", "answered_by", "checked_at"},
		[][]any{{id, f.Rule, f.Subject.Kind, f.Subject.ID, scope, r.Force, f.Division, f.Office, f.Say, tx.Now, place.AddWorkingDays(tx.Now, r.Days), "", "", "", "", tx.Now}}); err != nil {
		return err
	}
	return tx.Record(auth, journal.Event{Act: ActFound, Detail: map[string]string{"rule": f.Rule, "title": r.Title, "force": string(r.Force), "say": f.Say},
		About: about(id, f.Office)})
}

// reworded writes what is now the matter with what stays open: other windows are shut, say.
func (s *Service) reworded(tx *journal.Tx, f Finding, say string) error {
	auth, err := tx.Authorise(civic.Need{Division: f.Division, Office: f.Office})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE finding SET say = $1, checked_at = $2 WHERE id = $3`, say, tx.Now, f.ID); err != nil {
		return err
	}
	return tx.Record(auth, journal.Event{Act: ActReworded, Detail: map[string]string{"rule": f.Rule, "title": s.rules[f.Rule].Title, "say": say}, About: about(f.ID, f.Office)})
}

func (s *Service) cleared(tx *journal.Tx, f Finding) error {
	auth, err := tx.Authorise(civic.Need{Division: f.Division, Office: f.Office})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE finding SET cleared_at = $1, checked_at = $1 WHERE id = $2 AND cleared_at IS NULL`, tx.Now, f.ID); err != nil {
		return err
	}
	seconds := int64(tx.Now.Sub(f.Since).Seconds())
	return tx.Record(auth, journal.Event{Act: ActCleared, Detail: map[string]string{"rule": f.Rule, "title": s.rules[f.Rule].Title, "force": string(f.Force)},
		About: about(f.ID, f.Office), Measure: &seconds})
}

// about names a finding, and the office whose it is.
func about(id string, office civic.OfficeID) []journal.About {
	out := []journal.About{{ID: id, Kind: "finding", Role: "object"}}
	if office != "" {
		out = append(out, journal.About{ID: string(office), Kind: "office", Role: "object"})
	}
	return out
}
