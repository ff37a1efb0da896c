package grant

import (
	"errors"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Forget ends all grants that a person gave or held. Their rows stay for as long
// as it may have to be proved who acted for whom: they hold opaque IDs.
func Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error {
	if !auth.Valid() || len(ids) == 0 {
		return errors.New("grant: forgetting needs an authority, and somebody")
	}
	for _, column := range []string{"person", "agent"} {
		if _, err := tx.Exec(`UPDATE proxy_grant SET state = 'revoked' WHERE state <> 'revoked' AND `+column+` IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
			return err
		}
	}
	return nil
}
