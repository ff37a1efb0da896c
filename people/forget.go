package people

import (
	"errors"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// ErasedName is what stands for the name of whoever had everything erased.
const ErasedName = "已删除"

// forgotten are the tables whose rows of a person are deleted.
var forgotten = []string{"credential_index", "credential_former", "tail_index", "contact_index", "credential", "contact", "other_name", "name_key",
	"person_tag", "household", "person_preference", "service_birth", "person_seen", "opening", "access_code", "consent_code"}

// Forget takes everything that says who somebody is from the rows of the person,
// under all their identities: names and what they are found by, cards, phones,
// facts, and the reasons of merges and disputes. A number that is still disputed
// is the other's. The row itself stays, as nobody's. The person's row is locked.
func (s *Service) Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID, day string) error {
	if !auth.Valid() || len(ids) == 0 {
		return errors.New("people: forgetting needs an authority, and somebody")
	}
	if err := s.concede(tx, auth, ids); err != nil {
		return err
	}
	in, args := db.In(1, len(ids)), db.Args(ids)
	for _, table := range forgotten {
		if _, err := tx.Exec(`DELETE FROM `+table+` WHERE person IN `+in, args...); err != nil {
			return err
		}
	}
	for _, q := range []string{
		`UPDATE credential_dispute SET reason = '' WHERE holder IN `,
		`UPDATE credential_dispute SET reason = '' WHERE claimant IN `,
		// Without a division a merge is on nobody's list, and can't be taken back.
		`UPDATE person_merge SET reason = '', undo_reason = '', division = '' WHERE kept IN `,
		`UPDATE person_merge SET reason = '', undo_reason = '', division = '' WHERE dropped IN `,
	} {
		if _, err := tx.Exec(q+in, args...); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`UPDATE person SET name = $1, erased_on = $2, sex = 'unknown', birth = '', division = substr(division, 1, 6), address = NULL, died_on = '',
		reading = '', village = '', state = 'erased' WHERE id IN `+db.In(3, len(ids)), append([]any{ErasedName, day}, args...)...)
	return err
}

// concede decides the open disputes of a person for the other side, and tells it.
func (s *Service) concede(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error {
	for _, side := range []struct{ column, outcome string }{{"holder", ToClaimant}, {"claimant", ToHolder}} {
		var open []disputeRow
		if err := tx.Select(&open, `SELECT `+disputeColumns+` FROM credential_dispute WHERE state = 'open' AND `+side.column+` IN `+db.In(1, len(ids))+` ORDER BY id`,
			db.Args(ids)...); err != nil {
			return err
		}
		for _, d := range open {
			if err := s.concedeOne(tx, auth, d, side.outcome); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) concedeOne(tx *journal.Tx, auth civic.Authority, d disputeRow, outcome string) error {
	winner := d.Holder
	if outcome == ToClaimant {
		winner = d.Claimant
	}
	self, err := LockSelf(tx, winner)
	if errors.Is(err, ErrErased) { // both are gone
		_, err = tx.Exec(`UPDATE credential_dispute SET state = $1, settled_by = $2, settled_at = $3 WHERE id = $4 AND state = 'open'`,
			outcome, tx.Actor.Operator.ID, tx.Now, d.ID)
		return err
	}
	if err != nil {
		return err
	}
	if err := (&cards{tx, s, auth, self}).decide(d, outcome, ""); err != nil {
		return err
	}
	defer func(was civic.PersonID) { tx.Actor.Subject = was }(tx.Actor.Subject)
	may, err := tx.Authorise(civic.Need{Permission: civic.MayErasePeople})
	if err != nil {
		return err
	}
	tx.Actor.Subject = self.Root
	return tx.Record(may, journal.Event{Act: ActSettled, Detail: map[string]string{"what": d.Kind.Words()},
		About: []journal.About{{ID: d.ID, Kind: "dispute", Role: "object"}}})
}

// Left reports whether anything is left of people who had everything erased.
func Left(q db.Q, ids []civic.PersonID) (bool, error) {
	in, args := db.In(1, len(ids)), db.Args(ids)
	for _, table := range append([]string{"draft"}, forgotten...) {
		var n int
		if err := q.Get(&n, `SELECT COUNT(*) FROM `+table+` WHERE person IN `+in, args...); err != nil || n > 0 {
			return n > 0, err
		}
	}
	for _, query := range []string{
		`SELECT COUNT(*) FROM person WHERE state <> 'erased' AND id IN `,
		`SELECT COUNT(*) FROM consent WHERE withdrawn_at IS NULL AND person IN `,
		`SELECT COUNT(*) FROM proxy_grant WHERE state <> 'revoked' AND person IN `,
		`SELECT COUNT(*) FROM proxy_grant WHERE state <> 'revoked' AND kind = 'agent' AND agent IN `,
		`SELECT COUNT(*) FROM credential_dispute WHERE (state = 'open' OR reason <> '') AND holder IN `,
		`SELECT COUNT(*) FROM credential_dispute WHERE (state = 'open' OR reason <> '') AND claimant IN `,
		`SELECT COUNT(*) FROM person_merge WHERE division <> '' AND kept IN `,
		`SELECT COUNT(*) FROM person_merge WHERE division <> '' AND dropped IN `,
	} {
		var n int
		if err := q.Get(&n, query+in, args...); err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}
