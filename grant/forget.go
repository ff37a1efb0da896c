package grant

import (
	"errors"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/staff"
)

// Forget signs a person out everywhere and ends all grants that they gave or held. Their rows stay for as long
// as it may have to be proved who acted for whom: they hold opaque IDs.
func Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error {
	if !auth.Valid() || len(ids) == 0 {
		return errors.New("grant: forgetting needs an authority, and somebody")
	}
	for _, column := range []string{"person", "agent"} {
		if _, err := tx.Exec(`UPDATE proxy_grant SET state = 'revoked', note = NULL WHERE `+column+` IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if err := staff.EndSessions(tx, civic.Party{Kind: civic.PartyPerson, ID: string(id)}); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		`DELETE FROM grant_evidence WHERE person IN `,
		// That the glass was broken, and how it was judged, stays; what was said does not.
		`UPDATE glass_review SET reason = '', note = '' WHERE person IN `,
	} {
		if _, err := tx.Exec(statement+db.In(1, len(ids)), db.Args(ids)...); err != nil {
			return err
		}
	}
	return nil
}
