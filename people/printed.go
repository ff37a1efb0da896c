package people

import (
	"errors"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
)

// Printed are the dates that stand on a registered card, YYYY-MM-DD or "" where
// they are not known.
type Printed struct{ Issued, Expires string }

// PrintedOn reads the dates of the card that has the number. NotFound if nobody has it.
func (s *Service) PrintedOn(q db.Q, number string) (Printed, error) {
	number = strings.ToUpper(civic.Digits(number))
	if id, err := ParseResidentID(number, s.j.Now()); err == nil {
		number = id.Number
	}
	var ref struct {
		Person     civic.PersonID
		Credential string
	}
	var p Printed
	err := q.Get(&ref, CredentialQuery, s.CredentialHash(number))
	if err == nil {
		err = q.Get(&p, `SELECT issued, expires FROM credential WHERE person = $1 AND id = $2`, ref.Person, ref.Credential)
	}
	if errors.Is(err, db.ErrNoRows) {
		err = errNoPerson
	}
	return p, err
}
