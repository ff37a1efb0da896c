package people

import (
	"errors"
	"slices"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// insertPeople enters people in as few statements as can be. Whoever brings a
// number that is somebody else's already is left out and named in taken: nothing
// of theirs is written.
func insertPeople(tx *journal.Tx, auth civic.Authority, ns []*prepared) (taken map[civic.PersonID]bool, err error) {
	if !auth.Valid() {
		return nil, errAuthority
	}
	if taken, err = claimNumbers(tx, ns); err != nil {
		return nil, err
	}
	var persons, keys, creds, tails, phones, contacts [][]any
	for _, n := range ns {
		if taken[n.ID] {
			continue
		}
		persons = append(persons, []any{n.ID, n.Name, n.Sex, n.Birth, n.Division, n.address, n.at, n.village, n.reading, keysVersion})
		keys = append(keys, n.nameKeys()...)
		for _, c := range n.credentials {
			creds = append(creds, []any{n.ID, c.id, c.kind, c.sealed, c.tail, "active", "", "", "", n.at})
			if c.last6 != "" {
				tails = append(tails, []any{c.last6, n.ID, c.id})
			}
		}
		for _, p := range n.phones {
			contacts = append(contacts, []any{p.hash, n.ID})
			phones = append(phones, []any{n.ID, p.id, p.kind, p.sealed, p.tail, p.whose})
		}
	}
	if err := tx.InsertRows("person", []string{"id", "name", "sex", "birth", "division", "address", "created_at", "village", "reading", "keyed"}, persons); err != nil {
		return nil, err
	}
	if err := tx.InsertRows("name_key", keyColumns, keys); err != nil {
		return nil, err
	}
	if err := tx.InsertRows("credential", []string{"person", "id", "kind", "sealed", "tail", "state", "issued", "expires", "replaced_by", "changed_at"}, creds); err != nil {
		return nil, err
	}
	if err := tx.InsertRows("tail_index", []string{"hash", "person", "credential"}, tails); err != nil {
		return nil, err
	}
	if _, err := tx.InsertNew("contact_index", []string{"hash", "person"}, contacts); err != nil {
		return nil, err
	}
	return taken, tx.InsertRows("contact", []string{"person", "id", "kind", "sealed", "tail", "whose"}, phones)
}

// nameKeys are the rows by which the name is found, made once: with their pinyin
// they take longer to make than to write.
func (n *prepared) nameKeys() [][]any {
	if n.keys == nil {
		n.keys = keyRows(named{n.ID, n.Name, n.reading, n.Birth, n.Division}, nil)
	}
	return n.keys
}

// claimNumbers takes the numbers of people for them, in one order, so that two
// that bring the same can't deadlock. Who came too late is taken.
func claimNumbers(tx *journal.Tx, ns []*prepared) (taken map[civic.PersonID]bool, err error) {
	type claim struct {
		hash, id string
		person   civic.PersonID
	}
	var claims []claim
	for _, n := range ns {
		for _, c := range n.credentials {
			claims = append(claims, claim{c.hash, c.id, n.ID})
		}
	}
	slices.SortStableFunc(claims, func(a, b claim) int { return strings.Compare(a.hash, b.hash) })
	rows := make([][]any, len(claims))
	for i, c := range claims {
		rows[i] = []any{c.hash, c.person, c.id}
	}
	won, err := tx.InsertNew("credential_index", []string{"hash", "person", "credential"}, rows)
	if err != nil || len(won) == len(claims) {
		return nil, err
	}
	// A social-security card may show the citizen's own number (社会保障号码), so that
	// who holds it is asked before it is called another's.
	hashes := make([]string, len(claims))
	for i, c := range claims {
		hashes[i] = c.hash
	}
	owners, err := holders(tx, hashes)
	if err != nil {
		return nil, err
	}
	taken = map[civic.PersonID]bool{}
	for _, c := range claims {
		if owners[c.hash] != c.person {
			taken[c.person] = true
		}
	}
	for _, c := range claims {
		if taken[c.person] && owners[c.hash] == c.person {
			if _, err := tx.Exec(`DELETE FROM credential_index WHERE hash = $1 AND person = $2`, c.hash, c.person); err != nil {
				return nil, err
			}
		}
	}
	return taken, nil
}

// hashesMost bounds a list of hashes in one statement: SQLite's cost is quadratic
// in the number of parameters.
const hashesMost = 100

// holders tells whose the numbers are, by their hashes. Those of nobody are not
// in the answer.
func holders(q db.Q, hashes []string) (map[string]civic.PersonID, error) {
	out := map[string]civic.PersonID{}
	for part := range slices.Chunk(hashes, hashesMost) {
		var rows []struct {
			Hash   string
			Person civic.PersonID
		}
		if err := q.Select(&rows, `SELECT hash, person FROM credential_index WHERE hash IN `+db.In(1, len(part)), db.Args(part)...); err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.Hash] = r.Person
		}
	}
	return out, nil
}

