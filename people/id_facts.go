package people

import (
	"time"

	"yinqiao/civic"
)

// agrees refuses an ID number that contradicts the birth date or sex registered of
// the person: it would be somebody else's. What is not registered yet is filled in
// from it, and the person is found by it from now on.
func (t *cards) agrees(who civic.PersonID, kind CredentialKind, number string) error {
	if kind != KindResidentID {
		return nil
	}
	id, err := ParseResidentID(number, t.Now)
	if err != nil {
		return err
	}
	var has struct {
		Birth string
		Sex   Sex
	}
	if err := t.Get(&has, `SELECT birth, sex FROM person WHERE id = $1`, who); err != nil {
		return err
	}
	birth, blank := id.Birth.Format(time.DateOnly), has.Sex == Unknown || has.Sex == ""
	if has.Birth != "" && has.Birth != birth || !blank && has.Sex != id.Sex {
		return errCardBirth
	}
	if has.Birth == birth && !blank {
		return nil
	}
	if _, err := t.Exec(`UPDATE person SET birth = $1, sex = $2 WHERE id = $3`, birth, id.Sex, who); err != nil {
		return err
	}
	return reindex(t.Tx, t.auth, who)
}
