package people

import (
	"errors"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// part gives each side of an undone merge the cards back that the merge, or what
// was done while it held, took for one person's: a card that was replaced by one of
// the other side, and a number over which the two had a dispute. The roots of both
// are locked, and they are two again.
func (t *cards) part(kept, dropped Self) error {
	for _, side := range [][2]Self{{kept, dropped}, {dropped, kept}} {
		if err := t.unreplace(side[0], side[1]); err != nil {
			return err
		}
	}
	return t.reopen(kept, dropped)
}

// unreplace makes those cards of one side good again in whose place a card of the
// other came. A number that somebody has since is theirs.
func (t *cards) unreplace(mine, other Self) error {
	rows, err := readCards(t, mine.Selves())
	if err != nil {
		return err
	}
	theirs, err := readCards(t, other.Selves())
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.State != Replaced || !slices.ContainsFunc(theirs, func(o cardRow) bool { return o.ID == r.ReplacedBy }) {
			continue
		}
		state := Lost // it may have been: at a desk, where it can be seen, it is good again
		if r.Kind == KindPrintedCard {
			state = Active // a lost one is not replaced by that of another identity
		}
		if err := t.revive(r, state); err != nil {
			return err
		}
	}
	return nil
}

// revive makes a card one of theirs again, if its number is nobody's.
func (t *cards) revive(r cardRow, state string) error {
	number, err := t.s.number(r)
	if err != nil {
		return err
	}
	hash := t.s.CredentialHash(number)
	n, err := t.Exec(`INSERT INTO credential_index (hash, person, credential) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, hash, r.Person, r.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return nil // somebody has it since, or another card of theirs shows it
	}
	if _, err := t.Exec(`DELETE FROM credential_former WHERE hash = $1 AND person = $2 AND credential = $3`, hash, r.Person, r.ID); err != nil {
		return err
	}
	return t.again(r, number, state)
}

// again puts a card that was void into a state, findable by its last six.
func (t *cards) again(r cardRow, number, state string) error {
	if _, err := t.Exec(`UPDATE credential SET state = $1, replaced_by = '', changed_at = $2 WHERE person = $3 AND id = $4`, state, t.Now, r.Person, r.ID); err != nil || r.Kind != KindResidentID {
		return err
	}
	_, err := t.Exec(`INSERT INTO tail_index (hash, person, credential) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, t.s.lastSixHash(number[len(number)-6:]), r.Person, r.ID)
	return err
}

// reopen opens the disputes again that the merge of two closed. When the number is
// nobody's by now, the claimant has it.
func (t *cards) reopen(kept, dropped Self) error {
	ks, ds := kept.Selves(), dropped.Selves()
	var closed []disputeRow
	for _, side := range [][2][]civic.PersonID{{ks, ds}, {ds, ks}} {
		var some []disputeRow
		if err := t.Select(&some, `SELECT `+disputeColumns+` FROM credential_dispute WHERE state = 'merged' AND holder IN `+db.In(1, len(side[0]))+
			` AND claimant IN `+db.In(1+len(side[0]), len(side[1]))+` ORDER BY id DESC`, append(db.Args(side[0]), db.Args(side[1])...)...); err != nil {
			return err
		}
		closed = append(closed, some...)
	}
	for _, d := range closed {
		if err := t.reopenOne(d); err != nil {
			return err
		}
	}
	return nil
}

func (t *cards) reopenOne(d disputeRow) error {
	var lost cardRow
	if err := t.Get(&lost, `SELECT `+cardColumns+` FROM credential WHERE person = $1 AND id = $2`, d.Claimant, d.ClaimantCard); err != nil {
		return err
	}
	if lost.State != Withdrawn {
		return nil
	}
	number, err := t.s.number(lost)
	if err != nil {
		return err
	}
	owners, err := holders(t, []string{t.s.CredentialHash(number)})
	if err != nil {
		return err
	}
	switch owners[t.s.CredentialHash(number)] {
	case d.Holder:
	case "":
		if err := t.revive(lost, Active); err != nil {
			return err
		}
		return t.closeAs(d, ToClaimant)
	default:
		return t.closeAs(d, ToHolder) // it is somebody else's by now
	}
	has, err := holder(t, t.s.CredentialHash(number))
	if err != nil {
		return err
	}
	self, err := Resolve(t, has.Person)
	if err != nil {
		return err
	}
	was, err := t.freeze(has, self) // but not the last that they can use
	if errors.Is(err, errDisputed) {
		return t.closeAs(d, ToHolder) // others dispute it already
	}
	if err != nil {
		return err
	}
	if _, err := t.Exec(`UPDATE credential_dispute SET state = 'open', reason = '', settled_by = '', settled_at = NULL, holder_card = $1, holder_was = $2 WHERE id = $3 AND state = 'merged'`,
		has.Credential, was, d.ID); err != nil {
		return err
	}
	return t.again(lost, number, Disputed)
}

// ActCardNone is somebody who can use no card after an undone merge: they and whoever settles
// matters are told what to do.
var ActCardNone = journal.Define("card.none", "登记分开以后，没有能用的卡")

// without records those of the sides who can use no card now. What was lost, or another also
// brings, is made good by no undo: only by whoever looks at them.
func (t *cards) without(sides ...Self) error {
	defer func(was civic.PersonID) { t.Actor.Subject = was }(t.Actor.Subject)
	for _, self := range sides {
		rows, err := readCards(t, self.Selves())
		if err != nil {
			return err
		}
		if self.Died != "" || slices.ContainsFunc(rows, func(r cardRow) bool { return stateOn(r.State, r.Expires, t.Now) == Active }) {
			continue
		}
		t.Actor.Subject = self.Root
		auth, err := t.Authorise(settleNeed(self.Division))
		if err != nil {
			return err
		}
		if err := t.Record(auth, journal.Event{Act: ActCardNone}); err != nil {
			return err
		}
	}
	return nil
}

// closeAs says how a dispute ended that the merge of two closed.
func (t *cards) closeAs(d disputeRow, outcome string) error {
	_, err := t.Exec(`UPDATE credential_dispute SET state = $1 WHERE id = $2 AND state = 'merged'`, outcome, d.ID)
	return err
}

// mayPart reports whether a merge of the person may still be undone.
func (t *cards) mayPart() (bool, error) {
	if len(t.self.Also) == 0 {
		return false, nil
	}
	var n int
	err := t.Get(&n, `SELECT COUNT(*) FROM person_merge WHERE undone_at IS NULL AND merged_at >= $1 AND dropped IN `+db.In(2, len(t.self.Also)),
		append([]any{t.Now.Add(-UndoFor())}, db.Args(t.self.Also)...)...)
	return n > 0, err
}
