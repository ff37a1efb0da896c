package people

import (
	"errors"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// FullCard is a card with its whole number, for nobody but the person.
type FullCard struct {
	Kind    string `json:"kind"`
	Words   string `json:"words"`
	Number  string `json:"number"`
	State   string `json:"state"`
	Issued  string `json:"issued,omitempty"`
	Expires string `json:"expires,omitempty"`
}

// FullPhone is a phone with its whole number.
type FullPhone struct {
	Number    string `json:"number"`
	Whose     string `json:"whose"`
	Answers   string `json:"answers,omitempty"`
	Emergency bool   `json:"emergency,omitempty"`
	State     string `json:"state"`
}

// Numbers opens all numbers of a person, those no longer in use too. It is for the
// copy that the person asks for; nothing else shows whole numbers.
func (s *Service) Numbers(q db.Q, auth civic.Authority, person civic.PersonID) ([]FullCard, []FullPhone, error) {
	if !auth.Over(person) || !seesSensitive(auth) {
		return nil, nil, errAuthority
	}
	ids := auth.Selves()
	in, args := db.In(1, len(ids)), db.Args(ids)
	var cs []struct {
		Person                     civic.PersonID
		ID, State, Issued, Expires string
		Kind                       CredentialKind
		Sealed                     []byte
	}
	if err := q.Select(&cs, `SELECT person, id, state, issued, expires, kind, sealed FROM credential WHERE person IN `+in+` ORDER BY id`, args...); err != nil {
		return nil, nil, err
	}
	var cards []FullCard
	for _, c := range cs {
		b, err := s.v.Open(c.Sealed, "number/"+string(c.Person)+"/"+c.ID)
		if err != nil {
			return nil, nil, err
		}
		cards = append(cards, FullCard{string(c.Kind), c.Kind.Words(), string(b), c.State, c.Issued, c.Expires})
	}
	var ps []struct {
		Person           civic.PersonID
		ID, Whose, State string
		Sealed, Answers  []byte
		Emergency        bool
	}
	if err := q.Select(&ps, `SELECT person, id, whose, state, sealed, answers, emergency FROM contact WHERE person IN `+in+` ORDER BY state, place, id`, args...); err != nil {
		return nil, nil, err
	}
	var phones []FullPhone
	for _, p := range ps {
		b, err := s.v.Open(p.Sealed, "number/"+string(p.Person)+"/"+p.ID)
		if err != nil {
			return nil, nil, err
		}
		f := FullPhone{Number: string(b), Whose: p.Whose, Emergency: p.Emergency, State: p.State}
		if p.Answers != nil {
			if b, err = s.v.Open(p.Answers, "contact.answers/"+p.ID); err != nil {
				return nil, nil, err
			}
			f.Answers = string(b)
		}
		phones = append(phones, f)
	}
	return cards, phones, nil
}

// EveryTag lists all facts that were ever registered, ended ones too.
func (s *Service) EveryTag(q db.Q, auth civic.Authority, person civic.PersonID) ([]Tag, error) {
	if !auth.Over(person) || !seesSensitive(auth) {
		return nil, errAuthority
	}
	ids := auth.Selves()
	var out []Tag
	err := q.Select(&out, `SELECT id, kind, variant, scale, level, source, starts AS "from", CASE WHEN ends = '`+forEver+`' THEN '' ELSE ends END AS "to", reassess
		FROM person_tag WHERE person IN `+db.In(1, len(ids))+` ORDER BY starts, id`, db.Args(ids)...)
	return out, err
}

// EveryName lists the second names of a person, ended ones too.
func (s *Service) EveryName(q db.Q, auth civic.Authority, person civic.PersonID) ([]string, error) {
	if !auth.Over(person) {
		return nil, errAuthority
	}
	ids := auth.Selves()
	var out []string
	err := q.Select(&out, `SELECT name FROM other_name WHERE person IN `+db.In(1, len(ids))+` ORDER BY id`, db.Args(ids)...)
	return out, err
}

// ErasedName is what stands for the name of whoever had everything erased.
const ErasedName = "已删除"

// Forget takes everything that says who somebody is from the rows of the person,
// under all their identities: names and what they are found by, cards, phones,
// facts. The row itself stays, as nobody's.
func Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID, day string) error {
	if !auth.Valid() || len(ids) == 0 {
		return errors.New("people: forgetting needs an authority, and somebody")
	}
	in, args := db.In(1, len(ids)), db.Args(ids)
	for _, table := range []string{"credential_index", "credential_former", "tail_index", "contact_index", "credential", "contact", "other_name", "name_key",
		"person_tag", "household", "person_preference", "service_birth", "person_seen", "opening", "access_code"} {
		if _, err := tx.Exec(`DELETE FROM `+table+` WHERE person IN `+in, args...); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`UPDATE person SET name = $1, erased_on = $2, sex = 'unknown', birth = '', division = substr(division, 1, 6), address = NULL, died_on = '',
		reading = '', village = '', state = 'erased' WHERE id IN `+db.In(3, len(ids)), append([]any{ErasedName, day}, args...)...)
	return err
}
