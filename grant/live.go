package grant

import (
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/people"
	"yinqiao/staff"
)

// The words of proxy_grant.held: why a grant authorises nothing for now. A grant
// may be held for several reasons at once; each word is followed by a blank, and
// none is the end of another, so that one statement adds or takes one.
const (
	heldDispute  = "dispute "      // relatives do not agree
	heldUnwanted = "unwanted "     // the person said that it was not their wish
	heldWard     = "guardianship " // given before the person had a guardian
	heldElder    = "elder_dead "   // the person has died
	heldAgent    = "agent_gone "   // the agent has died
)

// candidate is a grant that may cover a need.
type candidate struct {
	Person    civic.PersonID
	ID        string
	Kind      string
	AgentKind string
	Relation  string
	Services  string
	Held      string
	Notice    string
	Starts    time.Time
	GivenAt   *time.Time
}

// covers reports whether the grant reaches the service of the need. A need
// without a service asks for any grant.
func (c candidate) covers(need civic.Need) bool {
	if need.Service == "" || c.Services == "*" {
		return true
	}
	list := strings.Fields(c.Services)
	return slices.Contains(list, need.Service) || need.Group != "" && slices.Contains(list, "@"+need.Group)
}

// stands reports whether anything may rest on a grant, by why it is held now. Nothing
// rests on one of which the person was not asked yet. When the person has died, what
// relatives held stands for what is left to do.
func stands(held, notice, relation string, died bool) bool {
	if notice == pending {
		return false
	}
	if died {
		return held == heldElder && rules.after(relation)
	}
	return held == ""
}

// rests reports whether an act may rest on the grant. For the dead, relatives may look,
// and do what is left to do.
func (c candidate) rests(self people.Self, need civic.Need) bool {
	died := self.Died != ""
	return stands(c.Held, c.Notice, c.Relation, died) && (!died || need.Look || need.After)
}

const candidateColumns = `person, id, kind, agent_kind, relation, services, held, notice, starts, given_at`

const inTime = ` AND starts <= $1 AND (ends IS NULL OR ends > $1)`

// ofAgent lists the grants of a person that an agent, under all their
// identities, has now. Guardians come first.
func ofAgent(q db.Q, now time.Time, self people.Self, agent []civic.PersonID) ([]candidate, error) {
	var cs []candidate
	ids := self.Selves()
	err := q.Select(&cs, `SELECT `+candidateColumns+` FROM proxy_grant WHERE state = 'active'`+inTime+`
		AND agent_kind = 'person' AND agent IN `+db.In(2, len(agent))+` AND person IN `+db.In(2+len(agent), len(ids))+` ORDER BY kind DESC, id`,
		slices.Concat([]any{now}, db.Args(agent), db.Args(ids))...)
	if err != nil {
		return nil, err
	}
	return heldNow(q, now, ids, cs)
}

// ofPosts lists the grants of a person that the posts of a member of staff at
// their office have now, where the post includes the permission.
func ofPosts(q db.Q, now time.Time, self people.Self, m staff.Member, p civic.Permission) ([]candidate, error) {
	var roles []staff.Role
	for _, post := range m.Roles {
		if post.Role.May(p) && post.Division.Covers(m.Division) {
			roles = append(roles, post.Role)
		}
	}
	if len(roles) == 0 {
		return nil, nil
	}
	var cs []candidate
	ids := self.Selves()
	err := q.Select(&cs, `SELECT `+candidateColumns+` FROM proxy_grant WHERE state = 'active'`+inTime+`
		AND agent_kind = 'role' AND office = $2 AND role IN `+db.In(3, len(roles))+` AND person IN `+db.In(3+len(roles), len(ids))+` ORDER BY id`,
		slices.Concat([]any{now, m.Office}, db.Args(roles), db.Args(ids))...)
	if err != nil {
		return nil, err
	}
	return heldNow(q, now, ids, cs)
}

// heldNow holds those that a guardianship has stopped by its start.
func heldNow(q db.Q, now time.Time, ids []civic.PersonID, cs []candidate) ([]candidate, error) {
	if len(cs) == 0 {
		return nil, nil
	}
	ward, err := warded(q, now, ids)
	for i, c := range cs {
		cs[i].Held = heldBy(ward, c.Kind, c.Held, c.Starts, c.GivenAt)
	}
	return cs, err
}

// rest picks the grant that an act rests on. In a write it locks the grant's row,
// so that what ends the grant waits for the act, or the act is refused. Denied,
// with refusal or with why all that would cover it are held.
func rest(q db.Q, now time.Time, self people.Self, cs []candidate, need civic.Need, refusal *civic.Error) (candidate, error) {
	for _, c := range cs {
		if !c.covers(need) {
			continue
		}
		if !c.rests(self, need) {
			refusal = whyHeld(c, self, refusal)
			continue
		}
		if ok, err := lock(q, now, c, need); err != nil {
			return candidate{}, err
		} else if ok {
			return c, nil
		}
	}
	return candidate{}, refusal
}

// locker is a transaction in which acts are written. Looks and scratch only read.
type locker interface {
	Exec(query string, args ...any) (int64, error)
	Locks() bool
}

// lock holds the row of a grant until the write ends. What was read before may
// have been revoked, frozen or ended meanwhile: the update then meets no row. It
// leaves when the grant was last used.
func lock(q db.Q, now time.Time, c candidate, need civic.Need) (bool, error) {
	tx, writes := q.(locker)
	if !writes || !tx.Locks() || need.Look {
		return true, nil
	}
	n, err := tx.Exec(`UPDATE proxy_grant SET used_at = $1 WHERE person = $2 AND id = $3 AND held = $4 AND state = 'active' AND notice <> 'pending'`+inTime,
		now, c.Person, c.ID, c.Held)
	return n == 1, err
}

// basis is the ground that an act which rests on the grant has.
func (c candidate) basis() civic.Basis {
	if c.Kind == "guardian" {
		return civic.BasisGuardian
	}
	return civic.BasisGrant
}