type personRow struct {
	ID       civic.PersonID
	Name     string
	Sex      Sex
	Birth    string
	Division civic.Division
	Address  []byte
	Village  string
	AliasOf  civic.PersonID
}

func (r personRow) Person() Person { return Person{r.ID, r.Name, r.Sex, r.Birth, r.Division} }

const personSelect = `SELECT id, name, sex, birth, division, address, village, alias_of FROM person`

// readPerson reads a person's root row, by any of their IDs.
func readPerson(q db.Q, id civic.PersonID) (personRow, error) {
	var r personRow
	err := q.Get(&r, personSelect+` WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoPerson
	}
	if err != nil || r.AliasOf == "" {
		return r, err
	}
	self, err := Resolve(q, id)
	if err != nil {
		return r, err
	}
	return readPerson(q, self.Root)
}

// CredentialQuery is the indexed read behind an exact look-up; the benchmark
// runs the same one bare. The index table is read first and the rest by person,
// since on Citus the two live on different keys.
const (
	CredentialQuery = `SELECT person, credential FROM credential_index WHERE hash = $1`
	personQuery     = `SELECT p.name, p.sex, p.birth, p.division, p.alias_of, c.kind, c.tail, c.state, c.expires
		FROM person p JOIN credential c ON c.person = p.id WHERE p.id = $1 AND c.id = $2 AND p.state <> 'erased'`
)

// byHash finds the one person whose card has the hash, by their root. Whoever was
// never merged and whose card is good costs two reads.
func (s *Service) byHash(q db.Q, hash string) (Match, error) {
	var r ref
	if err := q.Get(&r, CredentialQuery, hash); err != nil {
		if errors.Is(err, db.ErrNoRows) {
			err = errNoPerson
		}
		return Match{}, err
	}
	return s.byRef(q, r)
}

// byRef is the person of one card.
func (s *Service) byRef(q db.Q, ref ref) (Match, error) {
	var r struct {
		Name, Birth, Tail, State, Expires string
		Sex                               Sex
		Division                          civic.Division
		AliasOf                           civic.PersonID
		Kind                              CredentialKind
	}
	if err := q.Get(&r, personQuery, ref.Person, ref.Credential); err != nil {
		if errors.Is(err, db.ErrNoRows) {
			err = errNoPerson // who was erased has no cards
		}
		return Match{}, err
	}
	m := Match{Person: ref.Person, Name: Masked(r.Name), Sex: r.Sex, Birth: year(r.Birth), Division: r.Division,
		Why: r.Kind.Words() + "尾号" + r.Tail, State: stateOn(r.State, r.Expires, s.j.Now()), Kind: r.Kind, Card: true, card: ref.Credential}
	if r.AliasOf != "" {
		root, err := readPerson(q, ref.Person)
		if err != nil {
			return Match{}, err
		}
		m.Person, m.Name, m.Sex, m.Birth, m.Division = root.ID, Masked(root.Name), root.Sex, year(root.Birth), root.Division
	}
	if m.State == Active {
		return m, nil
	}
	var err error
	m.Others, err = s.others(q, m.Person)
	return m, err
}

func year(birth string) string {
	if len(birth) < 4 {
		return ""
	}
	return birth[:4]
}
