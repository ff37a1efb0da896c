package people

import (
	"errors"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

func insertPerson(tx *journal.Tx, auth civic.Authority, n *prepared) error {
	if !auth.Valid() {
		return errAuthority
	}
	if err := tx.InsertRows("person", []string{"id", "name", "sex", "birth", "division", "address", "created_at", "village", "reading", "keyed"},
		[][]any{{n.ID, n.Name, n.Sex, n.Birth, n.Division, n.address, n.at, n.village, n.reading, keysVersion}}); err != nil {
		return err
	}
	if err := tx.InsertRows("name_key", keyColumns, keyRows(named{n.ID, n.Name, n.reading, n.Birth, n.Division}, nil)); err != nil {
		return err
	}
	var creds, phones, tails [][]any
	for _, c := range n.credentials {
		got, err := tx.Exec(`INSERT INTO credential_index (hash, person, credential) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, c.hash, n.ID, c.id)
		if err != nil {
			return err
		}
		if got == 0 {
			// A social-security card may show the citizen's own number (社会保障号码).
			var owner civic.PersonID
			if err := tx.Get(&owner, `SELECT person FROM credential_index WHERE hash = $1`, c.hash); err != nil {
				return err
			}
			if owner != n.ID {
				return errTaken
			}
		}
		creds = append(creds, []any{n.ID, c.id, c.kind, c.sealed, c.tail, "active", "", "", "", n.at})
		if c.last6 != "" {
			tails = append(tails, []any{c.last6, n.ID, c.id})
		}
	}
	for _, p := range n.phones {
		if _, err := tx.Exec(`INSERT INTO contact_index (hash, person) VALUES ($1, $2) ON CONFLICT DO NOTHING`, p.hash, n.ID); err != nil {
			return err
		}
		phones = append(phones, []any{n.ID, p.id, p.kind, p.sealed, p.tail, p.whose})
	}
	if err := tx.InsertRows("credential", []string{"person", "id", "kind", "sealed", "tail", "state", "issued", "expires", "replaced_by", "changed_at"}, creds); err != nil {
		return err
	}
	if err := tx.InsertRows("tail_index", []string{"hash", "person", "credential"}, tails); err != nil {
		return err
	}
	return tx.InsertRows("contact", []string{"person", "id", "kind", "sealed", "tail", "whose"}, phones)
}

type personRow struct {
	ID       civic.PersonID
	Name     string
	Sex      Sex
	Birth    string
	Division civic.Division
	Address  []byte
}

func (r personRow) Person() Person { return Person{r.ID, r.Name, r.Sex, r.Birth, r.Division} }

func readPerson(q db.Q, id civic.PersonID) (personRow, error) {
	var r personRow
	err := q.Get(&r, `SELECT id, name, sex, birth, division, address FROM person WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoPerson
	}
	return r, err
}

func readCredentials(q db.Q, id civic.PersonID) ([]Credential, error) {
	var cs []Credential
	err := q.Select(&cs, `SELECT id, kind, tail, state FROM credential WHERE person = $1 ORDER BY id`, id)
	return cs, err
}

func readContacts(q db.Q, id civic.PersonID) ([]Contact, error) {
	var cs []Contact
	err := q.Select(&cs, `SELECT id, kind, tail, whose FROM contact WHERE person = $1 ORDER BY id`, id)
	return cs, err
}

// CredentialQuery is the indexed read behind an exact look-up; the benchmark
// runs the same one bare. The index table is read first and the rest by person,
// since on Citus the two live on different keys.
const (
	CredentialQuery = `SELECT person, credential FROM credential_index WHERE hash = $1`
	personQuery     = `SELECT p.name, p.sex, p.birth, p.division, c.kind, c.tail, c.state
		FROM person p JOIN credential c ON c.person = p.id WHERE p.id = $1 AND c.id = $2`
)

func byCredentialHash(q db.Q, hash string) (Match, error) {
	var ref struct {
		Person     civic.PersonID
		Credential string
	}
	if err := q.Get(&ref, CredentialQuery, hash); err != nil {
		if errors.Is(err, db.ErrNoRows) {
			err = errNoPerson
		}
		return Match{}, err
	}
	var r struct {
		Name, Birth, Tail, State string
		Sex                      Sex
		Division                 civic.Division
		Kind                     CredentialKind
	}
	if err := q.Get(&r, personQuery, ref.Person, ref.Credential); err != nil {
		return Match{}, err
	}
	return Match{ref.Person, Masked(r.Name), r.Sex, year(r.Birth), r.Division, r.Kind.Words() + "尾号" + r.Tail, r.State, true}, nil
}

func byPhone(q db.Q, hash string) ([]Match, error) {
	var ids []string
	if err := q.Select(&ids, `SELECT person FROM contact_index WHERE hash = $1 ORDER BY person LIMIT $2`, hash, matchMost); err != nil || len(ids) == 0 {
		return nil, err
	}
	args := db.Args(ids)
	return matches(q, "电话", `WHERE id IN `+db.In(1, len(ids))+` ORDER BY birth`, args...)
}

func byName(q db.Q, name string) ([]Match, error) {
	// A range finds the prefix by the index on both engines; LIKE would not.
	return matches(q, "姓名", `WHERE name >= $1 AND name < $2 ORDER BY name, division LIMIT $3`, name, name+"\U0010FFFF", matchMost)
}

func matches(q db.Q, why, where string, args ...any) ([]Match, error) {
	var rows []personRow
	if err := q.Select(&rows, `SELECT id, name, sex, birth, division FROM person `+where, args...); err != nil {
		return nil, err
	}
	out := make([]Match, len(rows))
	for i, r := range rows {
		out[i] = Match{r.ID, Masked(r.Name), r.Sex, year(r.Birth), r.Division, why, "active", false}
	}
	return out, nil
}

func year(birth string) string {
	if len(birth) < 4 {
		return ""
	}
	return birth[:4]
}
