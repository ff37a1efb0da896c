package people

import (
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// withdraw takes back people who were entered and whom nobody has used since: of
// whom one entry tells, that of their registration. Their numbers are free again.
// It returns who is gone. At most a hundred at a time.
func (s *Service) withdraw(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) ([]civic.PersonID, error) {
	if !auth.Valid() {
		return nil, errAuthority
	}
	args := db.Args(ids)
	in := db.In(1, len(ids))
	// First their rows, so that whoever merges one of them meanwhile waits.
	if _, err := tx.Exec(`UPDATE person SET state = state WHERE id IN `+in, args...); err != nil {
		return nil, err
	}
	var used []civic.PersonID
	if err := tx.Select(&used, `SELECT id FROM journal_about WHERE id IN `+in+` GROUP BY id HAVING COUNT(DISTINCT entry) > 1`, args...); err != nil {
		return nil, err
	}
	var live []civic.PersonID
	if err := tx.Select(&live, `SELECT id FROM person WHERE id IN `+in+` AND state = 'active' AND alias_of = '' AND aliases = 0 ORDER BY id`, args...); err != nil {
		return nil, err
	}
	busy := map[civic.PersonID]bool{}
	for _, id := range used {
		busy[id] = true
	}
	var gone []civic.PersonID
	for _, id := range live {
		if !busy[id] {
			gone = append(gone, id)
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	args, in = db.Args(gone), db.In(1, len(gone))
	for _, q := range []string{
		`UPDATE person SET state = 'withdrawn' WHERE id IN ` + in,
		`UPDATE credential SET state = 'withdrawn' WHERE person IN ` + in,
		`DELETE FROM name_key WHERE person IN ` + in,
	} {
		if _, err := tx.Exec(q, args...); err != nil {
			return nil, err
		}
	}
	return gone, s.releaseNumbers(tx, in, args)
}

// releaseNumbers takes people out of every index of numbers.
func (s *Service) releaseNumbers(tx *journal.Tx, in string, args []any) error {
	type number struct {
		Person civic.PersonID
		ID     string
		Kind   CredentialKind
		Sealed []byte
	}
	var cards, phones []number
	if err := tx.Select(&cards, `SELECT person, id, kind, sealed FROM credential WHERE person IN `+in+` ORDER BY person, id`, args...); err != nil {
		return err
	}
	if err := tx.Select(&phones, `SELECT person, id, kind, sealed FROM contact WHERE person IN `+in+` ORDER BY person, id`, args...); err != nil {
		return err
	}
	drop := func(table, hash string, p civic.PersonID) error {
		_, err := tx.Exec(`DELETE FROM `+table+` WHERE hash = $1 AND person = $2`, hash, p)
		return err
	}
	for _, c := range cards {
		b, err := s.v.Open(c.Sealed, "number/"+string(c.Person)+"/"+c.ID)
		if err != nil {
			return err
		}
		if err := drop("credential_index", s.CredentialHash(string(b)), c.Person); err != nil {
			return err
		}
		if c.Kind == KindResidentID {
			if err := drop("tail_index", s.lastSixHash(string(b[len(b)-6:])), c.Person); err != nil {
				return err
			}
		}
	}
	for _, c := range phones {
		b, err := s.v.Open(c.Sealed, "number/"+string(c.Person)+"/"+c.ID)
		if err != nil {
			return err
		}
		if err := drop("contact_index", s.phoneHash(string(b)), c.Person); err != nil {
			return err
		}
	}
	return nil
}
