package people

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
)

// sealOf is the place that a card's sealed number belongs to.
func sealOf(who civic.PersonID, id string) string { return "number/" + string(who) + "/" + id }

// cardRow is a card as it is stored.
type cardRow struct {
	Person     civic.PersonID
	ID         string
	Kind       CredentialKind
	Sealed     []byte
	Tail       string
	State      string
	Issued     string
	Expires    string
	ReplacedBy string
	ChangedAt  *time.Time
}

// live reports whether the card is still the person's, whatever its date says.
func (r cardRow) live() bool { return r.State == Active || r.State == Lost }

const cardColumns = `person, id, kind, sealed, tail, state, issued, expires, replaced_by, changed_at`

func readCards(q db.Q, selves []civic.PersonID) ([]cardRow, error) {
	var rows []cardRow
	err := q.Select(&rows, `SELECT `+cardColumns+` FROM credential WHERE person IN `+db.In(1, len(selves))+` ORDER BY id`, db.Args(selves)...)
	return rows, err
}

// rows are all cards of the person, under all their identities.
func (t *cards) rows() ([]cardRow, error) { return readCards(t, t.self.Selves()) }

// row is one of them.
func (t *cards) row(id string) (cardRow, error) {
	rows, err := t.rows()
	if err != nil {
		return cardRow{}, err
	}
	i := slices.IndexFunc(rows, func(r cardRow) bool { return r.ID == id })
	if i < 0 {
		return cardRow{}, errNoSuch
	}
	return rows[i], nil
}

// number opens a card's number.
func (s *Service) number(r cardRow) (string, error) {
	b, err := s.v.Open(r.Sealed, sealOf(r.Person, r.ID))
	return string(b), err
}

// step moves a card from one of the states to another. Conflict if it is in none
// of them: somebody was faster, or its number is disputed.
func (t *cards) step(r cardRow, to, by string, from ...string) error {
	if r.State == Disputed {
		return errDisputed
	}
	if to == Replaced || to == Withdrawn { // a number that two bring waits until it is known whose it is
		if open, err := contested(t, r.ID); err != nil || open {
			return cmp.Or(err, error(errDisputed))
		}
	}
	n, err := t.Exec(`UPDATE credential SET state = $1, replaced_by = $2, changed_at = $3 WHERE person = $4 AND id = $5 AND state IN `+db.In(6, len(from)),
		append([]any{to, by, t.Now, r.Person, r.ID}, db.Args(from)...)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return errCardMoved
	}
	if to == Replaced || to == Withdrawn { // its last six lead to nobody by this card
		_, err = t.Exec(`DELETE FROM tail_index WHERE person = $1 AND credential = $2`, r.Person, r.ID)
	}
	return err
}

// release lets go of the number of a card that is no longer good. Another card of
// the same number keeps it; else it is free, and findable as a former one.
func (t *cards) release(gone cardRow, number string) error {
	hash := t.s.CredentialHash(number)
	rows, err := t.rows()
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.ID == gone.ID || r.Person != gone.Person || !r.live() && r.State != Disputed {
			continue
		}
		same, err := t.s.number(r)
		if err != nil {
			return err
		}
		if same == number {
			_, err := t.Exec(`UPDATE credential_index SET credential = $1 WHERE hash = $2 AND person = $3 AND credential = $4`, r.ID, hash, gone.Person, gone.ID)
			return err
		}
	}
	if _, err := t.Exec(`DELETE FROM credential_index WHERE hash = $1 AND person = $2 AND credential = $3`, hash, gone.Person, gone.ID); err != nil {
		return err
	}
	return former(t, hash, gone.Person, gone.ID)
}

func former(t *cards, hash string, who civic.PersonID, card string) error {
	_, err := t.Exec(`INSERT INTO credential_former (hash, person, credential) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, hash, who, card)
	return err
}

// ref is one card of one identity.
type ref struct {
	Person     civic.PersonID
	Credential string
}

// holder tells who holds a number. errCardMoved if nobody does: a claim was refused
// a moment ago, and whoever had it has let go.
func holder(q db.Q, hash string) (ref, error) {
	var r ref
	err := q.Get(&r, CredentialQuery, hash)
	if errors.Is(err, db.ErrNoRows) {
		err = errCardMoved
	}
	return r, err
}

// readCredentials lists the cards of a person under all their identities, as they
// stand today.
func (s *Service) readCredentials(q db.Q, selves []civic.PersonID) ([]Credential, error) {
	var cs []Credential
	err := q.Select(&cs, `SELECT id, kind, tail, state, issued, expires FROM credential WHERE person IN `+db.In(1, len(selves))+` ORDER BY id`, db.Args(selves)...)
	for i := range cs {
		cs[i].State = stateOn(cs[i].State, cs[i].Expires, s.j.Now())
	}
	return cs, err
}

// others names the kinds of card by which a person can still be found, in the
// order in which kinds are offered.
func (s *Service) others(q db.Q, id civic.PersonID) (Kinds, error) {
	self, err := Resolve(q, id)
	if err != nil {
		return "", err
	}
	cs, err := s.readCredentials(q, self.Selves())
	var out []string
	for _, k := range CredentialKinds {
		if slices.ContainsFunc(cs, func(c Credential) bool { return c.Kind == k && c.State == Active }) {
			out = append(out, string(k))
		}
	}
	return Kinds(strings.Join(out, " ")), err
}
