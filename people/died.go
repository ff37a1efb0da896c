package people

import (
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
)

var errDiedOn = civic.E(civic.Invalid, "person.died_on", "去世的日期要写成2026-11-20这样，不能在今天以后，也不能早于出生日期。").On("day")

// SetDied enters the day on which a person died (YYYY-MM-DD, in Shanghai), or with
// "" takes it back. It reports whether that changed anything, and locks the
// person's row. The grant room's verbs on deaths call it, in their transaction.
func SetDied(tx *journal.Tx, auth civic.Authority, id civic.PersonID, day string) (bool, error) {
	if !auth.Over(id) {
		return false, errAuthority
	}
	self, err := LockSelf(tx, id)
	if err != nil {
		return false, err
	}
	if day != "" {
		row, err := readPerson(tx, self.Root)
		if err != nil {
			return false, err
		}
		if _, err := time.Parse(time.DateOnly, day); err != nil || day < row.Birth || day > tx.Now.In(civic.Shanghai).Format(time.DateOnly) {
			return false, errDiedOn
		}
	}
	n, err := tx.Exec(`UPDATE person SET died_on = $1 WHERE id = $2 AND died_on <> $1`, day, self.Root)
	return n == 1, err
}
