package grant

import (
	"slices"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// by marks a hold that a merge wrote, so that undoing the merge takes it back. It is
// a word of proxy_grant.held beside the hold's own.
func by(word, merge string) string { return strings.TrimSpace(word) + "@" + merge + " " }

// merged writes what stands against the grants of each of two registrations onto
// those of the other: they are one person now, whose relatives do not agree, or who
// has a guardian. It stays until each grant is settled or the merge is undone,
// whatever becomes of the grants that it came from. The rows of both people are locked.
func (s *Service) merged(tx *journal.Tx, merge string, keep, drop people.Self) error {
	for _, pair := range [][2]people.Self{{keep, drop}, {drop, keep}} {
		words, err := s.against(tx, pair[0])
		if err != nil {
			return err
		}
		ids := pair[1].Selves()
		for _, w := range words {
			only := ""
			if w == heldDispute {
				only = ` AND agent_kind = 'person'`
			}
			if _, err := tx.Exec(`UPDATE proxy_grant SET held = held || CAST($1 AS TEXT) WHERE state = 'active' AND kind = 'agent'`+only+`
				AND REPLACE(held, $2, '') = held AND person IN `+db.In(3, len(ids)), append([]any{w + by(w, merge), w}, db.Args(ids)...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// against lists the words that hold what a person gives: those on their live grants,
// and that they have a guardian.
func (s *Service) against(q db.Q, self people.Self) ([]string, error) {
	var rows []struct{ Held string }
	ids := self.Selves()
	if err := q.Select(&rows, `SELECT DISTINCT held FROM proxy_grant WHERE state = 'active' AND kind = 'agent' AND held <> ''
		AND (ends IS NULL OR ends > $1) AND person IN `+db.In(2, len(ids)), append([]any{s.j.Now()}, db.Args(ids)...)...); err != nil {
		return nil, err
	}
	ward, err := s.isWard(q, self)
	if err != nil {
		return nil, err
	}
	has := func(word string) bool {
		return slices.ContainsFunc(rows, func(r struct{ Held string }) bool { return strings.Contains(r.Held, word) })
	}
	var out []string
	if has(heldDispute) {
		out = append(out, heldDispute)
	}
	if ward || has(heldWard) {
		out = append(out, heldWard)
	}
	return out, nil
}

// parted takes back what a merge that is undone wrote. The rows of both are locked.
func (s *Service) parted(tx *journal.Tx, merge string, sides ...people.Self) error {
	for _, self := range sides {
		gs, err := heldGrants(tx, self.Selves())
		if err != nil {
			return err
		}
		for _, g := range gs {
			left := g.Held
			for _, w := range []string{heldDispute, heldWard} {
				if mark := by(w, merge); strings.Contains(left, mark) {
					left = strings.ReplaceAll(strings.ReplaceAll(left, mark, ""), w, "")
				}
			}
			if err := setHeld(tx, g, left); err != nil {
				return err
			}
		}
	}
	return nil
}

// unmark makes a hold that a merge wrote one of the person themselves: relatives
// have said now that they do not agree.
func unmark(held, word string) string {
	var left []string
	for _, w := range strings.Fields(held) {
		if !strings.HasPrefix(w, strings.TrimSpace(word)+"@") {
			left = append(left, w+" ")
		}
	}
	return strings.Join(left, "")
}

// without takes a word out of why a grant is held, and who wrote it.
func without(held, word string) string { return unmark(strings.ReplaceAll(held, word, ""), word) }

func heldGrants(q db.Q, ids []civic.PersonID) ([]Grant, error) {
	var gs []Grant
	err := q.Select(&gs, `SELECT `+grantColumns+` FROM proxy_grant WHERE held <> '' AND person IN `+db.In(1, len(ids))+` ORDER BY id`, db.Args(ids)...)
	return gs, err
}

// setHeld writes why a grant is held, if it is held as it was read.
func setHeld(tx *journal.Tx, g Grant, held string) error {
	if g.Held == held {
		return nil
	}
	n, err := tx.Exec(`UPDATE proxy_grant SET held = $1 WHERE person = $2 AND id = $3 AND held = $4`, held, g.Person, g.ID, g.Held)
	if err == nil && n == 0 {
		err = errSettled
	}
	return err
}
