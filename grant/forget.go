package grant

import (
	"errors"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// Evident says why a person's data can't go yet: they may prove that somebody was
// wronged.
func Evident(q db.Q, now time.Time, self people.Self) error {
	ids := self.Selves()
	var n int
	if err := q.Get(&n, `SELECT COUNT(*) FROM glass_review WHERE verdict = '' AND person IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
		return err
	}
	if n > 0 {
		return errUnjudged
	}
	if n, err := disputed(q, now, ids); err != nil {
		return err
	} else if n > 0 {
		return errUnsettled
	}
	if self.Died != "" {
		return nil // nothing is to be done in their name
	}
	if err := q.Get(&n, `SELECT COUNT(*) FROM proxy_grant g JOIN person p ON p.id = g.person WHERE g.kind = 'guardian' AND g.state = 'active'
		AND (g.ends IS NULL OR g.ends > $1) AND p.state = 'active' AND p.died_on = '' AND g.agent IN `+db.In(2, len(ids)), append([]any{now}, db.Args(ids)...)...); err != nil {
		return err
	}
	if n > 0 {
		return errStillGuards
	}
	return nil
}

// Ward reports whether a person has a guardian now.
func (s *Service) Ward(q db.Q, self people.Self) (bool, error) { return s.isWard(q, self) }

var (
	errUnjudged    = civic.E(civic.Conflict, "erase.glass", "有人在紧急情况下打开过这份资料，还没有复核，现在不能删。请监督人员先复核。")
	errUnsettled   = civic.E(civic.Conflict, "erase.disputed", "家里人对委托意见不一致，还没有处理，现在不能删。请主管先听老人说清楚，处理完再删。")
	errStillGuards = civic.E(civic.Conflict, "erase.guardian", "这个人现在是别人的监护人，不能删。请主管先登记新的监护人，再停掉这份监护。")
)

// Forget signs a person out everywhere and ends all grants that they gave or held. Their rows stay for as long
// as it may have to be proved who acted for whom: they hold opaque IDs.
func Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error {
	if !auth.Valid() || len(ids) == 0 {
		return errors.New("grant: forgetting needs an authority, and somebody")
	}
	in, args := db.In(1, len(ids)), db.Args(ids)
	for _, which := range []string{`person IN `, `kind = 'agent' AND agent IN `} {
		if _, err := tx.Exec(`UPDATE proxy_grant SET state = 'revoked', note = NULL WHERE `+which+in, args...); err != nil {
			return err
		}
	}
	// A ward of theirs stays one: whoever needs a guardian is not set free by the
	// guardian's going, and nobody acts on what is held.
	if _, err := tx.Exec(hold+`, note = NULL WHERE state = 'active' AND kind = 'guardian' AND agent IN `+db.In(2, len(ids)),
		append([]any{heldAgent}, db.Args(ids)...)...); err != nil {
		return err
	}
	for _, id := range ids {
		if err := staff.EndSessions(tx, civic.Party{Kind: civic.PartyPerson, ID: string(id)}); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		`DELETE FROM grant_evidence WHERE person IN `,
		// That the glass was broken, and how it was judged, stays; what was said does not.
		`UPDATE glass_review SET reason = '', note = '' WHERE person IN `,
	} {
		if _, err := tx.Exec(statement+db.In(1, len(ids)), db.Args(ids)...); err != nil {
			return err
		}
	}
	return nil
}
