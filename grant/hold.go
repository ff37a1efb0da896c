package grant

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// hold adds a word to why grants are held; let takes it away. Both are one
// statement, whatever else the grants are held for.
const (
	hold = `UPDATE proxy_grant SET held = REPLACE(held, $1, '') || CAST($1 AS TEXT)`
	let  = `UPDATE proxy_grant SET held = REPLACE(held, $1, '')`
)

// disputed counts the grants of a person, under all their identities, that are held
// since relatives do not agree. One that has run out is nobody's matter any more.
func disputed(q db.Q, now time.Time, ids []civic.PersonID) (int, error) {
	var n int
	err := q.Get(&n, `SELECT COUNT(*) FROM proxy_grant WHERE state = 'active' AND REPLACE(held, $1, '') <> held AND (ends IS NULL OR ends > $2)
		AND person IN `+db.In(3, len(ids)), append([]any{heldDispute, now}, db.Args(ids)...)...)
	return n, err
}

// cleanReason checks a reason that somebody typed.
func cleanReason(text string) (string, error) {
	text = civic.FoldWords(text)
	if text == "" || utf8.RuneCountInString(text) > 100 || civic.HoldsNumber(text) {
		return "", errWhy
	}
	return text, nil
}

// Dispute freezes all grants of a person to persons, since the relatives do not
// agree; a guardian's stays. The person, staff who have opened them, and an agent who
// is family or may do everything may say so; any other agent is Denied, and told whom
// to report to. NotFound if there is nothing to freeze.
func (s *Service) Dispute(ctx context.Context, actor civic.Actor, person civic.PersonID, reason string) error {
	if actor.Operator.None() {
		return errNobody
	}
	reason, err := cleanReason(reason)
	if err != nil {
		return err
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		self, err := people.LockSelf(tx, person)
		if err != nil {
			return err
		}
		if auth.Basis() == civic.BasisGrant {
			if own, err := one(tx, self, auth.Ref()); err != nil {
				return err
			} else if own.Services != "*" && !related(own.Relation, own.GivenHow) {
				return errReport // whoever does one thing for her does not stop the family
			}
		}
		ids := self.Selves()
		var gs []Grant
		if err := tx.Select(&gs, `SELECT `+grantColumns+` FROM proxy_grant WHERE state = 'active' AND kind = 'agent' AND agent_kind = 'person'
			AND (ends IS NULL OR ends > $1) AND person IN `+db.In(2, len(ids))+` ORDER BY id`, append([]any{tx.Now}, db.Args(ids)...)...); err != nil {
			return err
		}
		if len(gs) == 0 {
			return errNoSuch
		}
		if !slices.ContainsFunc(gs, func(g Grant) bool {
			return unmark(g.Held, heldDispute) != g.Held || !strings.Contains(g.Held, heldDispute)
		}) {
			return journal.ErrUnchanged
		}
		var about []journal.About
		for _, g := range gs {
			sealed, err := s.v.Seal([]byte(reason), noteOf(string(g.Person)))
			if err != nil {
				return err
			}
			if err := setHeld(tx, g, without(g.Held, heldDispute)+heldDispute); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE proxy_grant SET note = $1 WHERE person = $2 AND id = $3 AND state = 'active'`, sealed, g.Person, g.ID); err != nil {
				return err
			}
			about = append(about, journal.About{ID: g.ID, Kind: "grant", Role: "object"}, journal.About{ID: string(g.Agent), Kind: "person", Role: "agent"})
		}
		return tx.Record(auth, journal.Event{Act: ActDisputed, About: about})
	})
}

// Settle resumes or ends one grant that is held: at the word of the person
// themselves, on their page or at the window with their card; of their guardian;
// or by staff who settle such matters where the person lives, after hearing them. What
// the person said was not their wish, nobody but they or their guardian resumes.
// What a death holds, only its withdrawal puts back.
func (s *Service) Settle(ctx context.Context, actor civic.Actor, person civic.PersonID, id string, resume bool) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		self, auth, err := s.settles(tx, person)
		if err != nil {
			return err
		}
		if self, err = people.LockSelf(tx, self.Root); err != nil {
			return err
		}
		g, err := one(tx, self, id)
		if err != nil {
			return err
		}
		now := []Grant{g}
		if err := holdFrom(tx, tx.Now, self.Selves(), now); err != nil {
			return err
		}
		stored := g.Held
		g = now[0]
		ward, err := s.isWard(tx, self)
		if err != nil {
			return err
		}
		lifts := []string{heldDispute, heldUnwanted}
		if !ward || auth.Basis() == civic.BasisGuardian {
			lifts = append(lifts, heldWard)
		} else if own := auth.Basis() == civic.BasisOwn || auth.Basis() == civic.BasisPresented; own && resume {
			return errWard
		}
		said := auth.Basis() != civic.BasisRole // the person's own word, their guardian's, or what was brought over
		if g.State == "active" && resume && !said && g.Unwanted() {
			return errOwnWord
		}
		if g.State != "active" || !slices.ContainsFunc(lifts, func(w string) bool { return strings.Contains(g.Held, w) }) {
			return errSettled
		}
		if !resume {
			return s.end(tx, auth, self.Selves(), id, "agent")
		}
		left := stored
		for _, w := range lifts {
			left = without(left, w)
		}
		if said && g.Notice != "" {
			g.Notice = "told"
		}
		n, err := tx.Exec(`UPDATE proxy_grant SET held = $1, note = NULL, notice = $5
			WHERE person = $2 AND id = $3 AND state = 'active' AND held = $4`, left, g.Person, g.ID, stored, g.Notice)
		if err != nil {
			return err
		}
		if n == 0 {
			return errSettled
		}
		if slices.Contains(lifts, heldWard) && strings.Contains(g.Held, heldWard) { // it is given anew, after the guardianship began
			if _, err := tx.Exec(`UPDATE proxy_grant SET given_at = $1 WHERE person = $2 AND id = $3 AND state = 'active'`, tx.Now, g.Person, g.ID); err != nil {
				return err
			}
		}
		agent, err := s.agentName(tx, g)
		if err != nil {
			return err
		}
		return tx.Record(auth, s.event(ActResumed, g, agent))
	})
}

// settles is the authority for settling what is held.
func (s *Service) settles(tx *journal.Tx, person civic.PersonID) (people.Self, civic.Authority, error) {
	if tx.Actor.Operator.None() {
		return people.Self{}, civic.Authority{}, errNobody
	}
	auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
	if err == nil {
		switch auth.Basis() {
		case civic.BasisOwn, civic.BasisGuardian, civic.BasisPresented, civic.BasisSystem:
			self, err := people.Resolve(tx, person)
			if err == nil {
				err = s.Proven(tx, auth, self)
			}
			if !civic.Is(err, civic.Denied) {
				return self, auth, err
			}
			if self, auth, settles := s.settler(tx, person); settles == nil {
				return self, auth, nil // whoever settles matters needs no card for it
			}
			return self, auth, err
		}
		err = errNotYours
	}
	if tx.Actor.Person() != "" || civic.KindOf(err) == civic.Unavailable {
		return people.Self{}, civic.Authority{}, err
	}
	return s.settler(tx, person)
}

// settler is the authority of staff who settle matters between people where the
// person lives.
func (s *Service) settler(tx *journal.Tx, person civic.PersonID) (people.Self, civic.Authority, error) {
	switch {
	case tx.Actor.Operator.None():
		return people.Self{}, civic.Authority{}, errNobody
	case tx.Actor.Person() != "":
		return people.Self{}, civic.Authority{}, errStaffOnly
	}
	self, err := people.Resolve(tx, person)
	if err != nil {
		return self, civic.Authority{}, err
	}
	auth, err := tx.Authorise(civic.Need{Person: person, Division: self.Division, Permission: civic.MaySettlePeople})
	return self, auth, err
}
