package eligibility

import (
	"errors"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// standing reads how somebody stands with a benefit, under any of their identities; of
// two the one that is good for longer.
func standing(q db.Q, ids []civic.PersonID, benefit string) (Standing, bool, error) {
	var st Standing
	err := q.Get(&st, `SELECT `+columns+` FROM eligibility WHERE benefit = $1 AND person IN `+db.In(2, len(ids))+` ORDER BY good_until DESC, person LIMIT 1`,
		append([]any{benefit}, db.Args(ids)...)...)
	if errors.Is(err, db.ErrNoRows) {
		return st, false, nil
	}
	return st, err == nil, err
}

// all reads how somebody stands with everything that they draw.
func all(q db.Q, ids []civic.PersonID) ([]Standing, error) {
	var out []Standing
	err := q.Select(&out, `SELECT `+columns+` FROM eligibility WHERE person IN `+db.In(1, len(ids))+` ORDER BY benefit, person`, db.Args(ids)...)
	return out, err
}

var errNobody = errors.New("eligibility: forgetting needs an authority, and somebody")

// put stores how somebody stands. The person's row is held.
func put(tx *journal.Tx, auth civic.Authority, st Standing) error {
	if !auth.Over(st.Person) {
		return errors.New("eligibility: entering how somebody stands needs an authority over them")
	}
	_, err := tx.Exec(`INSERT INTO eligibility (`+columns+`, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (person, benefit) DO UPDATE SET office = $3, state = $4, good_until = $5, basis = $6, source = $7, seen_on = $8, request = $9, asked_at = $10, changed_at = $11`,
		st.Person, st.Benefit, st.Office, st.State, st.GoodUntil, st.Basis, st.Source, st.SeenOn, st.Request, st.AskedAt, tx.Now)
	return err
}
