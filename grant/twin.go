package grant

import (
	"slices"
	"strings"
	"time"

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
	if err := apart(tx, keep, drop); err != nil {
		return err
	}
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

var errBetween = civic.E(civic.Conflict, "merge.grants", "这两份登记里，有一个人替另一个人办事，应该是两个人，不能合并。真是同一个人重复登记的，请先停掉这份委托或监护，再来合并。")

// apart refuses to make one person of two of whom one acts, acted or asked to act for
// the other, and signs both out: whoever was signed in as one would go on as the other.
func apart(tx *journal.Tx, a, b people.Self) error {
	as, bs := a.Selves(), b.Selves()
	for _, pair := range [][2][]civic.PersonID{{as, bs}, {bs, as}} {
		var n int
		if err := tx.Get(&n, `SELECT COUNT(*) FROM proxy_grant WHERE state IN ('active', 'asked') AND agent_kind = 'person' AND person IN `+db.In(1, len(pair[0]))+
			` AND agent IN `+db.In(1+len(pair[0]), len(pair[1])), append(db.Args(pair[0]), db.Args(pair[1])...)...); err != nil {
			return err
		}
		if n > 0 {
			return errBetween
		}
	}
	return signOut(tx, as, bs)
}

// signOut ends the sign-ins, codes and openings of people whose identities change.
func signOut(tx *journal.Tx, sides ...[]civic.PersonID) error {
	for _, ids := range sides {
		if err := expel(tx, ids, true); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM opening WHERE person IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
			return err
		}
	}
	return nil
}

// undoGiven ends what was given as one person while a merge held that is undone now:
// it can't be told who of the two gave it. Nobody stays signed in, either.
func (s *Service) undoGiven(tx *journal.Tx, merge string, sides ...people.Self) error {
	var was struct{ MergedAt time.Time }
	if err := tx.Get(&was, `SELECT merged_at FROM person_merge WHERE id = $1`, merge); err != nil {
		return err
	}
	for _, self := range sides {
		ids := self.Selves()
		if _, err := tx.Exec(`UPDATE proxy_grant SET state = 'revoked', note = NULL WHERE state IN ('active', 'asked') AND kind = 'agent' AND given_at > $1 AND person IN `+db.In(2, len(ids)),
			append([]any{was.MergedAt}, db.Args(ids)...)...); err != nil {
			return err
		}
	}
	return signOut(tx, sides[0].Selves(), sides[1].Selves())
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
